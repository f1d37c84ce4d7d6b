"""What people get when a request fails or cannot be taken: always words, never a stack trace."""

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError, IntegrityError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from django.views.defaults import bad_request, server_error

CANNOT_STORE = (
    "The site cannot reach or write its database at the moment. Nothing was stored by this step, "
    "and what was saved before is safe. Wait a minute and try again."
)
RETRY_AFTER = 10  # seconds
TOO_LARGE = (
    "What was sent is too large: more text or more fields than the site reads at once. None of it "
    "is saved. Make it shorter where you wrote it, and send it again."
)
NOT_UNDERSTOOD = (
    "The site could not understand that request. Nothing was changed. Reload the page and try "
    "again."
)
NO_PAGE = (
    "There is nothing to look at here: this address only takes what a button on another page "
    "sends. Nothing was changed. Go back to that page, and use its button there."
)
NOT_TAKEN = (
    "This address takes nothing that is sent to it in that way. Nothing was changed. Go back, "
    "reload the page and try again."
)


def failed(request: HttpRequest) -> HttpResponse:
    """Django's handler for an exception that nobody caught, wherever it was raised.

    A database that is away, full, locked or read-only is no fault of ours and may pass: the answer
    is 503, and a page's script (or a program) learns in JSON that nothing was saved.
    """
    problem = sys.exc_info()[1]
    if isinstance(problem, IntegrityError) or not isinstance(
        problem, DatabaseError | InterfaceError
    ):
        return server_error(request)
    if wants_json(request):
        response: HttpResponse = in_json(request, 503, "unavailable", CANNOT_STORE)
    else:
        page = render_to_string("503.html", {"sentence": CANNOT_STORE})
        response = HttpResponse(page, status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


@requires_csrf_token
def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler for a request that it cannot read, or will not because of its size."""
    too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    if wants_json(request):
        if too_large:
            return in_json(request, 413, "too_large", _(TOO_LARGE))
        return in_json(request, 400, "not_understood", _(NOT_UNDERSTOOD))
    if too_large:
        page = render_to_string("413.html", {"sentence": _(TOO_LARGE)}, request)
        return HttpResponse(page, status=413)
    return bad_request(request, exception)


def not_allowed(request: HttpRequest, response: HttpResponse) -> None:
    """Put words into a refusal of the method, which Django leaves empty; its headers stay."""
    sentence = _(NO_PAGE if request.method in ("GET", "HEAD") else NOT_TAKEN)
    if wants_json(request):
        said = in_json(request, 405, "method", sentence)
        response["Content-Type"], response.content = said["Content-Type"], said.content
    else:
        response.content = render_to_string("405.html", {"sentence": sentence}, request).encode()


def wants_json(request: HttpRequest) -> bool:
    """Whether a page's script or a program asks, and no person."""
    asked = request.headers.get("Accept", "")
    return "application/json" in asked or request.path.startswith("/api/")


def in_json(request: HttpRequest, status: int, reason: str, sentence: str) -> JsonResponse:
    """A refusal that page scripts (of a save of what) and programs understand alike."""
    match = request.resolver_match
    place = match.kwargs if match else {}
    return JsonResponse(
        {
            **{name: place[name] for name in ("attempt", "position") if name in place},
            "saved": False,
            "reason": reason,
            "message": sentence,
            "detail": sentence,
        },
        status=status,
    )
