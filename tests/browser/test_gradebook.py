"""The table of marks by the keyboard alone."""

from playwright.sync_api import expect

from tests import factories


def test_arrows_go_through_the_marks_and_the_tab_key_past_them(visit, ada, cohort, quiz):
    for name in ("yan", "zoe"):
        factories.enrol(factories.make_user(name), cohort)
    page = visit(ada)
    page.goto(f"/teach/{cohort.pk}/grades/")
    marks = page.locator("table.grid tbody td a")
    marks.first.focus()
    page.keyboard.press("ArrowDown")
    expect(marks.nth(1)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("table.grid tfoot a").first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(marks.nth(1)).to_be_focused()
