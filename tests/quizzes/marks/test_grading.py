"""Marks, totals, percentages and what counts as a pass."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.marks.grading import (
    METHODS,
    best,
    counting,
    effective,
    exact,
    mark,
    passed,
    percentage,
    rounded,
    shown,
    total,
)

fractions = st.fractions(min_value=0, max_value=1, max_denominator=1000)
points = st.decimals(min_value=Decimal("0.01"), max_value=9999, places=2)
marks = st.decimals(min_value=0, max_value=9999, places=5)


@pytest.mark.invariant("D4")
@given(fractions, points)
def test_a_mark_lies_between_nothing_and_the_points_within_half_a_unit(fraction, worth):
    earned = mark(fraction, worth)
    assert 0 <= earned <= worth
    assert abs(Fraction(earned) - fraction * Fraction(worth)) <= Fraction(1, 200_000)
    assert earned.as_tuple().exponent == -5


@given(points)
def test_right_earns_all_points_and_wrong_none(worth):
    assert mark(Fraction(1), worth) == worth
    assert mark(Fraction(0), worth) == 0


@pytest.mark.invariant("D4")
@given(fractions, fractions, points)
def test_a_better_answer_never_earns_less(one, other, worth):
    low, high = sorted((one, other))
    assert mark(low, worth) <= mark(high, worth)


def test_marks_round_half_to_even():
    assert mark(Fraction(1, 2), Decimal("0.00001")) == Decimal("0.00000")
    assert mark(Fraction(1, 2), Decimal("0.00003")) == Decimal("0.00002")
    assert mark(Fraction(1, 3), Decimal(1)) == Decimal("0.33333")


@pytest.mark.parametrize("fraction", [Fraction(-1, 2), Fraction(3, 2)])
def test_a_fraction_outside_0_to_1_is_refused(fraction):
    with pytest.raises(ValueError, match="between 0 and 1"):
        mark(fraction, Decimal(1))


def test_negative_points_are_refused():
    with pytest.raises(ValueError, match="cannot be worth -1 points"):
        mark(Fraction(1), Decimal(-1))


@pytest.mark.invariant("D4")
@given(st.lists(marks))
def test_a_total_is_the_exact_sum_in_any_order(given_marks):
    assert total(given_marks) == total(reversed(given_marks))
    assert Fraction(total(given_marks)) == sum(map(Fraction, given_marks))


def test_a_total_of_nothing_is_zero():
    assert total([]) == 0


@pytest.mark.invariant("D4")
@given(marks, points)
def test_the_percentage_shown_is_within_half_a_hundredth(score, out_of):
    exact = 100 * Fraction(score) / Fraction(out_of)
    assert abs(Fraction(percentage(score, out_of)) - exact) <= Fraction(1, 200)


def test_what_people_read_is_rounded_half_up():
    assert percentage(Decimal("0.12345"), Decimal(1)) == Decimal("12.35")
    assert percentage(Decimal(2), Decimal(3)) == Decimal("66.67")
    assert shown(Decimal("7.33500")) == Decimal("7.34")
    assert str(shown(Decimal(7))) == "7.00"
    assert str(rounded(Fraction(1, 32), 4)) == "0.0313"


def test_a_mean_is_rounded_but_once():
    """A third, a third and all: of what is shown of each, the mean would be 55.55."""
    sums = sum(exact(Decimal(score), Decimal(3), Decimal(0)) for score in (1, 1, 3))
    assert rounded(sums / 3) == Decimal("55.56")


def test_a_quiz_without_points_has_no_percentage():
    with pytest.raises(ValueError, match="Give its slots points"):
        percentage(Decimal(0), Decimal(0))


@pytest.mark.invariant("D4")
@given(marks, points, st.decimals(min_value=0, max_value=100, places=2))
def test_passing_is_decided_by_the_number_shown(score, out_of, pass_mark):
    assert passed(score, out_of, pass_mark) == (percentage(score, out_of) >= pass_mark)


@pytest.mark.invariant("D4")
def test_59_995_percent_reads_60_00_and_passes():
    assert passed(Decimal("0.59995"), Decimal(1), Decimal("60.00"))
    assert not passed(Decimal("0.59994"), Decimal(1), Decimal("60.00"))


def test_the_grade_method_says_which_attempt_counts():
    scores = [Decimal(3), Decimal(8), Decimal(5)]
    assert {method: best(scores, method) for method in METHODS} == {
        "highest": Decimal(8),
        "average": Decimal("5.33333"),
        "first": Decimal(3),
        "last": Decimal(5),
    }


@pytest.mark.parametrize(
    ("scores", "highest", "average", "first", "last"),
    [
        ([3, 8, 8, 3], [1], [0, 1, 2, 3], [0], [3]),
        ([None, 8, None], [1], [1], [], [1]),
        ([5, None], [0], [0], [0], [0]),
        ([None], [], [], [], []),
    ],
)
def test_what_counts_is_made_of_these_attempts(scores, highest, average, first, last):
    """None waits for a person: it counts in nothing, and no other counts instead of a first one."""
    given = [None if score is None else Decimal(score) for score in scores]
    assert [list(counting(given, method)) for method in METHODS] == [highest, average, first, last]
    assert (best(given, "first") is None) == (not first)


@given(st.lists(marks, min_size=1), st.sampled_from(METHODS))
def test_the_score_that_counts_lies_among_the_scores(scores, method):
    score = best(scores, method)
    assert score is not None
    assert min(scores) <= score <= max(scores)


def test_without_attempts_no_score_counts():
    assert best([], "highest") is None


def test_an_unknown_grade_method_is_refused():
    with pytest.raises(ValueError, match="Unknown grade method median"):
        best([], "median")


def test_lateness_takes_its_part_of_the_score():
    assert effective(Decimal(8), Decimal(10), Decimal(10)) == Decimal("72.00")
    assert effective(Decimal(1), Decimal(3), Decimal(0)) == percentage(Decimal(1), Decimal(3))
    assert effective(Decimal(3), Decimal(3), Decimal(100)) == 0
    # Rounded once, at the end: 33.333... % less 10 % is 30 %, not 29.997 %.
    assert effective(Decimal(1), Decimal(3), Decimal(10)) == 30
    with pytest.raises(ValueError, match="between 0 and 100"):
        effective(Decimal(1), Decimal(3), Decimal(101))
