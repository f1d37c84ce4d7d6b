"""A page says "saved" when the server has acknowledged this very answer, and never otherwise."""

import re
from collections.abc import Callable
from datetime import timedelta
from random import Random
from urllib.parse import parse_qs

import pytest
from django.utils import timezone
from playwright.sync_api import Dialog, Page, Route, expect

from quizzes.models import Attempt, LateAnswer, Mark, Response
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer
from tests import factories
from tests.browser.conftest import sign_in
from tests.browser.sitting import expect_saved, status
from tests.invariants.scale import runs

WITHIN = 5_000  # ms in which a page owns up to an answer that is not saved
SAVES = "**/attempts/*/questions/*/"

# Writes down every word that the page has ever said about saving.
LISTEN = """() => {
    window.said = [];
    const places = document.querySelectorAll("[data-saving], [data-status], [data-say]");
    const hear = () => { for (const one of places) said.push(one.textContent.trim()); };
    const observer = new MutationObserver(hear);
    const all = { childList: true, characterData: true, subtree: true };
    for (const one of places) observer.observe(one, all);
}"""


@pytest.fixture
def page(visit, guard, ben, attempt) -> Page:
    """ben's page of the open attempt, with an ear to it."""
    guard.silence(r"Failed to load resource|net::ERR")
    page = visit(ben)
    page.goto(address(attempt))
    page.evaluate(LISTEN)
    return page


def address(attempt: Attempt) -> str:
    return f"/attempts/{attempt.pk}/"


def choose(page: Page, position: int, choice: str) -> None:
    page.locator(f"#q{position} [value={choice}]").check()


def expect_chosen(page: Page, position: int, choice: str) -> None:
    expect(page.locator(f"#q{position} [value={choice}]")).to_be_checked()


def expect_not_saved(page: Page, position: int) -> None:
    expect(status(page, position)).to_have_text("Not saved, trying again", timeout=WITHIN)
    expect(page.locator("[data-saving]")).to_contain_text("not saved yet, trying again")
    expect(
        page.get_by_role("link", name=f"Question {position}, answered, not saved")
    ).to_be_visible()


def claims(page: Page) -> list[str]:
    return [words for words in page.evaluate("said") if words.startswith("Saved")]


def kept(page: Page) -> list[str]:
    """What the browser holds of unsent answers."""
    return page.evaluate("Object.keys(localStorage).filter((key) => key.includes('unsent'))")


def stored() -> list[tuple[int, int, list[str]]]:
    """(question, revision, what was chosen) of every answer on the server."""
    rows = Response.objects.order_by("item__position", "revision").select_related("item")
    return [(row.item.position, row.revision, row.answer) for row in rows]


def let_through(page: Page) -> None:
    page.context.unroute_all(behavior="ignoreErrors")


# --- What is no acknowledgement ----------------------------------------------------------------


def acknowledge(route: Route, **changes) -> None:
    """What the server would say, with something about it wrong."""
    sent = parse_qs(route.request.post_data or "")
    reply = {
        "saved": True,
        "attempt": route.request.url.split("/")[-4],
        "position": 1,
        "revision": 1,
        "newest": 1,
        "stands": None,
        "operation": sent["operation"][0],
        "saved_at": timezone.now().isoformat(),
        "shown": "a",
        "digest": attempts.digest("a"),
    }
    route.fulfill(json={**reply, **changes})


def cut(route: Route) -> None:
    """The server has the answer, but its word is lost on the way."""
    whole = route.fetch()
    route.fulfill(
        status=200, content_type="application/json", body=whole.text()[: len(whole.text()) // 2]
    )


NO_ACKNOWLEDGEMENT: dict[str, Callable[[Route], None]] = {
    "a redirect to the sign-in page": lambda route: route.fulfill(
        status=302, headers={"Location": "/accounts/login/"}
    ),
    "a page instead of an answer": lambda route: route.fulfill(
        status=200, content_type="text/html", body="<p>Saved.</p>"
    ),
    "half an acknowledgement": cut,
    "an acknowledgement of another answer": lambda route: acknowledge(
        route, shown="b", digest=attempts.digest("b")
    ),
    "an acknowledgement of another save": lambda route: acknowledge(
        route, operation="0b8f3f3e-5d0c-4c1a-9d6e-2f1a7c3b9e10"
    ),
    "an acknowledgement of another attempt": lambda route: acknowledge(route, attempt="another"),
    "an empty OK": lambda route: route.fulfill(status=200, json={}),
    "an error of the server": lambda route: route.fulfill(
        status=500, content_type="text/html", body="<h1>Saved?</h1>"
    ),
    "a database that is away": lambda route: route.fulfill(
        status=503, json={"saved": False, "reason": "unavailable", "message": "Later."}
    ),
    "a captive portal's refusal": lambda route: route.fulfill(
        status=403, content_type="text/html", body="<h1>Pay first</h1>"
    ),
    "no connection": lambda route: route.abort("connectionrefused"),
    "silence": lambda route: None,
}


@pytest.mark.invariant("A2")
@pytest.mark.parametrize("reply", NO_ACKNOWLEDGEMENT)
def test_nothing_but_an_acknowledgement_is_called_saved(page, reply):
    page.context.route(SAVES, NO_ACKNOWLEDGEMENT[reply])
    choose(page, 1, "a")
    expect_not_saved(page, 1)
    expect_chosen(page, 1, "a")
    assert len(kept(page)) == 1
    assert claims(page) == []

    let_through(page)
    expect_saved(page, 1)
    expect_chosen(page, 1, "a")
    expect(page.locator("[data-saving]")).to_contain_text("Saved ")
    assert len(stored()) == 1
    assert kept(page) == []


def test_an_answer_changed_while_one_is_on_its_way_ends_as_the_last_one(page):
    held: list[Route] = []
    page.context.route(SAVES, lambda route: route.continue_() if held else held.append(route))
    choose(page, 1, "a")
    choose(page, 1, "b")
    choose(page, 1, "c")
    page.wait_for_function("said.includes('Saving…')")
    held[0].continue_()
    expect_saved(page, 1)
    expect_chosen(page, 1, "c")
    assert [(position, revision) for position, revision, _ in stored()] == [(1, 1), (1, 2)]
    assert kept(page) == []


def test_an_answer_too_large_to_be_taken_is_told_so_and_kept(page, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    choose(page, 1, "a")
    expect(status(page, 1)).to_contain_text("What was sent is too large")
    expect(page.locator("[data-saving]")).to_contain_text("1 answer needs your attention")
    assert len(kept(page)) == 1
    assert claims(page) == []
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
    choose(page, 1, "b")
    expect_saved(page, 1)
    assert kept(page) == []


def lose(page: Page) -> None:
    """The server stores every save, and its word never arrives."""

    def drop(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.context.route(SAVES, drop)


def test_an_answer_changed_after_a_lost_acknowledgement_is_no_conflict(page):
    lose(page)
    choose(page, 1, "a")
    expect_not_saved(page, 1)
    let_through(page)
    choose(page, 1, "b")
    expect_saved(page, 1)
    expect(page.locator("#q1").get_by_role("alert")).to_have_count(0)
    assert [(position, revision) for position, revision, _ in stored()] == [(1, 1), (1, 2)]


def test_who_was_acknowledged_late_is_told_what_another_window_has_stored_since(page, ben, attempt):
    lose(page)
    choose(page, 1, "a")
    expect_not_saved(page, 1)
    newer = Answer(1, lambda kind, order: kind.parse_json(order, "c"))
    attempts.save(ben, attempt.pk, answers={1: newer}, now=timezone.now())
    let_through(page)
    told = page.locator("#q1").get_by_role("alert")
    expect(told).to_contain_text("This answer was stored, and then changed in another window.")
    expect_chosen(page, 1, "a")
    assert claims(page) == []
    told.get_by_role("button", name="Save what stands here").click()
    expect_saved(page, 1)
    assert [revision for _, revision, _ in stored()] == [1, 2, 3]
    assert kept(page) == []


@pytest.mark.invariant("A5", runs=runs(20))
def test_however_the_network_comes_and_goes_screen_and_server_agree_in_the_end(page):
    chance = Random(5)
    for _ in range(max(2, runs(20))):
        chance.choice([go_dark, lose])(page)
        for _ in range(2):
            choose(page, chance.choice([1, 2, 3]), chance.choice("abc"))
        page.wait_for_timeout(chance.choice([10, 300, 1200]))
        let_through(page)
        choose(page, chance.choice([1, 2, 3]), chance.choice("abc"))
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-saving]")).to_contain_text(re.compile("^Saved "), timeout=35_000)
    expect(page.locator("#take .conflict")).to_have_count(0)
    screen = {
        position: page.locator(f"#q{position} input:checked").evaluate_all(
            "(all) => all.map((one) => one.value)"
        )
        for position in (1, 2, 3)
    }
    newest = {position: answer for position, _, answer in stored()}
    letters = {"option-1": "a", "option-2": "b", "option-3": "c"}
    assert {p: [letters[newest[p]]] if p in newest else [] for p in (1, 2, 3)} == screen
    assert kept(page) == []


# --- Reload, leave, hand in, sign out ----------------------------------------------------------


def go_dark(page: Page) -> None:
    """No save gets through any more."""
    page.context.route(SAVES, lambda route: route.abort("connectionrefused"))


@pytest.mark.invariant("A5")
def test_unsent_answers_are_sent_again_after_a_reload(page):
    go_dark(page)
    choose(page, 1, "b")
    choose(page, 3, "a")
    expect_not_saved(page, 1)
    expect_not_saved(page, 3)
    page.once("dialog", Dialog.accept)
    page.reload()
    expect_chosen(page, 1, "b")
    expect_not_saved(page, 1)
    assert stored() == []

    let_through(page)
    expect_saved(page, 1)
    expect_saved(page, 3)
    assert [position for position, *_ in stored()] == [1, 3]
    assert kept(page) == []


def test_leaving_warns_only_while_an_answer_is_unsent(page):
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    go_dark(page)
    choose(page, 1, "a")
    expect_not_saved(page, 1)
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert (asked, page.is_closed()) == (["beforeunload"], False)

    let_through(page)
    expect_saved(page, 1)
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"]


def test_finishing_waits_for_what_is_unsent(page):
    go_dark(page)
    choose(page, 1, "a")
    expect_not_saved(page, 1)
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("alert")).to_contain_text("Not every answer is saved yet.")
    expect(page.get_by_role("alert")).to_be_in_viewport()
    # The notice is read out by itself, so no other place says the same.
    expect(page.locator("[data-say]")).to_have_text("1 answer is not saved yet, trying again")
    let_through(page)
    expect_saved(page, 1)
    expect(page.get_by_role("alert")).to_be_hidden()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Submit your attempt?")


def test_handing_in_all_the_same_is_told_what_is_unsent_and_leaves_none_of_it_behind(page):
    go_dark(page)
    choose(page, 1, "a")
    choose(page, 2, "b")
    expect_not_saved(page, 2)
    page.once("dialog", Dialog.accept)
    page.goto(page.url + "submit/")
    expect(page.get_by_text("This browser still holds answers")).to_be_visible()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("0 %")
    assert kept(page) == []


def test_pressing_twice_starts_one_attempt_and_hands_it_in_once(visit, ben, quiz):
    page = visit(ben)
    page.goto(f"/quizzes/{quiz.activity.key}/")
    page.get_by_role("button", name="Start").dblclick()
    expect(page.get_by_role("group")).to_have_count(3)
    assert Attempt.objects.count() == 1
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("button", name="Submit").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("0 %")
    assert Mark.objects.count() == 3


def test_signing_out_leaves_no_answer_in_the_browser(page):
    go_dark(page)
    choose(page, 1, "a")
    expect_not_saved(page, 1)
    page.get_by_role("button", name="Flag question 2").click()
    page.once("dialog", Dialog.accept)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    assert page.evaluate("Object.keys(localStorage)") == []


# --- Two tabs, and signed out in between -------------------------------------------------------


@pytest.fixture
def other(page, attempt) -> Page:
    """The same attempt in a second tab, opened before anything was answered."""
    other = page.context.new_page()
    other.goto(address(attempt))
    other.evaluate(LISTEN)
    return other


@pytest.mark.invariant("A4")
def test_a_stale_tab_is_told_what_is_stored_and_may_keep_its_own(page, other):
    choose(page, 1, "a")
    expect_saved(page, 1)
    choose(other, 1, "b")
    question = other.locator("#q1")
    told = question.get_by_role("alert")
    expect(told).to_contain_text("This answer was changed in another window.")
    expect(told.get_by_role("definition")).to_have_text(
        ["No authority above states", "War everywhere"]
    )
    expect_chosen(other, 1, "b")
    assert claims(other) == []

    told.get_by_role("button", name="Save what stands here").click()
    expect_saved(other, 1)
    expect(told).to_be_hidden()
    assert [(position, revision) for position, revision, _ in stored()] == [(1, 1), (1, 2)]


def test_a_stale_tab_may_take_what_is_stored(page, other):
    choose(page, 1, "a")
    expect_saved(page, 1)
    choose(other, 1, "b")
    other.get_by_role("button", name="Take what is stored").click()
    expect_chosen(other, 1, "a")
    expect(other.get_by_role("alert")).to_be_hidden()
    assert len(stored()) == 1
    assert kept(other) == []
    choose(other, 1, "c")
    expect_saved(other, 1)
    assert len(stored()) == 2


@pytest.mark.invariant("C7")
def test_who_is_signed_out_in_between_signs_in_again_and_loses_nothing(page, ben):
    page.context.clear_cookies(name="sessionid")
    choose(page, 1, "a")
    expect_not_saved(page, 1)
    expect(page.get_by_role("alert")).to_contain_text("You have been signed out.")
    expect(page.locator("[data-say]")).to_be_empty()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in again in a new tab").click()
    sign_in(opened.value, ben)
    page.bring_to_front()
    expect_saved(page, 1)
    expect(page.get_by_role("alert")).to_be_hidden()
    assert len(stored()) == 1


def test_answers_are_never_sent_as_somebody_else_and_wait_for_their_owner(page, ben, ada):
    tab = page.context.new_page()
    tab.goto("/")
    tab.get_by_role("button", name="Sign out").click()
    tab.goto("/accounts/login/")
    sign_in(tab, ada)
    choose(page, 1, "a")
    expect_not_saved(page, 1)
    expect(page.get_by_role("alert")).to_contain_text("Somebody else is signed in now")
    assert stored() == []
    assert claims(page) == []

    tab.get_by_role("button", name="Sign out").click()
    tab.goto("/accounts/login/")
    sign_in(tab, ben)
    page.bring_to_front()
    expect_saved(page, 1)
    expect(page.get_by_role("alert")).to_be_hidden()
    assert len(stored()) == 1


# --- The end of the time -----------------------------------------------------------------------


@pytest.mark.invariant("A9")
def test_the_clock_at_zero_leads_to_the_result_of_what_was_acknowledged(visit, guard, ben, attempt):
    guard.silence("Failed to load resource|net::ERR")
    page = visit(ben)
    page.clock.install()
    page.goto(address(attempt))
    choose(page, 1, "a")
    expect_saved(page, 1)
    go_dark(page)
    choose(page, 2, "a")
    page.clock.run_for(5_000)
    expect(status(page, 2)).to_contain_text("Not saved")

    page.clock.fast_forward("31:00")
    expect(page.get_by_text("Time is up.").first).to_be_visible()
    past = timezone.now() - timedelta(minutes=1)
    Attempt.objects.update(started_at=past - timedelta(minutes=30), deadline=past, closes_at=past)
    page.clock.run_for(20_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("33.33 %")
    assert kept(page) == []


def test_an_answer_after_the_end_is_told_so(page, attempt):
    past = timezone.now() - timedelta(minutes=1)
    Attempt.objects.update(started_at=past - timedelta(minutes=30), deadline=past, closes_at=past)
    choose(page, 1, "a")
    expect(page.get_by_role("alert")).to_contain_text("Time is up.")
    assert claims(page) == []
    page.get_by_role("link", name="See your result").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("0 %")
    assert kept(page) == []


# --- After the end -----------------------------------------------------------------------------


@pytest.mark.invariant("B4")
def test_a_page_left_open_and_the_way_back_change_nothing_after_handing_in(page, other, attempt):
    choose(page, 1, "b")
    expect_saved(page, 1)
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("0 %")
    before = stored()

    choose(other, 1, "a")
    expect(other.get_by_role("alert")).to_contain_text("has been handed in")
    assert claims(other) == []
    assert kept(other) == []
    page.go_back()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("0 %")
    assert stored() == before
    assert (LateAnswer.objects.count(), Attempt.objects.get().score) == (1, 0)


@pytest.mark.invariant("A9")
def test_what_is_being_typed_when_the_time_is_up_is_flushed_and_counts(
    visit, guard, ben, ben_here, module, lesson
):
    guard.silence("Failed to load resource|net::ERR")
    spec = factories.sample("short-text")
    question = factories.make_question(module, "typed", kind="short-text", spec=spec)
    quiz = factories.make_quiz(module, [question], key="typed-quiz")
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    page = visit(ben)
    page.clock.install()
    page.goto(address(attempt))
    # From here on no timer runs: the pause in typing never ends by itself.
    page.clock.pause_at(timezone.now() + timedelta(minutes=1))
    page.get_by_role("textbox").fill("typed at the last moment")
    page.evaluate("document.getElementById('take').dispatchEvent(new CustomEvent('time-up'))")
    expect(status(page, 1)).to_contain_text("Saved")
    assert [answer for _, _, answer in stored()] == ["typed at the last moment"]
    assert kept(page) == []
