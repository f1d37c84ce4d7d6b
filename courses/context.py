"""What every page is told."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from courses.demo_people import DEMO_PASSWORD, DEMO_PEOPLE


def site(request: HttpRequest) -> dict[str, Any]:
    """In demo mode, and only then, who to sign in as."""
    if not settings.DEMO:
        return {"demo": False}
    return {"demo": True, "demo_people": DEMO_PEOPLE, "demo_password": DEMO_PASSWORD}
