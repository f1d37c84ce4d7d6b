"""Under which conditions a person sits a quiz: what holds in general, and what is different here.

Five layers, each over the one before, field by field: the quiz, the end of the cohort, the
cohort's schedule, what the person's groups were given, what the person was given. A layer that is
silent on a field leaves it as it was. What was revoked, or had expired when the attempt began,
does not count.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

from quizzes import availability
from quizzes.availability import Deadline, clock, in_words

Value = TypeVar("Value")

WHY = "The {what} is {how} for {whom}: {reason}."
ACCOMMODATION = "Your time factor is for: {reason}."
DUE = "It is due at {due}. Handed in later it still counts, and is marked as late."
WAS_DUE = "It was due at {due}. Handed in now it still counts, and is marked as late."


class Origin(StrEnum):
    QUIZ = "quiz"
    COHORT = "cohort"
    SCHEDULE = "schedule"
    GROUP = "group"
    PERSON = "person"


@dataclass(frozen=True)
class Schedule:
    """When one cohort may take a quiz; None leaves a field to the cohort's own dates."""

    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None


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

    def deadline(self, *, started_at: datetime, zone: tzinfo) -> Deadline:
        """When an attempt that starts then ends, and why, in words."""
        end = availability.deadline(
            started_at=started_at,
            time_limit=self.time_limit.value,
            closes_at=self.closes_at.value,
            time_factor=self.time_factor,
            zone=zone,
        )
        parts = [*end.parts, *self._reasons()]
        if self.due_at.value is not None:
            due = clock(self.due_at.value, zone=zone, beside=started_at)
            parts.append((DUE if started_at <= self.due_at.value else WAS_DUE).format(due=due))
            parts.extend(_why("due time", self.due_at, "later", "earlier"))
        return Deadline(end.at, end.seconds, tuple(parts))

    def _reasons(self) -> list[str]:
        said: list[str] = []
        if self.time_limit.value is not None:
            usual = self.time_limit.usual
            instead = "" if usual is None else f" from {in_words(usual)}"
            said += _why("time limit", self.time_limit, f"extended{instead}", f"cut{instead}")
            if self.time_factor != 1 and self.accommodation:
                said.append(ACCOMMODATION.format(reason=_bare(self.accommodation)))
        said += _why("closing time", self.closes_at, "extended", "brought forward")
        return said

    @property
    def attempts_in_words(self) -> str:
        """Why the number of attempts is another than usual, or nothing."""
        return "".join(_why("number of attempts", self.attempts_allowed, "raised", "lowered"))

    def is_late(self, submitted_at: datetime | None) -> bool:
        """Whether what was handed in then came after it was due.

        The grace for what is on its way counts here too.
        """
        due = self.due_at.value
        return (
            due is not None and submitted_at is not None and submitted_at > due + availability.GRACE
        )


def resolve(
    *,
    time_limit: int | None,
    attempts_allowed: int | None,
    cohort_closes_at: datetime | None,
    schedule: Schedule | None = None,
    time_factor: Decimal = Decimal(1),
    accommodation: str = "",
    specials: Iterable[Special] = (),
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
                return Setting(value, Origin.PERSON, base, special.reason)
        given = [special for special in groups if getattr(special, field) is not None]
        if given:
            kindest = best(given, key=lambda special: getattr(special, field))
            value = getattr(kindest, field)
            return Setting(value, Origin.GROUP, base, kindest.reason, kindest.group or "")
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
    )


def moved(*, to: datetime | None, was: datetime | None, now: datetime) -> datetime | None:
    """Where the end of an open attempt goes when the conditions change at `now`.

    To where it would have been from the start, but never back behind what has been acknowledged:
    an end that would lie in the past is now, or where it was if it had passed already.
    """
    if to is None:
        return None
    return max(to, now if was is None else min(was, now))


def latest(ends: Sequence[datetime | None]) -> datetime | None:
    """The last of some closes, where None means that there is none; ValueError without any."""
    if not ends:
        raise ValueError("There is no close to compare.")
    return None if None in ends else max(end for end in ends if end is not None)


def _why(what: str, setting: Setting[Any], more: str, less: str) -> list[str]:
    """One sentence, if the setting is another than usual and was given to somebody."""
    if not setting.is_special or setting.value == setting.usual:
        return []
    how = "set"
    if setting.usual is not None:
        how = more if setting.value > setting.usual else less
    return [WHY.format(what=what, how=how, whom=setting.whom, reason=_bare(setting.reason))]


def _bare(reason: str) -> str:
    return reason.strip().rstrip(".!")
