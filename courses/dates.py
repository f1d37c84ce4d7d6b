"""Dates as well as they are known: a day, a month or a year, exact or about.

Written in EDTF (ISO 8601-2): "1992-05-15", "1992-05", "1992"; "~" at the end means about. How much
is written is how much is known, so a date carries its own certainty.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

NOT_A_DATE = (
    "“{text}” is not a date. Write the day, the month or the year that is known, such as "
    "1992-05-15, 1992-05 or 1992, with ~ at the end if it is only about right."
)
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

_SHAPE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?(~?)")


@dataclass(frozen=True)
class PartialDate:
    """A date of which at least the year is known."""

    year: int
    month: int | None = None
    day: int | None = None
    about: bool = False

    @property
    def first(self) -> date:
        """The earliest day that it can be."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """The latest day that it can be."""
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    @property
    def certainty(self) -> str:
        """ "day", "month" or "year": the smallest part that is known."""
        return "day" if self.day else "month" if self.month else "year"

    def __str__(self) -> str:
        """As prose writes it: 15 May 1992, May 1992, about 2003."""
        parts = [str(self.day)] if self.day else []
        if self.month:
            parts.append(MONTHS[self.month - 1])
        return ("about " if self.about else "") + " ".join([*parts, str(self.year)])


def parse(text: str) -> PartialDate:
    """The date that EDTF writes so. Raises ValueError with a sentence for the author."""
    found = _SHAPE.fullmatch(text)
    if not found:
        raise ValueError(NOT_A_DATE.format(text=text))
    year, month, day, about = found.groups()
    parsed = PartialDate(
        int(year), int(month) if month else None, int(day) if day else None, bool(about)
    )
    try:
        _ = parsed.first, parsed.last
    except ValueError as error:
        raise ValueError(NOT_A_DATE.format(text=text)) from error
    return parsed


def in_words(text: str) -> str:
    """A written date as prose has it. What is no date stays as it stands: a form that refuses it
    shows it again."""
    try:
        return str(parse(text))
    except ValueError:
        return text


def span(begins: str, ends: str) -> str:
    """Two written dates as prose has them: "1999 – May 2005", "since 2002", "until 1999", ""."""
    if begins and ends:
        return in_words(begins) if begins == ends else f"{in_words(begins)} – {in_words(ends)}"
    if begins:
        return f"since {in_words(begins)}"
    return f"until {in_words(ends)}" if ends else ""
