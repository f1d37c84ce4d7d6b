"""From fractions to marks, totals and percentages, in exact decimals.

Fractions stay exact until a mark is written: 5 decimals, half to even, so that no direction is
favoured. What people read is rounded half up, as they expect, and passing is decided on the very
number they read.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor

MARK_DECIMALS = 5
SHOWN_DECIMALS = 2
METHODS = ("highest", "average", "first", "last")


def mark(fraction: Fraction, points: Decimal, *, least: Fraction | int = 0) -> Decimal:
    """The mark, 0..points, that a fraction 0..1 earns on a question worth `points`.

    Never above `points`, which has fewer decimals than a mark. `least` is the least fraction
    where wrong answers can cost points (`behaviours.Rules.least`).
    """
    if not least <= fraction <= 1:
        raise ValueError(f"A fraction lies between {least} and 1, not at {fraction}.")
    if points < 0:
        raise ValueError(f"A question cannot be worth {points} points.")
    return _half_even(fraction * Fraction(points), MARK_DECIMALS)


def total(marks: Iterable[Decimal]) -> Decimal:
    """The score of an attempt: the exact sum of its marks, with 5 decimals, and never below 0."""
    return max(Decimal("0.00000"), summed(marks))


def summed(marks: Iterable[Decimal]) -> Decimal:
    """The exact sum of marks, with 5 decimals, even if it is negative."""
    return _half_even(sum(map(Fraction, marks), Fraction(0)), MARK_DECIMALS)


def shown(points: Decimal) -> Decimal:
    """Points as people read them: 2 decimals, half up."""
    return rounded(Fraction(points))


def rounded(number: Fraction, decimals: int = SHOWN_DECIMALS) -> Decimal:
    """Any number as people read it: 2 decimals if nothing else is said, half up."""
    return _half_up(number, decimals)


def percentage(score: Decimal, out_of: Decimal) -> Decimal:
    """The percentage before lateness, as people read it: 2 decimals, half up."""
    return effective(score, out_of, Decimal(0))


def effective(score: Decimal, out_of: Decimal, deduction: Decimal) -> Decimal:
    """The percentage that counts, as people read it: less what lateness costs.

    `deduction` is percent of the score, 0..100. Every page, report and record asks this one.
    """
    return _half_up(exact(score, out_of, deduction), SHOWN_DECIMALS)


def exact(score: Decimal, out_of: Decimal, deduction: Decimal) -> Fraction:
    """The same before it is rounded, for a mean of many, which is rounded but once."""
    if not 0 <= deduction <= 100:
        raise ValueError(f"A deduction lies between 0 and 100 percent, not at {deduction}.")
    if out_of <= 0:
        raise ValueError("A quiz without points has no percentage. Give its slots points.")
    left = 1 - Fraction(deduction) / 100
    return 100 * Fraction(score) / Fraction(out_of) * left


def passed(score: Decimal, out_of: Decimal, pass_mark: Decimal) -> bool:
    """Whether the percentage shown reaches `pass_mark`, in percent."""
    return percentage(score, out_of) >= pass_mark


def counting(scores: Sequence[Decimal | None], method: str) -> Sequence[int]:
    """Which of the finished attempts, by place, the score that counts is made of.

    None stands for one that waits for a person: it counts in nothing yet, and where the first one
    counts, no other does meanwhile. Of equal ones the first counts as the highest.
    """
    if method not in METHODS:
        raise ValueError(f"Unknown grade method {method}. Known: {', '.join(METHODS)}.")
    known = [(score, at) for at, score in enumerate(scores) if score is not None]
    places = [at for _score, at in known]
    match method:
        case "highest":
            return [max(known, key=lambda each: each[0])[1]] if known else []
        case "first":
            return places[:1] if places[:1] == [0] else []
        case "last":
            return places[-1:]
        case _:
            return places


def best(scores: Sequence[Decimal | None], method: str) -> Decimal | None:
    """The score that counts of those of finished attempts, in their order; None without any."""
    counted = [score for at in counting(scores, method) if (score := scores[at]) is not None]
    if len(counted) < 2:
        return counted[0] if counted else None
    return _half_even(sum(map(Fraction, counted), Fraction(0)) / len(counted), MARK_DECIMALS)


def _half_even(value: Fraction, decimals: int) -> Decimal:
    return Decimal(f"{round(value * 10**decimals)}e-{decimals}")


def _half_up(value: Fraction, decimals: int) -> Decimal:
    return Decimal(f"{floor(value * 10**decimals + Fraction(1, 2))}e-{decimals}")
