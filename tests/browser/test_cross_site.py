"""A page of another site can make a browser send a form here; it must change nothing."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from courses.models import Record
from quizzes.models import Attempt, Response


@pytest.fixture
def elsewhere() -> Iterator[Callable[[str, str], str]]:
    """Somebody else's server: gives the address, at a host name, of a page with that content."""
    pages: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path, b"")
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()

        def page(host: str, content: str) -> str:
            pages["/"] = f"<!doctype html><title>Win a prize</title>{content}".encode()
            return f"http://{host}:{server.server_port}/"

        yield page
        server.shutdown()
        thread.join()


# The live server is at "localhost": another port of it is another origin of the same site, which
# gets the cookies even of SameSite=Lax; the number is another site.
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("act", ["submit", "save", "done", "logout"])
def test_a_form_from_another_origin_is_refused_and_changes_nothing(
    visit, guard, live_server, elsewhere, ben, attempt, lesson, host, act
):
    guard.silence("^elsewhere: |status of 403")
    address = {
        "submit": reverse("quizzes:submit", args=[attempt.pk]),
        "save": reverse("quizzes:save", args=[attempt.pk, 1]),
        "done": f"{lesson.activity.get_absolute_url()}done/",
        "logout": reverse("account_logout"),
    }[act]
    page = visit(ben)
    page.goto("/")
    records = list(Record.objects.values())
    page.goto(
        elsewhere(
            host,
            f"<form method=post action='{live_server.url}{address}'>"
            "<input name=q1 value=a><input name=q1.revision value=0><button>Win</button></form>",
        )
    )
    with page.expect_response(lambda response: response.request.method == "POST") as answer:
        page.get_by_role("button", name="Win").click()
    assert answer.value.status == 403
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    assert Attempt.objects.get().is_open
    assert not Response.objects.exists()
    assert list(Record.objects.values()) == records
    expect_signed_in(page, live_server.url)


def expect_signed_in(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_no_page_can_be_put_into_a_frame_of_another_origin(
    visit, guard, live_server, elsewhere, ben
):
    guard.silence("^elsewhere: |frame-ancestors|X-Frame-Options|chrome-error")
    page = visit(ben)
    page.goto(elsewhere("localhost", f"<iframe src='{live_server.url}/'></iframe>"))
    page.wait_for_load_state("networkidle")
    assert page.frame_locator("iframe").get_by_text("Parallax").count() == 0
