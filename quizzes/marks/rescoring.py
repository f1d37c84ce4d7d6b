"""What an answered question is worth by another key: the arithmetic of a regrade.

Answers hold stable option keys, so an answer to one version can be read against another one as
long as both offer the same. Where they do not, nothing is guessed: the correction says why it
cannot be made, and the mark stays.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from quizzes.marks import grading
from quizzes.questions import KINDS
from quizzes.questions.base import Response, Spec
from quizzes.sitting.behaviours import Given, Rules, judge

OTHER_KIND = (
    "Version {new} asks another kind of question than version {met} did, so answers to version"
    " {met} cannot be marked by its key."
)
OTHER_CHOICES = (
    "Version {new} does not offer what version {met} offered ({what}), so answers to version {met}"
    " cannot be marked by its key."
)
GONE = "“{key}” is gone"
ADDED = "“{key}” is new"
BY_HAND = (
    "This answer is marked by a person, so no key can mark it again. Change its mark where it was"
    " given."
)
UNREADABLE = "This answer to version {met} cannot be read against version {new}."


DEFERRED = Rules()


class Policy(StrEnum):
    FULL = "full"  # all the points for everybody, whatever they answered
    BOTH = "both"  # by the old key or the new one, whichever gives more
    NEW = "new"
    LEAVE = "leave"


class CannotRescore(ValueError):  # noqa: N818  # it is an answer, not a fault
    """A mark that must stay as it is, for a reason that `str()` tells the instructor."""


@dataclass(frozen=True)
class Key:
    """A version of a question, as far as it decides a score."""

    number: int
    kind: str
    spec: Spec


@dataclass(frozen=True, slots=True)
class Rescored:
    """The points that an answer now earns, and the number of the version whose key said so."""

    score: Decimal
    number: int


@dataclass(frozen=True)
class Correction:
    """Marking answers to the version `met` again, under a policy, now that the key is `new`."""

    policy: Policy
    met: Key
    new: Key

    @cached_property
    def refusal(self) -> str:
        """Why no answer to the version met can be marked so; "" if they can.

        Full credit and leaving alone read no answer, so they are never refused.
        """
        return "" if self.policy in (Policy.FULL, Policy.LEAVE) else self.misfit

    @cached_property
    def misfit(self) -> str:
        """Why the new key cannot read answers to the version met; "" if it can."""
        numbers = {"met": self.met.number, "new": self.new.number}
        if self.met.kind != self.new.kind:
            return OTHER_KIND.format(**numbers)
        kind = KINDS[self.met.kind]
        was, now = set(_flat(kind.keys(self.met.spec))), set(_flat(kind.keys(self.new.spec)))
        if was != now:
            gone = [GONE.format(key=key) for key in sorted(was - now)]
            # Nobody could choose what was not there, and leaving it would earn or cost points.
            added = [ADDED.format(key=key) for key in sorted(now - was)]
            return OTHER_CHOICES.format(what=", ".join(gone + added), **numbers)
        return ""

    def rescore(
        self,
        answer: Response,
        points: Decimal,
        *,
        rules: Rules = DEFERRED,
        given: Sequence[Given] = (),
    ) -> Rescored | None:
        """What `answer` now earns of `points`; None where the mark is to stay.

        `rules` are those of its attempt, and `given` the tries with `answer` as the last of them,
        where more than the answer itself counts. A function of both versions, the policy, the
        rules, the answers and the points alone: marks given in between do not matter, so a
        regrade repeated gives the same. Raises `CannotRescore`.
        """
        given = given or (Given(answer),)
        if self.refusal:
            raise CannotRescore(self.refusal)
        match self.policy:
            case Policy.LEAVE:
                return None
            case Policy.FULL:
                return Rescored(points, self.met.number if self.misfit else self.new.number)
            case Policy.NEW:
                return self._by(self.new, given, points, rules)
            case Policy.BOTH:
                old = self._by(self.met, given, points, rules)
                new = self._by(self.new, given, points, rules)
                return old if old.score > new.score else new

    def _by(self, key: Key, given: Sequence[Given], points: Decimal, rules: Rules) -> Rescored:
        kind = KINDS[key.kind]
        if kind.waits(self.met.spec, given[-1].answer):
            raise CannotRescore(BY_HAND)
        for one in given:
            if kind.fits(self.met.spec, one.answer) and not kind.fits(key.spec, one.answer):
                raise CannotRescore(UNREADABLE.format(met=self.met.number, new=key.number))
        # As many tries as the question had hints when it was answered.
        hints = len(self.met.spec.get("hints", ()))
        earned = judge(rules, kind, key.spec, given, hints=hints).earned
        if earned is None:
            raise CannotRescore(BY_HAND)
        return Rescored(grading.mark(earned, points, least=rules.least), key.number)


def _flat(keys: Any) -> Iterator[str]:
    """Every stable key of an order, each with the list it stands in where there are several."""
    if isinstance(keys, dict):
        for name, inner in keys.items():
            yield from (f"{name}: {key}" for key in _flat(inner))
    elif isinstance(keys, list | tuple):
        for inner in keys:
            yield from _flat(inner)
    elif keys is not None:
        yield str(keys)


class Fingerprint:
    """A digest of what a preview saw, fed row by row, so that any number of rows fits."""

    def __init__(self, *about: object) -> None:
        self._sha = hashlib.sha256()
        self.add(*about)

    def add(self, *row: object) -> None:
        # Quoted as JSON, so that no two different rows read the same.
        self._sha.update(json.dumps([str(value) for value in row]).encode("ascii") + b"\n")

    def digest(self) -> str:
        """64 hexadecimal digits."""
        return self._sha.hexdigest()
