"""What a quiz says about its class, and about itself: the reads behind the quiz report.

Every number is counted from the sheets of finished attempts (`reporting.sheets`), one line a
question: a class of ten thousand is read in one statement and counted in small tables, from which
`statistics` works everything out exactly; the tables are kept until a score or the class changes
(`tallies`). Counted are questions that count, by their newest mark, in attempts of students who
are in the cohort today; what lateness costs is not in it, since it says nothing about a question.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from courses.models import Cohort, Enrolment, Group
from courses.names import sort_key
from quizzes.marks import grading
from quizzes.models import Attempt, Question, QuestionVersion, Quiz
from quizzes.questions import KINDS, text_of
from quizzes.questions.base import Part
from quizzes.questions.typed import OTHER
from quizzes.reporting import sheets, tallies
from quizzes.reporting.tallies import Counted
from quizzes.statistics import (
    UNIT,
    Flag,
    Item,
    Joint,
    Option,
    Reliability,
    Spread,
    Trace,
    Whole,
    flags,
    items,
    options,
    pace,
    reliability,
    spread,
    traces,
    whole,
)
from quizzes.statistics.sheet import LONG, Class, Entry, count, read

CHUNK = 5000  # attempts without a sheet at a time: a statement takes only so many parameters
COMMON = 10  # of the answers that were typed, the most common
Pick = tuple[str, str]  # part, choice; the choice is "" where nothing was chosen
BLANK = ""


class Which(StrEnum):
    """Which attempts of a student the numbers are about."""

    FIRST = "first"
    LAST = "last"
    BEST = "best"
    ALL = "all"


WHICH = {
    Which.FIRST: gettext_lazy("first attempts"),
    Which.LAST: gettext_lazy("last attempts"),
    Which.BEST: gettext_lazy("best attempts"),
    Which.ALL: gettext_lazy("all attempts"),
}
WHY = {
    Which.FIRST: gettext_lazy(
        "First attempts tell most about the questions: nobody had seen the feedback yet, and each"
        " student counts once."
    ),
    Which.LAST: gettext_lazy(
        "Last attempts come after feedback, so questions look easier than they were."
    ),
    Which.BEST: gettext_lazy(
        "Best attempts are picked for having gone well, so every question looks easier than it"
        " was, and the differences between students smaller."
    ),
    Which.ALL: gettext_lazy(
        "With all attempts a student counts as often as they tried. The intervals are narrower"
        " than they should be, because tries of one person are alike."
    ),
}


# --- Reading the class -------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """Whom and what a report is about."""

    quiz: Quiz
    cohort: Cohort
    which: Which = Which.FIRST
    group: Group | None = None

    def students(self) -> QuerySet[Enrolment]:
        found: QuerySet[Enrolment] = (
            Enrolment.objects.active().students().filter(cohort=self.cohort)
        )
        return found if self.group is None else found.filter(groups=self.group)

    def finished(self) -> QuerySet[Attempt]:
        """The finished attempts of those who are in the cohort, scored or not."""
        return (
            Attempt.objects.submitted()
            .filter(quiz=self.quiz, enrolment__in=self.students().values("pk"))
            .order_by()
        )


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished attempt; without a sheet it waits for a person. `key` where it was asked for."""

    student: int
    number: int
    sheet: str
    pace: str
    key: UUID | None = None


def _finished(asked: Asked, *, keys: bool = False) -> list[Finished]:
    """One query, and two more where an attempt has no sheet: it waits, or none was written."""
    columns = ["enrolment_id", "number", "sheet", "pace", *(["pk"] if keys else [])]
    found = [Finished(*row) for row in asked.finished().values_list(*columns)]
    if all(each.sheet for each in found):
        return found
    without = {
        pk: (student, number)
        for pk, student, number in asked.finished()
        .filter(sheet="")
        .values_list("pk", "enrolment_id", "number")
    }
    made = {}
    keyed = list(without)
    for start in range(0, len(keyed), CHUNK):
        for pk, rows in sheets.rows(keyed[start : start + CHUNK]).items():
            made[without[pk]] = sheets.of(rows)
    return [
        each if each.sheet else replace(each, sheet=made.get((each.student, each.number), ""))
        for each in found
    ]


def chosen(found: Iterable[Finished], which: Which) -> list[Finished]:
    """The attempts that are asked about, those that wait among them."""
    if which == Which.ALL:
        return list(found)
    kept: dict[int, tuple[tuple[float, int], Finished]] = {}
    for each in found:
        if which == Which.BEST:
            if not each.sheet:
                continue
            total, worth = map(int, each.sheet.partition("\n")[0].split(" "))
            rank = (total / worth if worth else 0.0, -each.number)  # of two as good, the earlier
        else:
            rank = (0.0, each.number if which == Which.LAST else -each.number)
        before = kept.get(each.student)
        if before is None or rank > before[0]:
            kept[each.student] = (rank, each)
    return [each for _rank, each in kept.values()]


def _chosen(found: Iterable[Finished], which: Which) -> list[Finished]:
    """The attempts that the numbers are about; an attempt that waits is left out at the end.

    Who waits with their first attempt is not represented by their second.
    """
    return [each for each in chosen(found, which) if each.sheet]


def marked(asked: Asked) -> list[Finished]:
    """The marked attempts that the numbers are about."""
    return _chosen(_finished(asked), asked.which)


# --- What follows from it ----------------------------------------------------------------------


@dataclass(frozen=True)
class Met:
    """A question in one of its versions, as some attempts met it."""

    number: int
    item: Item
    taken: Spread | None


@dataclass(frozen=True)
class Line:
    """One question of the report."""

    question: Question
    prompt: str  # plain text
    place: int  # the first slot that it filled, 0 if none is known
    worth: Decimal
    item: Item
    guess: Fraction
    flags: Sequence[Flag]
    versions: Sequence[Met]
    newest: QuestionVersion  # the one whose key and words are shown
    edited: bool  # whether there is a version that nobody of these met
    taken: Spread | None


@dataclass(frozen=True)
class Report:
    """A quiz in a cohort. Percentages are counted in hundredths, as people read them."""

    asked: Asked
    students: int
    handed_in: int  # students with a finished attempt
    waiting: int  # finished attempts that wait for somebody to mark them
    percentages: Counter[int]
    whole: Whole
    reliability: Reliability | None
    full: Decimal  # what the quiz is worth
    lines: Sequence[Line]
    drawn: bool  # whether attempts were asked different questions
    taken: Spread | None  # from the start to the end of an attempt

    @property
    def n(self) -> int:
        return self.whole.n

    @property
    def flagged(self) -> int:
        return sum(bool(line.flags) for line in self.lines)


def report(asked: Asked, *, anew: bool = False) -> Report:
    """Everything that the report says; `anew` reads the attempts though their counts are kept.

    Two or three queries where the counts are kept (`tallies`), which is so for the cohort as a
    whole from the second time on; else as many as `_finished` says, two more and one write.
    """
    return _report(asked, _recount(asked) if anew else counted(asked))[0]


def counted(asked: Asked) -> Counted:
    """The counts of a class, kept or made. A group's are made each time: its members may change."""
    if asked.group is not None:
        return _recount(asked)
    at, found = tallies.kept(asked.quiz, asked.cohort, asked.which)
    if found is None:
        found = _recount(asked)
        tallies.keep(asked.quiz, asked.cohort, asked.which, found, at=at)
    return found


def _recount(asked: Asked) -> Counted:
    return _count(asked, _finished(asked))


def _count(asked: Asked, found: Sequence[Finished]) -> Counted:
    chosen = _chosen(found, asked.which)
    return Counted(
        students=asked.students().count(),
        handed_in=len({each.student for each in found}),
        waiting=sum(not each.sheet for each in found),
        sheets=count(each.sheet for each in chosen),
        paces=pace.count(each.pace for each in chosen),
    )


def _versions(keys: Iterable[int]) -> dict[int, QuestionVersion]:
    return {
        version.pk: version
        for version in QuestionVersion.objects.filter(pk__in=set(keys))
        .select_related("question__current")
        .defer("content", "question__spec", "question__current__content")
    }


def _report(asked: Asked, told: Counted) -> tuple[Report, dict[int, "Table"]]:
    """The report, and the tables by question that it was worked out from."""
    counted = told.sheets
    percentages: Counter[int] = Counter()
    for (total, worth), times in counted.totals.items():
        if worth:
            shown = grading.percentage(max(total, 0) * UNIT, worth * UNIT)
            percentages[int(shown * 100)] += times
    versions = _versions(entry.version for entries in counted.entries.values() for entry in entries)
    tables = _tables(counted, versions)
    drawn = any(table.joint.n != counted.n for table in tables.values())
    ordered = sorted(tables.values(), key=lambda table: (table.place, table.question.key))
    measured = items([t.joint for t in ordered], [t.worth for t in ordered])
    full = max((worth for _total, worth in counted.totals), default=0)
    made = Report(
        asked=asked,
        students=told.students,
        handed_in=told.handed_in,
        waiting=told.waiting,
        percentages=percentages,
        whole=whole(percentages, highest=10_000),
        reliability=_reliability(counted),
        full=full * UNIT,
        lines=[
            _line(table, _weighed(item, table.worth, full, drawn=drawn), told.paces)
            for table, item in zip(ordered, measured, strict=True)
        ],
        drawn=drawn,
        taken=spread(told.paces.whole),
    )
    return made, tables


def _weighed(item: Item, worth: int, full: int, *, drawn: bool) -> Item:
    """With the intended weight in an attempt, which asks but a part of what could be drawn."""
    return replace(
        item,
        intended_weight=worth / full if full else None,
        effective_weight=None if drawn else item.effective_weight,
    )


@dataclass(frozen=True)
class Table:
    """What was counted of one question, on one scale."""

    question: Question
    place: int
    worth: int
    counts: Mapping[tuple[Entry, int, int], int]  # (entry, mark, total): how often
    versions: Mapping[int, QuestionVersion]

    @cached_property
    def joint(self) -> Joint:
        return self.joint_of(lambda entry: True)

    def joint_of(self, which: Callable[[Entry], bool]) -> Joint:
        found: Counter[tuple[int, int]] = Counter()
        for (entry, mark, total), times in self.counts.items():
            if which(entry):
                found[mark, total] += times
        return Joint(found)


def _tables(counted: Class, versions: Mapping[int, QuestionVersion]) -> dict[int, Table]:
    """The questions by primary key.

    Where attempts were out of different points (questions that did not count for some, a quiz
    changed since), what each earned on the rest is brought to the largest, so that the strong are
    not taken for weak because they were asked less.
    """
    full = max((worth for _total, worth in counted.totals), default=0)
    worths: dict[int, int] = defaultdict(int)
    places: dict[int, int] = {}
    for entries in counted.entries.values():
        for entry in entries:
            question = versions[entry.version].question_id
            worths[question] = max(worths[question], entry.worth)
            places[question] = min(places.get(question, entry.place), entry.place)
    counts: dict[int, Counter[tuple[Entry, int, int]]] = {pk: Counter() for pk in worths}
    for (total, worth), entries in counted.entries.items():
        for entry, times in entries.items():
            question = versions[entry.version].question_id
            mark, whole_of = entry.mark, total
            if (worth, entry.worth) != (full, worths[question]):
                mark = _scaled(entry.mark, entry.worth, worths[question])
                rest = worth - entry.worth, full - worths[question]
                whole_of = mark + _scaled(total - entry.mark, *rest)
            counts[question][entry, mark, whole_of] += times
    own: dict[int, dict[int, QuestionVersion]] = defaultdict(dict)
    for pk, version in versions.items():
        own[version.question_id][pk] = version
    return {
        pk: Table(
            next(iter(own[pk].values())).question, places[pk], worths[pk], counts[pk], own[pk]
        )
        for pk in counts
    }


def _scaled(earned: int, of: int, full: int) -> int:
    return round(Fraction(earned * full, of)) if of else 0


def _reliability(counted: Class) -> Reliability | None:
    """Over the places of the quiz; None unless every attempt filled each with the same points."""
    places: dict[int, Counter[tuple[int, int]]] = defaultdict(Counter)
    worths: dict[int, set[int]] = defaultdict(set)
    for (total, _worth), entries in counted.entries.items():
        for entry, times in entries.items():
            places[entry.place][entry.mark, total] += times
            worths[entry.place].add(entry.worth)
    joints = [Joint(places[place]) for place in sorted(places)]
    if (
        0 in places
        or any(joint.n != counted.n for joint in joints)
        or any(len(each) > 1 for each in worths.values())
    ):
        return None
    return reliability(joints, [min(worths[place]) for place in sorted(places)])


def _line(table: Table, item: Item, paces: pace.Paces) -> Line:
    newest = _newest(table)
    kind = KINDS[newest.kind]
    guess = kind.guess(newest.spec)
    parts = kind.describe(newest.spec)
    choices: dict[str, Option] = {}
    right: list[str] = []
    if len(parts) == 1 and guess:
        told = options(_chosen_rests(table, parts), table.joint.rests)
        choices = {choice.key: told["", choice.key] for choice in parts[0].choices}
        right = [choice.key for choice in parts[0].choices if choice.right]
    return Line(
        question=table.question,
        prompt=text_of(newest.public["prompt"]),
        place=table.place,
        worth=table.worth * UNIT,
        item=item,
        guess=guess,
        flags=flags(item, guess=guess, choices=choices, right=right),
        versions=_split(table, item, paces),
        newest=newest,
        edited=newest.pk not in table.versions,
        taken=_taken(table, paces),
    )


def _taken(table: Table, paces: pace.Paces) -> Spread | None:
    """The times of a question in all its versions."""
    found: Counter[int] = Counter()
    for version in table.versions:
        found.update(paces.versions.get(version, {}))
    return spread(found)


def _newest(table: Table) -> QuestionVersion:
    """The version in use, else the newest that anybody met: its key is the one that holds."""
    if table.question.current is not None:
        return table.question.current
    return max(table.versions.values(), key=lambda version: version.number)


def _split(table: Table, item: Item, paces: pace.Paces) -> list[Met]:
    if len(table.versions) == 1:
        (version,) = table.versions.values()
        return [Met(version.number, item, _taken(table, paces))]
    found = []
    for pk, version in sorted(table.versions.items(), key=lambda pair: pair[1].number):
        joint = table.joint_of(lambda entry, pk=pk: entry.version == pk)  # type: ignore[misc]
        taken = spread(paces.versions.get(pk, {}))
        found.append(Met(version.number, items([joint], [table.worth])[0], taken))
    return found


def _picks(entry: Entry, version: QuestionVersion, parts: Sequence[Part]) -> set[Pick]:
    """What an answer chose, in the words of the version that was met; blank parts too."""
    picked = set(KINDS[version.kind].picks(version.spec, entry.response))
    answered = {part for part, _choice in picked}
    return picked | {(part.key, BLANK) for part in parts if part.key not in answered}


def _chosen_rests(table: Table, parts: Sequence[Part]) -> dict[Pick, Counter[int]]:
    """What those who chose each choice earned on the rest; a choice that nobody met is there, too.

    On the rest as for the discrimination: the total holds the question itself, which in a short
    quiz lifts its key over any option that should have been the key.
    """
    chosen: dict[Pick, Counter[int]] = defaultdict(Counter)
    chosen.update({(part.key, each.key): Counter() for part in parts for each in part.choices})
    known: dict[Entry, set[Pick]] = {}
    for (entry, mark, total), times in table.counts.items():
        picks = known.get(entry)
        if picks is None:
            picks = known[entry] = _picks(entry, table.versions[entry.version], parts)
        for pick in picks:
            chosen[pick][total - mark] += times
    return chosen


# --- One question ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chosen:
    """A choice of a part, with what became of it; `key` "" is no answer."""

    key: str
    html: str
    right: bool
    option: Option
    trace: Trace
    misconception: str
    flags: Sequence[Flag]


@dataclass(frozen=True)
class Decision:
    """One decision that the question asks for, with its choices."""

    key: str
    html: str  # "" where it is the question itself
    choices: Sequence[Chosen]


@dataclass(frozen=True)
class Answer:
    """An answer as it was typed, and what those who gave it earned on average, 0..1."""

    text: str
    n: int
    share: float
    earned: float


@dataclass(frozen=True)
class Detail:
    """Everything about one question of a report."""

    report: Report
    line: Line
    prompt: str  # HTML
    decisions: Sequence[Decision]
    answers: Sequence[Answer]
    table: Table
    chosen: Sequence[Finished]


def question(asked: Asked, key: str) -> Detail | None:
    """One question of a report with its choices; None if none of these attempts was asked it."""
    found = _finished(asked, keys=True)
    whole_report, tables = _report(asked, _count(asked, found))
    line = next((line for line in whole_report.lines if line.question.key == key), None)
    if line is None:
        return None
    table = tables[line.question.pk]
    kind, content = KINDS[line.newest.kind], line.newest.content
    parts = kind.describe(content)
    typed = kind.by_hand or any(choice.key == OTHER for part in parts for choice in part.choices)
    return Detail(
        report=whole_report,
        line=line,
        prompt=line.newest.public["prompt"],
        decisions=[] if kind.by_hand else _decisions(table, parts, line.flags),
        answers=_answers(table) if typed else [],
        table=table,
        chosen=_chosen(found, asked.which),
    )


Decided = tuple[int, Line, Sequence[Decision]]  # a question's number, its line, its choices


def decisions(asked: Asked) -> list[Decided]:
    """The choices of every question with its number, as `question` has them for one.

    One query beside those of a report; what is marked by hand has no choices.
    """
    whole_report, tables = _report(asked, counted(asked))
    contents = dict(
        QuestionVersion.objects.filter(
            pk__in=[line.newest.pk for line in whole_report.lines]
        ).values_list("pk", "content")
    )
    return [
        (
            place,
            line,
            _decisions(
                tables[line.question.pk], kind.describe(contents[line.newest.pk]), line.flags
            ),
        )
        for place, line in enumerate(whole_report.lines, start=1)
        if not (kind := KINDS[line.newest.kind]).by_hand
    ]


def _decisions(table: Table, parts: Sequence[Part], found: Sequence[Flag]) -> list[Decision]:
    chosen, rests = _chosen_rests(table, parts), table.joint.rests
    told, traced = options(chosen, rests), traces(chosen, rests)
    decisions = []
    for part in parts:
        choices = [
            Chosen(
                choice.key,
                choice.text,
                choice.right,
                told[part.key, choice.key],
                traced[part.key, choice.key],
                choice.misconception,
                [flag for flag in found if len(parts) == 1 and flag.option == choice.key],
            )
            for choice in part.choices
        ]
        listed = {choice.key for choice in part.choices}
        # What an older version offered and this one does not, and no answer at all.
        choices += [
            Chosen(key, "", False, told[of, key], traced[of, key], "", [])
            for of, key in chosen
            if of == part.key and key not in listed
        ]
        decisions.append(Decision(part.key, part.text if part.key else "", choices))
    return decisions


def _answers(table: Table) -> list[Answer]:
    given: Counter[str] = Counter()
    earned: Counter[str] = Counter()
    for (entry, mark, _total), times in table.counts.items():
        text = _in_words(entry, table.versions[entry.version])
        given[text] += times
        earned[text] += mark * times
    n = sum(given.values())
    ordered = sorted(given.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        Answer(text, times, times / n, earned[text] / (times * table.worth))
        for text, times in ordered[:COMMON]
    ]


def _in_words(entry: Entry, version: QuestionVersion) -> str:
    """An answer as plain text: "" if blank, `LONG` where the sheet does not repeat it."""
    if entry.answer == LONG:
        return LONG
    return KINDS[version.kind].answer_text(version.public, entry.response)


# --- The rows behind a number ------------------------------------------------------------------


@dataclass(frozen=True)
class Reached:
    """An attempt and what it came to, as the report counts it: before lateness costs anything."""

    key: UUID
    handed_in: datetime
    points: Decimal
    of: Decimal
    percentage: Decimal
    seconds: int | None  # None where it is not known


def reached(asked: Asked, *, low: int = 0, high: int = 100, timed: bool = False) -> list[Reached]:
    """The attempts that the numbers of the whole quiz are about, by the names of their students.

    Those from `low` to under `high` per cent (100 is within), and with `timed` those alone whose
    time is known. One query beside those of `_finished`.
    """
    found = {}
    for each in _chosen(_finished(asked, keys=True), asked.which):
        total, worth = map(int, each.sheet.partition("\n")[0].split(" "))
        taken = each.pace.partition("\n")[0]
        if not worth or each.key is None or (timed and not taken):
            continue
        points, of = total * UNIT, worth * UNIT
        percentage = grading.percentage(max(points, Decimal(0)), of)
        if low <= percentage < high or percentage == high == 100:
            seconds = int(taken) if taken else None
            found[each.key] = points, of, percentage, seconds
    named = asked.finished().order_by(
        "enrolment__user__name", "enrolment__user__username", "enrolment_id", "number"
    )
    return [
        Reached(key, handed_in, *found[key])
        for key, handed_in in named.values_list("pk", "submitted_at")
        if handed_in is not None and key in found
    ]


@dataclass(frozen=True)
class Behind:
    """An attempt behind a number."""

    attempt: Attempt
    answer: str
    mark: Decimal
    worth: Decimal


def behind(
    detail: Detail, *, pick: Pick | None = None, number: int | None = None, said: str | None = None
) -> list[tuple[UUID, Entry]]:
    """The attempts that were asked a question: that chose `pick`, met version `number`, or
    answered in the words `said`, as `Detail.answers` has them."""
    versions = {
        pk: version
        for pk, version in detail.table.versions.items()
        if number is None or version.number == number
    }
    parts = KINDS[detail.line.newest.kind].describe(detail.line.newest.spec)
    starts = tuple(f"{pk} " for pk in versions)
    found: list[tuple[UUID, Entry]] = []
    known: dict[str, tuple[Entry, bool]] = {}
    for each in detail.chosen:
        for text in each.sheet.split("\n")[1:]:
            if not text.startswith(starts):
                continue
            if text not in known:
                entry = read(text)
                version = versions[entry.version]
                fits = pick is None or pick in _picks(entry, version, parts)
                fits = fits and said in (None, _in_words(entry, version))
                known[text] = (entry, fits)
            entry, fits = known[text]
            if fits and each.key is not None:
                found.append((each.key, entry))
    return found


def with_people(found: Sequence[tuple[UUID, Entry]], detail: Detail) -> list[Behind]:
    """Some of these attempts with their students and answers, in the order of their names."""
    attempts = Attempt.objects.select_related("enrolment__user").in_bulk(
        [key for key, _entry in found]
    )
    rows = []
    for key, entry in found:
        answer = _in_words(entry, detail.table.versions[entry.version])
        rows.append(Behind(attempts[key], answer, entry.mark * UNIT, entry.worth * UNIT))
    return sorted(
        rows, key=lambda row: (sort_key(str(row.attempt.enrolment.user)), row.attempt.number)
    )
