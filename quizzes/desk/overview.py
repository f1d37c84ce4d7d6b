"""A cohort at a glance: how far it is, who needs help and why, what went on, what comes due.

Everything is read in a fixed number of queries and counted for the students who are in the cohort
today. Who has left is in no number, and is back in all of them on return.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache, partial
from typing import Any
from uuid import UUID

from django.db.models import (
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Window,
)
from django.db.models.functions import Cast, RowNumber
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.models import Activity, Cohort, Enrolment, Record
from quizzes.desk import concerns
from quizzes.desk.concerns import Rule, Standing
from quizzes.marks import grading
from quizzes.models import (
    Attempt,
    CheckpointAnswer,
    Contest,
    QuestionVersion,
    Quiz,
    Schedule,
)
from quizzes.questions import KINDS
from quizzes.statistics.sheet import read
from quizzes.times.holding import Book

AHEAD = timedelta(days=14)  # what comes due is told so long before
SITTING = timedelta(days=1)  # an open attempt without an end looks like somebody at work so long
DAYS, WEEKS = 28, 26  # shown at most
CHUNK = 5000  # rows of the ledger at a time: of a large class there are hundreds of thousands
SECONDS = len("2026-10-05 12:00:00")
SHOWN = 3  # reasons of one student on the first page

RULES = {
    Rule.FAILED: gettext_lazy("Failed the same quiz twice"),
    Rule.GUESSED: gettext_lazy("Looks like guessing"),
    Rule.SILENT: gettext_lazy("Not seen lately"),
    Rule.BEHIND: gettext_lazy("Far behind the class"),
}
STANDINGS = {
    Standing.FINISHED: gettext_lazy("Finished"),
    Standing.WORKING: gettext_lazy("Under way"),
    Standing.STOPPED: gettext_lazy("Stopped"),
    Standing.WAITING: gettext_lazy("Not begun"),
}


def rules_in_words() -> list[tuple[Rule, str, str]]:
    """(rule, name, exactly what it says), as the page states them."""
    told = {
        Rule.FAILED: _(
            "At least %(tries)d marked attempts at one quiz, and the mark that counts is below its"
            " pass mark. It ends when that mark passes or is excused."
        )
        % {"tries": concerns.FAILED_TRIES},
        Rule.GUESSED: _(
            "The newest marked attempt at a quiz took less than %(share)s of the class's median"
            " time (of its newest %(most)d first attempts, if there are %(tries)d or more) and"
            " scored at most %(points)s percentage points more than random answers earn on average,"
            " and the mark that counts is below the pass mark. It ends when that mark passes, or"
            " with a newer attempt that is not like that."
        )
        % {
            "share": _("a third"),
            "most": concerns.MOST_TRIES,
            "tries": concerns.ENOUGH_TRIES,
            "points": f"{concerns.NEAR_GUESSING:f}",
        },
        Rule.SILENT: _(
            "For %(days)d days nothing was read, answered or handed in and nobody signed in, and"
            " not all required steps are done. It ends when they are next seen."
        )
        % {"days": concerns.SILENT.days},
        Rule.BEHIND: _(
            "Half of the steps that the median student has done or fewer, and at least %(steps)d"
            " fewer; told from %(students)d students on. It ends as they catch up."
        )
        % {"steps": concerns.BEHIND_STEPS, "students": concerns.ENOUGH_STUDENTS},
    }
    return [(rule, str(RULES[rule]), told[rule]) for rule in Rule]


# --- The class, from the ledger ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    pk: int
    key: str
    title: str
    kind: str
    required: bool


@dataclass(frozen=True)
class Part:
    """A module and its steps; where none is required, all of them are to be done."""

    pk: int
    key: str
    title: str
    steps: Sequence[Step]

    @cached_property
    def required(self) -> int:
        return sum(step.required for step in self.steps)

    @property
    def total(self) -> int:
        return self.required or len(self.steps)


@dataclass(slots=True)
class Person:
    """A student, with (begun, done) steps by module."""

    pk: int  # of the enrolment
    name: str
    since: datetime  # nobody is expected before
    last: datetime | None = None  # sign of life
    silent_days: int | None = None  # at the time of reading, or at the end of a cohort that is over
    parts: dict[int, tuple[int, int]] = field(default_factory=dict)
    done: int = 0

    def sign(self, *times: datetime | None) -> None:
        for at in times:
            if at is not None and (self.last is None or at > self.last):
                self.last = at


@dataclass(frozen=True)
class Class:
    """A cohort's students, or one of them."""

    cohort: Cohort
    parts: Sequence[Part]
    people: Sequence[Person]
    marking: int  # attempts that wait for a person
    only: int | None = None  # the enrolment of the one that was read

    @cached_property
    def total(self) -> int:
        """Steps that everybody does."""
        return sum(part.total for part in self.parts)

    def finished(self, person: Person) -> bool:
        return bool(self.total) and person.done >= self.total

    def standing(self, person: Person, part: Part) -> Standing:
        begun, done = person.parts.get(part.pk, (0, 0))
        return concerns.standing(
            done=done,
            of=part.total,
            begun=begun > 0,
            silent=person.silent_days is not None,
        )

    def place(self, person: Person) -> Part | None:
        """The module that somebody is in: the first one they have not finished."""
        for part in self.parts:
            if self.standing(person, part) != Standing.FINISHED:
                return part
        return self.parts[-1] if self.parts else None


def _students(cohort: Cohort, prefix: str = "enrolment__", only: int | None = None) -> Q:
    one = {} if only is None else {f"{prefix}pk": only}
    return Q(
        **{
            f"{prefix}cohort": cohort,
            f"{prefix}role": "student",
            f"{prefix}withdrawn_at__isnull": True,
            **one,
        }
    )


def _told(value: Any) -> Cast:
    """A moment or a number as the database writes it: of thousands few are looked at, and what a
    query makes of each is most of what it costs."""
    return Cast(value, TextField())


def _moment(told: str | None) -> datetime | None:
    return None if told is None else _at(told)


def _at(told: str) -> datetime:
    """SQLite says no zone: it is UTC."""
    at = datetime.fromisoformat(told)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def parts_of(cohort: Cohort) -> list[Part]:
    """The modules of a cohort's course that have steps; one query."""
    found: dict[int, tuple[str, str, list[Step]]] = {}
    for module, key, title, *step in (
        Activity.objects.filter(module__course=cohort.course_id)
        .order_by("module__position", "module_id", "position", "pk")
        .values_list(
            "module_id", "module__key", "module__title", "pk", "key", "title", "kind", "required"
        )
    ):
        found.setdefault(module, (key, title, []))[2].append(Step(*step))
    return [Part(pk, *rest) for pk, rest in found.items()]


def read_class(cohort: Cohort, *, now: datetime, only: int | None = None) -> Class:
    """The students of a cohort with what the ledger says of each; five queries.

    With `only`, an enrolment, nobody else is read.
    """
    parts = parts_of(cohort)
    begins = datetime.combine(cohort.starts_on, time.min, tzinfo=cohort.zone)
    people: dict[int, Person] = {}
    for pk, name, username, joined_at, last_login in (
        Enrolment.objects.filter(_students(cohort, "", only))
        .order_by("user__name_key", "user__username", "pk")
        .values_list("pk", "user__name", "user__username", "joined_at", "user__last_login")
    ):
        people[pk] = Person(pk, name or username, max(joined_at, begins), last_login)
    # By module where the rows are: of a large class there are tens of thousands of steps.
    counts = Q(activity__required=True) | Q(
        activity__module__in=[part.pk for part in parts if not part.required]
    )
    finished = Q(excused=True) | Q(completed_at__isnull=False)
    rows: QuerySet[Any, Any] = (
        Record.objects.filter(_students(cohort, only=only))
        .filter(activity__module__in=[part.pk for part in parts])
        .order_by()
        .values_list("enrolment_id", "activity__module_id")
        .annotate(
            begun=Count("started_at"),
            done=Count("pk", filter=counts & finished),
            newest=_told(Max("completed_at")),
        )
    )
    newest: dict[int, str] = {}
    for pk, module, begun, done, completed_at in rows:
        if pk not in people:
            continue  # somebody has come since
        person = people[pk]
        person.parts[module] = begun, done
        person.done += done
        if completed_at is not None and completed_at > newest.get(pk, ""):
            newest[pk] = completed_at
    for pk, completed_at in newest.items():
        people[pk].sign(_at(completed_at))
    unmarked = Q(state=Attempt.State.SUBMITTED, score__isnull=True)
    marking = 0
    for pk, waiting, *times in (
        Attempt.objects.filter(_students(cohort, only=only))
        .order_by()
        .values_list("enrolment_id")
        .annotate(
            waiting=Count("pk", filter=unmarked),
            started=_told(Max("started_at")),
            submitted=_told(Max("submitted_at")),
        )
    ):
        marking += waiting
        people[pk].sign(*map(_moment, times))
    for pk, answered_at in (
        CheckpointAnswer.objects.filter(_students(cohort, only=only))
        .order_by()
        .values_list("enrolment_id")
        .annotate(answered=Max("answered_at"))
    ):
        people[pk].sign(answered_at)
    until = now if cohort.closes_at is None else min(now, cohort.closes_at)
    for person in people.values():
        person.silent_days = concerns.silent_days(last=person.last, since=person.since, now=until)
    return Class(cohort, parts, list(people.values()), marking, only)


# --- Progress by module ------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """How many students are where in a module."""

    part: Part
    counts: Mapping[Standing, int]

    @property
    def finished(self) -> int:
        return self.counts[Standing.FINISHED]

    @property
    def waiting(self) -> int:
        return self.counts[Standing.WAITING]

    @property
    def begun(self) -> int:
        return sum(self.counts.values()) - self.waiting

    @property
    def cells(self) -> list[tuple[Standing, int]]:
        return [(standing, self.counts[standing]) for standing in STANDINGS]


def progress_in(taught: Class) -> list[Progress]:
    counts = {part.pk: Counter[Standing]() for part in taught.parts}
    for person in taught.people:
        for part in taught.parts:
            counts[part.pk][taught.standing(person, part)] += 1
    return [Progress(part, counts[part.pk]) for part in taught.parts]


def front(progress: Sequence[Progress], students: int) -> Progress | None:
    """The module that the class is in: the furthest that at least half have begun."""
    reached = [each for each in progress if 2 * each.begun >= students]
    return reached[-1] if reached else next(iter(progress), None)


# --- Who needs help ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Concern:
    """One reason to look at a student, and where to see it.

    Of a large class few are on a page, so the words are made when they are read.
    """

    rule: Rule
    say: Callable[[], str]
    link: str  # the words of the link to it
    page: str  # the name of its page, and what that page is told
    arguments: Sequence[Any]
    query: str = ""

    @property
    def words(self) -> str:
        return self.say()

    @property
    def url(self) -> str:
        return reverse(self.page, args=self.arguments) + self.query


@dataclass(frozen=True)
class Needs:
    person: Person
    concerns: Sequence[Concern]

    @property
    def more(self) -> int:
        """Reasons beyond those that the first page shows of one student."""
        return max(0, len(self.concerns) - SHOWN)


@dataclass(frozen=True, slots=True)
class Try:
    """A marked attempt at a quiz, in whose ledger the mark that counts fails; as it was told."""

    key: str
    score: str
    out_of: str
    deduction: str
    began: str
    ended: str

    @property
    def percentage(self) -> Decimal:
        return _percentage(self.score, self.out_of, self.deduction)

    @property
    def seconds(self) -> float:
        return _seconds(self.began, self.ended)

    @property
    def pk(self) -> UUID:
        return UUID(self.key)


@lru_cache(maxsize=4096)
def _percentage(score: str, out_of: str, deduction: str) -> Decimal:
    """A class earns few different marks, each of them often."""
    return grading.effective(Decimal(score), Decimal(out_of), Decimal(deduction))


def _seconds(began: str, ended: str) -> float:
    """Between two moments as the database writes them, both with their zone or both without."""
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds()


@dataclass(frozen=True, slots=True)
class Unpassed:
    title: str
    tries: list[Try]  # the oldest first
    by_hand: Decimal | None = None  # the mark that fails, where somebody gave it

    @property
    def newest(self) -> Try:
        return self.tries[-1]


def _unpassed(taught: Class) -> dict[tuple[int, int], Unpassed]:
    """By (enrolment, quiz), the marked attempts where the mark that counts fails; one query."""
    titles = {step.pk: step.title for part in taught.parts for step in part.steps}
    pass_mark = OuterRef("quiz__pass_mark")
    failing = Record.objects.filter(
        Q(override__isnull=True, score__lt=pass_mark) | Q(override__lt=pass_mark),
        enrolment=OuterRef("enrolment"),
        activity=OuterRef("quiz__activity"),
        excused=False,
    )
    told = ("pk", "score", "out_of", "deduction", "started_at", "submitted_at")
    rows: QuerySet[Any, Any] = (
        Attempt.objects.submitted()
        .filter(_students(taught.cohort, only=taught.only), score__isnull=False)
        .filter(Exists(failing.order_by()))
        .order_by("enrolment_id", "quiz_id", "number")
        .annotate(by_hand=Subquery(failing.order_by().values("override")[:1]))
        .values_list("enrolment_id", "quiz_id", "quiz__activity_id", "by_hand", *map(_told, told))
    )
    found: dict[tuple[int, int], Unpassed] = {}
    for who, quiz, step, by_hand, *row in rows:
        if step in titles:
            each = found.setdefault((who, quiz), Unpassed(titles[step], [], by_hand))
            each.tries.append(Try(*row))
    return found


def _usual_seconds(cohort: Cohort, quizzes: Collection[int]) -> dict[int, float]:
    """The median time of the newest first attempts by quiz, where there are enough; one query."""
    taken: dict[int, list[float]] = defaultdict(list)
    place = Window(RowNumber(), partition_by=F("quiz_id"), order_by=F("submitted_at").desc())
    rows: QuerySet[Any, Any] = (
        Attempt.objects.submitted()
        .filter(_students(cohort), number=1, quiz__in=quizzes)
        .annotate(place=place)
        .filter(place__lte=concerns.MOST_TRIES)
        .order_by()
        .values_list("quiz_id", _told("started_at"), _told("submitted_at"))
    )
    for quiz, began, ended in rows:
        taken[quiz].append(_seconds(began, ended))
    medians = {
        quiz: concerns.usual(seconds, enough=concerns.ENOUGH_TRIES)
        for quiz, seconds in taken.items()
    }
    return {quiz: seconds for quiz, seconds in medians.items() if seconds is not None}


def _usual_steps(taught: Class) -> float | None:
    """The median of steps done in the class; one query if one person was read, none if all were.

    None where there are too few to tell, and where that person cannot be far behind any class.
    """
    done: list[int]
    if taught.only is None:
        done = [person.done for person in taught.people]
    elif not any(concerns.behind(person.done, taught.total) for person in taught.people):
        return None
    else:
        counting = [
            step.pk
            for part in taught.parts
            for step in part.steps
            if step.required or not part.required
        ]
        completed = Q(records__completed_at__isnull=False) | Q(records__excused=True)
        done = list(
            Enrolment.objects.filter(_students(taught.cohort, ""))
            .order_by()
            .values_list("pk")
            .annotate(done=Count("records", completed & Q(records__activity__in=counting)))
            .values_list("done", flat=True)
        )
    return concerns.usual(done, enough=concerns.ENOUGH_STUDENTS)


# What random answers earn by the digest of a version, which never changes.
GUESSES: dict[str, Fraction] = {}
MOST_GUESSES = 10_000


def _guesses(attempts: Collection[UUID]) -> dict[UUID, Fraction]:
    """What random answers earn on average in each attempt, as a share of it; three queries."""
    asked: dict[str, tuple[int, int]] = {}  # of thousands of lines few are different
    entries = {
        pk: tuple([asked.get(line) or _asked(asked, line) for line in sheet.split("\n")[1:]])
        for pk, sheet in Attempt.objects.filter(pk__in=attempts)
        .exclude(sheet="")
        .order_by()
        .values_list("pk", "sheet")
    }
    digests = dict(
        QuestionVersion.objects.filter(
            pk__in={version for of_one in entries.values() for version, _worth in of_one}
        )
        .order_by()
        .values_list("pk", "digest")
    )
    by_digest = _guesses_of(set(digests.values()))
    # Most attempts at a quiz have the same questions, and adding up fractions is slow.
    share: dict[tuple[tuple[int, int], ...], Fraction] = {}
    for of_one in {*entries.values()}:
        worth = sum(points for _version, points in of_one)
        if worth:
            parts = (by_digest[digests[version]] * points for version, points in of_one)
            share[of_one] = sum(parts, Fraction(0)) / worth
    return {pk: share[of_one] for pk, of_one in entries.items() if of_one in share}


def _asked(known: dict[str, tuple[int, int]], line: str) -> tuple[int, int]:
    """The version that a line of a sheet is about, and what it is worth."""
    entry = read(line)
    return known.setdefault(line, (entry.version, entry.worth))


def _guesses_of(digests: Collection[str]) -> dict[str, Fraction]:
    """By digest of a version; one query, none where all have been asked for before."""
    known = {digest: GUESSES[digest] for digest in digests if digest in GUESSES}
    missing = set(digests) - set(known)
    if missing:
        rows = QuestionVersion.objects.filter(digest__in=missing).order_by()
        for digest, kind, spec in rows.values_list("digest", "kind", "spec"):
            known[digest] = KINDS[kind].guess(spec)
        if len(GUESSES) + len(missing) > MOST_GUESSES:
            GUESSES.clear()
        GUESSES.update(known)
    return known


def _failed(each: Unpassed) -> str:
    best = max(one.percentage for one in each.tries)
    if each.by_hand is not None:
        return _(
            "%(quiz)s: a mark of %(mark)s %% by hand counts, whatever the %(times)d attempts came "
            "to (at best %(best)s %%)."
        ) % {
            "quiz": each.title,
            "mark": f"{each.by_hand.normalize():f}",
            "times": len(each.tries),
            "best": f"{best.normalize():f}",
        }
    return _("%(quiz)s: %(times)d attempts, the best with %(best)s %%.") % {
        "quiz": each.title,
        "times": len(each.tries),
        "best": f"{best.normalize():f}",
    }


def _guessed(each: Unpassed, guess: Fraction, usual: float) -> str:
    return _(
        "%(quiz)s in %(minutes)s min, where the class took %(usual)s, with %(score)s %%;"
        " random answers earn %(guess)s %%."
    ) % {
        "quiz": each.title,
        "minutes": f"{each.newest.seconds / 60:.1f}",
        "usual": f"{usual / 60:.1f}",
        "score": f"{each.newest.percentage.normalize():f}",
        "guess": f"{float(100 * guess):.0f}",
    }


def _silent(person: Person) -> str:
    if person.last is None:
        return _("Nothing at all yet.")
    return _("Nothing for %(days)d days.") % {"days": person.silent_days}


def _behind(person: Person, usual: float) -> str:
    return ngettext(
        "%(done)d step done, the median student %(usual)s.",
        "%(done)d steps done, the median student %(usual)s.",
        person.done,
    ) % {"done": person.done, "usual": f"{usual:g}"}


def needing_help(taught: Class) -> list[Needs]:
    """Who needs help and why, in the order of the rules; six queries at most."""
    cohort = taught.cohort
    unpassed = _unpassed(taught)
    usual = _usual_seconds(cohort, {quiz for _who, quiz in unpassed}) if unpassed else {}
    quick = {
        key: each.newest.pk
        for key, each in unpassed.items()
        if key[1] in usual and concerns.hurried(each.newest.seconds, usual[key[1]])
    }
    guesses = _guesses(quick.values()) if quick else {}
    found: dict[int, list[Concern]] = defaultdict(list)
    newest = _("Newest attempt")
    for (who, quiz), each in unpassed.items():
        failed, hurried = concerns.failed(len(each.tries)), quick.get((who, quiz))
        if not failed and hurried is None:
            continue
        log = ("quizzes:students_log", (cohort.pk, each.newest.pk))
        if failed:
            found[who].append(Concern(Rule.FAILED, partial(_failed, each), newest, *log))
        guess = None if hurried is None else guesses.get(hurried)
        if guess is not None and concerns.guessed(
            each.newest.percentage,
            guess=guess,
            seconds=each.newest.seconds,
            usual_seconds=usual.get(quiz),
        ):
            say = partial(_guessed, each, guess, usual[quiz])
            found[who].append(Concern(Rule.GUESSED, say, newest, *log))
    steps_in = _("Steps in %(module)s")
    usual_done = _usual_steps(taught)
    for person in taught.people:
        if taught.finished(person):
            continue
        part = taught.place(person)
        if part is None:
            continue
        days = person.silent_days
        late = concerns.behind(person.done, usual_done)
        if days is None and not late:
            continue
        steps = (
            steps_in % {"module": part.title},
            "quizzes:module",
            (cohort.pk, part.key),
            f"?student={person.pk}",
        )
        if days is not None:
            found[person.pk].append(Concern(Rule.SILENT, partial(_silent, person), *steps))
        if late and usual_done is not None:
            say = partial(_behind, person, usual_done)
            found[person.pk].append(Concern(Rule.BEHIND, say, *steps))
    needs = [Needs(person, found[person.pk]) for person in taught.people if person.pk in found]
    order = list(Rule)

    def weight(each: Needs) -> tuple[int, int]:
        rules = {one.rule for one in each.concerns}
        return min(map(order.index, rules)), -len(rules)

    return sorted(needs, key=weight)


# --- What went on ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Diary:
    """Counts by day or by week, the oldest first."""

    by: str  # "day" or "week"
    starts: Sequence[date]
    # Where each begins and the last one ends, in the databases' own writing, to the second (days
    # begin with one): halving a list of 28 texts takes less than having a database group.
    marks: Sequence[str]
    who: Sequence[set[int]]  # students who finished a step or handed an attempt in
    lessons: list[int]
    attempts: list[int]
    members: Collection[int] | None = None  # of whom it tells; None: of all

    @property
    def active(self) -> Sequence[int]:
        return [len(each) for each in self.who]

    def add(self, who: int, at: str, *, lesson: bool = False, attempt: bool = False) -> None:
        if self.members is not None and who not in self.members:
            return
        place = bisect_right(self.marks, at[:SECONDS]) - 1
        if 0 <= place < len(self.starts):
            self.who[place].add(who)
            self.lessons[place] += lesson
            self.attempts[place] += attempt


def _diary(cohort: Cohort, *, by: str, now: datetime) -> Diary:
    """An empty one of the last weeks, in days of the cohort's own zone."""
    until = now if cohort.closes_at is None else min(now, cohort.closes_at - timedelta(seconds=1))
    today = max(until.astimezone(cohort.zone).date(), cohort.starts_on)
    length = timedelta(days=7 if by == "week" else 1)
    newest = today - timedelta(days=today.weekday()) if by == "week" else today
    starts = [newest - place * length for place in range(WEEKS if by == "week" else DAYS)]
    starts = [day for day in reversed(starts) if day + length > cohort.starts_on]
    edges = [
        datetime.combine(day, time.min, tzinfo=cohort.zone) for day in [*starts, newest + length]
    ]
    marks = [edge.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") for edge in edges]
    nothing = [0] * len(starts)
    return Diary(by, starts, marks, [set() for _ in starts], [*nothing], [*nothing])


def _write(diary: Diary, cohort: Cohort, parts: Iterable[Part]) -> None:
    """Write what the students of a cohort finished and handed in; two queries."""
    begins = datetime.combine(diary.starts[0], time.min, tzinfo=cohort.zone)
    lessons = {step.pk: step.kind == Activity.Kind.LESSON for part in parts for step in part.steps}
    rows: QuerySet[Any, Any] = (
        Record.objects.filter(_students(cohort), completed_at__gte=begins)
        .order_by()
        .values_list("enrolment_id", "activity_id", _told("completed_at"))
    )
    for pk, step, completed_at in rows.iterator(CHUNK):
        if step in lessons:  # and has not gone to another course
            diary.add(pk, completed_at, lesson=lessons[step])
    handed: QuerySet[Any, Any] = (
        Attempt.objects.submitted()
        .filter(_students(cohort), submitted_at__gte=begins)
        .order_by()
        .values_list("enrolment_id", _told("submitted_at"))
    )
    for pk, submitted_at in handed.iterator(CHUNK):
        diary.add(pk, submitted_at, attempt=True)


def activity(cohort: Cohort, *, by: str, now: datetime) -> Diary:
    """What went on in the last weeks; three queries."""
    diary = _diary(cohort, by=by, now=now)
    _write(diary, cohort, parts_of(cohort))
    return diary


# --- What comes due ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """Something with a time: `what` is opens, due, closes or ends (the cohort itself)."""

    at: datetime
    what: str
    title: str
    url: str = ""
    missing: int = 0  # students who have not handed it in
    extended: int = 0  # of them, those who have more time
    missing_url: str = ""
    report_url: str = ""  # of what is over


@dataclass(frozen=True)
class Sat:
    """A quiz that somebody is sitting."""

    title: str
    students: int
    url: str  # of its live view


@dataclass(frozen=True)
class Agenda:
    sat: Sequence[Sat]
    ahead: Sequence[Due]  # the soonest first
    past: Sequence[Due]  # over for some who have not handed in, the newest first
    marking: int  # attempts that wait for a person
    contests: int  # without an answer

    @property
    def is_empty(self) -> bool:
        return not (self.sat or self.ahead or self.past or self.marking or self.contests)


def handed_in(cohort: Cohort, quizzes: Iterable[Quiz]) -> dict[int, set[int]]:
    """By quiz, the enrolments with a finished attempt, or with a mark or an excuse by hand.

    Two queries.
    """
    by_activity = {quiz.activity_id: quiz.pk for quiz in quizzes}
    found: dict[int, set[int]] = {pk: set() for pk in by_activity.values()}
    for quiz, who in (
        Attempt.objects.submitted()
        .filter(_students(cohort), quiz__in=found)
        .order_by()
        .values_list("quiz_id", "enrolment_id")
        .distinct()
    ):
        found[quiz].add(who)
    for activity_id, who in (
        Record.objects.filter(_students(cohort), activity__in=by_activity)
        .filter(Q(excused=True) | Q(override__isnull=False))
        .order_by()
        .values_list("activity_id", "enrolment_id")
    ):
        found[by_activity[activity_id]].add(who)
    return found


def agenda(taught: Class, *, now: datetime) -> Agenda:
    """What comes due, what is overdue, and what waits for those who teach; nine queries."""
    cohort = taught.cohort
    planned = list(
        Schedule.objects.filter(cohort=cohort, quiz__activity__module__course=cohort.course_id)
        .select_related("quiz__activity__module")
        .order_by("pk")
    )
    quizzes = [plan.quiz for plan in planned]
    handed = handed_in(cohort, quizzes) if quizzes else {}
    book = Book((quiz.pk for quiz in quizzes), [cohort.pk]) if quizzes else None
    everybody = {person.pk for person in taught.people}
    ahead, past = [], []
    for plan in planned:
        quiz = plan.quiz
        missing = everybody - handed[quiz.pk]
        url = reverse("quizzes:timing", args=[cohort.pk, quiz.activity.key])
        module_url = reverse("quizzes:module", args=[cohort.pk, quiz.activity.module.key])
        missing_url = f"{module_url}?without={quiz.activity.key}"
        report = reverse("quizzes:report", args=[cohort.pk, quiz.activity.key])
        for at, what in (
            (plan.opens_at, "opens"),
            (plan.due_at, "due"),
            (plan.closes_at, "closes"),
        ):
            if at is not None and now <= at < now + AHEAD:
                ahead.append(Due(at, what, quiz.activity.title, url, len(missing), 0, missing_url))
        over = plan.due_at or plan.closes_at
        if over is None or over >= now or book is None or not missing:
            continue
        extended = sum(_has_time(book, quiz, cohort, who, now) for who in missing)
        if extended < len(missing):
            past.append(
                Due(
                    over,
                    "due" if plan.due_at else "closes",
                    quiz.activity.title,
                    url,
                    len(missing),
                    extended,
                    missing_url,
                    report,
                )
            )
    if cohort.closes_at is not None and now <= cohort.closes_at < now + AHEAD:
        ahead.append(Due(cohort.closes_at, "ends", cohort.title))
    return Agenda(
        sat=_sat(cohort, now),
        ahead=sorted(ahead, key=lambda due: due.at),
        past=sorted(past, key=lambda due: due.at, reverse=True),
        marking=taught.marking,
        contests=Contest.objects.filter(_students(cohort), state=Contest.State.OPEN).count(),
    )


def _sat(cohort: Cohort, now: datetime) -> list[Sat]:
    """The quizzes that somebody is sitting, as far as an open attempt tells; one query.

    One without an end counts for a day, and practice for nothing: somebody always practises.
    """
    rows = (
        Attempt.objects.open()
        .exclude(quiz__review=Quiz.Review.PRACTICE)
        .filter(_students(cohort))
        .filter(Q(closes_at__gt=now) | Q(closes_at__isnull=True, started_at__gt=now - SITTING))
        .order_by("quiz__activity__title", "quiz__activity__key")
        .values_list("quiz__activity__title", "quiz__activity__key")
        .annotate(students=Count("enrolment", distinct=True))
    )
    return [
        Sat(title, students, reverse("quizzes:live", args=[cohort.pk, key]))
        for title, key, students in rows
    ]


def _has_time(book: Book, quiz: Quiz, cohort: Cohort, who: int, now: datetime) -> bool:
    """Whether somebody was given a later end, of their own or with a group, that is to come."""
    if (quiz.pk, who) not in book.own and who not in book.groups_of:
        return False
    holds = book.person(Enrolment(pk=who, cohort=cohort), quiz).at(now)
    end = holds.due_at.value or holds.closes_at.value
    return end is not None and end > now


# --- All of it ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Overview:
    taught: Class
    progress: Sequence[Progress]
    needs: Sequence[Needs]
    agenda: Agenda
    now: datetime
    diary: Diary

    @property
    def students(self) -> int:
        return len(self.taught.people)

    @cached_property
    def by_rule(self) -> Mapping[Rule, int]:
        """How many students each rule names."""
        return Counter(rule for each in self.needs for rule in {one.rule for one in each.concerns})

    @property
    def sentence(self) -> str:
        """The first line of the page, in words."""
        if not self.students:
            return _("Nobody studies here now. Give your students the join code.")
        parts = []
        here = front(self.progress, self.students)
        if here is None:
            parts.append(_("The course has no steps yet"))
        else:
            parts.append(
                ngettext(
                    "%(finished)d of %(all)d student has finished %(module)s",
                    "%(finished)d of %(all)d students have finished %(module)s",
                    self.students,
                )
                % {
                    "finished": here.finished,
                    "all": self.students,
                    "module": here.part.title,
                }
            )
            if here.waiting:
                parts.append(
                    ngettext(
                        "%(count)d has not begun it",
                        "%(count)d have not begun it",
                        here.waiting,
                    )
                    % {"count": here.waiting}
                )
        if self.needs:
            parts.append(
                ngettext("%(count)d needs help", "%(count)d need help", len(self.needs))
                % {"count": len(self.needs)}
            )
        else:
            parts.append(_("nobody needs help by our rules"))
        if self.agenda.ahead:
            parts.append(self._soonest(self.agenda.ahead[0]))
        return _("%(said)s.") % {"said": "; ".join(parts)}

    def _soonest(self, due: Due) -> str:
        words = {
            "opens": _("%(title)s opens %(when)s"),
            "due": _("%(title)s is due %(when)s"),
            "closes": _("%(title)s closes %(when)s"),
            "ends": _("the cohort ends %(when)s"),
        }[due.what]
        zone = self.taught.cohort.zone
        return words % {"title": due.title, "when": in_days(due.at, self.now, zone)}


def in_days(at: datetime, now: datetime, zone: Any) -> str:
    """A moment to come, as people say it: today, tomorrow, on Thursday, on 3 December."""
    local = at.astimezone(zone)
    # What ends at midnight ends with the day before.
    day = (local - timedelta(seconds=1)).date()
    days = (day - now.astimezone(zone).date()).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return _("on %(day)s") % {"day": date_format(day, "l" if days < 7 else "j F")}


def overview(
    cohort: Cohort, *, now: datetime, by: str = "day", members: Collection[int] | None = None
) -> Overview:
    """The cohort's first page, or that of some `members`; what went on is counted `by` day or week.

    Who needs help is told beside the whole cohort, of whomever the page is. What waits to be
    marked, what is sat and what is contested are of the whole cohort, too.
    """
    diary = replace(_diary(cohort, by=by, now=now), members=members)
    taught = read_class(cohort, now=now)
    _write(diary, cohort, taught.parts)
    needs = needing_help(taught) if taught.people else []
    if members is not None:
        taught = replace(taught, people=[one for one in taught.people if one.pk in members])
        needs = [each for each in needs if each.person.pk in members]
    return Overview(
        taught,
        progress_in(taught),
        needs,
        agenda(taught, now=now),
        now,
        diary,
    )
