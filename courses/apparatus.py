"""What a lesson rests on: the sources it cites and the terms it uses, at an address of their own.

With these lists in it, a lesson's page would be half as long again, for readers of whom few look
anything up. So the page has links; a script fetches the lists once, when the reader asks for an
entry or comes to the end, and without scripts the links lead there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from courses.models import Lesson, Person, Source, Term

# Relative to the lesson's own address (see `courses:lesson_sources`).
PLACE = "sources/"
_LINK = re.compile(rf'href="{PLACE}#(source|term|person)-([\w-]+)"')


def lead_to_apparatus(html: str) -> str:
    """Point the links of a lesson's text to sources and terms at the lesson's own lists."""
    for kind in ("source", "term", "person"):
        html = html.replace(f'href="#{kind}-', f'href="{PLACE}#{kind}-')
    return html


@dataclass(frozen=True)
class Apparatus:
    sources: Sequence[Source]
    terms: Sequence[Term]
    people: Sequence[Person]


def apparatus(lesson: Lesson) -> Apparatus:
    """The entries that a lesson's page links to, in the order of the alphabet; three queries."""
    page = "".join(value for kind, value in lesson.parts if kind == "html") + lesson.foot_html
    keys: dict[str, set[str]] = {"source": set(), "term": set(), "person": set()}
    for kind, key in _LINK.findall(page):
        keys[kind].add(key)
    sources = Source.objects.filter(key__in=keys["source"]).select_related("cited_through")
    terms = Term.objects.filter(key__in=keys["term"])
    people = Person.objects.filter(key__in=keys["person"])
    return Apparatus(
        sources=sorted(sources, key=lambda source: source.label.casefold()),
        terms=sorted(terms, key=lambda term: term.title.casefold()),
        people=sorted(people, key=lambda person: person.surname.casefold()),
    )
