"""The organs of an organisation: who answers to whom, the highest on top.

    {organisation: csto}

What stands outside the organisation is drawn with a dashed edge.
"""

from collections.abc import Iterator
from html import escape
from typing import Any

from courses.charts.drawing import (
    LINE,
    WIDTH,
    Drawing,
    check_object,
    lines_svg,
    number,
    width_of,
    wrap,
)
from courses.charts.facts import Facts, Organ
from courses.charts.looking_up import NO_SUCH, is_known
from courses.rendering.faults import Fault

NOTHING = "This organisation has no bodies yet. Add them first."
OUTSIDE = "Dashed edge: outside the organisation"
TIERS = ("heads", "ministers", "standing", "military", "external")

_GAP = 8
_RISE = 26  # between rows: room for the lines


def check(spec: Any, facts: Facts) -> list[Fault]:
    """What an author has to mend before the organs can be drawn."""
    faults = check_object(spec, "", ["organisation"])
    if faults:
        return faults
    if not is_known(spec["organisation"], facts.organisations):
        sentence = NO_SUCH.format(what="organisation", key=spec["organisation"])
        return [Fault("organisation", sentence)]
    return [] if chosen(spec, facts) else [Fault("organisation", NOTHING)]


def chosen(spec: Any, facts: Facts) -> list[Organ]:
    """The organs, by tier and position."""
    return sorted(
        (organ for organ in facts.organs if organ.organisation == spec["organisation"]),
        key=lambda organ: (TIERS.index(organ.tier), organ.position, organ.key),
    )


def drawing(spec: Any, facts: Facts) -> Drawing:
    """The organs as a drawing, for a spec without faults."""
    organs = chosen(spec, facts)
    boxes: list[str] = []
    texts: list[str] = []
    places: dict[str, tuple[float, float, float]] = {}  # middle, top, bottom
    y = 1.0
    for row in _rows(organs):
        width = min((WIDTH - 2 - _GAP * (len(row) - 1)) / len(row), 220)
        left = (WIDTH - width * len(row) - _GAP * (len(row) - 1)) / 2
        words = [_words(organ, width - 12) for organ in row]
        height = LINE * max(len(head) + len(rest) for head, rest in words) + 14
        for organ, (head, rest) in zip(row, words, strict=True):
            middle = left + width / 2
            places[organ.key] = (middle, y, y + height)
            dash = ' stroke-dasharray="4 3"' if organ.tier == "external" else ""
            boxes.append(
                f'<rect class="chart-node" x="{number(left)}" y="{number(y)}" rx="4" '
                f'width="{number(width)}" height="{number(height)}"{dash}/>'
            )
            texts.append(lines_svg(head, middle, y + 19, kind="chart-player", anchor="middle"))
            if rest:
                base = y + 19 + LINE * len(head)
                texts.append(lines_svg(rest, middle, base, kind="chart-edge", anchor="middle"))
            left += width + _GAP
        y += height + _RISE
    lines = [
        _line(places[organ.parent], places[organ.key]) for organ in organs if organ.parent in places
    ]
    y -= _RISE - 4
    if any(organ.tier == "external" for organ in organs):
        texts.append(lines_svg([OUTSIDE], 0, y + 14, kind="chart-legend"))
        y += LINE + 2
    svg = (
        f'<g fill="none" stroke="currentColor"><path class="chart-branch" d="{"".join(lines)}"/>'
        f"{''.join(boxes)}</g>{''.join(texts)}"
    )
    return Drawing(round(y) + 2, svg, _table(organs), "table")


def _rows(organs: list[Organ]) -> Iterator[list[Organ]]:
    """The organs row by row: each below the one it answers to, what is outside at the bottom.

    Three stand side by side, or two where a word would be cut.
    """
    by_key = {organ.key: organ for organ in organs}

    def depth(organ: Organ, steps: int = 0) -> int:
        parent = by_key.get(organ.parent)
        # A circle of parents cannot be drawn as levels: it stops where it began to repeat.
        return 0 if parent is None or steps > len(organs) else 1 + depth(parent, steps + 1)

    inside = [organ for organ in organs if organ.tier != "external"]
    outside = [organ for organ in organs if organ.tier == "external"]
    levels: dict[int, list[Organ]] = {}
    for organ in inside:
        levels.setdefault(depth(organ), []).append(organ)
    for level in [levels[at] for at in sorted(levels)] + [outside]:
        rest = level
        while rest:
            three = (WIDTH - 2 - 2 * _GAP) / 3 - 12
            longest = max(
                width_of(word)
                for organ in rest[:3]
                for word in f"{organ.label} {organ.name}".split()
            )
            across = 3 if longest <= three else 2
            yield rest[:across]
            rest = rest[across:]


def _words(organ: Organ, width: float) -> tuple[list[str], list[str]]:
    """The label in bold, and below it the name if that is another."""
    rest = wrap(organ.name, width) if organ.name != organ.label else []
    return wrap(organ.label, width * 0.94), rest


def _line(parent: tuple[float, float, float], child: tuple[float, float, float]) -> str:
    """From the parent's lower edge to the child's upper one, turning half a step above it.

    Lines are drawn first, so that a box on the way hides them.
    """
    x, _, bottom = parent
    to, top, _ = child
    turn = top - _RISE / 2
    return f"M{number(x)} {number(bottom)}V{number(turn)}H{number(to)}V{number(top)}"


def _table(organs: list[Organ]) -> str:
    names = {organ.key: organ.label for organ in organs}
    rows = "".join(
        f'<tr><th scope="row">{escape(organ.name)}</th>'
        f"<td>{escape(organ.label if organ.label != organ.name else '')}</td>"
        f"<td>{escape(organ.role)}</td><td>{escape(names.get(organ.parent, ''))}</td></tr>"
        for organ in organs
    )
    heads = "".join(
        f'<th scope="col">{head}</th>' for head in ("Body", "Short", "What it does", "Answers to")
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
