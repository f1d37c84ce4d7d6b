"""Makes the site as the files say, all or nothing."""

from collections.abc import Callable, Sequence
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any

from django.db import models, transaction

from courses.content_io import stored
from courses.content_io.catalogue import Change, Key, Part, Plan, Shelf
from courses.content_io.watching import Watch, unwatched
from courses.refusals import Refused

FAR_AWAY = 10_000
REASON = "loaded from content files"  # kept with each row's history
MEANWHILE = (
    "Somebody changed content on the site while you were looking at the list, so nothing was"
    " loaded. Run the command again and look at the new list."
)


def apply(
    plan: Plan,
    parts: Sequence[Part],
    *,
    now: datetime,
    watch: Watch = unwatched,
    ask: Callable[[], object] | None = None,
) -> list[str]:
    """Save what the plan says and render what follows from it, in one transaction.

    Gives sentences about what followed. Refused if the site is no longer as the plan found it;
    `ask` is called before anything is changed, and may raise too.
    """
    with transaction.atomic():
        catalogue = plan.catalogue
        if stored.read(catalogue.shelves.values()) != catalogue.stored:
            raise Refused(MEANWHILE)
        if ask is not None:
            ask()
        pks = {
            label: {key: row.pk for key, row in rows.items()}
            for label, rows in catalogue.stored.items()
        }
        for shelf in catalogue.shelves.values():
            gone = [pks[shelf.label][key] for other, key in plan.removed if other is shelf]
            if gone:  # first, for others may take their places
                shelf.model._default_manager.filter(pk__in=gone).delete()
            changes = in_order([change for change in plan.changes if change.shelf is shelf])
            if changes:
                _make_room(shelf, changes)
                _save(shelf, changes, pks, watch)
        return [said for part in parts for said in part.derive(plan, now, watch)]


def in_order(changes: list[Change]) -> list[Change]:
    """Rows that others of the same model refer to come first. There are no circles: checked."""
    if not changes:
        return []
    shelf = changes[0].shelf
    own = [
        name
        for name, field in shelf.fields.items()
        if field.is_relation and not field.many_to_many and shelf.target(name) == shelf.label
    ]
    by_key = {change.key: change for change in changes}
    graph = {
        key: [change.entry.values[name] for name in own if change.entry.values[name] in by_key]
        for key, change in by_key.items()
    }
    return [by_key[key] for key in TopologicalSorter(graph).static_order()]


def _make_room(shelf: Shelf, changes: list[Change]) -> None:
    """Move rows out of the way whose positions change, where no two may share one.

    Saved one by one, two that change places would stand on the same one for a moment.
    """
    if not any("position" in fields and "position" not in shelf.key for fields in _unique(shelf)):
        return
    moving = [each.old.pk for each in changes if each.old and "position" in each.fields]
    rows = shelf.model._default_manager.filter(pk__in=moving)
    rows.update(position=models.F("position") + FAR_AWAY)


def _unique(shelf: Shelf) -> list[Sequence[str]]:
    return [
        each.fields
        for each in shelf.model._meta.constraints
        if isinstance(each, models.UniqueConstraint)
    ]


def _save(
    shelf: Shelf, changes: list[Change], pks: dict[str, dict[Key, int]], watch: Watch
) -> None:
    many = {name for name, field in shelf.fields.items() if field.many_to_many}
    own = pks.setdefault(shelf.label, {})
    rows = shelf.model._default_manager.in_bulk([each.old.pk for each in changes if each.old])
    pairs: dict[str, list[tuple[int, int]]] = {name: [] for name in many}
    saved: list[tuple[Change, Any]] = []
    for change in watch(changes, f"saving {shelf.names}"):
        row: Any = rows[change.old.pk] if change.old else shelf.model()
        for name in change.fields:
            value = change.entry.values[name]
            if name in many:
                continue
            if shelf.fields[name].is_relation:
                target = pks[shelf.target(name)]
                setattr(row, f"{name}_id", None if value is None else target[value])
            else:
                setattr(row, name, value)
        row._change_reason = REASON
        row.save()
        own[change.key] = row.pk
        saved.append((change, row))
    # Only now are all rows there that rows of the same model may name.
    for change, row in saved:
        for name in many.intersection(change.fields):
            targets = [pks[shelf.target(name)][key] for key in change.entry.values[name]]
            if change.old:
                getattr(row, name).set(targets)
            else:
                pairs[name] += [(row.pk, target) for target in targets]
    for name, new in pairs.items():
        through, here, there = shelf.links(name)
        through._default_manager.bulk_create(
            through(**{here: row, there: target}) for row, target in new
        )
