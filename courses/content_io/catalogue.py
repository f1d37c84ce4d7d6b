"""What the files and the site hold, side by side, in one shape.

A *shelf* says how one model stands in the files. A *part* is what an app brings: its shelves, and
what is derived from their rows. The bank's part is in `quizzes.content`, since this app knows
nothing of questions.

Values have one shape on both sides: a reference is the natural key of its row (a tuple) or None,
many references are a sorted tuple of natural keys, anything else is what the model's field holds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import models
from django.urls import reverse

from courses import charts, reference
from courses.charts.facts import Facts, gather
from courses.content_io.reading import Complaint, Entry
from courses.content_io.watching import Watch
from courses.models import Course
from courses.rendering import Fault, Library, Passage

Key = tuple[Any, ...]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Stored:
    """A row as the site has it."""

    pk: int
    values: Values


@dataclass(frozen=True)
class Change:
    """An entry that differs from the site: in which fields, and from what (None: it is new)."""

    shelf: "Shelf"
    entry: Entry
    old: Stored | None
    fields: tuple[str, ...]

    @property
    def key(self) -> Key:
        return self.entry.key

    def was(self, name: str) -> Any:
        return self.old.values[name] if self.old else None


def no_faults(entry: Entry, catalogue: "Catalogue") -> Iterable[Fault]:
    return ()


def no_complaints(catalogue: "Catalogue") -> Iterable[Complaint]:
    return ()


def by_key(key: Key, values: Values, catalogue: "Catalogue") -> str:
    return f"“{' '.join(str(part) for part in key)}”"


def by_title(key: Key, values: Values, catalogue: "Catalogue") -> str:
    return f"“{values['title']}”"


@dataclass(frozen=True)
class Shelf:
    """How the rows of one model stand in the files, what is checked, and how people call them."""

    model: type[models.Model]
    name: str
    names: str
    key: tuple[str, ...] = ("key",)
    call: Callable[[Key, Values, "Catalogue"], str] = by_key
    # What to check of one entry, and of all together, when every field has the right shape.
    check: Callable[[Entry, "Catalogue"], Iterable[Fault]] = no_faults
    check_all: Callable[["Catalogue"], Iterable[Complaint]] = no_complaints
    # What changed, in words: phrases for each change. None: field by field.
    words: Callable[[Sequence[Change], "Catalogue"], list[list[str]]] | None = None
    # The field that names the row which these rows are a part of: where the files have that row,
    # it has the parts that they say and no others; other rows that no file has are left alone.
    part_of: str = ""
    # That two entries have one key, in words; `place` is where the other one stands.
    taken: str = "This key was used already, at {place}. Every key stands once."

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @cached_property
    def fields(self) -> dict[str, models.Field]:
        """The fields that files carry, by name: all that an editor can set."""
        return {
            each.name: each
            for each in (*self.model._meta.concrete_fields, *self.model._meta.many_to_many)
            if each.editable and not each.primary_key
        }

    def key_of(self, values: Values) -> Key:
        """The natural key in these values; KeyError if they lack a part of it."""
        parts: list[Any] = []
        for name in self.key:
            value = values[name]
            parts += value if isinstance(value, tuple) else [value]
        return tuple(parts)

    def links(self, name: str) -> tuple[Any, str, str]:
        """The table behind a many-to-many field, and its columns for this row and the other."""
        field: Any = self.fields[name]
        through = field.remote_field.through
        return through, f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"

    def target(self, name: str) -> str:
        """The label of the model that a field refers to, or ""."""
        related = self.fields[name].related_model
        return related._meta.label_lower if isinstance(related, type) else ""


@dataclass(frozen=True)
class Part:
    """What one app brings to the content files."""

    shelves: tuple[Shelf, ...]  # each after those it refers to
    # Renders what follows from the rows just saved; gives sentences to print.
    derive: Callable[["Plan", datetime, Watch], list[str]]
    # Which keys may stand as checkpoints in a lesson, and of others why not.
    checkpoints: Callable[["Catalogue"], Mapping[str, str]] = lambda catalogue: {}


@dataclass
class Catalogue:
    """The entries of the files and the rows of the site, by label and natural key."""

    parts: Sequence[Part]
    entries: dict[str, dict[Key, Entry]] = field(default_factory=dict)
    stored: dict[str, dict[Key, Stored]] = field(default_factory=dict)
    # Each lesson's paragraphs {id: digest} as the site rendered them.
    stored_lessons: dict[Key, dict[str, str]] = field(default_factory=dict)
    # By lesson's key, filled while lessons are checked: each paragraph's digest, and the words.
    paragraphs: dict[str, Mapping[str, str]] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    # The passages of the lessons that were rendered: all of them, without the site.
    passages: dict[str, Sequence[Passage]] = field(default_factory=dict)
    # What a part keeps here between its own steps.
    kept: dict["Part", Any] = field(default_factory=dict)

    @cached_property
    def shelves(self) -> dict[str, Shelf]:
        return {shelf.label: shelf for part in self.parts for shelf in part.shelves}

    def get(self, label: str, key: Key | None) -> Values | None:
        """A row as it will be: what a file says of it, else what the site has."""
        if key is None:
            return None
        entry = self.entries.get(label, {}).get(key)
        if entry is not None:
            return entry.values
        row = self.stored.get(label, {}).get(key)
        return row.values if row else None

    def rows(self, label: str) -> Iterator[tuple[Key, Values]]:
        """Every row as it will be."""
        for key, entry in self.entries.get(label, {}).items():
            yield key, entry.values
        for key, row in self.rest(label):
            if not self.goes(label, row):
                yield key, row.values

    def rest(self, label: str) -> Iterator[tuple[Key, Stored]]:
        """The site's rows that no file has."""
        entries = self.entries.get(label, {})
        for key, row in self.stored.get(label, {}).items():
            if key not in entries:
                yield key, row

    def goes(self, label: str, row: Stored) -> bool:
        """Whether one of these goes: what it was a part of stands in the files without it."""
        shelf = self.shelves[label]
        if not shelf.part_of:
            return False
        owner = row.values[shelf.part_of]
        return owner in self.entries.get(shelf.target(shelf.part_of), {}) or owner in (
            entry.values.get(shelf.part_of) for entry in self.entries.get(label, {}).values()
        )

    def keys(self, label: str) -> list[str]:
        """The keys of all rows, as a reference writes them."""
        return [" ".join(str(part) for part in key) for key, _ in self.rows(label)]

    def changed(self, entry: Entry) -> bool:
        row = self.stored.get(entry.label, {}).get(entry.key)
        return row is None or row.values != entry.values

    @cached_property
    def checkpoints(self) -> dict[str, str]:
        return {key: why for part in self.parts for key, why in part.checkpoints(self).items()}

    @cached_property
    def facts(self) -> Facts:
        """The reference data as it will be, for drawing; rows with faults are left out."""

        def rows(name: str) -> Iterator[Mapping[str, Any]]:
            shelf = self.shelves[f"courses.{name}"]
            for _, values in self.rows(shelf.label):
                if shelf.fields.keys() <= values.keys():
                    yield {field: _plain(value) for field, value in values.items()}

        modules = dict(self.rows("courses.module"))
        lessons = {
            key[0]: reverse("courses:lesson", args=[*modules[values["module"]]["course"], key[0]])
            for key, values in self.rows("courses.activity")
            if values.get("kind") == "lesson"
            and modules.get(values.get("module") or (), {}).get("course")
        }
        return gather(rows, lessons)

    @cached_property
    def library(self) -> Library:
        """What texts may refer to once the files are loaded."""
        return Library(
            sources={
                key[0]: values.get("label", "") for key, values in self.rows("courses.source")
            },
            terms={key[0]: values.get("title", "") for key, values in self.rows("courses.term")},
            people={key[0]: values.get("name", "") for key, values in self.rows("courses.person")},
            questions=frozenset(key for key, why in self.checkpoints.items() if not why),
            figures=Drawings(self),
        )

    @cached_property
    def moved(self) -> set[tuple[str, str]]:
        """Sources, terms, people and figures that are new or changed, as `mentions` calls them."""
        found = {
            (name, key[0])
            for name in ("source", "term", "person", "figure")
            for key, entry in self.entries.get(f"courses.{name}", {}).items()
            if self.changed(entry)
        }
        if any(
            self.changed(entry)
            for model in (*reference.MODELS, Course)
            for entry in self.entries.get(model._meta.label_lower, {}).values()
        ):
            found |= {
                ("figure", key[0])
                for key, values in self.rows("courses.figure")
                if charts.is_from_facts(values.get("kind", ""))
            }
        # A lesson's list of sources also says through which work one is known.
        through = {key for name, key in found if name == "source"}
        for key, values in self.rows("courses.source"):
            if (values.get("cited_through") or ("",))[0] in through:
                found.add(("source", key[0]))
        return found


def _plain(value: Any) -> Any:
    """A reference as the key that it names, many as a list of keys."""
    if isinstance(value, tuple):
        return [key[0] for key in value] if not value or isinstance(value[0], tuple) else value[0]
    return value


class Drawings(Mapping[str, str]):
    """Figures by key, each drawn when a text is rendered that shows it; unchanged texts are not."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.rows = {key[0]: values for key, values in catalogue.rows("courses.figure")}
        self.drawn: dict[str, str] = {}

    def __getitem__(self, key: str) -> str:
        if key not in self.drawn:
            self.drawn[key] = _drawn(key, self.rows[key], self.catalogue.facts)
        return self.drawn[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, key: object) -> bool:
        return key in self.rows


def _drawn(key: str, values: Values, facts: Facts) -> str:
    """The drawing, or nothing for a figure with faults, which its own check reports."""
    try:
        return charts.draw(
            values["kind"],
            values["spec"],
            key=key,
            title=values["title"],
            description=values["description"],
            facts=facts,
        )
    except (KeyError, ValueError):
        return ""


@dataclass(frozen=True)
class Plan:
    """What loading will do."""

    catalogue: Catalogue
    changes: tuple[Change, ...]
    removed: tuple[tuple[Shelf, Key], ...]

    @property
    def is_empty(self) -> bool:
        return not self.changes and not self.removed

    @property
    def touches_existing(self) -> bool:
        return bool(self.removed) or any(change.old for change in self.changes)

    def keys(self, label: str) -> set[Key]:
        """The keys of the new and changed rows of one model."""
        return {change.key for change in self.changes if change.shelf.label == label}
