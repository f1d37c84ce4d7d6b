"""When two marks agree, and what they come to."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from quizzes.marks.agreement import Standing, State, Terms, stand

POINTS = st.decimals(0, 20, places=5)
ONE = Terms()
TWO = Terms(second=True, tolerance=Decimal("0.5"))


def test_one_marker_decides_where_one_is_enough():
    assert stand(ONE) == Standing(State.FIRST)
    assert stand(ONE, Decimal(3)) == Standing(State.DECIDED, Decimal(3))
    assert stand(TWO, Decimal(3)) == Standing(State.SECOND)


@given(POINTS, POINTS)
def test_two_markers_decide_together_or_not_at_all(first, second):
    standing = stand(TWO, first, second)
    assert standing == stand(TWO, second, first)
    if abs(first - second) <= TWO.tolerance:
        assert min(first, second) <= standing.score <= max(first, second)
        assert abs(2 * standing.score - first - second) <= Decimal("0.00001")
    else:
        assert standing == Standing(State.MODERATION)


@given(POINTS | st.none(), POINTS | st.none(), POINTS)
def test_what_a_moderator_says_holds_whatever_was_marked(first, second, word):
    assert stand(TWO, first, second, word) == Standing(State.DECIDED, word)


def test_the_terms_are_said_in_words():
    assert ONE.in_words == "One person marks each answer."
    assert TWO.in_words == (
        "Two people mark each answer, neither seeing the other's mark. If they differ by at most"
        " 0.5 points, the mean of both counts; otherwise an instructor decides."
    )
