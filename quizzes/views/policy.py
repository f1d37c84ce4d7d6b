"""What a student may see when, and why, for those who teach: nothing here changes anything."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses import correspondence
from courses.access import teaching_in
from courses.models import Enrolment, Role
from courses.requests import Request
from quizzes import access
from quizzes.desk.students import POLICY
from quizzes.forms import MomentForm
from quizzes.seeing import policy as policies


@require_safe
def policy(request: Request, cohort: int, activity: str) -> HttpResponse:
    """A quiz through the eyes of one student at one moment, chosen by the form in the address."""
    found = access.taught_quiz(request.user, cohort, activity)
    students = list(
        Enrolment.objects.active()
        .students()
        .filter(cohort=found.cohort)
        .select_related("user", "cohort")
    )
    form = MomentForm(
        request.GET or None,
        cohort=found.cohort,
        students=students,
        initial={"at": request.arrived_at},
    )
    moment = None
    if form.is_valid():
        student = form.students[form.cleaned_data["student"]]
        if request.method == "GET":
            page = f"{POLICY} {found.quiz.activity_id}"
            correspondence.look(student, by=request.user, page=page, now=request.arrived_at)
        moment = policies.moment(
            student,
            found.quiz,
            at=form.cleaned_data["at"] or request.arrived_at,
        )
    with timezone.override(found.cohort.zone):
        return render(
            request,
            "quizzes/teach/policy.html",
            {
                "cohort": found.cohort,
                "instructs": found.instructs,
                "quiz": found.quiz,
                "activity": found.quiz.activity,
                "form": form,
                "moment": moment,
                "students": students,
            },
            status=422 if form.is_bound and moment is None else 200,
        )


@require_safe
def presets(request: Request, cohort: int) -> HttpResponse:
    """What each preset shows in each phase: the matrix itself."""
    place = teaching_in(request.user, cohort)
    return render(
        request,
        "quizzes/teach/presets.html",
        {
            "cohort": place.cohort,
            "instructs": place.role == Role.INSTRUCTOR,
            "presets": policies.presets(),
        },
    )
