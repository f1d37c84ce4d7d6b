"""ada watches over an exam while ben sits it: what happens to him is what she sees."""

import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Page, expect

from quizzes.models import Attempt, Presence, Response
from tests.browser.sitting import expect_saved

pytestmark = pytest.mark.django_db(transaction=True)


def a_minute_goes_by(page: Page) -> None:
    """On the server's side, where browsers cannot hurry time, and for what `page` has of it."""
    minute = timedelta(seconds=61)
    Attempt.objects.update(started_at=F("started_at") - minute)
    Presence.objects.update(seen_at=F("seen_at") - minute)
    Response.objects.update(saved_at=F("saved_at") - minute)
    page.locator("#room-rows").evaluate("(rows) => { rows.dataset.tag = ''; }")


def looks_again(page: Page) -> None:
    """As by itself after 15 seconds."""
    page.clock.fast_forward(16_000)


def test_ada_sees_ben_start_fall_silent_come_back_get_more_time_and_hand_in(
    visit, guard, ada, ben, ben_here, quiz, cohort
):
    guard.silence("net::ERR_INTERNET_DISCONNECTED")
    watching, sitting = visit(ada), visit(ben)
    watching.clock.install()
    sitting.clock.install()
    watching.goto(f"/teach/{cohort.pk}/quizzes/realism-quiz/live/")
    first = watching.locator("#room-now")
    expect(first).to_have_text("Nobody is working now, 1 has not started.")

    sitting.goto("/quizzes/realism-quiz/")
    expect(sitting.get_by_text("those who teach you can see that you are working")).to_be_visible()
    sitting.get_by_role("button", name="Start").click()
    expect(sitting.locator("[data-time]")).to_have_text("30 min left")
    sitting.locator("#q1").get_by_role("radio").first.check()
    expect_saved(sitting, 1)
    looks_again(watching)
    expect(first).to_have_text("1 of 1 is working.")
    row = watching.get_by_role("row").filter(has_text="Ben Okafor")
    expect(row).to_contain_text("1 / 3")
    expect(row).to_contain_text(re.compile(r"(30|29) min"))

    # Focus stays on a link while the row around it is put in anew.
    row.get_by_role("link", name="More time").focus()
    sitting.context.set_offline(True)
    sitting.locator("#q2").get_by_role("radio").first.check()
    expect(sitting.locator("[data-saving]")).to_have_class(re.compile("bad"))
    a_minute_goes_by(watching)
    looks_again(watching)
    expect(first).to_have_text("1 of 1 is working; 1 has connection trouble.")
    expect(row).to_contain_text("nothing heard since")
    expect(row.get_by_role("link", name="More time")).to_be_focused()

    sitting.context.set_offline(False)
    sitting.clock.fast_forward(40_000)
    expect_saved(sitting, 2)
    looks_again(watching)
    expect(first).to_have_text("1 of 1 is working.")

    row.get_by_role("link", name="More time").click()
    expect(watching.get_by_text("1 student gets more time.")).to_be_visible()
    watching.get_by_label("Reason").fill("The line was down")
    watching.get_by_role("button", name="Give it to 1 student").click()
    expect(watching.get_by_text("Given: 10 minutes more for 1 student.")).to_be_visible()
    sitting.clock.fast_forward(25_000)
    expect(sitting.locator("[data-say]")).to_contain_text("You have been given more time.")

    sitting.get_by_role("button", name="Finish").click()
    sitting.get_by_role("button", name=re.compile("Hand in|Submit")).click()
    looks_again(watching)
    expect(first).to_have_text("Nobody is working now, 1 has handed in.")


def test_a_page_tells_what_it_holds_back_and_when_it_no_longer_does(
    visit, guard, ben, quiz, attempt
):
    guard.silence("503|ERR_FAILED")
    page = visit(ben)
    page.clock.install()
    page.goto(f"/attempts/{attempt.pk}/")
    page.route("**/questions/**", lambda route: route.abort())
    page.locator("#q1").get_by_role("radio").first.check()
    expect(page.locator("[data-saving]")).to_have_class(re.compile("bad"))
    page.clock.fast_forward(40_000)
    wait_for(lambda: Presence.objects.filter(unsaved=1, failures__gte=1).exists(), page)
    page.unroute("**/questions/**")
    # The page says how it stands at the same moment as it saves again: what it said then, "one
    # unsaved", may not arrive after the row is made old, or the next thirty seconds are silent.
    with page.expect_response("**/deadline/"):
        page.clock.fast_forward(31_000)
    expect_saved(page, 1)
    Presence.objects.update(seen_at=timezone.now() - timedelta(seconds=31))
    page.clock.fast_forward(31_000)
    wait_for(lambda: Presence.objects.filter(unsaved=0, failures=0).exists(), page)


def wait_for(seen, page: Page) -> None:
    for _ in range(100):
        if seen():
            return
        page.wait_for_timeout(100)
    pytest.fail(f"It has not come: {list(Presence.objects.values())}")


def test_paused_it_stands_still_and_a_sign_in_page_is_no_rows(
    visit, ada, ben_here, quiz, cohort, attempt
):
    page = visit(ada)
    page.clock.install()
    page.goto(f"/teach/{cohort.pk}/quizzes/realism-quiz/live/")
    expect(page.locator("[data-checked]")).to_contain_text("again every 15 seconds")
    page.get_by_role("button", name="Pause").click()
    Presence.objects.create(attempt=attempt, seen_at=timezone.now(), unsaved=2, failures=1)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    looks_again(page)
    expect(page.locator("[data-checked]")).to_contain_text("Paused.")
    assert asked == []
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("1 save did not come through")).to_be_visible()
    page.context.clear_cookies()
    looks_again(page)
    expect(page.locator("[data-checked]")).to_contain_text("No answer from the server.")
    expect(page.get_by_role("row").filter(has_text="Ben Okafor")).to_be_visible()
