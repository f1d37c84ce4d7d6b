"""Numbers as people type them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from courses.forms import PlainDecimalField, PlainIntegerField


@pytest.mark.parametrize(
    ("text", "number"),
    [("72.5", "72.5"), (" 72,5 ", "72.5"), ("0", "0"), ("-3", "-3"), ("", None)],
)
def test_a_number_is_plain_digits_with_one_dot_or_comma(text, number):
    found = PlainDecimalField(required=False).clean(text)
    assert found == (None if number is None else Decimal(number))


@pytest.mark.django_db
def test_a_course_s_own_weights_are_typed_so_as_well(as_, adam, quiz):
    page = f"/admin/courses/activity/{quiz.activity.pk}/change/"
    said = as_(adam).post(page, {"weight": "1e1"}).context["adminform"].form.errors["weight"]
    assert said == ["Type a number in plain digits, such as 72.5."]


@pytest.mark.parametrize(
    "text", ["1e1", "\u0661\u0660", "\uff11\uff10", "1_0", "1,000.5", "NaN", "inf", "+5", ".5"]
)
@pytest.mark.parametrize("field", [PlainDecimalField, PlainIntegerField])
def test_other_ways_to_write_one_are_asked_to_be_typed_plainly(field, text):
    with pytest.raises(ValidationError, match="plain digits"):
        field().clean(text)
