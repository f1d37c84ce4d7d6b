"""The reference data in the browser: the slider of years, and the timeline closer up."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect


@pytest.fixture
def course(parallax):
    return parallax


def test_the_year_slides_by_keyboard_and_the_matrix_follows(visit, ben):
    page = visit(ben)
    page.goto(reverse("courses:members") + "?year=2012")
    heading = page.get_by_role("heading", level=2).first
    expect(heading).to_have_text("On 31 December 2012")
    states = page.locator("#matrix tbody th")
    csto = page.locator("#matrix tfoot td").nth(4)
    expect(csto).to_have_text("6")

    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("output")).to_have_text("2011")
    expect(heading).to_have_text("On 31 December 2011")
    expect(csto).to_have_text("7")
    expect(states.filter(has_text="Uzbekistan")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?year=2011$"))


def test_without_scripts_the_year_is_sent_by_the_button(visit, ben):
    page = visit(ben, java_script_enabled=False)
    page.goto(reverse("courses:members") + "?year=2012")
    page.get_by_role("link", name="Year before, 2011").click()
    expect(page.get_by_role("heading", level=2).first).to_have_text("On 31 December 2011")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=2).first).to_have_text("On 31 December 2011")


def test_the_timeline_is_seen_closer_up_and_by_lens(visit, ben):
    page = visit(ben)
    page.goto(reverse("courses:timeline"))
    events = page.locator(".events > li")
    everything = events.count()
    page.get_by_role("link", name=re.compile("^Closer: ")).click()
    assert events.count() < everything

    page.goto(reverse("courses:timeline"))
    page.get_by_label("Organisation").select_option(label="CSTO")
    page.get_by_label("Lens").select_option(label="realism")
    page.get_by_role("button", name="Show").click()
    shown = events.count()
    assert 0 < shown < everything
    expect(page.locator(".events .lens-realism")).to_have_count(shown)


def test_a_cell_of_the_lens_matrix_opens_its_paragraph(visit, ben):
    page = visit(ben)
    page.goto(reverse("courses:lenses"))
    page.locator(".lens-matrix td a").first.click()
    expect(page.locator(".prose :target")).to_be_in_viewport()
