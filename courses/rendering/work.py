"""The work itself: one text to HTML. It may take as long as the text makes it; see `budget.py`."""

import logging
import re
from dataclasses import dataclass
from typing import Any

from markdown import Markdown

from courses.rendering.dialect import BODY, INLINE, Dialect, extensions
from courses.rendering.faults import Fault
from courses.rendering.reading import Places, Reader
from courses.rendering.sanitise import sanitise
from courses.rendering.texts import Heading, Library, Part, Passage, Rendered, TooHard

TOO_DEEP = "This text is nested too deeply to be shown. Use fewer lists, quotations or brackets."
UNREADABLE = "This text could not be read. Look for unusual signs in what was changed last."
CONTROL = (
    "There is an invisible character here (U+{code:04X}) that cannot be shown. Delete it and type "
    "the text again."
)
ONE_PARAGRAPH = "This must be one paragraph. Take the empty line out."

# Python-Markdown uses two of the control characters for its own marks and removes them silently.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PART = re.compile(r'<div id="part:([0-9]+)"></div>\n?')

# Letters, digits and signs that mean nothing within a phrase: half of all phrases. The parser
# would give them back as they are, in fifty times the time of looking at them.
_PLAIN = re.compile(r"""[^\W_](?:[^\W_]|[ ,.;:'"’“”()–—%?/+=-])*""")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """One text to render, in a shape that survives JSON."""

    mode: str
    text: str
    library: Library
    field: str
    prefix: str = ""
    passages_required: bool = False


def do(job: Job) -> Rendered:
    """Render one text. Raises TooHard when the parser cannot finish it."""
    try:
        return _do(job)
    except RecursionError as error:
        raise TooHard(TOO_DEEP) from error
    except Exception as error:
        # The parser is not ours and the text is anybody's: whatever breaks in there must reach
        # the author as a sentence. The log has the rest.
        log.exception("a text of %s characters could not be rendered", len(job.text))
        raise TooHard(UNREADABLE) from error


def _do(job: Job) -> Rendered:
    text, faults = _clean(job.text, job.field)
    if not text.strip():
        return Rendered([], [], [], 0, faults)
    if job.mode == INLINE and text[-1] != " " and _PLAIN.fullmatch(text):
        return Rendered([("html", text)], [], [], len(text.split()), faults)
    dialect = Dialect(job.mode)
    md = Markdown(extensions=[*extensions(job.mode), dialect], output_format="html")
    places = Places(md, text, dialect)
    reader = Reader(
        md,
        places,
        job.library,
        field=job.field,
        prefix=job.prefix,
        ids=job.mode == BODY,
        passages_required=job.passages_required,
    )
    md.treeprocessors.register(places, "parallax-places", 25)  # before inline Markdown, at 20
    md.treeprocessors.register(reader, "parallax-reader", -10)  # after unescaping, at 0
    html = sanitise(md.convert(text))
    if job.mode == INLINE:
        if "</p>\n<p>" in html:
            faults.append(Fault(job.field, ONE_PARAGRAPH, 1))
        html = html.replace("</p>\n<p>", " ").replace("<p>", "").replace("</p>", "")
    return Rendered(
        parts=_parts(html, reader.inserts, job.library),
        headings=reader.headings,
        passages=reader.passages,
        words=reader.words,
        faults=faults + reader.faults,
        sources=reader.mentioned("source"),
        terms=reader.mentioned("term"),
        people=reader.mentioned("person"),
    )


def _clean(text: str, field: str) -> tuple[str, list[Fault]]:
    """Tabs as spaces, one kind of line end, and no character that a page cannot carry."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
    faults = [
        Fault(
            field, CONTROL.format(code=ord(found.group())), text.count("\n", 0, found.start()) + 1
        )
        for found in list(_CONTROLS.finditer(text))[:10]
    ]
    return _CONTROLS.sub("\ufffd", text), faults


def _parts(html: str, inserts: list[tuple[str, str]], library: Library) -> list[Part]:
    """Cut at the checkpoints and put the drawings in, which are ours and need no sanitising."""
    parts: list[Part] = []
    prose = ""
    position = 0
    for found in _PART.finditer(html):
        prose += html[position : found.start()]
        position = found.end()
        kind, key = inserts[int(found.group(1))]
        if kind == "figure":
            prose += library.figures[key] + "\n"
            continue
        if prose:
            parts.append(("html", prose))
        parts.append(("checkpoint", key))
        prose = ""
    prose += html[position:]
    if prose:
        parts.append(("html", prose))
    return parts


def job_from(data: dict[str, Any]) -> Job:
    """A job from its JSON object."""
    library = data["library"]
    return Job(
        **{
            **data,
            "library": Library(**{**library, "questions": frozenset(library["questions"])}),
        }
    )


def rendered_from(data: dict[str, Any]) -> Rendered:
    """What `do` answered, from its JSON object."""
    return Rendered(
        parts=[(kind, content) for kind, content in data["parts"]],
        headings=[Heading(**heading) for heading in data["headings"]],
        passages=[
            Passage(
                **{
                    **passage,
                    "sources": tuple((key, locator) for key, locator in passage["sources"]),
                    "terms": tuple(passage["terms"]),
                    "people": tuple(passage["people"]),
                }
            )
            for passage in data["passages"]
        ],
        words=data["words"],
        faults=[Fault(**fault) for fault in data["faults"]],
        sources=tuple(data["sources"]),
        terms=tuple(data["terms"]),
        people=tuple(data["people"]),
    )
