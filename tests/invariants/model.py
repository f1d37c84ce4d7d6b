"""The quiz engine as simply as it can be said: dictionaries, no database, no locks.

It is written from the rules that people are told, not from the code, so that the two can differ.
Times are seconds since the start of the run; `KEYS` are the options of the first three questions,
the fourth is an essay.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil

KEYS = ("option-1", "option-2", "option-3")
ESSAY = 4
POINTS = {1: Decimal("1.00"), 2: Decimal("2.50"), 3: Decimal("0.33"), ESSAY: Decimal("2.00")}
# What a person's judgement is worth, in points of the essay.
JUDGEMENTS = {"good": Decimal("2.00"), "fair": Decimal("0.80")}
PENALTY = Decimal("0.33333")
TRIES = 2  # one more than the hints of each question
LIMIT = 30 * 60
GRACE = 10
TO_HAND_IN = 20 * 60  # after the end, where that is allowed
DAY = 24 * 3600
TWO_MINUTES = 120
ALLOWED = 2
PASS = Decimal("60.00")


class RefusedByModel(Exception):  # noqa: N818  # an answer, not a fault
    """What the model does not let anybody do; `str()` is its code."""


@dataclass(frozen=True)
class Settings:
    """How the quiz is set. An attempt keeps those that it was started under."""

    review: str = "homework"
    behaviour: str = "deferred"
    method: str = "highest"
    sequential: bool = False
    at_zero: str = "submit"
    leaves_out: bool = False  # what is known does not count
    late_penalty: int = 0  # percent a day
    late_most: int = 100


@dataclass
class Asked:
    """A question of an attempt; `right` is the key met, `answers` are (option, checked)."""

    position: int
    right: str
    counts: bool = True
    answers: list[tuple[str | None, bool]] = field(default_factory=list)
    left: bool = False
    mark: tuple[Decimal, str] | None = None  # the newest: points, and by whose key
    given: int = 0  # how many marks
    judged: list[str] = field(default_factory=list)
    begins: int = 0  # the revision that its first answer replaces

    @property
    def revision(self) -> int:
        return self.begins + len(self.answers)

    @property
    def answer(self) -> str | None:
        return self.answers[-1][0] if self.answers else None

    @property
    def tries(self) -> list[str | None]:
        return [option for option, checked in self.answers if checked]

    def locked(self, behaviour: str) -> bool:
        if behaviour == "interactive":
            return self.right in self.tries[:TRIES] or len(self.tries) >= TRIES
        return bool(self.tries)

    def earned(self, behaviour: str, key: str) -> Decimal:
        """The points that the answers earn by that key."""
        counted = [self.answer]
        if behaviour in ("immediate", "practice"):
            counted = (self.tries or counted)[:1]
        if behaviour == "interactive":
            counted = self.tries[:TRIES]
            if key in counted:
                counted = counted[: counted.index(key) + 1]
            elif len(counted) < TRIES and self.answer not in (None, *counted[-1:]):
                counted.append(self.answer)
        if not counted or counted[-1] != key:
            return Decimal(0)
        worth = POINTS[self.position] * (1 - PENALTY * (len(counted) - 1))
        return worth.quantize(Decimal("0.00001"), ROUND_HALF_EVEN)

    def give(self, points: Decimal, by: str) -> None:
        """A mark; one that says nothing new is not given."""
        if self.mark != (points, by):
            self.mark = (points, by)
            self.given += 1


@dataclass
class Sitting:
    """An attempt. Seconds since the start of the run."""

    who: str
    number: int
    started: int
    end: int
    rules: Settings
    asked: dict[int, Asked]
    replaced: list[Asked] = field(default_factory=list)
    state: str = "open"
    submitted: int | None = None
    accepted: bool = False
    deduction: int = 0
    shown: bool = False  # its student has looked at its key

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def closes(self) -> int:
        """Until when it can be handed in."""
        return self.end + (TO_HAND_IN if self.rules.at_zero == "grace" else GRACE)

    def overdue(self, now: int) -> bool:
        return self.is_open and now > self.closes

    def takes_answers(self, now: int) -> bool:
        return self.is_open and now <= self.end + GRACE

    @property
    def at_hand(self) -> int:
        return next((at for at, one in self.asked.items() if not one.left), ESSAY)

    @property
    def out_of(self) -> Decimal:
        """What earns nothing, since an attempt before showed its answer, is part of it as well."""
        return sum(POINTS.values(), Decimal(0))

    @property
    def score(self) -> Decimal | None:
        """None while it is open, counts in nothing, or waits for a person."""
        marks = [one.mark for one in self.asked.values() if one.counts]
        if self.state != "submitted" or None in marks:
            return None
        return sum((mark[0] for mark in marks if mark), Decimal(0))

    @property
    def percentage(self) -> Decimal | None:
        if self.score is None:
            return None
        left = 1 - Fraction(self.deduction, 100)
        return hundredths(100 * Fraction(self.score) / Fraction(self.out_of) * left)

    def finish(self, now: int) -> bool:
        """End it; whether it counts. What was on its way at the end came at the end."""
        self.state = "submitted"
        if now <= self.end + GRACE:
            self.submitted = min(now, self.end)
        elif self.rules.at_zero == "grace":
            self.submitted = min(now, self.closes)
            if now > self.closes:
                self.state = "abandoned"
        else:
            self.submitted = self.end
            if self.rules.at_zero == "abandon":
                self.state = "abandoned"
        return self.state == "submitted"

    def grade(self) -> None:
        for position, one in self.asked.items():
            if position != ESSAY:
                one.give(one.earned(self.rules.behaviour, one.right), one.right)
            elif one.answer is None:
                one.give(Decimal(0), "blank")


@dataclass
class Student:
    here: bool = True
    factor: Decimal = Decimal(1)
    limit: int | None = None  # given to this person
    close: int | None = None
    due: int | None = None
    allowed: int | None = None
    counting: Decimal | None = None
    completed: bool = False
    revealed: bool = False  # has asked for the answers
    begun: bool = False


@dataclass
class Model:
    settings: Settings
    cohort_close: int
    students: dict[str, Student]
    now: int = 0
    schedule: int | None = None
    due: int | None = None
    right: dict[int, str] = field(
        default_factory=lambda: {**dict.fromkeys((1, 2, 3), KEYS[0]), ESSAY: "essay"}
    )
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

    def due_of(self, who: str) -> int | None:
        own = self.students[who].due
        return self.due if own is None else own

    def plan(self, *, due: int | None, close: int | None) -> None:
        """The cohort's times, which must not contradict each other or what anybody was given."""
        for own in (Student(), *self.students.values()):
            to = self.cohort_close if close is None else close
            by = due if own.due is None else own.due
            if by is not None and by > (to if own.close is None else own.close):
                raise RefusedByModel("closes before it is due")
        self.schedule, self.due = close, due
        self.moved(*self.students)

    def give(self, who: str, *, due: int | None = None, close: int | None = None) -> None:
        """Other times for one person, which must not contradict what holds otherwise."""
        held = self.due_of(who) if due is None else due
        if held is not None and held > (self.close_of(who) if close is None else close):
            raise RefusedByModel("closes before it is due")
        student = self.students[who]
        student.due = student.due if due is None else due
        student.close = student.close if close is None else close
        self.moved(who)

    def end_for(self, who: str, started: int) -> int:
        student = self.students[who]
        limit = student.limit or LIMIT
        return min(started + ceil(limit * Fraction(student.factor)), self.close_of(who))

    def deduction(self, sitting: Sitting) -> int:
        """Percent that lateness costs, by the rules of its start and by when it is due now."""
        due = self.due_of(sitting.who)
        if due is None or sitting.submitted is None:
            return 0
        days = max(0, ceil(Fraction(sitting.submitted - due - GRACE, DAY)))
        return min(sitting.rules.late_most, days * sitting.rules.late_penalty)

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
                yield sitting.closes

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
        if sitting.state != "submitted" or sitting.submitted is None:
            return False
        if self.may_earn(sitting.who):
            return False
        if self.settings.review == "homework":
            return True
        # Who has just submitted sees what all others see then, even over the close.
        return self.now >= sitting.submitted + TWO_MINUTES and self.now >= self.over()

    def known(self, who: str) -> set[tuple[int, str]]:
        """The keys that somebody at work has been shown: after an attempt, or by checking."""
        found = set()
        for sitting in self.of(who):
            for one in [*sitting.asked.values(), *sitting.replaced]:
                if sitting.shown or one.tries:
                    found.add((one.position, one.right))
        return found

    def counts(self, who: str, position: int, right: str) -> bool:
        return not self.settings.leaves_out or (position, right) not in self.known(who)

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
        asked = {
            at: Asked(at, right, self.counts(who, at, right)) for at, right in self.right.items()
        }
        if not any(one.counts for one in asked.values()):
            raise RefusedByModel("nothing new")
        number, end = len(self.of(who)) + 1, self.end_for(who, self.now)
        sitting = Sitting(who, number, self.now, end, self.settings, asked)
        self.sittings.append(sitting)
        student.begun = True
        return sitting

    def at_work(self, sitting: Sitting) -> None:
        """Only whose time is not over answers, checks, swaps or goes on."""
        self.present(sitting.who)
        self.settle(sitting)
        if not sitting.takes_answers(self.now):
            raise RefusedByModel("closed")

    def save(
        self, sitting: Sitting, position: int, option: str | None, base: int, *, check: bool
    ) -> str:
        """ "saved", "again", or why not."""
        self.at_work(sitting)
        if sitting.rules.sequential and position != sitting.at_hand:
            return "left" if position < sitting.at_hand else "not_yet"
        one = sitting.asked[position]
        past = one.answers
        last, tried = past[-1] if past else (None, False)
        if base < one.begins:
            return "swapped"
        if check and sitting.rules.behaviour == "deferred":
            return "malformed"
        before = one.revision - bool(past)
        if option == last and base in (one.revision, before) and (tried or not check):
            return "again"
        if one.locked(sitting.rules.behaviour):
            return "locked"
        if check and (option is None or position == ESSAY):
            return "malformed"
        if base != one.revision:
            return "stale"
        past.append((option, check))
        return "saved"

    def redo(self, sitting: Sitting, position: int) -> None:
        """In practice the same question once more, from the beginning: the slot has no other."""
        self.at_work(sitting)
        one = sitting.asked[position]
        if sitting.rules.behaviour != "practice" or one.left:
            raise RefusedByModel("no redo")
        if not one.tries:
            if any(each.position == position for each in sitting.replaced):
                return  # pressed twice
            raise RefusedByModel("no redo")
        if not self.counts(sitting.who, position, one.right):
            raise RefusedByModel("no redo")  # it would earn nothing: what was answered stays
        sitting.replaced.append(one)
        begins = one.revision + 1  # above all that a page with the question before can name
        sitting.asked[position] = Asked(position, one.right, begins=begins)

    def go_on(self, sitting: Sitting, position: int) -> int:
        """Leave a question for good; the position of the one then at hand."""
        self.at_work(sitting)
        if not sitting.rules.sequential or position > sitting.at_hand or position == ESSAY:
            raise RefusedByModel("not its turn")
        if position == sitting.at_hand:
            sitting.asked[position].left = True
        return sitting.at_hand

    def submit(self, sitting: Sitting) -> None:
        self.present(sitting.who)
        if sitting.is_open:
            self.close(sitting)

    def settle(self, sitting: Sitting) -> None:
        if sitting.overdue(self.now):
            self.close(sitting)

    def end(self, sitting: Sitting) -> None:
        if sitting.finish(self.now):
            self.hand_in(sitting)

    def hand_in(self, sitting: Sitting) -> None:
        sitting.deduction = self.deduction(sitting)
        sitting.grade()

    def close(self, sitting: Sitting) -> None:
        self.end(sitting)
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
            late = [one for one in self.of(name) if one.state == "submitted"]
            changed = [one for one in late if one.deduction != self.deduction(one)]
            for one in changed:
                one.deduction = self.deduction(one)
            if changed:
                self.tell_ledger(name)

    def reveal(self, who: str) -> None:
        """The answers of homework now, and no attempt after that."""
        student = self.present(who)
        if student.revealed:
            return
        going = self.under_way(who)
        if going is not None and not going.overdue(self.now):
            raise RefusedByModel("finish first")
        if self.settings.review != "homework" or not self.of(who) or not self.may_earn(who):
            raise RefusedByModel("nothing to choose")
        student.revealed = True
        if going is not None:
            self.end(going)
        self.tell_ledger(who)

    def accept(self, sitting: Sitting) -> None:
        """Count after all what was not handed in, as handed in at the end of its time."""
        if sitting.state != "abandoned":
            if not sitting.accepted:
                raise RefusedByModel("counts already")
            return
        sitting.state, sitting.accepted = "submitted", True
        sitting.submitted = min(sitting.submitted or sitting.end, sitting.end)
        self.hand_in(sitting)
        self.tell_ledger(sitting.who)

    def judge(self, sitting: Sitting, judgement: str) -> None:
        """A person marks the essay, or marks it anew."""
        essay = sitting.asked[ESSAY]
        if sitting.state != "submitted" or essay.answer is None:
            raise RefusedByModel("nothing to mark")
        if essay.judged[-1:] == [judgement]:
            return
        essay.judged.append(judgement)
        essay.give(JUDGEMENTS[judgement], "person")
        self.tell_ledger(sitting.who)

    def regrade(self, position: int, key: str) -> None:
        moved = set()
        for sitting in self.sittings:
            if sitting.state == "submitted":
                one = sitting.asked[position]
                before = one.mark
                one.give(one.earned(sitting.rules.behaviour, key), key)
                if before is None or one.mark is None or one.mark[0] != before[0]:
                    moved.add(sitting.who)
        for who in moved:
            self.tell_ledger(who)

    def change_method(self, method: str) -> None:
        self.settings = replace(self.settings, method=method)
        for who in self.students:
            self.tell_ledger(who)

    def seen_by_regrade(self, position: int) -> object:
        """What a preview looks at: if any of it is another by then, it is not committed."""
        return [
            (one.who, one.number, one.score, one.deduction, one.asked[position].given)
            for one in self.sittings
            if one.state == "submitted"
        ]

    def tell_ledger(self, who: str) -> None:
        """What counts. An attempt that waits for a person counts in nothing yet."""
        student = self.students[who]
        over = [one for one in self.of(who) if not one.is_open]
        percent = [one.percentage for one in over if one.state == "submitted"]
        known = [each for each in percent if each is not None]
        if not known or (self.settings.method == "first" and percent[0] is None):
            return
        counting = {
            "highest": lambda: max(known),
            "first": lambda: known[0],
            "last": lambda: known[-1],
            "average": lambda: hundredths(sum(map(Fraction, known), Fraction(0)) / len(known)),
        }[self.settings.method]()
        student.counting = counting
        none_left = student.revealed or len(over) >= (student.allowed or ALLOWED)
        student.completed |= counting >= PASS or (none_left and None not in percent)


def hundredths(value: Fraction) -> Decimal:
    """As people read it: two decimals, half up."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
