"""A cohort's first page, the list of who needs help, and one module student by student."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from courses import charts, dashboards
from courses.access import teaching_in
from courses.charts import activity as activity_chart
from courses.models import Enrolment, Group, Module, Role
from courses.requests import Request
from quizzes.desk import explaining, understanding
from quizzes.desk import overview as reads
from quizzes.desk.concerns import Rule, Standing
from quizzes.desk.overview import RULES, STANDINGS
from quizzes.desk.understanding import Terms
from quizzes.models import Quiz

FIRST = 6  # students who need help, on the first page
SAID = 2  # paragraphs to teach again, on the first page
PAGE = 50  # students on one page of a list


def _around(here: Enrolment) -> dict[str, Any]:
    return {"cohort": here.cohort, "instructs": here.role == Role.INSTRUCTOR}


@require_safe
def overview(request: Request, cohort: int) -> HttpResponse:
    """The cohort, or a `group`, at a glance; `by` in the URL counts what went on by day or week."""
    here = teaching_in(request.user, cohort)
    groups, group, members = _group(request, here)
    by = request.GET.get("by", "day")
    if by not in ("day", "week"):
        raise Http404
    now = timezone.now()
    with timezone.override(here.cohort.zone):
        told = reads.overview(here.cohort, now=now, by=by, members=members)
        return render(
            request,
            "quizzes/overview/overview.html",
            {
                **_around(here),
                "told": told,
                "groups": groups,
                "group": group,
                "misread": _misread(Terms(here.cohort, group=group, lately=now)),
                "needs": told.needs[:FIRST],
                "by_rule": [(rule.value, RULES[rule], told.by_rule[rule]) for rule in Rule],
                "rules": reads.rules_in_words(),
                "heads": [(standing.value, words) for standing, words in STANDINGS.items()],
                "by": by,
                "activity": _activity(told.diary) if told.students else "",
            },
        )


def _group(request: Request, here: Enrolment) -> tuple[list[Group], Group | None, set[int] | None]:
    """The cohort's groups, the one that the URL asks for, and who is in it; None: everybody."""
    groups = list(Group.objects.filter(cohort=here.cohort))
    number = request.GET.get("group", "")
    if not number:
        return groups, None, None
    group = next((group for group in groups if str(group.pk) == number), None)
    if group is None:
        raise Http404
    return groups, group, set(group.members.values_list("pk", flat=True))


def _misread(terms: Terms) -> dict[str, Any]:
    """What was misunderstood lately, in the few lines that there is time for before a class."""
    found = understanding.answers(terms)
    mixed = understanding.misread(found)
    query = urlencode({"when": "lately"} | ({"group": terms.group.pk} if terms.group else {}))
    pairs = [
        (explaining.pair(pair), share, urlencode({"meant": pair[0], "chose": pair[1]}))
        for pair, share in mixed.worst_pairs()
        if share.told
    ]
    errors = [
        (_("“%(error)s”") % {"error": error}, share, urlencode({"error": error}))
        for error, share in mixed.worst_errors()
        if share.told
    ]
    return {
        "attempts": len({each.attempt for each in found.given}),
        "said": [
            (words, explaining.of(share), explaining.between(share), f"{asked}&{query}")
            for words, share, asked in [*pairs[:1], *errors[:2]]
        ],
        "teach": [
            (
                claim,
                explaining.of(claim.share),
                f"{urlencode({'paragraph': '#'.join(claim.place)})}&{query}",
            )
            for claim in understanding.claims(found, most=SAID)
            if claim.share.told and claim.text
        ],
        "query": query,
    }


def _activity(told: reads.Diary) -> str:
    names = [date_format(day, "j M") for day in told.starts]
    weekly = told.by == "week"
    drawn = activity_chart.drawing(
        [
            activity_chart.Line(
                _("Active students in a week") if weekly else _("Active students in a day"),
                told.active,
            ),
            activity_chart.Line(_("Lessons read"), told.lessons),
            activity_chart.Line(_("Attempts handed in"), told.attempts),
        ],
        names=names,
        head=_("Week from") if weekly else _("Day"),
    )
    title = (
        ngettext("What went on in %(n)d week", "What went on in %(n)d weeks", len(names))
        if weekly
        else ngettext("What went on in %(n)d day", "What went on in %(n)d days", len(names))
    ) % {"n": len(names)}
    said = _(
        "Three lines from %(first)s to %(last)s. Students who were active: %(active)d at most."
        " Lessons read: %(lessons)d in all. Attempts handed in: %(attempts)d in all."
    ) % {
        "first": names[0],
        "last": names[-1],
        "active": max(told.active),
        "lessons": sum(told.lessons),
        "attempts": sum(told.attempts),
    }
    return charts.framed("activity", drawn, "activity", title, said)


@require_safe
def needing(request: Request, cohort: int) -> HttpResponse:
    """Everybody who needs help; `rule` and `group` in the URL keep to one of either."""
    here = teaching_in(request.user, cohort)
    asked = request.GET.get("rule", "")
    if asked and asked not in list(Rule):
        raise Http404
    groups, group, members = _group(request, here)
    with timezone.override(here.cohort.zone):
        taught = reads.read_class(here.cohort, now=timezone.now())
        needs = reads.needing_help(taught)
        students = len(taught.people)
        if members is not None:
            needs = [each for each in needs if each.person.pk in members]
            students = sum(person.pk in members for person in taught.people)
        if asked:
            needs = [each for each in needs if asked in {one.rule for one in each.concerns}]
        page = Paginator(needs, PAGE).get_page(request.GET.get("page"))
        return render(
            request,
            "quizzes/overview/needing.html",
            {
                **_around(here),
                "sentence": _("Nobody needs help by our rules.")
                if not (asked or needs)
                else ngettext(
                    "%(count)d of %(all)d students needs help by our rules.",
                    "%(count)d of %(all)d students need help by our rules.",
                    len(needs),
                )
                % {"count": len(needs), "all": students}
                if not asked
                else _("%(rule)s: %(count)d of %(all)d students.")
                % {"rule": RULES[Rule(asked)], "count": len(needs), "all": students},
                "groups": groups,
                "group": group,
                "asked": asked,
                "rules": reads.rules_in_words(),
                "page": page,
                "needs": page.object_list,
            },
        )


@require_safe
def module(request: Request, cohort: int, module: str) -> HttpResponse:
    """A module, step by step and student by student.

    `group`, `state`, `without` (a step not done) and `student` in the URL choose students.
    """
    here = teaching_in(request.user, cohort)
    groups, group, members = _group(request, here)
    shown = Module.objects.filter(course=here.cohort.course_id, key=module).first()
    if shown is None:
        raise Http404
    state, without = request.GET.get("state", ""), request.GET.get("without", "")
    student = request.GET.get("student", "")
    with timezone.override(here.cohort.zone):
        taught = reads.read_class(here.cohort, now=timezone.now())
        if members is not None:
            taught = replace(taught, people=[one for one in taught.people if one.pk in members])
        part = next((one for one in taught.parts if one.pk == shown.pk), None)
        roster = dashboards.roster(here.cohort, shown, group=group)
        kept = _chosen(taught, part, roster, state=state, without=without, student=student)
        rows = [row for row in roster.rows if row.enrolment.pk in kept]
        page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        found = reads.progress_in(taught)
        progress = next((one for one in found if one.part == part), None)
        return render(
            request,
            "quizzes/overview/module.html",
            {
                **_around(here),
                "module": shown,
                "groups": groups,
                "group": group,
                "parts": taught.parts,
                "progress": progress,
                "cells": [
                    (standing.value, STANDINGS[standing], count)
                    for standing, count in (progress.cells if progress else [])
                ],
                "sentence": _sentence(progress, len(taught.people)),
                "roster": roster,
                "page": page,
                "rows": [
                    (row, STANDINGS[taught.standing(person, part)])
                    for row, person in _with(page, taught)
                ]
                if part
                else [],
                "state": state,
                "chosen": _in_words(roster, state, without, student),
            },
        )


def _with(page: Any, taught: reads.Class) -> list[tuple[dashboards.RosterRow, reads.Person]]:
    people = {person.pk: person for person in taught.people}
    return [(row, people[row.enrolment.pk]) for row in page.object_list]


def _chosen(
    taught: reads.Class,
    part: reads.Part | None,
    roster: dashboards.Roster,
    *,
    state: str,
    without: str,
    student: str,
) -> set[int]:
    """The enrolments that the URL asks for. What it does not know is 404, never all of them."""
    kept = {person.pk for person in taught.people}
    if state:
        if state not in list(Standing):
            raise Http404
        kept = {
            person.pk
            for person in taught.people
            if part is not None and taught.standing(person, part) == state
        }
    if without:
        place = next(
            (at for at, one in enumerate(roster.columns) if one.activity.key == without), None
        )
        if place is None:
            raise Http404
        activity = roster.columns[place].activity
        if activity.kind == activity.Kind.QUIZ:
            quiz = Quiz.objects.get(activity=activity)
            kept -= reads.handed_in(taught.cohort, [quiz])[quiz.pk]
        else:
            kept -= {row.enrolment.pk for row in roster.rows if row.cells[place].done}
    if student:
        kept &= {person.pk for person in taught.people if str(person.pk) == student}
        if not kept:
            raise Http404
    return kept


def _sentence(progress: reads.Progress | None, students: int) -> str:
    if progress is None:
        return _("This module has no steps yet.")
    if not students:
        return _("Nobody studies here now. Give your students the join code.")
    finished = ngettext(
        "%(finished)d of %(all)d student has finished this module",
        "%(finished)d of %(all)d students have finished this module",
        students,
    ) % {"finished": progress.finished, "all": students}
    waiting = ngettext(
        "%(count)d has not begun it", "%(count)d have not begun it", progress.waiting
    ) % {"count": progress.waiting}
    return f"{finished}; {waiting}." if progress.waiting else f"{finished}."


def _in_words(roster: dashboards.Roster, state: str, without: str, student: str) -> str:
    """What the list is kept to, "" for everybody."""
    words = []
    if state:
        words.append(str(STANDINGS[Standing(state)]))
    if without:
        title = next(one.activity.title for one in roster.columns if one.activity.key == without)
        words.append(_("without “%(step)s”") % {"step": title})
    if student:
        words.append(
            next(str(row.enrolment.user) for row in roster.rows if str(row.enrolment.pk) == student)
        )
    return ", ".join(words)
