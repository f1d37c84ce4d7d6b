"""What loading will change, in the subject's words."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models

from courses.content_io.catalogue import Catalogue, Change, Plan
from courses.content_io.wording import count, listed

NOTHING = "Nothing to change: the site has everything as it is in the files."


def compare(catalogue: Catalogue) -> Plan:
    """The differences between the files and the site."""
    changes = []
    removed = []
    for label, shelf in catalogue.shelves.items():
        stored = catalogue.stored.get(label, {})
        for key, entry in catalogue.entries.get(label, {}).items():
            old = stored.get(key)
            fields = tuple(
                name
                for name, value in entry.values.items()
                if old is None or old.values[name] != value
            )
            if fields:
                changes.append(Change(shelf, entry, old, fields))
        removed += [
            (shelf, key) for key, row in catalogue.rest(label) if catalogue.goes(label, row)
        ]
    return Plan(catalogue, tuple(changes), tuple(removed))


def tell(plan: Plan) -> Iterator[str]:
    """The lines of the plan: what is new, what changes and how, what stays."""
    catalogue = plan.catalogue
    unchanged, left = [], []
    for label, shelf in catalogue.shelves.items():
        changes = [change for change in plan.changes if change.shelf is shelf]
        new = [change for change in changes if change.old is None]
        old = [change for change in changes if change.old is not None]
        if new:
            names = [shelf.call(change.key, change.entry.values, catalogue) for change in new]
            if len(new) == 1:
                yield f"new {shelf.name} {names[0]}"
            elif shelf.part_of:
                yield f"{len(new)} new {shelf.names}"
            else:
                yield f"{len(new)} new {shelf.names}: {listed(names)}"
        phrases = (shelf.words or by_field)(old, catalogue)
        for change, said in zip(old, phrases, strict=True):
            name = shelf.call(change.key, change.entry.values, catalogue)
            yield f"{shelf.name} {name}: {'; '.join(said)}"
        for other, key in plan.removed:
            if other is shelf:
                row = catalogue.stored[label][key]
                yield f"{shelf.name} {shelf.call(key, row.values, catalogue)}: removed"
        entries = catalogue.entries.get(label, {})
        removed = sum(other is shelf for other, _ in plan.removed)
        if same := len(entries) - len(changes):
            unchanged.append(count(same, shelf.name, shelf.names))
        rest = catalogue.stored.get(label, {}).keys() - entries.keys()
        if len(rest) > removed:
            left.append(count(len(rest) - removed, shelf.name, shelf.names))
    if unchanged:
        yield f"unchanged: {', '.join(unchanged)}"
    if left:
        yield f"not in these files, so left alone: {', '.join(left)}"


def by_field(changes: Sequence[Change], catalogue: Catalogue) -> list[list[str]]:
    """For each change, what became of each of its fields."""
    return [[field_words(change, name) for name in change.fields] for change in changes]


def field_words(change: Change, name: str) -> str:
    field = change.shelf.fields[name]
    old, new = change.was(name), change.entry.values[name]
    said = name.replace("_", " ")
    if field.many_to_many:
        added = [key[0] for key in new if key not in old]
        dropped = [key[0] for key in old if key not in new]
        moves = [
            f"{verb} {', '.join(keys)}" for verb, keys in (("added", added), ("dropped", dropped))
            if keys
        ]  # fmt: skip
        return f"{said}: {', '.join(moves)}"
    if isinstance(field, models.TextField | models.JSONField):
        return f"{said} changed"
    return f"{said}: {_shown(old)} → {_shown(new)}"


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return str(value[0])
    return f"“{value}”" if isinstance(value, str) else str(value)
