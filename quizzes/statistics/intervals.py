"""How sure a number is: intervals at 95 %, without any package.

The quantiles are those of the normal distribution, for means Student's; below the sizes stated in
`enough` nothing is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import atan, atanh, cos, exp, lgamma, log, pi, sin, sqrt, tanh
from statistics import NormalDist

LEVEL = 0.95
TAIL = 0.5 - LEVEL / 2  # on each side
Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
FEW = 40  # degrees of freedom up to which Student's distribution is summed up exactly


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


def proportion(successes: int, n: int) -> Interval:
    """Wilson's score interval (Wilson 1927) for a share 0..1."""
    if not 0 <= successes <= n or not n:
        raise ValueError("A share is of at least one, and never more than all.")
    share, z2 = successes / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # The ends are exact where all or none succeeded; rounding must not move them.
    low = 0.0 if successes == 0 else middle - half
    high = 1.0 if successes == n else middle + half
    return Interval(max(0.0, low), min(1.0, high))


@lru_cache(maxsize=1024)
def student(df: int) -> float:
    """The quantile of Student's t with `df` degrees of freedom that leaves `TAIL` above it.

    Few: the distribution as a finite sum (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4), halved
    until it is found. Many: their expansion 26.7.5, which is then right to eight digits.
    """
    if df < 1:
        raise ValueError("There is no t without degrees of freedom.")
    if df > FEW:
        z = Z
        return (
            z
            + (z**3 + z) / (4 * df)
            + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * df**2)
            + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * df**3)
            + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * df**4)
        )
    low, high = 0.0, 13.0  # with one degree it is 12.7
    for _halving in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, df) < LEVEL else (low, middle)
    return low


def _within(t: float, df: int) -> float:
    """The chance that Student's t lies between -t and t."""
    angle = atan(t / sqrt(df))
    odd = df % 2
    term = found = (cos(angle) if df > 1 else 0.0) if odd else 1.0
    for at in range(2 + odd, df - 1, 2):
        term *= (at - 1) / at * cos(angle) ** 2
        found += term
    if odd:
        return 2 / pi * (angle + sin(angle) * found)
    return sin(angle) * found


def of_mean(centre: float, sd: float, n: int, *, lowest: float, highest: float) -> Interval:
    """The mean ± t · sd/√n (Student 1908), kept within what is possible; needs two values."""
    half = student(n - 1) * sd / sqrt(n)
    return Interval(max(lowest, centre - half), min(highest, centre + half))


def of_median(counts: Mapping[int, int]) -> Interval | None:
    """Between two of the ordered values, however they are distributed (Thompson 1936).

    The l-th from each end, l the largest of which fewer than l of n coin tosses fall on one side
    with a chance of at most `TAIL`; None below six values, where no such l is.
    """
    at = _order(sum(counts.values()))
    if not at:
        return None
    return Interval(_from_below(sorted(counts.items()), at),
                    _from_below(sorted(counts.items(), reverse=True), at))  # fmt: skip


@lru_cache(maxsize=1024)
def _order(n: int) -> int:
    """The largest l with P(fewer than l heads of n) ≤ `TAIL`; 0 if there is none."""
    # Ten standard deviations below the middle nothing is left to add.
    heads = max(0, int(n / 2 - 5 * sqrt(n)))
    chance = exp(lgamma(n + 1) - lgamma(heads + 1) - lgamma(n - heads + 1) - n * log(2))
    below = 0.0
    while heads <= n and below + chance <= TAIL:
        below += chance
        chance *= (n - heads) / (heads + 1)
        heads += 1
    return heads if below else 0


def _from_below(ordered: list[tuple[int, int]], at: int) -> int:
    seen = 0
    for value, times in ordered:
        seen += times
        if seen >= at:
            return value
    raise ValueError("There are not so many values.")


def of_sd(sd: float | None, kurtosis: float | None, n: int) -> Interval | None:
    """Of a standard deviation in large samples, whatever the distribution.

    var(s²) ≈ σ⁴ (2/(n-1) + γ₂/n) (Cramér 1946, 27.4), taken to the logarithm of s by the delta
    method: exp(ln s ± z/2 · √(2/(n-1) + g₂/n)), as Bonett (2006, Computational Statistics and
    Data Analysis 50, 775-782) has it. `kurtosis` is the excess g₂; None where the formula has
    nothing to stand on: no spread, or two heaps of the same size.
    """
    if not sd or kurtosis is None or n < 4:
        return None
    spread = 2 / (n - 1) + kurtosis / n
    if spread <= 0:
        return None
    factor = exp(Z / 2 * sqrt(spread))
    return Interval(sd / factor, sd * factor)


def of_binary_sd(share: Interval, n: int) -> Interval:
    """Of the standard deviation of marks that are all or nothing: √(q(1-q) n/(n-1)).

    It is a function of the share q alone, so its ends are those over the interval of the share.
    """
    ends = [sqrt(q * (1 - q) * n / (n - 1)) for q in (share.low, share.high)]
    if share.low <= 0.5 <= share.high:
        ends.append(sqrt(n / (n - 1)) / 2)
    return Interval(min(ends), max(ends))


def of_skewness(skewness: float | None, n: int) -> Interval | None:
    """g ± z · its standard error if totals were normal (Cramér 1946; Joanes and Gill 1998)."""
    if skewness is None or n < 3:
        return None
    half = Z * skewness_error(n)
    return Interval(skewness - half, skewness + half)


def skewness_error(n: int) -> float:
    return sqrt(6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3)))


def of_kurtosis(kurtosis: float | None, n: int) -> Interval | None:
    """g ± z · its standard error if totals were normal (Cramér 1946; Joanes and Gill 1998)."""
    if kurtosis is None or n < 4:
        return None
    half = Z * 2 * skewness_error(n) * sqrt((n * n - 1) / ((n - 3) * (n + 5)))
    return Interval(kurtosis - half, kurtosis + half)


def of_correlation(r: float, n: int) -> Interval | None:
    """Fisher's z-transformation (Fisher 1921); None below four pairs."""
    if n < 4:
        return None
    if abs(r) >= 1:
        return Interval(r, r)
    half = Z / sqrt(n - 3)
    return Interval(tanh(atanh(r) - half), tanh(atanh(r) + half))


def of_alpha(alpha: float, n: int, questions: int) -> Interval | None:
    """Bonett's interval for Cronbach's alpha (Bonett 2002, eq. 5); None below three attempts."""
    if n < 3 or questions < 2 or alpha >= 1:
        return None
    half = Z * sqrt(2 * questions / ((questions - 1) * (n - 2)))
    centre = log(1 - alpha)
    return Interval(1 - exp(centre + half), 1 - exp(centre - half))


def between(interval: Interval | None, decimals: int) -> str:
    """An interval as people read it: "0.31 to 0.58", or nothing."""
    if interval is None:
        return ""
    return f"{interval.low:.{decimals}f} to {interval.high:.{decimals}f}"
