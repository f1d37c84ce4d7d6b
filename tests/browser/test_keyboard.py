"""Everything by keyboard: into the text, through a quiz, in and out of a pop-over."""

import pytest
from playwright.sync_api import Page, expect

from quizzes.models import Attempt
from tests.browser.sitting import expect_saved, tab_to


def test_the_first_tab_offers_to_skip_to_the_text(visit, ben, lesson):
    page = visit(ben)
    page.goto(lesson.activity.get_absolute_url())
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the text")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def background(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_chosen_scheme_is_remembered(visit, ben):
    page = visit(ben, color_scheme="light")
    page.goto("/")
    light = background(page)
    tab_to(page, page.get_by_role("button", name="Dark"))
    page.keyboard.press("Enter")
    dark = background(page)
    assert dark != light
    page.goto("/glossary/")
    assert background(page) == dark
    page.get_by_role("button", name="Light").click()
    page.reload()
    assert background(page) == light


def test_the_remembered_scheme_never_flashes_the_other(visit, ben):
    """It is set before there is a body to draw."""
    page = visit(ben, color_scheme="light")
    page.goto("/")
    page.get_by_role("button", name="Dark").click()
    page.add_init_script(
        """new MutationObserver((seen, observer) => {
            if (!document.body) return;
            window.early = document.documentElement.dataset.scheme;
            observer.disconnect();
        }).observe(document, { childList: true, subtree: true });"""
    )
    page.goto("/glossary/")
    assert page.evaluate("window.early") == "dark"


def test_a_quiz_is_answered_and_handed_in_by_keyboard_alone(visit, ben, quiz):
    page = visit(ben)
    page.goto(f"/quizzes/{quiz.activity.key}/")
    tab_to(page, page.get_by_role("button", name="Start"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("group")).to_have_count(3)
    for position in (1, 2, 3):
        tab_to(page, page.locator(f"#q{position} [type=radio]").first)
        page.keyboard.press("Space")
        expect_saved(page, position)
    page.keyboard.press("ArrowDown")  # within the last question: the second choice
    expect(page.locator("#q3 [type=radio]").nth(1)).to_be_checked()
    page.keyboard.press("Enter")  # hands in nothing from inside a question
    expect_saved(page, 3)
    tab_to(page, page.get_by_role("button", name="Finish"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Every question has an answer.")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Submit"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("66.67 %")
    assert Attempt.objects.get().state == "submitted"


HIDDEN_BY_BAR = """() => {
    const bar = document.querySelector(".take-bar").getBoundingClientRect();
    const here = document.activeElement;
    return !here.closest(".take-bar") && bar.top <= 0
        && here.getBoundingClientRect().top < bar.bottom;
}"""


def test_the_bar_over_a_quiz_never_lies_on_what_has_the_focus(visit, ben, quiz):
    """Going back, a browser scrolls what it reaches to the top, where the bar stands."""
    page = visit(ben, viewport={"width": 360, "height": 400}, reduced_motion="reduce")
    page.goto(f"/quizzes/{quiz.activity.key}/")
    page.get_by_role("button", name="Start").click()
    finish = page.get_by_role("button", name="Finish")
    finish.focus()
    under = []
    for _press in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate(HIDDEN_BY_BAR):
            under.append(page.evaluate("document.activeElement.outerHTML"))
    assert under == []


@pytest.mark.parametrize("kind", ["cite", "term"])
def test_a_pop_over_opens_and_closes_by_keyboard(visit, ben, lesson, kind):
    page = visit(ben)
    page.goto(lesson.activity.get_absolute_url())
    link = page.locator(f"a.{kind}").first
    link.focus()
    page.keyboard.press("Enter")
    pop = page.get_by_role("dialog")
    expect(pop).to_be_visible()
    expect(pop).to_be_focused()
    text = {"cite": "Theory of International Politics", "term": "No ruler above states."}
    expect(pop).to_contain_text(text[kind])
    assert page.url.endswith(lesson.activity.get_absolute_url())

    page.keyboard.press("Tab")
    expect(pop.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(pop).to_be_hidden()
    expect(link).to_be_focused()


# What has the focus is drawn with an outline, itself or on the box that it belongs to.
UNSEEN_FOCUS = """() => {
    const one = document.activeElement;
    const box = one.closest(".choice") || one;
    const drawn = getComputedStyle(box);
    const place = box.getBoundingClientRect();
    const outlined = drawn.outlineStyle !== "none" && parseFloat(drawn.outlineWidth) >= 2;
    const across = place.right > 0 && place.left < innerWidth;
    const inside = across && place.bottom > 0 && place.top < innerHeight;
    return outlined && inside ? null : one.outerHTML.slice(0, 150);
}"""


@pytest.mark.parametrize("place", ["home", "lesson", "glossary", "attempt"])
def test_the_focus_is_seen_wherever_it_goes(visit, ben, lesson, attempt, place):
    page = visit(ben)
    addresses = {
        "home": "/",
        "lesson": lesson.activity.get_absolute_url(),
        "glossary": "/glossary/",
        "attempt": f"/attempts/{attempt.pk}/",
    }
    page.goto(addresses[place])
    unseen, stops = [], 0
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement !== document.body") and stops < 100:
        unseen.append(page.evaluate(UNSEEN_FOCUS))
        stops += 1
        page.keyboard.press("Tab")
    assert stops > 5
    assert [one for one in unseen if one] == []


def test_a_refused_form_sends_the_focus_to_what_is_wrong(visit, guard, ben):
    guard.silence("status of 422")
    page = visit(ben)
    page.goto("/join/")
    page.get_by_label("Join code").fill("ABCD2345")
    page.keyboard.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    field = page.get_by_label("Join code")
    expect(field).to_be_focused()
    expect(field).to_have_value("ABCD2345")
