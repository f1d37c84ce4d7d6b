"""Classical test theory over finished attempts, exact up to the last division.

Everything here follows from one table: how often which mark on a question met which total of its
attempt (`Joint`). Such tables add up, are small (a ten-question quiz has a few dozen cells a
question, however large the class), and can be counted by the database. Marks and totals are whole
numbers of `UNIT`s, so sums are exact and do not depend on their order.
"""

from . import pace
from .advice import Flag, Sign, flags
from .enough import Enough
from .intervals import Interval, between, proportion
from .items import Item, items
from .joint import UNIT, Joint, units
from .options import Option, Trace, options, traces
from .pace import Spread, spread
from .whole import Reliability, Whole, reliability, whole

__all__ = [
    "UNIT",
    "Enough",
    "Flag",
    "Interval",
    "Item",
    "Joint",
    "Option",
    "Reliability",
    "Sign",
    "Spread",
    "Trace",
    "Whole",
    "between",
    "flags",
    "items",
    "options",
    "pace",
    "proportion",
    "reliability",
    "spread",
    "traces",
    "units",
    "whole",
]
