"""What an instructor looks at."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses import access, dashboards
from courses.models import Role
from courses.requests import Request


@require_safe
def cohort(request: Request, cohort: int) -> HttpResponse:
    """The roster by activities: who has read what, who scored what."""
    here = access.teaching_in(request.user, cohort)
    taught = here.cohort
    with timezone.override(taught.zone):
        return render(
            request,
            "courses/teach/cohort.html",
            {
                "cohort": taught,
                "instructs": here.role == Role.INSTRUCTOR,
                "roster": dashboards.roster(taught),
            },
        )
