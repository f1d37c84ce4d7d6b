"""The rules that say who may need help."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quizzes.desk import concerns
from quizzes.desk.concerns import Standing
from tests.factories import NOON

DAYS = st.integers(0, 400).map(lambda days: timedelta(days=days))
SHARE = st.fractions(0, 1)
PERCENT = st.decimals(0, 100, places=2)


@given(DAYS, DAYS, DAYS)
def test_silence_is_told_in_whole_days_after_a_week_and_ends_with_a_sign(since, last, now):
    days = concerns.silent_days(last=NOON + last, since=NOON + since, now=NOON + now)
    quiet = (now - max(since, last)).days
    assert days == (quiet if quiet >= 7 else None)
    assert concerns.silent_days(last=NOON + now, since=NOON, now=NOON + now) is None
    never = concerns.silent_days(last=None, since=NOON + since, now=NOON + now)
    assert never == ((now - since).days if (now - since).days >= 7 else None)


def test_silence_begins_at_seven_days_to_the_second():
    week = timedelta(days=7)
    assert concerns.silent_days(last=None, since=NOON, now=NOON + week) == 7
    short = NOON + week - timedelta(seconds=1)
    assert concerns.silent_days(last=None, since=NOON, now=short) is None


def test_two_tries_are_enough_to_worry_and_one_is_not():
    assert [concerns.failed(tries) for tries in (0, 1, 2, 3)] == [False, False, True, True]


@given(PERCENT, SHARE, st.floats(1, 10_000), st.floats(1, 10_000))
def test_guessing_is_faster_than_a_third_of_the_median_and_within_ten_points_of_luck(
    percentage, guess, seconds, usual
):
    expected = seconds < usual / 3 and Fraction(percentage) <= 100 * guess + 10
    found = concerns.guessed(percentage, guess=guess, seconds=seconds, usual_seconds=usual)
    assert found == expected
    assert not concerns.guessed(percentage, guess=guess, seconds=usual, usual_seconds=usual)
    assert not concerns.guessed(percentage, guess=guess, seconds=seconds, usual_seconds=None)


def test_ten_points_above_luck_still_look_like_guessing():
    near = {"guess": Fraction(1, 4), "seconds": 30, "usual_seconds": 91}
    assert concerns.guessed(Decimal("35.00"), **near)
    assert not concerns.guessed(Decimal("35.01"), **near)


@given(st.lists(st.integers(0, 60), max_size=30))
def test_a_class_has_a_median_from_five_on_and_whoever_reaches_it_is_not_behind(done):
    usual = concerns.usual(done, enough=concerns.ENOUGH_STUDENTS)
    assert (usual is None) == (len(done) < 5)
    for mine in done:
        behind = concerns.behind(mine, usual)
        assert behind == (usual is not None and 2 * mine <= usual and usual - mine >= 3)
        assert not behind or not concerns.behind(60, usual)


@given(st.integers(0, 9), st.integers(0, 9), st.booleans(), st.booleans())
def test_everybody_is_in_exactly_one_place_of_a_module(done, of, begun, silent):
    found = concerns.standing(done=done, of=of, begun=begun or done > 0, silent=silent)
    if of and done >= of:
        assert found == Standing.FINISHED
    elif not begun and not done:
        assert found == Standing.WAITING
    else:
        assert found == (Standing.STOPPED if silent else Standing.WORKING)
