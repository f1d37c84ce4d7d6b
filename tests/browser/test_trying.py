"""Checking one question at a time in a browser: by keyboard, and with nothing else disturbed."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from quizzes.models import Attempt, Item, Response
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer
from tests import factories
from tests.browser.sitting import expect_saved, tab_to
from tests.browser.test_accessibility import NARROW, faults, overflow


@pytest.fixture
def tries(module, lesson, ben_here) -> Attempt:
    """ben's open attempt at two interactive questions with one hint each; "a" is right."""
    spec = {**factories.single(), "hints": ["Look at who rules."]}
    questions = [
        factories.make_question(module, f"hinted-{number}", spec={**spec, "prompt": f"{number}?"})
        for number in (1, 2)
    ]
    quiz = factories.make_quiz(
        module, questions, behaviour="interactive", review="practice", certainty="ask"
    )
    return attempts.start(ben_here, quiz, now=timezone.now())


def test_two_wrong_tries_by_keyboard_show_a_hint_and_then_the_answer(visit, ben, tries):
    page = visit(ben)
    page.goto(f"/attempts/{tries.pk}/")
    other = page.locator("#q2 [type=radio]").first
    other.check()
    expect_saved(page, 2)
    other.evaluate("(one) => { one.dataset.mine = 'yes'; }")

    tab_to(page, page.locator("#q1 [name=q1]").first)
    page.keyboard.press("ArrowDown")
    tab_to(page, page.locator("#q1 [name='q1.certainty']").first)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_role("button", name="Check question 1"))
    page.keyboard.press("Enter")
    first = page.locator("#q1")
    expect(first.get_by_text("Hint 1 of 1")).to_be_visible()
    expect(first.get_by_text("1 try left.")).to_be_visible()
    expect(first.locator("[data-tries]")).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("wrong")
    assert "lack of a ruler" not in page.content()
    assert faults(page) == []

    # Back to the choices, which still hold the answer.
    page.locator("#q1 [name=q1]:checked").focus()
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_role("button", name="Check question 1"))
    page.keyboard.press("Enter")
    expect(first.get_by_text("Checked; the answer stays as it is.")).to_be_visible()
    expect(first).to_be_focused()
    expect(first).to_contain_text("Anarchy is the lack of a ruler.")
    assert faults(page) == []
    page.set_viewport_size(NARROW)
    assert overflow(page) == []
    # The other question was not touched, and goes on being saved.
    assert page.locator("#q2 [data-mine=yes]").count() == 1
    page.locator("#q2 [type=radio]").nth(1).check()
    expect_saved(page, 2)
    said = list(
        Response.objects.filter(item__position=1)
        .order_by("revision")
        .values_list("checked", "certainty")
    )
    assert [certainty for checked, certainty in said if checked] == [3, 3]


def test_a_question_in_practice_is_swapped_for_another_in_its_place(
    visit, guard, ben, ben_here, module, questions
):
    guard.silence("status of 409")
    quiz = factories.make_quiz(
        module, questions, "practising", behaviour="practice", review="practice"
    )
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    page = visit(ben)
    page.goto(f"/attempts/{attempt.pk}/")
    other = page.context.new_page()
    other.goto(f"/attempts/{attempt.pk}/")
    page.locator("#q1 [name=q1]").nth(1).check()
    page.get_by_role("button", name="Check question 1").click()
    again = page.get_by_role("button", name="Try another like this")
    again.click()
    expect(page.locator("#q1 [name=q1]").first).to_be_focused()
    expect(page.locator("#q1 [name=q1]:checked")).to_have_count(0)
    expect(page.locator("[data-say]")).to_have_text("Question 1 is asked anew.")
    page.locator("#q1 [name=q1]").first.check()
    expect_saved(page, 1)
    # Another window still has the question before it: what it checks is no answer to this one.
    other.locator("#q1 [name=q1]").nth(2).check()
    expect(other.get_by_text("In another window this question was swapped")).to_be_visible()
    assert Item.objects.current().get(position=1).responses.count() == 1


def test_the_page_of_certainty_has_no_fault_with_everything_on_it(
    visit, ben, ben_here, module, lesson
):
    questions = [
        factories.make_question(module, f"sure-{n}", spec=factories.single(f"Number {n}?"))
        for n in range(1, 8)
    ]
    quiz = factories.make_quiz(module, questions, certainty="ask", review="practice")
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    answers = {
        at: Answer(
            0, lambda kind, order, token=token: kind.parse_json(order, token), certainty=sure
        )
        for at, (token, sure) in enumerate([("a", 3)] * 4 + [("b", 3), ("a", 2), ("b", 1)], start=1)
    }
    attempts.save(ben, attempt.pk, answers=answers, now=timezone.now())
    attempts.submit(ben, attempt.pk, now=timezone.now())
    page = visit(ben)
    page.goto(f"/attempts/{attempt.pk}/result/")
    page.get_by_role("link", name="How well do you know what you know?").click()
    expect(page.get_by_role("row", name="Very sure 5")).to_contain_text("80 %")
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    assert faults(page) == []
    page.set_viewport_size(NARROW)
    assert overflow(page) == []
