"""What a class has understood, and what it takes for what: the reads behind those pages.

Counted from the sheets of finished attempts (`reporting.sheets`) of those who are in the cohort
today, in all quizzes of the course together, so a question is met once wherever it was asked.
What waits for a marker is in no number yet, nor is a question that did not count for a student.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, QuerySet, TextField, Value, When
from django.db.models.functions import Cast

from courses.models import Cohort, Enrolment, Group, Module, Objective, Paragraph
from quizzes.desk import mastery, misreading
from quizzes.desk.mastery import Mastery, Standing
from quizzes.desk.misreading import Decision, Made, Misread, Pair, Share
from quizzes.models import Attempt, Evidence, Item, Question, QuestionVersion
from quizzes.questions import KINDS, Kind, text_of
from quizzes.reporting import sheets
from quizzes.statistics.sheet import LONG, Entry, read

MOST_TO_TEACH = 10  # paragraphs in one list
CHUNK = 5000  # attempts without a sheet at a time: a statement takes only so many parameters
LATELY, NEWEST = timedelta(days=7), 200  # what was handed in lately: attempts, at most
Place = tuple[str, str]  # lesson key, anchor of the paragraph


# --- Reading the class -------------------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """Whose answers, to the questions of which module (None: all), and which of them.

    `lately` is a moment: of what was handed in before it, the last seven days' newest attempts.
    """

    cohort: Cohort
    module: Module | None = None
    group: Group | None = None
    every: bool = False  # not only the first answer of a student to a question
    lately: datetime | None = None

    def students(self) -> QuerySet[Enrolment]:
        found: QuerySet[Enrolment] = (
            Enrolment.objects.active().students().filter(cohort=self.cohort)
        )
        return found if self.group is None else found.filter(groups=self.group)

    def finished(self) -> QuerySet[Attempt]:
        found = Attempt.objects.submitted().filter(enrolment__in=self.students().values("pk"))
        if self.lately is not None:
            newest = found.filter(submitted_at__gt=self.lately - LATELY).order_by("-submitted_at")
            found = Attempt.objects.filter(pk__in=newest.values("pk")[:NEWEST])
        return found.order_by("submitted_at", "number", "pk")


@dataclass(frozen=True, slots=True)
class Version:
    """A question in one of its versions, without its texts."""

    pk: int
    question: int
    key: str
    module: int
    lens: str
    kind: Kind
    digest: str
    retired: bool


class Given(NamedTuple):
    """An answer: in which attempt (its key as the database tells it), and the line of its sheet."""

    key: str
    student: int
    line: str

    @property
    def attempt(self) -> UUID:
        return UUID(self.key)


class Sat(NamedTuple):
    """A finished attempt with the lines of its sheet.

    A class has tens of thousands of answers: they stay together as they were handed in, so that
    most of the counting is done by attempts, and the rest by what Python counts without a loop.
    """

    key: str
    student: int
    lines: Sequence[str]


@dataclass(frozen=True)
class Answers:
    """The answers of a class in the order in which they were handed in."""

    terms: Terms
    students: int
    waiting: int  # attempts that wait for somebody to mark them
    sat: Sequence[Sat]
    entries: Mapping[str, Entry]  # by line
    versions: Mapping[int, Version]

    @property
    def given(self) -> list[Given]:
        """One by one."""
        return [Given(key, student, line) for key, student, lines in self.sat for line in lines]

    @cached_property
    def counted(self) -> Sequence[Sat]:
        """Those that the terms ask for: of each student's answers to a question the first."""
        if self.terms.every:
            return self.sat
        # What each student has met, a bit for each question: pairs would take megabytes.
        met: dict[int, int] = defaultdict(int)
        bits: dict[int, int] = {}
        bit = {
            line: bits.setdefault(self.version(line).question, 1 << len(bits))
            for line in self.entries
        }
        kept = []
        for one in self.sat:
            before, asked = met[one.student], list(map(bit.__getitem__, one.lines))
            whole = sum(asked)
            if not whole & before and whole.bit_count() == len(asked):
                met[one.student] = before | whole
                kept.append(one)
                continue
            lines = []
            for line, question in zip(one.lines, asked, strict=True):
                if not before & question:
                    before |= question
                    lines.append(line)
            if lines:
                met[one.student] = before
                kept.append(one._replace(lines=lines))
        return kept

    def version(self, line: str) -> Version:
        return self.versions[self.entries[line].version]

    @cached_property
    def lines(self) -> Counter[str]:
        """How often each was given, of those that count."""
        return Counter(chain.from_iterable(one.lines for one in self.counted))

    @cached_property
    def made(self) -> Callable[[str], list[Made]]:
        """How an answer made each decision, by its line; essays and what is too long made none.

        One query, none where all specs have been read before.
        """
        entries, versions = self.entries, self.versions
        specs = SPECS.of({each.digest: each.kind for each in versions.values()})

        # Of parts of it, not of itself: in a circle the class would stay in memory for long.
        @cache
        def decisions_made(line: str) -> list[Made]:
            entry = entries[line]
            version = versions[entry.version]
            one = specs[version.digest]
            if entry.answer == LONG or not one.decisions:
                return []
            return SPECS.made(version.digest, version.kind, one, entry)

        return decisions_made


def answers(terms: Terms) -> Answers:
    """Four queries, and two more for each `CHUNK` of attempts that have no sheet."""
    # All as text: making keys and numbers of thousands takes longer than all that is counted here.
    waits = Case(When(score=None, then=Value("x")), default=Value(""))
    found = list(
        terms.finished().values_list(Cast("pk", TextField()), "enrolment_id", "sheet", waits)
    )
    bare = [UUID(key) for key, _student, sheet, waits in found if not sheet and not waits]
    made: dict[UUID, str] = {}
    for start in range(0, len(bare), CHUNK):
        rows = sheets.rows(bare[start : start + CHUNK])
        made |= {pk: sheets.of(asked) for pk, asked in rows.items()}
    sat: list[Sat] = []
    known: dict[str, str] = {}  # the same answer is one string, however many gave it
    for key, student, sheet, _waits in found:
        lines = (sheet or (made and made.get(UUID(key))) or "").split("\n")[1:]
        if lines:
            sat.append(Sat(key, student, list(map(known.setdefault, lines, lines))))
    entries = {line: read(line) for line in known}
    versions = _versions({entry.version for entry in entries.values()})
    if terms.module is not None:
        inside = {pk for pk, version in versions.items() if version.module == terms.module.pk}
        entries = {line: entry for line, entry in entries.items() if entry.version in inside}
        left = [one._replace(lines=[line for line in one.lines if line in entries]) for one in sat]
        sat = [one for one in left if one.lines]
    return Answers(
        terms,
        terms.students().count(),
        sum(waits == "x" for _key, _student, _sheet, waits in found),
        sat,
        entries,
        versions,
    )


def _versions(keys: Collection[int]) -> dict[int, Version]:
    rows = QuestionVersion.objects.filter(pk__in=keys).order_by().values_list(
        "pk",
        "question",
        "question__key",
        "question__module",
        "question__module__lens",
        "kind",
        "digest",
        "question__status",
    )  # fmt: skip
    return {
        row[0]: Version(*row[:5], KINDS[row[5]], row[6], row[7] == Question.Status.RETIRED)
        for row in rows
    }


# --- Specs, read once --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Read:
    """What counting needs of a version."""

    spec: Any
    decisions: tuple[Decision, ...]


class _Specs:
    """The lean specs of versions by digest. What a digest names never changes, so neither do they;
    there are as many as there are versions about, some 2 KB each.
    """

    def __init__(self, most: int, most_answers: int) -> None:
        self.known: dict[str, Read] = {}
        self.most = most
        self.answers: dict[tuple[str, str], list[Made]] = {}
        self.most_answers = most_answers

    def made(self, digest: str, kind: Kind, one: Read, entry: Entry) -> list[Made]:
        """How an answer made the decisions of a version; nor does that ever change."""
        key = (digest, entry.answer)
        found = self.answers.get(key)
        if found is None:
            found = misreading.made(kind, one.spec, one.decisions, entry.response)
            if len(self.answers) >= self.most_answers:
                self.answers = {}
            self.answers[key] = found
        return found

    def of(self, wanted: Mapping[str, Kind]) -> Mapping[str, Read]:
        """One query, or none where all have been read before."""
        found = {digest: self.known[digest] for digest in wanted if digest in self.known}
        missing = [digest for digest in wanted if digest not in found]
        if not missing:
            return found
        for digest, spec in (
            QuestionVersion.objects.filter(digest__in=missing)
            .order_by()
            .values_list("digest", "spec")
        ):
            lean = misreading.lean(spec)
            found[digest] = Read(lean, misreading.decisions(wanted[digest], lean))
        if len(self.known) + len(missing) > self.most:
            self.known = {}
        self.known |= found
        return found


SPECS = _Specs(4000, 20_000)


# --- What was mixed up, and what was missed -----------------------------------------------------


def misread(found: Answers) -> Misread:
    """The confusion map and the misconceptions; one query, none where specs are known."""
    made = found.made
    return misreading.count(
        (made(line), found.version(line).lens, times) for line, times in found.lines.items()
    )


@dataclass(frozen=True)
class Claim:
    """A paragraph on which questions rest, and how often they were missed."""

    place: Place
    lesson: str  # its title
    course: str
    text: str  # "" where the paragraph has been taken out since
    share: Share


def claims(found: Answers, *, most: int) -> list[Claim]:
    """The paragraphs that were missed most, the surest first; at most three queries.

    A decision rests on the paragraph that its author gave as evidence for what is right. It is
    missed where it was made, and not wholly rightly.
    """
    made, resting = found.made, _resting(found)
    hits: Counter[Place] = Counter()
    could: Counter[Place] = Counter()
    for line, times in found.lines.items():
        missed, met = _missed(made(line), resting.get(found.version(line).question, {}))
        for place in met:
            could[place] += times
        for place in missed:
            hits[place] += times
    shares = [(place, Share(hits[place], n)) for place, n in could.items() if hits[place]]
    shares.sort(key=lambda each: each[0])
    shares.sort(key=lambda each: each[1].rank, reverse=True)
    return _told(shares[:most])


def _missed(answer: Iterable[Made], resting: Mapping[str, Place]) -> tuple[set[Place], set[Place]]:
    """The paragraphs that an answer missed, and all that it could have."""
    missed, met = set(), set()
    for one in answer:
        if not one.chosen:
            continue
        part = one.decision.part
        options = [part] if part in resting else one.decision.right
        places = {resting[option] for option in options if option in resting}
        met |= places
        if not one.right:
            missed |= places
    return missed, met


def _resting(found: Answers) -> dict[int, dict[str, Place]]:
    """By question and option the paragraph that decides it, as it stands today; one query."""
    resting: dict[int, dict[str, Place]] = defaultdict(dict)
    asked = {version.question for version in found.versions.values()}
    for question, option, lesson, anchor in (
        Evidence.objects.filter(question__in=asked)
        .order_by()
        .values_list("question", "option", "lesson__activity__key", "anchor")
    ):
        resting[question][option] = (lesson, anchor)
    return resting


def _told(shares: Sequence[tuple[Place, Share]]) -> list[Claim]:
    """With their texts, in the order given; one query."""
    texts = {
        (lesson, anchor): (title, course, text)
        for lesson, anchor, title, course, text in Paragraph.objects.filter(
            lesson__activity__key__in={lesson for (lesson, _anchor), _share in shares},
            anchor__in={anchor for (_lesson, anchor), _share in shares},
        ).values_list(
            "lesson__activity__key",
            "anchor",
            "lesson__activity__title",
            "lesson__activity__module__course__key",
            "text",
        )
    }
    return [Claim(place, *texts.get(place, (place[0], "", "")), share) for place, share in shares]


# --- The answers behind a number ---------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """Which answers to look at: a pair of lenses, a misconception, or a paragraph missed."""

    pair: Pair | None = None
    error: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Chosen:
    """A question behind a number, with what was chosen there, in today's words or its own."""

    key: str
    prompt: str
    meant: Sequence[str]
    options: Sequence[tuple[str, int]]  # (what was chosen, how often), the most frequent first
    times: int
    retired: bool


@dataclass(frozen=True)
class Behind:
    """What stands behind a number of the map, of the misconceptions or of the claims."""

    share: Share
    given: Sequence[Given]
    students: int
    questions: Sequence[Chosen]
    teach: Sequence[Claim]  # to teach again; `share.hits` answers rest on each
    objectives: Sequence[Objective]
    texts: Mapping[str, str]  # the answers in words, by line


def behind(found: Answers, wanted: Wanted) -> Behind:
    """At most seven queries."""
    made, resting = found.made, _resting(found)
    hits: set[str] = set()
    could: set[str] = set()
    for line in found.entries:
        version = found.version(line)
        fell, might = _falls(wanted, made(line), version.lens, resting.get(version.question, {}))
        if might:
            could.add(line)
        if fell:
            hits.add(line)
    given = [
        Given(one.key, one.student, line)
        for one in found.counted
        if not hits.isdisjoint(one.lines)
        for line in one.lines
        if line in hits
    ]
    times = Counter(each.line for each in given)
    n = sum(found.lines[line] for line in could)
    contents = dict(
        QuestionVersion.objects.filter(pk__in={found.entries[line].version for line in times})
        .order_by()
        .values_list("pk", "content")
    )
    texts, by_question = {}, defaultdict(list)
    teach: Counter[Place] = Counter()
    for line in times:
        entry, version = found.entries[line], found.version(line)
        texts[line] = version.kind.answer_text(contents[entry.version], entry.response)
        by_question[version.question].append(line)
        for place in _to_teach(made(line), resting.get(version.question, {})):
            teach[place] += times[line]
    asked = [_chosen(found, lines, times, contents, made, wanted) for lines in by_question.values()]
    return Behind(
        share=Share(len(given), n),
        given=given,
        students=len({each.student for each in given}),
        questions=sorted(asked, key=lambda each: (-each.times, each.key)),
        teach=_told([(place, Share(met, len(given))) for place, met in teach.most_common()]),
        objectives=list(
            Objective.objects.filter(questions__in=by_question)
            .distinct()
            .order_by("module__position", "position")
        ),
        texts=texts,
    )


def _falls(
    wanted: Wanted, answer: Sequence[Made], lens: str, resting: Mapping[str, Place]
) -> tuple[bool, bool]:
    """Whether an answer is one of those that are wanted, and whether it could have been."""
    if wanted.pair is not None:
        return (
            wanted.pair in misreading.landed(answer, lens),
            wanted.pair in misreading.offered(answer, lens),
        )
    if wanted.place is not None:
        missed, met = _missed(answer, resting)
        return wanted.place in missed, wanted.place in met
    error = wanted.error.casefold()
    return error in misreading.errors_made(answer), error in misreading.errors_offered(answer)


def _to_teach(answer: Iterable[Made], resting: Mapping[str, Place]) -> set[Place]:
    """The paragraphs that decide what went wrong: of what was chosen, and of what is right."""
    found = set()
    for one in answer:
        if one.chosen and not one.right:
            for option in (one.decision.part, *one.chosen, *one.decision.right):
                if option in resting:
                    found.add(resting[option])
    return found


def _chosen(
    found: Answers,
    lines: Sequence[str],
    times: Mapping[str, int],
    contents: Mapping[int, Any],
    made: Callable[[str], list[Made]],
    wanted: Wanted,
) -> Chosen:
    """One question: of its decisions those that went where it is asked about."""
    picked: Counter[str] = Counter()
    meant: dict[str, None] = {}
    newest = max(lines, key=lambda line: found.entries[line].version)
    for line in lines:
        entry, version = found.entries[line], found.version(line)
        parts = {part.key: part for part in version.kind.describe(contents[entry.version])}
        for one in made(line):
            if not one.chosen or one.right or not _concerns(wanted, one, version.lens):
                continue
            part = parts[one.decision.part]
            about = f"{text_of(part.text)}: " if part.key else ""
            for choice in part.choices:
                if choice.right:
                    meant[about + text_of(choice.text)] = None
                elif choice.key in one.chosen:
                    picked[about + text_of(choice.text)] += times[line]
    version = found.version(newest)
    return Chosen(
        key=version.key,
        prompt=text_of(contents[version.pk]["prompt"]),
        meant=list(meant),
        options=picked.most_common(),
        times=sum(times[line] for line in lines),
        retired=version.retired,
    )


def _concerns(wanted: Wanted, one: Made, lens: str) -> bool:
    """Whether a decision belongs to what is asked about; of a paragraph any that went wrong."""
    fell, _might = _falls(wanted, [one], lens, {})
    return fell or wanted.place is not None


# --- Mastery -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Aim:
    """An objective with how its class stands there."""

    objective: Objective
    mastery: Mastery
    students: Mapping[int, Standing]  # by enrolment


def aims(found: Answers, module: Module | None = None) -> list[Aim]:
    """The objectives of the course (or of one module) that any question is for; two queries.

    Of answers in all modules: a question of one may be for an objective of another.
    """
    objectives = (
        Objective.objects.filter(
            module__course=found.terms.cohort.course_id, questions__isnull=False
        )
        .select_related("module")
        .distinct()
        .order_by("module__position", "module", "position", "pk")
    )
    if module is not None:
        objectives = objectives.filter(module=module)
    of_question: dict[int, list[int]] = defaultdict(list)
    for question, objective in (
        Question.objectives.through.objects.filter(
            question__in={version.question for version in found.versions.values()}
        )
        .order_by()
        .values_list("question", "objective")
    ):
        of_question[question].append(objective)
    asked = {line: of_question[found.version(line).question] for line in found.entries}
    marks = {line: (entry.mark, entry.worth) for line, entry in found.entries.items()}
    newest: dict[int, dict[int, list[tuple[int, int]]]] = {
        objective: defaultdict(list) for of_one in of_question.values() for objective in of_one
    }
    for one in reversed(found.sat):
        for line in reversed(one.lines):
            for objective in asked[line]:
                mine = newest[objective][one.student]
                if len(mine) < mastery.LAST:
                    mine.append(marks[line])
    # Three answers are right or wrong in few ways, and those of a class are thousands.
    standing = cache(mastery.standing)
    made = []
    for objective in objectives:
        students = {
            student: standing(tuple(mine)) for student, mine in newest.get(objective.pk, {}).items()
        }
        made.append(Aim(objective, mastery.of_class(students.values()), students))
    return made


@dataclass(frozen=True)
class Answered:
    """A question of an objective, with the share (0..1) of its points that was earned.

    `quizzes` are the (key, title) of those in which the cohort was asked it.
    """

    key: str
    prompt: str
    retired: bool
    n: int  # answers
    share: float
    quizzes: Sequence[tuple[str, str]]


def answered(found: Answers, objective: Objective) -> list[Answered]:
    """An objective's questions that were answered, the hardest first; three queries.

    All answers given count, as they do for who has the objective.
    """
    wanted = set(objective.questions.values_list("pk", flat=True))
    marks: dict[int, list[tuple[int, int]]] = defaultdict(list)
    newest: dict[int, Version] = {}
    for each in found.given:
        version = found.version(each.line)
        if version.question in wanted:
            entry = found.entries[each.line]
            marks[version.question].append((entry.mark, entry.worth))
            if version.pk >= newest.get(version.question, version).pk:
                newest[version.question] = version
    prompts = dict(
        QuestionVersion.objects.filter(pk__in={version.pk for version in newest.values()})
        .order_by()
        .values_list("pk", "content__prompt")
    )
    asked: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for question, key, title in (
        Item.objects.filter(
            version__question__in=newest,
            attempt__enrolment__cohort=found.terms.cohort,
            attempt__state=Attempt.State.SUBMITTED,
        )
        .order_by("attempt__quiz__activity__title")
        .values_list(
            "version__question", "attempt__quiz__activity__key", "attempt__quiz__activity__title"
        )
        .distinct()
    ):
        asked[question].append((key, title))
    rows = [
        Answered(
            version.key,
            text_of(prompts[version.pk]),
            version.retired,
            len(marks[question]),
            sum(mark for mark, _worth in marks[question])
            / max(1, sum(worth for _mark, worth in marks[question])),
            asked[question],
        )
        for question, version in newest.items()
    ]
    return sorted(rows, key=lambda row: (row.share, row.key))


def resting_on(objective: Objective) -> list[Claim]:
    """The paragraphs on which the right answers of an objective's questions rest, most used first.

    Of the questions that are ready today; two queries.
    """
    used: Counter[Place] = Counter(
        Evidence.objects.filter(question__in=objective.questions.ready())
        .order_by()
        .values_list("lesson__activity__key", "anchor")
    )
    most = used.most_common(MOST_TO_TEACH)
    return _told([(place, Share(times, times)) for place, times in most])
