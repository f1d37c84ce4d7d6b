"""Writing marks: the only place that turns responses into scores."""

from datetime import datetime
from decimal import Decimal

from courses import progress
from quizzes import grading
from quizzes.models import Attempt, Item, Mark, Response
from quizzes.questions import KINDS


def latest_answers(attempt: Attempt) -> dict[int, Response]:
    """The newest response to each item (by its id); one query."""
    return {
        response.item_id: response
        for response in Response.objects.filter(item__attempt=attempt).order_by("revision")
    }


def grade(attempt: Attempt, *, now: datetime) -> None:
    """Mark every item of an attempt that has just closed, and tell the ledger.

    The caller holds the attempt's lock inside a transaction and has set its state. Score, marks
    and ledger are written together or not at all.
    """
    answers = latest_answers(attempt)
    marks = []
    for item in (
        Item.objects.filter(attempt=attempt).select_related("version").defer("version__content")
    ):
        response = answers.get(item.pk)
        fraction = KINDS[item.version.kind].grade(
            item.version.spec, response.answer if response else None
        )
        marks.append(
            Mark(
                item=item,
                version=item.version,
                score=grading.mark(fraction, item.points),
                made_at=now,
            )
        )
    Mark.objects.bulk_create(marks)
    attempt.score = grading.total(mark.score for mark in marks)
    attempt.save(update_fields=["state", "submitted_at", "score"])
    record(attempt, now=now)


def record(attempt: Attempt, *, now: datetime) -> None:
    """Bring the ledger's row for this student and quiz in line with their finished attempts.

    The activity counts as completed once passed, or when all attempts are used up.
    """
    quiz = attempt.quiz
    progress.hold(attempt.enrolment, quiz.activity)
    finished = list(
        Attempt.objects.submitted()
        .filter(quiz=quiz, enrolment=attempt.enrolment_id)
        .order_by("number")
        .values_list("score", "out_of")
    )
    percentages = [grading.percentage(score or Decimal(0), out_of) for score, out_of in finished]
    counting = grading.best(percentages, quiz.grade_method)
    if counting is None:
        return
    counting = grading.shown(counting)
    used_up = quiz.attempts_allowed is not None and len(finished) >= quiz.attempts_allowed
    progress.score(
        attempt.enrolment,
        quiz.activity,
        percentage=counting,
        completed=counting >= quiz.pass_mark or used_up,
        now=now,
    )
