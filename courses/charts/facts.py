"""The reference data that some figures are drawn from, in the shape that drawing needs.

Dates stay as they were written (`courses.dates`), since how much of one is known is part of it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Organisation:
    key: str
    name: str
    label: str  # the abbreviation, or the name where it has none
    begins: str
    ends: str


@dataclass(frozen=True)
class Spell:
    """A state in an organisation, from when until when ("" while it lasts)."""

    organisation: str
    state: str
    role: str
    begins: str
    ends: str
    how_ended: str
    outside: bool


@dataclass(frozen=True)
class Happening:
    """An event. `outside`: it rests on a public reference, not on the texts of the course."""

    key: str
    date: str
    until: str
    title: str
    organisations: tuple[str, ...]
    lenses: tuple[str, ...]
    outside: bool


@dataclass(frozen=True)
class Organ:
    key: str
    organisation: str
    name: str
    label: str
    parent: str
    role: str
    tier: str
    position: int


@dataclass(frozen=True)
class Amount:
    series: str
    position: int
    subject: str
    value: Decimal
    unit: str
    as_of: str


@dataclass(frozen=True)
class Facts:
    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)  # key -> name
    spells: tuple[Spell, ...] = ()
    events: Mapping[str, Happening] = field(default_factory=dict)
    organs: tuple[Organ, ...] = ()
    amounts: tuple[Amount, ...] = ()
    lessons: Mapping[str, str] = field(default_factory=dict)  # key -> address of its page


Rows = Callable[[str], Iterable[Mapping[str, Any]]]
"""The rows of a model by its name in lower case; a reference is the key that it names."""


def gather(rows: Rows, lessons: Mapping[str, str]) -> Facts:
    """The facts in these rows, each kind in the order of its dates or positions."""
    texts = {key for course in rows("course") for key in course["texts"]}
    return Facts(
        organisations={
            row["key"]: Organisation(
                row["key"],
                row["name"],
                row["abbreviation"] or row["name"],
                row["begins"],
                row["ends"],
            )
            for row in rows("organisation")
        },
        states={row["key"]: row["name"] for row in rows("state")},
        spells=tuple(
            sorted(
                (
                    Spell(
                        row["organisation"],
                        row["state"],
                        row["role"],
                        row["begins"],
                        row["ends"],
                        row["how_ended"],
                        row["source"] not in texts,
                    )
                    for row in rows("membership")
                ),
                key=lambda spell: (spell.begins, spell.organisation, spell.state),
            )
        ),
        events={
            happening.key: happening
            for happening in sorted(
                (
                    Happening(
                        row["key"],
                        row["date"],
                        row["until"],
                        row["title"],
                        tuple(sorted(row["organisations"])),  # the same from files and site
                        tuple(row["lenses"]),
                        row["source"] not in texts,
                    )
                    for row in rows("event")
                ),
                key=lambda happening: (happening.date, happening.key),
            )
        },
        organs=tuple(
            sorted(
                (
                    Organ(
                        row["key"],
                        row["organisation"],
                        row["name"],
                        row["abbreviation"] or row["name"],
                        row["parent"] or "",
                        row["role"],
                        row["tier"],
                        row["position"],
                    )
                    for row in rows("body")
                ),
                key=lambda organ: (organ.position, organ.key),
            )
        ),
        amounts=tuple(
            sorted(
                (
                    Amount(
                        row["series"],
                        row["position"],
                        row["subject"],
                        row["value"],
                        row["unit"],
                        row["as_of"],
                    )
                    for row in rows("quantity")
                    if row["series"]
                ),
                key=lambda amount: (amount.series, amount.position),
            )
        ),
        lessons=lessons,
    )
