"""The course's Markdown: Python-Markdown with call-outs, citations, terms, notes and inserts.

Reading happens in two steps. The processors here only recognise: they put elements with a `data-*`
mark into the tree and know nothing of what exists. `reading.py` then walks the finished tree once,
in reading order, resolves the marks and reports faults.

Left out on purpose: raw HTML (shown as text), pictures, reference-style links (one long address
used a thousand times makes a huge page) and `attr_list` (it lets an author set any attribute; ours
takes an id and nothing else).
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.extensions.admonition import AdmonitionExtension
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.util import ETX, STX, AtomicString, code_escape

FENCE = re.compile(r"^( *)(`{3,}|~{3,})[^`~]*$")
NOTE = re.compile(r"^\[\^([\w-]{1,60})\]:[ ]?(.*)$")


def outside_code(lines: list[str]) -> Iterator[tuple[int, str, list[str] | None]]:
    """Walk lines with fenced code taken as one: yields (index, line, code lines or None).

    A fence that is never closed is an ordinary line.
    """
    index = 0
    # Where each kind of fence last stands: without it, many unclosed fences cost n squared.
    last = {line.strip(): number for number, line in enumerate(lines)}
    while index < len(lines):
        opening = FENCE.match(lines[index])
        fence = opening.group(2) if opening else ""
        end = index
        if fence and last.get(fence, -1) > index:
            end = next(n for n in range(index + 1, len(lines)) if lines[n].strip() == fence)
        if end > index:
            yield index, lines[index], lines[index + 1 : end]
        else:
            yield index, lines[index], None
        index = end + 1


class Fences(Preprocessor):
    """Sets fenced code aside, one placeholder a block."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.blocks: list[str] = []

    def run(self, lines: list[str]) -> list[str]:
        kept: list[str] = []
        for _, line, code in outside_code(lines):
            if code is None:
                kept.append(line)
                continue
            indent = " " * (len(line) - len(line.lstrip(" ")))
            self.blocks.append("\n".join(row.removeprefix(indent) for row in code))
            kept += ["", f"{indent}{STX}code:{len(self.blocks) - 1}{ETX}", ""]
        return kept


class FencedCode(BlockProcessor):
    PLACE = re.compile(f"^{STX}code:([0-9]+){ETX}$")

    def __init__(self, parser: BlockParser, fences: Fences) -> None:
        super().__init__(parser)
        self.fences = fences

    def test(self, parent: Element, block: str) -> bool:
        return self.PLACE.match(block) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        number = int(self.PLACE.sub(r"\1", blocks.pop(0)))
        code = SubElement(SubElement(parent, "pre"), "code")
        code.text = AtomicString(code_escape(self.fences.blocks[number]))


class Notes(Preprocessor):
    """Sets the texts of footnotes aside: `[^name]: text`, with indented lines going on."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.found: list[tuple[str, str]] = []

    def run(self, lines: list[str]) -> list[str]:
        kept: list[str] = []
        name, note = "", list[str]()
        for line in lines:
            definition = NOTE.match(line)
            goes_on = bool(name) and (
                line.startswith("    ") or not line.strip() or (note and note[-1].strip() != "")
            )
            if definition:
                self._keep(name, note)
                name, note = definition.group(1), [definition.group(2)]
                kept.append("")
            elif goes_on:
                note.append(line)
            else:
                self._keep(name, note)
                name, note = "", []
                kept.append(line)
        self._keep(name, note)
        return kept

    def _keep(self, name: str, note: list[str]) -> None:
        if name:
            self.found.append((name, " ".join(" ".join(note).split())))


class Insert(BlockProcessor):
    """`{{ checkpoint: key }}` and `{{ figure: key }}` on a line of their own."""

    LINE = re.compile(r"^\{\{ *(checkpoint|figure) *: *([\w-]+) *\}\} *$", re.MULTILINE)

    def test(self, parent: Element, block: str) -> bool:
        return self.LINE.search(block) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        # Split by a pattern with two groups: what is before, the groups, what is after.
        before, kind, key, after = self.LINE.split(blocks.pop(0), maxsplit=1)
        if before.strip():
            self.parser.parseBlocks(parent, [before.rstrip("\n")])
        insert = SubElement(parent, "div")
        insert.set("data-insert", kind)
        insert.set("data-key", key)
        if after.strip():
            blocks.insert(0, after.lstrip("\n"))


class Marked(InlineProcessor):
    """Takes what the pattern finds out of the text and marks it for `reading.py`."""

    def __init__(self, pattern: str, md: Markdown, kind: str) -> None:
        super().__init__(pattern, md)
        self.kind = kind

    # The base class's union of answers is wider than ours.
    def handleMatch(  # type: ignore[override]  # noqa: N802 (the library's name)
        self, m: re.Match[str], data: str
    ) -> tuple[Element, int, int]:
        element = Element("span")
        element.set("data-mark", self.kind)
        # A backslash or code inside has already become a placeholder: write it out again.
        element.set("data-text", self.unescape(m.group(0)))
        return element, m.start(0), m.end(0)


class Link(InlineProcessor):
    """`[words](address)`, with a title that is read and dropped.

    Takes the place of the library's own, which counts brackets to the end of the text from every
    `[`: 20 KB of them took 15 seconds.
    """

    PATTERN = (
        r"\[([^\[\]]+)\]\(\s*"
        r"(?:<([^<>\s]*)>|((?:[^\s()<>]|\([^\s()<>]*\))*))"
        r"(?:\s+\"[^\"]*\")?\s*\)"
    )

    # The base class's union of answers is wider than ours.
    def handleMatch(  # type: ignore[override]  # noqa: N802 (the library's name)
        self, m: re.Match[str], data: str
    ) -> tuple[Element, int, int]:
        element = Element("a")
        element.text = m.group(1)
        element.set("href", self.unescape(m.group(2) or m.group(3) or ""))
        return element, m.start(0), m.end(0)


# No pattern may cross a bracket of its own kind, so each looks at every character once.
MARKS = (
    ("note", r"\[\^[\w-]{1,60}\]", 177),
    ("cite", r"\[@[^\[\]]*\]", 176),
    ("term", r"\[\[[^\[\]]+\]\]", 175),
    ("picture", r"!\[[^\[\]]*\]\([^()]*\)", 172),
    ("html", r"<[A-Za-z/!?][^<>]*>", 90),
)
BODY, SHORT, INLINE = "body", "short", "inline"


class Dialect(Extension):
    """Registers the dialect. `mode`: BODY everything; SHORT no headings, notes, inserts, call-outs
    or fenced code; INLINE no block structure at all."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.mode = mode

    # The library's name.
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        md.preprocessors.deregister("html_block")
        for name in (
            "reference",
            "short_reference",
            "link",
            "image_link",
            "image_reference",
            "short_image_ref",
            "automail",
            "html",
            "entity",  # the serialiser keeps entities without it
        ):
            md.inlinePatterns.deregister(name)
        for kind, pattern, priority in MARKS:
            if kind != "note" or self.mode == BODY:
                md.inlinePatterns.register(Marked(pattern, md, kind), f"parallax-{kind}", priority)
        md.inlinePatterns.register(Link(Link.PATTERN, md), "parallax-link", 160)
        blocks = md.parser.blockprocessors
        blocks.deregister("reference")
        if self.mode == INLINE:
            for name in ("indent", "code", "hr", "olist", "ulist", "quote"):
                blocks.deregister(name)
        if self.mode != BODY:
            blocks.deregister("hashheader")
            blocks.deregister("setextheader")
            return
        fences, notes = Fences(md), Notes(md)
        md.preprocessors.register(fences, "parallax-fences", 28)
        md.preprocessors.register(notes, "parallax-notes", 26)
        blocks.register(FencedCode(md.parser, fences), "parallax-code", 112)
        blocks.register(Insert(md.parser), "parallax-insert", 110)
        self.notes = notes


def extensions(mode: str) -> list[Extension]:
    """The library's own extensions that a mode builds on."""
    # Without the attribute, alignment is an inline style, which the content policy forbids.
    tables = TableExtension(use_align_attribute=True)
    if mode == INLINE:
        return []
    if mode == SHORT:
        return [tables, DefListExtension(), SaneListExtension()]
    return [tables, DefListExtension(), SaneListExtension(), AdmonitionExtension()]
