"""More time, or less, reaches the page of an open attempt while its student looks at it."""

import re
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from quizzes.times import timing
from tests.browser.sitting import expect_saved

WITHIN = 30_000  # ms in which an open page must know


def give(ada, enrolment, quiz, minutes: int) -> None:
    timing.give_override(
        quiz,
        to=enrolment,
        changes={"time_limit": minutes * 60},
        reason="The fire alarm",
        by=ada,
        now=timezone.now(),
    )


@pytest.mark.invariant("C5")
def test_an_extension_reaches_an_open_page_within_half_a_minute(
    visit, ada, ben, ben_here, quiz, attempt
):
    page = visit(ben)
    page.goto(f"/attempts/{attempt.pk}/")
    expect(page.locator("[data-time]")).to_have_text("30 min left")
    begin = time.monotonic()
    give(ada, ben_here, quiz, 60)
    expect(page.locator("[data-time]")).to_have_text(
        re.compile("^(60|59) min left$"), timeout=WITHIN
    )
    assert time.monotonic() - begin <= WITHIN / 1000
    expect(page.locator("[data-say]")).to_have_text(
        "You have been given more time. 60 minutes left."
    )


@pytest.mark.invariant("C5")
def test_a_saved_answer_brings_the_new_end_at_once(visit, ada, ben, ben_here, quiz, attempt):
    page = visit(ben)
    page.goto(f"/attempts/{attempt.pk}/")
    expect(page.locator("[data-time]")).to_have_text("30 min left")
    give(ada, ben_here, quiz, 20)
    page.locator("#q1").get_by_role("radio").first.check()
    expect_saved(page, 1)
    expect(page.locator("[data-time]")).to_have_text("20 min left", timeout=3000)
    expect(page.locator("[data-say]")).to_have_text(
        "The end of your time has been moved. 20 minutes left."
    )


def test_a_hidden_clock_stays_hidden_when_the_end_is_moved(
    visit, ada, ben, ben_here, quiz, attempt
):
    page = visit(ben)
    page.goto(f"/attempts/{attempt.pk}/")
    page.get_by_role("button", name="Hide time").click()
    give(ada, ben_here, quiz, 60)
    page.locator("#q1").get_by_role("radio").first.check()
    expect(page.locator("[data-say]")).to_have_text(re.compile("given more time"), timeout=3000)
    expect(page.locator("[data-time]")).to_be_hidden()


def test_an_end_of_more_than_a_day_away_is_a_date_and_no_count(
    visit, ada, ben, ben_here, quiz, attempt
):
    page = visit(ben)
    page.goto(f"/attempts/{attempt.pk}/")
    give(ada, ben_here, quiz, 3 * 24 * 60)
    zone = ben_here.cohort.zone
    end = (attempt.started_at + timedelta(days=3)).astimezone(zone)
    # "Sept" is what browsers say for September.
    date = f"Ends at {end:%H:%M} on {end.day} {end:%b}[t]? {end.year}"
    page.locator("#q1").get_by_role("radio").first.check()
    expect(page.locator("[data-time]")).to_have_text(re.compile(f"^{date}$"))
    expect(page.locator("[data-say]")).to_have_text(
        re.compile(f"^You have been given more time. {date}\\.$")
    )
    page.reload()
    expect(page.locator("[data-time]")).to_have_text(re.compile(f"^{date}$"))
