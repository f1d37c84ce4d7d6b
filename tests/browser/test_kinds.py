"""The kinds of questions that are typed or sorted, answered by keyboard alone."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from courses.models import Module
from quizzes.models import Attempt
from quizzes.sitting import attempts
from tests import factories
from tests.browser.sitting import expect_saved, give, right_answers, status, tab_to
from tests.browser.test_accessibility import NARROW, faults, overflow

KINDS = ("classify", "short-text", "numeric", "gap-text", "event-date", "truefalse")


@pytest.fixture
def sitting(ben_here, module: Module, lesson) -> Attempt:
    """ben's open attempt at one question of each of these kinds, true or false with a reason."""
    made = [
        factories.make_question(
            module, f"of-{kind}", kind=kind, spec=factories.sample(kind, 6 * (kind == "truefalse"))
        )
        for kind in KINDS
    ]
    quiz = factories.make_quiz(module, made, review="practice")
    return attempts.start(ben_here, quiz, now=timezone.now())


def stored(attempt: Attempt) -> dict[int, object]:
    """The newest answer to each question, by its place."""
    return {
        item.position: item.responses.order_by("revision").last().answer
        for item in attempt.items.all()
        if item.responses.exists()
    }


def choose(page: Page, field: str, place: int) -> None:
    """Into a group of radios by Tab, then down to the choice at this place."""
    tab_to(page, page.locator(f"[name='{field}']").first)
    page.keyboard.press("Space")
    for _ in range(place):
        page.keyboard.press("ArrowDown")


def type_in(page: Page, field: str, text: str) -> None:
    tab_to(page, page.locator(f"[name='{field}']"))
    page.keyboard.type(text)


def test_each_kind_is_answered_by_keyboard_saved_reloaded_and_reviewed(visit, ben, sitting):
    page = visit(ben)
    page.goto(f"/attempts/{sitting.pk}/")
    order = sitting.items.get(position=1).order
    rows = dict(zip(order["rows"], "abcd", strict=True))
    bins = {"realism": 0, "institutions": 1, "constructivism": 2}
    right = {"self-help": "realism", "gains": "realism", "shadow": "institutions"}
    for row in order["rows"]:
        choose(page, f"q1.{rows[row]}", bins[right.get(row, "constructivism")])
    expect_saved(page, 1)
    type_in(page, "q2", "the commonwealth of independent states")
    page.keyboard.press("Enter")  # hands in nothing, and the pause saves
    expect_saved(page, 2)
    type_in(page, "q3", "1\u00a0084,5 bn USD")
    expect_saved(page, 3)
    type_in(page, "q4.a", "Тashkent é — 😀")  # every sign comes back as it was typed
    tab_to(page, page.locator("[name='q4.b']"))
    page.keyboard.type("2002")
    expect_saved(page, 4)
    type_in(page, "q5", "15 May 1992")
    expect_saved(page, 5)
    choose(page, "q6.answer", 0)
    choose(page, "q6.reason", 0)
    expect_saved(page, 6)

    page.reload()
    expect(page.get_by_label("Your answer").nth(1)).to_have_value("1\u00a0084,5 bn USD")
    expect(page.get_by_label("Gap 1")).to_have_value("Тashkent é — 😀")
    expect(page.get_by_label("Gap 2").locator("option:checked")).to_have_text("2002")
    expect(page.locator("#q1 :checked")).to_have_count(4)
    expect(page.locator("#q6 :checked")).to_have_count(2)
    expect(page.locator(".numbers .answered")).to_have_count(6)
    answers = stored(sitting)
    assert answers[1] == right | {"friend": "constructivism"}
    assert answers[2] == "the commonwealth of independent states"
    assert answers[3] == "1\u00a0084,5 bn USD"
    assert answers[4] == {"place": "Тashkent é — 😀", "year": "y2002"}
    assert answers[5] == "15 May 1992"

    tab_to(page, page.get_by_role("button", name="Finish"), most=90)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Submit"))
    page.keyboard.press("Enter")
    reviewed = page.get_by_role("article")
    expect(reviewed).to_have_count(6)
    for at, outcome in enumerate(["right", "right", "right", "partly right", "right"]):
        expect(reviewed.nth(at).locator(".meta .badge").first).to_contain_text(outcome)
    expect(reviewed.nth(3)).to_contain_text("Tashkent right")
    expect(reviewed.nth(4)).to_contain_text("15 May 1992 your answer, right")
    assert faults(page) == []
    page.set_viewport_size(NARROW)
    assert overflow(page) == []


def test_what_cannot_be_read_is_said_while_it_can_be_mended(visit, guard, ben, sitting):
    guard.silence("status of 422")
    page = visit(ben)
    page.goto(f"/attempts/{sitting.pk}/")
    line = page.locator("[name=q3]")
    expect(line).to_have_attribute("aria-describedby", "q3.hint")
    line.press_sequentially("1084.5")
    expect(status(page, 3)).to_have_text(
        "Write the unit too, one of: bn USD, m USD, billion USD, billion dollars."
    )
    expect(page.locator("[data-say]")).to_contain_text("Question 3: Write the unit too")
    expect(line).to_have_attribute("aria-invalid", "true")
    expect(line).to_have_accessible_description(re.compile(r"^Write the unit too.*A number with"))
    page.locator("[name=q5]").fill("soon")
    expect(status(page, 5)).to_contain_text("“soon” is not a date")
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text("The answers to questions 3 and 5 are not saved.")).to_be_visible()
    expect(page.get_by_role("link", name="To question 5")).to_be_visible()
    expect(line).to_be_focused()
    page.locator("[name=q5]").fill("")
    expect_saved(page, 5)
    line.press("End")
    line.press_sequentially(" bn USD")
    expect_saved(page, 3)
    expect(line).not_to_have_attribute("aria-invalid", "true")
    expect(line).to_have_attribute("aria-describedby", "q3.hint")
    assert stored(sitting) == {3: "1084.5 bn USD"}


def test_what_is_being_typed_is_handed_in_too(visit, ben, sitting):
    page = visit(ben)
    page.goto(f"/attempts/{sitting.pk}/")
    page.locator("[name=q2]").fill("CIS")
    page.get_by_role("button", name="Finish").click()  # well before the pause that saves
    expect(page.get_by_text("5 questions have no answer yet.")).to_be_visible()
    assert stored(sitting) == {2: "CIS"}


def test_an_answer_from_a_second_tab_is_shown_beside_the_own_one(visit, guard, ben, sitting):
    guard.silence("status of 409")
    page = visit(ben)
    page.goto(f"/attempts/{sitting.pk}/")
    other = page.context.new_page()
    other.goto(f"/attempts/{sitting.pk}/")
    for tab, place, year in ((other, "Minsk", "2010"), (page, "Tashkent", "2002")):
        tab.get_by_label("Gap 1").fill(place)
        tab.get_by_label("Gap 2").select_option(label=year)
        if tab is other:
            expect_saved(other, 4)
    conflict = page.locator(".conflict")
    expect(conflict).to_contain_text("Stored:Gap 1 → Minsk; Gap 2 → 2010")
    page.get_by_role("button", name="Take what is stored").click()
    expect(page.get_by_label("Gap 1")).to_have_value("Minsk")


def test_each_kind_is_answered_without_scripts(visit, guard, ben, sitting):
    guard.silence("status of 422")
    page = visit(ben, java_script_enabled=False)
    page.goto(f"/attempts/{sitting.pk}/")
    for position, answer in right_answers(sitting).items():
        give(page.locator(f"#q{position}"), answer)
    page.locator("[name=q3]").fill("five")
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("alert")).to_contain_text("“five” is not a number.")
    expect(page.locator("[name=q3]")).to_have_value("five")
    page.locator("[name=q3]").fill("1084.5 bn USD")
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("100 %")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_their_page_has_no_fault_and_fits_a_small_screen(visit, ben, sitting, scheme):
    page = visit(ben, color_scheme=scheme)
    page.goto(f"/attempts/{sitting.pk}/")
    assert faults(page) == []
    page.set_viewport_size(NARROW)
    assert overflow(page) == []
