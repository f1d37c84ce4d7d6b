"""A game of two players with two moves each, as a table of pay-offs.

    {row_player, column_player, row_moves: [a, b], column_moves: [a, b],
     cells: [[[r, c], [r, c]], [[r, c], [r, c]]], note}

In every cell the first number is the row player's.
"""

from html import escape
from typing import Any

from courses.charts.drawing import (
    LINE,
    WIDTH,
    Drawing,
    check_list,
    check_number,
    check_object,
    check_text,
    lines_svg,
    number,
    shown,
    wrap,
)
from courses.rendering.faults import Fault

LEGEND = "In each cell: {row}, then {column}"

_KEYS = ("row_player", "column_player", "row_moves", "column_moves", "cells")
_LEFT = 112  # width of the column that names the row player's moves
_CELL = (WIDTH - _LEFT - 2) / 2
_PAD = 8


def check(spec: Any) -> list[Fault]:
    """What an author has to mend before the game can be drawn."""
    faults = check_object(spec, "", _KEYS, ["note"])
    if faults:
        return faults
    for key in ("row_player", "column_player"):
        faults += check_text(spec[key], key)
    faults += check_text(spec.get("note") or "", "note", empty=True)
    for key in ("row_moves", "column_moves"):
        wrong = check_list(spec[key], key, 2)
        faults += wrong or [
            fault for i in (0, 1) for fault in check_text(spec[key][i], f"{key}[{i}]")
        ]
    wrong = check_list(spec["cells"], "cells", 2)
    faults += wrong or [fault for i in (0, 1) for fault in _check_row(spec["cells"][i], i)]
    return faults


def _check_row(row: Any, i: int) -> list[Fault]:
    wrong = check_list(row, f"cells[{i}]", 2)
    if wrong:
        return wrong
    faults: list[Fault] = []
    for j in (0, 1):
        path = f"cells[{i}][{j}]"
        wrong = check_list(row[j], path, 2)
        faults += wrong or [
            fault for k in (0, 1) for fault in check_number(row[j][k], f"{path}[{k}]")
        ]
    return faults


def drawing(spec: Any) -> Drawing:
    """The table as a drawing, for a spec without faults."""
    row_player, column_player = str(spec["row_player"]), str(spec["column_player"])
    parts: list[str] = []
    middle = _LEFT + _CELL

    # Above the grid: the column player, then the moves, and level with these the row player.
    over = wrap(column_player, 2 * _CELL - _PAD)
    parts.append(lines_svg(over, middle, LINE, kind="chart-player chart-second", anchor="middle"))
    heads = [wrap(move, _CELL - 2 * _PAD) for move in spec["column_moves"]]
    corner = wrap(row_player, _LEFT - _PAD)
    tall = max(len(head) for head in [*heads, corner])
    base = LINE * (len(over) + 1) + 4
    level = base + LINE * (tall - len(corner))
    parts.append(lines_svg(corner, 0, level, kind="chart-player chart-first"))
    for j, head in enumerate(heads):
        level = base + LINE * (tall - len(head))
        parts.append(
            lines_svg(head, _LEFT + _CELL * (j + 0.5), level, kind="chart-move", anchor="middle")
        )

    y = float(base + LINE * (tall - 1) + _PAD)
    for i, move in enumerate(spec["row_moves"]):
        side = wrap(move, _LEFT - _PAD)
        height = max(56, LINE * len(side) + 2 * _PAD)
        first = y + height / 2 - LINE * (len(side) - 1) / 2 + 5
        parts.append(lines_svg(side, 0, first, kind="chart-move"))
        for j in (0, 1):
            x = _LEFT + _CELL * j
            parts.append(
                f'<rect class="chart-cell" x="{number(x)}" y="{number(y)}" width="{number(_CELL)}" '
                f'height="{number(height)}" fill="none" stroke="currentColor"/>'
            )
            one, two = (escape(shown(value)) for value in spec["cells"][i][j])
            parts.append(
                f'<text class="chart-payoff" x="{number(x + _CELL / 2)}" '
                f'y="{number(y + height / 2 + 6)}" text-anchor="middle">'
                f'<tspan class="chart-first">{one}</tspan>, '
                f'<tspan class="chart-second">{two}</tspan></text>'
            )
        y += height
    legend = wrap(LEGEND.format(row=row_player, column=column_player), WIDTH)
    parts.append(lines_svg(legend, 0, y + LINE + 4, kind="chart-legend"))
    y += LINE * len(legend) + 10
    return Drawing(round(y) + 2, "".join(parts), _table(spec), "table", str(spec.get("note") or ""))


def _table(spec: Any) -> str:
    row_player, column_player = escape(spec["row_player"]), escape(spec["column_player"])
    heads = "".join(
        f'<th scope="col">{column_player}: {escape(move)}</th>' for move in spec["column_moves"]
    )
    rows = ""
    for move, cells in zip(spec["row_moves"], spec["cells"], strict=True):
        rows += f'<tr><th scope="row">{row_player}: {escape(move)}</th>'
        for one, two in cells:
            rows += f"<td>{row_player} {shown(one)}, {column_player} {shown(two)}</td>"
        rows += "</tr>"
    return f"<table><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>"
