"""A slot gives the newest version of its question, or the one that it is pinned to."""

import pytest

from courses.refusals import Refused
from quizzes.models import Question
from quizzes.sitting import attempts
from tests.factories import NOON
from tests.regrading import correct

pytestmark = pytest.mark.django_db


def met(enrolment, quiz) -> list[tuple[str, int]]:
    attempt = attempts.start(enrolment, quiz, now=NOON)
    return [
        (item.version.question.key, item.version.number)
        for item in attempt.items.select_related("version__question")
    ]


def pin(quiz, number) -> None:
    quiz.slots.filter(position=1).update(pinned=number)


def test_a_slot_follows_the_newest_version(ben_here, quiz, questions):
    correct(questions[0])
    assert met(ben_here, quiz) == [("anarchy-1", 2), ("anarchy-2", 1), ("anarchy-3", 1)]


@pytest.mark.invariant("D2")
def test_a_pinned_slot_keeps_to_its_version(ben_here, quiz, questions):
    correct(questions[0])
    pin(quiz, 1)
    assert met(ben_here, quiz) == [("anarchy-1", 1), ("anarchy-2", 1), ("anarchy-3", 1)]


def test_a_pinned_slot_does_not_mind_a_draft_that_others_do(ben_here, quiz, questions):
    Question.objects.filter(pk=questions[0].pk).update(status="draft")
    with pytest.raises(Refused, match="one of them is not ready"):
        attempts.start(ben_here, quiz, now=NOON)
    pin(quiz, 1)
    assert met(ben_here, quiz)[0] == ("anarchy-1", 1)


def test_a_pin_to_a_version_that_is_not_there_is_told(ben_here, quiz):
    pin(quiz, 7)
    with pytest.raises(Refused, match="pinned to a version that its question does not have"):
        attempts.start(ben_here, quiz, now=NOON)


@pytest.mark.parametrize("pinned", [None, 1])
def test_a_start_stays_within_its_queries_pinned_or_not(
    ben_here, quiz, django_assert_max_num_queries, pinned
):
    pin(quiz, pinned)
    with django_assert_max_num_queries(20):
        attempts.start(ben_here, quiz, now=NOON)
