"""More time for those who are at work: one person, a group, or everybody at once.

Everybody concerned gets the same minutes on the clock, whatever their time factor: what was lost
was lost to all alike. Each gets an override of their own, so that nobody's own conditions stand in
the way; it holds for the attempt under way and for no later one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Cohort, Enrolment, Group, User
from courses.refusals import Refused
from quizzes.models import Attempt, Override, Quiz
from quizzes.sitting import attempts as verbs
from quizzes.times import availability, reopening, timing
from quizzes.times.conditions import Conditions, moved
from quizzes.times.holding import Book

MOST_MINUTES = 24 * 60
NOT_MINUTES = "Write a whole number of minutes from 1 to %(most)d, such as 10."
NOBODY = "None of them is at work, so there is nobody to give more time."
GIVEN_MEANWHILE = (
    "More time has been given since you looked, perhaps by this very button. Look at the ends as "
    "they would be now, and press it again if they are what you want."
)


@dataclass(frozen=True)
class Extension:
    """One attempt's end, as it is and as it would be; `changes` are those of an override."""

    attempt: Attempt
    end: datetime
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """What more time would do; `newest` is the override after which it was looked at (0: none)."""

    extended: Sequence[Extension]
    endless: int  # at work, with nothing that ends it
    others: int  # not at work: nothing changes for them
    newest: int
    seen: int = 0  # students who may have seen the answers already


def plan(
    cohort: Cohort,
    quiz: Quiz,
    *,
    to: Enrolment | Group | None,
    minutes: int,
    now: datetime,
    lock: bool = False,
) -> Plan:
    """The ends that so many minutes more would give these people (None: the whole cohort).

    An attempt in its grace gets them from now on. Seven queries, and those of
    `reopening.may_have_seen`; with `lock` the attempts stay as they are until the caller's
    transaction ends.
    """
    if not 1 <= minutes <= MOST_MINUTES:
        raise Refused(_(NOT_MINUTES) % {"most": MOST_MINUTES})
    people = _concerned(cohort, to)
    found = Attempt.objects.open().filter(quiz=quiz, enrolment__in=people)
    if lock:
        found = found.select_for_update(of=("self",))
    book = Book([quiz.pk], [cohort.pk])
    extended, endless = [], 0
    for attempt in found.select_related("enrolment__user", "enrolment__cohort").order_by("pk"):
        if verbs.is_overdue(attempt, now):
            continue
        if attempt.deadline is None:
            endless += 1
            continue
        holds = book.person(attempt.enrolment, quiz).at(attempt.started_at)
        extended.append(_extension(attempt, holds, timedelta(minutes=minutes), now))
    newest = Override.objects.filter(
        Q(enrolment__cohort=cohort) | Q(group__cohort=cohort), quiz=quiz
    ).aggregate(newest=Max("pk"))["newest"]
    extended.sort(key=lambda one: str(one.attempt.enrolment.user))
    others = people.count() - len(extended) - endless
    seen = reopening.may_have_seen(quiz, cohort=cohort, now=now) if extended else 0
    return Plan(extended, endless, others, newest or 0, seen)


def _concerned(cohort: Cohort, to: Enrolment | Group | None) -> Any:
    people = Enrolment.objects.active().students().filter(cohort=cohort).order_by()
    if isinstance(to, Group):
        return people.filter(pk__in=to.members.order_by().values("pk"))
    return people if to is None else people.filter(pk=to.pk)


def _extension(attempt: Attempt, holds: Conditions, more: timedelta, now: datetime) -> Extension:
    """Only what stands in the way is changed: the limit, the close, when it is due."""
    was: datetime = attempt.deadline  # type: ignore[assignment]  # the caller has looked
    wanted = max(was, now) + more
    factor = Fraction(holds.time_factor)
    seconds = ceil((wanted - attempt.started_at).total_seconds())
    changes: dict[str, Any] = {}
    limit, close = holds.time_limit.value, holds.closes_at.value
    if limit is not None and limit * factor < seconds:
        limit = changes["time_limit"] = ceil(seconds / factor)
    if close is not None and close < wanted:
        close = changes["closes_at"] = wanted
    # Whoever would not have been late does not become so by what was meant as a help.
    due = holds.due_at.value
    if due is not None and was <= due < wanted:
        changes["due_at"] = wanted
    end = availability.deadline(
        started_at=attempt.started_at,
        time_limit=limit,
        closes_at=close,
        time_factor=holds.time_factor,
    ).at
    moved_to = moved(to=end, was=was, now=now)
    return Extension(attempt, moved_to or wanted, changes)


def extend(
    cohort: Cohort,
    quiz: Quiz,
    *,
    to: Enrolment | Group | None,
    minutes: int,
    reason: str,
    newest: int,
    by: User,
    now: datetime,
    although_seen: bool = False,
) -> Plan:
    """Give these people so many minutes more; what was done, as `plan` showed it.

    `newest` is that of the plan that was looked at: where more time has been given since, nothing
    is changed, so that pressing twice, or two instructors at once, give it once. Raises `Refused`,
    and `reopening.Seen` where others may have seen the answers, unless that is meant.
    """
    timing.instructor_only(by, cohort)
    reason = timing.said_reason(reason)
    with transaction.atomic():
        # In the order of `timing`: the cohort, then its people, then attempts. The cohort's lock
        # also keeps two of us apart.
        Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
        timing.lock(_concerned(cohort, to))
        done = plan(cohort, quiz, to=to, minutes=minutes, now=now, lock=True)
        if done.newest != newest:
            raise Refused(_(GIVEN_MEANWHILE))
        if not done.extended:
            raise Refused(_(NOBODY))
        if done.seen and not although_seen:
            raise reopening.Seen(quiz, done.seen)
        attempts = [one.attempt for one in done.extended]
        # Past the newest start, so that it holds in each of them, and in none that begins later.
        expires_at = max([now, *(attempt.started_at for attempt in attempts)])
        Override.objects.bulk_create(
            Override(
                quiz=quiz,
                enrolment=one.attempt.enrolment,
                reason=reason,
                by=by,
                made_at=now,
                expires_at=expires_at + timedelta(seconds=1),
                **one.changes,
            )
            for one in done.extended
        )
        people = [attempt.enrolment_id for attempt in attempts]
        timing.follow(Attempt.objects.filter(quiz=quiz, enrolment__in=people), now=now)
    return done


def in_words(plan: Plan) -> str:
    """How many a plan concerns, and whom it leaves as they are."""
    said = [
        ngettext(
            "%(n)d student gets more time.", "%(n)d students get more time.", len(plan.extended)
        )
        % {"n": len(plan.extended)}
        if plan.extended
        else _(NOBODY)
    ]
    if plan.endless:
        said.append(
            ngettext(
                "Nothing ends the attempt of %(n)d.",
                "Nothing ends the attempts of %(n)d.",
                plan.endless,
            )
            % {"n": plan.endless}
        )
    if plan.others:
        said.append(
            ngettext(
                "Nothing changes for %(n)d who is not at work.",
                "Nothing changes for %(n)d who are not at work.",
                plan.others,
            )
            % {"n": plan.others}
        )
    return " ".join(said)
