"""Counts of (mark, total) pairs, and the exact moments that follow from them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

# Marks have five decimals; counted in these, sums are whole numbers.
UNIT = Decimal("0.00001")


def units(points: Decimal) -> int:
    """Points as a whole number of units; ValueError if they are finer than a mark."""
    found = points / UNIT
    if found != int(found):
        raise ValueError(f"{points} has more decimals than a mark.")
    return int(found)


@dataclass(frozen=True)
class Joint:
    """How many attempts had which mark on one question beside which total; both in units."""

    counts: Mapping[tuple[int, int], int]

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> "Joint":
        return cls(Counter(pairs))

    def __add__(self, other: "Joint") -> "Joint":
        return Joint(Counter(self.counts) + Counter(other.counts))

    @cached_property
    def n(self) -> int:
        return sum(self.counts.values())

    @cached_property
    def marks(self) -> Counter[int]:
        return self._side(lambda mark, total: mark)

    @cached_property
    def totals(self) -> Counter[int]:
        return self._side(lambda mark, total: total)

    @cached_property
    def rests(self) -> Counter[int]:
        """The total without this question."""
        return self._side(lambda mark, total: total - mark)

    @cached_property
    def with_total(self) -> Fraction:
        """Sample covariance of mark and total, in square units; needs two attempts."""
        return covariance(self.counts)

    @cached_property
    def with_rest(self) -> Fraction:
        """Sample covariance of mark and rest: the item does not correlate with itself."""
        return covariance({(mark, total - mark): n for (mark, total), n in self.counts.items()})

    def _side(self, of: Callable[[int, int], int]) -> Counter[int]:
        found: Counter[int] = Counter()
        for (mark, total), n in self.counts.items():
            found[of(mark, total)] += n
        return found


def mean(counts: Mapping[int, int]) -> Fraction:
    n = sum(counts.values())
    if not n:
        raise ValueError("There is no mean of nothing.")
    return Fraction(sum(value * times for value, times in counts.items()), n)


def variance(counts: Mapping[int, int]) -> Fraction:
    """Sample variance (divisor n - 1); ValueError with fewer than two values."""
    n = sum(counts.values())
    if n < 2:
        raise ValueError("There is no variance of fewer than two values.")
    total = sum(value * times for value, times in counts.items())
    squares = sum(value * value * times for value, times in counts.items())
    return Fraction(n * squares - total * total, n * (n - 1))


def covariance(counts: Mapping[tuple[int, int], int]) -> Fraction:
    """Sample covariance (divisor n - 1); ValueError with fewer than two pairs."""
    n = sum(counts.values())
    if n < 2:
        raise ValueError("There is no covariance of fewer than two pairs.")
    first = sum(a * times for (a, _b), times in counts.items())
    second = sum(b * times for (_a, b), times in counts.items())
    products = sum(a * b * times for (a, b), times in counts.items())
    return Fraction(n * products - first * second, n * (n - 1))


def highest_covariance(first: Mapping[int, int], second: Mapping[int, int]) -> Fraction:
    """The covariance if both lists were sorted and paired: the most that their values allow."""
    pairs: Counter[tuple[int, int]] = Counter()
    ones, others = sorted(first.items()), sorted(second.items())
    one = other = 0  # how many of each list have been paired before
    here = there = 0  # the runs of equal values that come next
    while here < len(ones) and there < len(others):
        (value, times), (beside, theirs) = ones[here], others[there]
        upto = min(one + times, other + theirs)
        pairs[value, beside] += upto - max(one, other)
        if one + times == upto:
            one, here = upto, here + 1
        if other + theirs == upto:
            other, there = upto, there + 1
    return covariance(pairs)
