"""How many attempts a number needs before it is told; below that: too few to tell.

The sizes are ours: low enough for a seminar, high enough that the interval says something. At 20
attempts a correlation of 0.3 lies between -0.16 and 0.65; with fewer nobody should act on it.
"""

from enum import IntEnum


class Enough(IntEnum):
    """The least number of attempts for a kind of number."""

    FACILITY = 5
    SPREAD = 10  # standard deviation, skewness, kurtosis
    DISCRIMINATION = 20  # and everything else that correlates
    RELIABILITY = 20
    FIFTHS = 25  # five in each
    RESPONSE_MODEL = 100

    def told(self, n: int) -> bool:
        """Whether `n` attempts are enough."""
        return n >= self
