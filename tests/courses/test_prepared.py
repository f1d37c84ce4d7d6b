"""A prepared read gives what the same queryset gives when it is written anew."""

import pytest
from django.db.models import BigIntegerField, CharField, FilteredRelation, Q, UUIDField
from django.forms.models import model_to_dict

from courses import access, dashboards, progress
from courses.models import Activity, Enrolment, Role, User
from courses.models.prepared import Prepared
from quizzes.models import Attempt
from quizzes.sitting import attempts
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_blanks_are_filled_anew_each_time(ben, eve):
    people = Prepared[User](
        lambda name: User.objects.filter(username=name, is_active=True), name=CharField()
    )
    assert [people.all(name=name) for name in ("ben", "eve", "nobody", "ben")] == [
        [ben],
        [eve],
        [],
        [ben],
    ]


def test_only_the_first_use_needs_the_orm_to_write_sql(ben, django_assert_num_queries):
    built = []

    def build(name):
        built.append(name)
        return User.objects.filter(username=name)

    people = Prepared[User](build, name=CharField())
    with django_assert_num_queries(3):
        assert [people.first(name="ben") for _ in range(3)] == [ben, ben, ben]
    assert len(built) == 1


def test_related_rows_come_along(ben, ben_here, cohort, course, django_assert_num_queries):
    with django_assert_num_queries(1):
        place = access.place_in(ben, course.key)
        assert place.enrolment is not None
        found = (place.enrolment, place.enrolment.cohort, place.enrolment.cohort.course)
    expected = Enrolment.objects.select_related("cohort__course").get(user=ben)
    assert [model_to_dict(row) for row in found] == [
        model_to_dict(row) for row in (expected, expected.cohort, expected.cohort.course)
    ]


def test_what_was_put_off_is_read_when_asked_for(ben, lesson, course, django_assert_num_queries):
    found = access.lesson_in(access.place_in(ben_in(course, ben), course.key), "anarchy")
    assert found.get_deferred_fields() == {"body", "summary", "read_on"}
    assert (found.parts, found.activity.module) == (lesson.parts, lesson.activity.module)
    with django_assert_num_queries(1):
        assert found.body == lesson.body


def ben_in(course, ben) -> User:
    factories.enrol(ben, factories.make_cohort(course, "Spring"))
    return ben


def test_values_come_back_in_their_types(ben_here, quiz):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    attempts.submit(ben_here.user, attempt.pk, now=NOON)
    progress.complete_lesson(ben_here, Activity.objects.get(key="anarchy"), now=NOON)
    rows = Activity.objects.annotate(
        record=FilteredRelation("records", condition=Q(records__enrolment=ben_here))
    ).order_by("position")
    columns = ("key", "required", "record__completed_at", "record__score", "module_id")
    prepared = Prepared[tuple](
        lambda enrolment: (
            Activity.objects.annotate(
                record=FilteredRelation("records", condition=Q(records__enrolment=enrolment))
            )
            .order_by("position")
            .values_list(*columns)
        ),
        enrolment=BigIntegerField(),
    )
    assert prepared.all(enrolment=ben_here.pk) == list(rows.values_list(*columns))


def test_a_uuid_finds_its_row(ben_here, quiz):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    prepared = Prepared[Attempt](lambda pk: Attempt.objects.filter(pk=pk), pk=UUIDField())
    (found,) = prepared.all(pk=attempt.pk)
    assert model_to_dict(found) == model_to_dict(Attempt.objects.get(pk=attempt.pk))


def test_nobody_in_particular_has_no_record(ben_here, lesson, module):
    progress.complete_lesson(ben_here, lesson.activity, now=NOON)
    mine, nobodys = (dashboards.module_steps(module, who) for who in (ben_here, None))
    assert [(step.key, step.done) for step in mine] == [("anarchy", True)]
    assert [(step.key, step.done) for step in nobodys] == [("anarchy", False)]


def test_counts_are_per_row(ada, ben, cleo, cohort, course):
    other = factories.make_cohort(course, "Spring", starts_on=cohort.starts_on.replace(year=2027))
    factories.enrol(ada, other, Role.INSTRUCTOR)
    assert [(line.cohort, line.students) for line in dashboards.teaching(ada)] == [
        (other, 0),
        (cohort, 1),
    ]
