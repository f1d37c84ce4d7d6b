"""What a student does on the page of a quiz, with its native controls."""

import random
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from quizzes import simulation
from quizzes.models import Attempt
from quizzes.questions import KINDS

IS_FOCUSED = "(one) => one === document.activeElement"
SAVED = re.compile(r"^Saved \d\d:\d\d$")


def right_answers(attempt: Attempt) -> dict[int, Any]:
    """The right answer to each question, in the tokens of its page."""
    answers = {}
    for item in attempt.items.select_related("version"):
        kind = KINDS[item.version.kind]
        right = simulation.respond(kind, item.version.spec, 1.0, random.Random(0))
        answers[item.position] = kind.show(item.order, right)
    return answers


def give(question: Locator, answer: Any) -> None:
    """Give an answer in tokens: choose, tick, match, put into places, or type."""
    if isinstance(answer, str):
        lines = question.get_by_role("textbox")
        if lines.count():
            lines.fill(answer)
        else:
            question.locator(f"[type=radio][value='{answer}']").check()
    elif isinstance(answer, dict):
        for row, choice in answer.items():
            fields = question.locator(f"[name$='.{row}']")
            match fields.first.evaluate("(field) => field.type"):
                case "radio":
                    question.locator(f"[name$='.{row}'][value='{choice}']").check()
                case "text":
                    fields.fill(choice)
                case _:
                    fields.select_option(choice)
    elif question.get_by_role("checkbox").count():
        for choice in answer:
            question.locator(f"[type=checkbox][value='{choice}']").check()
    else:
        for place, item in enumerate(answer, start=1):
            question.locator(f"select[name$='.{item}']").select_option(str(place))


def tab_to(page: Page, target: Locator, *, most: int = 60) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if target.evaluate(IS_FOCUSED):
            return
    pytest.fail(f"{most} presses of Tab do not lead to {target}")


def status(page: Page, position: int) -> Locator:
    return page.locator(f"#q{position} [data-status]")


def expect_saved(page: Page, position: int) -> None:
    expect(status(page, position)).to_have_text(SAVED)
