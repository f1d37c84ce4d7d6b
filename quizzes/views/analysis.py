"""The quiz report: what a quiz says about its class, and about its questions."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses import charts
from courses.access import is_editor
from courses.charts import box, histogram, scatter, traces
from courses.models import Group
from courses.requests import Request
from quizzes import access
from quizzes.access import TaughtQuiz, may_regrade
from quizzes.desk import students
from quizzes.models import Attempt
from quizzes.reporting import analysis, telling
from quizzes.reporting.analysis import WHICH, WHY, Asked, Decision, Detail, Reached, Report, Which
from quizzes.statistics import Enough, proportion

PAGE = 50  # attempts behind a number on one page
HEADS = ("n", "facility", "discrimination", "efficiency", "weight", "time", "flags")


@require_safe
def report(request: Request, cohort: int, activity: str) -> HttpResponse:
    """A quiz in a cohort; `attempts`, `group` and `sort` come from the URL."""
    found = access.taught_quiz(request.user, cohort, activity)
    groups = list(Group.objects.filter(cohort=found.cohort))
    asked = _asked(request, found, groups)
    told = analysis.report(asked)
    sort = request.GET.get("sort", "")
    if sort and sort.removeprefix("-") not in telling.SORTS:
        raise Http404
    return render(
        request,
        "quizzes/analysis/report.html",
        {
            **_around(request, found, asked, groups),
            "report": told,
            "first_line": telling.first_line(told),
            "figures": telling.of_whole(told),
            "no_reliability": telling.why_no_reliability(told),
            "rows": telling.rows(told, telling.sorted_lines(told, sort)),
            "heads": _heads(request, sort),
            "histogram": _histogram(request, told),
            "attempts_url": _attempts_url(request, asked),
            "timed_url": _attempts_url(request, asked, timed="1", sort="-time"),
            "scatter": _scatter(request, told),
            "times": _times(request, told),
        },
    )


@require_safe
def attempts(request: Request, cohort: int, activity: str) -> HttpResponse:
    """The attempts behind the numbers of the whole quiz.

    `attempts` and `group` as in the report; `from` and `to` (per cent) and `timed` narrow it.
    """
    found = access.taught_quiz(request.user, cohort, activity)
    groups = list(Group.objects.filter(cohort=found.cohort))
    asked = _asked(request, found, groups)
    low, high = _percentage(request, "from", 0), _percentage(request, "to", 100)
    timed, sort = request.GET.get("timed", ""), request.GET.get("sort", "")
    name = sort.removeprefix("-")
    if low >= high or timed not in ("", "1") or name not in ("", *REACHED):
        raise Http404
    rows = analysis.reached(asked, low=low, high=high, timed=bool(timed))
    if name in REACHED:
        of = REACHED[name]
        known = [row for row in rows if of(row) is not None]
        known.sort(key=of, reverse=sort.startswith("-"))
        rows = known + [row for row in rows if of(row) is None]
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    people = Attempt.objects.select_related("enrolment__user").in_bulk(
        [row.key for row in page.object_list]
    )
    narrowed = {key: request.GET[key] for key in ("from", "to", "timed") if request.GET.get(key)}
    words = {
        "when": _("Handed in"),
        "points": _("Points"),
        "percentage": _("Per cent"),
        "time": _("Time taken"),
    }
    return render(
        request,
        "quizzes/analysis/attempts.html",
        {
            **_around(request, found, asked, groups),
            "n": len(rows),
            "low": low,
            "high": high,
            "timed": timed,
            "narrowed": narrowed,
            "whole": _kept(request),
            "by_name": _kept(request, **narrowed),
            "heads": [
                (
                    name,
                    words[name],
                    _kept(request, **narrowed, sort=f"-{name}" if sort == name else name),
                    {name: "ascending", f"-{name}": "descending"}.get(sort, ""),
                )
                for name in words
            ],
            "page": page,
            "rows": [
                (row, people[row.key], "" if row.seconds is None else telling.time(row.seconds))
                for row in page.object_list
                if row.key in people
            ],
        },
    )


def _percentage(request: Request, name: str, otherwise: int) -> int:
    """A whole number of per cent from the URL; 404 if it is none."""
    said = request.GET.get(name, "")
    if not said:
        return otherwise
    if not (said.isascii() and said.isdigit() and len(said) <= 3 and int(said) <= 100):
        raise Http404
    return int(said)


REACHED: Mapping[str, Callable[[Reached], Any]] = {
    "when": lambda row: row.handed_in,
    "points": lambda row: row.points,
    "percentage": lambda row: row.percentage,
    "time": lambda row: row.seconds,
}


@require_safe
def question(request: Request, cohort: int, activity: str, question: str) -> HttpResponse:
    """One question of the report; `chose`, `said` or `version` says whose attempts are listed."""
    found = access.taught_quiz(request.user, cohort, activity)
    groups = list(Group.objects.filter(cohort=found.cohort))
    asked = _asked(request, found, groups)
    detail = analysis.question(asked, question)
    if detail is None:
        raise Http404
    chose = request.GET.get("chose")
    part, _colon, choice = (chose or "").partition(":")
    number = _number(request, detail)
    said = request.GET.get("said")
    rows = analysis.behind(
        detail, pick=None if chose is None else (part, choice), number=number, said=said
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    behind = analysis.with_people(list(page.object_list), detail)
    if request.method == "GET":
        shown = [row.attempt for row in behind]
        students.listed(shown, by=request.user, now=request.arrived_at)
    line = detail.line
    return render(
        request,
        "quizzes/analysis/question.html",
        {
            **_around(request, found, asked, groups),
            "detail": detail,
            "line": line,
            "figures": [
                *telling.of_item(line.item, float(line.guess)),
                telling.taken_of(line),
            ],
            "versions": [
                (
                    met.number,
                    [*telling.of_item(met.item, float(line.guess))[:3], telling.taken_of_one(met)],
                    _kept(request, version=str(met.number)),
                )
                for met in line.versions
            ],
            "flags": [(flag, telling.about(flag, detail.decisions)) for flag in line.flags],
            "decisions": [_shown(decision, detail) for decision in detail.decisions],
            "answers": [
                (
                    answer,
                    telling.percent(answer.share),
                    telling.within(proportion(answer.n, line.item.n), telling.percent),
                    telling.percent(answer.earned),
                    _kept(request, said=answer.text),
                )
                for answer in detail.answers
            ],
            "enough": int(Enough.DISCRIMINATION),
            "correlates": Enough.DISCRIMINATION.told(line.item.n),
            "page": page,
            "behind": behind,
            "chose": chose,
            "said": said,
            "number": number,
            "chosen_words": _words(detail, part, choice) if chose is not None else "",
            "editor_url": reverse("admin:quizzes_question_change", args=[line.question.pk])
            if is_editor(request.user)
            else "",
            "may_regrade": may_regrade(request.user, found.cohort),
        },
    )


def _asked(request: Request, found: TaughtQuiz, groups: list[Group]) -> Asked:
    """What the URL asks for. What it does not know is 404, never silently something else."""
    try:
        which = Which(request.GET.get("attempts", Which.FIRST))
    except ValueError:
        raise Http404 from None
    number = request.GET.get("group", "")
    group = next((group for group in groups if str(group.pk) == number), None)
    if number and group is None:
        raise Http404
    return Asked(found.quiz, found.cohort, which, group)


def _number(request: Request, detail: Detail) -> int | None:
    """The version that the URL asks for; 404 if none of these attempts met it."""
    asked = request.GET.get("version")
    if asked is None:
        return None
    for met in detail.line.versions:
        if str(met.number) == asked:
            return met.number
    raise Http404


def _around(
    request: Request, found: TaughtQuiz, asked: Asked, groups: list[Group]
) -> dict[str, Any]:
    """What both pages show besides."""
    return {
        "cohort": found.cohort,
        "quiz": found.quiz,
        "activity": found.quiz.activity,
        "instructs": found.instructs,
        "which": asked.which,
        "why": WHY[asked.which],
        "choices": [(which.value, words) for which, words in WHICH.items()],
        "group": asked.group,
        "groups": groups,
        "kept": _kept(request),
    }


def _kept(request: Request, **more: str) -> str:
    """The terms of this view as a query, so that links keep them."""
    names = ("attempts", "group")
    terms = {name: request.GET[name] for name in names if request.GET.get(name)} | more
    return f"?{urlencode(terms)}" if terms else ""


def _heads(request: Request, sort: str) -> list[tuple[str, str, str, str]]:
    """(name, words, link, aria-sort) of the columns that sort."""
    words = {
        "n": _("n"),
        "facility": _("Facility"),
        "discrimination": _("Discrimination"),
        "efficiency": _("Efficiency"),
        "weight": _("Weight, intended and effective"),
        "time": _("Time taken (median)"),
        "flags": _("To look at"),
    }
    return [
        (
            name,
            words[name],
            _kept(request, sort=f"-{name}" if sort == name else name),
            {name: "ascending", f"-{name}": "descending"}.get(sort, ""),
        )
        for name in HEADS
    ]


def _attempts_url(request: Request, asked: Asked, **more: str) -> str:
    address = reverse("quizzes:report_attempts", args=[asked.cohort.pk, asked.quiz.activity.key])
    return address + _kept(request, **more)


def _histogram(request: Request, told: Report) -> str:
    if told.whole.mean is None:
        return ""
    mean = float(told.whole.mean) / 100
    width = 100 // histogram.BANDS
    urls = [
        _attempts_url(request, told.asked, **{"from": str(low), "to": str(low + width)})
        for low in range(0, 100, width)
    ]
    drawn = histogram.drawing(
        told.percentages, heads=(_("Percentage"), _("Attempts")), mean=mean, urls=urls
    )
    return charts.framed(
        "histogram",
        drawn,
        "percentages",
        _("How the attempts came out (n = %(n)d)") % {"n": told.n},
        _(
            "Columns of ten per cent with the number of attempts in each; a dashed line at the"
            " mean, %(mean)s. Press a column for its attempts."
        )
        % {"mean": telling.percent(mean / 100, 1)},
        links=True,
    )


def _scatter(request: Request, told: Report) -> str:
    points = [
        scatter.Point(
            str(at),
            f"{at}: {line.prompt[:80]}",
            line.item.facility,
            line.item.discrimination,
            _question_url(request, told, line.question.key),
            marked=bool(line.flags),
        )
        for at, line in enumerate(told.lines, start=1)
        if Enough.DISCRIMINATION.told(line.item.n)
        and line.item.facility is not None
        and line.item.discrimination is not None
    ]
    if not points:
        return ""
    drawn = scatter.drawing(points, heads=(_("Question"), _("facility"), _("discrimination")))
    return charts.framed(
        "scatter",
        drawn,
        "questions",
        _("Hard or easy, and does it tell the strong from the weak?"),
        _(
            "Each question by its number: the further right, the easier; the higher, the better it"
            " agrees with the rest of the quiz. A thick ring marks one that needs a look."
        ),
        links=True,
    )


def _times(request: Request, told: Report) -> str:
    boxes = [
        box.Box(
            str(at),
            f"{at}: {line.prompt[:80]}",
            _question_url(request, told, line.question.key),
            line.taken.n,
            line.taken.low,
            line.taken.first,
            line.taken.median,
            line.taken.third,
            line.taken.high,
        )
        for at, line in enumerate(told.lines, start=1)
        if line.taken is not None and Enough.SPREAD.told(line.taken.n)
    ]
    if not boxes:
        return ""
    heads = [_("Question"), _("n"), "5 %", "25 %", _("median"), "75 %", "95 %"]
    return charts.framed(
        "times",
        box.drawing(boxes, heads=heads, said=telling.time),
        "times",
        _("How long did each question take?"),
        _(
            "For each question by its number a box over the middle half of the times with a line at"
            " the median; the thin line reaches from the 5 shortest of 100 to the 5 longest. The"
            " time of a question is that from the answer stored before it to its own."
        ),
        links=True,
    )


def _question_url(request: Request, told: Report, key: str) -> str:
    asked = told.asked
    address = reverse(
        "quizzes:report_question", args=[asked.cohort.pk, asked.quiz.activity.key, key]
    )
    return address + _kept(request)


def _shown(decision: Decision, detail: Detail) -> dict[str, Any]:
    """A decision with its table and its chart."""
    n = detail.line.item.n
    choices = [
        {
            "choice": choice,
            "words": telling.choice(choice),
            **telling.of_option(choice.option),
            "pick": f"{decision.key}:{choice.key}",
        }
        for choice in decision.choices
    ]
    return {"decision": decision, "choices": choices, "chart": _traces(decision, n)}


def _words(detail: Detail, part: str, choice: str) -> str:
    for decision in detail.decisions:
        for one in decision.choices:
            if (decision.key, one.key) == (part, choice):
                return telling.choice(one)
    raise Http404


def _traces(decision: Decision, n: int) -> str:
    if not Enough.FIFTHS.told(n):
        return ""
    choices = [
        traces.Choice(
            telling.choice(choice),
            [share or 0.0 for share in choice.trace.shares],
            choice.right,
        )
        for choice in decision.choices
    ]
    heads = [_("Choice"), _("weakest"), "2", "3", "4", _("strongest")]
    return charts.framed(
        "traces",
        traces.drawing(choices, heads=heads, key=_("right")),
        f"traces-{decision.key or 'question'}",
        _("What each fifth of the class chose (n = %(n)d)") % {"n": n},
        _(
            "For each choice a line from the weakest fifth of the class to the strongest, by what"
            " they earned on the rest of the quiz. A good key rises, a good distractor falls."
        ),
    )
