"""From marks to a total: weights, categories and the lowest marks that do not count.

A total is made of parts. A category is one, with its weight beside those of the others; a column
in no category is one by itself, with its own. Within a category the columns weigh against each
other. All is exact until the end: what people read is rounded half up to two decimals, and totals
are counted from the marks, never from numbers that were rounded before.

A mark that is missing is left out, whatever its column weighs: nothing counts as 0 until somebody
who teaches writes that 0. So a total is one of what has been marked so far.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property

IN_WORDS = (
    "The total is of what has been marked so far: a mark that is missing or excused is left out, "
    "and nothing counts as 0 until somebody who teaches writes that 0."
)
DROPPING_IN_WORDS = (
    "Where the lowest marks of a category do not count, they are the lowest in per cent of those "
    "there are; of equal marks the earlier is left out, and one mark always stays."
)


class Without(Enum):
    """Why there is no mark."""

    MISSING = "missing"
    EXCUSED = "excused"


Mark = Decimal | Without


@dataclass(frozen=True, slots=True)
class Column:
    """An activity, by what it weighs. `category` is the key of one, or None."""

    weight: Decimal
    category: int | None = None


@dataclass(frozen=True, slots=True)
class Category:
    key: int
    weight: Decimal
    drop_lowest: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """What the total is made of; columns by their places, weights in hundredths."""

    category: int | None
    weight: int
    drop_lowest: int
    columns: Sequence[tuple[int, int]]  # place, weight


@dataclass(frozen=True)
class Scheme:
    """How the columns of a cohort weigh. Weights have two decimals and are not negative.

    `missing_as_zero` asks what would be if every mark that is missing were 0.
    """

    columns: Sequence[Column]
    categories: Sequence[Category] = ()
    missing_as_zero: bool = False

    @cached_property
    def parts(self) -> Sequence[Part]:
        """Every category in which something weighs, then the columns that are in none."""
        weighing = [
            (place, column) for place, column in enumerate(self.columns) if column.weight > 0
        ]
        known = {category.key for category in self.categories}
        found = [
            Part(
                category.key,
                _hundredths(category.weight),
                category.drop_lowest,
                [
                    (place, _hundredths(column.weight))
                    for place, column in weighing
                    if column.category == category.key
                ],
            )
            for category in self.categories
        ]
        alone = [
            Part(None, _hundredths(column.weight), 0, [(place, 1)])
            for place, column in weighing
            if column.category not in known
        ]
        return [part for part in found if part.columns] + alone


@dataclass(frozen=True, slots=True)
class Outcome:
    """What somebody's marks come to. `total` and `categories` are percentages as displayed.

    `dropped` are the places of marks that do not count for being the lowest; `counted` is how
    many marks the total is made of.
    """

    total: Decimal | None
    categories: Mapping[int, Decimal]
    dropped: frozenset[int]
    counted: int


def weigh(scheme: Scheme, marks: Sequence[Mark]) -> Outcome:
    """The total of one student's marks, percentages with two decimals, one for each column."""
    if len(marks) != len(scheme.columns):
        raise ValueError(f"{len(marks)} marks for {len(scheme.columns)} columns.")
    categories: dict[int, Decimal] = {}
    dropped: list[int] = []
    # The total as numerator / (denominator * weights): one division, at the end.
    numerator, denominator, weights, counted = 0, 1, 0, 0
    for part in scheme.parts:
        found = []
        for place, weight in part.columns:
            mark = marks[place]
            if isinstance(mark, Decimal):
                found.append((_hundredths(mark), place, weight))
            elif mark is Without.MISSING and scheme.missing_as_zero:
                found.append((0, place, weight))
        if not found:
            continue
        if part.drop_lowest:
            found.sort()
            out = min(part.drop_lowest, len(found) - 1)
            dropped += [place for _mark, place, _weight in found[:out]]
            found = found[out:]
        earned = sum(mark * weight for mark, _place, weight in found)
        most = sum(weight for _mark, _place, weight in found)
        if part.category is not None:
            categories[part.category] = _shown(earned, most)
        if part.weight:
            numerator = numerator * most + part.weight * earned * denominator
            denominator *= most
            weights += part.weight
            counted += len(found)
    total = _shown(numerator, denominator * weights) if weights else None
    return Outcome(total, categories, frozenset(dropped), counted)


def shares(scheme: Scheme) -> list[Decimal | None]:
    """What part of the total each column is, in per cent, once everything is marked.

    Before the lowest marks are left out. None where nothing weighs anything.
    """
    whole = sum(part.weight for part in scheme.parts)
    if not whole:
        return [None] * len(scheme.columns)
    found = [Decimal("0.00")] * len(scheme.columns)
    for part in scheme.parts:
        within = sum(weight for _place, weight in part.columns)
        for place, weight in part.columns:
            found[place] = _shown(10_000 * part.weight * weight, whole * within)
    return list(found)


def mean(total: Decimal, n: int) -> Decimal | None:
    """The mean of `n` marks that sum up to `total`, as displayed; None of nothing."""
    return _shown(_hundredths(total), n) if n else None


def _hundredths(value: Decimal) -> int:
    return int(value.scaleb(2))


def _shown(numerator: int, denominator: int) -> Decimal:
    """Hundredths as a percentage with two decimals, half up; neither is negative."""
    return Decimal((2 * numerator + denominator) // (2 * denominator)).scaleb(-2)
