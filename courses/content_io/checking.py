"""Everything that can be wrong with content files, found before anything is changed.

First each entry by itself: its model, its fields, its key. Then all together: references, and what
each shelf has to say about its rows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from courses.content_io import fields, stored
from courses.content_io.catalogue import Catalogue, Part, Shelf
from courses.content_io.reading import Complaint, Entry
from courses.content_io.watching import Watch, unwatched
from courses.content_io.wording import meant, no_such
from courses.rendering import Fault

UNKNOWN_MODEL = "“{label}” is not a model of content files. {mend}"

# The renderer's sentences about what a text refers to, but which nothing has.
_NO_SUCH = re.compile(r"No (source|term|person|checkpoint|figure) has the key “(.+)”\.")


def examine(
    entries: Iterable[Entry],
    parts: Sequence[Part],
    *,
    unread: Sequence[Complaint] = (),
    with_site: bool = True,
    watch: Watch = unwatched,
) -> tuple[Catalogue, list[Complaint]]:
    """The entries in order beside the site's rows, and every complaint about them.

    `unread` is what kept entries from being read. Where one is lost, so or for want of a model or
    a key, nothing is said about references: half of the complaints would be false.

    Without `with_site` the files have to stand alone, and no database is asked. Texts that are on
    the site already, and whose references are all there, are not rendered again.
    """
    catalogue = Catalogue(parts)
    if with_site:
        catalogue.stored = stored.read(catalogue.shelves.values())
        catalogue.stored_lessons = stored.lessons()
        # Those that no file mentions; the others are put right while they are checked.
        catalogue.paragraphs = {key[0]: seen for key, seen in catalogue.stored_lessons.items()}
    entries = list(entries)
    complaints = [*unread, *shelve(entries, catalogue)]
    if unread or not all(entry.key for entry in entries):
        return catalogue, complaints
    known = {label: set(catalogue.keys(label)) for label in catalogue.shelves}
    ordered = [
        (shelf, entry)
        for label, shelf in catalogue.shelves.items()
        for entry in catalogue.entries.get(label, {}).values()
    ]
    for shelf, entry in watch(ordered, "checking"):
        faults = [*_references(entry, shelf, catalogue, known), *shelf.check(entry, catalogue)]
        complaints += [entry.complaint(better(fault, catalogue)) for fault in faults]
    for shelf in catalogue.shelves.values():
        complaints += shelf.check_all(catalogue)
    complaints.sort(key=lambda complaint: (complaint.file, complaint.line))
    return catalogue, complaints


def shelve(entries: Iterable[Entry], catalogue: Catalogue) -> Iterator[Complaint]:
    """Read each entry's fields and put it on its shelf."""
    for entry in entries:
        shelf = catalogue.shelves.get(entry.label)
        if shelf is None:
            labels = list(catalogue.shelves)
            mend = meant(entry.label, labels) or f"Known here: {', '.join(labels)}."
            sentence = UNKNOWN_MODEL.format(label=entry.label, mend=mend)
            yield Complaint(entry.file, entry.line, "", "model", sentence)
            continue
        faults = list(_fields(entry, shelf))
        yield from (entry.complaint(fault) for fault in faults)
        if not entry.key:
            continue
        shelved = catalogue.entries.setdefault(entry.label, {})
        other = shelved.setdefault(entry.key, entry)
        if other is not entry:
            sentence = shelf.taken.format(place=f"{other.file}:{other.line}")
            yield entry.complaint(Fault(shelf.key[-1], sentence))


def _fields(entry: Entry, shelf: Shelf) -> Iterator[Fault]:
    for name in entry.raw:
        if name not in shelf.fields:
            yield Fault(str(name), fields.unknown(str(name), list(shelf.fields)))
    faults = []
    for name, field in shelf.fields.items():
        try:
            if name in entry.raw:
                entry.values[name] = fields.value_of(field, entry.raw[name])
            else:
                entry.values[name] = fields.default_of(field)
        except fields.WrongError as wrong:
            faults.append(Fault(name, str(wrong)))
    try:
        entry.key = shelf.key_of(entry.values)
    except KeyError:  # the fault is among the others
        entry.key = ()
    yield from faults


def _references(
    entry: Entry, shelf: Shelf, catalogue: Catalogue, known: dict[str, set[str]]
) -> Iterator[Fault]:
    for name, field in shelf.fields.items():
        value = entry.values.get(name)
        if not field.is_relation or not value:
            continue
        label = shelf.target(name)
        for at, key in enumerate(value if field.many_to_many else [value]):
            if key[0] not in known[label]:
                path = f"{name}[{at}]" if field.many_to_many else name
                what = catalogue.shelves[label].name
                yield Fault(path, no_such(what, key[0], known[label]))


def better(fault: Fault, catalogue: Catalogue) -> Fault:
    """A fault about a broken reference in a text, with what was probably meant."""
    found = _NO_SUCH.match(fault.message)
    if not found:
        return fault
    what, key = found.groups()
    if what == "checkpoint" and key in catalogue.checkpoints:
        return Fault(fault.field, catalogue.checkpoints[key], fault.line)
    known = {
        "source": catalogue.library.sources,
        "term": catalogue.library.terms,
        "person": catalogue.library.people,
        "checkpoint": catalogue.library.questions,
        "figure": catalogue.library.figures,
    }[what]
    return Fault(fault.field, no_such(what, key, known), fault.line)
