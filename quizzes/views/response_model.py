"""The item response model of a quiz: what it says, and asking for it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_tasks import task

from courses.requests import Request
from quizzes import access
from quizzes.reporting import response_model, telling
from quizzes.reporting.response_model import Scaled, Told
from quizzes.statistics import Enough
from quizzes.statistics.intervals import Z


@task()
def fit_model(key: int) -> None:
    """In the background: fit the model of this row."""
    response_model.make(key, now=timezone.now())


@require_http_methods(["GET", "HEAD", "POST"])
def model(request: Request, cohort: int, activity: str) -> HttpResponse:
    """What the model says of each question; instructors ask here for it to be fitted."""
    found = access.taught_quiz(request.user, cohort, activity)
    if request.method == "POST":
        if not found.instructs:
            raise Http404
        fit = response_model.ask(found.quiz, found.cohort, now=request.arrived_at)
        if fit is not None:
            fit_model.enqueue(fit.pk)
        return redirect(request.path)
    told = response_model.told(found.quiz, found.cohort)
    return render(
        request,
        "quizzes/analysis/model.html",
        {
            "cohort": found.cohort,
            "activity": found.quiz.activity,
            "instructs": found.instructs,
            "told": told,
            "first_line": _first_line(told),
            "reliability": telling.plain(told.reliability if told else None),
            "rows": [_row(each) for each in told.questions] if told else [],
            "enough": Enough.RESPONSE_MODEL.value,
            "least_questions": response_model.LEAST_QUESTIONS,
        },
    )


def _first_line(told: Told | None) -> str:
    if told is None:
        return _("No model has been fitted yet.")
    if told.fit.fault:
        return _("The model could not be fitted. %(fault)s") % {"fault": told.fit.fault}
    if told.fit.made_at is None:
        return _("The model waits to be fitted; look again in a minute.")
    if not told.name:
        return _("%(n)d attempts: too few to tell.") % {"n": told.n}
    odd = sum(bool(each.misfit) for each in told.questions)
    said = _("%(n)d attempts, %(questions)d questions") % {
        "n": told.n,
        "questions": len(told.questions),
    }
    if not told.settled:
        return _("%(said)s; the estimates did not settle, so do not rely on them.") % {"said": said}
    if odd:
        return _("%(said)s; %(odd)d of them do not fit the model.") % {"said": said, "odd": odd}
    return _("%(said)s; all of them fit the model.") % {"said": said}


def _row(each: Scaled) -> dict[str, Any]:
    misfit = {
        "noisy": _("answers surprise: the weak get it right or the strong wrong too often"),
        "narrow": _("answers are more alike than strength explains: does it repeat another one?"),
        "": "",
    }
    return {
        "question": each,
        "difficulty": telling.plain(each.difficulty),
        "difficulty_within": _within(each.difficulty, each.difficulty_error),
        "discrimination": telling.plain(each.discrimination),
        "discrimination_within": _within(each.discrimination, each.discrimination_error),
        "infit": telling.plain(each.infit),
        "outfit": telling.plain(each.outfit),
        "misfit": misfit[each.misfit],
    }


def _within(value: float, error: float | None) -> str:
    if error is None:
        return ""
    low, high = telling.plain(value - Z * error), telling.plain(value + Z * error)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}
