"""The quiz report of a class that is large enough for its charts, in a browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from courses.models import Role
from tests import factories
from tests.benchmarks import class_that_sat
from tests.browser.test_accessibility import (
    NARROW,
    WIDE,
    colour_faults,
    faults,
    open_everything,
    overflow,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_charts_have_no_fault_and_lead_to_their_questions(visit, live_server):
    quiz = class_that_sat.make_quiz(6)
    cohort = class_that_sat.sit(quiz, 40)
    ada = factories.make_user("ada")
    factories.enrol(ada, cohort, Role.INSTRUCTOR)
    page = visit(ada, viewport=WIDE)
    page.goto(reverse("quizzes:report", args=[cohort.pk, quiz.activity.key]))
    assert look(page) == []
    page.locator("#figure-questions svg a").first.press("Enter")
    expect(page.get_by_role("heading", name="What was chosen")).to_be_visible()
    assert look(page) == []
    page.get_by_role("link", name="attempts: War").first.click()
    expect(page.get_by_text("Those who chose “War”.")).to_be_visible()


def look(page) -> list[str]:
    open_everything(page)
    found = faults(page)
    page.emulate_media(color_scheme="dark")
    found += colour_faults(page)
    page.set_viewport_size(NARROW)
    found += overflow(page)
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    return found
