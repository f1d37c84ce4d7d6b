"""Events true to scale: years across, one mark an event, marks of one time above each other."""

from collections.abc import Iterable, Sequence
from html import escape

from courses import dates
from courses.charts.drawing import lines_svg, number
from courses.charts.facts import Happening, Spell
from courses.charts.timeline import mark

WIDE = 720
_LEFT, _RIGHT = 12, WIDE - 12
_STEP = 14  # from one mark to the one above it
_FOOT = 22


def years_of(spells: Iterable[Spell]) -> list[tuple[int, str]]:
    """(year, organisation) in which each spell began."""
    return [(dates.parse(spell.begins).year, spell.organisation) for spell in spells]


def draw(events: Sequence[Happening], first: int, last: int) -> str:
    """A finished `<svg>` of these events on an axis of years; "" without events.

    It adds nothing to the list of events but where they lie in time, and says so to those who
    cannot see it.
    """
    if not events:
        return ""
    begin = dates.parse(f"{first:04d}").first.toordinal()
    end = dates.parse(f"{last:04d}").last.toordinal()
    stacks: dict[int, int] = {}
    places: list[tuple[Happening, float, int]] = []
    for event in events:
        day = min(max(dates.parse(event.date).first.toordinal(), begin), end)
        x = _LEFT + (_RIGHT - _LEFT) * (day - begin) / (end - begin)
        column = round(x / _STEP)
        stacks[column] = stacks.get(column, 0) + 1
        places.append((event, column * _STEP, stacks[column]))
    height = _STEP * max(stacks.values()) + _FOOT + 8
    base = height - _FOOT
    marks = "".join(mark(event, x, base - _STEP * row + 4) for event, x, row in places)
    ticks, texts = [], []
    span = last - first + 1
    step = next(step for step in (1, 2, 5, 10, 20, 25, 50, 100) if span / step <= 9)
    for year in range(first, last + 2):
        if year % step == 0:
            x = _LEFT + (_RIGHT - _LEFT) * (
                dates.parse(f"{year:04d}").first.toordinal() - begin
            ) / (end - begin)
            if _LEFT <= x <= _RIGHT:
                ticks.append(f"M{number(x)} {base}v5")
                texts.append(
                    lines_svg([str(year)], x, height - 4, kind="chart-edge", anchor="middle")
                )
    said = f"{len(events)} events between {first} and {last}, listed below."
    return (
        f'<svg class="chart chart-scale" viewBox="0 0 {WIDE} {height}" role="img" '
        f'aria-label="{escape(said)}" font-size="14" fill="currentColor">'
        f'<path class="chart-branch" fill="none" stroke="currentColor" '
        f'd="M{_LEFT} {base}H{_RIGHT}{"".join(ticks)}"/>'
        f'<g stroke="currentColor">{marks}</g>{"".join(texts)}</svg>'
    )
