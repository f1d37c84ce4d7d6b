"""Sentences that several checks of content share."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

LISTED = 8  # as many names as a line still carries; the rest is counted


def meant(key: str, known: Collection[str]) -> str:
    """The known key that was probably meant, as a question; "" if none is close."""
    close = get_close_matches(key, known, n=1, cutoff=0.6)
    return f"Did you mean “{close[0]}”?" if close else ""


def no_such(what: str, key: str, known: Collection[str]) -> str:
    """That nothing has this key, and what to do."""
    mend = meant(key, known) or f"Mend the key, or add the {what} first."
    return f"No {what} has the key “{key}”. {mend}"


def count(number: int, word: str, many: str = "") -> str:
    """ "1 lesson", "3 lessons", "2 quizzes"."""
    return f"{number} {word if number == 1 else many or word + 's'}"


def listed(names: Iterable[str]) -> str:
    """The first names, and how many more there are."""
    names = list(names)
    more = len(names) - LISTED
    shown = ", ".join(names[:LISTED])
    return f"{shown} and {more} more" if more > 0 else shown
