"""The quantities of one series as bars, each with its number; a line for a target.

    {series: defence-spending-2011, line: defence-target}

`line` names a series too: its first quantity is drawn across, as a target is.
"""

from html import escape
from typing import Any

from courses import dates
from courses.charts.drawing import (
    LINE,
    WIDTH,
    Drawing,
    check_object,
    lines_svg,
    number,
    shown,
    width_of,
    wrap,
)
from courses.charts.facts import Amount, Facts
from courses.charts.looking_up import NO_SUCH
from courses.rendering.faults import Fault

UNITS = "The quantities of this series have different units: {units}. Give them one."
NEGATIVE = "“{subject}” is below zero, which bars from one edge cannot show."
MOST = 20
TOO_MANY = "{count} bars are more than a picture can hold ({most})."

_TALL = 16


def check(spec: Any, facts: Facts) -> list[Fault]:
    """What an author has to mend before the bars can be drawn."""
    faults = check_object(spec, "", ["series"], ["line"])
    if faults:
        return faults
    for name in ("series", "line"):
        if name in spec and not _of(spec[name], facts):
            faults.append(Fault(name, NO_SUCH.format(what="series", key=spec[name])))
    if faults:
        return faults
    amounts = _of(spec["series"], facts)
    units = {amount.unit for amount in amounts}
    if len(units) > 1:
        faults.append(Fault("series", UNITS.format(units=", ".join(sorted(units)))))
    faults += [
        Fault("series", NEGATIVE.format(subject=amount.subject))
        for amount in amounts
        if amount.value < 0
    ]
    if len(amounts) > MOST:
        faults.append(Fault("series", TOO_MANY.format(count=len(amounts), most=MOST)))
    return faults


def _of(series: Any, facts: Facts) -> list[Amount]:
    return [amount for amount in facts.amounts if amount.series == series]


def drawing(spec: Any, facts: Facts) -> Drawing:
    """The bars as a drawing, for a spec without faults."""
    amounts = _of(spec["series"], facts)
    line = _of(spec["line"], facts)[0] if "line" in spec else None
    left = min(max(width_of(amount.subject) for amount in amounts) + 10, 140)
    room = max(width_of(shown(amount.value)) for amount in amounts) + 8
    most = max([amount.value for amount in amounts] + ([line.value] if line else [])) or 1
    scale = (WIDTH - left - room) / float(most)
    y = 4.0
    bars: list[str] = []
    texts: list[str] = []
    for amount in amounts:
        words = wrap(amount.subject, left - 8)
        height = max(_TALL, LINE * len(words) - 2)
        middle = y + height / 2
        width = float(amount.value) * scale
        bars.append(
            f'<rect class="chart-bar" x="{number(left)}" y="{number(middle - _TALL / 2)}" '
            f'width="{number(max(width, 1))}" height="{_TALL}"/>'
        )
        base = middle + 5 - LINE * (len(words) - 1) / 2
        texts.append(lines_svg(words, left - 8, base, kind="chart-text", anchor="end"))
        texts.append(
            lines_svg([shown(amount.value)], left + width + 5, middle + 5, kind="chart-value")
        )
        y += height + 8
    across = ""
    if line:
        x = left + float(line.value) * scale
        across = f'<path class="chart-line" stroke="currentColor" d="M{number(x)} 0V{number(y)}"/>'
        said = wrap(f"{line.subject}: {shown(line.value)} {line.unit}", WIDTH)
        texts.append(lines_svg(said, 0, y + 14, kind="chart-legend"))
        y += LINE * len(said)
    unit = f"In {amounts[0].unit}"
    known = {amount.as_of for amount in amounts}
    if len(known) == 1 and (when := known.pop()):
        unit += f", {dates.in_words(when)}"
    texts.append(lines_svg([unit], 0, y + 14, kind="chart-legend"))
    y += LINE
    return Drawing(round(y) + 4, "".join(bars) + across + "".join(texts), _table(amounts), "table")


def _table(amounts: list[Amount]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(amount.subject)}</th><td>{shown(amount.value)}</td>'
        f"<td>{escape(amount.unit)}</td><td>{escape(dates.in_words(amount.as_of))}</td></tr>"
        for amount in amounts
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Of", "Value", "Unit", "As of"))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
