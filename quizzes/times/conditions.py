"""Under which conditions a person sits a quiz: what holds in general, and what is different here.

Five layers, each over the one before, field by field: the quiz, the end of the cohort, the
cohort's schedule, what the person's groups were given, what the person was given. A layer that is
silent on a field leaves it as it was. What was revoked, or had expired when the attempt began,
does not count.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from functools import partial
from math import inf
from typing import Any, Generic, TypeVar

from quizzes.times import availability
from quizzes.times.availability import Deadline, clock, in_words

Value = TypeVar("Value")
Clocks = Callable[[datetime], str]  # an instant in words

WHY = "The {what} is {how} for {whom}: {reason}."
WHY_UNTIL = "The {what} is {how} for {whom}, in attempts begun before {until}: {reason}."
ACCOMMODATION = "Your time factor is for: {reason}."
DUE = "It is due at {due}. Handed in later it still counts, and is marked as late."
COSTS = (
    "Each day begun after {due} costs {penalty} % of your score, at most {most} %. A day is 24 "
    "hours here, whatever the clocks do."
)
WAS_DUE = "It was due at {due}. Handed in now it still counts, and is marked as late."


class Origin(StrEnum):
    QUIZ = "quiz"
    COHORT = "cohort"
    SCHEDULE = "schedule"
    GROUP = "group"
    PERSON = "person"
    EXAM = "exam"  # another one that may ask the same questions


@dataclass(frozen=True)
class Schedule:
    """When one cohort may take a quiz; None leaves a field to the cohort's own dates."""

    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    password: str = ""


@dataclass(frozen=True)
class Late:
    """What lateness costs: `penalty` percent of the score per day begun, `most` in all."""

    penalty: Decimal = Decimal(0)
    most: Decimal = Decimal(100)

    def deduction(self, *, due_at: datetime | None, submitted_at: datetime) -> Decimal:
        """Percent of its score that an attempt loses. What was on its way when it was due is not
        late; from there on days are elapsed periods of 24 hours."""
        if due_at is None or self.penalty <= 0:
            return Decimal(0)
        late = submitted_at - (due_at + availability.GRACE)
        days = max(0, -(-late // timedelta(days=1)))
        return min(self.most, days * self.penalty)

    def sentence(self, due: str) -> str:
        penalty, most = (f"{value.normalize():f}" for value in (self.penalty, self.most))
        return COSTS.format(due=due, penalty=penalty, most=most)


@dataclass(frozen=True)
class Special:
    """What one person or one group was given; None changes nothing. `time_limit` is in seconds."""

    number: int  # of two made at the same moment, the higher is the newer
    made_at: datetime
    reason: str
    group: str | None = None  # the group's name; None: the person's own
    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    time_limit: int | None = None
    attempts_allowed: int | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it counts for an attempt that begins at `at`.

        Such an attempt keeps it to its end, even if that comes after the expiry; revoking takes
        it back from everybody.
        """
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


@dataclass(frozen=True)
class Setting(Generic[Value]):
    """A value, where it comes from, and what would hold for everybody else of the cohort."""

    value: Value
    origin: Origin
    usual: Value
    reason: str = ""
    group: str = ""
    until: datetime | None = None  # it holds for attempts that begin before; None: for all

    @property
    def is_special(self) -> bool:
        return self.origin in (Origin.GROUP, Origin.PERSON)

    @property
    def whom(self) -> str:
        return f"your group {self.group}" if self.origin == Origin.GROUP else "you"


@dataclass(frozen=True)
class Conditions:
    """What holds for one person in one quiz, each field with where it comes from."""

    opens_at: Setting[datetime | None]
    due_at: Setting[datetime | None]
    closes_at: Setting[datetime | None]
    time_limit: Setting[int | None]
    attempts_allowed: Setting[int | None]
    time_factor: Decimal = Decimal(1)
    accommodation: str = ""
    late: Late = Late()

    def deadline(self, *, started_at: datetime, zone: tzinfo) -> Deadline:
        """When an attempt that starts then ends, and why, in words."""
        end = availability.deadline(
            started_at=started_at,
            time_limit=self.time_limit.value,
            closes_at=self.closes_at.value,
            time_factor=self.time_factor,
            zone=zone,
        )
        clocks = partial(clock, zone=zone, beside=started_at)
        parts = [*self._opening(started_at, clocks), *end.parts, *self._reasons(clocks)]
        if self.due_at.value is not None:
            due = clock(self.due_at.value, zone=zone, beside=started_at)
            parts.append((DUE if started_at <= self.due_at.value else WAS_DUE).format(due=due))
            if self.late.penalty > 0:
                parts.append(self.late.sentence(due))
            parts.extend(_why("due time", self.due_at, "later", "earlier", clocks))
        return Deadline(end.at, end.seconds, tuple(parts))

    def _opening(self, started_at: datetime, clocks: Clocks) -> list[str]:
        """Why an attempt may begin before the quiz opens for everybody else.

        Only where that ends: the hours passed before it is as closed as for the others again.
        """
        opens = self.opens_at
        if opens.until is None or opens.usual is None or started_at >= opens.usual:
            return []
        return _why("opening time", opens, "later", "earlier", clocks)

    def _reasons(self, clocks: Clocks) -> list[str]:
        said: list[str] = []
        if self.time_limit.value is not None:
            usual = self.time_limit.usual
            instead = "" if usual is None else f" from {in_words(usual)}"
            said += _why(
                "time limit", self.time_limit, f"extended{instead}", f"cut{instead}", clocks
            )
            if self.time_factor != 1 and self.accommodation:
                said.append(ACCOMMODATION.format(reason=_bare(self.accommodation)))
        said += _why("closing time", self.closes_at, "extended", "brought forward", clocks)
        return said

    def attempts_in_words(self, *, zone: tzinfo, beside: datetime) -> str:
        """Why the number of attempts is another than usual, and until when, or nothing."""
        clocks = partial(clock, zone=zone, beside=beside)
        given = self.attempts_allowed
        return "".join(_why("number of attempts", given, "raised", "lowered", clocks))

    def is_late(self, submitted_at: datetime | None) -> bool:
        """Whether what was handed in then came after it was due.

        The grace for what is on its way counts here too.
        """
        due = self.due_at.value
        return (
            due is not None and submitted_at is not None and submitted_at > due + availability.GRACE
        )

    def deduction(self, submitted_at: datetime) -> Decimal:
        """What handing in then costs, in percent of the score."""
        return self.late.deduction(due_at=self.due_at.value, submitted_at=submitted_at)


def resolve(
    *,
    time_limit: int | None,
    attempts_allowed: int | None,
    cohort_closes_at: datetime | None,
    schedule: Schedule | None = None,
    time_factor: Decimal = Decimal(1),
    accommodation: str = "",
    specials: Iterable[Special] = (),
    late: Late | None = None,
    at: datetime,
) -> Conditions:
    """What holds for a person whose attempt begins at `at`.

    `specials` are the person's own and those of all their groups, in any order. Of one's own the
    newest that names a field decides it, else the most lenient of the groups'.
    """
    holding = [special for special in specials if special.holds(at)]
    own = sorted(
        (special for special in holding if special.group is None),
        key=lambda special: (special.made_at, special.number),
        reverse=True,
    )
    groups = sorted(
        (special for special in holding if special.group is not None),
        key=lambda special: special.number,
    )
    plan = schedule or Schedule()

    def settle(field: str, base: Any, origin: Origin, best: Callable[..., Any]) -> Setting[Any]:
        """The field's value; `best` is `min` or `max`, whichever is kinder to a student."""
        for special in own:
            value = getattr(special, field)
            if value is not None:
                return Setting(value, Origin.PERSON, base, special.reason, until=special.expires_at)
        given = [special for special in groups if getattr(special, field) is not None]
        if given:
            kindest = best(given, key=lambda special: getattr(special, field))
            value = getattr(kindest, field)
            whose, until = kindest.group or "", kindest.expires_at
            return Setting(value, Origin.GROUP, base, kindest.reason, whose, until)
        return Setting(base, origin, base)

    by_schedule = Origin.SCHEDULE if plan.closes_at is not None else Origin.COHORT
    closes_at = plan.closes_at if plan.closes_at is not None else cohort_closes_at
    return Conditions(
        opens_at=settle("opens_at", plan.opens_at, Origin.SCHEDULE, min),
        due_at=settle("due_at", plan.due_at, Origin.SCHEDULE, max),
        closes_at=settle("closes_at", closes_at, by_schedule, max),
        time_limit=settle("time_limit", time_limit, Origin.QUIZ, max),
        attempts_allowed=settle("attempts_allowed", attempts_allowed, Origin.QUIZ, max),
        time_factor=time_factor,
        accommodation=accommodation,
        late=late or Late(),
    )


def moved(*, to: datetime | None, was: datetime | None, now: datetime) -> datetime | None:
    """Where the end of an open attempt goes when the conditions change at `now`.

    To where it would have been from the start, but never back behind what has been acknowledged:
    an end that would lie in the past is now, or where it was if it had passed already.
    """
    if to is None:
        return None
    return max(to, now if was is None else min(was, now))


@dataclass(frozen=True)
class End:
    """A moment until which somebody may earn credit in a quiz (None: no end), and whose it is."""

    at: datetime | None
    whose: str = ""
    person: int | None = None  # of what was given to one person: who
    origin: Origin = Origin.COHORT


def last_close(ends: Iterable[End]) -> End:
    """The end after which nobody can earn credit in a quiz.

    `ends` are the closes of all cohorts that study it, what groups and people were given and
    holds, in the order it was made, and the ends of open attempts. Of one person's own the newest
    counts; where rules overlap otherwise, the later one decides. ValueError without any.
    """
    newest: dict[int, End] = {}
    counted = []
    for end in ends:
        if end.person is None:
            counted.append(end)
        else:
            newest[end.person] = end
    counted += newest.values()
    if not counted:
        raise ValueError("There is no close to compare.")
    return latest(counted)


def latest(ends: Iterable[End]) -> End:
    """The last of several ends; never is later than all."""
    return max(ends, key=lambda end: inf if end.at is None else end.at.timestamp())


def _why(what: str, setting: Setting[Any], more: str, less: str, clocks: Clocks) -> list[str]:
    """One sentence, if the setting is another than usual and was given to somebody."""
    if not setting.is_special or setting.value == setting.usual:
        return []
    how = "set"
    if setting.usual is not None:
        how = more if setting.value > setting.usual else less
    said = {"what": what, "how": how, "whom": setting.whom, "reason": _bare(setting.reason)}
    if setting.until is None:
        return [WHY.format(**said)]
    return [WHY_UNTIL.format(**said, until=clocks(setting.until))]


def _bare(reason: str) -> str:
    return reason.strip().rstrip(".!")
