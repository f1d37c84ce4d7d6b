"""A cohort's dates and settings, for those who teach it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from courses import cohorts
from courses.access import teaching_in
from courses.forms import CohortForm
from courses.models import Cohort, Role
from courses.refusals import Refused
from courses.requests import Request
from quizzes.forms import DatesForm, ShiftForm
from quizzes.times import dates as calendars
from quizzes.times import reopening

NO_SUCH_ACT = "The page did not say what to do. Use one of its buttons."
NOT_FROM_HERE = (
    "What came is not what this page sends, and nothing is stored. Open the page again, and make"
    " your change there."
)


def _said(changed: calendars.Changed) -> str:
    said = ngettext(
        "The dates of %(n)d quiz are changed.",
        "The dates of %(n)d quizzes are changed.",
        changed.quizzes,
    ) % {"n": changed.quizzes}
    if changed.ends:
        said += " " + _ends(changed.ends)
    return said


def _ends(moved: int) -> str:
    return ngettext(
        "The end of %(n)d open attempt moved.", "The ends of %(n)d open attempts moved.", moved
    ) % {"n": moved}


@require_http_methods(["GET", "HEAD", "POST"])
def dates(request: Request, cohort: int) -> HttpResponse:
    """All dates of a cohort's quizzes; POST sets them, or moves them as the preview showed.

    The preview of a move is in the address (`days`, `overrides`), so that it can be looked at
    again.
    """
    place = teaching_in(request.user, cohort)
    instructs = place.role == Role.INSTRUCTOR
    act = request.POST.get("act", "") if request.method == "POST" else None
    if act is not None and not instructs:
        raise PermissionDenied
    now, here = request.arrived_at, place.cohort
    shown = calendars.calendar(here)
    form = DatesForm(request.POST if act == "set" else None, cohort=here, calendar=shown)
    asked = request.POST if act == "shift" else request.GET if "days" in request.GET else None
    moving = ShiftForm(asked)
    trouble, asks_although = "", False
    if act == "set" and form.is_valid():
        try:
            changed = calendars.set_dates(
                here,
                form.times,
                digest=request.POST.get("digest", ""),
                by=request.user,
                now=now,
                although_seen="although_seen" in request.POST,
            )
        except Refused as refusal:
            trouble = str(refusal)
            asks_although = isinstance(refusal, reopening.Seen)
        else:
            messages.success(request, _said(changed))
            return redirect("quizzes:dates", cohort)
    elif act == "shift" and moving.is_valid():
        try:
            changed = calendars.shift(
                here,
                **moving.cleaned_data,
                digest=request.POST.get("digest", ""),
                by=request.user,
                now=now,
                although_seen="although_seen" in request.POST,
            )
        except Refused as refusal:
            trouble = str(refusal)
            asks_although = isinstance(refusal, reopening.Seen)
        else:
            messages.success(request, _said(changed))
            return redirect("quizzes:dates", cohort)
    elif act not in (None, "set", "shift"):
        trouble = _(NO_SUCH_ACT)
    preview = None
    if instructs and moving.is_bound and moving.is_valid():
        preview = calendars.plan_shift(here, **moving.cleaned_data, now=now)
    bad = act is not None or (moving.is_bound and not moving.is_valid())
    with timezone.override(here.zone):
        return render(
            request,
            "quizzes/teach/dates.html",
            {
                "cohort": here,
                "instructs": instructs,
                "calendar": shown,
                "form": form,
                "moving": moving,
                "preview": preview,
                "trouble": trouble,
                "asks_although": asks_although,
            },
            status=422 if bad else 200,
        )


def _details(cohort: Cohort) -> dict[str, Any]:
    return {name: getattr(cohort, name) for name in CohortForm.base_fields}


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: Request, cohort: int) -> HttpResponse:
    """What a cohort is called, when it runs and who gets in, for its instructors."""
    place = teaching_in(request.user, cohort)
    if place.role != Role.INSTRUCTOR:
        raise Http404
    here, trouble, asks_although = place.cohort, "", False
    act = request.POST.get("act", "") if request.method == "POST" else None
    form = CohortForm(request.POST if act == "details" else None, initial=_details(here))
    done, shown = "", cohorts.seen_by_page(request.POST)
    if act == "details" and shown is None:
        trouble = _(NOT_FROM_HERE)
    elif act == "details" and shown is not None and form.is_valid():
        try:
            moved = calendars.change_cohort(
                here,
                seen=shown,
                by=request.user,
                now=request.arrived_at,
                although_seen="although_seen" in request.POST,
                **form.cleaned_data,
            )
        except cohorts.ChangedMeanwhile as refusal:
            trouble = str(refusal)
            here.refresh_from_db()
        except reopening.Seen as refusal:
            trouble, asks_although = str(refusal), True
        except Refused as refusal:
            form.add_error("ends_on", str(refusal))
        else:
            done = _("Saved.") + (f" {_ends(moved)}" if moved else "")
    elif act == "code":
        code = cohorts.change_join_code(here)
        done = _("The join code is %(code)s now. The old one lets nobody in.") % {"code": code}
    elif act in ("open", "close"):
        cohorts.let_in(here, joining_open=act == "open")
        done = (
            _("Whoever has the join code gets in.")
            if act == "open"
            else _("The join code lets nobody in now. Who is here stays.")
        )
    elif act is not None and act != "details":
        trouble = _(NO_SUCH_ACT)
    if done:
        messages.success(request, done)
        return redirect("quizzes:settings", cohort)
    return render(
        request,
        "quizzes/teach/settings.html",
        {
            "cohort": here,
            "instructs": True,
            "form": form,
            "seen": cohorts.details(here),
            "trouble": trouble,
            "asks_although": asks_although,
        },
        status=200 if act is None else 422,
    )
