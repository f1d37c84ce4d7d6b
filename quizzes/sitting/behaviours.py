"""How the questions of an attempt are tried: when an answer is checked, how often, at what cost.

A kind says what an answer is worth, 0..1; the behaviour says which answers are looked at and what
becomes of that fraction. The rules are fixed when an attempt starts, so that changing a quiz
changes nothing under anybody's hands.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from quizzes.questions.base import Kind, Response, Spec


class Behaviour(StrEnum):
    DEFERRED = "deferred"  # graded when the attempt is handed in
    IMMEDIATE = "immediate"  # checked once, then locked
    INTERACTIVE = "interactive"  # several tries with hints between them, each costs points
    PRACTICE = "practice"  # checked at once, and again with a fresh question


class Certainty(StrEnum):
    NONE = "none"
    ASK = "ask"  # asked, and never counts
    SCORE = "score"  # asked, and counts on the classic scale


class Navigation(StrEnum):
    FREE = "free"
    SEQUENTIAL = "sequential"  # one question after the other, no way back


class AtZero(StrEnum):
    SUBMIT = "submit"  # what is saved is handed in
    GRACE = "grace"  # it may still be handed in for a while, but not answered
    ABANDON = "abandon"  # what was not handed in does not count


@dataclass(frozen=True)
class Rules:
    """What an attempt was started under. `penalty` is the fraction 0..1 that each try costs.

    `late_penalty` and `late_most` are percent of the score, per day begun and in all; None is what
    the quiz says, for attempts that were started before it was kept with them.
    """

    behaviour: Behaviour = Behaviour.DEFERRED
    penalty: Decimal = Decimal("0.33333")
    certainty: Certainty = Certainty.NONE
    navigation: Navigation = Navigation.FREE
    at_zero: AtZero = AtZero.SUBMIT
    grace_period: int = 86_400  # seconds, where there is a grace
    late_penalty: Decimal | None = None
    late_most: Decimal | None = None

    def stored(self) -> dict[str, str]:
        """As JSON for `Attempt.rules`: only what differs from the default, to keep rows small."""
        usual = Rules()
        return {
            name: str(getattr(self, name))
            for name in self.__dataclass_fields__
            if getattr(self, name) != getattr(usual, name)
        }

    @property
    def checks(self) -> bool:
        """Whether answers are checked before the attempt is handed in."""
        return self.behaviour != Behaviour.DEFERRED

    @property
    def asks(self) -> bool:
        """Whether people are asked how sure they are."""
        return self.certainty != Certainty.NONE

    @property
    def least(self) -> Fraction:
        """The least fraction of its points that a question can earn (see `scaled`)."""
        if self.certainty == Certainty.SCORE and self.behaviour != Behaviour.INTERACTIVE:
            return Fraction(CLASSIC[HIGH][1], HIGH)
        return Fraction(0)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Rules":
        """The rules behind `stored`."""
        read = {
            "behaviour": Behaviour,
            "penalty": Decimal,
            "certainty": Certainty,
            "navigation": Navigation,
            "at_zero": AtZero,
            "grace_period": int,
            "late_penalty": Decimal,
            "late_most": Decimal,
        }
        return cls(**{name: read[name](value) for name, value in stored.items()})


# --- Tries and what they earn ------------------------------------------------------------------


class State(StrEnum):
    """How a question of an open attempt stands."""

    OPEN = "open"  # nothing of it has been checked
    TRYING = "trying"  # checked, not right, and to be tried again
    LOCKED = "locked"  # checked for good: the answer stays


@dataclass(frozen=True, slots=True)
class Given:
    """One stored answer to a question; `certainty` is 1..3, None where nothing was said."""

    answer: Response
    checked: bool = False
    certainty: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A question as it stands, and what it would earn if the attempt ended now.

    `tries` counts the checked answers, `left` the tries still to be had (None where they are not
    counted), `hints` those that have been earned. `earned` is a fraction of the points: 0..1, and
    down to `Rules.least` on the classic scale; None where a person has to say. `lost` is the part
    that earlier tries cost.
    """

    state: State
    earned: Fraction | None
    tries: int = 0
    left: int | None = None
    hints: int = 0
    lost: Fraction = Fraction(0)


LOW, HIGH = 1, 3
# For each level: what a right answer earns and what a wrong one costs, in thirds of the points.
CLASSIC: Mapping[int, tuple[int, int]] = {1: (1, 0), 2: (2, -2), 3: (3, -6)}


def scaled(fraction: Fraction, certainty: int | None) -> Fraction:
    """What an answer worth `fraction` earns on the classic scale of certainty-based marking.

    With the three levels low, middle and high (nothing said counts as low), a right answer earns
    1, 2 or 3 times its fraction and a wrong one 0, -2 or -6: the scale of Gardner-Medwin's
    certainty-based marking as Moodle's question engine has it. It pays to be honest: middle is
    best from a chance of 2/3 on, high from 4/5. Divided by 3, since 3 is the most: a question
    still earns at most its points, and sure and wrong costs twice its points. The mark of one
    question may thus be negative, or it would pay always to be sure; only the total of an attempt
    never falls below 0 (`grading.total`).
    """
    right, wrong = CLASSIC[certainty or LOW]
    return (right * fraction if fraction > 0 else Fraction(wrong)) / HIGH


@dataclass(frozen=True)
class Certain:
    """What some answers with a certainty come to on the classic scale.

    `average` is the mark of a point, -6 to 3; `accuracy` the share of the points that was right
    whatever was said, 0..1; `bonus` what telling sure from unsure added to that, or took away.
    """

    answers: int
    average: Fraction
    accuracy: Fraction
    bonus: Fraction

    @property
    def with_bonus(self) -> Fraction:
        """Accuracy and bonus in one."""
        return self.accuracy + self.bonus


def certain(marks: Collection[tuple[Fraction, Fraction, int | None]]) -> Certain | None:
    """From (points, mark, certainty) of each question to what they come to; None without points.

    As Gardner-Medwin's certainty-based marking has it, and Moodle tells it: the bonus is a tenth of
    what the average mark exceeds the best that one level for all answers would have brought with
    the same accuracy.
    """
    points = sum((each for each, _mark, _sure in marks), Fraction(0))
    if not points:
        return None
    average = sum((HIGH * mark for _points, mark, _sure in marks), Fraction(0)) / points
    # `scaled` the other way round: who was wrong had nothing right, whatever that cost.
    right = sum(
        (HIGH * mark / CLASSIC[sure or LOW][0] for _points, mark, sure in marks if mark > 0),
        Fraction(0),
    )
    accuracy = right / points
    best = max(accuracy * good + (1 - accuracy) * bad for good, bad in CLASSIC.values())
    return Certain(len(marks), average, accuracy, (average - best) / 10)


def judge(
    rules: Rules,
    kind: Kind,
    spec: Spec,
    given: Sequence[Given],
    *,
    hints: int | None = None,
) -> Standing:
    """How a question stands after these answers, in their order: the only place that decides it.

    `given` holds every checked answer and the newest one. `hints` is how many hints the question
    had when it was tried, if `spec` is the key of another version.

    Deferred: the newest answer counts. Immediate and practice: the first checked answer counts
    and locks, or the newest if none was checked. Interactive: there is one try more than hints;
    right or the last of them locks. A newest answer that was not checked, and is neither blank
    nor what was tried last, counts as one more try if there are any left. What a person has to
    mark cannot be checked at once: it is deferred under every behaviour, and certainty does not
    scale it.
    """
    newest = given[-1] if given else Given(None)
    if kind.by_hand:
        waits = kind.waits(spec, newest.answer)
        return Standing(State.OPEN, None if waits else kind.grade(spec, newest.answer))
    tries = [one for one in given if one.checked]
    match rules.behaviour:
        case Behaviour.DEFERRED:
            return Standing(State.OPEN, _earned(rules, kind, spec, newest))
        case Behaviour.INTERACTIVE:
            count = len(spec.get("hints", ())) if hints is None else hints
            return _interactive(rules, kind, spec, tries, newest, hints=count)
        case _:
            state = State.LOCKED if tries else State.OPEN
            counts = tries[0] if tries else newest
            earned = _earned(rules, kind, spec, counts)
            return Standing(state, earned, len(tries[:1]), 0 if tries else 1)


def _earned(rules: Rules, kind: Kind, spec: Spec, one: Given) -> Fraction:
    fraction = kind.grade(spec, one.answer)
    if rules.certainty != Certainty.SCORE or kind.outcome(spec, one.answer) == "blank":
        return fraction
    return scaled(fraction, one.certainty)


def _interactive(
    rules: Rules, kind: Kind, spec: Spec, tries: Sequence[Given], newest: Given, *, hints: int
) -> Standing:
    allowed = hints + 1
    counted: list[Given] = []
    right = False
    for one in tries[:allowed]:
        counted.append(one)
        if kind.grade(spec, one.answer) == 1:
            right = True
            break
    used = len(counted)
    locked = right or used == allowed
    if (
        not locked
        and newest.answer is not None
        and newest.answer not in (one.answer for one in counted[-1:])
    ):
        counted.append(newest)
    earned = after_tries(kind, spec, [one.answer for one in counted], Fraction(rules.penalty))
    whole = kind.grade(spec, counted[-1].answer) if counted else Fraction(0)
    return Standing(
        state=State.LOCKED if locked else State.TRYING if used else State.OPEN,
        earned=earned,
        tries=used,
        left=0 if locked else allowed - used,
        hints=min(hints, used - right),
        lost=whole - earned,
    )


def after_tries(kind: Kind, spec: Spec, answers: Sequence[Response], penalty: Fraction) -> Fraction:
    """The fraction 0..1 that the last of several tries earns; `penalty` is what each one costs.

    max(0, fraction - tries before it x penalty), as Moodle's interactive behaviour has it. Where
    the parts of a question count alike (`Kind.shares`), each part pays only for the tries before
    the one from which on it was right: its count-back variant, which never earns less.
    """
    if not answers:
        return Fraction(0)
    well_formed = [kind.well_formed(kind.keys(spec), answer) for answer in answers]
    parts = [None if one is None else kind.shares(spec, one) for one in well_formed]
    if parts[-1] is None:
        before = (len(answers) - 1) * penalty
        return max(Fraction(0), kind.grade(spec, answers[-1]) - before)
    earned = Fraction(0)
    for place, right in enumerate(parts[-1]):
        if not right:
            continue
        since = len(parts) - 1
        while since and (earlier := parts[since - 1]) is not None and earlier[place]:
            since -= 1
        earned += max(Fraction(0), 1 - since * penalty)
    return earned / len(parts[-1])


# --- In words ----------------------------------------------------------------------------------

LOCKS = (
    "It is locked then, and you see at once whether it is right, and why. What you have not checked"
    " is graded when you hand in."
)
CHECKING: Mapping[Behaviour, Sequence[str]] = {
    Behaviour.DEFERRED: (),
    Behaviour.IMMEDIATE: (f"You can check each answer once, with the button beside it. {LOCKS}",),
    Behaviour.PRACTICE: (
        f"You can check each answer with the button beside it. {LOCKS}",
        "A question that is checked can be swapped for another one like it, or asked anew where"
        " there is no other, as often as you like; the last one that you were asked is in the"
        " score.",
    ),
    Behaviour.INTERACTIVE: (
        "You can check each answer with the button beside it. If it is not right yet you get a hint"
        " and can try again; there is one try more than there are hints.",
        "Your last try counts, and each try before it costs {penalty} % of the question's points."
        " An answer that you change after that and do not check counts as one more try.",
        "In a question with rows or gaps that count alike, each of them is charged by itself: one"
        " that was right at the first try and stayed so costs nothing, whatever the others took.",
    ),
}
ASKING: Mapping[Certainty, Sequence[str]] = {
    Certainty.NONE: (),
    Certainty.ASK: (
        "You are asked how sure you are of each answer. That never counts: it shows you afterwards"
        " how well you know what you know.",
    ),
    Certainty.SCORE: (
        "You are asked how sure you are of each answer, and that counts. A right answer earns a"
        " third of its points if you are not very sure or say nothing, two thirds if you are fairly"
        " sure, and all if you are very sure. A wrong one costs nothing, two thirds of its points,"
        " or twice its points. No answer costs nothing, and the total is never below 0.",
        "It pays to be honest: say “fairly sure” from a chance of two in three that you are right,"
        " “very sure” from four in five.",
    ),
}


def told(rules: Rules) -> list[str]:
    """How answers are checked and what certainty does to the score, for the student to read."""
    penalty = (100 * rules.penalty).quantize(Decimal("0.01")).normalize()
    sentences = [*CHECKING[rules.behaviour], *ASKING[rules.certainty]]
    return [sentence.format(penalty=f"{penalty:f}") for sentence in sentences]
