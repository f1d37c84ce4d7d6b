"""How values are spread in several rows: a box over the middle half, a line over nine tenths."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from courses.charts.drawing import WIDTH, Drawing, lines_svg, number

_LEFT, _RIGHT, _TOP = 40, WIDTH - 26, 14
_ROW, _TALL = 30, 16
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_TICKS = 4


@dataclass(frozen=True)
class Box:
    """A row of `n` values; `label` is short, `url` leads to what is behind it."""

    label: str
    name: str
    url: str
    n: int
    low: float
    first: float
    median: float
    third: float
    high: float


def step_for(most: float) -> int:
    """The distance between two ticks, so that few of them reach as far as `most`."""
    return next((step for step in _STEPS if step * _TICKS >= most), int(most // _TICKS) + 1)


def drawing(boxes: Sequence[Box], *, heads: Sequence[str], said: Callable[[float], str]) -> Drawing:
    """Rows that lead to their questions, on one scale from 0; `said` puts a value in words.

    `heads` name the row, its size and the five values.
    """
    most = max((box.high for box in boxes), default=0.0)
    step = step_for(most)
    ticks = [step * at for at in range(_TICKS + 1) if step * (at - 1) < most]
    base = _TOP + _ROW * len(boxes)
    shapes = []

    def across(value: float) -> float:
        return _LEFT + value / max(ticks[-1], 1) * (_RIGHT - _LEFT)

    grid = "".join(f"M{number(across(tick))} {_TOP - 6}V{base}" for tick in ticks[1:])
    texts = [
        lines_svg([said(tick)], across(tick), base + 18, kind="chart-edge", anchor="middle")
        for tick in ticks
    ]
    for row, box in enumerate(boxes):
        y = _TOP + _ROW * row + _ROW / 2
        low, first, median, third, high = map(
            across, (box.low, box.first, box.median, box.third, box.high)
        )
        shapes.append(
            f'<a href="{escape(box.url)}" aria-label="{escape(box.name)}">'
            f'<rect fill="none" pointer-events="all" x="0" y="{number(y - _ROW / 2)}" '
            f'width="{WIDTH}" height="{_ROW}"/>'
            f'<path class="chart-branch" fill="none" d="M{number(low)} {number(y)}H{number(first)}'
            f"M{number(third)} {number(y)}H{number(high)}M{number(low)} {number(y - 4)}v8"
            f'M{number(high)} {number(y - 4)}v8"/>'
            f'<rect class="chart-band" stroke="currentColor" x="{number(first)}" '
            f'y="{number(y - _TALL / 2)}" width="{number(max(1.0, third - first))}" '
            f'height="{_TALL}"/>'
            f'<path class="chart-branch" stroke-width="3" fill="none" '
            f'd="M{number(median)} {number(y - _TALL / 2)}v{_TALL}"/>'
            + lines_svg([box.label], _LEFT - 10, y + 5, kind="chart-edge", anchor="end")
            + "</a>"
        )
    rows = "".join(
        f'<tr><th scope="row"><a href="{escape(box.url)}">{escape(box.name)}</a></th>'
        f"<td>{box.n}</td>"
        + "".join(
            f"<td>{escape(said(value))}</td>"
            for value in (box.low, box.first, box.median, box.third, box.high)
        )
        + "</tr>"
        for box in boxes
    )
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    axis = (
        f'<path class="chart-grid" fill="none" d="{grid}"/>'
        f'<path class="chart-branch" fill="none" d="M{_LEFT} {_TOP - 6}V{base}H{_RIGHT}"/>'
    )
    return Drawing(base + 26, axis + "".join(texts) + "".join(shapes), table, "table")
