"""An attempt is drawn before its start waits for its turn, and anew if that took too long."""

import random
import threading

import pytest
from django.db import connection, transaction

from courses.models import Enrolment
from quizzes import authoring
from quizzes.models import Attempt, Slot
from quizzes.sitting import attempts, checkpoints, composing, papers
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def started_meanwhile(enrolment, quiz, change) -> Attempt:
    """An attempt whose start has drawn its questions and waits, while `change` is made."""
    outcome = []

    def start() -> None:
        try:
            outcome.append(attempts.start(enrolment, quiz, now=NOON))
        finally:
            connection.close()

    waiting = threading.Thread(target=start)
    with transaction.atomic():
        Enrolment.objects.select_for_update().get(pk=enrolment.pk)
        waiting.start()
        waiting.join(1)
        assert outcome == []
        change()
    waiting.join(30)
    return outcome[0]


def versions(attempt) -> set[int]:
    return set(attempt.items.values_list("version", flat=True))


def test_a_question_that_was_mended_meanwhile_is_asked_as_it_is_now(ben_here, quiz, questions):
    def mend() -> None:
        questions[0].spec = factories.single("Mended?")
        questions[0].save()
        authoring.publish(questions[0], now=NOON)

    attempt = started_meanwhile(ben_here, quiz, mend)
    for question in questions:
        question.refresh_from_db()
    assert versions(attempt) == {question.current_id for question in questions}


def test_points_that_were_changed_meanwhile_count(ben_here, quiz):
    attempt = started_meanwhile(ben_here, quiz, lambda: Slot.objects.update(points=2))
    assert (attempt.out_of, set(attempt.items.values_list("points", flat=True))) == (6, {2})


def test_a_quiz_that_was_set_otherwise_meanwhile_is_taken_as_it_is_now(ben_here, quiz):
    def set_otherwise() -> None:
        type(quiz).objects.filter(pk=quiz.pk).update(time_limit=60, navigation="sequential")

    attempt = started_meanwhile(ben_here, quiz, set_otherwise)
    assert (attempt.deadline - NOON).total_seconds() == 60
    assert attempts.is_sequential(attempt)


def test_what_a_student_was_shown_meanwhile_is_known(ben_here, quiz, questions, module):
    quiz.known_questions, quiz.review = quiz.Known.LEAVE_OUT, quiz.Review.EXAM
    quiz.save()
    version = questions[1].current

    def show() -> None:
        checkpoints.answer(version, ben_here, response=None, now=NOON)

    attempt = started_meanwhile(ben_here, quiz, show)
    assert attempt.out_of == 2


def test_with_a_seed_an_attempt_is_drawn_as_for_a_preview(ben_here, quiz):
    quiz.shuffle_questions = quiz.shuffle_options = True
    quiz.save()
    attempt = attempts.start(ben_here, quiz, now=NOON, seed=7)
    rng = random.Random(7)
    filled = composing.compose(ben_here, quiz, rng=rng)
    expected = papers.frozen(attempt, filled, rng)
    assert list(attempt.items.order_by("position").values_list("version", "order")) == [
        (item.version_id, item.order) for item in expected
    ]
