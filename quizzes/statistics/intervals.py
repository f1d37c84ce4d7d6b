"""How sure a number is: intervals at 95 %, without any package.

The quantile is the normal distribution's; below the sizes stated in `enough` nothing is told.
"""

from dataclasses import dataclass
from math import atanh, exp, log, sqrt, tanh
from statistics import NormalDist

LEVEL = 0.95
Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)


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


def of_mean(centre: float, sd: float, n: int, *, lowest: float, highest: float) -> Interval:
    """The mean ± z · sd/√n, kept within what is possible."""
    half = Z * sd / sqrt(n)
    return Interval(max(lowest, centre - half), min(highest, centre + half))


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
