"""When a cohort takes a quiz, and what is different for its groups and people."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.access import teaching_in
from courses.models import Cohort, Enrolment, Group, Role
from courses.refusals import Refused
from courses.requests import Request
from quizzes import access
from quizzes.access import TaughtQuiz
from quizzes.forms import (
    AcceptForm,
    MembersForm,
    NewGroupForm,
    OverrideForm,
    ScheduleForm,
    TimeFactorForm,
    although_seen_field,
)
from quizzes.models import Attempt, Override, Schedule
from quizzes.sitting import attempts
from quizzes.times import giving, holding, reopening, timing
from quizzes.times.availability import in_words

NO_SUCH_ACT = "The page did not say what to do. Use one of its buttons."


def _students(cohort: Cohort) -> list[Enrolment]:
    return list(
        Enrolment.objects.active().students().filter(cohort=cohort).select_related("user", "cohort")
    )


def _done(form: forms.Form, act: Callable[[], Any]) -> bool:
    """Whether a valid form's act was done; a refusal is said on the form, with the tick that it
    asks for."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        if isinstance(refusal, reopening.Seen):
            form.fields["although_seen"] = although_seen_field()
        return False
    return True


def _meant(request: Request, form: forms.Form) -> bool:
    """Whether the tick came that `_done` asks for."""
    return form.add_prefix("although_seen") in request.POST


@require_http_methods(["GET", "HEAD", "POST"])
def quiz(request: Request, cohort: int, activity: str) -> HttpResponse:
    """A quiz's times in a cohort; POST changes one thing, named by `act`."""
    found = access.taught_quiz(request.user, cohort, activity)
    act = request.POST.get("act", "") if request.method == "POST" else None
    if act is not None and not found.instructs:
        raise PermissionDenied
    now = request.arrived_at
    where = {"cohort": found.cohort, "quiz": found.quiz}
    schedule = Schedule.objects.filter(**where).first() or Schedule(**where)
    students = _students(found.cohort)
    groups = list(Group.objects.filter(cohort=found.cohort).select_related("cohort"))

    def bound(form: str) -> dict[str, Any]:
        return {"data": request.POST if act == form else None, "cohort": found.cohort}

    seen = (
        reopening.may_have_seen(found.quiz, cohort=found.cohort, now=now) if found.instructs else 0
    )
    times = ScheduleForm(
        **bound("schedule"),
        seen=seen,
        prefix="schedule",
        initial={name: getattr(schedule, name) for name in (*holding.SCHEDULED, "password")},
    )
    give = OverrideForm(**bound("give"), prefix="give", groups=groups, students=students, seen=seen)
    trouble, asks_although = "", 0
    if act == "schedule":
        if _done(
            times,
            lambda: timing.set_schedule(
                found.cohort,
                found.quiz,
                by=request.user,
                now=now,
                shown=request.POST.get("shown", ""),
                **times.cleaned_data,
            ),
        ):
            messages.success(request, _("The times are set. Open attempts follow them at once."))
            return _back(found)
    elif act == "give":
        if _done(
            give,
            lambda: timing.give_override(
                found.quiz,
                to=give.to,
                changes=give.changes,
                reason=give.cleaned_data["reason"],
                expires_at=give.cleaned_data["expires_at"],
                although_seen=give.cleaned_data.get("although_seen", False),
                by=request.user,
                now=now,
            ),
        ):
            messages.success(request, _("Given. Open attempts follow at once."))
            if in_vain := giving.in_vain(found.quiz, give.to, now=now):
                messages.warning(request, in_vain)
            return _back(found)
    elif act == "revoke":
        override = _override(found, request)
        try:
            timing.revoke_override(
                override, by=request.user, now=now, although_seen="although_seen" in request.POST
            )
        except Refused as refusal:
            trouble = str(refusal)
            asks_although = override.pk if isinstance(refusal, reopening.Seen) else 0
        else:
            messages.success(request, _("Taken back. Open attempts follow at once."))
            return _back(found)
    elif act == "accept":
        abandoned = _abandoned(found, request)
        accept = AcceptForm(request.POST)
        if _done(
            accept,
            lambda: attempts.accept(
                abandoned, reason=accept.cleaned_data["reason"], by=request.user, now=now
            ),
        ):
            messages.success(request, _("The attempt counts now, with what had been saved in it."))
            return _back(found)
        trouble = " ".join(str(said) for errors in accept.errors.values() for said in errors)
    elif act is not None:
        trouble = _(NO_SUCH_ACT)
    at_work = dict(
        Attempt.objects.open()
        .filter(quiz=found.quiz, enrolment__cohort=found.cohort)
        .order_by()
        .values_list("enrolment", "started_at")
    )
    with timezone.override(found.cohort.zone):
        return render(
            request,
            "quizzes/teach/timing.html",
            {
                "cohort": found.cohort,
                "activity": found.quiz.activity,
                "instructs": found.instructs,
                "usual": _usual(found, schedule),
                "times": times,
                "shown": timing.schedule_digest(schedule),
                "give": give,
                "trouble": trouble,
                "asks_although": asks_although,
                "seen": reopening.in_words(seen) if seen else "",
                "overrides": [
                    (
                        override,
                        _changes(override),
                        _state(override, at_work, now),
                        timing.moves_of(override),
                    )
                    for override in timing.overrides_in(found.cohort, found.quiz)
                ],
                "cut": [
                    (one, in_words(one.allowed), in_words(one.left))
                    for one in timing.cut_short(found.cohort, found.quiz, now=now)
                ],
                "late": timing.late_attempts(found.cohort, found.quiz),
                "abandoned": timing.abandoned_in(found.cohort, found.quiz),
                "typed": request.POST.get("reason", "") if act == "accept" else "",
                "chosen": request.POST.get("attempt", ""),
                "under_way": len(at_work),
            },
            status=200 if act is None else 422,
        )


def _back(found: TaughtQuiz) -> HttpResponse:
    return redirect("quizzes:timing", found.cohort.pk, found.quiz.activity.key)


def _override(found: TaughtQuiz, request: Request) -> Override:
    number = request.POST.get("override", "")
    known = timing.overrides_in(found.cohort, found.quiz).select_related(
        "enrolment__cohort", "group__cohort"
    )
    override = known.filter(pk=number).first() if _is_number(number) else None
    if override is None:
        raise Http404
    return override


def _abandoned(found: TaughtQuiz, request: Request) -> Attempt:
    try:
        number = UUID(request.POST.get("attempt", ""))
    except ValueError:
        raise Http404 from None
    attempt: Attempt | None = (
        Attempt.objects.filter(pk=number, quiz=found.quiz, enrolment__cohort=found.cohort)
        .select_related("enrolment__cohort")
        .first()
    )
    if attempt is None:
        raise Http404
    return attempt


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16


def _usual(found: TaughtQuiz, schedule: Schedule) -> list[str]:
    """What holds for everybody who was given nothing."""
    limit, allowed = found.quiz.time_limit, found.quiz.attempts_allowed
    said = [
        _("No time limit.")
        if limit is None
        else _("Time limit: %(limit)s.") % {"limit": in_words(limit)},
        _("Any number of attempts.")
        if allowed is None
        else _("Attempts: %(allowed)d.") % {"allowed": allowed},
    ]
    ends_on = found.cohort.ends_on
    if schedule.closes_at is None:
        said.append(
            _("It never closes.")
            if ends_on is None
            else _("It closes with the cohort, at the end of %(day)s.")
            % {"day": date_format(ends_on, "j F Y")}
        )
    return said


def _changes(override: Override) -> list[tuple[str, Any]]:
    """What an override changes: pairs of a label and an instant or words."""
    pairs = [
        (_("opens"), override.opens_at),
        (_("due"), override.due_at),
        (_("closes"), override.closes_at),
        (_("time limit"), None if override.time_limit is None else in_words(override.time_limit)),
        (_("attempts"), override.attempts_allowed),
    ]
    return [(label, value) for label, value in pairs if value is not None]


def _state(override: Override, at_work: Mapping[int, datetime], now: datetime) -> str:
    """Whether an override still holds; `at_work` has the start of each student's open attempt."""
    if override.revoked_at is not None:
        return "revoked"
    if override.expires_at is not None and override.expires_at <= now:
        began = at_work.get(override.enrolment_id or 0)
        return "expired" if began is None or began >= override.expires_at else "goes on"
    return "holds"


@require_http_methods(["GET", "HEAD", "POST"])
def groups(request: Request, cohort: int) -> HttpResponse:
    """A cohort's groups and standing extra time; POST changes one thing, named by `act`."""
    place = teaching_in(request.user, cohort)
    instructs = place.role == Role.INSTRUCTOR
    act = request.POST.get("act", "") if request.method == "POST" else None
    if act is not None and not instructs:
        raise PermissionDenied
    now = request.arrived_at
    students = _students(place.cohort)
    by_number = {student.pk: student for student in students}
    known = list(
        Group.objects.filter(cohort=place.cohort)
        .select_related("cohort")
        .prefetch_related("members")
    )
    new = NewGroupForm(request.POST if act == "make" else None, prefix="new")
    factor = TimeFactorForm(
        request.POST if act == "factor" else None, prefix="factor", students=students
    )
    filled = [
        (
            group,
            MembersForm(
                request.POST if act == f"fill-{group.pk}" else None,
                prefix=f"group-{group.pk}",
                students=students,
                initial={
                    "members": [member.pk for member in group.members.all()],
                    "names": [
                        str(by_number[member.pk].user)
                        for member in group.members.all()
                        if member.pk in by_number
                    ],
                },
            ),
            timing.members_digest([member.pk for member in group.members.all()]),
        )
        for group in known
    ]
    done, trouble = "", ""
    if act == "make":
        if _done(
            new,
            lambda: timing.make_group(place.cohort, name=new.cleaned_data["name"], by=request.user),
        ):
            done = _("The group is made. Choose its members.")
    elif act == "factor":
        if _done(
            factor,
            lambda: timing.change_time_factor(
                by_number[factor.cleaned_data["person"]],
                factor=factor.cleaned_data["factor"],
                reason=factor.cleaned_data["reason"],
                although_seen=_meant(request, factor),
                by=request.user,
                now=now,
            ),
        ):
            done = _("The time factor is set. Open attempts follow it at once.")
    elif act is not None:
        trouble = _(NO_SUCH_ACT)
        for group, form, _shown in filled:
            if not form.is_bound:
                continue
            trouble = ""
            if _done(form, _fill(request, group, form, by_number)):
                done = _("The group has these members now. Open attempts follow at once.")
    if done:
        messages.success(request, done)
        return redirect("quizzes:groups", place.cohort.pk)
    with timezone.override(place.cohort.zone):
        return render(
            request,
            "quizzes/teach/groups.html",
            {
                "cohort": place.cohort,
                "instructs": instructs,
                "groups": filled,
                "new": new,
                "factor": factor,
                "with_more_time": [student for student in students if student.time_factor != 1],
                "students": students,
                "trouble": trouble,
            },
            status=200 if act is None else 422,
        )


def _fill(
    request: Request, group: Group, form: MembersForm, students: dict[int, Enrolment]
) -> Callable[[], Any]:
    return lambda: timing.fill_group(
        group,
        members=[students[number] for number in form.cleaned_data["members"]],
        although_seen=_meant(request, form),
        by=request.user,
        now=request.arrived_at,
        shown=request.POST.get("shown", ""),
    )
