"""Dates as well as they are known."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.dates import NOT_A_DATE, in_words, parse, span


@pytest.mark.parametrize(
    ("text", "first", "last", "certainty", "words"),
    [
        ("1992-05-15", date(1992, 5, 15), date(1992, 5, 15), "day", "15 May 1992"),
        ("1992-05", date(1992, 5, 1), date(1992, 5, 31), "month", "May 1992"),
        ("2004-02", date(2004, 2, 1), date(2004, 2, 29), "month", "February 2004"),
        ("1992", date(1992, 1, 1), date(1992, 12, 31), "year", "1992"),
        ("2003~", date(2003, 1, 1), date(2003, 12, 31), "year", "about 2003"),
    ],
)
def test_a_date_carries_its_own_certainty(text, first, last, certainty, words):
    parsed = parse(text)
    assert (parsed.first, parsed.last, parsed.certainty, str(parsed)) == (
        first,
        last,
        certainty,
        words,
    )


@pytest.mark.parametrize(
    "text", ["", "soon", "92", "1992-13", "1992-02-30", "1992-5", "1992-05-15 ", "1992~~", "0000"]
)
def test_what_is_no_date_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=f"^“{text}” is not a date. Write the day, the month or"):
        parse(text)


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%Y-%m", "%Y"]), st.booleans())
def test_a_day_lies_between_the_first_and_the_last_day_of_what_is_known_of_it(day, shape, about):
    written = day.strftime(shape).rjust(len("2000" + shape[2:]), "0") + "~" * about
    parsed = parse(written)
    assert parsed.first <= day <= parsed.last
    assert parsed.about == about


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_told_not_to_be(text):
    try:
        parse(text)
    except ValueError as error:
        told = str(error)
    else:
        told = NOT_A_DATE.format(text=text)
    assert told == NOT_A_DATE.format(text=text)


def test_a_time_is_said_from_both_its_ends():
    assert (span("1999", "2005-05"), span("2002", ""), span("", "1999"), span("", "")) == (
        "1999 – May 2005",
        "since 2002",
        "until 1999",
        "",
    )
    assert (span("1992", "1992"), in_words(""), in_words("soon")) == ("1992", "", "soon")
