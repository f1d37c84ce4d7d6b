"""From a parsed text to its final tree: references resolved, ids given, passages and faults noted.

`Places` runs before inline Markdown is read, while every element still holds its source text, and
notes where in the source it stands. `Reader` runs last and walks the tree in reading order.
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from courses import dates
from courses.rendering.dialect import BODY, Dialect, outside_code
from courses.rendering.faults import Fault
from courses.rendering.sanitise import CALLOUTS
from courses.rendering.texts import Heading, Library, Passage

UNKNOWN_SOURCE = "No source has the key “{key}”. Mend the key, or add the source first."
UNKNOWN_TERM = "No term has the key “{key}”. Mend the key, or add the term first."
UNKNOWN_PERSON = "No person has the key “{key}”. Mend the key, or add the person first."
UNKNOWN_INSERT = "No {kind} has the key “{key}”. Mend the key, or add the {kind} first."
UNKNOWN_CALLOUT = "“{kind}” is not a kind of call-out. Use one of: {kinds}."
REPEATED_INSERT = "The {kind} “{key}” stands in this text twice. Keep one of them."
NO_KEY = (
    "The citation {text} has a part without a key. Write each part as @key, locator, "
    "with a semicolon between two."
)
NO_ID = "This paragraph has no id. End it with a line like {: #two-or-three-words }."
BAD_ID = (
    "“{anchor}” cannot be an id. Use lower-case words joined by hyphens, beginning with a letter."
)
TAKEN_ID = "The id “{anchor}” is used by the page itself. Choose another."
REPEATED_ID = "The id “{anchor}” is used earlier in this text. Choose another: each id stands once."
STRAY_ID = (
    "The id “{anchor}” stands inside a list, table, quotation or title, which cannot be linked to. "
    "Move it to the end of a paragraph or heading."
)
BAD_VALIDITY = "“{said}”: {sentence}"
BACKWARDS = "This holds from {begins} to {ends}, which is earlier. Exchange the two, or mend one."
HEADING_ONE = "A heading of level 1 is the page's own title. Begin with two number signs: ##."
STRAY_HEADING = "A heading cannot stand inside a list, table or quotation. Move it out."
UNKNOWN_NOTE = "There is no footnote “{name}”. Add a line [^{name}]: with its text."
UNUSED_NOTE = "Footnote “{name}” is never referred to. Put [^{name}] in the text, or delete it."
REPEATED_NOTE = "There are two footnotes “{name}”. Rename one."
NESTED_NOTE = "A footnote cannot refer to a footnote. Put {text} into the text."
RAW_HTML = "HTML is shown as text, not obeyed: {text}. Use Markdown, or put code between backticks."
PICTURE = "Pictures cannot be put in with ![…](…). Make a figure and refer to it."
BAD_LINK = "The link to “{href}” cannot be used. An address begins with https://, with / or with #."
LOST_LINK = "The link leads to #{anchor}, but nothing in this text has that id."
LEFTOVERS = {
    "{{": "“{{” is not understood here. A checkpoint or figure stands on a line of its own, with "
    "empty lines around it, in a lesson's body.",
    "{:": "“{:” is not understood here. An id is the last thing in a paragraph or heading, written "
    "{: #id } or, in a note, {: #id valid-from=2012-12-19 valid-to=2027-06 }, with an empty line "
    "after it; nothing else can be set.",
    "[@": "“[@” begins a citation that is not finished. Write [@key, locator] without other "
    "square brackets inside.",
    "[[": "“[[” begins a link to a term that is not finished. Write [[key]] or [[key|words]].",
    "[^": "“[^” begins a footnote that cannot stand here. Notes belong in a lesson's body: [^name] "
    "in the text and, at the left margin, [^name]: with its text.",
    "!!!": '“!!!” is not understood here. Write !!! kind "Title" on a line of its own in a '
    "lesson's body, and indent what follows by four spaces.",
    "```": "This block of code is not closed, or cannot stand here. End it with the same marks.",
    "#": "“#” begins a heading, and this text cannot have one. Make it a paragraph.",
}

MANY = "There are more faults than these {number}. Mend them first, then look again."
MANY_NUMBER = 100

_VALIDITY = re.compile(r"valid-(from|to)=(\S+)")
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_OURS = re.compile(r"(?:callout|sidenote|sidenote-ref)-[0-9]+")
_KEY = re.compile(r"@([A-Za-z0-9][\w-]*)[ \n]*(?:,(.*))?", re.DOTALL)
_ADDRESS = re.compile(r"https://[^\s\"'<>\\/?#@]+(?:[/?#][^\s\"<>\\]*)?|/(?![/\\])[^\s\"<>\\]*")
_LEFT = re.compile(r"\{\{|\{:|\[@|\[\[|\[\^")
_LEFT_AT_START = re.compile(r"!!!|```|~~~|#(?=#{0,5} )")
_TAG = re.compile(r"<[^<>]*>")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_APART = {
    *_HEADINGS,
    *("p", "li", "dt", "dd", "th", "td", "tr", "br", "div", "small", "pre", "aside", "hr"),
}


@dataclass(frozen=True)
class _Open:
    """A passage while its elements are being collected."""

    anchor: str
    elements: list[Element]
    callout: str
    callout_title: str
    valid_from: str
    valid_to: str


class Places(Treeprocessor):
    """Notes each element's place in the source, takes the ids off, and adds the footnotes' texts.

    `starts` maps an element to the offset in the source where its text begins.
    """

    def __init__(self, md: Markdown, source: str, dialect: Dialect) -> None:
        super().__init__(md)
        self.source = source
        self.dialect = dialect
        self.starts: dict[Element, int] = {}
        self.anchors: dict[Element, str] = {}
        self.validity: dict[Element, dict[str, str]] = {}  # {"from": "2012-12-19", "to": ...}
        self.notes: list[tuple[str, Element]] = []

    def run(self, root: Element) -> None:
        position = 0
        for element in root.iter():
            text = (element.text or "").strip()
            if element.get("data-insert"):
                text = element.get("data-key") or ""
            first = text.split("\n", 1)[0].strip()
            found = self.source.find(first, position) if first else -1
            self.starts[element] = max(found, position)
            # Never past the true place: that is itself a match at or after `position`.
            position = found + len(first) if found >= 0 else position
            if self.dialect.mode == BODY and element.tag not in ("code", "pre"):
                self._take_id(element)
        if self.dialect.mode == BODY:
            self._add_notes(root)

    def _take_id(self, element: Element) -> None:
        text = (element.text or "").rstrip()
        opening = text.rfind("{:")
        if opening < 0 or not text.endswith("}"):
            return
        inner = text[opening + 2 : -1].strip()
        if not inner.startswith("#"):
            return
        anchor, *rest = inner[1:].split()
        said = [_VALIDITY.fullmatch(word) for word in rest]
        if all(said):
            self.anchors[element] = anchor
            self.validity[element] = {found[1]: found[2] for found in said if found}
            element.text = text[:opening].rstrip()

    def _add_notes(self, root: Element) -> None:
        for name, text in self.dialect.notes.found:
            element = SubElement(root, "small")
            element.text = text
            self.starts[element] = max(self.source.find(f"[^{name}]:"), 0)
            self.notes.append((name, element))


class Reader(Treeprocessor):
    """Walks the finished tree once and keeps what it finds."""

    def __init__(
        self,
        md: Markdown,
        places: Places,
        library: Library,
        *,
        field: str,
        prefix: str,
        ids: bool,
        passages_required: bool,
    ) -> None:
        super().__init__(md)
        self.places = places
        self.library = library
        self.field = field
        self.prefix = prefix
        self.ids = ids
        self.passages_required = passages_required
        self.visible_source = _without_code(places.source)
        self.faults: list[Fault] = []
        self.headings: list[Heading] = []
        self.inserts: list[tuple[str, str]] = []  # (kind, key), in the order of their places
        self.open: list[_Open] = []
        self.inside = ("", "")  # the call-out being read: its kind and title
        self.collecting = False
        self.used_ids: set[str] = set()
        self.references: list[tuple[Element, str, str, str]] = []
        self.notes: dict[str, Element] = {}
        self.note_numbers: dict[str, int] = {}
        self.links: list[tuple[Element, int]] = []
        self.callouts = self.words = 0
        self.start = 0  # offset of the block being read

    # Faults and places

    def fault(self, message: str, snippet: str = "", **values: str) -> None:
        """Report at the line where `snippet` stands, from the block being read onwards."""
        found = self.visible_source.find(snippet, self.start) if snippet else self.start
        offset = found if found >= 0 else self.start
        line = self.visible_source.count("\n", 0, offset) + 1
        self.faults.append(Fault(self.field, message.format(**values) if values else message, line))

    def run(self, root: Element) -> None:
        for name, element in self.places.notes:
            root.remove(element)
            self.start = self.places.starts[element]
            if name in self.notes:
                self.fault(REPEATED_NOTE, name=name)
            else:
                self.notes[name] = element
        for element in list(root):
            self.block(element, root)
        for name, element in self.notes.items():
            if name not in self.note_numbers:
                self.start = self.places.starts[element]
                self.fault(UNUSED_NOTE, name=name)
        self.resolve_links()
        self.words = len(self.plain(root, figures=False).split())
        self.passages = [self.passage(one) for one in self.open]
        self.faults.sort(key=lambda fault: fault.line or 0)
        if len(self.faults) > MANY_NUMBER:
            del self.faults[MANY_NUMBER:]
            self.faults.append(Fault(self.field, MANY.format(number=MANY_NUMBER)))

    # Blocks

    def block(self, element: Element, parent: Element) -> None:
        """Read one block that stands directly in the body or in a call-out."""
        self.start = self.places.starts.get(element, self.start)
        classes = (element.get("class") or "").split()
        if element.tag in _HEADINGS:
            self.heading(element)
        elif element.get("data-insert"):
            self.insert(element)
        elif "admonition" in classes:
            self.callout(element, classes)
        elif element.tag == "p" and self.ids:
            self.paragraph(element)
        else:
            self.nested(element)
            if element.tag == "table":
                self.scroll(element, parent)

    def heading(self, element: Element) -> None:
        self.collecting = False
        if element.tag == "h1":
            self.fault(HEADING_ONE)
            element.tag = "h2"
        given = self.places.anchors.get(element)
        self.inline(element)
        title = self.plain(element)
        anchor = self.accept(given) if given is not None else ""
        if not anchor:
            anchor = self.unused(_slug(title))
        self.headings.append(Heading(int(element.tag[1]), anchor, title))
        element.set("id", self.prefix + anchor)

    def paragraph(self, element: Element) -> None:
        given = self.places.anchors.get(element)
        # An id written wrongly is told as such, not as missing.
        if given is None and self.passages_required and "{:" not in "".join(element.itertext()):
            self.fault(NO_ID)
        anchor = self.accept(given) if given is not None else ""
        self.collecting = bool(anchor)
        if anchor:
            validity = self.valid(self.places.validity.get(element, {}))
            self.open.append(_Open(anchor, [element], *self.inside, *validity))
        self.inline(element)
        if anchor:
            # The page's script adds the sign that copies its address: in each paragraph here, it
            # would be a tenth of the page.
            element.set("id", self.prefix + anchor)

    def valid(self, said: dict[str, str]) -> tuple[str, str]:
        """From when and until when a paragraph holds, with a fault for what is not a date."""
        known: dict[str, dates.PartialDate] = {}
        for name, text in said.items():
            try:
                known[name] = dates.parse(text)
            except ValueError as error:
                self.fault(
                    BAD_VALIDITY, f"valid-{name}", said=f"valid-{name}={text}", sentence=str(error)
                )
        if len(known) == 2 and known["to"].last < known["from"].first:
            self.fault(BACKWARDS, "valid-", begins=str(known["from"]), ends=str(known["to"]))
        return tuple(said[name] if name in known else "" for name in ("from", "to"))  # type: ignore[return-value]

    def callout(self, element: Element, classes: list[str]) -> None:
        kind = " ".join(name for name in classes if name != "admonition")
        if kind not in CALLOUTS:
            self.fault(UNKNOWN_CALLOUT, f"!!! {kind}", kind=kind, kinds=", ".join(CALLOUTS))
            kind = "note"
        self.callouts += 1
        title = element.find("p[@class='admonition-title']")
        if title is None:
            title = Element("p")
            element.insert(0, title)
        else:
            self.start = self.places.starts.get(title, self.start)
            self.nested(title)
        if not "".join(title.itertext()).strip() or (
            title.text == kind.split(" ")[0].capitalize()  # the library's own default
        ):
            title.text = CALLOUTS[kind]
        name = f"{self.prefix}callout-{self.callouts}"
        title.attrib.update({"class": "callout-title", "id": name})
        element.tag = "aside"
        element.attrib.clear()
        element.attrib.update(
            {"class": f"callout callout-{kind}", "role": "note", "aria-labelledby": name}
        )
        self.collecting = False
        around, self.inside = self.inside, (kind, self.plain(title))
        for child in list(element):
            if child is not title:
                self.block(child, element)
        self.inside = around
        self.collecting = False

    def insert(self, element: Element) -> None:
        kind, key = element.get("data-insert") or "", element.get("data-key") or ""
        element.attrib.clear()
        known = self.library.questions if kind == "checkpoint" else self.library.figures
        if key not in known or (kind, key) in self.inserts:
            message = REPEATED_INSERT if key in known else UNKNOWN_INSERT
            self.fault(message, kind=kind, key=key)
            element.tag = "p"
            element.set("class", "broken")
            element.text = AtomicString(f"{{{{ {kind}: {key} }}}}")
            return
        self.inserts.append((kind, key))
        # A colon cannot stand in an author's id, so no author can forge this mark.
        element.set("id", f"part:{len(self.inserts) - 1}")
        if kind == "figure" and self.collecting:
            self.open[-1].elements.append(element)

    def nested(self, element: Element) -> None:
        """Read a block whose inner paragraphs belong to the passage before: a list, a table..."""
        if self.collecting and element.get("class") != "admonition-title":
            self.open[-1].elements.append(element)
        for inner in list(element.iter()):
            self.start = self.places.starts.get(inner, self.start)
            if inner.get("data-insert"):
                self.insert_nested(inner)
            if inner.tag in _HEADINGS:
                self.fault(STRAY_HEADING)
                inner.tag = "p"
            if inner in self.places.anchors:
                self.fault(STRAY_ID, anchor=self.places.anchors[inner])
            if inner.tag == "th" and "".join(inner.itertext()).strip():
                inner.set("scope", "col")
            elif inner.tag == "th":
                inner.tag = "td"  # the corner of a table is no heading
        self.inline(element)

    def insert_nested(self, element: Element) -> None:
        collecting, self.collecting = self.collecting, False
        self.insert(element)
        self.collecting = collecting

    def scroll(self, table: Element, parent: Element) -> None:
        """Wrap a table so that on a narrow screen it scrolls alone, by keyboard too."""
        wrapper = Element(
            "div",
            {"class": "table-scroll", "tabindex": "0", "role": "region", "aria-label": "Table"},
        )
        parent[list(parent).index(table)] = wrapper
        wrapper.append(table)
        wrapper.tail, table.tail = table.tail, None

    # Ids

    def accept(self, anchor: str) -> str:
        """The author's id if it can be used, else an empty string and a fault."""
        kind, _, key = anchor.partition("-")
        page = {
            "source": self.library.sources,
            "term": self.library.terms,
            "person": self.library.people,
            "figure": self.library.figures,
        }
        message = ""
        if not _ID.fullmatch(anchor):
            message = BAD_ID
        elif _OURS.fullmatch(anchor) or key in page.get(kind, ()):
            message = TAKEN_ID
        elif anchor in self.used_ids:
            message = REPEATED_ID
        if message:
            self.fault(message, anchor, anchor=anchor)
            return ""
        self.used_ids.add(anchor)
        return anchor

    def unused(self, slug: str) -> str:
        anchor, number = slug, 1
        # An id that an author gave further down must not be taken by a title up here.
        taken = self.used_ids | set(self.places.anchors.values())
        while anchor in taken or _OURS.fullmatch(anchor):
            number += 1
            anchor = f"{slug}-{number}"
        self.used_ids.add(anchor)
        return anchor

    # Inline

    def inline(self, block: Element) -> None:
        """Resolve every mark inside a block and look for syntax that was left unread."""
        for element in list(block.iter()):
            self.start = self.places.starts.get(element, self.start)
            self.leftovers(element)
            mark, text = element.get("data-mark"), element.get("data-text") or ""
            if element.tag == "a" and not element.get("class"):
                self.links.append((element, self.start))
            if mark is None:
                continue
            del element.attrib["data-mark"], element.attrib["data-text"]
            if mark == "cite":
                self.cite(element, text)
            elif mark == "term":
                self.term(element, text)
            elif mark == "note":
                self.note(element, text, block)
            else:
                self.fault(PICTURE if mark == "picture" else RAW_HTML, text[:20], text=text)
                self.broken(element, text)

    def leftovers(self, element: Element) -> None:
        text = element.text or ""
        if element.tag in ("code", "pre") or element.get("class") == "broken":
            text = ""
        elif opening := _LEFT_AT_START.match(text):
            sign = opening.group().replace("~~~", "```")
            if element.tag in ("p", "li", "dd"):
                self.fault(LEFTOVERS[sign], opening.group())
        for run in (text, element.tail or ""):
            for sign in _LEFT.findall(run):
                self.fault(LEFTOVERS[sign], sign)

    def broken(self, element: Element, text: str) -> None:
        element.tag = "span"
        element.attrib.clear()
        element.set("class", "broken")
        element.text = AtomicString(text)

    def cite(self, element: Element, text: str) -> None:
        element.set("class", "cites")
        element.text = "("
        for part in text[1:-1].split(";"):
            child = SubElement(element, "a")
            child.tail = "; "
            found = _KEY.fullmatch(part.strip())
            key = found.group(1) if found else ""
            locator = " ".join((found.group(2) or "").split()) if found else ""
            if key in self.library.sources:
                label = self.library.sources[key]
                child.set("class", "cite")
                child.set("href", f"#source-{key}")
                child.text = AtomicString(f"{label}, {locator}" if locator else label)
                self.references.append((child, "source", key, locator))
            else:
                if found:
                    self.fault(UNKNOWN_SOURCE, f"@{key}", key=key)
                else:
                    self.fault(NO_KEY, text, text=text)
                self.broken(child, part.strip())
        element[-1].tail = ")"

    def term(self, element: Element, text: str) -> None:
        key, _, words = (half.strip() for half in text[2:-2].partition("|"))
        if key.startswith("person:"):
            self.person(element, key.removeprefix("person:").strip(), words)
            return
        if key not in self.library.terms:
            self.fault(UNKNOWN_TERM, f"[[{key}", key=key)
            self.broken(element, words or key)
            return
        element.tag = "a"
        element.set("class", "term")
        element.set("href", f"#term-{key}")
        element.text = AtomicString(words or in_running_text(self.library.terms[key]))
        self.references.append((element, "term", key, ""))

    def person(self, element: Element, key: str, words: str) -> None:
        if key not in self.library.people:
            self.fault(UNKNOWN_PERSON, key, key=key)
            self.broken(element, words or key)
            return
        element.tag = "a"
        element.set("class", "term")
        element.set("href", f"#person-{key}")
        element.text = AtomicString(words or self.library.people[key])
        self.references.append((element, "person", key, ""))

    def note(self, element: Element, text: str, block: Element) -> None:
        name = text[2:-1]
        body = self.notes.get(name)
        if body is None or block.tag == "small":
            message = NESTED_NOTE if body is not None else UNKNOWN_NOTE
            self.fault(message, text, name=name, text=text)
            self.broken(element, text)
            return
        first = name not in self.note_numbers
        number = self.note_numbers.setdefault(name, len(self.note_numbers) + 1)
        element.set("class", "note")  # holds the reference and, the first time, the note
        reference = SubElement(element, "a")
        reference.attrib.update(
            {
                "class": "sidenote-ref",
                "href": f"#{self.prefix}sidenote-{number}",
                "aria-label": f"Note {number}",
            }
        )
        SubElement(reference, "sup").text = str(number)
        if not first:
            return
        reference.set("id", f"{self.prefix}sidenote-ref-{number}")
        here = self.start
        self.start = self.places.starts[body]
        self.inline(body)
        self.start = here
        body.attrib.update({"class": "sidenote", "id": f"{self.prefix}sidenote-{number}"})
        label = Element("span", {"class": "sidenote-number"})
        label.text, label.tail = str(number), f" {body.text or ''}"
        body.text, body.tail = None, None
        body.insert(0, label)
        element.append(body)

    def resolve_links(self) -> None:
        for element, start in self.links:
            self.start = start
            href = html.unescape(element.get("href") or "")
            element.attrib.pop("title", None)
            if href.startswith("#") and href[1:] in self.used_ids:
                element.set("href", f"#{self.prefix}{href[1:]}")
            elif _ADDRESS.fullmatch(href):
                element.set("href", href)
                if not href.startswith("/"):
                    element.set("rel", "noopener")
            else:
                snippet = href or "]("
                if href.startswith("#"):
                    self.fault(LOST_LINK, snippet, anchor=href[1:])
                else:
                    self.fault(BAD_LINK, snippet, href=href)
                element.tag = "span"
                element.attrib.clear()
                element.set("class", "broken")

    # Results

    def plain(self, element: Element, *, figures: bool = True) -> str:
        """What the element says: white space made single, notes in, link marks out."""
        return " ".join("".join(self._pieces(element, figures)).split())

    def _pieces(self, element: Element, figures: bool) -> list[str]:
        if element.get("class") in ("sidenote-ref", "sidenote-number"):
            return []
        insert = element.get("id") or ""
        if insert.startswith("part:"):
            kind, key = self.inserts[int(insert.removeprefix("part:"))]
            if kind == "checkpoint" or not figures:
                return [" "]
            return [" ", html.unescape(_TAG.sub(" ", self.library.figures[key])), " "]
        apart = " " if element.tag in _APART else ""
        # The serialiser leaves an author's entities alone, so readers see them resolved.
        pieces = [apart, html.unescape(element.text or "")]
        for child in element:
            pieces += self._pieces(child, figures)
            pieces.append(html.unescape(child.tail or ""))
        return [*pieces, apart]

    def passage(self, one: "_Open") -> Passage:
        text = " ".join(filter(None, (self.plain(element) for element in one.elements)))
        inside = {inner for element in one.elements for inner in element.iter()}
        found = [reference for reference in self.references if reference[0] in inside]
        return Passage(
            one.anchor,
            text,
            sha256(text.encode()).hexdigest()[:16],
            sources=tuple((key, locator) for _, kind, key, locator in found if kind == "source"),
            terms=tuple(dict.fromkeys(key for _, kind, key, _ in found if kind == "term")),
            people=tuple(dict.fromkeys(key for _, kind, key, _ in found if kind == "person")),
            callout=one.callout,
            callout_title=one.callout_title,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            prose=" ".join(
                filter(None, (self.plain(element, figures=False) for element in one.elements))
            ),
        )

    def mentioned(self, kind: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for _, of, key, _ in self.references if of == kind))


def in_running_text(title: str) -> str:
    """A term's title as it stands within a sentence: "Self-help" as "self-help".

    A title with a capital anywhere else is a name ("CSTO", "Warsaw Pact") and stays. A name of one
    ordinary word, or a term that opens a sentence, is for the author: [[key|Words]].
    """
    return title[:1].lower() + title[1:] if title[1:] == title[1:].lower() else title


def _slug(title: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", ascii_only))
    return slug if slug[:1].isalpha() else f"section-{slug}".rstrip("-")


def _without_code(source: str) -> str:
    """The source with code blanked out, each character still at its offset."""
    lines = source.split("\n")
    prose = {index for index, _, code in outside_code(lines) if code is None}
    rows = [line if index in prose else " " * len(line) for index, line in enumerate(lines)]
    return re.sub(
        r"(`+)[^`]+\1", lambda found: re.sub(r"[^\n]", " ", found.group()), "\n".join(rows)
    )
