"""Numbers as people compare them."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Spread:
    """The median of some measurements, with the least and the greatest."""

    median: float
    least: float
    greatest: float

    def __str__(self) -> str:
        return f"{self.median:.2f} [{self.least:.2f}-{self.greatest:.2f}]"


def spread(values: Sequence[float]) -> Spread:
    """Raises ValueError when there is nothing to summarise."""
    if not values:
        raise ValueError("Nothing was measured.")
    return Spread(median(values), min(values), max(values))


def paired(measured: Sequence[float], floors: Sequence[float]) -> Spread:
    """The ratios of each measurement to the floor taken right beside it."""
    return spread([value / floor for value, floor in zip(measured, floors, strict=True)])


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows in columns: the first to the left, the others to the right."""
    cells = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )
