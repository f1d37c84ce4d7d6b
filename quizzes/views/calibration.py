"""A student's own page about how well they know what they know."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from courses.access import place_in
from courses.requests import Request
from quizzes.desk import calibration


@require_safe
def certainty(request: Request, course: str) -> HttpResponse:
    """One's own certainty against one's own answers, in one course; never anybody else's."""
    place = place_in(request.user, course)
    return render(
        request,
        "quizzes/take/certainty.html",
        {
            "course": place.course,
            "found": calibration.of(request.user, place.course, now=request.arrived_at),
        },
    )
