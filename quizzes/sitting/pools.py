"""Which questions a slot may draw: one answer for starting, loading, editing and checking.

Questions, objectives, tags and modules are named by whatever the caller knows them by: primary
keys on the site, natural keys in the files.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

Name = Hashable


@dataclass(frozen=True)
class Candidate:
    """A ready question of the right use, as a pool looks at it.

    `lens` is its module's; `difficulty` the author's guess of the facility index, 0 (nobody) to
    1 (everybody); `version` what it would be asked in.
    """

    question: str
    module: Name
    lens: str
    difficulty: Decimal
    objectives: frozenset[Name] = frozenset()
    tags: frozenset[Name] = frozenset()
    version: Name = None


@dataclass(frozen=True)
class Pool:
    """What a slot asks of the questions that it draws; what is None or empty, it does not ask."""

    objective: Name | None = None
    tag: Name | None = None
    modules: frozenset[Name] | None = None
    lens: str = ""
    difficulty_from: Decimal | None = None
    difficulty_to: Decimal | None = None

    def fits(self, candidate: Candidate) -> bool:
        """Whether a question has all that is asked; both ends of the difficulty are within."""
        return (
            (self.objective is None or self.objective in candidate.objectives)
            and (self.tag is None or self.tag in candidate.tags)
            and (self.modules is None or candidate.module in self.modules)
            and self.lens in ("", candidate.lens)
            and (self.difficulty_from is None or candidate.difficulty >= self.difficulty_from)
            and (self.difficulty_to is None or candidate.difficulty <= self.difficulty_to)
        )


def choices(slots: Iterable[Pool | str], candidates: Sequence[Candidate]) -> list[list[str]]:
    """For each slot the questions that may fill it: those in its pool, or the one it names."""

    @cache  # many slots draw from one pool
    def within(pool: Pool) -> list[str]:
        return [each.question for each in candidates if pool.fits(each)]

    return [[slot] if isinstance(slot, str) else within(slot) for slot in slots]


def built_on(module: Name, prerequisites: Callable[[Name], Iterable[Name]]) -> frozenset[Name]:
    """A module and all that lead to it: what its quizzes may ask about."""
    found: set[Name] = set()
    waiting = [module]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += prerequisites(key)
    return frozenset(found)
