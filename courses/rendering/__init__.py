"""Markdown of the course to HTML that is safe to print, and to the passages it consists of.

No Django here. Three doors: `render` for a lesson's body, `render_short` for prose of a few
paragraphs (a summary, a definition, a prompt), `render_inline` for a phrase (an option).
"""

from courses.rendering.faults import Fault
from courses.rendering.texts import Heading, Library, Part, Passage, Rendered, TooHard

RENDER_VERSION = 1
"""Raise it when the same text gives other HTML: stored HTML of a lower version is rendered anew."""


def render(
    text: str,
    library: Library,
    *,
    prefix: str = "",
    field: str = "body",
    passages_required: bool = True,
) -> Rendered:
    """Render a lesson's body."""
    raise NotImplementedError


def render_short(text: str, library: Library, *, field: str) -> tuple[str, list[Fault]]:
    """Render prose of a few paragraphs, without ids, headings, figures or checkpoints."""
    raise NotImplementedError


def render_inline(text: str, library: Library, *, field: str) -> tuple[str, list[Fault]]:
    """Render one phrase to inline HTML: emphasis, code, links, terms and citations."""
    raise NotImplementedError


__all__ = [
    "RENDER_VERSION",
    "Fault",
    "Heading",
    "Library",
    "Part",
    "Passage",
    "Rendered",
    "TooHard",
    "render",
    "render_inline",
    "render_short",
]
