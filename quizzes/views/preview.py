"""Those who teach or edit a quiz look at it as its students would, without leaving a trace."""

import secrets
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from courses.refusals import Refused
from courses.requests import Request
from quizzes import access
from quizzes.questions import Kind
from quizzes.sitting import attempts, previewing, reports
from quizzes.sitting.previewing import Reader
from quizzes.sitting.trials import CERTAINTIES

LONGEST_SEED = 40


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: Request, activity: str) -> HttpResponse:
    """The page of an attempt, drawn by `seed`; POST grades what was given and shows all of it."""
    found = access.previewed_quiz(request.user, activity)
    seed = request.GET.get("seed", "")[:LONGEST_SEED]
    if not seed:
        return redirect(_again(activity))
    now = request.arrived_at
    try:
        drawn = previewing.draw(found.quiz, seed=seed, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("quizzes:quiz", activity)
    enrolment = found.place.enrolment
    zone = enrolment.cohort.zone if enrolment else timezone.get_default_timezone()
    page: dict[str, Any] = {
        "attempt": drawn.attempt,
        "quiz": found.quiz,
        "activity": found.quiz.activity,
        "module": found.quiz.activity.module,
        "course": found.quiz.activity.module.course,
        "again": _again(activity),
        "sequential": attempts.is_sequential(drawn.attempt),
        "seed": seed,
    }
    typed: dict[int, Reader] | None = None
    sure: dict[int, int | None] = {}
    faults: dict[int, str] = {}
    if request.method == "POST":
        typed = {item.position: _reader(request, item.position) for item in drawn.items}
        sure = {
            position: CERTAINTIES.get(request.POST.get(f"q{position}.certainty", ""))
            for position in typed
        }
        faults = previewing.faults(drawn, typed)
    with timezone.override(zone):
        if typed is not None and not faults:
            page["result"] = previewing.graded(drawn, typed, sure=sure, now=now)
            return render(request, "quizzes/take/preview_result.html", page)
        questions = previewing.questions(drawn, typed=typed, sure=sure)
        page |= {
            "questions": questions,
            "shown": questions,
            "refused": [reports.Unsaved(position, fault) for position, fault in faults.items()],
        }
        return render(request, "quizzes/take/preview.html", page, status=422 if faults else 200)


def _again(activity: str) -> str:
    """The address of another draw."""
    query = urlencode({"seed": secrets.token_hex(3)})
    return f"{reverse('quizzes:preview', args=[activity])}?{query}"


def _reader(request: Request, position: int) -> Reader:
    data = dict(request.POST.lists())

    def read(kind: Kind, order: Any) -> Any:
        return kind.parse(order, data, f"q{position}")

    return read
