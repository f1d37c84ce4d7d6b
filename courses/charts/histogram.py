"""How often each band of percentages was reached, as columns of ten per cent."""

from collections.abc import Mapping, Sequence
from html import escape

from courses.charts.drawing import WIDTH, Drawing, lines_svg, number

BANDS = 10
_LEFT, _RIGHT, _TOP, _TALL = 34, WIDTH - 8, 18, 150


def bands(percentages: Mapping[int, int]) -> list[int]:
    """How many fall into 0 to under 10 %, ..., 90 to 100 %; keys are hundredths of a percent."""
    found = [0] * BANDS
    for value, times in percentages.items():
        found[min(max(value, 0) // 1000, BANDS - 1)] += times
    return found


def names() -> list[str]:
    """The bands in words."""
    return [
        f"{10 * band} to 100 %"
        if band == BANDS - 1
        else f"{10 * band} to under {10 * (band + 1)} %"
        for band in range(BANDS)
    ]


def drawing(
    percentages: Mapping[int, int], *, heads: tuple[str, str], mean: float, urls: Sequence[str]
) -> Drawing:
    """Columns with their numbers and a line at the mean, 0..100; `heads` are the table's.

    Each column leads to its address among `urls`.
    """
    counts = bands(percentages)
    most = max([*counts, 1])
    wide = (_RIGHT - _LEFT) / BANDS
    base = _TOP + _TALL
    shapes, texts = [], []
    for band, times in enumerate(counts):
        x, tall = _LEFT + band * wide, times / most * _TALL
        if times:
            count = lines_svg([str(times)], x + wide / 2, base - tall - 4, kind="chart-edge",
                              anchor="middle")  # fmt: skip
            shapes.append(
                f'<a href="{escape(urls[band])}" aria-label="{names()[band]}: {times}">'
                f'<rect class="chart-bar" x="{number(x + 1)}" y="{number(base - tall)}" '
                f'width="{number(wide - 2)}" height="{number(tall)}"/>{count}</a>'
            )
    for percent in (0, 50, 100):
        x = _LEFT + percent / 100 * (_RIGHT - _LEFT)
        anchor = {0: "start", 50: "middle", 100: "end"}[percent]
        texts.append(lines_svg([f"{percent} %"], x, base + 18, kind="chart-edge", anchor=anchor))
    x = _LEFT + mean / 100 * (_RIGHT - _LEFT)
    line = f'<path class="chart-line" d="M{number(x)} {_TOP - 14}V{base}"/>'
    axis = f'<path class="chart-branch" fill="none" d="M{_LEFT} {base}H{_RIGHT}"/>'
    rows = "".join(
        f'<tr><th scope="row">{name}</th><td><a href="{escape(url)}">{times}</a></td></tr>'
        if times
        else f'<tr><th scope="row">{name}</th><td>0</td></tr>'
        for name, times, url in zip(names(), counts, urls, strict=True)
    )
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return Drawing(base + 24, "".join(shapes) + axis + line + "".join(texts), table, "table")
