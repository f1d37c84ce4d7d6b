"""What each question did: how hard it was, and whether it told the strong from the weak."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from .intervals import Interval, of_binary_sd, of_correlation, of_mean, of_sd, proportion
from .joint import Joint, highest_covariance, mean, variance
from .whole import kurtosis_of


@dataclass(frozen=True)
class Item:
    """One question over `n` attempts; None where it is not defined (no spread, one attempt).

    `facility` is the mean fraction 0..1; `discrimination` the correlation of mark and rest, -1..1;
    `efficiency` the covariance with the rest as a share of the most that these marks and rests
    allow; `intended_weight` and `effective_weight` are shares of the whole, 0..1.
    """

    n: int
    facility: float | None
    facility_interval: Interval | None
    sd: float | None  # of the fraction
    discrimination: float | None
    discrimination_interval: Interval | None
    efficiency: float | None
    intended_weight: float | None
    effective_weight: float | None
    pulls_down: bool  # a negative covariance with the total: it has no effective weight
    sd_interval: Interval | None = None


def items(joints: Sequence[Joint], points: Sequence[int]) -> list[Item]:
    """Every question of a quiz; `points` are what each is worth, in units."""
    if len(joints) != len(points):
        raise ValueError("Every question is worth something.")
    whole = sum(points)
    with_total = [joint.with_total if joint.n > 1 else Fraction(0) for joint in joints]
    roots = sum(sqrt(cov) for cov in with_total if cov > 0)
    return [
        _item(joint, worth, whole, cov, roots)
        for joint, worth, cov in zip(joints, points, with_total, strict=True)
    ]


def _item(joint: Joint, worth: int, whole: int, cov: Fraction, roots: float) -> Item:
    n = joint.n
    if not n:
        return Item(0, None, None, None, None, None, None, _share(worth, whole), None, False)
    facility = float(mean(joint.marks) / worth)
    sd = sqrt(variance(joint.marks)) / worth if n > 1 else None
    discrimination = efficiency = None
    if n > 1:
        spread = variance(joint.marks) * variance(joint.rests)
        if spread:
            discrimination = float(joint.with_rest) / sqrt(spread)
        most = highest_covariance(joint.marks, joint.rests)
        if most:
            efficiency = float(joint.with_rest / most)
    return Item(
        n=n,
        facility=facility,
        facility_interval=_facility_interval(joint.marks, worth, facility, sd),
        sd=sd,
        discrimination=discrimination,
        discrimination_interval=None
        if discrimination is None
        else of_correlation(discrimination, n),
        efficiency=efficiency,
        intended_weight=_share(worth, whole),
        effective_weight=sqrt(cov) / roots if cov > 0 and roots else None,
        pulls_down=cov < 0,
        sd_interval=_sd_interval(joint.marks, worth, sd),
    )


def _share(worth: int, whole: int) -> float | None:
    return worth / whole if whole else None


def _facility_interval(
    marks: Mapping[int, int], worth: int, facility: float, sd: float | None
) -> Interval | None:
    if set(marks) <= {0, worth}:
        return proportion(marks.get(worth, 0), sum(marks.values()))
    if not sd:
        return None
    return of_mean(facility, sd, sum(marks.values()), lowest=0.0, highest=1.0)


def _sd_interval(marks: Mapping[int, int], worth: int, sd: float | None) -> Interval | None:
    n = sum(marks.values())
    if sd is None:
        return None
    if set(marks) <= {0, worth}:
        return of_binary_sd(proportion(marks.get(worth, 0), n), n)
    return of_sd(sd, kurtosis_of(marks), n)
