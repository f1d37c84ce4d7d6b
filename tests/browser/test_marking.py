"""Marking by keyboard alone: no mouse, and no Tab between one level and the next."""

import pytest
from playwright.sync_api import expect

from quizzes.models import Item, Marking, Snippet
from tests import factories
from tests.browser.sitting import tab_to


@pytest.fixture
def essays(module, lesson, ben_here, cohort) -> list[Item]:
    """Two essays on one question, both handed in."""
    first = factories.make_waiting_essay(ben_here, module)
    zoe = factories.enrol(factories.make_user("zoe"), cohort)
    second = factories.hand_in_essay(zoe, first.attempt.quiz)
    return [first, second]


def test_two_essays_are_marked_by_keyboard_alone(visit, ada, cohort, essays):
    page = visit(ada)
    page.goto(f"/teach/{cohort.pk}/marking/")
    tab_to(page, page.get_by_role("link", name="Is NATO's enlargement"))
    page.keyboard.press("Enter")
    claim = page.get_by_role("group", name="Takes a position")
    tab_to(page, claim.get_by_role("radio").first)
    # The keys choose the third level, then the second, and lead on to the comment.
    page.keyboard.press("3")
    expect(page.locator("[data-total]")).to_contain_text("1 criterion is open.")
    page.keyboard.press("2")
    expect(page.get_by_label("Comment for the student")).to_be_focused()
    page.keyboard.type("Say who fears whom.")
    tab_to(page, page.get_by_label("Keep this comment"))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Marked. Here is the next one.")).to_be_visible()
    # The focus is at the words of the next answer, one Tab before its first level.
    expect(page.get_by_role("heading", name="The answer", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    expect(claim.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("2")
    page.keyboard.press("1")
    page.keyboard.type("Half marked.")
    page.keyboard.press("Home")
    tab_to(page, page.get_by_role("button", name="Say who fears whom."))
    page.keyboard.press("Enter")
    comment = page.get_by_label("Comment for the student")
    expect(comment).to_be_focused()
    expect(comment).to_have_value("Say who fears whom.\nHalf marked.")
    tab_to(page, page.get_by_role("button", name="Mark, and go on"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing more of this question waits for you.")).to_be_visible()
    assert Snippet.objects.count() == 1
    assert [(each.levels, each.comment) for each in Marking.objects.order_by("pk")] == [
        ({"claim": "clear", "objection": "answered"}, "Say who fears whom."),
        ({"claim": "vague", "objection": "ignored"}, "Say who fears whom.\nHalf marked."),
    ]
