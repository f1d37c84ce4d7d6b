"""One question at a time, the grace and the preview in a browser, and how accessible they are."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from quizzes.models import Attempt, Item, Response
from quizzes.sitting import attempts
from tests.browser.sitting import expect_saved
from tests.browser.test_accessibility import faults

JUST_NOW = timedelta(minutes=31)


@pytest.fixture
def page(visit, ben) -> Page:
    return visit(ben)


def start(ben_here, quiz, before=timedelta(0), **rules) -> Attempt:
    for name, value in rules.items():
        setattr(quiz, name, value)
    quiz.save()
    return attempts.start(ben_here, quiz, now=timezone.now() - before)


def test_next_waits_for_the_save_and_there_is_no_way_back(page, guard, ben_here, quiz):
    guard.silence(r"status of 409")
    attempt = start(ben_here, quiz, navigation="sequential")
    address = f"/attempts/{attempt.pk}/"
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(address)
    expect(page.get_by_role("button", name="Flag question 1")).to_have_count(0)
    page.route("**/questions/1/", lambda route: (page.wait_for_timeout(700), route.continue_()))
    page.locator("#q1 [value=b]").check()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("group", name="Question 2")).to_be_visible()
    assert Response.objects.get().item.position == 1
    assert Item.objects.filter(left_at__isnull=False).count() == 1
    assert faults(page) == []

    other.locator("#q1 [value=a]").check()
    expect(other.get_by_role("alert")).to_contain_text("You have gone on from question 1")
    other.get_by_role("link", name="To the question at hand").click()
    other.locator("#q2 [value=a]").check()
    expect_saved(other, 2)
    page.go_back()
    expect(page.get_by_role("group", name="Question 2")).to_be_visible()
    expect(page.get_by_role("group", name="Question 1")).to_have_count(0)
    assert Response.objects.count() == 2


def test_the_grace_says_so_and_hands_in(page, ben_here, quiz):
    attempt = start(ben_here, quiz, before=JUST_NOW, at_zero="grace", grace_period=3600)
    page.goto(f"/attempts/{attempt.pk}/")
    expect(page.get_by_role("heading", name="Time is up")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Hand in what is saved").click()
    expect(page.get_by_role("heading", name="0 %")).to_be_visible()


def test_a_preview_is_sat_and_drawn_again(visit, ada, quiz):
    page = visit(ada)
    page.goto("/quizzes/realism-quiz/")
    page.get_by_role("link", name="Preview it as a student").click()
    expect(page.get_by_role("complementary", name="Preview")).to_contain_text("No clock runs")
    assert faults(page) == []
    page.locator("#q1 [value=a]").check()
    page.get_by_role("button", name="Show the result").click()
    expect(page.get_by_role("heading", name="33.33 %")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="Draw again").click()
    expect(page.get_by_role("button", name="Show the result")).to_be_visible()
    assert Attempt.objects.count() == 0


def test_a_password_stands_beside_the_start(page, guard, ada, ben_here, quiz, cohort):
    guard.silence("status of 422")
    cohort.schedules.create(quiz=quiz, password="bandwagon")
    page.goto("/quizzes/realism-quiz/")
    page.get_by_label("Password of this quiz").fill("balance")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="This is not the password of this quiz.").click()
    expect(page.get_by_label("Password of this quiz")).to_be_focused()
    assert faults(page) == []
    page.get_by_label("Password of this quiz").fill("bandwagon")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("group", name="Question 1")).to_be_visible()
