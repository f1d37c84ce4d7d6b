"""Files in the order in which a plain `loaddata` can take them: each after those it refers to."""

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from courses.content_io import checking
from courses.content_io.catalogue import Catalogue, Key, Part, Shelf
from courses.content_io.reading import Entry, read_file


def in_order(files: Sequence[Path], parts: Sequence[Part]) -> list[Path]:
    """The same files; as given where they refer to each other in a circle.

    Only references to one row count: `loaddata` itself waits with the many-to-many ones.
    """
    entries: dict[Path, list[Entry]] = {}
    home: dict[tuple[str, Key], Path] = {}
    for path in files:
        entries[path] = [found for found in read_file(path) if isinstance(found, Entry)]
        catalogue = Catalogue(parts)
        for _ in checking.shelve(entries[path], catalogue):
            pass  # faults are for `loaddata` to report
        home |= {(entry.label, entry.key): path for entry in entries[path] if entry.key}
    shelves = Catalogue(parts).shelves
    graph = {
        path: {
            home[reference] for entry in own for reference in _single(entry, shelves)
            if reference in home
        } - {path}
        for path, own in entries.items()
    }  # fmt: skip
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError:
        return list(files)


def _single(entry: Entry, shelves: dict[str, Shelf]) -> Iterable[tuple[str, Key]]:
    shelf = shelves.get(entry.label)
    if shelf is None:
        return
    for name, field in shelf.fields.items():
        if field.is_relation and not field.many_to_many and entry.values.get(name):
            yield shelf.target(name), entry.values[name]
