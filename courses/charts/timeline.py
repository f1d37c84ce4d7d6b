"""Events one below the other, so that their words stay legible on a telephone and on paper.

    {events: [key, ...]}                                 these events
    {organisations: [nato], from: "1989", to: "1999"}    those of an organisation, or of a time

A filled mark stands for an event that the texts of the course report, a hollow one for an event
that a public reference adds. The marks' shapes are the lenses', where an event has exactly one.
"""

from html import escape
from typing import Any

from courses import dates
from courses.charts.drawing import LINE, WIDTH, Drawing, check_object, lines_svg, number, wrap
from courses.charts.facts import Facts, Happening
from courses.charts.looking_up import check_keys, check_span, overlaps
from courses.rendering.faults import Fault

NOTHING = "No event fits. Name other organisations, or a longer time."
TOO_MANY = "{count} events are more than a picture can hold ({most}). Choose a shorter time."
EITHER = "Name either events, or organisations and a time; not both."
LEGEND = "Filled: in the texts. Hollow: from a public reference."
MOST = 60

_AXIS = 104  # where the line stands; dates to its left, words to its right
_WORDS = _AXIS + 16
_GAP = 8


def check(spec: Any, facts: Facts) -> list[Fault]:
    """What an author has to mend before the timeline can be drawn."""
    faults = check_object(spec, "", [], ["events", "organisations", "from", "to"])
    if faults:
        return faults
    if "events" in spec:
        if len(spec) > 1:
            return [Fault("spec", EITHER)]
        faults = check_keys(spec["events"], "events", "event", facts.events)
    elif "organisations" in spec:
        faults = check_keys(
            spec["organisations"], "organisations", "organisation", facts.organisations
        )
    faults += check_span(spec)
    if not faults:
        found = len(chosen(spec, facts))
        if not found:
            faults = [Fault("spec", NOTHING)]
        elif found > MOST:
            faults = [Fault("spec", TOO_MANY.format(count=found, most=MOST))]
    return faults


def chosen(spec: Any, facts: Facts) -> list[Happening]:
    """The events that a spec without faults asks for, in order of time."""
    if "events" in spec:
        wanted = set(spec["events"])
        return [event for key, event in facts.events.items() if key in wanted]
    wanted = set(spec.get("organisations", ()))
    return [
        event
        for event in facts.events.values()
        if (not wanted or not wanted.isdisjoint(event.organisations))
        and overlaps(event.date, event.until or event.date, spec)
    ]


def drawing(spec: Any, facts: Facts) -> Drawing:
    """The timeline as a drawing, for a spec without faults."""
    return draw_events(chosen(spec, facts), facts)


def draw_events(events: list[Happening], facts: Facts) -> Drawing:
    """These events as a drawing; the page of all events draws those that a reader chose."""
    marks: list[str] = []
    texts: list[str] = []
    y = 0.0
    first = last = 0.0
    for event in events:
        when = wrap(dates.span(event.date, event.until or event.date), _AXIS - 14)
        words = wrap(event.title, WIDTH - _WORDS)
        texts.append(
            lines_svg(when, _AXIS - 12, y + 13, kind="chart-edge", anchor="end")
            + lines_svg(words, _WORDS, y + 13, kind="chart-text")
        )
        last = y + 8
        first = first or last
        marks.append(mark(event, _AXIS, last))
        y += LINE * max(len(when), len(words)) + _GAP
    axis = f'<path class="chart-branch" d="M{_AXIS} {number(first)}V{number(last)}"/>'
    legend = ""
    if {event.outside for event in events} == {True, False}:
        lines = wrap(LEGEND, WIDTH)
        legend = lines_svg(lines, 0, y + 14, kind="chart-legend")
        y += LINE * len(lines) + 2
    svg = (
        f'<g fill="none" stroke="currentColor">{axis}</g><g stroke="currentColor">'
        f"{''.join(marks)}</g>{''.join(texts)}{legend}"
    )
    return Drawing(round(y) + 2, svg, _table(events, facts), "table")


def mark(event: Happening, x: float, y: float) -> str:
    """The sign of an event: the shape of its one lens, hollow if from outside the texts."""
    kind = "chart-mark chart-outside" if event.outside else "chart-mark"
    lens = event.lenses[0] if len(event.lenses) == 1 else ""
    if lens:
        kind += f" lens-{lens}"
    if lens == "realism":
        return f'<path class="{kind}" d="M{number(x - 6)} {number(y + 5)}h12l-6 -11z"/>'
    if lens == "institutionalism":
        return (
            f'<rect class="{kind}" x="{number(x - 5)}" y="{number(y - 5)}" width="10" height="10"/>'
        )
    return f'<circle class="{kind}" cx="{number(x)}" cy="{number(y)}" r="5"/>'


def _table(events: list[Happening], facts: Facts) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(dates.span(event.date, event.until or event.date))}</th>'
        f"<td>{escape(event.title)}</td>"
        f"<td>{escape(', '.join(facts.organisations[key].label for key in event.organisations))}"
        f"</td><td>{'public reference' if event.outside else 'texts of the course'}</td></tr>"
        for event in events
    )
    heads = "".join(
        f'<th scope="col">{head}</th>' for head in ("When", "What", "Who", "Reported in")
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
