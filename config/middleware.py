"""What every request passes through that no library does for us."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class Arrival:
    """Stamps the arrival time before any lock or session work, and keeps replies private.

    A deadline is judged by `request.arrived_at`, so a slow queue costs nobody time. Pages carry
    personal data unless they say otherwise: no shared cache may keep one (static files are
    answered before this point).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.arrived_at = timezone.now()  # type: ignore[attr-defined]
        response = self.get_response(request)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response
