"""What the files hold: read as the pages read it, row by row, so that a class of any size fits.

Answers and marks are those of finished attempts of students who are in the cohort today, as in the
quiz report: an export with the report's terms (which attempts, which group) has its rows behind it.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from itertools import islice
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from courses import gradebook
from courses.models import Cohort, Group
from quizzes.exports.tables import Cell, Column, Holds, Row, Table
from quizzes.marks import grading
from quizzes.models import Item, Mark, QuestionVersion, Response
from quizzes.questions import KINDS, text_of
from quizzes.reporting import analysis, sheets, telling
from quizzes.reporting.analysis import Asked, Chosen, Decided, Decision, Line, Met, Which
from quizzes.statistics import UNIT, Enough, Interval, Spread, pace

CHUNK = 500  # attempts whose answers are read at a time
SHORT = 80  # signs of a question's text
BY_NAME = ("enrolment__user__name_key", "enrolment__user__username", "enrolment_id", "number")
Thing = TypeVar("Thing")


def _text(title: str, width: int = 12) -> Column:
    return Column(title, Holds.TEXT, width)


def _number(title: str, width: int = 10) -> Column:
    return Column(title, Holds.NUMBER, width)


def _share(title: str, width: int = 10) -> Column:
    return Column(title, Holds.SHARE, width)


def _time(title: str) -> Column:
    return Column(title, Holds.TIME, 20)


def _who() -> list[Column]:
    return [_text(_("Student"), 28), _text(_("User name"), 18)]


# --- Which attempts ----------------------------------------------------------------------------


def count(asked: Asked) -> int:
    """How many attempts there are to write, at most; one query."""
    return asked.finished().count()


def count_answers(asked: Asked) -> int:
    """How many questions they were asked, at most; one query."""
    return Item.objects.current().filter(attempt__in=asked.finished().values("pk")).count()


def _keys(asked: Asked, bare: Mapping[UUID, Sequence[sheets.Row]]) -> set[UUID] | None:
    """The attempts that the terms pick out (`analysis.chosen`), None for all of them; one query."""
    if asked.which == Which.ALL:
        return None
    rows = asked.finished().values_list("enrolment_id", "number", "sheet", "pk")
    # Of a sheet the first line is enough, and of the others nothing stays in memory.
    heads: Any = (
        Head(who, at, (sheet or sheets.of(bare.get(key, ()))).partition("\n")[0], key)
        for who, at, sheet, key in rows.iterator(chunk_size=CHUNK)
    )
    return {each.key for each in analysis.chosen(heads, asked.which) if each.key}


def _bare(asked: Asked) -> dict[UUID, list[sheets.Row]]:
    """What there is of attempts without a sheet: they wait for somebody, or none was written.

    One query, and one more where there are any.
    """
    found = list(asked.finished().filter(sheet="").values_list("pk", flat=True))
    made: dict[UUID, list[sheets.Row]] = {}
    for start in range(0, len(found), analysis.CHUNK):
        made |= sheets.rows(found[start : start + analysis.CHUNK])
    return made


class Head(NamedTuple):
    """Of `analysis.Finished`, what decides whether it is chosen."""

    student: int
    number: int
    sheet: str
    key: UUID


ATTEMPT = (
    "pk", "enrolment_id", "enrolment__user__name", "enrolment__user__username", "number",
    "started_at", "submitted_at", "score", "out_of", "deduction",
)  # fmt: skip


def _attempts(asked: Asked, keys: set[UUID] | None, last: str) -> Iterator[tuple[Any, ...]]:
    """The columns of `ATTEMPT`, and `last`, by the students' names; one query, read as used."""
    rows = asked.finished().order_by(*BY_NAME).values_list(*ATTEMPT, last)
    for row in rows.iterator(chunk_size=CHUNK):
        if keys is None or row[0] in keys:
            yield row


def _groups(cohort: Cohort) -> dict[int, str]:
    """The names of each student's groups, by enrolment; one query."""
    found: dict[int, list[str]] = defaultdict(list)
    for enrolment, name in Group.objects.filter(cohort=cohort, members__isnull=False).values_list(
        "members", "name"
    ):
        found[enrolment].append(name)
    return {enrolment: ", ".join(names) for enrolment, names in found.items()}


@lru_cache(maxsize=4096)
def _percentage(score: Decimal, out_of: Decimal, deduction: Decimal) -> Decimal:
    return grading.effective(score, out_of, deduction)


def _came_to(score: Decimal | None, out_of: Decimal, deduction: Decimal) -> list[Cell]:
    """Points, what they are out of, percentage; without a score it waits for somebody."""
    if score is None:
        return [None, grading.shown(out_of), None]
    percentage = _percentage(score, out_of, deduction) if out_of else None
    return [grading.shown(score), grading.shown(out_of), percentage]


# --- Every student by every question -----------------------------------------------------------


def marks(asked: Asked) -> Table:
    """A row an attempt, a column a question: five queries, or two more where attempts wait.

    The marks are those of the sheets, from which the report counts.
    """
    bare = _bare(asked)
    keys = _keys(asked, bare)
    places = _places(asked, keys, bare)
    versions = dict(
        QuestionVersion.objects.filter(pk__in=places).values_list("pk", "question__key")
    )
    first: dict[str, int] = {}
    for version, place in places.items():
        key = versions[version]
        first[key] = min(place, first.get(key, place))
    questions = sorted(first, key=lambda key: (first[key], key))
    at = {key: place for place, key in enumerate(questions)}
    columns = [
        *_who(),
        _text(_("Group"), 16),
        _number(_("Attempt"), 8),
        _time(_("Started")),
        _time(_("Handed in")),
        _number(_("Points")),
        _number(_("Out of")),
        _number(_("Per cent")),
        *(_number(f"{place}. {key}", 14) for place, key in enumerate(questions, start=1)),
    ]
    column = {str(version): at[key] for version, key in versions.items()}
    rows = _marks(asked, keys, bare, column, len(questions), _groups(asked.cohort))
    return Table(asked.quiz.activity.title, columns, rows, asked.cohort.zone)


def _places(
    asked: Asked, keys: set[UUID] | None, bare: Mapping[UUID, Sequence[sheets.Row]]
) -> dict[int, int]:
    """The first place in the quiz of each version that was met; one query."""
    met: set[tuple[str, str]] = set()
    found = asked.finished().exclude(sheet="").values_list("pk", "sheet")
    for pk, sheet in found.iterator(chunk_size=CHUNK):
        if keys is None or pk in keys:
            met.update(tuple(line.split(" ", 2)[:2]) for line in sheet.split("\n")[1:])  # type: ignore[misc]
    places: dict[int, int] = {}
    for version, place in met:
        places[int(version)] = min(int(place), places.get(int(version), int(place)))
    for pk, rows in bare.items():
        for row in rows if keys is None or pk in keys else ():
            places.setdefault(row[0], row[1] or 0)
    return places


def _marks(
    asked: Asked,
    keys: set[UUID] | None,
    bare: Mapping[UUID, Sequence[sheets.Row]],
    column: Mapping[str, int],
    questions: int,
    groups: Mapping[int, str],
) -> Iterator[Row]:
    shown = cache(lambda mark: grading.shown(int(mark) * UNIT))
    found = _attempts(asked, keys, "sheet")
    for pk, who, name, username, number, started, ended, *came_to, sheet in found:
        cells: list[Cell] = [None] * questions
        try:
            for line in sheet.split("\n")[1:]:
                version, _place, _worth, mark, _answer = line.split(" ", 4)
                cells[column[version]] = shown(mark)
            for row in bare.get(pk, ()):
                cells[column[str(row[0])]] = None if row[3] is None else grading.shown(row[3])
        except KeyError:
            continue  # handed in while this is read, and asked what nobody had been asked
        yield [
            name or username, username, groups.get(who), number, started, ended,
            *_came_to(*came_to), *cells,
        ]  # fmt: skip


# --- One row an answer -------------------------------------------------------------------------

NEWEST = Response.objects.filter(item=OuterRef("pk")).order_by("-revision")
MARK = Mark.objects.filter(item=OuterRef("pk")).order_by("-pk")


def responses(asked: Asked) -> Table:
    """A row for each question of each attempt, with its newest answer and its newest mark."""
    columns = [
        *_who(),
        _text(_("Group"), 16),
        _number(_("Attempt"), 8),
        _number(_("Position"), 8),
        _text(_("Question"), 22),
        _number(_("Version"), 8),
        _text(_("Kind"), 14),
        _text(_("Prompt"), 40),
        _text(_("Answer"), 40),
        _text(_("As its student saw it"), 14),
        _text(_("As it is stored"), 20),
        _number(_("Points")),
        _number(_("Out of")),
        _text(_("Outcome"), 14),
        _text(_("Counts"), 8),
        _number(_("Certainty, 1 to 3")),
        _time(_("Saved")),
        _number(_("Seconds after the start")),
        _number(_("Seconds for this question")),
    ]
    return Table(asked.quiz.activity.title, columns, _responses(asked), asked.cohort.zone)


def _responses(asked: Asked) -> Iterator[Row]:
    """One query for the attempts, and two for each `CHUNK` of them."""
    groups = _groups(asked.cohort)
    keys = _keys(asked, {} if asked.which == Which.ALL else _bare(asked))
    words = Words()
    for some in _chunks(_attempts(asked, keys, "pace"), CHUNK):
        asked_of = _items([row[0] for row in some])
        words.learn({item[1] for items in asked_of.values() for item in items})
        for pk, who, name, username, number, started, *_rest, times in some:
            student = [name or username, username, groups.get(who), number]
            taken = pace.read(times)
            for item in asked_of[pk]:
                yield [*student, *words.cells(item, started), taken.get(item[1])]


def _items(attempts: Sequence[UUID]) -> dict[UUID, list[tuple[Any, ...]]]:
    """The questions of these attempts in their order; one query."""
    found: dict[UUID, list[tuple[Any, ...]]] = {pk: [] for pk in attempts}
    for pk, *row in (
        Item.objects.current()
        .filter(attempt__in=attempts)
        .order_by("attempt", "position")
        .values_list(
            "attempt", "position", "version", "order", "points", "counts",
            Subquery(MARK.values("score")[:1]),
            Subquery(NEWEST.values("answer")[:1]),
            Subquery(NEWEST.values("certainty")[:1]),
            Subquery(NEWEST.values("saved_at")[:1]),
        )
    ):  # fmt: skip
        found[pk].append(tuple(row))
    return found


def _chunks(rows: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    source = iter(rows)
    while some := list(islice(source, size)):
        yield some


class Words:
    """The versions that were met, and what answers to them say in words."""

    def __init__(self) -> None:
        self.versions: dict[int, QuestionVersion] = {}
        self.prompts: dict[int, str] = {}
        self.said: dict[tuple[int, str], str] = {}

    def learn(self, keys: set[int]) -> None:
        """One query where there is a version that was not met before."""
        for version in (
            QuestionVersion.objects.filter(pk__in=keys - self.versions.keys())
            .select_related("question")
            .only("number", "kind", "public", "question__key")
        ):
            self.versions[version.pk] = version
            prompt = " ".join(text_of(version.public["prompt"]).split())
            self.prompts[version.pk] = prompt if len(prompt) <= SHORT else f"{prompt[: SHORT - 1]}…"

    def cells(self, item: tuple[Any, ...], started: datetime) -> list[Cell]:
        """From the position on, as `responses` has its columns."""
        position, key, order, points, counts, mark, answer, certainty, saved = item
        version = self.versions[key]
        kind = KINDS[version.kind]
        stored = "" if answer is None else _json(answer)
        if (key, stored) not in self.said:
            self.said[key, stored] = kind.answer_text(version.public, answer)
        seen = kind.show(order, answer)
        return [
            position,
            version.question.key,
            version.number,
            str(kind.label),
            self.prompts[key],
            self.said[key, stored],
            seen if isinstance(seen, str | None) else _json(seen),
            stored,
            None if mark is None else grading.shown(mark),
            grading.shown(points),
            outcome(mark, points, answer),
            _("yes") if counts else _("no"),
            certainty,
            saved,
            None if saved is None else round((saved - started).total_seconds()),
        ]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def outcome(mark: Decimal | None, points: Decimal, answer: Any) -> str:
    """In a word; a mark decides, so that a regraded question tells what it earns now."""
    if mark is None:
        return _("waits to be marked")
    if mark >= points:
        return _("right")
    if mark > 0:
        return _("partly right")
    return _("no answer") if answer is None else _("wrong")


# --- Item analysis -----------------------------------------------------------------------------


def items(asked: Asked) -> list[Table]:
    """The questions of the report, and the quiz as a whole: numbers as the page shows them.

    A question that was met in several versions has a row for all of them, then one for each. A
    number that the page does not tell is an empty cell here.
    """
    report = analysis.report(asked)
    decided = analysis.decisions(asked)
    columns = [
        _number(_("Place"), 7),
        _text(_("Question"), 24),
        _text(_("Prompt"), 40),
        _number(_("Version"), 8),
        _text(_("Counted"), 16),
        _number("n", 8),
        _number(_("Points")),
        _share(_("Facility")),
        _share(_("Facility, lowest likely")),
        _share(_("Facility, highest likely")),
        _share(_("Standard deviation")),
        _share(_("Standard deviation, lowest likely")),
        _share(_("Standard deviation, highest likely")),
        _number(_("Discrimination")),
        _number(_("Discrimination, lowest likely")),
        _number(_("Discrimination, highest likely")),
        _share(_("Discriminative efficiency")),
        _share(_("Intended weight")),
        _share(_("Effective weight")),
        _share(_("Random guess")),
        _number(_("Seconds taken, median")),
        _number(_("Seconds taken, median, lowest likely")),
        _number(_("Seconds taken, median, highest likely")),
        _number(_("Seconds taken, first quartile")),
        _number(_("Seconds taken, third quartile")),
        _number(_("Attempts whose time is known")),
        _text(_("To look at"), 60),
    ]
    reasons = {line.question.pk: _reasons(line, of) for _place, line, of in decided}
    zone = asked.cohort.zone
    return [
        Table(
            asked.quiz.activity.title,
            columns,
            [
                row
                for place, line in enumerate(report.lines, start=1)
                for row in _rows_of(place, line, reasons.get(line.question.pk, _reasons(line, [])))
            ],
            zone,
        ),
        Table(
            _("The quiz as a whole"),
            [
                _text(_("Number"), 30),
                _text(_("Value"), 14),
                _text(_("Likely"), 20),
                _number("n", 8),
                _text(_("What it says"), 80),
            ],
            [
                [each.name, each.value, each.interval, each.n, each.sentence]
                for each in telling.of_whole(report)
            ],
            zone,
        ),
        _choices(asked, decided),
    ]


def choices(asked: Asked) -> Table:
    """A row for each choice of each question: who chose it, and how that goes with their rest.

    As on the page of a question; a number that it does not tell is an empty cell.
    """
    return _choices(asked, analysis.decisions(asked))


def _choices(asked: Asked, decided: Sequence[Decided]) -> Table:
    fifths = [_("weakest fifth"), _("second"), _("third"), _("fourth"), _("strongest fifth")]
    columns = [
        _number(_("Place"), 7),
        _text(_("Question"), 24),
        _text(_("Part"), 24),
        _text(_("Choice"), 40),
        _text(_("Right"), 8),
        _number(_("Chosen by"), 10),
        _number("n", 8),
        _share(_("Share")),
        _share(_("Share, lowest likely")),
        _share(_("Share, highest likely")),
        _number(_("Point-biserial with the rest")),
        _number(_("Point-biserial, lowest likely")),
        _number(_("Point-biserial, highest likely")),
        *(_share(_("Share of the %(fifth)s") % {"fifth": fifth}, 12) for fifth in fifths),
        _text(_("Misconception"), 40),
    ]
    rows = [
        [
            place,
            line.question.key,
            text_of(decision.html),
            telling.choice(chosen),
            _("yes") if chosen.right else _("no"),
            *_chosen(chosen, line.item.n),
            chosen.misconception,
        ]
        for place, line, decisions in decided
        for decision in decisions
        for chosen in decision.choices
    ]
    return Table(_("Choices"), columns, rows, asked.cohort.zone)


def _chosen(chosen: Chosen, n: int) -> list[Cell]:
    option, told = chosen.option, Enough.FACILITY.told(n)
    correlates = Enough.DISCRIMINATION.told(n)
    shares = chosen.trace.shares if Enough.FIFTHS.told(n) else [None] * 5
    return [
        option.chosen,
        option.n,
        as_number(telling.percent(option.share)) if told else None,
        *_ends(option.share_interval if told else None, telling.percent),
        as_number(telling.plain(option.point_biserial)) if correlates else None,
        *_ends(option.interval if correlates else None, telling.plain),
        *(as_number(telling.percent(share)) for share in shares),
    ]


def _reasons(line: Line, decisions: Sequence[Decision]) -> str:
    """What to look at; a reason that is about one choice begins with its words."""
    said = []
    for flag in line.flags:
        words = telling.about(flag, decisions)
        said.append(f"“{words}”: {_(flag.sentence)}" if words else _(flag.sentence))
    return " ".join(said)


def _rows_of(place: int, line: Line, reasons: str) -> Iterator[Row]:
    """A question in all its versions together, and where there are several, each by itself."""
    everything = Met(line.newest.number, line.item, line.taken)
    yield _item(place, line, everything, _("all versions"), reasons, shared=True)
    if len(line.versions) > 1:
        for met in line.versions:
            counted = _("version %(n)d alone") % {"n": met.number}
            yield _item(place, line, met, counted, "", shared=False)


def _item(
    place: int, line: Line, met: Met, counted: str, reasons: str, *, shared: bool
) -> list[Cell]:
    """`shared`: whether it has a weight of its own among the questions."""
    item, taken = met.item, met.taken
    figures = telling.figures(item, line)
    told, tells = Enough.FACILITY.told(item.n), Enough.DISCRIMINATION.told(item.n)
    return [
        place,
        line.question.key,
        line.prompt,
        met.number,
        counted,
        item.n,
        grading.shown(line.worth),
        as_number(figures["facility"].value),
        *_ends(item.facility_interval if told else None, telling.percent),
        as_number(figures["sd"].value),
        *_ends(item.sd_interval if Enough.SPREAD.told(item.n) else None, telling.percent),
        as_number(figures["discrimination"].value),
        *_ends(item.discrimination_interval if tells else None, telling.plain),
        as_number(figures["efficiency"].value),
        *(as_number(figures[name].value) if shared else None for name in ("intended", "effective")),
        as_number(figures["guess"].value),
        *_seconds(taken),
        reasons,
    ]


def _seconds(taken: Spread | None) -> list[Cell]:
    """The median with its interval, the quartiles, and of how many; empty where too few."""
    if taken is None or not Enough.SPREAD.told(taken.n):
        return [None, None, None, None, None, 0 if taken is None else taken.n]
    within = (None, None) if taken.interval is None else (taken.interval.low, taken.interval.high)
    return [round(taken.median), *within, round(taken.first), round(taken.third), taken.n]


def _ends(
    interval: Interval | None, tell: Callable[[float], str]
) -> tuple[Decimal | None, Decimal | None]:
    if interval is None:
        return None, None
    return as_number(tell(interval.low)), as_number(tell(interval.high))


def as_number(shown: str) -> Decimal | None:
    """The number that the page shows (`telling`), per cent as a share; None where it shows none."""
    if not shown:
        return None
    share = shown.endswith("%")
    number = Decimal(shown.removesuffix("%").strip().replace("−", "-"))
    return number / 100 if share else number


# --- Gradebook ---------------------------------------------------------------------------------


def grades(cohort: Cohort, group: Group | None = None) -> Table:
    """A row a student: each mark that counts, the total, and what was done by hand or came late."""
    plan = gradebook.plan(cohort)
    titles = _titles(plan)
    columns = [
        *_who(),
        _text(_("E-mail address"), 28),
        _text(_("Group"), 16),
        *(_number(title, 14) for title in titles),
        *(_number(_("Category: %(title)s") % {"title": c.title}, 14) for c in plan.categories),
        _number(_("Total")),
        _text(_("Decided by hand"), 30),
        _text(_("Late"), 30),
        _text(_("Does not count"), 30),
    ]
    return Table(_("Gradebook"), columns, _grades(plan, titles, group), cohort.zone)


def weights(cohort: Cohort) -> Table:
    """A row for each column of marks in the gradebook: what it weighs, and who sees it."""
    plan = gradebook.plan(cohort)
    columns = [
        _text(_("Column"), 40),
        _text(_("Key"), 24),
        _text(_("Module"), 24),
        _text(_("Category"), 24),
        _number(_("Weight")),
        _number(_("Share of the total, in per cent"), 14),
        _text(_("Hidden from students"), 12),
    ]
    rows = [
        [
            title,
            column.activity.key,
            column.activity.module.title,
            "" if column.category is None else column.category.title,
            column.weight,
            column.share,
            _("yes") if column.hidden else _("no"),
        ]
        for title, column in zip(_titles(plan), plan.columns, strict=True)
    ]
    return Table(_("Weights"), columns, rows, cohort.zone)


def _titles(plan: gradebook.Plan) -> list[str]:
    """The head of each column of marks: its title, and its key where two are alike."""
    told = Counter(column.activity.title for column in plan.columns)
    return [
        column.activity.title
        if told[column.activity.title] == 1
        else f"{column.activity.title} ({column.activity.key})"
        for column in plan.columns
    ]


def _grades(plan: gradebook.Plan, titles: Sequence[str], group: Group | None) -> Iterator[Row]:
    groups = _groups(plan.cohort)
    for row in gradebook.stream(plan, group):
        cells = list(zip(titles, row.cells, strict=True))
        user = row.enrolment.user
        yield [
            str(user),
            user.username,
            user.email,
            groups.get(row.enrolment.pk),
            *(cell.effective for cell in row.cells),
            *(row.categories.get(category.pk) for category in plan.categories),
            row.total,
            ", ".join(_by_hand(title, cell) for title, cell in cells if cell.by_hand),
            ", ".join(title for title, cell in cells if cell.counts_late),
            ", ".join(title for title, cell in cells if cell.dropped),
        ]


def _by_hand(title: str, cell: gradebook.Cell) -> str:
    if cell.excused:
        return _("%(title)s (excused)") % {"title": title}
    if cell.earned is None:
        return title
    return _("%(title)s (earned %(earned)s)") % {"title": title, "earned": f"{cell.earned:f}"}
