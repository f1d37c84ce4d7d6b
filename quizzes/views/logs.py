"""The log of an attempt, for its student and for those who teach them."""

import csv
from uuid import UUID

import structlog
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses import correspondence
from courses.requests import Request
from quizzes import access
from quizzes.desk import students
from quizzes.seeing import visibility
from quizzes.sitting import attempts, logbook, reports
from quizzes.sitting.logbook import Log

log = structlog.get_logger(__name__)


@require_safe
def own(request: Request, attempt: UUID) -> HttpResponse:
    """Every stored version of every answer, as its student may see it."""
    return _page(request, _own(request, attempt))


@require_safe
def own_table(request: Request, attempt: UUID) -> HttpResponse:
    """The same as a file for a spreadsheet."""
    return _file(_own(request, attempt))


def _own(request: Request, attempt: UUID) -> Log:
    now = request.arrived_at
    found = attempts.settle(access.own_attempt(request.user, attempt), now=now)
    # One answer to what may be seen: that of the result.
    seen = visibility.AT_WORK if found.is_open else reports.result(found, now=now).items
    return logbook.log(found, items=seen)


@require_safe
def of_student(request: Request, cohort: int, attempt: UUID) -> HttpResponse:
    """The log of a student's attempt for those who teach them; that somebody looked is logged."""
    return _page(request, _of_student(request, cohort, attempt), cohort=cohort)


@require_safe
def of_student_table(request: Request, cohort: int, attempt: UUID) -> HttpResponse:
    """The same as a file for a spreadsheet."""
    return _file(_of_student(request, cohort, attempt))


def _of_student(request: Request, cohort: int, attempt: UUID) -> Log:
    found = access.attempt_in(request.user, cohort, attempt)
    log.info(
        "attempt_log_seen",
        attempt=str(found.pk),
        student=found.enrolment.user_id,
        by=request.user.pk,
    )
    if request.method == "GET":
        correspondence.look(
            found.enrolment,
            by=request.user,
            page=f"{students.LOG} {found.pk}",
            now=request.arrived_at,
        )
    return logbook.log(found)


def _page(request: Request, shown: Log, *, cohort: int | None = None) -> HttpResponse:
    attempt = shown.attempt
    with timezone.override(attempt.enrolment.cohort.zone):
        return render(
            request,
            "quizzes/take/log.html",
            {
                "log": shown,
                "attempt": attempt,
                "activity": attempt.quiz.activity,
                "course": attempt.quiz.activity.module.course,
                "cohort": attempt.enrolment.cohort if cohort else None,
                "zone": attempt.enrolment.cohort.zone,
                "certainty": any(event.certainty for event in shown.events),
                "marks": any(event.points is not None for event in shown.events),
            },
        )


def _file(shown: Log) -> HttpResponse:
    # With a mark of its encoding, without which a common spreadsheet guesses wrongly.
    reply = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    reply["Content-Disposition"] = f'attachment; filename="attempt-{shown.attempt.pk}.csv"'
    csv.writer(reply).writerows(logbook.table(shown))
    return reply
