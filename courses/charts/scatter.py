"""How hard each question was against how well it tells the strong from the weak."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

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

    Points that would lie on each other are moved apart, upwards: the table has the true numbers.
    """
    base = _TOP + _TALL
    shapes, texts = [], []
    taken: list[tuple[float, float]] = []
    for point in sorted(points, key=lambda each: (-each.up, each.across, each.label)):
        x = _LEFT + 14 + point.across * (_RIGHT - _LEFT - 28)
        y = base - 14 - (min(max(point.up, -0.5), 1.0) + 0.5) / 1.5 * (_TALL - 28)
        while any(abs(x - a) < _ROOM and abs(y - b) < _ROOM for a, b in taken):
            y += _ROOM
        taken.append((x, y))
        kind = "chart-leaf chart-flagged" if point.marked else "chart-leaf"
        shapes.append(
            f'<a href="{escape(point.url)}" aria-label="{escape(point.name)}">'
            f'<circle class="{kind}" cx="{number(x)}" cy="{number(y)}" r="12"/>'
            + lines_svg([point.label], x, y + 4, kind="chart-edge", anchor="middle")
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
    return Drawing(round(lowest) + 48, axes + "".join(texts) + "".join(shapes), table, "table")
