"""The shapes that go into rendering and come out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from courses.rendering.faults import Fault

Part = tuple[Literal["html", "checkpoint"], str]


class TooHard(ValueError):  # noqa: N818 (it reads as what it says)
    """The text is larger than 64 KB, or takes longer than a second to render.

    Its message is a sentence for the author.
    """


@dataclass(frozen=True)
class Library:
    """Everything a text may refer to. Whoever renders collects it once per course."""

    sources: Mapping[str, str] = field(default_factory=dict)  # key -> label, "Waltz 1979"
    terms: Mapping[str, str] = field(default_factory=dict)  # key -> title
    questions: frozenset[str] = frozenset()  # keys that may stand as checkpoints
    figures: Mapping[str, str] = field(default_factory=dict)  # key -> finished, trusted HTML
    people: Mapping[str, str] = field(default_factory=dict)  # key -> name


@dataclass(frozen=True)
class Passage:
    """A paragraph together with what belongs to it, up to the next paragraph or heading.

    `anchor` is the author's id, without the page's prefix. `text` is plain, with each run of white
    space made one space. `digest` is the first 16 hex digits of the SHA-256 of `text` in UTF-8.
    `callout` is the kind of call-out that it stands in, if any, and `callout_title` its title.
    `valid_from` and `valid_to` are dates as `courses.dates` writes them: when what it says came
    true, and until when its author vouches for it.
    """

    anchor: str
    text: str
    digest: str
    sources: tuple[tuple[str, str], ...] = ()  # (key, locator), in reading order
    terms: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    callout: str = ""
    callout_title: str = ""
    valid_from: str = ""
    valid_to: str = ""
    prose: str = ""  # `text` without its drawings


@dataclass(frozen=True)
class Heading:
    level: int  # 2..6
    anchor: str  # without the page's prefix
    title: str  # plain text


@dataclass(frozen=True)
class Rendered:
    """A lesson body, ready to store: its HTML in pieces, and what was found while making it."""

    parts: list[Part]
    headings: list[Heading]
    passages: list[Passage]
    words: int
    faults: list[Fault]
    sources: tuple[str, ...] = ()  # keys cited, once each, in order of first appearance
    terms: tuple[str, ...] = ()  # keys linked, likewise
    people: tuple[str, ...] = ()  # keys linked, likewise

    @property
    def html(self) -> str:
        """The HTML without its checkpoints."""
        return "".join(content for kind, content in self.parts if kind == "html")
