"""What a text refers to, found without rendering it: cheap enough for every text of a site.

It may see a reference in code that the renderer would leave alone, never the other way round. So
it serves to say which texts must be rendered anew, and nothing else.
"""

import re
from collections.abc import Iterator

from courses.rendering import Library

Mention = tuple[str, str]  # ("source" | "term" | "person" | "checkpoint" | "figure", key)

_CITATION = re.compile(r"\[@[^\[\]]*\]")
_KEY = re.compile(r"@([A-Za-z0-9][\w-]*)")
_TERM = re.compile(r"\[\[([^\[\]|]+)")
_INSERT = re.compile(r"\{\{ *(checkpoint|figure) *: *([\w-]+)")


def mentions(text: str) -> Iterator[Mention]:
    for citation in _CITATION.findall(text):
        for key in _KEY.findall(citation):
            yield "source", key
    for key in _TERM.findall(text):
        kind, _, name = " ".join(key.split()).rpartition(":")
        yield kind or "term", name.strip()
    yield from _INSERT.findall(text)


def are_known(text: str, library: Library) -> bool:
    """Whether all that a text refers to is there."""
    there = {
        "source": library.sources,
        "term": library.terms,
        "person": library.people,
        "checkpoint": library.questions,
        "figure": library.figures,
    }
    return all(key in there.get(kind, ()) for kind, key in mentions(text))
