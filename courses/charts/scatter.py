"""How hard each question was against how well it tells the strong from the weak."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import cos, pi, sin

from courses.charts.drawing import WIDTH, Drawing, lines_svg, number

_LEFT, _RIGHT, _TOP, _TALL = 40, WIDTH - 12, 12, 240
_ROOM = 26  # between two points that can be pressed


@dataclass(frozen=True)
class Point:
    """A question: `across` 0..1, `up` -1..1; `label` is its number, `url` its page."""

    label: str
    name: str
    across: float
    up: float
    url: str
    marked: bool = False


def drawing(points: Sequence[Point], *, heads: tuple[str, str, str]) -> Drawing:
    """Numbered points that lead to their questions; `heads` name question, x and y.

    A number that would lie on another one stands beside it, with a line to its point.
    """
    base = _TOP + _TALL
    dots, shapes, texts = [], [], []
    taken: list[tuple[float, float]] = []
    for point in points:
        x = _LEFT + 14 + point.across * (_RIGHT - _LEFT - 28)
        y = base - 14 - (min(max(point.up, -0.5), 1.0) + 0.5) / 1.5 * (_TALL - 28)
        a, b = _free(x, y, taken)
        taken.append((a, b))
        if (a, b) != (x, y):
            dots.append(
                f'<path class="chart-branch" d="M{number(x)} {number(y)}L{number(a)} {number(b)}"/>'
                f'<circle class="chart-dot" cx="{number(x)}" cy="{number(y)}" r="3"/>'
            )
        kind = "chart-leaf chart-flagged" if point.marked else "chart-leaf"
        shapes.append(
            f'<a href="{escape(point.url)}" aria-label="{escape(point.name)}">'
            f'<circle class="{kind}" cx="{number(a)}" cy="{number(b)}" r="12"/>'
            + lines_svg([point.label], a, b + 4, kind="chart-edge", anchor="middle")
            + "</a>"
        )
    lowest = max([base, *(y + 14 for _x, y in taken)])
    zero = base - 14 - 0.5 / 1.5 * (_TALL - 28)
    for up in (-0.5, 0.0, 0.5, 1.0):
        y = base - 14 - (up + 0.5) / 1.5 * (_TALL - 28)
        said = f"{up:.1f}".replace("-", "−")
        texts.append(lines_svg([said], _LEFT - 6, y + 4, kind="chart-edge", anchor="end"))
    for percent in (0, 50, 100):
        x = _LEFT + 14 + percent / 100 * (_RIGHT - _LEFT - 28)
        texts.append(
            lines_svg([f"{percent} %"], x, lowest + 18, kind="chart-edge", anchor="middle")
        )
    texts.append(lines_svg([f"↑ {heads[2]}   → {heads[1]}"], 0, lowest + 40, kind="chart-legend"))
    axes = (
        f'<path class="chart-branch" fill="none" d="M{_LEFT} {_TOP}V{number(lowest)}H{_RIGHT}"/>'
        f'<path class="chart-grid" fill="none" d="M{_LEFT} {number(zero)}H{_RIGHT}"/>'
    )
    rows = "".join(
        f'<tr><th scope="row"><a href="{escape(p.url)}">{escape(p.name)}</a></th>'
        f"<td>{100 * p.across:.0f} %</td><td>{p.up:.2f}</td></tr>".replace("<td>-", "<td>−")
        for p in points
    )
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return Drawing(
        round(lowest) + 48, axes + "".join(texts) + "".join(dots) + "".join(shapes), table, "table"
    )


def _free(x: float, y: float, taken: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The nearest place where a number hides no other, within the drawing's width."""

    def clear(a: float, b: float) -> bool:
        inside = _LEFT + 14 <= a <= _RIGHT - 14 and b >= _TOP + 14
        return inside and all(abs(a - p) >= _ROOM or abs(b - q) >= _ROOM for p, q in taken)

    for ring in range(60):
        for at in range(max(1, 8 * ring)):
            angle = 2 * pi * at / max(1, 8 * ring)
            a, b = x + ring * _ROOM / 2 * cos(angle), y + ring * _ROOM / 2 * sin(angle)
            if clear(a, b):
                return a, b
    return x, y
