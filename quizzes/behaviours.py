"""How the questions of an attempt are tried: when an answer is checked, how often, at what cost.

A kind says what an answer is worth, 0..1; the behaviour says which answers are looked at and what
becomes of that fraction. The rules are fixed when an attempt starts, so that changing a quiz
changes nothing under anybody's hands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any


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
    """What an attempt was started under. `penalty` is the fraction 0..1 that each try costs."""

    behaviour: Behaviour = Behaviour.DEFERRED
    penalty: Decimal = Decimal("0.33333")
    certainty: Certainty = Certainty.NONE
    navigation: Navigation = Navigation.FREE
    at_zero: AtZero = AtZero.SUBMIT

    def stored(self) -> dict[str, str]:
        """As JSON for `Attempt.rules`: only what differs from the default, to keep rows small."""
        usual = Rules()
        return {
            name: str(getattr(self, name))
            for name in self.__dataclass_fields__
            if getattr(self, name) != getattr(usual, name)
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Rules":
        """The rules behind `stored`."""
        read = {
            "behaviour": Behaviour,
            "penalty": Decimal,
            "certainty": Certainty,
            "navigation": Navigation,
            "at_zero": AtZero,
        }
        return cls(**{name: read[name](value) for name, value in stored.items()})
