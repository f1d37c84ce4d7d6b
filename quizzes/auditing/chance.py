"""Whether something happened more often than chance allows. No Django here."""

from collections.abc import Sequence


def at_least(observed: int, chances: Sequence[float]) -> float:
    """The probability, 0..1, that at least `observed` of independent events happen.

    `chances` has each event's own probability. Exact: the distribution of the sum (Poisson
    binomial) is built up event by event, which takes n squared steps.
    """
    spread = [1.0]
    for chance in chances:
        spread = [
            (spread[k] if k < len(spread) else 0.0) * (1 - chance)
            + (spread[k - 1] * chance if k else 0.0)
            for k in range(len(spread) + 1)
        ]
    return min(sum(spread[max(observed, 0) :]), 1.0)
