"""The reference data from the site's rows: as figures need it, and as its own pages show it."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import QuerySet

from courses import dates
from courses.addresses import address
from courses.charts.facts import Facts, Happening, Organisation, Spell, gather
from courses.charts.looking_up import overlaps
from courses.mentions import Place, mentions
from courses.models import (
    Activity,
    Body,
    Course,
    Event,
    Finding,
    Membership,
    Paragraph,
    Person,
    Quantity,
    State,
)
from courses.models import Organisation as OrganisationRow

MODELS = (Body, Event, Membership, OrganisationRow, Quantity, State)
"""What figures are drawn from: when a row of one changes, they are drawn anew."""


def facts() -> Facts:
    """All of it; a query for each model and for each of its lists."""
    models = {model._meta.model_name: model for model in (*MODELS, Course)}

    def rows(name: str) -> Iterable[Mapping[str, Any]]:
        model = models[name]
        one = [field.name for field in model._meta.concrete_fields if field.is_relation]
        many = [field.name for field in model._meta.many_to_many]
        for row in model._default_manager.select_related(*one).prefetch_related(*many):
            yield {
                **{field.name: getattr(row, field.name) for field in model._meta.concrete_fields},
                **{name: getattr(row, name) and getattr(row, name).key for name in one},
                **{name: [other.key for other in getattr(row, name).all()] for name in many},
            }

    lessons = Activity.objects.filter(kind=Activity.Kind.LESSON).select_related("module__course")
    return gather(rows, {lesson.key: lesson.get_absolute_url() for lesson in lessons})


# --- What the pages of reference data show ------------------------------------------------------


@dataclass(frozen=True)
class Window:
    """The events that a reader chose: between two years, of an organisation, under a lens."""

    first: int
    last: int
    organisation: str
    lens: str
    events: Sequence[Event]
    drawn: tuple[Happening, ...]
    facts: Facts

    @property
    def closer(self) -> tuple[int, int] | None:
        """Half the time, around the middle event, where there is most to see; None for a year."""
        span = self.last - self.first
        if span < 2 or not self.drawn:
            return None
        middle = dates.parse(self.drawn[len(self.drawn) // 2].date).year
        half = max(span // 2, 1)
        first = min(max(middle - half // 2, self.first), self.last - half)
        return first, first + half

    def wider(self, first: int, last: int) -> tuple[int, int] | None:
        """Twice the time, within the years of all events; None when all are shown."""
        if self.first <= first and self.last >= last:
            return None
        half = max((self.last - self.first) // 2, 1)
        return max(self.first - half, first), min(self.last + half, last)


def years(rows: Facts) -> tuple[int, int]:
    """The first and the last year in which any event began or ended."""
    ends = [
        year
        for event in rows.events.values()
        for year in (dates.parse(event.date).year, dates.parse(event.until or event.date).year)
    ]
    return (min(ends), max(ends)) if ends else (1945, 2026)


def window(rows: Facts, *, first: int, last: int, organisation: str, lens: str) -> Window:
    """Events that touch these years; three queries, however many events there are.

    An empty organisation or lens leaves nothing out.
    """
    span = {"from": f"{first:04d}", "to": f"{last:04d}"}
    drawn = tuple(
        event
        for event in rows.events.values()
        if overlaps(event.date, event.until or event.date, span)
        and (not organisation or organisation in event.organisations)
        and (not lens or lens in event.lenses)
    )
    found = (
        Event.objects.filter(key__in=[event.key for event in drawn])
        .select_related("source", "finding", "reference")
        .prefetch_related("organisations")
    )
    return Window(first, last, organisation, lens, list(found), drawn, rows)


@dataclass(frozen=True)
class MatrixRow:
    state: str
    cells: Sequence[Sequence[Spell]]  # one list for each organisation


@dataclass(frozen=True)
class Matrix:
    """Who belonged to what on the last day of a year."""

    year: int
    organisations: Sequence[Organisation]
    rows: Sequence[MatrixRow]

    @property
    def counts(self) -> list[int]:
        """How many full members or signatories each organisation had."""
        return [
            sum(
                any(spell.role in ("member", "signatory") for spell in row.cells[at])
                for row in self.rows
            )
            for at in range(len(self.organisations))
        ]


COMPARED = ("nato", "partnership-for-peace", "cis", "cst", "csto", "guam", "sco")
"""The organisations of the membership matrix, in the order of its columns."""


def matrix(rows: Facts, year: int) -> Matrix:
    """The membership matrix on 31 December of a year. Of a date known only to a year or month, the
    first possible day counts: who joined "in 1994" is shown from the end of 1994."""
    day = date(year, 12, 31)
    keys = [key for key in COMPARED if key in rows.organisations]
    found: dict[str, dict[str, list[Spell]]] = {}
    for spell in rows.spells:
        if spell.organisation in keys and _holds(spell, day):
            found.setdefault(spell.state, {}).setdefault(spell.organisation, []).append(spell)
    return Matrix(
        year,
        [rows.organisations[key] for key in keys],
        [
            MatrixRow(rows.states[state], [found[state].get(key, []) for key in keys])
            for state in sorted(found, key=lambda state: rows.states[state])
        ],
    )


def _holds(spell: Spell, day: date) -> bool:
    if dates.parse(spell.begins).first > day:
        return False
    return not spell.ends or dates.parse(spell.ends).first > day


@dataclass(frozen=True)
class Note:
    """A source note or a since-then note: where it stands and while it holds."""

    title: str
    kind: str
    url: str
    lesson: str
    valid_from: str
    valid_to: str
    overdue: bool
    findings: tuple[str, ...]


_FINDING = re.compile(r"\b([SD])(\d{2})\b")


def finding_keys(title: str) -> tuple[str, ...]:
    """The findings that a note's title names: "Correction · S01, S20: …" gives s01 and s20."""
    return tuple(f"{letter}{number}".lower() for letter, number in _FINDING.findall(title))


def notes(courses: QuerySet[Course], today: date) -> list[Note]:
    """Every source note and since-then note of these courses, in reading order; one query."""
    rows = (
        Paragraph.objects.filter(
            callout__in=("source-note", "since-then"), lesson__activity__module__course__in=courses
        )
        .order_by("lesson__activity__module__position", "lesson__activity__position", "position")
        .values_list(
            "callout_title",
            "callout",
            "lesson__activity__module__course__key",
            "lesson__activity__key",
            "lesson__activity__title",
            "anchor",
            "valid_from",
            "valid_to",
        )
    )
    found: list[Note] = []
    for title, kind, course, lesson, name, anchor, begins, ends in rows:
        url = f"{address('courses:lesson', course, lesson)}#{anchor}"
        overdue = bool(ends) and dates.parse(ends).last < today
        if found and (found[-1].title, found[-1].lesson) == (title, name):
            before = found[-1]
            if begins or ends:
                found[-1] = replace(
                    before,
                    valid_from=before.valid_from or begins,
                    valid_to=before.valid_to or ends,
                    overdue=before.overdue or overdue,
                )
            continue
        found.append(Note(title, kind, url, name, begins, ends, overdue, finding_keys(title)))
    return found


@dataclass(frozen=True)
class FindingEntry:
    finding: Finding
    notes: Sequence[Note]


def findings(notes: Sequence[Note]) -> list[tuple[str, list[FindingEntry]]]:
    """(severity, entries) of everything found about the texts, with the notes that teach it."""
    by_key: dict[str, list[Note]] = defaultdict(list)
    for note in notes:
        for key in note.findings:
            by_key[key].append(note)
    groups: dict[str, list[FindingEntry]] = defaultdict(list)
    for finding in Finding.objects.select_related("source", "reference"):
        groups[finding.severity].append(FindingEntry(finding, by_key[finding.key]))
    return [
        (str(severity.label), groups[severity]) for severity in Finding.Severity if groups[severity]
    ]


@dataclass(frozen=True)
class PersonEntry:
    person: Person
    places: Sequence[Place]


def people(courses: QuerySet[Course]) -> list[tuple[str, list[PersonEntry]]]:
    """(letter, entries) of everybody by surname, with the lessons that name them; two queries."""
    places = mentions("person", courses)
    letters: dict[str, list[PersonEntry]] = defaultdict(list)
    everybody = Person.objects.select_related("source")
    for person in sorted(everybody, key=lambda person: (person.surname.casefold(), person.name)):
        letter = unicodedata.normalize("NFKD", person.surname)[0].upper()
        letters[letter].append(PersonEntry(person, places[person.pk]))
    return sorted(letters.items())
