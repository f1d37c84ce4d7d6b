"""The quiz engine as simply as it can be said: dictionaries, no database, no locks.

It is written from the rules that people are told, not from the code, so that the two can differ.
Times are minutes since the start of the run; `KEYS` are the options of every question.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil

KEYS = ("option-1", "option-2", "option-3")
POINTS = {1: Decimal("1.00"), 2: Decimal("2.50"), 3: Decimal("0.33")}
LIMIT = 30 * 60
GRACE = 10
TWO_MINUTES = 120
ALLOWED = 2
PASS = Decimal("60.00")
OUT_OF = sum(POINTS.values())


class RefusedByModel(Exception):  # noqa: N818  # an answer, not a fault
    """What the model does not let anybody do; `str()` is its code."""


@dataclass
class Sitting:
    """An attempt. Seconds since the start of the run; `right` is the key met, by position."""

    who: str
    number: int
    started: int
    end: int
    right: dict[int, str]
    answers: dict[int, list[str | None]] = field(default_factory=lambda: {1: [], 2: [], 3: []})
    submitted: int | None = None
    marks: dict[int, tuple[Decimal, str]] = field(default_factory=dict)  # newest: points, by key
    given: dict[int, int] = field(default_factory=dict)  # how many marks, by position

    @property
    def is_open(self) -> bool:
        return self.submitted is None

    def overdue(self, now: int) -> bool:
        return self.is_open and now > self.end + GRACE

    def answer(self, position: int) -> str | None:
        return self.answers[position][-1] if self.answers[position] else None

    @property
    def score(self) -> Decimal:
        return sum((points for points, _key in self.marks.values()), Decimal(0))

    def close(self, now: int) -> None:
        self.submitted = min(now, self.end)
        for position, key in self.right.items():
            self.mark(position, key)

    def mark(self, position: int, key: str) -> None:
        """By that key; a mark that says nothing new is not given."""
        earned = POINTS[position] if self.answer(position) == key else Decimal(0)
        if self.marks.get(position) != (earned, key):
            self.marks[position] = (earned, key)
            self.given[position] = self.given.get(position, 0) + 1


@dataclass
class Student:
    here: bool = True
    factor: Decimal = Decimal(1)
    limit: int | None = None  # given to this person
    close: int | None = None
    allowed: int | None = None
    counting: Decimal | None = None
    completed: bool = False
    revealed: bool = False  # has asked for the answers
    begun: bool = False


@dataclass
class Model:
    review: str
    method: str
    cohort_close: int
    students: dict[str, Student]
    now: int = 0
    schedule: int | None = None
    right: dict[int, str] = field(default_factory=lambda: dict.fromkeys((1, 2, 3), KEYS[0]))
    sittings: list[Sitting] = field(default_factory=list)

    # --- What holds ---

    def of(self, who: str) -> list[Sitting]:
        return [sitting for sitting in self.sittings if sitting.who == who]

    def under_way(self, who: str) -> Sitting | None:
        return next((one for one in self.of(who) if one.is_open), None)

    def close_of(self, who: str) -> int:
        own = self.students[who].close
        if own is not None:
            return own
        return self.cohort_close if self.schedule is None else self.schedule

    def end_for(self, who: str, started: int) -> int:
        student = self.students[who]
        limit = student.limit or LIMIT
        return min(started + ceil(limit * Fraction(student.factor)), self.close_of(who))

    def over(self) -> int:
        """When nobody can earn anything here any more."""
        return max(self._ends())

    def _ends(self) -> Iterator[int]:
        yield self.cohort_close if self.schedule is None else self.schedule
        for who, student in self.students.items():
            if student.here:
                yield self.close_of(who)
        for sitting in self.sittings:
            if sitting.is_open and not sitting.overdue(self.now):
                yield sitting.end + GRACE

    def may_earn(self, who: str) -> bool:
        """Whether this student may still earn anything with the key."""
        going = self.under_way(who)
        if going is not None and not going.overdue(self.now):
            return True
        return not self.used_up(who) and self.now < self.close_of(who)

    def used_up(self, who: str) -> bool:
        student = self.students[who]
        return student.revealed or len(self.of(who)) >= (student.allowed or ALLOWED)

    def shows_key(self, sitting: Sitting) -> bool:
        """Whether its student may see which answers were right."""
        if sitting.submitted is None:
            return False
        if self.may_earn(sitting.who):
            return False
        if self.review == "homework":
            return True
        # Who has just submitted sees what all others see then, even over the close.
        return self.now >= sitting.submitted + TWO_MINUTES and self.now >= self.over()

    # --- What people do ---

    def present(self, who: str) -> Student:
        if not self.students[who].here:
            raise RefusedByModel("gone")
        return self.students[who]

    def start(self, who: str) -> Sitting:
        student = self.present(who)
        going = self.under_way(who)
        if going is not None:
            if not going.overdue(self.now):
                return going
            self.close(going)
        if self.now >= self.close_of(who):
            raise RefusedByModel("closed")
        if self.used_up(who):
            raise RefusedByModel("used up")
        mine = self.of(who)
        sitting = Sitting(
            who, len(mine) + 1, self.now, self.end_for(who, self.now), dict(self.right)
        )
        self.sittings.append(sitting)
        student.begun = True
        return sitting

    def save(self, sitting: Sitting, position: int, option: str | None, base: int) -> str:
        """ "saved", "again", or "stale"."""
        self.present(sitting.who)
        self.settle(sitting)
        if not sitting.is_open:
            raise RefusedByModel("closed")
        past = sitting.answers[position]
        if past and option == past[-1] and base in (len(past), len(past) - 1):
            return "again"
        if not past and option is None and base == 0:
            return "again"
        if base != len(past):
            return "stale"
        past.append(option)
        return "saved"

    def submit(self, sitting: Sitting) -> None:
        self.present(sitting.who)
        if sitting.is_open:
            self.close(sitting)

    def settle(self, sitting: Sitting) -> None:
        if sitting.overdue(self.now):
            self.close(sitting)

    def close(self, sitting: Sitting) -> None:
        sitting.close(self.now)
        self.tell_ledger(sitting.who)

    def sweep(self) -> int:
        late = [sitting for sitting in self.sittings if sitting.overdue(self.now)]
        for sitting in late:
            self.close(sitting)
        return len(late)

    def moved(self, *who: str) -> None:
        """The conditions have changed: open attempts follow, but never back behind now."""
        for name in who:
            sitting = self.under_way(name)
            if sitting is not None:
                to = self.end_for(name, sitting.started)
                sitting.end = max(to, min(sitting.end, self.now))

    def reveal(self, who: str) -> None:
        """The answers of homework now, and no attempt after that."""
        student = self.present(who)
        if student.revealed:
            return
        going = self.under_way(who)
        if going is not None and not going.overdue(self.now):
            raise RefusedByModel("finish first")
        if self.review != "homework" or not self.of(who) or not self.may_earn(who):
            raise RefusedByModel("nothing to choose")
        student.revealed = True
        if going is not None:
            going.close(self.now)
        self.tell_ledger(who)

    def regrade(self, position: int, key: str) -> None:
        moved = set()
        for sitting in self.sittings:
            if not sitting.is_open:
                before = sitting.marks[position][0]
                sitting.mark(position, key)
                if sitting.marks[position][0] != before:
                    moved.add(sitting.who)
        for who in moved:
            self.tell_ledger(who)

    def seen_by_regrade(self, position: int) -> object:
        """What a preview looks at: if any of it is another by then, it is not committed."""
        return [
            (one.who, one.number, one.score, one.given[position])
            for one in self.sittings
            if not one.is_open
        ]

    def tell_ledger(self, who: str) -> None:
        student = self.students[who]
        finished = [one for one in self.of(who) if not one.is_open]
        percent = [percentage(one.score) for one in finished]
        counting = {
            "highest": lambda: max(percent),
            "first": lambda: percent[0],
            "last": lambda: percent[-1],
            "average": lambda: hundredths(sum(map(Fraction, percent), Fraction(0)) / len(percent)),
        }[self.method]()
        student.counting = counting
        over = student.revealed or len(finished) >= (student.allowed or ALLOWED)
        student.completed |= counting >= PASS or over


def hundredths(value: Fraction) -> Decimal:
    """As people read it: two decimals, half up."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def percentage(score: Decimal) -> Decimal:
    return hundredths(100 * Fraction(score) / Fraction(OUT_OF))
