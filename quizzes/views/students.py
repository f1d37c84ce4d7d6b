"""A student of a cohort, and each of their attempts, for those who teach them."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.models import Role
from courses.requests import Request
from quizzes import access


@require_safe
def student(request: Request, cohort: int, enrolment: int) -> HttpResponse:
    """All that is known of a student in this cohort."""
    found = access.taught_student(request.user, cohort, enrolment)
    taught = found.enrolment.cohort
    with timezone.override(taught.zone):
        return render(
            request,
            "quizzes/students/student.html",
            {
                "cohort": taught,
                "instructs": found.teacher.role == Role.INSTRUCTOR,
                "student": found.enrolment,
            },
        )
