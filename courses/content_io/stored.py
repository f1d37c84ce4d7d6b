"""The site's rows in the shape of entries: one query a model and one a many-to-many field."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from courses import rendering
from courses.content_io.catalogue import Key, Shelf, Stored
from courses.models import Lesson, Paragraph


def read(shelves: Iterable[Shelf]) -> dict[str, dict[Key, Stored]]:
    """Every row of these shelves, by label and natural key. Each shelf after those it names."""
    keys: dict[str, dict[int, Key]] = {}
    found: dict[str, dict[Key, Stored]] = {}
    for shelf in shelves:
        plain = [each for each in shelf.fields.values() if not each.many_to_many]
        rows: dict[int, dict[str, Any]] = {
            pk: dict(zip((each.name for each in plain), values, strict=True))
            for pk, *values in shelf.model._default_manager.order_by().values_list(
                "pk", *(each.attname for each in plain)
            )
        }
        references = [each.name for each in plain if each.is_relation]
        for name in sorted(references, key=lambda name: shelf.target(name) == shelf.label):
            if shelf.target(name) == shelf.label:  # known only when its own keys are
                keys[shelf.label] = {pk: shelf.key_of(values) for pk, values in rows.items()}
            for values in rows.values():
                values[name] = keys[shelf.target(name)].get(values[name])
        keys[shelf.label] = {pk: shelf.key_of(values) for pk, values in rows.items()}
        for each in shelf.fields.values():
            if each.many_to_many:
                many = _many(shelf, each.name, keys[shelf.target(each.name)])
                for pk, values in rows.items():
                    values[each.name] = tuple(sorted(many.get(pk, ())))
        found[shelf.label] = {
            keys[shelf.label][pk]: Stored(pk, values) for pk, values in rows.items()
        }
    return found


def _many(shelf: Shelf, name: str, keys: dict[int, Key]) -> dict[int, list[Key]]:
    """The natural keys that each row's many-to-many field names, by the row's primary key."""
    through, here, there = shelf.links(name)
    found: dict[int, list[Key]] = defaultdict(list)
    for row, other in through._default_manager.order_by().values_list(here, there):
        found[row].append(keys[other])
    return found


def lessons() -> dict[Key, dict[str, str]]:
    """Each lesson's paragraphs {id: digest} as rendered now, by natural key; two queries."""
    current = Lesson.objects.filter(render_version=rendering.RENDER_VERSION)
    found: dict[Key, dict[str, str]] = {
        (key,): {} for key in current.values_list("activity__key", flat=True)
    }
    rows = Paragraph.objects.order_by("position")
    for key, anchor, digest in rows.values_list("lesson__activity__key", "anchor", "digest"):
        if (key,) in found:
            found[key,][anchor] = digest
    return found
