"""The page that explains the API keeps to the site's policy, though a library draws it."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import AXE, COLOURS, ask_axe


def test_the_documentation_opens_and_tries_a_call_as_the_person_signed_in(visit, ben, quiz):
    page = visit(ben)
    page.goto("/api/v1/docs/")
    expect(page.get_by_role("heading", name="Parallax API")).to_be_visible()
    courses = page.locator("#operations-courses-courses_list")
    courses.get_by_role("button").first.click()
    courses.get_by_role("button", name="Try it out").click()
    courses.get_by_role("button", name="Execute").click()
    answer = courses.locator(".live-responses-table")
    expect(answer.get_by_text("200", exact=True)).to_be_visible()
    expect(answer).to_contain_text("One case, several lenses")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_documentation_can_be_read_in_both_schemes(visit, ben, quiz, scheme):
    page = visit(ben, color_scheme=scheme)
    page.goto("/api/v1/docs/")
    page.locator("#operations-courses-courses_list").get_by_role("button").first.click()
    expect(page.get_by_role("button", name="Try it out")).to_be_visible()
    page.evaluate(AXE)
    assert ask_axe(page, None, COLOURS) == []
    ground = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    assert ground == {"light": "rgb(253, 251, 246)", "dark": "rgb(23, 24, 27)"}[scheme]
