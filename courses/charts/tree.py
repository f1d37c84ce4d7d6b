"""A tree of questions or steps, drawn as an outline: one node below the other, children indented.

    {root: {text, edge: "", children: [{text, edge: "label of the branch", children: [...]}, ...]}}

An outline keeps its words legible on a telephone, where a tree that grows sideways does not.
"""

from dataclasses import dataclass
from html import escape
from typing import Any

from courses.charts.drawing import (
    LINE,
    WIDTH,
    Drawing,
    check_object,
    check_text,
    inside,
    lines_svg,
    number,
    wrap,
)
from courses.rendering.faults import Fault

MAX_DEPTH = 7
MAX_NODES = 60

TOO_DEEP = "The tree has more than {most} levels. Split it into two figures."
TOO_MANY = "The tree has {count} boxes of at most {most}. Split it into two figures."
NOT_CHILDREN = "This must be a list of branches; an empty one is written []."

_INDENT = 22
_PAD = 8
_GAP = 12


def check(spec: Any) -> list[Fault]:
    """What an author has to mend before the tree can be drawn."""
    faults = check_object(spec, "", ["root"])
    if faults:
        return faults
    faults, count = _check_node(spec["root"], "root", 1)
    if count > MAX_NODES:
        faults.append(Fault("root", TOO_MANY.format(count=count, most=MAX_NODES)))
    return faults


def _check_node(node: Any, path: str, depth: int) -> tuple[list[Fault], int]:
    if depth > MAX_DEPTH:
        return [Fault(path, TOO_DEEP.format(most=MAX_DEPTH))], 0
    faults = check_object(node, path, ["text"], ["edge", "children"])
    if faults:
        return faults, 1
    faults = check_text(node["text"], inside(path, "text"))
    faults += check_text(node.get("edge") or "", inside(path, "edge"), empty=True)
    children = node.get("children") or []
    if not isinstance(children, list | tuple):
        return [*faults, Fault(inside(path, "children"), NOT_CHILDREN)], 1
    count = 1
    for i, child in enumerate(children):
        more, size = _check_node(child, f"{path}.children[{i}]", depth + 1)
        faults += more
        count += size
    return faults, count


def drawing(spec: Any) -> Drawing:
    """The tree as a drawing, for a spec without faults."""
    ink = _Ink([], [], [])
    bottom, _ = _draw(spec["root"], 0, 1.0, ink)
    # What the shapes share is said once, and the branches are one path: a tree of seven boxes
    # is a kilobyte shorter so, and a lesson's page may have twenty.
    branches = f'<path class="chart-branch" d="{"".join(ink.branches)}"/>' if ink.branches else ""
    shapes = f'<g fill="none" stroke="currentColor">{"".join(ink.boxes)}{branches}</g>'
    svg = shapes + "".join(ink.texts)
    return Drawing(round(bottom) + 2, svg, f"<ul>{_item(spec['root'])}</ul>", "list")


@dataclass(frozen=True)
class _Ink:
    """What has been drawn so far."""

    boxes: list[str]
    branches: list[str]
    texts: list[str]


def _draw(node: Any, depth: int, y: float, ink: _Ink) -> tuple[float, float]:
    """Draw a node and its branches from `y` down. Answers (the lowest point, the box's middle)."""
    left = 1 + _INDENT * depth
    width = WIDTH - left - 1
    edge = wrap(str(node.get("edge") or ""), width)
    if edge != [""]:
        ink.texts.append(lines_svg(edge, left, y + 12, kind="chart-edge"))
        y += LINE * len(edge)
    text = wrap(str(node["text"]), width - 2 * _PAD)
    height = LINE * len(text) + 2 * _PAD - 2
    children = node.get("children") or []
    kind = "chart-node" if children else "chart-node chart-leaf"
    ink.boxes.append(
        f'<rect class="{kind}" x="{number(left)}" y="{number(y)}" width="{number(width)}" '
        f'height="{number(height)}" rx="4"/>'
    )
    ink.texts.append(lines_svg(text, left + _PAD, y + _PAD + 12, kind="chart-text"))
    middle, box_bottom = y + height / 2, y + height
    y = box_bottom
    trunk = left + 8
    last = 0.0
    for child in children:
        y, last = _draw(child, depth + 1, y + _GAP, ink)
        # Only the short way to the child; the trunk is one line, so that it prints evenly.
        ink.branches.append(f"M{number(trunk)} {number(last)}H{number(left + _INDENT)}")
    if children:
        ink.branches.append(f"M{number(trunk)} {number(box_bottom)}V{number(last)}")
    return y, middle


def _item(node: Any) -> str:
    edge = str(node.get("edge") or "")
    words = f"<em>{escape(edge)}:</em> " if edge else ""
    children = "".join(_item(child) for child in node.get("children") or [])
    return f"<li>{words}{escape(node['text'])}{f'<ul>{children}</ul>' if children else ''}</li>"
