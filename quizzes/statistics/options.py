"""What was chosen, by whom: each option against a score, and along the class."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import sqrt
from typing import TypeVar

from .intervals import Interval, of_correlation, proportion

Choice = TypeVar("Choice", bound=Hashable)
FIFTHS = 5


@dataclass(frozen=True)
class Option:
    """One option over all `n` attempts that had the question.

    `point_biserial` correlates choosing it with the score that was counted: (mean of choosers -
    mean of the others) / SD · √(q(1 - q)) with the SD of the population, -1..1; None if all or
    none chose it or all scores are equal.
    """

    chosen: int
    n: int
    share: float
    point_biserial: float | None

    @property
    def share_interval(self) -> Interval | None:
        return proportion(self.chosen, self.n) if self.n else None

    @property
    def interval(self) -> Interval | None:
        """Of the point-biserial."""
        r = self.point_biserial
        return None if r is None else of_correlation(r, self.n)


@dataclass(frozen=True)
class Trace:
    """The share 0..1 that chose an option in each fifth of the class, the weakest first.

    `size` is how many attempts a fifth holds, which need not be a whole number.
    """

    shares: tuple[float | None, ...]
    size: float


def options(
    chosen: Mapping[Choice, Mapping[int, int]], totals: Mapping[int, int]
) -> dict[Choice, Option]:
    """Every option: `chosen` counts the scores of those who chose it, `totals` those of all.

    The score is the caller's: against the total, which holds the question, a key is lifted by
    itself, the more so the shorter the quiz; against the rest of the quiz it is not.
    """
    n = sum(totals.values())
    whole = sum(total * times for total, times in totals.items())
    squares = sum(total * total * times for total, times in totals.items())
    spread = n * squares - whole * whole  # n² times the variance
    found = {}
    for key, counts in chosen.items():
        if any(times > totals.get(total, 0) for total, times in counts.items()):
            raise ValueError("Nobody chooses who is not there.")
        times = sum(counts.values())
        correlation = None
        if 0 < times < n and spread:
            # The definition with its fractions cleared: whole numbers up to the last division.
            above = n * sum(total * k for total, k in counts.items()) - times * whole
            correlation = above / sqrt(times * (n - times) * spread)
        found[key] = Option(times, n, times / n if n else 0.0, correlation)
    return found


def traces(
    chosen: Mapping[Choice, Mapping[int, int]], totals: Mapping[int, int]
) -> dict[Choice, Trace]:
    """Each option's share in each fifth of the class by score.

    Equal scores stay together in fairness to them: where a fifth's border cuts through them, each
    side gets its part of every option they chose, as if they stood there in equal mixture.
    """
    n = sum(totals.values())
    parts = _parts(totals, n)
    size = Fraction(n, FIFTHS)
    found = {}
    for key, counts in chosen.items():
        in_fifth: dict[int, Fraction] = defaultdict(Fraction)
        for total, times in counts.items():
            for fifth, part in enumerate(parts[total]):
                in_fifth[fifth] += part * times
        found[key] = Trace(
            tuple(float(in_fifth[fifth] / size) if n else None for fifth in range(FIFTHS)),
            float(size),
        )
    return found


def _parts(totals: Mapping[int, int], n: int) -> dict[int, Sequence[Fraction]]:
    """For each total, which part of those who have it falls into which fifth."""
    borders = [Fraction(n * fifth, FIFTHS) for fifth in range(FIFTHS + 1)]
    seen = 0
    found: dict[int, Sequence[Fraction]] = {}
    for total in sorted(totals):
        first, last = Fraction(seen), Fraction(seen + totals[total])
        found[total] = [
            max(Fraction(0), min(last, upper) - max(first, lower)) / totals[total]
            for lower, upper in pairwise(borders)
        ]
        seen += totals[total]
    return found
