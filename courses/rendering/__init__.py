"""Markdown of the course to HTML that is safe to print, and to the passages it consists of.

No Django here. Three doors: `render` for a lesson's body, `render_short` for prose of a few
paragraphs (a summary, a definition, a prompt), `render_inline` for a phrase (an option).
"""

from courses.rendering.budget import spend
from courses.rendering.dialect import BODY, INLINE, SHORT
from courses.rendering.faults import Fault
from courses.rendering.texts import Heading, Library, Part, Passage, Rendered, TooHard
from courses.rendering.work import Job

RENDER_VERSION = 4
"""Raise it when the same text gives other HTML: stored HTML of a lower version is rendered anew."""


def render(
    text: str,
    library: Library,
    *,
    prefix: str = "",
    field: str = "body",
    passages_required: bool = True,
) -> Rendered:
    """Render a lesson's body.

    `prefix` goes before every id, for pages that show several texts. `field` names the text in its
    faults. With `passages_required`, a paragraph without an id is a fault. Faults never stop the
    rendering: a broken reference stays visible, as text.

    Raises TooHard if the text has more than 64 KB in UTF-8 or takes more than a second.
    """
    return spend(Job(BODY, text, library, field, prefix, passages_required))


def render_short(text: str, library: Library, *, field: str) -> tuple[str, list[Fault]]:
    """Render prose of a few paragraphs (lists and tables too), for a summary or a prompt.

    No ids, headings, call-outs, footnotes, figures or checkpoints, so that any number of such texts
    can share a page. Raises TooHard like `render`.
    """
    rendered = spend(Job(SHORT, text, library, field))
    return rendered.html, rendered.faults


def render_inline(text: str, library: Library, *, field: str) -> tuple[str, list[Fault]]:
    """Render one phrase: emphasis, code, links, terms and citations; no `<p>` around it.

    Signs that begin a list or heading mean nothing here: "1. a year" stays as written.
    Raises TooHard like `render`.
    """
    rendered = spend(Job(INLINE, text, library, field))
    return rendered.html, rendered.faults


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
