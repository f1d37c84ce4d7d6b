"""What our middleware makes of a request, for those who read types."""

from datetime import datetime

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from courses.models import User


class Request(HttpRequest):
    """A request of a signed-in person, as the views behind `SignInFirst` get it."""

    user: User
    htmx: HtmxDetails
    arrived_at: datetime  # taken by `config.middleware.Arrival` before anything was waited for
