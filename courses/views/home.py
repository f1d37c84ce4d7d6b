"""The front page, joining a cohort, and the page of components."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses import access, accounts, announcements, dashboards, enrolment
from courses.forms import JoinForm
from courses.invitations import KEPT_AS
from courses.models import Course, Role
from courses.refusals import Refused
from courses.requests import Request


@login_not_required
@require_safe
def home(request: Request) -> HttpResponse:
    """What this is, for a stranger; where you are and what comes next, for everybody else."""
    if not request.user.is_authenticated:
        course = Course.objects.filter(published=True).first()
        return render(request, "courses/home.html", {"landing": True, "course": course})
    studying = dashboards.studying(request.user)
    teaching = dashboards.teaching(request.user)
    editing = Course.objects.all() if access.is_editor(request.user) else []
    return render(
        request,
        "courses/home.html",
        {
            "landing": False,
            "studying": studying,
            "teaching": teaching,
            "editing": editing,
            # Whoever studies nowhere is told nothing, and asks for nothing.
            "announcements": announcements.for_student(request.user) if studying else [],
            "invited": KEPT_AS in request.session,
            "may_run": any(line.role_key == Role.INSTRUCTOR for line in teaching)
            or (request.user.is_staff and request.user.has_perm("courses.add_cohort")),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: Request) -> HttpResponse:
    """Whether one is told by mail of messages and announcements; POST switches it."""
    wanted = request.POST.get("wanted") if request.method == "POST" else None
    if wanted in ("yes", "no"):
        accounts.want_mail(request.user, wanted=wanted == "yes")
        messages.success(
            request,
            _("You are told by mail again.")
            if wanted == "yes"
            else _("You get no such mail any more."),
        )
        return redirect("courses:mail")
    trouble = request.method == "POST"
    return render(
        request, "courses/mail.html", {"trouble": trouble}, status=422 if trouble else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: Request) -> HttpResponse:
    """Join a cohort by its code."""
    if request.method == "POST":
        form = JoinForm(request.POST)
    else:
        form = JoinForm(initial={"code": request.GET.get("code", "")})
    if form.is_bound and form.is_valid():
        try:
            place = enrolment.join(
                request.user, code=form.cleaned_data["code"], now=request.arrived_at
            )
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(request, _("Welcome to %(cohort)s.") % {"cohort": place.cohort})
            return redirect("courses:course", place.cohort.course.key)
    status = 422 if form.is_bound else 200
    return render(request, "courses/join.html", {"form": form}, status=status)


@require_safe
def style(request: Request) -> HttpResponse:
    """Every component on one page, for those who build the site and for its tests."""
    if not request.user.is_staff:
        raise Http404
    return render(request, "courses/style.html")
