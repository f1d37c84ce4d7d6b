"""A quiz as it goes on in a cohort: who is at work, how far, until when, and who is not heard of.

Looking changes nothing: an attempt whose time is up is shown as over, and closed by whoever else
meets it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    FilteredRelation,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Cohort, Enrolment, Group
from courses.models.prepared import Prepared
from quizzes.models import Attempt, Item, Quiz, Response
from quizzes.sitting import attempts as verbs
from quizzes.sitting.behaviours import Rules
from quizzes.times import availability
from quizzes.times.conditions import Conditions, Setting
from quizzes.times.holding import Book

# A page tells at least every minute that it is there, or saves.
SILENT = timedelta(seconds=60)
FAR = timedelta(days=1)
BESIDE = timedelta(seconds=10)


class Stage(StrEnum):
    NOT_STARTED = "not_started"
    WORKING = "working"
    GRACE = "grace"
    HANDED_IN = "handed_in"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class Row:
    """One student, by the newest of their attempts."""

    enrolment: Enrolment
    stage: Stage
    attempt: Attempt | None = None
    answered: int = 0
    asked: int = 0
    unsaved: int = 0
    heard_at: datetime | None = None
    ends_at: datetime | None = None  # until when something can be done
    seconds_left: int | None = None
    why: Sequence[str] = ()  # the end is another than for everybody
    troubles: Sequence[str] = ()

    @property
    def left(self) -> str:
        """The time left in words, by the minute begun; the page's script counts on from it."""
        if self.seconds_left is None:
            return ""
        return availability.in_words(-(-self.seconds_left // 60) * 60)


@dataclass(frozen=True)
class Room:
    rows: Sequence[Row]
    groups: Sequence[tuple[Group, frozenset[int]]]  # with the primary keys of their members
    # Until then nothing here changes by time alone.
    fresh_until: datetime

    def count(self, stage: Stage) -> int:
        return self._counts[stage]

    @property
    def _counts(self) -> Mapping[Stage, int]:
        return Counter(row.stage for row in self.rows)

    @property
    def troubled(self) -> int:
        return sum(bool(row.troubles) for row in self.rows)

    @property
    def sentence(self) -> str:
        """The first line of the page."""
        if not self.rows:
            return _("Nobody studies here now.")
        counts = self._counts
        working = counts[Stage.WORKING]
        said = [
            ngettext("%(n)d of %(all)d is working", "%(n)d of %(all)d are working", working)
            % {"n": working, "all": len(self.rows)}
            if working
            else _("Nobody is working now")
        ]
        said += [
            words(counts[stage]) % {"n": counts[stage]}
            for stage, words in IN_WORDS.items()
            if counts[stage]
        ]
        trouble = ""
        if self.troubled:
            trouble = ngettext(
                "; %(n)d has connection trouble", "; %(n)d have connection trouble", self.troubled
            ) % {"n": self.troubled}
        return f"{', '.join(said)}{trouble}."


IN_WORDS = {
    Stage.GRACE: lambda n: ngettext(
        "%(n)d may still hand in what is saved", "%(n)d may still hand in what is saved", n
    ),
    Stage.HANDED_IN: lambda n: ngettext("%(n)d has handed in", "%(n)d have handed in", n),
    Stage.ABANDONED: lambda n: ngettext(
        "%(n)d ended without handing in", "%(n)d ended without handing in", n
    ),
    Stage.NOT_STARTED: lambda n: ngettext("%(n)d has not started", "%(n)d have not started", n),
}


# --- Whether anything has changed --------------------------------------------------------------


def _text(column: str) -> Cast:
    """As text: to be compared, and not to be made into instants at a third of the cost."""
    return Cast(column, CharField())


# What a page shows of a student comes from these columns, or with a new answer (of anybody,
# anywhere: to ask whose costs more than to look again). Names and groups follow with the next of
# them.
STATES = Prepared[tuple[Any, ...]](
    lambda quiz, cohort: (
        Enrolment.objects.active()
        .students()
        .filter(cohort=cohort)
        .annotate(
            sat=FilteredRelation("attempts", condition=Q(attempts__quiz=quiz)),
            newest=Subquery(Response.objects.order_by("-pk").values("pk")[:1]),
        )
        .order_by("pk", "sat__number")
        .values_list(
            "pk",
            "newest",
            "sat__number",
            "sat__state",
            _text("sat__deadline"),
            _text("sat__closes_at"),
            _text("sat__presence__seen_at"),
            "sat__presence__unsaved",
            "sat__presence__failures",
        )
    ),
    quiz=BigIntegerField(),
    cohort=BigIntegerField(),
)


def fingerprint(quiz: Quiz, cohort: Cohort) -> str:
    """What changes with anything that the page shows, other than by time alone; one query."""
    rows = json.dumps(STATES.all(quiz=quiz.pk, cohort=cohort.pk), default=str)
    return hashlib.sha256(rows.encode()).hexdigest()[:20]


def tag(mark: str, fresh_until: datetime) -> str:
    """The ETag of a page with this fingerprint, which holds until then."""
    return f'"{mark}-{int(fresh_until.timestamp())}"'


def is_fresh(given: str, mark: str, *, now: datetime) -> bool:
    """Whether a page that was sent with the ETag `given` is still the one that holds."""
    before, _dash, until = given.strip().removeprefix("W/").strip('"').rpartition("-")
    return before == mark and until.isdecimal() and len(until) < 16 and now.timestamp() < int(until)


# --- The room ----------------------------------------------------------------------------------


def room(quiz: Quiz, cohort: Cohort, *, now: datetime) -> Room:
    """Every student of a cohort in a quiz, by name; seven queries."""
    people = list(
        Enrolment.objects.active().students().filter(cohort=cohort).select_related("user")
    )
    newest: dict[int, Attempt] = {}
    of_these = Attempt.objects.filter(quiz=quiz, enrolment__cohort=cohort)
    for attempt in (
        of_these.select_related("presence").defer("sheet", "sections").order_by("number")
    ):
        newest[attempt.enrolment_id] = attempt
    answers = {
        row["attempt"]: row
        for row in Item.objects.current()
        .filter(attempt__in=of_these)
        .order_by()
        .annotate(
            said=Subquery(NEWEST.annotate(given=GIVEN).values("given")[:1]),
            saved=Subquery(NEWEST.values("saved_at")[:1]),
        )
        .values("attempt")
        .annotate(asked=Count("pk"), answered=Count("said"), saved_at=Max("saved"))
    }
    book = Book([quiz.pk], [cohort.pk])
    rows, turns = [], [now + FAR]
    for enrolment in people:
        enrolment.cohort = cohort
        attempt_of = newest.get(enrolment.pk)
        if attempt_of is None:
            rows.append(Row(enrolment, Stage.NOT_STARTED))
            continue
        attempt_of.quiz = quiz
        holds = book.person(enrolment, quiz).at(attempt_of.started_at)
        row = _row(enrolment, attempt_of, answers.get(attempt_of.pk, {}), holds, now)
        rows.append(row)
        turns += [turn for turn in _turns(row) if turn > now]
    members: dict[int, set[int]] = {}
    for group, enrolment_id in Group.members.through.objects.filter(
        group__cohort=cohort
    ).values_list("group", "enrolment"):
        members.setdefault(group, set()).add(enrolment_id)
    groups = [
        (group, frozenset(members.get(group.pk, ())))
        for group in Group.objects.filter(cohort=cohort)
    ]
    return Room(rows, groups, min(turns))


NEWEST = Response.objects.filter(item=OuterRef("pk")).order_by("-revision")
# 1 for an answer with something in it, nothing for one that was taken back.
GIVEN = Case(When(answer__isnull=False, then=Value(1)), output_field=IntegerField())


def _row(
    enrolment: Enrolment,
    attempt: Attempt,
    answers: Mapping[str, Any],
    holds: Conditions,
    now: datetime,
) -> Row:
    stage = _stage(attempt, now)
    sign = getattr(attempt, "presence", None)
    saved_at = answers.get("saved_at")
    signs = [attempt.started_at, saved_at, sign and sign.seen_at]
    heard_at = max(at for at in signs if at is not None)
    at_work = stage in (Stage.WORKING, Stage.GRACE)
    ends_at = attempt.closes_at if stage is Stage.GRACE else attempt.deadline
    zone = enrolment.cohort.zone
    troubles = []
    if stage is Stage.WORKING:
        if now - heard_at > SILENT:
            since = availability.clock(heard_at, zone=zone, beside=now)
            troubles.append(_("nothing heard since %(since)s") % {"since": since})
        # A save that has come through since, or on the way beside it, ends a row of failures.
        over = sign is not None and saved_at is not None and saved_at > sign.seen_at - BESIDE
        if sign is not None and sign.failures and not over:
            troubles.append(
                ngettext(
                    "%(n)d save did not come through",
                    "%(n)d saves did not come through",
                    sign.failures,
                )
                % {"n": sign.failures}
            )
    return Row(
        enrolment=enrolment,
        stage=stage,
        attempt=attempt,
        answered=answers.get("answered", 0),
        asked=answers.get("asked", 0),
        unsaved=sign.unsaved if sign is not None and stage is Stage.WORKING else 0,
        heard_at=heard_at,
        ends_at=ends_at if at_work else attempt.submitted_at or ends_at,
        seconds_left=max(0, int((ends_at - now).total_seconds()))
        if at_work and ends_at is not None
        else None,
        why=_why(holds, zone) if at_work else (),
        troubles=troubles,
    )


def _stage(attempt: Attempt, now: datetime) -> Stage:
    """Where an attempt stands, whether or not somebody has noticed that its time is up."""
    if attempt.state == Attempt.State.SUBMITTED:
        return Stage.HANDED_IN
    if attempt.state == Attempt.State.ABANDONED:
        return Stage.ABANDONED
    if verbs.is_overdue(attempt, now):
        counts, _at = availability.ended(
            Rules.read(attempt.rules).at_zero,
            now=now,
            deadline=attempt.deadline,
            closes_at=attempt.closes_at,
        )
        return Stage.HANDED_IN if counts else Stage.ABANDONED
    return Stage.WORKING if verbs.takes_answers(attempt, now) else Stage.GRACE


def _turns(row: Row) -> list[datetime]:
    """When a row changes though nobody does anything."""
    attempt = row.attempt
    if attempt is None or row.stage not in (Stage.WORKING, Stage.GRACE):
        return []
    ends = [] if attempt.deadline is None else [attempt.deadline + availability.GRACE]
    if attempt.closes_at is not None:
        ends.append(attempt.closes_at)
    # To the next second: what is compared is whole seconds.
    heard = [] if row.heard_at is None else [row.heard_at + SILENT]
    return [end + timedelta(seconds=1) for end in [*ends, *heard]]


def _why(holds: Conditions, zone: Any) -> list[str]:
    """Why somebody's end is another than usual, for those who gave it."""
    said = []
    if holds.time_limit.value is not None and holds.time_factor != 1:
        factor = _("time factor %(factor)s") % {"factor": f"{holds.time_factor.normalize():f}"}
        said.append(f"{factor} ({holds.accommodation})" if holds.accommodation else factor)
    if holds.time_limit.is_special and holds.time_limit.value is not None:
        limit = availability.in_words(holds.time_limit.value)
        said.append(_given(_("time limit %(limit)s") % {"limit": limit}, holds.time_limit))
    if holds.closes_at.is_special and holds.closes_at.value is not None:
        closes = f"{holds.closes_at.value.astimezone(zone):%H:%M}"
        said.append(_given(_("closes at %(time)s") % {"time": closes}, holds.closes_at))
    return said


def _given(what: str, setting: Setting[Any]) -> str:
    of = _("%(what)s, group %(group)s") % {"what": what, "group": setting.group}
    return f"{of if setting.group else what} ({setting.reason})"
