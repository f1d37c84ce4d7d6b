"""How sure somebody was against how often they were right: a bar for each level of certainty."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from courses.charts.drawing import WIDTH, lines_svg, number

_LEFT, _RIGHT = 118, WIDTH - 10
_ROW, _TALL, _TOP = 44, 18, 8


@dataclass(frozen=True)
class Bar:
    """One level: `share` right, 0..1 (None: too few to tell), of `of` answers.

    From `low` to `high` the share is what the level says.
    """

    label: str
    share: float | None
    of: int
    low: float
    high: float


def draw(bars: Sequence[Bar], *, said: str) -> str:
    """A finished `<svg>`; `said` describes it to those who cannot see it.

    Behind each bar lies the range in which it should end.
    """
    scale = _RIGHT - _LEFT
    shapes, texts = [], []
    for row, bar in enumerate(bars):
        y = _TOP + _ROW * row
        low, wide = _LEFT + bar.low * scale, (bar.high - bar.low) * scale
        shapes.append(
            f'<rect class="chart-band" x="{number(low)}" y="{y}" '
            f'width="{number(wide)}" height="{_TALL + 10}"/>'
        )
        if bar.share is not None:
            shapes.append(
                f'<rect class="chart-bar" x="{_LEFT}" y="{y + 5}" '
                f'width="{number(max(1.0, bar.share * scale))}" height="{_TALL}"/>'
            )
        texts.append(lines_svg([bar.label], _LEFT - 8, y + 13, kind="chart-text", anchor="end"))
        texts.append(
            lines_svg([f"n = {bar.of}"], _LEFT - 8, y + 29, kind="chart-edge", anchor="end")
        )
    base = _TOP + _ROW * len(bars)
    ticks = []
    for percent in (0, 50, 100):
        x = _LEFT + percent / 100 * scale
        ticks.append(f"M{number(x)} {base}v5")
        anchor = "end" if percent == 100 else "middle"
        texts.append(lines_svg([f"{percent} %"], x, base + 20, kind="chart-edge", anchor=anchor))
    return (
        f'<svg class="chart chart-calibration" viewBox="0 0 {WIDTH} {base + 26}" role="img" '
        f'aria-label="{escape(said)}" font-size="14" fill="currentColor">{"".join(shapes)}'
        f'<path class="chart-branch" fill="none" stroke="currentColor" '
        f'd="M{_LEFT} {base}H{_RIGHT}{"".join(ticks)}"/>{"".join(texts)}</svg>'
    )
