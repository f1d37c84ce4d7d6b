"""When a quiz may be started and when an attempt ends, with the reasons in words.

Every channel asks these functions: the page, the API, the timer's end and the reports. Instants
are aware datetimes; durations are elapsed seconds, whatever the clocks on the wall do meanwhile.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from math import ceil
from zoneinfo import ZoneInfo

# Answers that arrive within it count: the way to the server is not the student's time.
GRACE = timedelta(seconds=10)

LIMIT = "You have {allowed} from the moment you start."
LIMIT_WITH_FACTOR = "You have {allowed} = {limit} × {factor}, your time factor."
NO_LIMIT = "There is no time limit."
CLOSES = "The quiz closes at {close}."
CLOSES_FIRST = "The quiz closes at {close}, so {left} from your start."
NEVER_CLOSES = "There is no closing time."

UNDER_WAY = "You have an attempt under way. Go on with it, or submit it first."
NOT_OPEN_YET = "The quiz opens at {open}."
CLOSED = "The quiz closed at {close}."
USED_UP = "You have used all attempts: {used} of {allowed}."

NO_SUCH_TIME = (
    "{time} on {day} does not exist in {zone}: the clocks go forward then. "
    "Choose an earlier or a later time."
)
TWICE = (
    "{time} on {day} comes twice in {zone}: the clocks go back then. "
    "Choose a time before or after that hour."
)


@dataclass(frozen=True)
class Deadline:
    """When an attempt ends, and why.

    `at` is None if nothing ends it; `seconds` counts from the start to `at`. `parts` are
    sentences for the student.
    """

    at: datetime | None
    seconds: int | None
    parts: tuple[str, ...]

    @property
    def cut_off(self) -> datetime | None:
        """The last instant at which an answer may arrive."""
        return None if self.at is None else self.at + GRACE


@dataclass(frozen=True)
class Refusal:
    """Why no attempt may be started: `code` for programs, `sentence` for people."""

    code: str
    sentence: str


def deadline(
    *,
    started_at: datetime,
    time_limit: int | None,
    closes_at: datetime | None,
    time_factor: Decimal = Decimal(1),
    zone: tzinfo = UTC,
) -> Deadline:
    """The end of an attempt: the time limit in seconds × the person's factor, or the close.

    The earlier of the two counts; part of a second is rounded up. More time (a longer limit, a
    larger factor, a later close) never gives an earlier end. `zone` is for the sentences only.
    """
    start = _utc(started_at)
    if time_limit is None:
        allowed, parts = None, [NO_LIMIT]
    else:
        allowed, sentence = _allowed(time_limit, time_factor)
        parts = [sentence]
    if closes_at is None:
        if allowed is None:
            return Deadline(None, None, (*parts, NEVER_CLOSES))
        return Deadline(_after(start, allowed), allowed, tuple(parts))

    close = _utc(closes_at)
    until_close = max(0, int((close - start).total_seconds()))
    close_in_words = clock(close, zone=zone, beside=start)
    if allowed is not None and _after(start, allowed) <= close:
        return Deadline(
            _after(start, allowed), allowed, (*parts, CLOSES.format(close=close_in_words))
        )
    sentence = CLOSES_FIRST.format(close=close_in_words, left=in_words(until_close))
    return Deadline(close, until_close, (*parts, sentence))


def receipt(
    *,
    now: datetime,
    time_limit: int | None,
    closes_at: datetime | None,
    time_factor: Decimal = Decimal(1),
    zone: tzinfo = UTC,
) -> Deadline:
    """What the student is told before starting: the deadline if the attempt started now."""
    return deadline(
        started_at=now,
        time_limit=time_limit,
        closes_at=closes_at,
        time_factor=time_factor,
        zone=zone,
    )


def is_over(deadline: Deadline, arrived_at: datetime) -> bool:
    """Whether what arrived at `arrived_at`, before any waiting on our side, came too late."""
    return deadline.cut_off is not None and _utc(arrived_at) > deadline.cut_off


def start_refusal(
    *,
    now: datetime,
    opens_at: datetime | None,
    closes_at: datetime | None,
    attempts_allowed: int | None,
    attempts_used: int,
    has_open_attempt: bool,
    zone: tzinfo = UTC,
) -> Refusal | None:
    """Why no attempt may be started now, or None if one may."""
    if has_open_attempt:
        return Refusal("under_way", UNDER_WAY)
    if opens_at is not None and _utc(now) < _utc(opens_at):
        return Refusal(
            "not_open_yet", NOT_OPEN_YET.format(open=clock(opens_at, zone=zone, beside=now))
        )
    if closes_at is not None and _utc(now) >= _utc(closes_at):
        return Refusal("closed", CLOSED.format(close=clock(closes_at, zone=zone, beside=now)))
    if attempts_allowed is not None and attempts_used >= attempts_allowed:
        return Refusal("used_up", USED_UP.format(used=attempts_used, allowed=attempts_allowed))
    return None


def in_words(seconds: int) -> str:
    """A duration as people read it: "1 h 30 min", "55 min", "45 s"."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min")) if number]
    if left or not parts:
        parts.append(f"{left} s")
    return " ".join(parts)


def clock(instant: datetime, *, zone: tzinfo, beside: datetime) -> str:
    """An instant on the clocks of `zone`, with its date unless `beside` is the same day there."""
    local = instant.astimezone(zone)
    time = f"{local:%H:%M} {local.tzname()}"
    if local.date() == beside.astimezone(zone).date():
        return time
    return f"{time} on {local.day} {local:%B %Y}"


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, that people in `zone` mean by a time on their clocks.

    A time that does not exist there, or comes twice, is a ValueError with a sentence: nobody can
    say which instant was meant.
    """
    if local.tzinfo is not None:
        raise ValueError("A time on the clocks has no zone of its own.")
    first = local.replace(tzinfo=zone, fold=0)
    second = local.replace(tzinfo=zone, fold=1)
    try:
        back = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
        in_words = {
            "time": f"{local:%H:%M}",
            "day": f"{local.day} {local:%B %Y}",
            "zone": zone.key,
        }
    except OverflowError:
        raise ValueError("This time lies beyond the calendar. Choose another.") from None
    if back != local.replace(fold=0):
        raise ValueError(NO_SUCH_TIME.format(**in_words))
    if first.utcoffset() != second.utcoffset():
        raise ValueError(TWICE.format(**in_words))
    return first.astimezone(UTC)


def _allowed(time_limit: int, time_factor: Decimal) -> tuple[int, str]:
    """The seconds allowed, and the sentence that explains them."""
    if time_limit <= 0:
        raise ValueError("A time limit is a positive number of seconds.")
    if not time_factor.is_finite() or time_factor <= 0:
        raise ValueError("A time factor is a positive number.")
    allowed = ceil(time_limit * Fraction(time_factor))
    if time_factor == 1:
        return allowed, LIMIT.format(allowed=in_words(allowed))
    return allowed, LIMIT_WITH_FACTOR.format(
        allowed=in_words(allowed), limit=in_words(time_limit), factor=f"{time_factor.normalize():f}"
    )


def _after(start: datetime, seconds: int) -> datetime:
    try:
        return start + timedelta(seconds=seconds)
    except OverflowError:
        raise ValueError("The time limit leads beyond the calendar. Shorten it.") from None


def _utc(instant: datetime) -> datetime:
    """Python adds durations to the wall clock of a zone; in UTC both are the same."""
    if instant.tzinfo is None:
        raise ValueError("An instant needs its time zone.")
    return instant.astimezone(UTC)
