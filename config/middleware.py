"""What every request passes through that no library does for us."""

import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _

from config import failures

log = structlog.get_logger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]


class Arrival:
    """Stamps the arrival time before any lock or session work, and keeps replies private.

    A deadline is judged by `request.arrived_at`, so a slow queue costs nobody time. Pages carry
    personal data unless they say otherwise: no shared cache may keep one (static files are
    answered before this point).
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.arrived_at = timezone.now()  # type: ignore[attr-defined]
        response = self.get_response(request)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response


class ContentSecurityPolicy:
    """Sends the policy of the settings, built once.

    django-csp's own middleware builds it twice for each reply, to allow what we do without: nonces
    and views that loosen it.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Django's own pages about a fault have their style inline.
        if not (settings.DEBUG and response.status_code in (404, 500)):
            response[HEADER] = self.policy
        return response


class RequestLog:
    """Writes one line for each request, and its `request_id` into every line on the way.

    By hand, because django-structlog writes two lines a request and looks the user up for pages
    that need none: it took a quarter of the time of a small page.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        structlog.contextvars.bind_contextvars(request_id=uuid.uuid4().hex)
        start = time.perf_counter()
        try:
            response = self.get_response(request)
            log.log(
                level(response.status_code),
                "request",
                method=request.method,
                path=request.path,  # what follows the question mark may be a secret
                code=response.status_code,
                ms=round(1000 * (time.perf_counter() - start), 1),
                user_id=user_id(request),
                ip=address(request),
            )
        finally:
            structlog.contextvars.clear_contextvars()
        return response


class SignInFirst(LoginRequiredMiddleware):
    """Asks who is signed out to sign in, and leads to a page afterwards.

    What was posted is lost then. The address that it went to often takes nothing but posts, so the
    way back is to the page that it was sent from.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> Any:
        here = f"{request.scheme}://{request.get_host()}"
        sent_from = request.headers.get("Referer", "")
        if request.method in SAFE or not sent_from.startswith(f"{here}/"):
            return super().handle_no_permission(request, view_func)
        messages.warning(request, _(SIGNED_OUT))
        back = sent_from.removeprefix(here)
        return redirect_to_login(back, resolve_url(self.get_login_url(view_func)))


SAFE = ("GET", "HEAD", "OPTIONS")
SIGNED_OUT = (
    "You were signed out, so what you sent has not been taken. Sign in, and then do it again."
)


class MethodNotAllowed:
    """Says in words that a page does not take a method, wherever that was found out."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            failures.not_allowed(request, response)
        return response


def level(code: int) -> int:
    """How much a status code matters to whoever reads the log."""
    if code >= 500:
        return logging.ERROR
    return logging.WARNING if code >= 400 else logging.INFO


def user_id(request: HttpRequest) -> str | None:
    """Who asked, if the page has looked it up anyway.

    Only what has been read is looked at: the log does not ask a database that has just failed.
    """
    session = getattr(request, "session", None)
    read: dict[str, str] = getattr(session, "_session_cache", {})
    return read.get(SESSION_KEY)


def address(request: HttpRequest) -> str:
    """Where the request came from.

    Anybody can write the header, so only as many of its last entries are believed as we have
    proxies of our own.
    """
    if settings.TRUSTED_PROXIES:
        passed = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(passed) >= settings.TRUSTED_PROXIES and all(passed):
            return str(passed[-settings.TRUSTED_PROXIES])
    return str(request.META.get("REMOTE_ADDR", ""))
