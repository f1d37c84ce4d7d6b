"""What an attempt came to, in a few lines of text: what every number of a class is counted from.

The first line says total and points, the others one question each: its version, its place (the
slot, 0 for none), what it was worth, its mark, and the answer as JSON. Points are in `UNIT`s. A
class is counted by joining its sheets and counting equal lines, which costs Python one call for
each different total, whatever the size of the class.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .joint import units

# An answer longer than this is an essay or a long line: that there is one is all that is kept.
LONGEST = 300
LONG = "+"
BLANK = "null"


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of an attempt. `answer` is JSON, `LONG`, or `BLANK`."""

    version: int
    place: int
    worth: int
    mark: int
    answer: str

    @property
    def line(self) -> str:
        return f"{self.version} {self.place} {self.worth} {self.mark} {self.answer}"

    @property
    def response(self) -> Any:
        """The answer as it was stored; None if blank or too long to be kept here."""
        return None if self.answer == LONG else json.loads(self.answer)


def entry(version: int, place: int | None, points: Decimal, mark: Decimal, answer: Any) -> Entry:
    """One line of a sheet."""
    text = json.dumps(answer, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # JSON escapes line ends, so that a line stays one question.
    text = text if len(text) <= LONGEST else LONG
    return Entry(version, place or 0, units(points), units(mark), text)


def write(entries: Sequence[Entry]) -> str:
    """A sheet of these questions, those that count."""
    total = sum(each.mark for each in entries)
    worth = sum(each.worth for each in entries)
    return "\n".join([f"{total} {worth}", *(each.line for each in entries)])


def read(line: str) -> Entry:
    """A line of a sheet; ValueError if it is none."""
    version, place, worth, mark, answer = line.split(" ", 4)
    return Entry(int(version), int(place), int(worth), int(mark), answer)


# How often each line stands under each (total, worth) of its attempt.
Counts = Mapping[tuple[int, int], Counter[Entry]]


@dataclass(frozen=True)
class Class:
    """All sheets of a class, counted: `totals` are how many attempts had (total, worth)."""

    totals: Counter[tuple[int, int]]
    entries: Counts

    @property
    def n(self) -> int:
        return sum(self.totals.values())


def count(sheets: Iterable[str]) -> Class:
    """Count the sheets of a class."""
    by_head: dict[str, list[str]] = defaultdict(list)
    for sheet in sheets:
        head, _, lines = sheet.partition("\n")
        by_head[head].append(lines)
    totals: Counter[tuple[int, int]] = Counter()
    entries: dict[tuple[int, int], Counter[Entry]] = {}
    known: dict[str, Entry] = {}
    for head, found in by_head.items():
        total, worth = map(int, head.split(" "))
        totals[total, worth] = len(found)
        counted: Counter[Entry] = Counter()
        for line, times in Counter("\n".join(found).split("\n")).items():
            if not line:
                continue
            one = known.get(line)
            if one is None:
                one = known[line] = read(line)
            counted[one] = times
        entries[total, worth] = counted
    return Class(totals, entries)
