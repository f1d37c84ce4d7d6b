"""What a text refers to, found without rendering it: cheap enough for every text of a site.

It may see a reference in code that the renderer would leave alone, never the other way round. So
it serves to say which texts must be rendered anew, and nothing else.
"""

import re
from collections.abc import Iterator

from courses.rendering import Library

Mention = tuple[str, str]  # ("source" | "term" | "checkpoint" | "figure", key)

_CITATION = re.compile(r"\[@[^\[\]]*\]")
_KEY = re.compile(r"@([A-Za-z0-9][\w-]*)")
_TERM = re.compile(r"\[\[([^\[\]|]+)")
_INSERT = re.compile(r"\{\{ *(checkpoint|figure) *: *([\w-]+)")


def mentions(text: str) -> Iterator[Mention]:
    for citation in _CITATION.findall(text):
        for key in _KEY.findall(citation):
            yield "source", key
    for key in _TERM.findall(text):
        yield "term", " ".join(key.split())
    yield from _INSERT.findall(text)


def are_known(text: str, library: Library) -> bool:
    """Whether all that a text refers to is there."""
    there = {
        "source": library.sources,
        "term": library.terms,
        "checkpoint": library.questions,
        "figure": library.figures,
    }
    return all(key in there[kind] for kind, key in mentions(text))
