"""A quiz as it goes on in a cohort, for those who watch over it; and more time."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from courses.forms import PlainIntegerField
from courses.models import Enrolment, Group
from courses.refusals import Refused
from courses.requests import Request
from quizzes import access
from quizzes.desk import live
from quizzes.desk.live import Room, Row, Stage
from quizzes.forms import although_seen_field, reason_field
from quizzes.times import extending, reopening

STAGES = {
    Stage.WORKING: (gettext_lazy("working"), ""),
    Stage.GRACE: (gettext_lazy("time is up, may hand in"), "part"),
    Stage.NOT_STARTED: (gettext_lazy("not started"), ""),
    Stage.HANDED_IN: (gettext_lazy("handed in"), "right"),
    Stage.ABANDONED: (gettext_lazy("not handed in"), "wrong"),
}
TROUBLE = "trouble"
SORTS = {
    "name": gettext_lazy("Student"),
    "state": gettext_lazy("State"),
    "answered": gettext_lazy("Answered"),
    "unsaved": gettext_lazy("Not saved"),
    "heard": gettext_lazy("Last sign"),
    "left": gettext_lazy("Time left"),
    "trouble": gettext_lazy("Connection"),
}
NO_SUCH_CHOICE = gettext_lazy("There is no such choice on this page. Choose one of these.")


class ShownForm(forms.Form):
    """Whom the page shows, and in which order; all of it stands in its address."""

    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        error_messages={"invalid_choice": NO_SUCH_CHOICE},
        choices=[
            ("", gettext_lazy("everybody")),
            (TROUBLE, gettext_lazy("connection trouble")),
            *((str(stage), words) for stage, (words, _look) in STAGES.items()),
        ],
    )
    group = forms.ChoiceField(
        label=gettext_lazy("Group"),
        required=False,
        error_messages={"invalid_choice": NO_SUCH_CHOICE},
    )
    sort = forms.ChoiceField(
        required=False,
        choices=list(SORTS.items()),
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": NO_SUCH_CHOICE},
    )

    def __init__(self, *arguments: Any, room: Room, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.members = {str(group.pk): members for group, members in room.groups}
        chosen: forms.ChoiceField = self.fields["group"]  # type: ignore[assignment]
        chosen.choices = [
            ("", _("everybody")),
            *((str(group.pk), group.name) for group, _members in room.groups),
        ]

    def rows(self, room: Room) -> list[Row]:
        """The rows that are asked for; all of them where what is asked for is not there."""
        if not self.is_valid():
            return list(room.rows)
        show, group = self.cleaned_data["show"], self.cleaned_data["group"]
        rows = [
            row
            for row in room.rows
            if (not group or row.enrolment.pk in self.members[group])
            and (not show or (row.troubles if show == TROUBLE else row.stage == show))
        ]
        # Names are in order already, and sorting keeps what is alike as it was.
        key = KEYS.get(self.cleaned_data["sort"])
        return rows if key is None else sorted(rows, key=key)


ORDER = list(STAGES)
KEYS: dict[str, Any] = {
    "state": lambda row: ORDER.index(row.stage),
    "answered": lambda row: (row.attempt is None, row.answered),
    "unsaved": lambda row: -row.unsaved,
    "heard": lambda row: row.heard_at.timestamp() if row.heard_at else float("inf"),
    "left": lambda row: float("inf") if row.seconds_left is None else row.seconds_left,
    "trouble": lambda row: not row.troubles,
}


@require_safe
def watch(request: Request, cohort: int, activity: str) -> HttpResponse:
    """Who is at work, and how it goes. To its own script it answers 304 while nothing changes."""
    found = access.taught_quiz(request.user, cohort, activity)
    now = request.arrived_at
    mark = f"{live.fingerprint(found.quiz, found.cohort)}{'-' if found.instructs else '+'}"
    if request.htmx and live.is_fresh(request.headers.get("If-None-Match", ""), mark, now=now):
        return HttpResponseNotModified()
    room = live.room(found.quiz, found.cohort, now=now)
    form = ShownForm(request.GET.dict(), room=room)
    rows = form.rows(room)
    tag = live.tag(mark, room.fresh_until)
    with timezone.override(found.cohort.zone):
        response = render(
            request,
            "quizzes/teach/_live.html" if request.htmx else "quizzes/teach/live.html",
            {
                "cohort": found.cohort,
                "activity": found.quiz.activity,
                "instructs": found.instructs,
                "room": room,
                "rows": [(row, *STAGES[row.stage]) for row in rows],
                "form": form,
                "heads": _heads(request, form),
                "tag": tag.strip('"'),
                "now": now,
                "more": None if not found.instructs else MoreForm(room=room, initial=ALL),
                "at_work": room.count(Stage.WORKING) + room.count(Stage.GRACE),
            },
            status=200 if form.is_valid() else 422,
        )
    response["ETag"] = tag
    return response


def _heads(request: Request, form: ShownForm) -> list[tuple[str, Any, str, str]]:
    """Name, words and address of each column, and in which order it sorts the page, if it does."""
    chosen = (form.cleaned_data.get("sort") if form.is_valid() else "") or "name"
    heads = []
    for name, words in SORTS.items():
        query = request.GET.copy()
        query["sort"] = name
        order = "descending" if name in ("unsaved", "trouble") else "ascending"
        heads.append((name, words, f"?{query.urlencode()}", order if name == chosen else ""))
    return heads


# --- More time ---------------------------------------------------------------------------------

ALL = {"whom": "all", "minutes": 10}


class MoreForm(forms.Form):
    """To whom, and how many minutes; to be looked at before anything is given."""

    whom = forms.ChoiceField(
        label=gettext_lazy("More time for"),
        error_messages={
            "required": gettext_lazy("Choose a person, a group or everybody."),
            "invalid_choice": gettext_lazy(
                "This person or group is not in the cohort. Choose another."
            ),
        },
    )
    minutes = PlainIntegerField(
        label=gettext_lazy("Minutes"),
        min_value=1,
        max_value=extending.MOST_MINUTES,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            gettext_lazy(extending.NOT_MINUTES) % {"most": extending.MOST_MINUTES},
        ),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 4, "size": 4}
        ),
    )

    def __init__(self, *arguments: Any, room: Room, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.known: dict[str, Enrolment | Group | None] = {
            "all": None,
            **{f"group-{group.pk}": group for group, _members in room.groups},
            **{f"person-{row.enrolment.pk}": row.enrolment for row in room.rows},
        }
        choices: list[Any] = [("all", _("everybody at work"))]
        if room.groups:
            choices.append(
                (_("Groups"), [(f"group-{group.pk}", group.name) for group, _m in room.groups])
            )
        people = [(f"person-{row.enrolment.pk}", str(row.enrolment.user)) for row in room.rows]
        choices.append((_("Students"), people))
        self.fields["whom"].choices = choices  # type: ignore[attr-defined]

    @property
    def to(self) -> Enrolment | Group | None:
        return self.known[self.cleaned_data["whom"]]


class GiveForm(MoreForm):
    """The same, given: with the reason, and the override after which the ends were looked at."""

    reason = reason_field()
    newest = forms.IntegerField(min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)
    although_seen = although_seen_field()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["reason"].help_text = _(
            "The people concerned read it. It is kept beside the new ends."
        )


@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: Request, cohort: int, activity: str) -> HttpResponse:
    """What more time would do, in words; POST gives it, if nobody has meanwhile."""
    found = access.taught_quiz(request.user, cohort, activity)
    if not found.instructs:
        raise PermissionDenied
    now = request.arrived_at
    room = live.room(found.quiz, found.cohort, now=now)
    given = request.method == "POST"
    form: MoreForm = (
        GiveForm(request.POST, room=room)
        if given
        else MoreForm(request.GET.dict() or None, room=room, initial=ALL)
    )
    what: dict[str, Any] = {"cohort": found.cohort, "quiz": found.quiz, "now": now}
    if form.is_valid():
        minutes = form.cleaned_data["minutes"]
        if given:
            try:
                done = extending.extend(
                    **what,
                    to=form.to,
                    minutes=minutes,
                    reason=form.cleaned_data["reason"],
                    newest=form.cleaned_data["newest"],
                    although_seen=form.cleaned_data["although_seen"],
                    by=request.user,
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _given(len(done.extended), minutes))
                return redirect("quizzes:live", found.cohort.pk, found.quiz.activity.key)
    plan = None
    if form.is_bound and not {"whom", "minutes"} & set(form.errors):
        # As they were understood: “10.0” is a number to the form, and to nobody else.
        minutes = form.cleaned_data["minutes"]
        plan = extending.plan(**what, to=form.to, minutes=minutes)
    give = None
    if plan is not None and plan.extended:
        fixed = {"whom": form.data["whom"], "minutes": minutes, "newest": plan.newest}
        # What was typed stays; what was looked at is what stands here now.
        give = GiveForm(
            {**fixed, "reason": form.data.get("reason", "")} if given else None,
            room=room,
            initial=fixed,
        )
        if not plan.seen:
            del give.fields["although_seen"]
        for name in fixed:
            give.fields[name].widget = forms.HiddenInput()
    with timezone.override(found.cohort.zone):
        return render(
            request,
            "quizzes/teach/extend.html",
            {
                "cohort": found.cohort,
                "activity": found.quiz.activity,
                "instructs": True,
                "form": form,
                "choose": MoreForm(form.data or None, room=room, initial=ALL),
                "give": give,
                "plan": plan,
                "seen": reopening.in_words(plan.seen) if plan is not None and plan.seen else "",
                "sentence": "" if plan is None else extending.in_words(plan),
                "now": now,
            },
            status=422 if form.errors else 200,
        )


def _given(people: int, minutes: int) -> str:
    return ngettext(
        "Given: %(minutes)d minutes more for %(n)d student. The open page follows within half a"
        " minute.",
        "Given: %(minutes)d minutes more for %(n)d students. Open pages follow within half a"
        " minute.",
        people,
    ) % {"n": people, "minutes": minutes}
