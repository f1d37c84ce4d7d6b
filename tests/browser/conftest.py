"""Real pages in a real browser, served by a live server on a database of its own.

Every test has a guard over it: an error on the console (a breach of the Content-Security-Policy
is one), an error of a script, or a request to any other host fails the test, whatever it is about.
"""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect

from config import bootstrap
from courses.models import Course, User
from quizzes.models import Attempt
from quizzes.sitting import attempts
from tests.factories import PASSWORD
from tests.shelf import Shelf

FLAGS = [
    "--no-sandbox",  # Chromium refuses its sandbox to root, which containers often are
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # For each window of its own, Chromium draws the lists below its address bar as pages, which
    # costs more than most of ours. This list replaces Playwright's, so it names that one's too.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,"
    "ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,OptimizationHints,"
    "NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch",
]

Visit = Callable[..., Page]

# Two busy cores answer late; a test that is right does not get to wait this long.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    path = bootstrap.find_chromium()
    if path is None:
        pytest.fail("The browser tests need Chromium; `python3 manage.py test` gets one.")
    return {**browser_type_launch_args, "executable_path": path, "args": FLAGS}


@pytest.fixture(scope="session", autouse=True)
def empty_static_root(static_root: str) -> Iterator[None]:
    """The server starts before any test's own settings; files are served from their sources."""
    with override_settings(STATIC_ROOT=static_root):
        yield


# --- The guard ---------------------------------------------------------------------------------


class Guard:
    """Hears everything that the pages of a test do; `silence` names what the test provokes."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.heard: list[str] = []
        self.provoked: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self.console)
        context.on("weberror", lambda error: self.heard.append(f"script: {error.error}"))
        context.on("request", self.request)

    def console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            page = message.page.url if message.page else ""
            self.heard.append(f"console: {message.text} ({message.location['url'] or page})")

    def request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc != self.host:
            self.heard.append(f"elsewhere: {request.url}")

    def silence(self, pattern: str) -> None:
        self.provoked.append(pattern)

    @property
    def complaints(self) -> list[str]:
        return [
            line
            for line in self.heard
            if not any(re.search(pattern, line) for pattern in self.provoked)
        ]


@pytest.fixture
def guard(live_server) -> Iterator[Guard]:
    guard = Guard(urlsplit(live_server.url).netloc)
    yield guard
    assert guard.complaints == []


# --- People in front of the browser ------------------------------------------------------------


@pytest.fixture
def visit(live_server, new_context, guard, as_) -> Visit:
    """Open a browser of one's own, signed in as somebody (without the form, to be quick) or not."""
    cache.clear()  # the limits on signing in, which count by address

    def visit(user: User | None = None, **options) -> Page:
        options = {"locale": "en-GB", "reduced_motion": "reduce", **options}
        context = new_context(base_url=live_server.url, **options)
        guard.watch(context)
        if user is not None:
            session = as_(user).cookies[settings.SESSION_COOKIE_NAME].value
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session}
            context.add_cookies([{**cookie, "url": live_server.url}])
        return context.new_page()

    return visit


def sign_in(page: Page, user: User) -> None:
    """Fill in the form of the page that asks who is there, and wait until it lets us in."""
    page.get_by_label("Login").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


@pytest.fixture
def attempt(ben_here, quiz) -> Attempt:
    """ben's open attempt at three questions, in each of which the first choice is right."""
    return attempts.start(ben_here, quiz, now=timezone.now())


# --- The course of the repository --------------------------------------------------------------


@pytest.fixture
def parallax(transactional_db, shelf: Shelf) -> Course:
    return shelf.fill()
