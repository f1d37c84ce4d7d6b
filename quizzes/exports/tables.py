"""A table for a spreadsheet: columns that say what stands in them, and rows that come as read."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

Cell = str | int | float | Decimal | datetime | None
Row = Sequence[Cell]
PROGRESS = 200  # rows between two notes of how far it has come


class Holds(StrEnum):
    """What stands in a column; it decides the form of its cells."""

    TEXT = "text"
    NUMBER = "number"
    SHARE = "share"  # 0..1, shown in per cent
    TIME = "time"


@dataclass(frozen=True)
class Column:
    title: str
    holds: Holds = Holds.TEXT
    width: int = 12  # in characters


@dataclass(frozen=True)
class Table:
    """`title` names the sheet. Times are shown in `zone`, which the heads of their columns name."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    zone: ZoneInfo

    @property
    def heads(self) -> list[str]:
        return [
            f"{column.title} ({self.zone.key})" if column.holds == Holds.TIME else column.title
            for column in self.columns
        ]

    def told(self, tell: Callable[[int], None]) -> "Table":
        """The same table, which says now and then how many of its rows were taken."""
        return replace(self, rows=_told(self.rows, tell))


def _told(rows: Iterable[Row], tell: Callable[[int], None]) -> Iterator[Row]:
    at = 0
    for at, row in enumerate(rows, start=1):
        yield row
        if at % PROGRESS == 0:
            tell(at)
    tell(at)


# What a spreadsheet may take for the beginning of a formula: the signs themselves, their wide and
# small forms, and any of them after what it strips; a tab or a line end begins one as well.
_BLANK = "\\s\x00-\x1f\u200b-\u200f\u2060\ufeff"
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
_FORMULA = re.compile(f"[\t\r\n]|[{_BLANK}]*[{_SIGNS}]")
# Where lists are parted by semicolons or tabs a spreadsheet begins a cell within what we wrote as
# one: a quotation mark inside a cell keeps nothing together, and is stripped as well.
_WITHIN = re.compile(f'[;\t\r\n](?=(?:(?![\t\r\n])[{_BLANK}"])*[{_SIGNS}])')


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula, whoever typed it, nor a part of it."""
    within = _WITHIN.sub(r"\g<0>'", text)
    return f"'{within}" if _FORMULA.match(text) else within


def local(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the zone's clocks show, to the second, without a zone: spreadsheets know none."""
    aware = instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
    return aware.astimezone(zone).replace(tzinfo=None, microsecond=0)
