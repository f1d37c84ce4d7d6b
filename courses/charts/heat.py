"""A heat map: a line of cells for each group, the darker the higher, with the number in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from courses.charts.drawing import LINE, WIDTH, Drawing, lines_svg, number, wrap

_GAP, _TALL, _WIDE = 2, 28, 34
_A_LINE = (WIDTH + _GAP) // (_WIDE + _GAP)
STEPS = 5  # of darkness: more than the eye tells apart would only look exact


@dataclass(frozen=True)
class Cell:
    """One number: `share` 0..1, None where there is too little to tell; `words` tell it whole."""

    name: str
    share: float | None
    words: str
    url: str


@dataclass(frozen=True)
class Row:
    name: str
    cells: Sequence[Cell]


def drawing(rows: Sequence[Row]) -> Drawing:
    """Cells that lead to what is behind them; its page has the table with the same numbers."""
    shapes = []
    y = 0
    for row in rows:
        for text in wrap(row.name, WIDTH):
            y += LINE
            shapes.append(lines_svg([text], 0, y - 4, kind="chart-legend"))
        for start in range(0, len(row.cells), _A_LINE):
            for column, cell in enumerate(row.cells[start : start + _A_LINE]):
                shapes.append(_cell(cell, column * (_WIDE + _GAP), y))
            y += _TALL + _GAP
        y += 6
    return Drawing(max(y, 1), "".join(shapes), "", "table")


def _cell(cell: Cell, x: float, y: float) -> str:
    said = "?" if cell.share is None else f"{100 * cell.share:.0f}"
    depth = 0.0 if cell.share is None else 0.06 + 0.09 * min(int(cell.share * STEPS), STEPS - 1)
    box = f'x="{number(x)}" y="{number(y)}" width="{_WIDE}" height="{_TALL}"'
    return (
        f'<a href="{escape(cell.url)}" aria-label="{escape(f"{cell.name}: {cell.words}")}">'
        f'<rect class="chart-leaf" {box}/>'
        f'<rect class="chart-bar" fill-opacity="{number(depth)}" {box}/>'
        # In ink, as dots are: the colour of links would be lost on the darker cells.
        + lines_svg([said], x + _WIDE / 2, y + 19, kind="chart-dot", anchor="middle")
        + "</a>"
    )
