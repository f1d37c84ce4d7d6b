"""Marking by people: the queue of a cohort, one blind answer at a time, and moderation."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from courses.access import teaching_in
from courses.forms import PlainDecimalField
from courses.models import Cohort, Enrolment, Role
from courses.refusals import Refused
from courses.requests import Request
from quizzes.marks import queue
from quizzes.marks.agreement import State
from quizzes.marks.queue import Entry, Pile, Sheet
from quizzes.models import Item, Marking

NO_SUCH_ACT = "The page did not say what to do. Use one of its buttons."
FULL_STANDS = "Stored. The full credit that a regrade gave this answer still counts."
NOTHING_LEFT = "Nothing more of this question waits for you."


@require_safe
def waiting(request: Request, cohort: int) -> HttpResponse:
    """What waits in a cohort, by question."""
    here = teaching_in(request.user, cohort)
    rows = queue.waiting(here.cohort)
    open_ = sum(row.open for row in rows)
    return render(
        request,
        "quizzes/marking/queue.html",
        {
            "cohort": here.cohort,
            "instructs": here.role == Role.INSTRUCTOR,
            "rows": rows,
            "sentence": ngettext(
                "%(count)d answer waits to be marked.",
                "%(count)d answers wait to be marked.",
                open_,
            )
            % {"count": open_}
            if open_
            else _("No answer waits to be marked."),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: Request, cohort: int, question: str) -> HttpResponse:
    """One answer to mark, without a name; POST marks it and goes on to the next that waits."""
    here = teaching_in(request.user, cohort)
    found = queue.marked_question(here.cohort, question)
    pile = queue.pile(here.cohort, found, by=request.user)
    entry = _entry(request, pile)
    typed: dict[str, Any] = {}
    trouble: Refused | None = None
    if request.method == "POST":
        typed = _typed(request)
        try:
            if "insert" in request.POST:
                typed["comment"] = _inserted(request, here.cohort, pile, typed["comment"])
            else:
                if entry is None or request.POST.get("act") != "mark":
                    raise Refused(_(NO_SUCH_ACT))
                return _marked(request, here, pile, entry, typed)
        except Refused as refusal:
            trouble = refusal
    elif entry is None:
        messages.info(request, _(NOTHING_LEFT))
        return redirect("quizzes:marking", here.cohort.pk)
    return _sheet(request, here, pile, entry or pile.entries[0], typed, trouble, {})


@require_http_methods(["GET", "HEAD", "POST"])
def moderate(request: Request, cohort: int, question: str) -> HttpResponse:
    """Both marks of an answer and the word that decides; and how the question is marked at all."""
    here = teaching_in(request.user, cohort)
    if here.role != Role.INSTRUCTOR:
        raise Http404
    found = queue.marked_question(here.cohort, question)
    pile = queue.pile(here.cohort, found, by=request.user)
    named = request.GET.get("answer", "")
    entry = pile.find(named) if named else pile.after(None, State.MODERATION) or pile.entries[0]
    typed: dict[str, Any] = {}
    trouble: Refused | None = None
    act = request.POST.get("act", "") if request.method == "POST" else None
    try:
        if act == "plan":
            queue.set_plan(
                here.cohort,
                found,
                second="second" in request.POST,
                tolerance=_points(request.POST.get("tolerance", "")),
                by=here,
                now=request.arrived_at,
            )
            messages.success(request, _("The arrangement is set."))
            return _to(request, "moderation", here.cohort, pile, entry, text=False)
        if act == "mark":
            typed = _typed(request)
            _store(request, here, entry, typed, role=Marking.Role.MODERATOR)
            if entry.full and not typed["instead"]:
                messages.info(request, _(FULL_STANDS))
            else:
                messages.success(request, _("Decided. The student sees it as the quiz allows."))
            following = pile.after(entry, State.MODERATION)
            return _to(request, "moderation", here.cohort, pile, following or entry)
        if act == "name":
            queue.show_name(entry, by=here, now=request.arrived_at)
            return _to(request, "moderation", here.cohort, pile, entry)
        if act is not None:
            raise Refused(_(NO_SUCH_ACT))
    except Refused as refusal:
        trouble = refusal
    seen = queue.names_shown(entry)
    name = None
    if entry.state == State.DECIDED and any(one.by_id == request.user.pk for one in seen):
        name = Item.objects.select_related("attempt__enrolment__user").get(pk=entry.item)
    instead = queue.instead_of(here, pile.newest.get(entry.item, {}))
    return _sheet(
        request,
        here,
        pile,
        entry,
        typed,
        trouble,
        {
            "moderating": True,
            "student": name and name.attempt.enrolment.user,
            "seen": seen,
            "own": queue.who_decides(instead),
            "may_moderate": not instead,
            "second": "second" in request.POST if act == "plan" else pile.terms.second,
            "tolerance": request.POST.get("tolerance", f"{pile.terms.tolerance.normalize():f}"),
            **({"faulty": "tolerance"} if trouble and act == "plan" else {}),
        },
    )


def _entry(request: Request, pile: Pile) -> Entry | None:
    named = request.GET.get("answer", "")
    return pile.find(named) if named else pile.after(None)


def _typed(request: Request) -> dict[str, Any]:
    """What a marker chose and wrote, to be kept on the page if it is refused."""
    return {
        "levels": {
            name.removeprefix("level."): value
            for name, value in request.POST.items()
            if name.startswith("level.")
        },
        "comment": request.POST.get("comment", ""),
        "reason": request.POST.get("reason", ""),
        "instead": "instead" in request.POST,
    }


def _inserted(request: Request, cohort: Cohort, pile: Pile, comment: str) -> str:
    """The comment with a kept one behind it; the way without scripts, nothing is stored."""
    for snippet in queue.snippets(cohort, pile.question, by=request.user):
        if str(snippet.pk) == request.POST["insert"]:
            return f"{comment}\n{snippet.text}".strip()
    raise Refused(_(NO_SUCH_ACT))


def _store(
    request: Request, here: Enrolment, entry: Entry, typed: Mapping[str, Any], *, role: str
) -> None:
    base = request.POST.get("base", "")
    queue.mark(
        entry.item,
        by=here,
        role=role,
        base=int(base) if base.isascii() and base.isdecimal() and len(base) < 5 else -1,
        now=request.arrived_at,
        **typed,
    )


def _marked(
    request: Request, here: Enrolment, pile: Pile, entry: Entry, typed: Mapping[str, Any]
) -> HttpResponse:
    if "keep" in request.POST:
        queue.keep_snippet(
            here.cohort, pile.question, typed["comment"], by=request.user, now=request.arrived_at
        )
    _store(request, here, entry, typed, role=request.POST.get("role", ""))
    if entry.full:
        messages.info(request, _(FULL_STANDS))
    following = pile.after(entry)
    if following is None:
        messages.success(request, _("Marked. {rest}").format(rest=_(NOTHING_LEFT)))
        return redirect("quizzes:marking", here.cohort.pk)
    messages.success(request, _("Marked. Here is the next one."))
    return _to(request, "mark", here.cohort, pile, following)


def _to(
    request: Request, name: str, cohort: Cohort, pile: Pile, entry: Entry, *, text: bool = True
) -> HttpResponse:
    """To an answer; with `text` to its words, where the focus goes: who marks by keyboard begins
    to read there, one Tab before the first level."""
    url = reverse(f"quizzes:{name}", args=[cohort.pk, pile.question.key])
    return redirect(f"{url}?{urlencode({'answer': entry.token})}{'#text' if text else ''}")


def _points(text: str) -> Decimal | None:
    try:
        typed: Decimal | None = PlainDecimalField(required=False).clean(text)
    except ValidationError:
        return None
    return typed if len(text) < 20 else None


def _faulty(trouble: Refused | None, shown: Sheet) -> str:
    """The id of the field that a refusal is about: of levels, the first criterion without one."""
    if not isinstance(trouble, queue.Incomplete):
        return ""
    if trouble.part != "levels":
        return trouble.part
    open_ = [row for row in shown.rubric if not any(level.chosen for level in row.levels)]
    return f"level-{(open_ or shown.rubric)[0].key}"


def _sheet(
    request: Request,
    here: Enrolment,
    pile: Pile,
    entry: Entry,
    typed: Mapping[str, Any],
    trouble: Refused | None,
    more: Mapping[str, Any],
) -> HttpResponse:
    role = Marking.Role.MODERATOR if more else ""
    shown = queue.sheet(
        pile, entry, role=role, levels=typed.get("levels"), comment=typed.get("comment")
    )
    with timezone.override(here.cohort.zone):
        return render(
            request,
            "quizzes/marking/sheet.html",
            {
                "cohort": here.cohort,
                "instructs": here.role == Role.INSTRUCTOR,
                "question": pile.question,
                "terms": pile.terms,
                "sheet": shown,
                "role": Marking.Role(shown.role).label if shown.role else "",
                "may_mark": bool(shown.role)
                and (not more or (bool(shown.given or shown.full) and more["may_moderate"])),
                "marked": sum(one.state == State.DECIDED for one in pile.entries),
                "snippets": queue.snippets(here.cohort, pile.question, by=request.user),
                "reason": typed.get("reason", ""),
                "instead": typed.get("instead", False),
                "trouble": trouble,
                "faulty": _faulty(trouble, shown),
                **more,
            },
            status=422 if trouble else 200,
        )
