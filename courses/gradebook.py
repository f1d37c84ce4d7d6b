"""The gradebook: students by graded activities, what each mark is and what it comes to.

Page, exports, API and a student's own page all read it here. What an activity is worth to
somebody is `Cell.effective`, everywhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db.models import Case, Count, F, FilteredRelation, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from courses import weighing
from courses.models import (
    Activity,
    Category,
    Cohort,
    Enrolment,
    GradeColumn,
    Group,
    Record,
)
from courses.weighing import Outcome, Scheme, Without

# --- Columns -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """One graded activity in a cohort. `weight` is what holds: the cohort's, else the course's."""

    activity: Activity  # with its module
    weight: Decimal
    own_weight: bool  # whether the cohort has set it
    category: Category | None
    hidden: bool  # from students
    share: Decimal | None  # of the total, in per cent, with everything marked


@dataclass(frozen=True)
class Plan:
    """The columns of a cohort, in the order of the course, and how they weigh."""

    cohort: Cohort
    columns: Sequence[Column]
    categories: Sequence[Category]
    scheme: Scheme

    @cached_property
    def released(self) -> Scheme:
        """How they weigh for students, to whom a hidden column is not there."""
        columns = [
            replace(own, weight=Decimal(0)) if column.hidden else own
            for own, column in zip(self.scheme.columns, self.columns, strict=True)
        ]
        return replace(self.scheme, columns=columns)

    @cached_property
    def place(self) -> Mapping[int, int]:
        """Where the column of an activity is, by the activity's id."""
        return {column.activity.pk: at for at, column in enumerate(self.columns)}

    @property
    def hides(self) -> bool:
        return any(column.hidden for column in self.columns)

    @property
    def drops(self) -> bool:
        return any(category.drop_lowest for category in self.categories)

    def column(self, key: str) -> Column | None:
        """The column of an activity, by the activity's key."""
        return next((column for column in self.columns if column.activity.key == key), None)


def graded(course: Any) -> QuerySet[Activity]:
    """The activities of a course that have marks, in its order."""
    return (
        Activity.objects.filter(module__course=course, kind=Activity.Kind.QUIZ)
        .select_related("module")
        .order_by("module__position", "module_id", "position", "pk")
    )


def plan(cohort: Cohort) -> Plan:
    """The columns of a cohort; three queries."""
    activities = list(graded(cohort.course_id))
    set_here = {row.activity_id: row for row in GradeColumn.objects.filter(cohort=cohort)}
    categories = list(Category.objects.filter(cohort=cohort))
    by_key = {category.pk: category for category in categories}
    columns = []
    for activity in activities:
        row = set_here.get(activity.pk)
        own = row is not None and row.weight is not None
        columns.append(
            Column(
                activity=activity,
                weight=row.weight
                if row is not None and row.weight is not None
                else activity.weight,
                own_weight=own,
                category=by_key.get(row.category_id or 0) if row is not None else None,
                hidden=row is not None and row.hidden,
                share=None,
            )
        )
    return planned(cohort, columns, categories)


def planned(cohort: Cohort, columns: Sequence[Column], categories: Sequence[Category]) -> Plan:
    """A plan of these columns, stored or only thought of, with the share that each then has."""
    scheme = Scheme(
        [
            weighing.Column(column.weight, column.category.pk if column.category else None)
            for column in columns
        ],
        [
            weighing.Category(category.pk, category.weight, category.drop_lowest)
            for category in categories
        ],
    )
    shares = weighing.shares(scheme)
    return Plan(
        cohort,
        [replace(column, share=share) for column, share in zip(columns, shares, strict=True)],
        categories,
        scheme,
    )


# --- Marks -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """What one student has in one column. Percentages as displayed."""

    earned: Decimal | None = None
    override: Decimal | None = None
    excused: bool = False
    late: bool = False  # the attempt that counts was
    started: bool = False
    dropped: bool = False  # one of the lowest, which do not count

    @property
    def effective(self) -> Decimal | None:
        """The mark that counts, as `Record.effective` has it."""
        if self.excused:
            return None
        return self.earned if self.override is None else self.override

    @property
    def by_hand(self) -> bool:
        return self.excused or self.override is not None

    @property
    def mark(self) -> weighing.Mark:
        """The same for `weighing`."""
        if self.excused:
            return Without.EXCUSED
        effective = self.effective
        return Without.MISSING if effective is None else effective


UNTOUCHED = Cell()


@dataclass(frozen=True, slots=True)
class Row:
    """One student. `released` is the total as the student sees it, without hidden columns."""

    enrolment: Enrolment  # with its user
    cells: Sequence[Cell]  # as the columns of the plan
    total: Decimal | None
    counted: int  # marks that the total is made of
    categories: Mapping[int, Decimal]
    released: Decimal | None


RECORD = ("enrolment_id", "activity_id", "score", "override", "excused", "late")
EFFECTIVE = Case(When(excused=True, then=None), default=Coalesce("override", "score"))
BY_NAME = ("user__name", "user__username", "pk")


def students(cohort: Cohort, group: Group | None = None) -> QuerySet[Enrolment]:
    """Those whose marks the gradebook shows, by name: students who have not been withdrawn."""
    found = Enrolment.objects.active().students().filter(cohort=cohort)
    if group is not None:
        found = found.filter(groups=group)
    return found.select_related("user").order_by(*BY_NAME)


def _cells(plan: Plan, records: Sequence[tuple[Any, ...]]) -> list[Cell]:
    """One student's cells. A record of what is no column (any more) is passed over."""
    cells = [UNTOUCHED] * len(plan.columns)
    for _enrolment, activity, score, override, excused, late in records:
        at = plan.place.get(activity)
        if at is not None:
            cells[at] = Cell(score, override, excused, late, started=True)
    return cells


def row_of(plan: Plan, enrolment: Enrolment, records: Sequence[tuple[Any, ...]]) -> Row:
    """One student's row from what the ledger holds, as tuples of `RECORD`."""
    cells = _cells(plan, records)
    marks = [cell.mark for cell in cells]
    outcome = weighing.weigh(plan.scheme, marks)
    released = weighing.weigh(plan.released, marks).total if plan.hides else outcome.total
    return Row(
        enrolment,
        with_dropped(cells, outcome),
        outcome.total,
        outcome.counted,
        outcome.categories,
        released,
    )


def with_dropped(cells: Sequence[Cell], outcome: Outcome) -> list[Cell]:
    return [
        replace(cell, dropped=True) if at in outcome.dropped else cell
        for at, cell in enumerate(cells)
    ]


def rows(plan: Plan, enrolments: Sequence[Enrolment]) -> list[Row]:
    """The rows of these students, in their order; one query."""
    found: dict[int, list[tuple[Any, ...]]] = {enrolment.pk: [] for enrolment in enrolments}
    for record in (
        Record.objects.filter(enrolment__in=list(found), activity__in=list(plan.place))
        .order_by()
        .values_list(*RECORD)
    ):
        found[record[0]].append(record)
    return [row_of(plan, enrolment, found[enrolment.pk]) for enrolment in enrolments]


def stream(plan: Plan, group: Group | None = None) -> Iterator[Row]:
    """The row of every student by name, for files; two queries for any size, little memory."""
    people = students(plan.cohort, group)
    records = iter(
        groupby(
            Record.objects.filter(enrolment__in=people.order_by().values("pk"))
            .filter(activity__in=list(plan.place))
            .order_by(*(f"enrolment__{name}" for name in BY_NAME))
            .values_list(*RECORD)
            .iterator(chunk_size=2000),
            key=lambda record: record[0],
        )
    )
    at, waiting = next(records, (None, iter(())))
    for enrolment in people.iterator(chunk_size=500):
        mine: list[tuple[Any, ...]] = []
        if at == enrolment.pk:
            mine = list(waiting)
            at, waiting = next(records, (None, iter(())))
        yield row_of(plan, enrolment, mine)


@dataclass(frozen=True, slots=True)
class Statistic:
    """Of the marks that count in one column: how many there are, and their mean as displayed."""

    n: int = 0
    mean: Decimal | None = None


def statistics(plan: Plan, group: Group | None = None) -> list[Statistic]:
    """One for each column, of all students that the gradebook shows; one query."""
    found = {
        activity: Statistic(n, weighing.mean(total, n))
        for activity, n, total in Record.objects.filter(
            enrolment__in=students(plan.cohort, group).order_by().values("pk"),
            activity__in=list(plan.place),
        )
        .order_by()
        .values("activity")
        .annotate(n=Count(EFFECTIVE), total=Sum(EFFECTIVE))
        .filter(n__gt=0)
        .values_list("activity", "n", "total")
    }
    return [found.get(column.activity.pk, Statistic()) for column in plan.columns]


# --- A page of them ----------------------------------------------------------------------------

PAGE = 30


@dataclass(frozen=True)
class Page:
    """Some students in the order asked for. `students` counts all, on every page."""

    plan: Plan
    rows: Sequence[Row]
    statistics: Sequence[Statistic]
    students: int
    number: int
    pages: int


def page(plan: Plan, *, group: Group | None = None, sort: str = "name", number: int = 1) -> Page:
    """One page of the gradebook; five queries at most.

    `sort` is "name", "total" or the key of an activity, with "-" before it downwards; who has no
    mark comes last either way. Raises `LookupError` for what cannot be sorted by and for a page
    that there is not.
    """
    people = students(plan.cohort, group)
    count = people.order_by().count()
    pages = max(1, -(-count // PAGE))
    if not 1 <= number <= pages:
        raise LookupError(number)
    first = (number - 1) * PAGE
    shown = rows(plan, _sorted(plan, people, sort, slice(first, first + PAGE)))
    return Page(plan, shown, statistics(plan, group), count, number, pages)


def _sorted(plan: Plan, people: QuerySet[Enrolment], sort: str, part: slice) -> list[Enrolment]:
    by, down = sort.removeprefix("-"), sort.startswith("-")
    if by == "name":
        order = [F(name).desc() if down else F(name).asc() for name in BY_NAME]
        return list(people.order_by(*order)[part])
    if by == "total":
        # What no database can add up as we do: read for all, and then only for these.
        ordered = sorted(totals(plan, people).items(), key=lambda pair: _key(pair[1], down))
        wanted = [pk for pk, _total in ordered[part]]
        found = people.order_by().in_bulk(wanted)
        return [found[pk] for pk in wanted]
    column = plan.column(by)
    if column is None:
        raise LookupError(by)
    mark = F("effective").desc(nulls_last=True) if down else F("effective").asc(nulls_last=True)
    marked = people.annotate(
        marked=FilteredRelation("records", condition=Q(records__activity=column.activity)),
        effective=Case(
            When(marked__excused=True, then=None),
            default=Coalesce("marked__override", "marked__score"),
        ),
    )
    return list(marked.order_by(mark, *BY_NAME)[part])


def _key(total: Decimal | None, down: bool) -> tuple[bool, Decimal]:
    if total is None:
        return True, Decimal(0)
    return False, -total if down else total


def totals(plan: Plan, people: QuerySet[Enrolment]) -> dict[int, Decimal | None]:
    """The total of each of these students, by enrolment and in their order; two queries."""
    marks = marks_of(plan, people)
    return {pk: weighing.weigh(plan.scheme, mine).total for pk, mine in marks.items()}


def marks_of(plan: Plan, people: QuerySet[Enrolment]) -> dict[int, list[weighing.Mark]]:
    """What these students have in each column, by enrolment and in their order; two queries."""
    missing: list[weighing.Mark] = [Without.MISSING] * len(plan.columns)
    marks = {pk: missing.copy() for pk in people.values_list("pk", flat=True)}
    for enrolment, activity, score, override, excused in (
        Record.objects.filter(enrolment__in=people.order_by().values("pk"))
        .filter(activity__in=list(plan.place))
        .order_by()
        .values_list("enrolment_id", "activity_id", "score", "override", "excused")
    ):
        marks[enrolment][plan.place[activity]] = Cell(score, override, excused).mark
    return marks


# --- A student's own ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Own:
    """The gradebook as one student sees it: a hidden column has no cell, and does not count."""

    plan: Plan
    cells: Sequence[Cell | None]  # None: not released yet
    total: Decimal | None
    counted: int
    categories: Mapping[int, Decimal]
    shares: Sequence[Decimal | None]


def own(enrolment: Enrolment) -> Own:
    """What a student's own page shows; four queries. The enrolment comes with its cohort."""
    found = plan(enrolment.cohort)
    records = list(
        Record.objects.filter(enrolment=enrolment, activity__in=list(found.place))
        .order_by()
        .values_list(*RECORD)
    )
    cells = _cells(found, records)
    outcome = weighing.weigh(found.released, [cell.mark for cell in cells])
    return Own(
        found,
        [
            None if column.hidden else cell
            for column, cell in zip(found.columns, with_dropped(cells, outcome), strict=True)
        ],
        outcome.total,
        outcome.counted,
        outcome.categories,
        weighing.shares(found.released),
    )
