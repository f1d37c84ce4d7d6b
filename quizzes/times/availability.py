"""When a quiz may be started and when an attempt ends, with the reasons in words.

Every channel asks these functions: the page, the API, the timer's end and the reports. Instants
are aware datetimes; durations are elapsed seconds, whatever the clocks on the wall do meanwhile.
"""

import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from math import ceil
from zoneinfo import ZoneInfo

from quizzes.sitting.behaviours import AtZero, Navigation, Rules

# Answers that arrive within it count: the way to the server is not the student's time.
GRACE = timedelta(seconds=10)

LIMIT = "You have {allowed} from the moment you start."
LIMIT_WITH_FACTOR = "You have {allowed} = {limit} × {factor}, your time factor."
NO_LIMIT = "There is no time limit."
CLOSES = "The quiz closes at {close}."
CLOSES_FIRST = "The quiz closes at {close}, so {left} from your start."
NEVER_CLOSES = "There is no closing time."

# From here on the date of a close says more than how long it is until then, in seconds.
FAR = 2 * 24 * 3600

# What happens at the end, told before the start.
AT_ZERO = {
    AtZero.SUBMIT: "When time is up, what is saved is handed in.",
    AtZero.GRACE: (
        "When time is up you cannot answer any more, but you have another {grace} to hand in what "
        "is saved. What is not handed in by then does not count."
    ),
    AtZero.ABANDON: "Hand in before time is up: what is not handed in by then does not count.",
}
AT_THE_CLOSE = "When the quiz closes, what is saved is handed in."
# The same when it happens, on the open page.
TIME_UP = {
    AtZero.SUBMIT: "",
    AtZero.GRACE: "Time is up. Your saved answers can still be handed in.",
    AtZero.ABANDON: "Time is up. This attempt was not handed in.",
}
IN_GRACE = (
    "Your time ended at {end}, so no answer can be changed any more. What was saved by then can "
    "still be handed in until {close}; after that it does not count."
)
ONE_BY_ONE = "You get one question at a time. Once you go on, you cannot come back to it."

PAUSE = "Between two attempts you wait {delay}."
PAUSES = "You wait {first} after the first attempt, and {later} after each later one."
PAUSE_FIRST = "You wait {first} after the first attempt, and not at all after later ones."
PAUSE_LATER = "You wait {later} after each attempt but the first."

NOT_A_STUDENT = "Only students of the cohort sit its quizzes. You can look at everything else."
REVEALED = (
    "You asked for the answers to this quiz, which ended your attempts at it. What you scored"
    " before stays."
)
UNDER_WAY = "You have an attempt under way. Go on with it, or submit it first."
NOT_OPEN_YET = "The quiz opens at {open}."
CLOSED = "The quiz closed at {close}."
USED_UP = "You have used all attempts: {used} of {allowed}."
TOO_SOON = "Your next attempt may start at {at}: you wait {delay} between two attempts."
WORD_NEEDED = "This quiz has a password. Type in the one that your instructor gave you."
WRONG_WORD = "This is not the password of this quiz. Check it with your instructor."
TOO_MANY_TRIES = (
    "Too many wrong passwords: {most} within {minutes} minutes. You can try again at {at}."
)

# The codes of what is refused for the password alone: all else stands by itself.
OF_PASSWORD = frozenset({"too_many_tries", "password_needed", "wrong_password"})
MOST_TRIES = 10
TRIES_WITHIN = timedelta(minutes=10)

NO_SUCH_TIME = (
    "{time} on {day} does not exist in {zone}: the clocks go forward then. "
    "Choose an earlier or a later time."
)
TWICE = (
    "{time} on {day} comes twice in {zone}: the clocks go back then. "
    "Choose a time before or after that hour."
)

SKIPPED = "{time} does not exist on that day, the clocks go forward: it becomes {then}."
FIRST_OF_TWO = "{time} comes twice on that day, the clocks go back: the first is taken."


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
    if not until_close:
        return Deadline(close, 0, (*parts, CLOSED.format(close=close_in_words)))
    if allowed is None and until_close >= FAR:
        return Deadline(close, until_close, (*parts, CLOSES.format(close=close_in_words)))
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


def ended(
    at_zero: AtZero, *, now: datetime, deadline: datetime | None, closes_at: datetime | None
) -> tuple[bool, datetime]:
    """How an attempt ends that is closed at `now`: whether it counts, and its end.

    It counts if it is handed in before it closed, or where whatever is saved is handed in at the
    end. What was on its way at the deadline came at the deadline.
    """
    if deadline is None or closes_at is None:
        return True, now
    if now <= deadline + GRACE:
        return True, min(now, deadline)
    if at_zero is AtZero.GRACE:
        return now <= closes_at, min(now, closes_at)
    return at_zero is AtZero.SUBMIT, deadline


def closes_at(end: datetime | None, rules: Rules) -> datetime | None:
    """When an attempt whose time ends at `end` is closed for good."""
    if end is None:
        return None
    if rules.at_zero is not AtZero.GRACE:
        return end + GRACE
    try:
        return end + max(GRACE, timedelta(seconds=rules.grace_period))
    except OverflowError:
        raise ValueError("The time to hand in leads beyond the calendar. Shorten it.") from None


def told(
    rules: Rules,
    *,
    ends: bool,
    delay_first: int,
    delay_later: int,
    attempts_allowed: int | None,
    limited: bool = True,
) -> list[str]:
    """How an attempt goes on and ends, for the student before the start.

    `ends` is whether its time can run out, `limited` whether by more than the close; delays are in
    seconds.
    """
    said = []
    if rules.navigation is Navigation.SEQUENTIAL:
        said.append(ONE_BY_ONE)
    if ends and not limited and rules.at_zero is AtZero.SUBMIT:
        said.append(AT_THE_CLOSE)
    elif ends:
        said.append(AT_ZERO[rules.at_zero].format(grace=in_words(rules.grace_period)))
    third = attempts_allowed is None or attempts_allowed > 2
    if attempts_allowed != 1 and delay_first != delay_later and third:
        first, later = (in_words(delay) for delay in (delay_first, delay_later))
        pauses = (
            PAUSES if delay_first and delay_later else PAUSE_FIRST if delay_first else PAUSE_LATER
        )
        said.append(pauses.format(first=first, later=later))
    elif attempts_allowed != 1 and delay_first:
        said.append(PAUSE.format(delay=in_words(delay_first)))
    return said


@dataclass(frozen=True)
class Earlier:
    """An attempt before this one: over when it was handed in, or when its time ended."""

    is_open: bool
    ended_at: datetime | None = None
    deadline: datetime | None = None

    @property
    def over_at(self) -> datetime:
        """Left open it counts as ended at its limit, so that nobody waits twice."""
        ends = [end for end in (self.ended_at, self.deadline) if end is not None]
        return min(ends)


@dataclass(frozen=True)
class Password:
    """What a quiz asks for, what was typed (None: nothing yet), and wrong tries before."""

    asked: str = ""
    typed: str | None = None
    wrong_tries: Sequence[datetime] = ()

    @property
    def fits(self) -> bool:
        """Compared in a time that tells nothing of how much of it is right."""
        return hmac.compare_digest(_said(self.asked), _said(self.typed or ""))


def _said(password: str) -> bytes:
    """Read aloud and typed on any keyboard: no blanks around it, and one form of each letter."""
    return unicodedata.normalize("NFC", password.strip()).encode("utf-8", "surrogatepass")


def start_refusal(
    *,
    now: datetime,
    opens_at: datetime | None,
    closes_at: datetime | None,
    attempts_allowed: int | None,
    earlier: Sequence[Earlier] = (),
    takes_part: bool = True,
    revealed: bool = False,
    delay_first: int = 0,
    delay_later: int = 0,
    password: Password | None = None,
    zone: tzinfo = UTC,
) -> Refusal | None:
    """Why no attempt may be started now, or None if one may: every reason, in this order.

    `earlier` are all attempts before, in their order; delays are in seconds from the end of the
    one before; `revealed` is whether the student has asked for the answers. Without `password`
    (on the cover) it is not asked for yet.
    """

    def at(instant: datetime) -> str:
        return clock(instant, zone=zone, beside=now)

    if not takes_part:
        return Refusal("not_a_student", NOT_A_STUDENT)
    if any(attempt.is_open for attempt in earlier):
        return Refusal("under_way", UNDER_WAY)
    if revealed:
        return Refusal("revealed", REVEALED)
    if opens_at is not None and _utc(now) < _utc(opens_at):
        return Refusal("not_open_yet", NOT_OPEN_YET.format(open=at(opens_at)))
    if closes_at is not None and _utc(now) >= _utc(closes_at):
        return Refusal("closed", CLOSED.format(close=at(closes_at)))
    if attempts_allowed is not None and len(earlier) >= attempts_allowed:
        return Refusal("used_up", USED_UP.format(used=len(earlier), allowed=attempts_allowed))
    if earlier:
        delay = delay_first if len(earlier) == 1 else delay_later
        again = waits_until(
            earlier[-1], len(earlier), now=now, delay_first=delay_first, delay_later=delay_later
        )
        if again is not None:
            return Refusal("too_soon", TOO_SOON.format(at=at(again), delay=in_words(delay)))
    return None if password is None else _password_refusal(password, now=now, zone=zone)


def waits_until(
    last: Earlier, used: int, *, now: datetime, delay_first: int, delay_later: int
) -> datetime | None:
    """When the next attempt may start after `used` of them; None if there is no wait, or it is
    over. Delays are in seconds."""
    again = _after(_utc(last.over_at), delay_first if used == 1 else delay_later)
    return again if _utc(now) < again and again > _utc(last.over_at) else None


def _password_refusal(password: Password, *, now: datetime, zone: tzinfo) -> Refusal | None:
    if not password.asked:
        return None
    # Counted before it is compared: a right guess among too many is a guess.
    recent = sorted(_utc(tried) for tried in password.wrong_tries)
    recent = [tried for tried in recent if tried > _utc(now) - TRIES_WITHIN]
    if len(recent) >= MOST_TRIES:
        again = clock(recent[-MOST_TRIES] + TRIES_WITHIN, zone=zone, beside=now)
        minutes = int(TRIES_WITHIN.total_seconds()) // 60
        sentence = TOO_MANY_TRIES.format(most=MOST_TRIES, minutes=minutes, at=again)
        return Refusal("too_many_tries", sentence)
    if not (password.typed or "").strip():
        return Refusal("password_needed", WORD_NEEDED)
    return None if password.fits else Refusal("wrong_password", WRONG_WORD)


def in_words(seconds: int) -> str:
    """A duration as people read it: "1 h 30 min", "55 min", "45 s", "3 days 2 h"."""
    days, rest = divmod(seconds, 24 * 3600) if seconds >= FAR else (0, seconds)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    units = ((days, "days"), (hours, "h"), (minutes, "min"))
    parts = [f"{number} {unit}" for number, unit in units if number]
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


def shifted(at: datetime, *, days: int, zone: ZoneInfo) -> tuple[datetime, str]:
    """The same time on the clocks of `zone` so many days later, in UTC, and what to say of it.

    Where the clocks skip that time the one after the skip is taken, where they show it twice the
    first; the sentence says so, and is empty otherwise. OverflowError beyond the calendar.
    """
    local = at.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    try:
        return instant(local, zone), ""
    except ValueError:
        nearest = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
        shows = nearest.astimezone(zone)
        if shows.replace(tzinfo=None) == local:
            return nearest, FIRST_OF_TWO.format(time=f"{local:%H:%M}")
        return nearest, SKIPPED.format(time=f"{local:%H:%M}", then=f"{shows:%H:%M}")


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
