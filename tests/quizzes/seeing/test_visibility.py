"""Who sees what, when."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.seeing.visibility import (
    AT_WORK,
    EVERYTHING,
    NOTHING,
    STUDENTS_SEE,
    TOLD,
    TOTAL_ONLY,
    Item,
    Phase,
    Policy,
    Role,
    may_earn,
    phase,
    reveals_key,
    visible,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALL = list(product(Policy, Phase))


def test_every_policy_says_something_about_every_phase_and_to_the_student():
    assert set(STUDENTS_SEE) == set(ALL)
    assert set(TOLD) == set(Policy)


@given(st.text(), st.text(), st.text())
def test_what_the_table_does_not_name_is_hidden(policy, phase, role):
    assert visible(policy, phase, role) == NOTHING


@pytest.mark.parametrize("role", ["", "Student", "observer"])
def test_unknown_roles_see_nothing(role):
    assert visible("practice", "closed", role) == NOTHING


@pytest.mark.parametrize(("policy", "phase"), ALL)
def test_staff_see_everything(policy, phase):
    assert visible(policy, phase, Role.STAFF) == EVERYTHING


@pytest.mark.parametrize("policy", Policy)
def test_a_student_at_work_sees_the_questions_and_no_result(policy):
    assert visible(policy, "during", "student") == {Item.ATTEMPT, Item.MAX_MARKS}


@pytest.mark.parametrize("policy", ["practice", "homework"])
def test_all_is_told_about_a_question_once_it_is_checked_for_good(policy):
    assert visible(policy, "answered", "student") == EVERYTHING - {
        Item.SCORE,
        Item.OVERALL_FEEDBACK,
    }


def test_between_two_tries_only_whether_it_is_right_is_told_and_in_an_exam_nothing():
    for policy in ("practice", "homework"):
        assert visible(policy, "tried", "student") == AT_WORK | {Item.CORRECTNESS}
    for checked in ("tried", "answered"):
        assert visible("exam", checked, "student") == AT_WORK


@pytest.mark.parametrize("phase", ["just_after", "later", "closed"])
def test_homework_tells_all_after_submitting(phase):
    assert visible("homework", phase, "student") == EVERYTHING


def test_homework_that_may_be_tried_again_tells_the_total_only():
    assert visible("homework", "again", "student") == TOTAL_ONLY
    assert visible("practice", "again", "student") == EVERYTHING


@pytest.mark.parametrize("phase", ["again", "just_after", "later"])
def test_an_exam_tells_only_the_total_until_it_has_closed_for_all(phase):
    assert visible("exam", phase, "student") == {
        Item.ATTEMPT,
        Item.MAX_MARKS,
        Item.SCORE,
        Item.OVERALL_FEEDBACK,
    }
    assert visible("exam", "closed", "student") == EVERYTHING


@pytest.mark.parametrize(("policy", "phase"), ALL)
def test_a_hidden_score_cannot_be_worked_out_from_the_questions(policy, phase):
    """Except of a question just checked: then the student knows the sum so far anyway."""
    items = visible(policy, phase, "student")
    if Item.SCORE not in items and phase not in (Phase.TRIED, Phase.ANSWERED):
        assert not items & {Item.MARKS, Item.CORRECTNESS, Item.RIGHT_ANSWER}


@pytest.mark.parametrize(("policy", "phase"), ALL)
def test_nobody_sees_a_result_of_what_they_may_not_see(policy, phase):
    assert Item.ATTEMPT in visible(policy, phase, "student")


@pytest.mark.parametrize(("policy", "phase"), ALL)
def test_while_marks_are_not_released_students_see_what_they_saw_at_work_and_staff_all(
    policy, phase
):
    assert visible(policy, phase, Role.STUDENT, hidden=True) == AT_WORK
    assert visible(policy, phase, Role.STAFF, hidden=True) == EVERYTHING
    assert not reveals_key(visible(policy, phase, Role.STUDENT, hidden=True))


def test_no_phase_shows_less_than_the_one_before():
    for policy in Policy:
        later = [
            visible(policy, phase, "student")
            for phase in (Phase.DURING, Phase.AGAIN, Phase.JUST_AFTER, Phase.LATER, Phase.CLOSED)
        ]
        assert all(before <= after for before, after in pairwise(later))


def test_whatever_tells_right_from_wrong_reveals_the_key():
    assert not reveals_key(AT_WORK)
    assert not reveals_key(visible("exam", "later", "student"))
    assert reveals_key(visible("exam", "closed", "student"))
    assert reveals_key(visible("practice", "answered", "student"))
    assert all(
        reveals_key(frozenset({item}))
        for item in (Item.CORRECTNESS, Item.MARKS, Item.SPECIFIC_FEEDBACK, Item.RIGHT_ANSWER)
    )


def test_an_attempt_passes_through_the_phases():
    def at(minutes, closes_in=60, again=False):
        return phase(
            finished_at=NOON,
            now=NOON + timedelta(minutes=minutes),
            closes_at=closes_in and NOON + timedelta(minutes=closes_in),
            again=again,
        )

    assert phase(finished_at=None, now=NOON, closes_at=NOON, again=False) == Phase.DURING
    assert at(1.99) == Phase.JUST_AFTER
    assert at(2) == Phase.LATER
    assert at(59.99) == Phase.LATER
    assert at(60) == Phase.CLOSED
    assert at(10_000, closes_in=None) == Phase.LATER
    # Who may still earn credit sees no more than that, whatever else is over.
    assert at(1, again=True) == at(10, again=True) == at(60, again=True) == Phase.AGAIN


def test_who_submits_in_the_last_second_still_has_the_two_minutes():
    close = NOON + timedelta(seconds=1)
    assert phase(
        finished_at=NOON, now=NOON + timedelta(minutes=1), closes_at=close, again=False
    ) == (Phase.JUST_AFTER)
    assert phase(
        finished_at=NOON, now=NOON + timedelta(minutes=2), closes_at=close, again=False
    ) == (Phase.CLOSED)


def test_who_may_still_earn_credit():
    """By one's own rules, an attempt under way and what one has asked to see."""
    hour = timedelta(hours=1)

    def may(**changes):
        usual = {
            "under_way": False,
            "revealed": False,
            "attempts_used": 1,
            "attempts_allowed": 2,
            "closes_at": NOON + hour,
            "now": NOON,
        }
        return may_earn(**usual | changes)

    assert may()
    assert may(attempts_allowed=None, attempts_used=99, closes_at=None)
    assert not may(attempts_used=2)
    assert not may(closes_at=NOON)
    assert not may(revealed=True)
    assert may(attempts_used=2, closes_at=NOON - hour, under_way=True)
