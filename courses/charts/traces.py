"""What each fifth of a class chose, the weakest first: a small chart for each choice."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from courses.charts.drawing import LINE, WIDTH, Drawing, lines_svg, number, wrap

_LEFT, _RIGHT, _TALL, _GAP = 150, WIDTH - 12, 44, 22


@dataclass(frozen=True)
class Choice:
    """One choice with its share 0..1 in each fifth; `right` is the key."""

    name: str
    shares: Sequence[float]
    right: bool


def drawing(choices: Sequence[Choice], *, heads: Sequence[str], key: str) -> Drawing:
    """One line a choice, each on its own ground from 0 to 100 %; `key` is the word for right."""
    shapes, texts = [], []
    y = 6.0
    step = (_RIGHT - _LEFT) / (len(heads) - 2)
    for choice in choices:
        said = f"{choice.name} ({key})" if choice.right else choice.name
        words = wrap(said, _LEFT - 12)[:3]
        tall = max(_TALL, LINE * len(words))
        shapes.append(
            f'<rect class="chart-band" x="{_LEFT}" y="{number(y)}" '
            f'width="{number(_RIGHT - _LEFT)}" height="{tall}"/>'
        )
        places = [
            (_LEFT + step * fifth, y + tall * (1 - share))
            for fifth, share in enumerate(choice.shares)
        ]
        path = "L".join(f"{number(x)} {number(at)}" for x, at in places)
        kind = "chart-trace chart-right" if choice.right else "chart-trace"
        shapes.append(f'<path class="{kind}" fill="none" stroke="currentColor" d="M{path}"/>')
        shapes += [
            f'<circle class="chart-dot" cx="{number(x)}" cy="{number(at)}" r="3"/>'
            for x, at in places
        ]
        texts.append(lines_svg(words, 0, y + 14, kind="chart-text"))
        y += tall + _GAP
    texts.append(lines_svg([heads[1]], _LEFT, y - 4, kind="chart-edge"))
    texts.append(lines_svg([heads[-1]], _RIGHT, y - 4, kind="chart-edge", anchor="end"))
    rows = "".join(
        f'<tr><th scope="row">{escape(choice.name)}{f" ({escape(key)})" if choice.right else ""}'
        "</th>" + "".join(f"<td>{100 * share:.0f} %</td>" for share in choice.shares) + "</tr>"
        for choice in choices
    )
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return Drawing(round(y) + 4, "".join(shapes) + "".join(texts), table, "table")
