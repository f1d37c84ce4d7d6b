"""Figures drawn from data: a whole `<figure>` with an SVG and the same data as a table or list.

No Django here, no script, no inline style: colours come from classes and `currentColor`, so that
one drawing serves light, dark, forced colours and paper. What is drawn is escaped here and is
trusted from then on: it goes into pages unsanitised.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from courses.charts import payoff, tree
from courses.charts.drawing import FONT, WIDTH, Drawing
from courses.rendering.faults import Fault

UNKNOWN_KIND = "“{kind}” is not a kind of figure. Use one of: {kinds}."
SAME_DATA = "The same as a {name}"


@dataclass(frozen=True)
class Chart:
    """One kind: how to check a spec, and how to draw one that has no faults."""

    check: Callable[[Any], list[Fault]]
    drawing: Callable[[Any], Drawing]


CHARTS: Mapping[str, Chart] = {
    "payoff": Chart(payoff.check, payoff.drawing),
    "tree": Chart(tree.check, tree.drawing),
}


def check(kind: str, spec: Any) -> list[Fault]:
    """What an author has to mend. `field` of a fault is a path in the spec: "cells[0][1]"."""
    if kind not in CHARTS:
        return [Fault("kind", UNKNOWN_KIND.format(kind=kind, kinds=", ".join(CHARTS)))]
    return CHARTS[kind].check(spec)


def draw(kind: str, spec: Any, *, key: str, title: str, description: str) -> str:
    """A finished `<figure id="figure-KEY">`, to be printed as it is.

    `title` is its caption; `description` says what it shows, for people who cannot see it. Both are
    plain text. Raises ValueError with the first fault's sentence if `check` finds any.
    """
    faults = check(kind, spec)
    if faults:
        raise ValueError(str(faults[0]))
    drawn = CHARTS[kind].drawing(spec)
    name = f"figure-{escape(key)}"
    caption = f'<span class="figure-title">{escape(title)}</span>'
    if drawn.note:
        stop = "" if title.endswith((".", "?", "!")) else "."
        caption += f'{stop} <span class="figure-note">{escape(drawn.note)}</span>'
    return (
        f'<figure class="figure figure-{kind}" id="{name}">\n'
        f'<svg class="chart chart-{kind}" viewBox="0 0 {WIDTH} {drawn.height}" role="img" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-desc" '
        f'font-size="{FONT}" fill="currentColor">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(" ".join(description.split()))}</desc>'
        f"{drawn.svg}</svg>\n"
        f"<figcaption>{caption}</figcaption>\n"
        f'<details class="figure-data"><summary>{SAME_DATA.format(name=drawn.data_name)}</summary>'
        f"{drawn.data}</details>\n"
        "</figure>"
    )


__all__ = ["CHARTS", "Chart", "check", "draw"]
