"""How much went on from day to day, or from week to week: a line for each thing that was counted.

Each line has its own ground from 0 to its own highest number: readers and attempts differ by so
much that on one ground the smaller would lie flat. Lines are told apart by their place and their
words, never by colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from courses.charts.drawing import WIDTH, Drawing, lines_svg, number

_LEFT, _RIGHT, _TOP, _TALL, _GAP = 28, WIDTH - 6, 24, 56, 18


@dataclass(frozen=True)
class Line:
    """What was counted: one number for each day or week."""

    name: str
    counts: Sequence[int]


def drawing(lines: Sequence[Line], *, names: Sequence[str], head: str) -> Drawing:
    """The lines one below the other; `names` are the days in words, `head` the word for them.

    Raises ValueError if a line has another number of counts than there are names.
    """
    if any(len(line.counts) != len(names) for line in lines):
        raise ValueError("Each line needs one number for each name.")
    shapes, texts = [], []
    wide = (_RIGHT - _LEFT) / max(1, len(names) - 1)
    y = 0.0
    for line in lines:
        base, most = y + _TOP + _TALL, max([*line.counts, 1])
        places = [
            (_LEFT + wide * at, base - _TALL * count / most) for at, count in enumerate(line.counts)
        ]
        texts.append(lines_svg([line.name], 0, y + 14, kind="chart-text"))
        shapes.append(
            f'<path class="chart-grid" fill="none" '
            f'd="M{_LEFT} {number(base - _TALL)}H{_RIGHT}"/>'
            f'<path class="chart-branch" fill="none" d="M{_LEFT} {number(base)}H{_RIGHT}"/>'
        )
        if places:
            path = "L".join(f"{number(x)} {number(at)}" for x, at in places)
            shapes.append(f'<path class="chart-count" fill="none" d="M{path}"/>')
            x, at = places[-1]
            shapes.append(f'<circle class="chart-dot" cx="{number(x)}" cy="{number(at)}" r="3"/>')
        for count, at in ((most, base - _TALL), (0, base)):
            texts.append(
                lines_svg([str(count)], _LEFT - 6, at + 4, kind="chart-edge", anchor="end")
            )
        y = base + _GAP
    if names:
        texts.append(lines_svg([names[0]], _LEFT, y, kind="chart-edge"))
        if len(names) > 1:
            texts.append(lines_svg([names[-1]], _RIGHT, y, kind="chart-edge", anchor="end"))
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{line.counts[at]}</td>" for line in lines)
        + "</tr>"
        for at, name in enumerate(names)
    )
    heads = "".join(
        f'<th scope="col">{escape(each)}</th>' for each in (head, *(line.name for line in lines))
    )
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return Drawing(round(y) + 6, "".join(shapes) + "".join(texts), table, "table")
