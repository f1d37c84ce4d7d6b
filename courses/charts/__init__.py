"""Figures drawn from data: a whole `<figure>` with an SVG and the same data as a table or list.

No Django here, no script, no inline style: colours come from classes and `currentColor`, so that
one drawing serves light, dark, forced colours and paper. What is drawn is escaped here and is
trusted from then on: it goes into pages unsanitised.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from courses.charts import bars, lenses, membership, organs, payoff, timeline, tree
from courses.charts.drawing import FONT, WIDTH, Drawing
from courses.charts.facts import Facts
from courses.rendering.faults import Fault

UNKNOWN_KIND = "“{kind}” is not a kind of figure. Use one of: {kinds}."
SAME_DATA = "The same as a {name}"


@dataclass(frozen=True)
class Chart:
    """One kind: how to check a spec, and how to draw one that has no faults."""

    check: Callable[[Any, Facts], list[Fault]]
    drawing: Callable[[Any, Facts], Drawing]
    from_facts: bool = False  # whether it shows anything of the reference data


def _alone(check: Callable[[Any], list[Fault]], drawing: Callable[[Any], Drawing]) -> Chart:
    """A kind that draws what stands in its spec and nothing else."""
    return Chart(lambda spec, facts: check(spec), lambda spec, facts: drawing(spec))


CHARTS: Mapping[str, Chart] = {
    "payoff": _alone(payoff.check, payoff.drawing),
    "tree": _alone(tree.check, tree.drawing),
    "timeline": Chart(timeline.check, timeline.drawing, from_facts=True),
    "membership": Chart(membership.check, membership.drawing, from_facts=True),
    "organs": Chart(organs.check, organs.drawing, from_facts=True),
    "bars": Chart(bars.check, bars.drawing, from_facts=True),
    "lens-matrix": Chart(lenses.check, lenses.drawing, from_facts=True),
}
NO_FACTS = Facts()


def is_from_facts(kind: str) -> bool:
    """Whether figures of this kind show the reference data, and change with it."""
    return kind in CHARTS and CHARTS[kind].from_facts


def check(kind: str, spec: Any, facts: Facts = NO_FACTS) -> list[Fault]:
    """What an author has to mend. `field` of a fault is a path in the spec: "cells[0][1]"."""
    if kind not in CHARTS:
        return [Fault("kind", UNKNOWN_KIND.format(kind=kind, kinds=", ".join(CHARTS)))]
    return CHARTS[kind].check(spec, facts)


def draw(
    kind: str, spec: Any, *, key: str, title: str, description: str, facts: Facts = NO_FACTS
) -> str:
    """A finished `<figure id="figure-KEY">`, to be printed as it is.

    `title` is its caption; `description` says what it shows, for people who cannot see it. Both are
    plain text. Raises ValueError with the first fault's sentence if `check` finds any.
    """
    faults = check(kind, spec, facts)
    if faults:
        raise ValueError(str(faults[0]))
    return framed(kind, CHARTS[kind].drawing(spec, facts), key, title, description)


def _same(drawn: Drawing, data: str) -> str:
    """The data, to be opened; nothing where the page has it as its own table anyway."""
    said = SAME_DATA.format(name=drawn.data_name)
    return (
        f'<details class="figure-data"><summary>{said}</summary>{data}</details>\n' if data else ""
    )


def framed(
    kind: str, drawn: Drawing, key: str, title: str, description: str, *, links: bool = False
) -> str:
    """A drawing as a finished `<figure id="figure-KEY">` with its title, words and data.

    With `links` there are links in the drawing, which a mere image would hide from some people.
    """
    name = f"figure-{escape(key)}"
    caption = f'<span class="figure-title">{escape(title)}</span>'
    if drawn.note:
        stop = "" if title.endswith((".", "?", "!")) else "."
        caption += f'{stop} <span class="figure-note">{escape(drawn.note)}</span>'
    if not drawn.svg:  # the data is the figure
        return (
            f'<figure class="figure figure-{kind}" id="{name}" aria-labelledby="{name}-title">\n'
            f'<figcaption id="{name}-title">{caption}</figcaption>\n'
            f'<div class="table-scroll" tabindex="0" role="region" aria-labelledby="{name}-title">'
            f"{drawn.data}</div>\n</figure>"
        )
    data = drawn.data
    if data and drawn.data_name == "table":
        data = (
            f'<div class="table-scroll" tabindex="0" role="region" aria-labelledby="{name}-title">'
            f"{data}</div>"
        )
    return (
        f'<figure class="figure figure-{kind}" id="{name}">\n'
        f'<svg class="chart chart-{kind}" viewBox="0 0 {WIDTH} {drawn.height}" '
        f'role="{"group" if links else "img"}" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-desc" '
        f'font-size="{FONT}" fill="currentColor">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(" ".join(description.split()))}</desc>'
        f"{drawn.svg}</svg>\n"
        f"<figcaption>{caption}</figcaption>\n"
        f"{_same(drawn, data)}</figure>"
    )


__all__ = ["CHARTS", "Chart", "Facts", "check", "draw", "framed", "is_from_facts"]
