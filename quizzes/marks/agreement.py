"""When an answer that people mark has its mark: one marker, two who agree, or a moderator.

Two marks agree if they differ by no more than the tolerance; then their mean counts. Beyond it an
instructor decides. What a moderator says holds, whatever was marked before. No Django here.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from quizzes.marks import grading


class State(StrEnum):
    FIRST = "first"  # waits for a first marker
    SECOND = "second"  # waits for a second one
    MODERATION = "moderation"  # two marks lie too far apart
    DECIDED = "decided"


@dataclass(frozen=True)
class Terms:
    """How a question is marked. The tolerance is in its points."""

    second: bool = False
    tolerance: Decimal = Decimal(0)

    @property
    def in_words(self) -> str:
        if not self.second:
            return "One person marks each answer."
        points = f"{self.tolerance.normalize():f}"
        return (
            "Two people mark each answer, neither seeing the other's mark. If they differ by at"
            f" most {points} {'point' if points == '1' else 'points'}, the mean of both counts;"
            " otherwise an instructor decides."
        )


@dataclass(frozen=True)
class Standing:
    """How far an answer is; its points once that is decided."""

    state: State
    score: Decimal | None = None


def stand(
    terms: Terms,
    first: Decimal | None = None,
    second: Decimal | None = None,
    moderator: Decimal | None = None,
) -> Standing:
    """How an answer stands by the newest mark of each role, in points."""
    if moderator is not None:
        return Standing(State.DECIDED, moderator)
    if first is None:
        return Standing(State.FIRST)
    if second is None:
        return Standing(State.SECOND) if terms.second else Standing(State.DECIDED, first)
    if abs(first - second) > terms.tolerance:
        return Standing(State.MODERATION)
    half = Fraction(1, 2)
    return Standing(State.DECIDED, grading.mark(half, first + second))
