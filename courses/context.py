"""What every page is told."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from courses.demo_people import DEMO_PASSWORD, DEMO_PEOPLE


def site(request: HttpRequest) -> dict[str, Any]:
    """The language of the page; in demo mode, and only then, who to sign in as."""
    language = get_language()
    if not settings.DEMO:
        return {"LANGUAGE_CODE": language, "demo": False}
    return {
        "LANGUAGE_CODE": language,
        "demo": True,
        "demo_people": DEMO_PEOPLE,
        "demo_password": DEMO_PASSWORD,
    }
