"""What holds for whom in a quiz: quiz, cohort, schedule and overrides, looked up together."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    BigIntegerField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)

from courses.models import Enrolment, GradeColumn, Group, Record
from courses.models.prepared import Prepared
from quizzes.models import Attempt, Override, Quiz, Reveal, Schedule
from quizzes.sitting.behaviours import Rules
from quizzes.times import conditions
from quizzes.times.conditions import Conditions, Late, Special

SCHEDULED = ("opens_at", "due_at", "closes_at")
FIELDS = ("opens_at", "due_at", "closes_at", "time_limit", "attempts_allowed")
PLANNED = (*SCHEDULED, "password")
# A row of overrides, in the order of the fields of `Special`.
SPECIAL = ("pk", "made_at", "reason", "group__name", *FIELDS, "expires_at")
FIRST = len(PLANNED)  # where these begin in a row of `FOR_ONE`


def _beside(relation: str, quiz: Any) -> FilteredRelation:
    holds = {f"{relation}__quiz": quiz, f"{relation}__revoked_at__isnull": True}
    return FilteredRelation(relation, condition=Q(**holds))


# The schedule and the overrides come beside the enrolment, so that there is a row even without
# any. Somebody's own and their groups' multiply; both are few, and each is taken once.
def _for_one(quiz: Any, enrolment: Any) -> QuerySet[Enrolment]:
    return (
        Enrolment.objects.filter(pk=enrolment)
        .annotate(
            plan=FilteredRelation("cohort__schedules", condition=Q(cohort__schedules__quiz=quiz)),
            own=_beside("overrides", quiz),
            shared=_beside("groups__overrides", quiz),
        )
        .order_by()
    )


COLUMNS = (
    *(f"plan__{field}" for field in PLANNED),
    *(f"own__{field}" for field in SPECIAL),
    *(f"shared__{field}" for field in SPECIAL),
)
# The gradebook's part: whether its marks are hidden from students, and what was decided by hand.
BOOK = ("hidden", "override", "excused")


def _with_book(rows: QuerySet[Enrolment], quiz: Any) -> QuerySet[Enrolment]:
    mark = Record.objects.filter(enrolment=OuterRef("pk"), activity__quiz=quiz).order_by()
    column = GradeColumn.objects.filter(
        cohort=OuterRef("cohort"), activity__quiz=quiz, hidden=True
    ).order_by()
    return rows.annotate(
        hidden=Exists(column),
        override=Subquery(mark.values("override")[:1]),
        excused=Exists(mark.filter(excused=True)),
    )


FOR_ONE = Prepared[tuple[Any, ...]](
    lambda quiz, enrolment: _with_book(_for_one(quiz, enrolment), quiz).values_list(
        *COLUMNS, *BOOK
    ),
    quiz=BigIntegerField(),
    enrolment=BigIntegerField(),
)
# The same with the enrolment and its cohort themselves, and whether the answers were asked for.
ANEW = Prepared[Any](
    lambda quiz, enrolment: (
        _for_one(quiz, enrolment)
        .select_related("cohort")
        .annotate(
            revealed=Exists(Reveal.objects.filter(quiz=quiz, enrolment=enrolment)),
            **{_attribute(column): F(column) for column in COLUMNS},
        )
    ),
    quiz=BigIntegerField(),
    enrolment=BigIntegerField(),
)


def _attribute(column: str) -> str:
    return column.replace("__", "_of_")


@dataclass(frozen=True)
class Person:
    """Somebody in a quiz, with all that they were ever given in it and that was not revoked."""

    enrolment: Enrolment
    quiz: Quiz
    schedule: conditions.Schedule | None
    specials: Sequence[Special]
    # Known where one person was looked up (`person`), and not from a `Book`.
    hidden: bool = False  # the marks, from students
    override: Decimal | None = None
    excused: bool = False

    @property
    def password(self) -> str:
        """What the person's cohort is asked for before an attempt; "" for nothing."""
        return "" if self.schedule is None else self.schedule.password

    @property
    def is_ever_due(self) -> bool:
        """Whether a due time was ever set for them here; without one nothing is late."""
        planned = self.schedule is not None and self.schedule.due_at is not None
        return planned or any(special.due_at is not None for special in self.specials)

    def at(self, at: datetime) -> Conditions:
        """What holds in an attempt that begins at `at`."""
        return conditions.resolve(
            time_limit=self.quiz.time_limit,
            attempts_allowed=self.quiz.attempts_allowed,
            cohort_closes_at=self.enrolment.cohort.closes_at,
            schedule=self.schedule,
            time_factor=self.enrolment.time_factor,
            accommodation=self.enrolment.accommodation,
            specials=self.specials,
            late=Late(self.quiz.late_penalty, self.quiz.late_most),
            at=at,
        )

    def of(self, attempt: Attempt) -> Conditions:
        """What holds in an attempt of theirs; when it is due may move, what lateness costs not."""
        return replace(self.at(attempt.started_at), late=late_of(attempt))


def late_of(attempt: Attempt) -> Late:
    """What lateness costs in an attempt: what its student was told when it started."""
    rules = Rules.read(attempt.rules)
    if rules.late_penalty is None:
        return Late(attempt.quiz.late_penalty, attempt.quiz.late_most)
    most = Late.most if rules.late_most is None else rules.late_most
    return Late(rules.late_penalty, most)


def person(enrolment: Enrolment, quiz: Quiz) -> Person:
    """What holds for somebody in a quiz; one query. The enrolment comes with its cohort."""
    rows = FOR_ONE.all(quiz=quiz.pk, enrolment=enrolment.pk)
    found = _person(enrolment, quiz, [row[: -len(BOOK)] for row in rows])
    if not rows:
        return found
    hidden, override, excused = rows[0][-len(BOOK) :]
    return replace(found, hidden=bool(hidden), override=override, excused=bool(excused))


def hides(quiz: Quiz, cohort_id: int) -> bool:
    """Whether the marks of a quiz are hidden from the students of a cohort; one query."""
    return GradeColumn.objects.filter(
        cohort=cohort_id, activity=quiz.activity_id, hidden=True
    ).exists()


def anew(enrolment_id: int, quiz: Quiz) -> tuple[Person, bool]:
    """The same with the enrolment and its cohort as they are now, and whether this student has
    asked for the answers; one query."""
    rows = ANEW.all(quiz=quiz.pk, enrolment=enrolment_id)
    columns = [tuple(getattr(row, _attribute(column)) for column in COLUMNS) for row in rows]
    return _person(rows[0], quiz, columns), bool(rows[0].revealed)


def _person(enrolment: Enrolment, quiz: Quiz, rows: Sequence[tuple[Any, ...]]) -> Person:
    columns = {
        special[0]: special
        for row in rows
        for special in (row[FIRST : FIRST + len(SPECIAL)], row[FIRST + len(SPECIAL) :])
        if special[0] is not None
    }
    schedule = None
    if rows:
        opens_at, due_at, closes_at, password = rows[0][:FIRST]
        schedule = conditions.Schedule(opens_at, due_at, closes_at, password or "")
    return Person(enrolment, quiz, schedule, [Special(*row) for row in columns.values()])


class Book:
    """What holds for many people, or in many quizzes, looked up together; three queries."""

    def __init__(self, quizzes: Iterable[int], cohorts: Iterable[int]) -> None:
        quizzes, cohorts = set(quizzes), set(cohorts)
        self.schedules = {
            (quiz, cohort): conditions.Schedule(*times)
            for quiz, cohort, *times in Schedule.objects.filter(
                quiz__in=quizzes, cohort__in=cohorts
            ).values_list("quiz", "cohort", *SCHEDULED)
        }
        self.own: dict[tuple[int, int], list[Special]] = defaultdict(list)
        self.groups: dict[tuple[int, int], list[Special]] = defaultdict(list)
        for quiz, enrolment, group, *columns in (
            Override.objects.filter(
                Q(enrolment__cohort__in=cohorts) | Q(group__cohort__in=cohorts),
                quiz__in=quizzes,
                revoked_at__isnull=True,
            )
            .order_by("pk")
            .values_list("quiz", "enrolment", "group", *SPECIAL)
        ):
            kept = self.own[quiz, enrolment] if group is None else self.groups[quiz, group]
            kept.append(Special(*columns))
        self.groups_of: dict[int, list[int]] = defaultdict(list)
        for enrolment, group in Group.members.through.objects.filter(
            group__in={group for _quiz, group in self.groups}
        ).values_list("enrolment", "group"):
            self.groups_of[enrolment].append(group)

    def person(self, enrolment: Enrolment, quiz: Quiz) -> Person:
        specials = list(self.own.get((quiz.pk, enrolment.pk), ()))
        for group in self.groups_of.get(enrolment.pk, ()):
            specials += self.groups.get((quiz.pk, group), ())
        schedule = self.schedules.get((quiz.pk, enrolment.cohort_id))
        return Person(enrolment, quiz, schedule, specials)
