"""The page of components, photographed; the pictures lie in the folder of `--output`."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

# The relative luminance of a background, 0 (black) to 1 (white), as WCAG 2.2 defines it.
LUMINANCE = """(selector) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const pen = canvas.getContext("2d");
    pen.fillStyle = getComputedStyle(document.querySelector(selector)).backgroundColor;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...pen.getImageData(0, 0, 1, 1).data].map((one) => {
        const part = one / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}"""

# Elements that reach beyond the screen, apart from those in a box that scrolls by itself.
BEYOND = """() => [...document.body.querySelectorAll("*")]
    .filter((one) => !one.closest(".table-scroll, .visually-hidden, .skip"))
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((one) => one.outerHTML.slice(0, 120))"""

# Components whose text is cut off or spills over their edge.
SPILLING = """() => [".button", ".badge", ".choice", ".notice", ".pair", ".answer"]
    .flatMap((name) => [...document.querySelectorAll(name)])
    .filter((one) => one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 768, 360])
def test_every_component_fits_the_screen_in_both_schemes(visit, adam, pytestconfig, width, scheme):
    page = visit(adam, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto("/style/")
    photograph(page, Path(pytestconfig.getoption("--output")), f"style-{width}-{scheme}")
    assert page.evaluate(BEYOND) == []
    assert page.evaluate(SPILLING) == []
    luminance = page.evaluate(LUMINANCE, "body")
    assert luminance > 0.9 if scheme == "light" else luminance < 0.02


def photograph(page: Page, folder: Path, name: str) -> None:
    picture = page.screenshot(path=folder / f"{name}.png", full_page=True)
    assert len(picture) > 50_000  # a picture of something


def test_each_lens_has_its_own_hue_and_its_own_shape(visit, adam):
    page = visit(adam)
    page.goto("/style/")
    lenses = page.locator(".specimen .row > .lens")
    shapes = lenses.evaluate_all(
        "all => all.map((one) => getComputedStyle(one, '::before').content)"
    )
    hues = lenses.evaluate_all("all => all.map((one) => getComputedStyle(one).color)")
    assert (len(shapes), len(set(shapes)), len(set(hues))) == (3, 3, 3)
