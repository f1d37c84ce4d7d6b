"""Prose of a few paragraphs in an entry: rendered once, for its faults."""

from courses import rendering
from courses.content_io.catalogue import Catalogue
from courses.content_io.mentions import are_known, mentions
from courses.content_io.reading import Entry
from courses.rendering import Fault


def is_settled(entry: Entry, catalogue: Catalogue, *texts: str) -> bool:
    """Whether texts of an unchanged entry were rendered before and would give the same again."""
    return not catalogue.changed(entry) and all(
        are_known(text, catalogue.library) and catalogue.moved.isdisjoint(mentions(text))
        for text in texts
    )


def short_text(entry: Entry, catalogue: Catalogue, name: str) -> list[Fault]:
    """The faults of a field that holds prose of a few paragraphs."""
    text = entry.values.get(name, "")
    if is_settled(entry, catalogue, text):
        return []
    try:
        return rendering.render_short(text, catalogue.library, field=name)[1]
    except rendering.TooHard as refusal:
        return [Fault(name, str(refusal))]
