"""Who belonged to which organisation when: a row for each state, a bar for each spell.

    {organisations: [cis, cst, csto], states: [georgia, ...], from: "1991", to: "2011"}

Without `states`, all that ever belonged to one of the organisations in that time. Within a row each
organisation has its own height and its own thickness and dashes, so colour carries nothing alone.
"""

from collections.abc import Sequence
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
    width_of,
    wrap,
)
from courses.charts.facts import Facts, Spell
from courses.charts.looking_up import check_keys, check_span, overlaps
from courses.rendering.faults import Fault

NOTHING = "Nobody belonged to these organisations then. Name others, or a longer time."
TOO_MANY = "At most {most} organisations can be told apart in one picture."
NO_SPAN = "Say from when and to when: from: “1991”, to: “2011”."
LEGEND = "In each row, from top to bottom: {names}."
MOST = 5

_LEFT = 104
_RIGHT = WIDTH - 4
_STEP = 9  # from one organisation's bar to the next
_DASHES = ("", "7 2", "", "10 2 2 2", "2 2")


def check(spec: Any, facts: Facts) -> list[Fault]:
    """What an author has to mend before the matrix can be drawn."""
    faults = check_object(spec, "", ["organisations", "from", "to"], ["states"])
    if faults:
        return faults
    faults = check_keys(spec["organisations"], "organisations", "organisation", facts.organisations)
    if "states" in spec:
        faults += check_keys(spec["states"], "states", "state", facts.states)
    faults += check_span(spec)
    if not faults and len(spec["organisations"]) > MOST:
        faults = [Fault("organisations", TOO_MANY.format(most=MOST))]
    if not faults and not chosen(spec, facts):
        faults = [Fault("spec", NOTHING)]
    return faults


def chosen(spec: Any, facts: Facts) -> list[Spell]:
    """The spells that a spec without faults asks for."""
    wanted = set(spec["organisations"])
    states = set(spec.get("states", ()))
    return [
        spell
        for spell in facts.spells
        if spell.organisation in wanted
        and (not states or spell.state in states)
        and overlaps(spell.begins, spell.ends, spec)
    ]


def drawing(spec: Any, facts: Facts) -> Drawing:
    """The matrix as a drawing, for a spec without faults."""
    spells = chosen(spec, facts)
    organisations: Sequence[str] = spec["organisations"]
    first, last = dates.parse(str(spec["from"])), dates.parse(str(spec["to"]))
    begin, end = first.first.toordinal(), last.last.toordinal()

    def at(day: int) -> float:
        day = min(max(day, begin), end)
        return _LEFT + (_RIGHT - _LEFT) * (day - begin) / (end - begin or 1)

    states = sorted({spell.state for spell in spells}, key=lambda key: facts.states[key])
    tall = _STEP * len(organisations) + 8
    top = LINE + 6
    grid, bars, texts = [], [], []
    bottom = top + tall * len(states)
    years = range(first.year, last.year + 2)
    step = next(step for step in (1, 2, 5, 10, 20, 50) if len(years) / step <= 7)
    for year in years:
        if year % step == 0:
            x = at(dates.parse(f"{year:04d}").first.toordinal())
            if x + width_of(str(year)) / 2 <= WIDTH:
                grid.append(f"M{number(x)} {top - 4}V{bottom}")
                texts.append(lines_svg([str(year)], x, 13, kind="chart-edge", anchor="middle"))
    for row, state in enumerate(states):
        y = top + tall * row
        name = wrap(facts.states[state], _LEFT - 8)
        base = y + tall / 2 + 5 - LINE * (len(name) - 1) / 2
        texts.append(lines_svg(name, 0, base, kind="chart-text"))
        grid.append(f"M0 {y}H{WIDTH}")
        for spell in spells:
            if spell.state != state:
                continue
            slot = organisations.index(spell.organisation)
            middle = y + 8 + _STEP * slot
            start = at(dates.parse(spell.begins).first.toordinal())
            stop = at(dates.parse(spell.ends).first.toordinal()) if spell.ends else at(end)
            dash = f' stroke-dasharray="{_DASHES[slot]}"' if _DASHES[slot] else ""
            bars.append(
                f'<path class="chart-spell chart-spell-{slot + 1}" '
                f'd="M{number(start)} {number(middle)}H{number(max(stop, start + 3))}"{dash}/>'
            )
    names = ", ".join(facts.organisations[key].label for key in organisations)
    legend = wrap(LEGEND.format(names=names), WIDTH)
    texts.append(lines_svg(legend, 0, bottom + LINE, kind="chart-legend"))
    svg = (
        f'<path class="chart-grid" fill="none" stroke="currentColor" d="{"".join(grid)}"/>'
        f'<g fill="none" stroke="currentColor">{"".join(bars)}</g>{"".join(texts)}'
    )
    return Drawing(bottom + LINE * len(legend) + 8, svg, table(spells, facts), "table")


def table(spells: Sequence[Spell], facts: Facts) -> str:
    """The spells as a table, by state and time."""
    rows = "".join(
        f'<tr><th scope="row">{escape(facts.states[spell.state])}</th>'
        f"<td>{escape(facts.organisations[spell.organisation].label)}</td>"
        f"<td>{escape(spell.role)}</td><td>{escape(dates.in_words(spell.begins))}</td>"
        f"<td>{escape(dates.in_words(spell.ends))}</td>"
        f"<td>{escape(spell.how_ended.replace('-', ' '))}</td></tr>"
        for spell in sorted(spells, key=lambda spell: (facts.states[spell.state], spell.begins))
    )
    heads = "".join(
        f'<th scope="col">{head}</th>'
        for head in ("State", "Organisation", "As", "From", "To", "How it ended")
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
