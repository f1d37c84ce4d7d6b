"""When a cohort may take a quiz, and what is different for its groups and people.

Instructors of the cohort set it. Each verb moves the ends of the open attempts concerned in its
own transaction. Locks are taken in one order everywhere: the cohort or group, then enrolments,
then attempts, each by its number; so whoever starts at the same moment comes before or after, and
gets the new conditions either way.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import roster, rosterfile
from courses.models import Cohort, Enrolment, Group, Record, Role, User
from courses.refusals import Refused
from quizzes.marks import ledger
from quizzes.models import Attempt, Override, OverrideMove, Quiz, Schedule
from quizzes.sitting.behaviours import Rules
from quizzes.times import availability, conditions
from quizzes.times.fitting import fitting, in_order
from quizzes.times.holding import FIELDS, SCHEDULED, Book
from quizzes.times.reopening import exams_of, nothing_seen

LONGEST_REASON = 300
LONGEST_PASSWORD = 64
COUNTED_BY = frozenset({"grade_method", "pass_mark"})  # of a quiz, for whoever has completed it too
OTHER_TIMES = (
    "Choose other times; or first give those who are named times that go with these, or take back"
    " what they were given."
)
CHANGED_MEANWHILE = (
    "Somebody has changed this since you opened the page, or not all of the page has come. What you"
    " chose stands below, and is not saved. Compare it with what holds now, and save again: {now}"
)
GIVE_FIRST = "First give those who are named times that go together, or change those of the quiz."

# --- Changing it -------------------------------------------------------------------------------


def instructor_only(by: User, cohort: Cohort) -> None:
    """Raises `PermissionDenied` unless the person instructs the cohort."""
    if not (Enrolment.objects.active().of(by).filter(cohort=cohort, role=Role.INSTRUCTOR).exists()):
        raise PermissionDenied


def said_reason(reason: str) -> str:
    """A reason as it is stored; `Refused` if there is none, or too much of it."""
    said = " ".join(reason.split())
    if not said:
        raise Refused(_("Give a reason. The people concerned read it."))
    if len(said) > LONGEST_REASON:
        raise Refused(
            _("The reason is too long: at most %(most)d characters.") % {"most": LONGEST_REASON}
        )
    return said


def lock(enrolments: QuerySet[Enrolment]) -> list[int]:
    """Keep these people from starting until the transaction ends.

    `no_key`: a grade is written beside it without waiting, which would be a deadlock.
    """
    return list(
        enrolments.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True)
    )


def hold(cohort: Cohort) -> tuple[Cohort, list[int]]:
    """Nobody of the cohort starts, joins or is given other times until the transaction ends.

    The cohort as it is now, and who they are, by enrolment. Whoever joins takes the cohort's lock
    too, so nobody is missed (`courses.enrolment`).
    """
    held = Cohort.objects.select_for_update(no_key=True).order_by().get(pk=cohort.pk)
    groups = Group.objects.filter(cohort=cohort).order_by("pk")
    list(groups.select_for_update(no_key=True).values_list("pk"))
    return held, lock(Enrolment.objects.filter(cohort=cohort))


def schedule_digest(schedule: Schedule) -> str:
    """By which a page that was opened before knows whether the times were changed since."""
    return digest_of([getattr(schedule, name) for name in (*SCHEDULED, "password")])


def members_digest(members: Collection[int]) -> str:
    """The same of who is in a group, by enrolment."""
    return digest_of(sorted(members))


def digest_of(what: object) -> str:
    """By which a page is known that shows this, and no other."""
    return hashlib.sha256(repr(what).encode()).hexdigest()


def set_schedule(
    cohort: Cohort,
    quiz: Quiz,
    *,
    opens_at: datetime | None,
    due_at: datetime | None,
    closes_at: datetime | None,
    by: User,
    now: datetime,
    password: str | None = None,
    although_seen: bool = False,
    shown: str | None = None,
) -> Schedule:
    """Say when a cohort may take a quiz; None leaves a time to the cohort's own dates.

    Refused where that contradicts what some were given, and where other times hold than those
    `shown` (`schedule_digest`). Raises `Seen` where somebody could earn
    more than before with answers that others may have seen, unless that is meant.

    With a `password` only those who know it start; "" asks for none, None leaves it as it is.
    """
    instructor_only(by, cohort)
    in_order(opens_at, due_at, closes_at)
    changes: dict[str, Any] = {"opens_at": opens_at, "due_at": due_at, "closes_at": closes_at}
    if password is not None:
        changes["password"] = password.strip()
        if len(changes["password"]) > LONGEST_PASSWORD:
            raise Refused(
                _("The password is too long: at most %(most)d characters.")
                % {"most": LONGEST_PASSWORD}
            )
    with transaction.atomic():
        held, people = hold(cohort)
        if shown is not None:
            stands = Schedule.objects.filter(quiz=quiz, cohort=cohort).first() or Schedule()
            if schedule_digest(stands) != shown:
                raise Refused(
                    _(CHANGED_MEANWHILE).format(now=_schedule_in_words(stands, held, now))
                )
        with (
            nothing_seen([quiz], cohort, people, although_seen=although_seen, now=now),
            fitting([quiz], held, now=now, todo=_(OTHER_TIMES)),
        ):
            schedule, _created = Schedule.objects.update_or_create(
                quiz=quiz, cohort=cohort, defaults=changes
            )
        follow(Attempt.objects.filter(quiz=quiz, enrolment__cohort=cohort), now=now)
    return schedule


def _schedule_in_words(schedule: Schedule, cohort: Cohort, now: datetime) -> str:
    def clock(instant: datetime | None) -> str:
        return "–" if instant is None else availability.clock(instant, zone=cohort.zone, beside=now)

    said = _("opens %(opens)s, due %(due)s, closes %(closes)s;") % {
        "opens": clock(schedule.opens_at),
        "due": clock(schedule.due_at),
        "closes": clock(schedule.closes_at),
    }
    return f"{said} {_('a password.') if schedule.password else _('no password.')}"


def give_override(
    quiz: Quiz,
    *,
    to: Enrolment | Group,
    changes: Mapping[str, Any],
    reason: str,
    by: User,
    now: datetime,
    expires_at: datetime | None = None,
    although_seen: bool = False,
) -> Override:
    """Give one person or one group other conditions in a quiz.

    `changes` maps the fields of `FIELDS` to values; None, or leaving one out, changes nothing.
    After `expires_at` no attempt begins under it any more; one under way goes on. Refused where it
    contradicts what holds for them otherwise. Raises `Seen` where they could earn more than before
    with answers that others may have seen, unless that is meant. Giving the same twice, one after
    the other, gives it once.
    """
    cohort = to.cohort
    instructor_only(by, cohort)
    given = {field: value for field, value in changes.items() if value is not None}
    if set(given) - set(FIELDS):
        raise ValueError("Such a field cannot be overridden.")
    if not given:
        raise Refused(_("Say what is to be different: fill in at least one of the fields."))
    in_order(given.get("opens_at"), given.get("due_at"), given.get("closes_at"))
    reason = said_reason(reason)
    if expires_at is not None and expires_at <= now:
        raise Refused(_("The expiry lies in the past. Choose a later time, or leave it empty."))
    if quiz.activity.module.course_id != cohort.course_id:
        raise Refused(_("This cohort does not study this quiz."))
    if isinstance(to, Enrolment) and (to.teaches or to.withdrawn_at is not None):
        raise Refused(_("%(person)s does not study in this cohort.") % {"person": to.user})
    with transaction.atomic():
        concerned = _lock_concerned(to)
        whose: dict[str, Any] = {
            "quiz": quiz,
            "enrolment": to if isinstance(to, Enrolment) else None,
            "group": to if isinstance(to, Group) else None,
        }
        asked = dict.fromkeys(FIELDS) | given | {"reason": reason, "expires_at": expires_at}
        last = Override.objects.filter(**whose).order_by("-made_at", "-pk").first()
        if last is not None and last.revoked_at is None:
            same = all(getattr(last, name) == value for name, value in asked.items())
            if same and last.by_id == by.pk:
                return last  # pressed twice
        fits = (
            nullcontext()
            if given.keys().isdisjoint(SCHEDULED)
            else fitting([quiz], _as_it_is(cohort), now=now)
        )
        with (
            nothing_seen([quiz], cohort, concerned, although_seen=although_seen, now=now),
            fits,
        ):
            override = Override.objects.create(**whose, **asked, by=by, made_at=now)
        theirs = Attempt.objects.filter(quiz=quiz, enrolment__in=concerned)
        follow(theirs, now=now)
        if "attempts_allowed" in given:
            count_used_up(theirs, now=now)
    return override


def _lock_concerned(to: Enrolment | Group) -> list[int]:
    if isinstance(to, Enrolment):
        return lock(Enrolment.objects.filter(pk=to.pk))
    Group.objects.select_for_update(no_key=True).get(pk=to.pk)
    return lock(Enrolment.objects.filter(pk__in=_members(to)))


def _as_it_is(cohort: Cohort) -> Cohort:
    """A cohort after locks of some of it are held: its last day may have changed meanwhile."""
    return Cohort.objects.get(pk=cohort.pk)


def _members(group: Group) -> QuerySet[Any]:
    return Group.members.through.objects.filter(group=group).values("enrolment")


def revoke_override(
    override: Override, *, by: User, now: datetime, although_seen: bool = False
) -> Override:
    """Take an override back; the row stays to be read. Doing it twice changes nothing more.

    Refused where what is left contradicts itself. Raises `Seen` where it stood in the way of more,
    as `give_override` does.
    """
    to = override.enrolment or override.group
    if to is None:
        raise ValueError("An override names a person or a group.")
    instructor_only(by, to.cohort)
    with transaction.atomic():
        concerned = _lock_concerned(to)
        quizzes = [override.quiz]
        with (
            nothing_seen(quizzes, to.cohort, concerned, although_seen=although_seen, now=now),
            fitting(quizzes, _as_it_is(to.cohort), now=now, todo=_(GIVE_FIRST)),
        ):
            Override.objects.filter(pk=override.pk, revoked_at__isnull=True).update(
                revoked_at=now, revoked_by=by
            )
        theirs = Attempt.objects.filter(quiz=override.quiz_id, enrolment__in=concerned)
        follow(theirs, now=now)
        if override.attempts_allowed is not None:
            count_used_up(theirs, now=now)
    override.refresh_from_db(fields=["revoked_at", "revoked_by"])
    return override


def change_time_factor(
    enrolment: Enrolment,
    *,
    factor: Decimal,
    reason: str,
    by: User,
    now: datetime,
    although_seen: bool = False,
) -> Enrolment:
    """Set the standing factor on all time limits of a person, 1.00 to 10.00, and why.

    Raises `Seen` as `give_override` does.
    """
    instructor_only(by, enrolment.cohort)
    if not (factor.is_finite() and 1 <= factor <= 10):
        raise Refused(_("A time factor lies between 1 and 10."))
    if factor != round(factor, 2):
        # The column would round it, and the student be told another end than the one that holds.
        raise Refused(_("A time factor has at most two decimals."))
    if enrolment.teaches or enrolment.withdrawn_at is not None:
        raise Refused(_("%(person)s does not study in this cohort.") % {"person": enrolment.user})
    reason = said_reason(reason)
    with transaction.atomic():
        concerned = lock(Enrolment.objects.filter(pk=enrolment.pk))
        cohort = enrolment.cohort
        with nothing_seen(
            exams_of(cohort), cohort, concerned, although_seen=although_seen, now=now
        ):
            Enrolment.objects.filter(pk=enrolment.pk).update(
                time_factor=factor, accommodation=reason
            )
        move_ends(Attempt.objects.filter(enrolment=enrolment), now=now)
    enrolment.time_factor, enrolment.accommodation = factor, reason
    return enrolment


def make_group(cohort: Cohort, *, name: str, by: User) -> Group:
    """Make a group without members in a cohort."""
    instructor_only(by, cohort)
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


def fill_group(
    group: Group,
    *,
    members: Iterable[Enrolment],
    by: User,
    now: datetime,
    although_seen: bool = False,
    shown: str | None = None,
) -> Group:
    """Say who is in a group: these students, and nobody else.

    Refused where their times would contradict each other then, and where others are in it than
    those `shown` (`members_digest`). Raises `Seen` as `give_override`
    does.
    """
    cohort = group.cohort
    instructor_only(by, cohort)
    wanted = {member.pk for member in members}
    with transaction.atomic():
        Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        before = set(_members(group).values_list("enrolment", flat=True))
        if shown is not None and members_digest(before) != shown:
            people = Enrolment.objects.filter(pk__in=before).select_related("user").order_by("pk")
            names = ", ".join(str(member.user) for member in people) or _("nobody")
            raise Refused(_(CHANGED_MEANWHILE).format(now=names + "."))
        touched = lock(Enrolment.objects.filter(pk__in=before ^ wanted))
        of_cohort = Enrolment.objects.students().filter(cohort=cohort, pk__in=wanted)
        if of_cohort.count() != len(wanted):
            raise Refused(_("Only students of this cohort can be in its groups."))
        with (
            nothing_seen(exams_of(cohort), cohort, touched, although_seen=although_seen, now=now),
            fitting(_given_to_groups(cohort), _as_it_is(cohort), now=now, todo=_(GIVE_FIRST)),
        ):
            group.members.set(wanted)
        _regrouped(touched, now=now)
    return group


def _given_to_groups(cohort: Cohort) -> list[Quiz]:
    """The quizzes in which it matters who is in which group of a cohort; one query."""
    return list(
        Quiz.objects.filter(overrides__group__cohort=cohort, overrides__revoked_at__isnull=True)
        .select_related("activity__module")
        .order_by("activity__module__position", "activity__position", "pk")
        .distinct()
    )


def _regrouped(people: Collection[int], *, now: datetime) -> None:
    theirs = Attempt.objects.filter(enrolment__in=people)
    follow(theirs, now=now)
    count_used_up(theirs, now=now)


def bring_in(
    cohort: Cohort,
    reading: rosterfile.Reading,
    *,
    digest: str,
    by: User,
    now: datetime,
    although_seen: bool = False,
) -> roster.Done:
    """`roster.commit`, and what follows for the quizzes of who was here and joins a group.

    Refused as `fill_group` is. Raises `Seen` as `give_override` does: for them, and for who comes
    back.
    """
    with transaction.atomic():
        held = Cohort.objects.select_for_update(no_key=True).order_by().get(pk=cohort.pk)
        here = list(Enrolment.objects.filter(cohort=cohort).values_list("pk", flat=True))
        with (
            nothing_seen(exams_of(cohort), cohort, here, although_seen=although_seen, now=now),
            fitting(_given_to_groups(cohort), held, now=now, todo=_(GIVE_FIRST)),
        ):
            return roster.commit(
                cohort,
                reading,
                digest=digest,
                by=by,
                now=now,
                regrouped=lambda people: _regrouped(people, now=now),
                although_seen=although_seen,
            )


def settings_changed(
    what: Cohort | Enrolment | Quiz, *, now: datetime, fields: Collection[str] | None = None
) -> int:
    """Follow a change that was made at the editors' desk, in the same transaction as the change.

    A cohort's last day or zone, a person's time factor, a quiz's settings: open attempts get
    their new ends and late ones their new deductions. What counts of a quiz is worked out again
    if one of `fields`, those that changed (None: any may have), is what it goes by: that reads
    every attempt, while nobody starts. How many ends moved.
    """
    with transaction.atomic():
        if isinstance(what, Enrolment):
            concerned = Attempt.objects.filter(enrolment=what)
            lock(Enrolment.objects.filter(pk=what.pk))
        else:
            cohorts = Cohort.objects.filter(pk=what.pk)
            concerned = Attempt.objects.filter(enrolment__cohort=what.pk)
            if isinstance(what, Quiz):
                cohorts = Cohort.objects.filter(course=what.activity.module.course_id)
                concerned = Attempt.objects.filter(quiz=what)
            locked = cohorts.order_by("pk").select_for_update(no_key=True)
            lock(Enrolment.objects.filter(cohort__in=[cohort.pk for cohort in locked]))
        moved = follow(concerned, now=now)
        if isinstance(what, Quiz):
            if fields is None or not COUNTED_BY.isdisjoint(fields):
                count_anew(concerned, now=now)
            elif "attempts_allowed" in fields:
                count_used_up(concerned, now=now)
        return moved


def follow(attempts: QuerySet[Attempt], *, now: datetime) -> int:
    """Bring attempts in line with what holds now: the ends of open ones, what lateness costs the
    others. How many ends moved. The caller owns the transaction and holds the enrolments' locks.
    """
    moved = move_ends(attempts, now=now)
    count_lateness(attempts, now=now)
    return moved


def count_lateness(attempts: QuerySet[Attempt], *, now: datetime) -> int:
    """Work out again which of these attempts that are handed in were late, and what that costs.

    By when they are due now, and by the late policy that each was started under. How many changed
    their cost; the ledger follows. One query where nothing is late, or was, or costs anything.
    """
    had_policy = Q(rules__has_key="late_most") | Q(quiz__late_penalty__gt=0) | Q(deduction__gt=0)
    due = {"quiz": OuterRef("quiz"), "due_at__lt": OuterRef("submitted_at")}
    theirs = Q(enrolment=OuterRef("enrolment")) | Q(group__isnull=False)
    was_late = Record.objects.filter(
        enrolment=OuterRef("enrolment"), activity=OuterRef("quiz__activity"), late=True
    )
    found = list(
        attempts.filter(state=Attempt.State.SUBMITTED)
        .annotate(was_late=Exists(was_late.order_by()))
        .filter(
            had_policy
            | Q(was_late=True)
            | Exists(Schedule.objects.filter(cohort=OuterRef("enrolment__cohort"), **due))
            | Exists(Override.objects.filter(theirs, **due))
        )
        .select_for_update(of=("self",))
        .select_related("quiz__activity", "enrolment__cohort")
        .order_by("pk")
    )
    if not found:
        return 0
    book = Book(
        {attempt.quiz_id for attempt in found},
        {attempt.enrolment.cohort_id for attempt in found},
    )
    changed, told = [], {}
    for attempt in found:
        holds = book.person(attempt.enrolment, attempt.quiz).of(attempt)
        if attempt.submitted_at is None:
            continue  # no such row: a constraint says so
        deduction = holds.deduction(attempt.submitted_at)
        costs_other = deduction != attempt.deduction
        if costs_other:
            attempt.deduction = deduction
            changed.append(attempt)
        if costs_other or attempt.was_late or holds.is_late(attempt.submitted_at):
            told[attempt.enrolment_id, attempt.quiz_id] = attempt
    Attempt.objects.bulk_update(changed, ["deduction"])
    ledger.record_all(list(told.values()), now=now)
    return len(changed)


def count_used_up(attempts: QuerySet[Attempt], *, now: datetime) -> None:
    """Tell the ledger who has completed a quiz because fewer attempts are allowed by now.

    Nobody loses a completion by more of them. The caller owns the transaction and holds the
    enrolments' locks. One query where nobody is concerned.
    """
    under_way = Record.objects.filter(
        enrolment=OuterRef("enrolment"),
        activity=OuterRef("quiz__activity"),
        completed_at__isnull=True,
    )
    count_anew(attempts.filter(Exists(under_way.order_by())), now=now)


def count_anew(attempts: QuerySet[Attempt], *, now: datetime) -> None:
    """Tell the ledger again what counts for whoever has handed any of these in.

    By the grade method and the pass mark as they are now; a completion once reached stays. The
    caller owns the transaction and holds the enrolments' locks. One query where nobody is
    concerned.
    """
    found = (
        attempts.filter(state=Attempt.State.SUBMITTED)
        .select_related("quiz__activity", "enrolment__cohort")
        .order_by("pk")
    )
    newest = {(attempt.enrolment_id, attempt.quiz_id): attempt for attempt in found}
    ledger.record_all(list(newest.values()), now=now)


def move_ends(attempts: QuerySet[Attempt], *, now: datetime) -> int:
    """Bring the ends of those attempts that are open in line with what holds now; how many moved.

    The caller owns the transaction, in which it has changed what holds. An end that would lie in
    the past is now: what has been acknowledged stays, and whoever meets the attempt next closes
    it. More time for an attempt in its grace opens its questions again. Five queries at most.
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
            attempt.closes_at = availability.closes_at(end, Rules.read(attempt.rules))
            changed.append(attempt)
    Attempt.objects.bulk_update(changed, ["deadline", "closes_at"])
    return len(changed)


# --- To look at --------------------------------------------------------------------------------


def overrides_in(cohort: Cohort, quiz: Quiz) -> QuerySet[Override]:
    """What was ever given in a quiz to people and groups of a cohort, the newest first."""
    return (
        Override.objects.filter(Q(enrolment__cohort=cohort) | Q(group__cohort=cohort), quiz=quiz)
        .select_related("enrolment__user", "group", "by", "revoked_by")
        .prefetch_related("moves__by")
        .order_by("-made_at", "-pk")
    )


# What a move of all dates can have moved, in words.
MOVED = {
    "opens_at": gettext_lazy("opens"),
    "due_at": gettext_lazy("due"),
    "closes_at": gettext_lazy("closes"),
    "expires_at": gettext_lazy("expires"),
}


def moves_of(override: Override) -> list[tuple[str, OverrideMove]]:
    """How its dates were moved with those of the cohort, in order of time, with their words."""
    return [(str(MOVED[move.field]), move) for move in override.moves.all()]


def abandoned_in(cohort: Cohort, quiz: Quiz) -> QuerySet[Attempt]:
    """What was not handed in and does not count, or counts after all, in order of time."""
    return (
        Attempt.objects.filter(quiz=quiz, enrolment__cohort=cohort)
        .filter(Q(state=Attempt.State.ABANDONED) | Q(acceptance__isnull=False))
        .select_related("enrolment__user", "acceptance__by")
        .order_by("submitted_at", "pk")
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


@dataclass(frozen=True)
class Cut:
    """Somebody whose time limit the close cuts, both in seconds."""

    enrolment: Enrolment
    allowed: int  # by their limit, the time factor included
    left: int  # until it closes for them
    under_way: bool


def cut_short(cohort: Cohort, quiz: Quiz, *, now: datetime) -> list[Cut]:
    """The students whose time limit ends after the quiz has closed for them, by name.

    Who is at work counts from their start; who may start yet, from the opening, or from now once
    it is open. Five queries at most.
    """
    used: dict[int, int] = {}
    at_work: dict[int, datetime] = {}
    for key, state, begun in (
        Attempt.objects.filter(quiz=quiz, enrolment__cohort=cohort)
        .order_by()
        .values_list("enrolment", "state", "started_at")
    ):
        used[key] = used.get(key, 0) + 1
        if state == Attempt.State.OPEN:
            at_work[key] = begun
    book = Book([quiz.pk], [cohort.pk])
    found = []
    for enrolment in (
        Enrolment.objects.active()
        .students()
        .filter(cohort=cohort)
        .select_related("user", "cohort")
        .order_by("user__name_key", "user__username")
    ):
        started_at = at_work.get(enrolment.pk)
        holds = book.person(enrolment, quiz).at(started_at or now)
        closes_at, limit = holds.closes_at.value, holds.time_limit.value
        most = holds.attempts_allowed.value
        if closes_at is None or limit is None or closes_at <= now:
            continue
        if started_at is None and most is not None and used.get(enrolment.pk, 0) >= most:
            continue
        start = started_at or max(now, holds.opens_at.value or now)
        alone, closed = (
            availability.receipt(
                now=start, time_limit=limit, closes_at=close, time_factor=holds.time_factor
            )
            for close in (None, closes_at)
        )
        if (alone.seconds or 0) > (closed.seconds or 0):
            cut = Cut(enrolment, alone.seconds or 0, closed.seconds or 0, started_at is not None)
            found.append(cut)
    return found
