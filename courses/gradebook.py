"""The gradebook: students by graded activities, what each mark is and what it comes to.

Page, exports, API and a student's own page all read it here. What an activity is worth to
somebody is `Cell.effective`, everywhere.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Case, Count, F, FilteredRelation, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from courses import progress, weighing
from courses.models import (
    Activity,
    Category,
    Cohort,
    ColumnTally,
    Enrolment,
    GradeChange,
    GradeColumn,
    Group,
    Record,
    Role,
    User,
)
from courses.refusals import Refused
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
        .select_related("module__course")
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
    late: bool = False  # what was earned was handed in late
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
    def counts_late(self) -> bool:
        """Whether what counts was handed in late; what is decided by hand was not handed in."""
        return self.late and not self.by_hand

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
CENT = Decimal("0.01")  # what a database adds up may have lost its exponent
BY_NAME = ("user__name_key", "user__username", "pk")


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
    """One for each column, of all students that the gradebook shows.

    Of a whole cohort they are kept: one query, and two more for columns where anything has been
    written since, or of a class that is not the same any more. A group's are counted each time:
    its members may change.
    """
    if group is not None:
        found = _sums(plan, list(plan.place), group)
    else:
        kept = _kept(plan)
        found = dict(kept.sums)
        old = [activity for activity in plan.place if activity not in found]
        if old:
            anew = _sums(plan, old)
            _keep(plan, anew, seen=kept)
            found |= anew
    return [
        Statistic(n, weighing.mean(total, n)) if n else Statistic()
        for n, total in (found[column.activity.pk] for column in plan.columns)
    ]


Sums = dict[int, tuple[int, Decimal]]


def _sums(plan: Plan, activities: Sequence[int], group: Group | None = None) -> Sums:
    """By activity, how many marks there are and their sum; one query."""
    # Joined, and not by a list of students: that would begin with every record of the activities.
    records = Record.objects.filter(
        enrolment__cohort=plan.cohort,
        enrolment__role=Role.STUDENT,
        enrolment__withdrawn_at__isnull=True,
    )
    if group is not None:
        records = records.filter(enrolment__groups=group)
    if len(activities) < len(plan.columns):
        records = records.filter(activity__in=activities)
    found = {
        activity: (n, total.quantize(CENT))
        for activity, n, total in records.order_by()
        .values("activity")
        .annotate(n=Count(EFFECTIVE), total=Sum(EFFECTIVE))
        .values_list("activity", "n", "total")
        if n
    }
    return {activity: found.get(activity, (0, Decimal("0.00"))) for activity in activities}


@dataclass(frozen=True)
class Kept:
    """What was counted before and still holds, and what says so."""

    sums: Sums
    roster: UUID
    tokens: Mapping[int, UUID]  # by activity, where one has been written in or counted


def _kept(plan: Plan) -> Kept:
    """One query, before anything is counted.

    A transaction that is not finished holds its tokens back together with its marks: what is kept
    under these tokens is what would be counted again.
    """
    names = ("activity", "token", "counted", "n", "total")
    read = (
        Cohort.objects.filter(pk=plan.cohort.pk)
        .order_by()
        .values_list("roster", *(f"column_tallies__{name}" for name in names))
    )
    sums, tokens = {}, {}
    for roster, activity, token, counted, n, total in read:
        if activity is not None:  # None in the one row of a cohort that has no tallies
            tokens[activity] = token
            if counted == _turn(roster, token):
                sums[activity] = (n, total)
    return Kept(sums, roster, tokens)


def _keep(plan: Plan, sums: Sums, *, seen: Kept) -> None:
    """Keep what was counted after `seen` was read; one statement.

    Where somebody has written a mark meanwhile their token stays, and this is known to be old.
    """
    rows = []
    for activity, (n, total) in sorted(sums.items()):
        token = seen.tokens.get(activity) or uuid4()
        rows.append(
            ColumnTally(
                cohort=plan.cohort,
                activity_id=activity,
                token=token,
                counted=_turn(seen.roster, token),
                n=n,
                total=total,
            )
        )
    ColumnTally.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["cohort", "activity"],
        update_fields=["counted", "n", "total"],
    )


def _turn(roster: UUID, token: UUID) -> str:
    return f"{roster.hex}:{token.hex}"


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


# --- By hand -----------------------------------------------------------------------------------

REASON = 300  # characters
NOT_HERE = "Only instructors of the cohort may change what counts."


def changes(enrolment: Enrolment, activity: Activity) -> list[GradeChange]:
    """What was ever decided by hand of one mark, the newest first; one query."""
    return list(
        GradeChange.objects.filter(enrolment=enrolment, activity=activity)
        .select_related("by")
        .order_by("-number")
    )


def decided(enrolment: Enrolment) -> dict[int, GradeChange]:
    """By activity, the newest decision of each of a student's marks; one query."""
    return {
        change.activity_id: change
        for change in GradeChange.objects.filter(enrolment=enrolment)
        .select_related("by")
        .order_by("number")
    }


def in_words(change: GradeChange, zone: Any = None) -> str:
    """What one decision did, who made it and when."""
    if change.excused:
        what = _("excused")
    elif change.percentage is None:
        what = _("given back to what was earned")
    else:
        what = f"{change.percentage.normalize():f} %"
    return _("%(what)s, by %(who)s on %(when)s: %(why)s") % {
        "what": what,
        "who": change.by,
        "when": f"{localtime(change.made_at, zone):%-d %b %Y, %H:%M}",
        "why": change.reason,
    }


def decide(
    enrolment: Enrolment,
    activity: Activity,
    *,
    percentage: Decimal | None,
    excused: bool,
    reason: str,
    seen: int,
    by: User,
    now: datetime,
) -> GradeChange:
    """Give a mark by hand, excuse from one, or with neither give it back to what was earned.

    `seen` is the number of the newest change that the person has seen, 0 for none: of two at once
    the second is told what the first one did. Raises `Refused` with nothing changed, and
    `PermissionDenied` for everybody but the cohort's instructors.
    """
    _instructor_only(by, enrolment.cohort)
    reason = _said(reason)
    if enrolment.teaches:
        raise Refused(_("%(person)s does not study in this cohort.") % {"person": enrolment.user})
    if activity.kind != Activity.Kind.QUIZ or activity.module.course_id != (
        enrolment.cohort.course_id
    ):
        raise Refused(_("This cohort has no marks for this activity (any more)."))
    if percentage is not None and not _is_percentage(percentage):
        raise Refused(_("A mark is a number from 0 to 100 with at most two decimals."))
    if excused and percentage is not None:
        raise Refused(_("Who is excused has no mark. Choose one of the two."))
    try:
        with transaction.atomic():
            progress.hold(enrolment, activity)
            newest = _newest(enrolment, activity)
            if (0 if newest is None else newest.number) != seen:
                raise Refused(_overtaken(newest, enrolment))
            if percentage is None and not excused and (newest is None or _is_back(newest)):
                raise Refused(_("Nothing was decided by hand here: what was earned counts."))
            change = GradeChange.objects.create(
                enrolment=enrolment,
                activity=activity,
                number=seen + 1,
                percentage=percentage,
                excused=excused,
                reason=reason,
                by=by,
                made_at=now,
            )
            progress.decide(enrolment, activity, percentage=percentage, excused=excused)
    except IntegrityError:
        # Somebody was quicker between our look and our write.
        raise Refused(_overtaken(_newest(enrolment, activity), enrolment)) from None
    return change


def _newest(enrolment: Enrolment, activity: Activity) -> GradeChange | None:
    return next(iter(changes(enrolment, activity)[:1]), None)


def _is_back(change: GradeChange) -> bool:
    return not change.excused and change.percentage is None


def _overtaken(change: GradeChange | None, enrolment: Enrolment) -> str:
    if change is None:
        return _(
            "This mark was not as you saw it. Look at it again, and save if it is still right."
        )
    return _(
        "Meanwhile this mark was changed: %(change)s. Yours is not stored. Look at it, and save "
        "again if yours is still right."
    ) % {"change": in_words(change, enrolment.cohort.zone)}


def _is_percentage(value: Decimal) -> bool:
    return value.is_finite() and 0 <= value <= 100 and value == round(value, 2)


def _said(reason: str) -> str:
    said = " ".join(reason.split())
    if not said:
        raise Refused(_("Give a reason: the student reads it beside the mark."))
    if len(said) > REASON:
        raise Refused(_("The reason is too long: at most %(most)d characters.") % {"most": REASON})
    return said


def _instructor_only(by: User, cohort: Cohort) -> None:
    mine = Enrolment.objects.active().of(by).filter(cohort=cohort, role=Role.INSTRUCTOR)
    if not mine.exists():
        raise PermissionDenied(_(NOT_HERE))


def zero_missing(
    cohort: Cohort, activity: Activity, *, expected: int, reason: str, by: User, now: datetime
) -> int:
    """Write a 0 for every student who has no mark in a column and is not excused; how many.

    `expected` is how many the person was told of: where it is another number by now, nothing is
    written and they are told. Raises `Refused`.
    """
    _instructor_only(by, cohort)
    reason = _said(reason)
    try:
        with transaction.atomic():
            # Whoever hands in at this moment waits for us, or we have seen their mark.
            people = {each.pk: each for each in students(cohort)}
            held = progress.hold_column(cohort, people, activity)
            missing = [people[pk] for pk, row in held.items() if not _has_mark(row)]
            if len(missing) != expected:
                raise Refused(
                    _("By now %(n)d students are without a mark here. Look again before you go on.")
                    % {"n": len(missing)}
                )
            numbers = dict(
                GradeChange.objects.filter(activity=activity, enrolment__in=missing)
                .order_by("number")
                .values_list("enrolment_id", "number")
            )
            GradeChange.objects.bulk_create(
                GradeChange(
                    enrolment=enrolment,
                    activity=activity,
                    number=numbers.get(enrolment.pk, 0) + 1,
                    percentage=Decimal("0.00"),
                    reason=reason,
                    by=by,
                    made_at=now,
                )
                for enrolment in missing
            )
            progress.decide_all([held[each.pk] for each in missing], percentage=Decimal("0.00"))
    except IntegrityError:
        raise Refused(
            _("Somebody else is changing these marks. Look again, and try again.")
        ) from None
    return len(missing)


def _has_mark(row: Record) -> bool:
    return row.excused or row.effective is not None


def without_mark(cohort: Cohort, activity: Activity) -> QuerySet[Enrolment]:
    """The students who have no mark in a column and are not excused."""
    marked = Record.objects.filter(activity=activity).filter(
        Q(score__isnull=False) | Q(override__isnull=False) | Q(excused=True)
    )
    return students(cohort).exclude(pk__in=marked.order_by().values("enrolment"))


def show(cohort: Cohort, activity: Activity, *, hidden: bool, by: User) -> None:
    """Hide a column from students, or release it; doing it twice changes nothing more."""
    _instructor_only(by, cohort)
    GradeColumn.objects.update_or_create(
        cohort=cohort, activity=activity, defaults={"hidden": hidden}
    )


# --- How they weigh ----------------------------------------------------------------------------

HIGHEST_WEIGHT = Decimal("9999.99")


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """A category as somebody wants it. `key` is that of a stored one, or negative for a new one."""

    key: int
    title: str
    weight: Decimal
    drop_lowest: int


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column as somebody wants it; without a `weight` it weighs what the course says."""

    activity: int
    weight: Decimal | None
    category: int | None


@dataclass(frozen=True)
class Weights:
    categories: Sequence[CategoryChange]
    columns: Sequence[ColumnChange]


def stored(plan: Plan) -> Weights:
    """The weights as they are stored."""
    return Weights(
        [
            CategoryChange(each.pk, each.title, each.weight, each.drop_lowest)
            for each in plan.categories
        ],
        [
            ColumnChange(
                column.activity.pk,
                column.weight if column.own_weight else None,
                column.category.pk if column.category else None,
            )
            for column in plan.columns
        ],
    )


def with_weights(plan: Plan, weights: Weights) -> Plan:
    """The plan as it would be with other weights; stores nothing."""
    categories = [
        Category(
            pk=each.key,
            cohort=plan.cohort,
            title=each.title,
            position=position,
            weight=each.weight,
            drop_lowest=each.drop_lowest,
        )
        for position, each in enumerate(weights.categories, start=1)
    ]
    known = {category.pk: category for category in categories}
    wanted = {each.activity: each for each in weights.columns}
    columns = []
    for column in plan.columns:
        each = wanted.get(column.activity.pk)
        if each is not None:
            column = replace(  # noqa: PLW2901
                column,
                weight=column.activity.weight if each.weight is None else each.weight,
                own_weight=each.weight is not None,
                category=known.get(each.category) if each.category is not None else None,
            )
        columns.append(column)
    return planned(plan.cohort, columns, categories)


@dataclass(frozen=True, slots=True)
class Move:
    """A student whose total would be another one."""

    enrolment: Enrolment
    before: Decimal | None
    after: Decimal | None

    @property
    def by(self) -> Decimal | None:
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True)
class Comparison:
    """What other weights would do to a class; `moves` begins with those who move furthest."""

    students: int
    up: int
    down: int
    other: int  # who would get a total, or lose it
    moves: Sequence[Move]
    before: Statistic  # of the totals
    after: Statistic


MOVES = 50


def compare(before: Plan, after: Plan) -> Comparison:
    """Both totals of every student; three queries for any size."""
    marks = marks_of(before, students(before.cohort))
    totals_before = {pk: weighing.weigh(before.scheme, mine).total for pk, mine in marks.items()}
    totals_after = {pk: weighing.weigh(after.scheme, mine).total for pk, mine in marks.items()}
    moved = {pk: (totals_before[pk], totals_after[pk]) for pk in marks}
    moved = {pk: both for pk, both in moved.items() if both[0] != both[1]}

    def step(pk: int) -> Decimal | None:
        old, new = moved[pk]
        return None if old is None or new is None else new - old

    steps = {pk: step(pk) for pk in moved}
    furthest = sorted(moved, key=lambda pk: -abs(steps[pk] or Decimal(1000)))[:MOVES]
    people = Enrolment.objects.select_related("user").in_bulk(furthest)
    return Comparison(
        students=len(marks),
        up=sum(each is not None and each > 0 for each in steps.values()),
        down=sum(each is not None and each < 0 for each in steps.values()),
        other=sum(each is None for each in steps.values()),
        moves=[Move(people[pk], *moved[pk]) for pk in furthest],
        before=_statistic(totals_before.values()),
        after=_statistic(totals_after.values()),
    )


def _statistic(totals: Iterable[Decimal | None]) -> Statistic:
    known = [total for total in totals if total is not None]
    return Statistic(len(known), weighing.mean(sum(known, Decimal(0)), len(known)))


def fingerprint(plan: Plan) -> str:
    """A short word for the weights as stored: another one, and somebody has changed them."""
    return sha256(repr(stored(plan)).encode()).hexdigest()[:16]


def store_weights(cohort: Cohort, weights: Weights, *, seen: str, by: User) -> Plan:
    """Make these the weights of a cohort: its categories are these and no other.

    `seen` is the `fingerprint` of what the person saw. Raises `Refused` with nothing changed.
    """
    _instructor_only(by, cohort)
    titles = [each.title.casefold() for each in weights.categories]
    if not all(title.strip() for title in titles):
        raise Refused(_("Give every category a name."))
    if len(set(titles)) != len(titles):
        raise Refused(_("Two categories have the same name. Give each its own."))
    given = [each.weight for each in weights.categories]
    given += [each.weight for each in weights.columns if each.weight is not None]
    if not all(0 <= weight <= HIGHEST_WEIGHT and weight == round(weight, 2) for weight in given):
        raise Refused(_("A weight is a number from 0 to 9999.99 with at most two decimals."))
    with transaction.atomic():
        # One at a time; whoever joins takes this lock as well.
        Cohort.objects.select_for_update(no_key=True).order_by().get(pk=cohort.pk)
        before = plan(cohort)
        if fingerprint(before) != seen:
            raise Refused(
                _(
                    "Somebody else has changed the weights meanwhile. Yours are not stored. Open "
                    "the page anew to see theirs."
                )
            )
        known = {category.pk: category for category in before.categories}
        kept = {each.key for each in weights.categories}
        Category.objects.filter(cohort=cohort).exclude(pk__in=kept & known.keys()).delete()
        # Names may change places: out of each other's way first.
        for pk in kept & known.keys():
            Category.objects.filter(pk=pk).update(title=f"\x1f{pk}")
        places: dict[int, int] = {}
        for position, each in enumerate(weights.categories, start=1):
            fields = {
                "title": each.title,
                "weight": each.weight,
                "drop_lowest": each.drop_lowest,
                "position": position,
            }
            if each.key in known:
                Category.objects.filter(pk=each.key).update(**fields)
                places[each.key] = each.key
            else:
                places[each.key] = Category.objects.create(cohort=cohort, **fields).pk
        for column in weights.columns:
            if column.activity in before.place:
                GradeColumn.objects.update_or_create(
                    cohort=cohort,
                    activity_id=column.activity,
                    defaults={
                        "weight": column.weight,
                        "category_id": places.get(column.category or 0),
                    },
                )
        return plan(cohort)
