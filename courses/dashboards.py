"""Reads: what a page shows, in a constant number of queries, as dataclasses."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)

from courses.addresses import address
from courses.mentions import Place, mentions
from courses.models import (
    Activity,
    Cohort,
    Course,
    Enrolment,
    Group,
    Message,
    Module,
    Objective,
    Record,
    Role,
    Source,
    Term,
    User,
)
from courses.models.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Step:
    """One activity as a learner sees it.

    `score` is the percentage that counts (`Record.effective`), None without one, and while the
    marks are `hidden` from students. What somebody is `excused` from is done.
    """

    key: str
    kind: str
    title: str
    url: str
    required: bool
    minutes: int | None
    started: bool
    done: bool
    score: Decimal | None
    by_hand: bool = False  # the score was given so
    excused: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class ModuleMap:
    module: Module
    objectives: Sequence[Objective]
    steps: Sequence[Step]
    builds_on: Sequence[str]

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps if step.required)

    @property
    def total(self) -> int:
        return sum(step.required for step in self.steps)


@dataclass(frozen=True)
class CourseProgress:
    """How far a learner has come; only required steps count."""

    course: Course
    enrolment: Enrolment | None
    steps: Sequence[Step]
    unread: int = 0  # messages that wait for them

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps if step.required)

    @property
    def total(self) -> int:
        return sum(step.required for step in self.steps)

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    @property
    def next(self) -> Step | None:
        """The first required step not done yet, else the first optional one."""
        waiting = [step for step in self.steps if not step.done]
        return next((step for step in waiting if step.required), waiting[0] if waiting else None)


STEP_COLUMNS = (
    "key",
    "kind",
    "title",
    "required",
    "module_id",
    "module__course__key",
    "lesson__words",
    "record__started_at",
    "record__completed_at",
    "record__score",
    "record__override",
    "record__excused",
    "told__hidden",
)


def _rows(
    activities: QuerySet[Activity], enrolment: Any, cohort: Any
) -> QuerySet[Activity, tuple[Any, ...]]:
    return (
        activities.annotate(
            record=FilteredRelation("records", condition=Q(records__enrolment=enrolment)),
            told=FilteredRelation("grade_columns", condition=Q(grade_columns__cohort=cohort)),
        )
        .order_by("module__position", "module_id", "position", "pk")
        .values_list(*STEP_COLUMNS)
    )


MODULE_ROWS = Prepared[tuple[Any, ...]](
    lambda module, enrolment, cohort: _rows(
        Activity.objects.filter(module=module), enrolment, cohort
    ),
    module=BigIntegerField(),
    enrolment=BigIntegerField(),
    cohort=BigIntegerField(),
)
COURSE_ROWS = Prepared[tuple[Any, ...]](
    lambda course, enrolment, cohort: _rows(
        Activity.objects.filter(module__course=course), enrolment, cohort
    ),
    course=BigIntegerField(),
    enrolment=BigIntegerField(),
    cohort=BigIntegerField(),
)


def _steps(rows: Iterable[tuple[Any, ...]]) -> list[tuple[int, Step]]:
    """(module id, step) in order, with what the ledger says of this learner."""
    found = []
    for row in rows:
        key, kind, title, required, module, course, words, started, completed, *mark = row
        score, override, excused, hidden = mark
        if kind == Activity.Kind.QUIZ:
            url = address("quizzes:quiz", key)
        else:
            url = address("courses:lesson", course, key)
        step = Step(
            key=key,
            kind=kind,
            title=title,
            url=url,
            required=required,
            minutes=max(1, round(words / 200)) if words else None,
            started=started is not None,
            # Of hidden marks it must not tell whether they pass.
            done=completed is not None or bool(excused) or bool(hidden and score is not None),
            score=None if hidden or excused else score if override is None else override,
            by_hand=not hidden and override is not None,
            excused=bool(excused) and not hidden,
            hidden=bool(hidden),
        )
        found.append((module, step))
    return found


def _whose(enrolment: Enrolment | None) -> dict[str, int | None]:
    if enrolment is None:
        return {"enrolment": None, "cohort": None}
    return {"enrolment": enrolment.pk, "cohort": enrolment.cohort_id}


def _course_steps(course: Course, enrolment: Enrolment | None) -> list[tuple[int, Step]]:
    return _steps(COURSE_ROWS.all(course=course.pk, **_whose(enrolment)))


def module_steps(module: Module, enrolment: Enrolment | None) -> list[Step]:
    """The steps of one module for one learner; one query."""
    rows = MODULE_ROWS.all(module=module.pk, **_whose(enrolment))
    return [step for _, step in _steps(rows)]


def neighbours(steps: Sequence[Step], key: str) -> tuple[int, Step | None, Step | None]:
    """The place of a step among its module's (from 1), and the steps before and after it."""
    at = next(place for place, step in enumerate(steps) if step.key == key)
    before = steps[at - 1] if at else None
    after = steps[at + 1] if at + 1 < len(steps) else None
    return at + 1, before, after


def course_progress(
    course: Course, enrolment: Enrolment | None, *, unread: int = 0
) -> CourseProgress:
    steps = [step for _, step in _course_steps(course, enrolment)]
    return CourseProgress(course, enrolment, steps, unread)


def course_map(course: Course, enrolment: Enrolment | None) -> list[ModuleMap]:
    """Every module with its steps and objectives; four queries."""
    steps: dict[int, list[Step]] = defaultdict(list)
    for module_id, step in _course_steps(course, enrolment):
        steps[module_id].append(step)
    modules = course.modules.prefetch_related("objectives", "prerequisites")
    return [
        ModuleMap(
            module=module,
            objectives=list(module.objectives.all()),
            steps=steps[module.pk],
            builds_on=[other.title for other in module.prerequisites.all()],
        )
        for module in modules
    ]


STUDYING = Prepared[Any](
    lambda user: (
        Enrolment.objects.active()
        .of(user)
        .students()
        .filter(cohort__course__published=True)
        .select_related("cohort__course")
        .annotate(
            unread=Subquery(
                Message.objects.filter(enrolment=OuterRef("pk"), read_at__isnull=True)
                .exclude(by=OuterRef("user"))
                .order_by()
                .values("enrolment")
                .annotate(unread=Count("pk"))
                .values("unread")
            )
        )
        .order_by("-joined_at", "-pk")
    ),
    user=BigIntegerField(),
)
TEACHING = Prepared[Any](
    lambda user: (
        Enrolment.objects.active()
        .of(user)
        .teaching()
        .select_related("cohort__course")
        .annotate(
            students=Count(
                "cohort__enrolments",
                filter=Q(
                    cohort__enrolments__role=Role.STUDENT,
                    cohort__enrolments__withdrawn_at__isnull=True,
                ),
            )
        )
        .order_by("-cohort__starts_on", "cohort__title")
    ),
    user=BigIntegerField(),
)


def studying(user: User) -> list[CourseProgress]:
    """The courses somebody takes, newest first; one query and one for each course."""
    return [
        course_progress(enrolment.cohort.course, enrolment, unread=enrolment.unread or 0)
        for enrolment in STUDYING.all(user=user.pk)
    ]


@dataclass(frozen=True)
class CohortLine:
    cohort: Cohort
    role_key: str
    role: str
    students: int


def teaching(user: User) -> list[CohortLine]:
    """The cohorts somebody teaches or assists, with their size; one query."""
    return [
        CohortLine(row.cohort, row.role, row.get_role_display(), row.students)
        for row in TEACHING.all(user=user.pk)
    ]


# --- An instructor's view ----------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """What one learner did with one activity."""

    started: bool
    done: bool
    score: Decimal | None
    completed_at: datetime | None
    excused: bool = False


UNTOUCHED = Cell(started=False, done=False, score=None, completed_at=None)


@dataclass(frozen=True)
class RosterRow:
    enrolment: Enrolment
    cells: Sequence[Cell]
    done: int


@dataclass(frozen=True)
class Column:
    """One activity over the whole roster; `mean` is of the scores there are, with their number."""

    activity: Activity
    done: int
    started: int
    scored: int
    mean: Decimal | None


@dataclass(frozen=True)
class Roster:
    cohort: Cohort
    columns: Sequence[Column]
    rows: Sequence[RosterRow]


def mean(scores: Iterable[Decimal]) -> Decimal | None:
    """The mean to two decimals (half up), None of nothing."""
    found = list(scores)
    if not found:
        return None
    return (sum(found, Decimal(0)) / len(found)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def roster(cohort: Cohort, module: Module | None = None, *, group: Group | None = None) -> Roster:
    """Students by activities of a cohort, or of one module, from the ledger; three queries.

    With a `group`, only its members.
    """
    asked = Q(module__course=cohort.course_id) if module is None else Q(module=module)
    activities = list(
        Activity.objects.filter(asked)
        .select_related("module")
        .order_by("module__position", "position", "pk")
    )
    enrolments = list(
        Enrolment.objects.active()
        .students()
        .filter(Q(cohort=cohort) if group is None else Q(cohort=cohort, groups=group))
        .select_related("user")
        .order_by("user__name_key", "user__username")
    )
    records: dict[tuple[int, int], Cell] = {}
    for record in Record.objects.filter(
        enrolment__cohort=cohort, activity__in=[activity.pk for activity in activities]
    ).order_by():
        records[record.enrolment_id, record.activity_id] = Cell(
            started=True,
            done=record.completed_at is not None or record.excused,
            score=record.effective,
            completed_at=record.completed_at,
            excused=record.excused,
        )
    rows = []
    for enrolment in enrolments:
        cells = [records.get((enrolment.pk, activity.pk), UNTOUCHED) for activity in activities]
        rows.append(RosterRow(enrolment, cells, done=sum(cell.done for cell in cells)))
    columns = []
    for at, activity in enumerate(activities):
        cells = [row.cells[at] for row in rows]
        scores = [cell.score for cell in cells if cell.score is not None]
        columns.append(
            Column(
                activity=activity,
                done=sum(cell.done for cell in cells),
                started=sum(cell.started for cell in cells),
                scored=len(scores),
                mean=mean(scores),
            )
        )
    return Roster(cohort, columns, rows)


# --- Glossary and sources ----------------------------------------------------------------------


def visible_courses(user: User, *, editor: bool) -> QuerySet[Course]:
    """The courses whose lessons somebody may open."""
    if editor:
        return Course.objects.all()
    return Course.objects.filter(
        published=True,
        cohorts__enrolments__user=user,
        cohorts__enrolments__withdrawn_at__isnull=True,
    ).distinct()


@dataclass(frozen=True)
class TermEntry:
    term: Term
    places: Sequence[Place]


@dataclass(frozen=True)
class SourceEntry:
    source: Source
    places: Sequence[Place]


def glossary(courses: QuerySet[Course]) -> list[tuple[str, list[TermEntry]]]:
    """(letter, entries) of all terms, with the lessons that use each; three queries."""
    places = mentions("term", courses)
    letters: dict[str, list[TermEntry]] = defaultdict(list)
    for term in Term.objects.prefetch_related("see_also"):
        letters[term.title[0].upper()].append(TermEntry(term, places[term.pk]))
    return sorted(letters.items())


def bibliography(courses: QuerySet[Course]) -> list[tuple[str, list[SourceEntry]]]:
    """(kind, entries) of all sources, with the paragraphs that cite each; two queries."""
    places = mentions("source", courses)
    kinds: dict[str, list[SourceEntry]] = defaultdict(list)
    for source in Source.objects.select_related("cited_through").order_by(
        F("authors").asc(), "year", "pk"
    ):
        kinds[source.kind].append(SourceEntry(source, places[source.pk]))
    return [(str(kind.label), kinds[kind]) for kind in Source.Kind if kinds[kind]]
