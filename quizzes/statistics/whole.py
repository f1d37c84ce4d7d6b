"""The distribution of totals, and how far the quiz as a whole can be relied on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from .intervals import (
    Interval,
    of_alpha,
    of_kurtosis,
    of_mean,
    of_median,
    of_sd,
    of_skewness,
)
from .joint import Joint, mean, variance


@dataclass(frozen=True)
class Whole:
    """The totals of `n` attempts, in the units they came in; None where it is not defined.

    Skewness and kurtosis are Fisher's g-statistics from unbiased cumulants (k3 / k2^1.5 and
    k4 / k2²), as Moodle's quiz statistics compute them.
    """

    n: int
    mean: Fraction | None
    median: Fraction | None
    sd: float | None
    skewness: float | None
    kurtosis: float | None
    mean_interval: Interval | None = None  # none where all are alike
    median_interval: Interval | None = None
    sd_interval: Interval | None = None
    skewness_interval: Interval | None = None
    kurtosis_interval: Interval | None = None


def whole(totals: Mapping[int, int], *, highest: int | None = None) -> Whole:
    """How totals (units: how often) are distributed; none is below 0 or above `highest`."""
    n = sum(totals.values())
    if not n:
        return Whole(0, None, None, None, None, None)
    centre = mean(totals)
    if n < 2:
        return Whole(n, centre, median(totals), None, None, None)
    m2, m3 = moment(totals, 2), moment(totals, 3)
    k2 = n * m2 / (n - 1)
    skewness = None
    if n > 2 and k2:
        skewness = float(n**2 * m3 / ((n - 1) * (n - 2))) / float(k2) ** 1.5
    kurtosis = kurtosis_of(totals)
    sd = sqrt(k2)
    most = float("inf") if highest is None else float(highest)
    return Whole(
        n,
        centre,
        median(totals),
        sd,
        skewness,
        kurtosis,
        of_mean(float(centre), sd, n, lowest=0.0, highest=most) if sd else None,
        of_median(totals) if sd else None,
        of_sd(sd, kurtosis, n),
        of_skewness(skewness, n),
        of_kurtosis(kurtosis, n),
    )


def moment(counts: Mapping[int, int], power: int) -> Fraction:
    """The mean of a power of the distance from the mean, in whole numbers up to one division."""
    n = sum(counts.values())
    total = sum(value * times for value, times in counts.items())
    found = sum((n * value - total) ** power * times for value, times in counts.items())
    return Fraction(found, n ** (power + 1))


def kurtosis_of(counts: Mapping[int, int]) -> float | None:
    """k4 / k2²; None below four values, or where all are alike. There has to be a value."""
    n = sum(counts.values())
    m2, m4 = moment(counts, 2), moment(counts, 4)
    if n < 4 or not m2:
        return None
    k2 = n * m2 / (n - 1)
    k4 = n**2 * ((n + 1) * m4 - 3 * (n - 1) * m2**2) / ((n - 1) * (n - 2) * (n - 3))
    return float(k4 / k2**2)


def median(counts: Mapping[int, int]) -> Fraction:
    """The middle value, or half-way between the two middle ones."""
    n = sum(counts.values())
    if not n:
        raise ValueError("There is no median of nothing.")
    lower, upper = (n - 1) // 2, n // 2
    found, seen = [], 0
    for value in sorted(counts):
        before, seen = seen, seen + counts[value]
        found += [value for place in (lower, upper) if before <= place < seen]
    return Fraction(found[0] + found[1], 2)


@dataclass(frozen=True)
class Reliability:
    """Internal consistency over `n` attempts at `questions` places.

    `alpha` is Cronbach's (KR-20 where every mark is all or nothing); `error_ratio` the share of
    the standard deviation that is chance, `error` the standard error of a total in units. Both
    fall as alpha rises, so the ends of its interval give theirs (with the spread as it was seen).
    """

    n: int
    questions: int
    alpha: float | None
    interval: Interval | None
    error_ratio: float | None
    error: float | None
    dichotomous: bool  # then alpha is KR-20
    error_ratio_interval: Interval | None = None
    error_interval: Interval | None = None


def reliability(places: Sequence[Joint], points: Sequence[int]) -> Reliability:
    """Alpha = p/(p-1) · (1 - Σ var x_i / var T), over places that every attempt filled.

    `points` are what each place is worth, in units. ValueError if the places were not all filled
    by the same attempts.
    """
    p = len(places)
    counts = {joint.n for joint in places}
    if len(counts) > 1:
        raise ValueError("Every attempt fills every place.")
    n = counts.pop() if counts else 0
    dichotomous = all(
        set(joint.marks) <= {0, worth} for joint, worth in zip(places, points, strict=True)
    )
    nothing = Reliability(n, p, None, None, None, None, dichotomous)
    if p < 2 or n < 2:
        return nothing
    spread = variance(places[0].totals)
    if not spread:
        return nothing
    alpha = cronbach([variance(joint.marks) for joint in places], spread)
    ratio, sd = sqrt(1 - alpha), sqrt(spread)
    interval = of_alpha(float(alpha), n, p)
    ratios = interval and Interval(sqrt(1 - interval.high), sqrt(1 - interval.low))
    return Reliability(
        n,
        p,
        float(alpha),
        interval,
        ratio,
        ratio * sd,
        dichotomous,
        ratios,
        ratios and Interval(ratios.low * sd, ratios.high * sd),
    )


def cronbach(places: Sequence[Fraction], total: Fraction) -> Fraction:
    """Alpha from the variance of each place and that of the total (Cronbach 1951)."""
    p = len(places)
    return Fraction(p, p - 1) * (1 - sum(places, Fraction(0)) / total)
