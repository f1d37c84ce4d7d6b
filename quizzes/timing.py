"""When a cohort may take a quiz, and what is different for its groups and people.

Instructors of the cohort set it. Each verb moves the ends of the open attempts concerned in its
own transaction. Locks are taken in one order everywhere: the cohort or group, then enrolments,
then attempts, each by its number; so whoever starts at the same moment comes before or after, and
gets the new conditions either way.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, F, FilteredRelation, Q, QuerySet
from django.utils.translation import gettext as _

from courses.models import Cohort, Enrolment, Group, Role, User
from courses.models.prepared import Prepared
from courses.refusals import Refused
from quizzes import conditions
from quizzes.availability import GRACE
from quizzes.conditions import Conditions, Special
from quizzes.models import Attempt, Override, Quiz, Schedule

LONGEST_REASON = 300

# --- What holds for whom -----------------------------------------------------------------------

SCHEDULED = ("opens_at", "due_at", "closes_at")
FIELDS = ("opens_at", "due_at", "closes_at", "time_limit", "attempts_allowed")
# A row of overrides, in the order of the fields of `Special`.
SPECIAL = ("pk", "made_at", "reason", "group__name", *FIELDS, "expires_at")


def _beside(relation: str, quiz: Any) -> FilteredRelation:
    holds = {f"{relation}__quiz": quiz, f"{relation}__revoked_at__isnull": True}
    return FilteredRelation(relation, condition=Q(**holds))


# The schedule and the overrides come beside the enrolment, so that there is a row even without
# any. Somebody's own and their groups' multiply; both are few, and each is taken once.
FOR_ONE = Prepared[tuple[Any, ...]](
    lambda quiz, enrolment: (
        Enrolment.objects.filter(pk=enrolment)
        .annotate(
            plan=FilteredRelation("cohort__schedules", condition=Q(cohort__schedules__quiz=quiz)),
            own=_beside("overrides", quiz),
            shared=_beside("groups__overrides", quiz),
        )
        .order_by()
        .values_list(
            *(f"plan__{field}" for field in SCHEDULED),
            *(f"own__{field}" for field in SPECIAL),
            *(f"shared__{field}" for field in SPECIAL),
        )
    ),
    quiz=BigIntegerField(),
    enrolment=BigIntegerField(),
)


@dataclass(frozen=True)
class Person:
    """Somebody in a quiz, with all that they were ever given in it and that was not revoked."""

    enrolment: Enrolment
    quiz: Quiz
    schedule: conditions.Schedule | None
    specials: Sequence[Special]

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
            at=at,
        )


def person(enrolment: Enrolment, quiz: Quiz) -> Person:
    """What holds for somebody in a quiz; one query. The enrolment comes with its cohort."""
    rows = FOR_ONE.all(quiz=quiz.pk, enrolment=enrolment.pk)
    columns = {
        special[0]: special
        for row in rows
        for special in (row[3 : 3 + len(SPECIAL)], row[3 + len(SPECIAL) :])
        if special[0] is not None
    }
    schedule = conditions.Schedule(*rows[0][:3]) if rows else None
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


def over_at(quiz: Quiz, *, cohort: Cohort, now: datetime) -> datetime | None:
    """When nobody can earn credit on the key of this quiz any more, or None for never yet.

    The latest close over all cohorts that study it, the extensions of groups and people that
    still hold, and the attempts under way. Cohorts to show the site with count only for their
    own people. Where rules overlap, the later one decides; three queries.
    """
    others = Q(demo=False) | Q(pk=cohort.pk)
    studying = Q(joining_open=True) | Q(
        enrolments__role=Role.STUDENT, enrolments__withdrawn_at__isnull=True
    )
    scheduled = (
        Cohort.objects.filter(others, studying | Q(pk=cohort.pk))
        .filter(course=quiz.activity.module.course_id)
        .annotate(plan=FilteredRelation("schedules", condition=Q(schedules__quiz=quiz.pk)))
        .annotate(planned=F("plan__closes_at"))
        .order_by()
        .distinct()
    )
    counted = {each.pk: each.planned or each.closes_at for each in scheduled}
    ends: list[datetime | None] = list(counted.values())
    newest: dict[int, datetime | None] = {}
    for enrolment, closes_at in (
        Override.objects.filter(
            Q(enrolment__cohort__in=counted, enrolment__withdrawn_at__isnull=True)
            | Q(group__cohort__in=counted),
            Q(expires_at__isnull=True) | Q(expires_at__gt=now),
            quiz=quiz,
            revoked_at__isnull=True,
            closes_at__isnull=False,
        )
        .order_by("made_at", "pk")
        .values_list("enrolment", "closes_at")
    ):
        if enrolment is None:
            ends.append(closes_at)
        else:
            newest[enrolment] = closes_at
    ends += newest.values()
    ends += (
        Attempt.objects.open()
        .filter(Q(closes_at__isnull=True) | Q(closes_at__gte=now))
        .filter(quiz=quiz, enrolment__cohort__in=counted)
        .order_by()
        .values_list("closes_at", flat=True)
        .distinct()
    )
    return conditions.latest(ends)


# --- Changing it -------------------------------------------------------------------------------


def _instructor(by: User, cohort: Cohort) -> None:
    """Raises `PermissionDenied` unless the person instructs the cohort."""
    if not (Enrolment.objects.active().of(by).filter(cohort=cohort, role=Role.INSTRUCTOR).exists()):
        raise PermissionDenied


def _reason(reason: str) -> str:
    said = " ".join(reason.split())
    if not said:
        raise Refused(_("Give a reason. The people concerned read it."))
    if len(said) > LONGEST_REASON:
        raise Refused(
            _("The reason is too long: at most %(most)d characters.") % {"most": LONGEST_REASON}
        )
    return said


def _lock(enrolments: QuerySet[Enrolment]) -> list[int]:
    """Keep these people from starting until the transaction ends.

    `no_key`: a grade is written beside it without waiting, which would be a deadlock.
    """
    return list(
        enrolments.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True)
    )


def set_schedule(
    cohort: Cohort,
    quiz: Quiz,
    *,
    opens_at: datetime | None,
    due_at: datetime | None,
    closes_at: datetime | None,
    by: User,
    now: datetime,
) -> Schedule:
    """Say when a cohort may take a quiz; None leaves a time to the cohort's own dates."""
    _instructor(by, cohort)
    _in_order(opens_at, due_at, closes_at)
    with transaction.atomic():
        Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
        _lock(Enrolment.objects.students().filter(cohort=cohort))
        schedule, _created = Schedule.objects.update_or_create(
            quiz=quiz,
            cohort=cohort,
            defaults={"opens_at": opens_at, "due_at": due_at, "closes_at": closes_at},
        )
        move_ends(Attempt.objects.filter(quiz=quiz, enrolment__cohort=cohort), now=now)
    return schedule


def _in_order(
    opens_at: datetime | None, due_at: datetime | None, closes_at: datetime | None
) -> None:
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise Refused(_("A quiz cannot close before it opens. Choose a later closing time."))
    if opens_at is not None and due_at is not None and due_at <= opens_at:
        raise Refused(_("It cannot be due before it opens. Choose a later time."))
    if due_at is not None and closes_at is not None and closes_at < due_at:
        raise Refused(_("It cannot close before it is due. Choose a later closing time."))


def give_override(
    quiz: Quiz,
    *,
    to: Enrolment | Group,
    changes: Mapping[str, Any],
    reason: str,
    by: User,
    now: datetime,
    expires_at: datetime | None = None,
) -> Override:
    """Give one person or one group other conditions in a quiz.

    `changes` maps the fields of `FIELDS` to values; None, or leaving one out, changes nothing.
    After `expires_at` no attempt begins under it any more; one under way goes on.
    """
    cohort = to.cohort
    _instructor(by, cohort)
    given = {field: value for field, value in changes.items() if value is not None}
    if set(given) - set(FIELDS):
        raise ValueError("Such a field cannot be overridden.")
    if not given:
        raise Refused(_("Say what is to be different: fill in at least one of the fields."))
    _in_order(given.get("opens_at"), given.get("due_at"), given.get("closes_at"))
    reason = _reason(reason)
    if expires_at is not None and expires_at <= now:
        raise Refused(_("The expiry lies in the past. Choose a later time, or leave it empty."))
    if quiz.activity.module.course_id != cohort.course_id:
        raise Refused(_("This cohort does not study this quiz."))
    if isinstance(to, Enrolment) and (to.teaches or to.withdrawn_at is not None):
        raise Refused(_("%(person)s does not study in this cohort.") % {"person": to.user})
    with transaction.atomic():
        concerned = _lock_concerned(to)
        override = Override.objects.create(
            quiz=quiz,
            enrolment=to if isinstance(to, Enrolment) else None,
            group=to if isinstance(to, Group) else None,
            reason=reason,
            by=by,
            made_at=now,
            expires_at=expires_at,
            **given,
        )
        move_ends(Attempt.objects.filter(quiz=quiz, enrolment__in=concerned), now=now)
    return override


def _lock_concerned(to: Enrolment | Group) -> list[int]:
    if isinstance(to, Enrolment):
        return _lock(Enrolment.objects.filter(pk=to.pk))
    Group.objects.select_for_update(no_key=True).get(pk=to.pk)
    return _lock(Enrolment.objects.filter(pk__in=_members(to)))


def _members(group: Group) -> QuerySet[Any]:
    return Group.members.through.objects.filter(group=group).values("enrolment")


def revoke_override(override: Override, *, by: User, now: datetime) -> Override:
    """Take an override back; the row stays to be read. Doing it twice changes nothing more."""
    to = override.enrolment or override.group
    if to is None:
        raise ValueError("An override names a person or a group.")
    _instructor(by, to.cohort)
    with transaction.atomic():
        concerned = _lock_concerned(to)
        Override.objects.filter(pk=override.pk, revoked_at__isnull=True).update(
            revoked_at=now, revoked_by=by
        )
        move_ends(Attempt.objects.filter(quiz=override.quiz_id, enrolment__in=concerned), now=now)
    override.refresh_from_db(fields=["revoked_at", "revoked_by"])
    return override


def change_time_factor(
    enrolment: Enrolment, *, factor: Decimal, reason: str, by: User, now: datetime
) -> Enrolment:
    """Set the standing factor on all time limits of a person, 1 to 10, and why."""
    _instructor(by, enrolment.cohort)
    if not (factor.is_finite() and 1 <= factor <= 10):
        raise Refused(_("A time factor lies between 1 and 10."))
    if enrolment.teaches or enrolment.withdrawn_at is not None:
        raise Refused(_("%(person)s does not study in this cohort.") % {"person": enrolment.user})
    reason = _reason(reason)
    with transaction.atomic():
        _lock(Enrolment.objects.filter(pk=enrolment.pk))
        Enrolment.objects.filter(pk=enrolment.pk).update(time_factor=factor, accommodation=reason)
        move_ends(Attempt.objects.filter(enrolment=enrolment), now=now)
    enrolment.time_factor, enrolment.accommodation = factor, reason
    return enrolment


def make_group(cohort: Cohort, *, name: str, by: User) -> Group:
    """Make a group without members in a cohort."""
    _instructor(by, cohort)
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise Refused(_("Give the group a name of at most 80 characters."))
    try:
        with transaction.atomic():
            return Group.objects.create(cohort=cohort, name=name)
    except IntegrityError:
        raise Refused(
            _("This cohort has a group “%(name)s” already. Choose another name.") % {"name": name}
        ) from None


def fill_group(group: Group, *, members: Iterable[Enrolment], by: User, now: datetime) -> Group:
    """Say who is in a group: these students, and nobody else."""
    _instructor(by, group.cohort)
    wanted = {member.pk for member in members}
    with transaction.atomic():
        Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        before = set(_members(group).values_list("enrolment", flat=True))
        touched = _lock(Enrolment.objects.filter(pk__in=before ^ wanted))
        of_cohort = Enrolment.objects.students().filter(cohort=group.cohort, pk__in=wanted)
        if of_cohort.count() != len(wanted):
            raise Refused(_("Only students of this cohort can be in its groups."))
        group.members.set(wanted)
        move_ends(Attempt.objects.filter(enrolment__in=touched), now=now)
    return group


def move_ends(attempts: QuerySet[Attempt], *, now: datetime) -> int:
    """Bring the ends of those attempts that are open in line with what holds now; how many moved.

    The caller owns the transaction, in which it has changed what holds. An end that would lie in
    the past is now: what has been acknowledged stays, and whoever meets the attempt next closes
    it. Five queries at most.
    """
    found = list(
        attempts.filter(state=Attempt.State.OPEN)
        .select_for_update(of=("self",))
        .select_related("quiz", "enrolment__cohort")
        .order_by("pk")
    )
    if not found:
        return 0
    book = Book(
        (attempt.quiz_id for attempt in found),
        (attempt.enrolment.cohort_id for attempt in found),
    )
    changed = []
    for attempt in found:
        holds = book.person(attempt.enrolment, attempt.quiz).at(attempt.started_at)
        end = holds.deadline(started_at=attempt.started_at, zone=attempt.enrolment.cohort.zone).at
        end = conditions.moved(to=end, was=attempt.deadline, now=now)
        if end != attempt.deadline:
            attempt.deadline = end
            attempt.closes_at = None if end is None else end + GRACE
            changed.append(attempt)
    Attempt.objects.bulk_update(changed, ["deadline", "closes_at"])
    return len(changed)


# --- To look at --------------------------------------------------------------------------------


def overrides_in(cohort: Cohort, quiz: Quiz) -> QuerySet[Override]:
    """What was ever given in a quiz to people and groups of a cohort, the newest first."""
    return (
        Override.objects.filter(Q(enrolment__cohort=cohort) | Q(group__cohort=cohort), quiz=quiz)
        .select_related("enrolment__user", "group", "by", "revoked_by")
        .order_by("-made_at", "-pk")
    )


@dataclass(frozen=True)
class Late:
    attempt: Attempt
    due_at: datetime


def late_attempts(cohort: Cohort, quiz: Quiz) -> Sequence[Late]:
    """What was handed in after it was due, in order of time; four queries."""
    book = Book([quiz.pk], [cohort.pk])
    late = []
    for attempt in (
        Attempt.objects.submitted()
        .filter(quiz=quiz, enrolment__cohort=cohort)
        .select_related("enrolment__user", "enrolment__cohort")
        .order_by("submitted_at", "pk")
    ):
        holds = book.person(attempt.enrolment, quiz).at(attempt.started_at)
        if holds.due_at.value is not None and holds.is_late(attempt.submitted_at):
            late.append(Late(attempt, holds.due_at.value))
    return late
