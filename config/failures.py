"""What people get when something fails under a request: always words, never a stack trace."""

import sys

from django.db import DatabaseError, IntegrityError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

CANNOT_STORE = (
    "The site cannot reach or write its database at the moment. Nothing was stored by this step, "
    "and what was saved before is safe. Wait a minute and try again."
)
RETRY_AFTER = 10  # seconds


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
    wants_json = "application/json" in request.headers.get("Accept", "")
    if wants_json or request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse(
            {
                "saved": False,
                "reason": "unavailable",
                "message": CANNOT_STORE,
                "detail": CANNOT_STORE,
            },
            status=503,
        )
    else:
        page = render_to_string("503.html", {"sentence": CANNOT_STORE})
        response = HttpResponse(page, status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    return response
