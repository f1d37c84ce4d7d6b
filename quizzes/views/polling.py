"""A part of a page that its browser asks for again and again, and that says when nothing moved."""

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.crypto import salted_hmac

from courses.requests import Request


def polled(request: Request, state: object, make: Callable[[], HttpResponse]) -> HttpResponseBase:
    """What `make` makes of a state, or 304 where the browser has it; `repr` tells states apart."""
    tag = f'"{salted_hmac("polled", repr(state)).hexdigest()[:32]}"'
    reply: HttpResponseBase
    reply = HttpResponseNotModified() if request.headers.get("If-None-Match") == tag else make()
    reply["ETag"] = tag
    # The browser keeps it and asks whether it still holds.
    reply["Cache-Control"] = "private, no-cache"
    reply["Vary"] = "HX-Request, Cookie"
    return reply
