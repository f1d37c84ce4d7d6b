"""Where things are, for pages that list many of them."""

from functools import lru_cache

from django.urls import reverse
from django.urls.converters import IntConverter


class Number(IntConverter):
    """A whole number in an address that any database takes: an address with more digits is none."""

    regex = "[0-9]{1,18}"


@lru_cache(maxsize=4096)
def address(name: str, *arguments: str) -> str:
    """The address of a named page, looked up once: it never changes while the site runs."""
    return reverse(name, args=arguments)
