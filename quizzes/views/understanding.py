"""What a class takes for what, and what it can do; and the practice that comes of it."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses import charts
from courses.access import place_in, teaching_in
from courses.charts import calibration as chart
from courses.charts import heat
from courses.models import Enrolment, Group, Module, Objective, Role
from courses.names import sort_key
from courses.requests import Request
from quizzes.desk import explaining, mastery, students, sureness, understanding
from quizzes.desk.calibration import BANDS, ENOUGH
from quizzes.desk.misreading import COLUMNS, LENSES, NO_LENS, ROWS, Misread, Pair, is_mixed_up
from quizzes.desk.understanding import Aim, Terms, Wanted
from quizzes.models import Attempt, QuestionVersion
from quizzes.reporting.telling import percent
from quizzes.sitting import practising
from quizzes.sitting.practising import About
from quizzes.statistics import Enough
from quizzes.views import take

LISTED = 15  # misconceptions and paragraphs in one list
PAGE = 50  # answers behind a number on one page
TERMS = ("module", "group", "answers", "when")


@require_safe
def misread(request: Request, cohort: int) -> HttpResponse:
    """Lenses taken for others, misconceptions, and paragraphs missed; filtered by the URL."""
    terms, around = _terms(request, cohort)
    found = understanding.answers(terms)
    mixed = understanding.misread(found)
    return render(
        request,
        "quizzes/understanding/misread.html",
        {
            **around,
            "first_line": explaining.of_misread(found, mixed),
            "found": found,
            "columns": [explaining.lens(column) for column in COLUMNS],
            "rows": _map(mixed, around["kept"]),
            "worst": [
                (explaining.pair(pair), _told(share), _pair_query(pair))
                for pair, share in mixed.worst_pairs()
            ],
            "errors": [
                (error, _told(share), urlencode({"error": error}))
                for error, share in mixed.worst_errors()[:LISTED]
            ],
            "claims": [
                (claim, _told(claim.share), urlencode({"paragraph": "#".join(claim.place)}))
                for claim in understanding.claims(found, most=LISTED)
            ],
        },
    )


@require_safe
def answers(request: Request, cohort: int) -> HttpResponse:
    """The questions and answers behind a number, what to teach again, and what to practise."""
    terms, around = _terms(request, cohort)
    wanted, about, title = _wanted(request)
    found = understanding.behind(understanding.answers(terms), wanted)
    page = Paginator(found.given, PAGE).get_page(request.GET.get("page"))
    shown = Attempt.objects.select_related("enrolment__user").in_bulk(
        {each.attempt for each in page.object_list}
    )
    if request.method == "GET":
        students.listed(shown.values(), by=request.user, now=request.arrived_at)
    abouts = [about] if about else [About(objective=aim.key) for aim in found.objectives[:3]]
    return render(
        request,
        "quizzes/understanding/answers.html",
        {
            **around,
            "title": title,
            "found": found,
            "share": _told(found.share),
            "questions": found.questions,
            "page": page,
            "behind": [(shown[each.attempt], found.texts[each.line]) for each in page.object_list],
            "practice": _practice(request, terms, abouts),
            "back": around["kept"],
        },
    )


@require_safe
def objectives(request: Request, cohort: int) -> HttpResponse:
    """The map of mastery: every objective of the course, by its module."""
    terms, around = _terms(request, cohort)
    found = understanding.answers(Terms(terms.cohort, None, terms.group, terms.every))
    aims = understanding.aims(found, terms.module)
    return render(
        request,
        "quizzes/understanding/objectives.html",
        {
            **around,
            "first_line": explaining.of_mastery(found, aims),
            "found": found,
            "aims": [(aim, explaining.mastery(aim.mastery), _had(aim)) for aim in aims],
            "heat": _heat(aims, terms, around["kept"]),
            "last": mastery.LAST,
            "needed": mastery.NEEDED,
        },
    )


@require_safe
def objective(request: Request, cohort: int, objective: str) -> HttpResponse:
    """One objective, student by student."""
    terms, around = _terms(request, cohort)
    asked = get_object_or_404(Objective, key=objective, module__course=terms.cohort.course_id)
    found = understanding.answers(Terms(terms.cohort, None, terms.group, terms.every))
    aim = next((aim for aim in understanding.aims(found) if aim.objective == asked), None)
    if aim is None:
        raise Http404
    people = list(terms.students().select_related("user"))
    rows = [(student, aim.students.get(student.pk)) for student in people]
    rows.sort(key=lambda row: (_need(row[1]), sort_key(str(row[0].user))))
    return render(
        request,
        "quizzes/understanding/objective.html",
        {
            **around,
            "aim": aim,
            "said": explaining.mastery(aim.mastery),
            "had": _had(aim),
            "students": rows,
            "teach": understanding.resting_on(aim.objective),
            "questions": [
                (one, percent(one.share) if Enough.FACILITY.told(one.n) else "")
                for one in understanding.answered(found, aim.objective)
            ],
            "practice": _practice(request, terms, [About(objective=aim.objective.key)]),
            "last": mastery.LAST,
            "needed": mastery.NEEDED,
        },
    )


@require_safe
def certainty(request: Request, cohort: int) -> HttpResponse:
    """How sure a class was; `question` names the one whose sure and wrong answers are listed."""
    terms, around = _terms(request, cohort)
    found = sureness.of(terms)
    asked = request.GET.get("question", "")
    one = next((each for each in found.questions if each.key == asked), None)
    if asked and one is None:
        raise Http404
    behind = sureness.behind(terms, one.key) if one else []
    if request.method == "GET":
        shown = [row.attempt for row in behind]
        students.listed(shown, by=request.user, now=request.arrived_at)
    bars = [
        chart.Bar(level.label, level.share, level.of, *BANDS[level.level])
        for level in found.levels
    ]  # fmt: skip
    said = _("How often the class was right at each level of certainty; the table says the same.")
    return render(
        request,
        "quizzes/understanding/certainty.html",
        {
            **around,
            "first_line": explaining.of_sureness(found),
            "found": found,
            "svg": chart.draw(bars, said=said),
            "enough": ENOUGH,
            "questions": [(each, _told(each.share)) for each in found.questions],
            "one": one,
            "behind": behind,
        },
    )


# --- For students ------------------------------------------------------------------------------


@require_safe
def practice(request: Request, course: str) -> HttpResponse:
    """A practice set about what the address names, for anybody in the course."""
    place = place_in(request.user, course)
    about = practising.about(request.GET)
    made = practising.make(place.course, about, place.enrolment) if about else None
    if made is None:
        raise Http404
    return render(
        request,
        "quizzes/understanding/practice.html",
        {
            "course": place.course,
            "title": _about(made.about, made.objectives),
            "made": made,
            "questions": [
                take.question_to_try(
                    request,
                    version,
                    place.enrolment,
                    action=_address(place.course.key, made.about, version.question.key),
                    name=_name(version),
                )
                for version in made.versions
            ],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def practice_question(request: Request, course: str, question: str) -> HttpResponse:
    """One question of a set: a page of its own, or the piece of the set that htmx puts in."""
    place = place_in(request.user, course)
    version = practising.question_in(place.course, question)
    if version is None:
        raise Http404
    about = practising.about(request.GET)
    page = take.question_to_try(
        request,
        version,
        place.enrolment,
        action=_address(place.course.key, about, question),
        name=_name(version),
    )
    page |= {"course": place.course, "set": _address(place.course.key, about) if about else ""}
    template = "take/_checkpoint.html" if request.htmx else "understanding/practice_question.html"
    # htmx swaps only replies that say OK, so the piece with an error in it says so too.
    status = 422 if page["error"] and not request.htmx else 200
    return render(request, f"quizzes/{template}", page, status=status)


# --- What these pages share --------------------------------------------------------------------


def _terms(request: Request, cohort: int) -> tuple[Terms, dict[str, Any]]:
    """What the URL asks for, and what every page shows. What it does not know is 404."""
    enrolment: Enrolment = teaching_in(request.user, cohort)
    taught = enrolment.cohort
    modules = list(Module.objects.filter(course=taught.course_id))
    groups = list(Group.objects.filter(cohort=taught))
    key, number = request.GET.get("module", ""), request.GET.get("group", "")
    module = next((module for module in modules if module.key == key), None)
    group = next((group for group in groups if str(group.pk) == number), None)
    which, when = request.GET.get("answers", "first"), request.GET.get("when", "")
    if (key and module is None) or (number and group is None) or which not in ("first", "all"):
        raise Http404
    if when not in ("", "lately"):
        raise Http404
    lately = request.arrived_at if when else None
    kept = {name: request.GET[name] for name in TERMS if request.GET.get(name)}
    return Terms(taught, module, group, which == "all", lately), {
        "cohort": taught,
        "course": taught.course,
        "instructs": enrolment.role == Role.INSTRUCTOR,
        "module": module,
        "modules": modules,
        "group": group,
        "groups": groups,
        "every": which == "all",
        "lately": when,
        "newest": understanding.NEWEST,
        "kept": urlencode(kept),
        "shown": request.resolver_match.url_name if request.resolver_match else "",
    }


def _told(share: Any) -> dict[str, Any]:
    return {"share": share, "of": explaining.of(share), "between": explaining.between(share)}


def _pair_query(pair: Pair) -> str:
    return urlencode({"meant": pair[0], "chose": pair[1]})


def _map(mixed: Misread, kept: str) -> list[tuple[str, list[dict[str, Any] | None]]]:
    """The rows of the map that anything is known of; None where nothing could come down."""
    rows = []
    for meant in ROWS:
        cells: list[dict[str, Any] | None] = []
        for column in COLUMNS:
            share = mixed.pairs.get((meant, column))
            if share is None:
                cells.append(None)
                continue
            query = "&".join(filter(None, [_pair_query((meant, column)), kept]))
            cells.append(
                _told(share) | {"query": query, "mixed": is_mixed_up((meant, column)),
                                "words": explaining.pair((meant, column))}
            )  # fmt: skip
        if any(cells):
            rows.append((explaining.lens(meant), cells))
    return rows


def _wanted(request: Request) -> tuple[Wanted, About | None, str]:
    """Which answers the URL asks about, what to practise, and the title; 404 for anything else."""
    pair = (request.GET.get("meant", NO_LENS), request.GET.get("chose", ""))
    lesson, _hash, anchor = request.GET.get("paragraph", "").partition("#")
    error = " ".join(request.GET.get("error", "").split())
    if pair[0] in ROWS and pair[1] in COLUMNS:
        about = About(pair=pair) if is_mixed_up(pair) else None
        return Wanted(pair=pair), about, explaining.pair(pair).capitalize()
    if error:
        return Wanted(error=error), About(error=error), _("“%(error)s”") % {"error": error}
    if lesson and anchor:
        return Wanted(place=(lesson, anchor)), None, _("A paragraph that was missed")
    raise Http404


def _practice(request: Request, terms: Terms, abouts: list[About]) -> list[tuple[str, int]]:
    """The sets with anything in them: the whole address, to be sent as it stands, and how many
    questions stand ready.
    """
    course = terms.cohort.course
    bank = practising.bank(course)
    aimed = [practising.aimed(bank, about) for about in abouts]
    found = [(about, practising.find(bank, about)) for about in aimed]
    return [
        (request.build_absolute_uri(_address(course.key, about)), len(one.near))
        for about, one in found
        if one is not None and one.near
    ]


def _address(course: str, about: About | None, question: str = "") -> str:
    path = (
        reverse("quizzes:practice_question", args=[course, question])
        if question
        else reverse("quizzes:practice_set", args=[course])
    )
    return f"{path}?{about.query}" if about else path


def _name(version: QuestionVersion) -> str:
    """Of its fields: several questions stand on one page."""
    return f"q{version.pk}"


def _about(about: About, objectives: Any) -> str:
    """The title of a set, for students: what it helps with, not what went wrong."""
    if about.pair is not None:
        meant, chose = about.pair
        if meant not in LENSES:
            return _("Practice: where is it %(lens)s, and where not?") % {
                "lens": explaining.lens(chose)
            }
        return _("Practice: %(meant)s or %(chose)s?") % {
            "meant": explaining.lens(meant),
            "chose": explaining.lens(chose),
        }
    if about.error:
        return _("Practice: “%(error)s”?") % {"error": about.error}
    return _("Practice: %(aim)s") % {"aim": next(iter(objectives)).statement}


def _need(standing: mastery.Standing | None) -> int:
    """Those who need it first: not yet, too early, nothing, has it."""
    if standing is None:
        return 2
    return 3 if standing.mastered else 1 if standing.early else 0


def _had(aim: Aim) -> str:
    found = aim.mastery
    within = found.mastered_interval
    if not found.judged:
        return _("too early to say")
    said = _("%(n)d of %(of)d students") % {"n": found.mastered, "of": found.judged}
    if within is None:
        return said
    return _("%(said)s (%(low).0f to %(high).0f %%)") % {
        "said": said,
        "low": 100 * within.low,
        "high": 100 * within.high,
    }


def _heat(aims: list[Aim], terms: Terms, kept: str) -> str:
    """The heat map; "" where there is nothing to draw."""
    rows: dict[Any, list[heat.Cell]] = {}
    for aim in aims:
        url = reverse("quizzes:mastery_of", args=[terms.cohort.pk, aim.objective.key])
        share = aim.mastery.share if aim.mastery.told else None
        cell = heat.Cell(
            aim.objective.statement,
            share,
            explaining.mastery(aim.mastery),
            f"{url}?{kept}" if kept else url,
        )
        rows.setdefault(aim.objective.module, []).append(cell)
    if not rows:
        return ""
    drawn = heat.drawing([heat.Row(module.title, cells) for module, cells in rows.items()])
    return charts.framed(
        "heat",
        drawn,
        "mastery",
        _("Points earned at each objective, in per cent"),
        _(
            "A line of cells for each module, a cell for each objective in its order; the darker,"
            " the more of the points was earned. A question mark: too few to tell. The table below"
            " says the same."
        ),
        links=True,
    )
