"""The shelves of the reference data, the people and the register of what is taught."""

from collections.abc import Iterator

from courses.content_io.catalogue import Catalogue, Key, Shelf, Values, by_title
from courses.content_io.reading import Complaint, Entry
from courses.content_io.texts import short_text
from courses.content_io.wording import no_such
from courses.models import (
    Base,
    Body,
    Claim,
    Event,
    Finding,
    Membership,
    Operation,
    Organisation,
    OutlineItem,
    Person,
    Quantity,
    State,
)
from courses.models.reference import wrong_end, wrong_times
from courses.rendering import Fault

OTHER_LESSON = "Outline item “{item}” belongs to lesson “{other}”, not to “{lesson}”."


def _by_name(key: Key, values: Values, catalogue: Catalogue) -> str:
    return f"“{values['name']}”"


def _in_order(entry: Entry, begins: str = "begins", ends: str = "ends") -> Iterator[Fault]:
    """Whether a time ends after it begins."""
    if {begins, ends} <= entry.values.keys():
        wrong = wrong_times(entry.values[begins], entry.values[ends], field=ends)
        yield from (Fault(field, sentence) for field, sentence in wrong.items())


def _sourced(entry: Entry, catalogue: Catalogue) -> Iterator[Fault]:
    yield from short_text(entry, catalogue, "note")
    if "begins" in entry.values:
        yield from _in_order(entry)


def _summed_up(entry: Entry, catalogue: Catalogue) -> Iterator[Fault]:
    yield from short_text(entry, catalogue, "summary")
    yield from _sourced(entry, catalogue)


def _event(entry: Entry, catalogue: Catalogue) -> Iterator[Fault]:
    yield from _summed_up(entry, catalogue)
    yield from _in_order(entry, "date", "until")


def _membership(entry: Entry, catalogue: Catalogue) -> Iterator[Fault]:
    yield from _sourced(entry, catalogue)
    wrong = wrong_end(entry.values.get("ends", ""), entry.values.get("how_ended", ""))
    yield from (Fault(field, sentence) for field, sentence in wrong.items())


def _person(entry: Entry, catalogue: Catalogue) -> Iterator[Fault]:
    return iter(short_text(entry, catalogue, "known_for"))


def _claim(entry: Entry, catalogue: Catalogue) -> Iterator[Fault]:
    lesson = entry.values.get("lesson")
    item = catalogue.get("courses.outlineitem", entry.values.get("item"))
    if item and lesson and item.get("lesson") != lesson:
        other = (item.get("lesson") or ("",))[0]
        sentence = OTHER_LESSON.format(item=entry.values["item"][0], other=other, lesson=lesson[0])
        yield Fault("item", sentence)


def _claims(catalogue: Catalogue) -> Iterator[Complaint]:
    """Claims whose paragraph is not there. Only now have all lessons been read."""
    for entry in catalogue.entries.get("courses.claim", {}).values():
        lesson = entry.values.get("lesson")
        paragraph = entry.values.get("paragraph")
        if not lesson or paragraph is None or lesson[0] not in catalogue.paragraphs:
            continue
        known = catalogue.paragraphs[lesson[0]]
        if paragraph not in known:
            sentence = no_such("paragraph", paragraph, known)
            yield entry.complaint(Fault("paragraph", sentence))


SHELVES: tuple[Shelf, ...] = (
    Shelf(Finding, "finding", "findings", call=by_title),
    Shelf(OutlineItem, "outline item", "outline items"),
    Shelf(Claim, "claim", "claims", check=_claim, check_all=_claims),
    Shelf(State, "state", "states", call=_by_name),
    Shelf(Organisation, "organisation", "organisations", call=_by_name, check=_summed_up),
    Shelf(Membership, "membership", "memberships", check=_membership),
    Shelf(Event, "event", "events", call=by_title, check=_event),
    Shelf(Body, "body", "bodies", call=_by_name, check=_sourced),
    Shelf(Operation, "operation", "operations", call=_by_name, check=_sourced),
    Shelf(Base, "base", "bases", call=_by_name, check=_sourced),
    Shelf(Quantity, "quantity", "quantities", check=_sourced),
)
PEOPLE = Shelf(Person, "person", "people", call=_by_name, check=_person)
