"""Who may need help, and by which rule: each is decided here, from numbers alone.

A rule looks at what stands now, so that whoever recovers is out of the list by themselves. The
thresholds are ours: a week is a class's rhythm, and the others are loose enough that being listed
is a reason to look, never a verdict.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import median

SILENT = timedelta(days=7)  # without a sign of life
FAILED_TRIES = 2  # at one quiz whose counting mark fails
FAST = 1 / 3  # of the class's median time
NEAR_GUESSING = Decimal(10)  # percentage points above the random-guess score
ENOUGH_TRIES = 5  # first attempts, for a median time
MOST_TRIES = 100  # of the newest; more would not move the median to speak of
BEHIND = 1 / 2  # of the class's median of steps done
BEHIND_STEPS = 3  # fewer than the median, at least
ENOUGH_STUDENTS = 5  # for a median of steps


class Rule(StrEnum):
    FAILED = "failed"
    GUESSED = "guessed"
    SILENT = "silent"
    BEHIND = "behind"


class Standing(StrEnum):
    """Where somebody is in a module; each is in exactly one."""

    WAITING = "waiting"  # not begun
    WORKING = "working"
    STOPPED = "stopped"  # begun, not finished, and silent in the whole course
    FINISHED = "finished"


def silent_days(*, last: datetime | None, since: datetime, now: datetime) -> int | None:
    """Whole days without a sign of life; None while they are not enough to worry.

    `last` is the last sign, if there was any; nobody is expected before `since`.
    """
    quiet = now - (since if last is None else max(last, since))
    return quiet.days if quiet >= SILENT else None


def failed(tries: int) -> bool:
    """Whether so many marked tries at a quiz whose counting mark fails are enough to worry."""
    return tries >= FAILED_TRIES


def usual(values: Sequence[float], *, enough: int) -> float | None:
    """The median of a class, None where there are too few to tell."""
    return float(median(values)) if len(values) >= enough else None


def hurried(seconds: float, usual_seconds: float | None) -> bool:
    """Whether an attempt was far faster than the class; never where the class's is not known."""
    return usual_seconds is not None and seconds < FAST * usual_seconds


def guessed(
    percentage: Decimal, *, guess: Fraction, seconds: float, usual_seconds: float | None
) -> bool:
    """Whether an attempt looks like guessing: far faster than the class, and no better than luck.

    `guess` is the share 0..1 that random answers earn on average; `usual_seconds` the median of
    the class, None where that is not known, and then nothing looks like guessing.
    """
    if not hurried(seconds, usual_seconds):
        return False
    return Fraction(percentage) <= 100 * guess + Fraction(NEAR_GUESSING)


def behind(done: int, usual_done: float | None) -> bool:
    """Whether somebody has done far fewer steps than the median student of the class."""
    if usual_done is None:
        return False
    return done <= BEHIND * usual_done and usual_done - done >= BEHIND_STEPS


def standing(*, done: int, of: int, begun: bool, silent: bool) -> Standing:
    """Where somebody is in a module of `of` steps that everybody does, `done` of them."""
    if of and done >= of:
        return Standing.FINISHED
    if not begun:
        return Standing.WAITING
    return Standing.STOPPED if silent else Standing.WORKING
