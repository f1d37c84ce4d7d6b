"""Content files as entries that know the file and line of everything in them.

The files are plain Django fixtures in YAML. They are read by a safe loader: no tag can make it run
anything, and references inside a file (`&name`, `*name`) are refused, since a few lines of them
unfold to gigabytes.
"""

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from courses.content_io.watching import Watch, unwatched
from courses.rendering import Fault

try:
    from yaml import CSafeLoader as SafeLoader  # some eight times as fast
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader  # type: ignore[assignment]

NO_FILES = "There is no YAML file in this folder. Name a file, or a folder that has some."
NO_PATH = "There is no such file or folder."
UNREADABLE = "This file cannot be read ({reason})."
NOT_TEXT = "This file is not text in UTF-8. Save it in that encoding."
BAD_YAML = "This is not YAML: {reason}. Look for a colon, quote or indent around here."
NOT_A_LIST = "A content file is a list of entries. Begin each with “- model:”."
NOT_AN_ENTRY = "An entry has “model” and “fields” and nothing else."
WITH_PK = "Entries are known by their keys. Take “pk” out."
ALIAS = "References inside a file (&name, *name) are not used in content. Write the value out."
TWICE = "“{name}” is given twice here. Keep one."
BAD_VALUE = "This value cannot be read: {reason}."

_STEP = re.compile(r"[^.\[\]]+|\[\d+\]")


@dataclass(frozen=True)
class Complaint:
    """One thing to mend in the files, said so that its author finds the place."""

    file: str
    line: int
    key: str
    field: str
    sentence: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return "  ".join(part for part in (place, self.key, self.about) if part)

    @property
    def about(self) -> str:
        return f"{self.field}: {self.sentence}" if self.field else self.sentence


@dataclass
class Entry:
    """One row that a file describes.

    `raw` is what stands there. `key` and `values` are filled in by checking: the natural key, and
    the fields in the shape that `stored.Rows` has too, so that the two can be compared.
    """

    label: str  # "courses.lesson"
    file: str
    line: int
    raw: dict[str, Any]
    node: yaml.MappingNode
    key: tuple[Any, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How complaints call it."""
        return " ".join(str(part) for part in self.key) or self.label

    def line_of(self, path: str, within: int | None = None) -> int:
        """The line of the file where a field, or a path such as "spec.options[2].text", stands.

        `within` counts lines of a block of text from 1. What is not there stands where its
        nearest surroundings begin.
        """
        here: yaml.Node = self.node
        line = self.line
        for step in _STEP.findall(path):
            found = _inside(here, step)
            if found is None:
                break
            name, here = found
            line = name.start_mark.line + 1
        if within and isinstance(here, yaml.ScalarNode):
            # The text of a block begins on the line after its “|”.
            block = here.style in ("|", ">")
            line = here.start_mark.line + within + (1 if block else 0)
        return line

    def complaint(self, fault: Fault) -> Complaint:
        return Complaint(
            self.file,
            self.line_of(fault.field, fault.line),
            self.name,
            fault.field,
            fault.message,
        )


def _inside(node: yaml.Node, step: str) -> tuple[yaml.Node, yaml.Node] | None:
    """The node that names a part of `node`, and that part."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if isinstance(name, yaml.ScalarNode) and name.value == step:
                return name, value
    if isinstance(node, yaml.SequenceNode) and step.startswith("["):
        at = int(step[1:-1])
        if at < len(node.value):
            return node.value[at], node.value[at]
    return None


def files_in(paths: Iterable[Path]) -> tuple[list[Path], list[Complaint]]:
    """Every YAML file that these files and folders hold, once each, in order of name."""
    found: list[Path] = []
    complaints = []
    for path in paths:
        if path.is_dir():
            inside = sorted(path.rglob("*.yaml"))
            if not inside:
                complaints.append(Complaint(shown(path), 0, "", "", NO_FILES))
            found += inside
        elif path.exists():
            found.append(path)
        else:
            complaints.append(Complaint(shown(path), 0, "", "", NO_PATH))
    return list({path.resolve(): path for path in found}.values()), complaints


def read(paths: Iterable[Path], *, watch: Watch = unwatched) -> tuple[list[Entry], list[Complaint]]:
    """All entries of these files and folders, and what keeps some of them from being read."""
    files, complaints = files_in(paths)
    entries: list[Entry] = []
    for path in watch(files, "reading"):
        for found in read_file(path):
            if isinstance(found, Entry):
                entries.append(found)
            else:
                complaints.append(found)
    return entries, complaints


def read_file(path: Path) -> Iterator[Entry | Complaint]:
    """The entries of one file and the complaints about it, in the file's order."""
    name = shown(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        yield Complaint(name, 1, "", "", NOT_TEXT)
        return
    except OSError as error:
        yield Complaint(name, 0, "", "", UNREADABLE.format(reason=error.strerror))
        return
    loader = SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return
        found = list(_repeats(root, name))
        if found:
            yield from found
            return
        if not isinstance(root, yaml.SequenceNode):
            yield Complaint(name, root.start_mark.line + 1, "", "", NOT_A_LIST)
            return
        for node in root.value:
            yield _entry(loader, node, name)
    except RecursionError:
        yield Complaint(name, 1, "", "", BAD_YAML.format(reason="it is nested too deeply"))
    except yaml.YAMLError as error:
        yield _not_yaml(error, name)
    finally:
        loader.dispose()


def _not_yaml(error: yaml.YAMLError, file: str) -> Complaint:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return Complaint(file, mark.line + 1 if mark else 1, "", "", BAD_YAML.format(reason=reason))


def _repeats(root: yaml.Node, file: str) -> Iterator[Complaint]:
    """Names given twice in one mapping, which YAML readers pass over, and references."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            yield Complaint(file, node.start_mark.line + 1, "", "", ALIAS)
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            names: set[Hashable] = set()
            for name, value in node.value:
                written = name.value if isinstance(name, yaml.ScalarNode) else id(name)
                if written in names:
                    sentence = TWICE.format(name=written)
                    yield Complaint(file, name.start_mark.line + 1, "", "", sentence)
                names.add(written)
                waiting.append(value)
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value


def _entry(loader: Any, node: yaml.Node, file: str) -> Entry | Complaint:
    line = node.start_mark.line + 1
    parts = dict(_named(node))
    model, fields = parts.get("model"), parts.get("fields")
    if "pk" in parts:
        return Complaint(file, line, "", "pk", WITH_PK)
    if (
        set(parts) != {"model", "fields"}
        or not isinstance(model, yaml.ScalarNode)
        or not isinstance(fields, yaml.MappingNode)
    ):
        return Complaint(file, line, "", "", NOT_AN_ENTRY)
    try:
        raw = loader.construct_document(fields)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2011-02-30
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error)
        place = mark.line + 1 if mark else line
        return Complaint(file, place, "", "", BAD_VALUE.format(reason=reason))
    return Entry(str(model.value).lower(), file, line, raw, fields)


def _named(node: yaml.Node) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield str(name.value), value


def shown(path: Path) -> str:
    """A path as people write it: from where they stand, if it is below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
