"""Saving content: what is derived from a text is derived here, once, when the text changes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string

from courses import charts, reference, rendering
from courses.addresses import address
from courses.apparatus import lead_to_apparatus
from courses.charts import Facts
from courses.models import (
    Base,
    Body,
    Course,
    Event,
    Figure,
    Lesson,
    Membership,
    Mention,
    Module,
    Objective,
    Operation,
    Organisation,
    Paragraph,
    Person,
    Quantity,
    Source,
    Term,
)
from courses.rendering import Fault, Library, Rendered

# Apps above this one say which questions may stand in a lesson (see `quizzes.apps`).
checkpoint_keys: list[Callable[[], Iterable[str]]] = []


def lead_to_lists(html: str) -> str:
    """Point links to terms and sources at the glossary and the list of sources.

    For texts that are shown on many pages; a lesson has lists of its own (`courses.apparatus`).
    """
    for kind, place in (("term", "glossary"), ("source", "sources"), ("person", "people")):
        html = html.replace(f'href="#{kind}-', f'href="{address(f"courses:{place}")}#{kind}-')
    return html


def facts_for(*kinds: str) -> Facts:
    """The reference data, if figures of one of these kinds show any of it."""
    return reference.facts() if any(map(charts.is_from_facts, kinds)) else charts.NO_FACTS


def draw(figure: Figure, facts: Facts) -> str:
    """A figure as finished HTML."""
    return charts.draw(
        figure.kind,
        figure.spec,
        key=figure.key,
        title=figure.title,
        description=figure.description,
        facts=facts,
    )


class Drawings(Mapping[str, str]):
    """Figures by key, each drawn when a text is found to show it: a preview shows one or two."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self.figures = {figure.key: figure for figure in figures}
        self.drawn: dict[str, str] = {}

    @cached_property
    def facts(self) -> Facts:
        return reference.facts()

    def __getitem__(self, key: str) -> str:
        if key not in self.drawn:
            figure = self.figures[key]
            facts = self.facts if charts.is_from_facts(figure.kind) else charts.NO_FACTS
            self.drawn[key] = draw(figure, facts)
        return self.drawn[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.figures)

    def __len__(self) -> int:
        return len(self.figures)

    def __contains__(self, key: object) -> bool:
        return key in self.figures


def library() -> Library:
    """Everything that a text on this site may refer to; six queries until a figure is drawn."""
    return Library(
        sources=dict(Source.objects.values_list("key", "label")),
        terms=dict(Term.objects.values_list("key", "title")),
        people=dict(Person.objects.values_list("key", "name")),
        questions=frozenset(key for keys in checkpoint_keys for key in keys()),
        figures=Drawings(Figure.objects.all()),
    )


def check_lesson(lesson: Lesson, known: Library) -> tuple[Rendered, list[Fault]]:
    """Render a lesson's texts without storing anything: the result and every fault found.

    Raises `rendering.TooHard` (a sentence) for a text over 64 KB or over a second.
    """
    rendered = rendering.render(lesson.body, known)
    faults = list(rendered.faults)
    for field in ("summary", "read_on"):
        _, found = rendering.render_short(getattr(lesson, field), known, field=field)
        faults += found
    return rendered, faults


def render_lesson(lesson: Lesson, known: Library) -> None:
    """Derive a saved lesson's columns, paragraphs and mentions from its texts."""
    rendered = rendering.render(lesson.body, known)
    summary, _ = rendering.render_short(lesson.summary, known, field="summary")
    read_on, _ = rendering.render_short(lesson.read_on, known, field="read_on")
    sources = {row.key: row for row in Source.objects.all()}
    terms = {row.key: row for row in Term.objects.all()}
    people = {row.key: row for row in Person.objects.all()}
    lesson.parts = [
        [kind, lead_to_apparatus(value) if kind == "html" else value]
        for kind, value in rendered.parts
    ]
    lesson.words = rendered.words
    lesson.render_version = rendering.RENDER_VERSION
    lesson.head_html = render_to_string(
        "courses/lesson/_head.html",
        {"headings": rendered.headings, "objectives": lesson.objectives.all()},
    )
    lesson.foot_html = render_to_string(
        "courses/lesson/_foot.html",
        {
            "summary_html": lead_to_apparatus(summary),
            "read_on_html": lead_to_apparatus(read_on),
        },
    )
    with transaction.atomic():
        Lesson.objects.filter(pk=lesson.pk).update(
            parts=lesson.parts,
            words=lesson.words,
            render_version=lesson.render_version,
            head_html=lesson.head_html,
            foot_html=lesson.foot_html,
        )
        Paragraph.objects.filter(lesson=lesson).delete()
        paragraphs = Paragraph.objects.bulk_create(
            Paragraph(
                lesson=lesson,
                anchor=passage.anchor,
                position=position,
                text=passage.text,
                digest=passage.digest,
                callout=passage.callout,
                callout_title=passage.callout_title[:300],
                valid_from=passage.valid_from,
                valid_to=passage.valid_to,
            )
            for position, passage in enumerate(rendered.passages, start=1)
        )
        Mention.objects.bulk_create(
            mention
            for paragraph, passage in zip(paragraphs, rendered.passages, strict=True)
            for mention in (
                *(
                    Mention(paragraph=paragraph, source=sources[key], locator=locator)
                    for key, locator in passage.sources
                ),
                *(Mention(paragraph=paragraph, term=terms[key]) for key in passage.terms),
                *(Mention(paragraph=paragraph, person=people[key]) for key in passage.people),
            )
        )


# Prose of a few paragraphs: model, the text's column, the column of its HTML.
SHORT_TEXTS = (
    (Course, "summary", "summary_html"),
    (Module, "summary", "summary_html"),
    (Source, "note", "note_html"),
    (Term, "definition", "definition_html"),
    (Person, "known_for", "known_for_html"),
    (Organisation, "summary", "summary_html"),
    (Event, "summary", "summary_html"),
    *(
        (model, "note", "note_html")
        for model in (Organisation, Membership, Event, Body, Operation, Base, Quantity)
    ),
)


def render_short_texts(known: Library, rows: Iterable[Any], text: str, column: str) -> None:
    """Derive the HTML of one of these rows' short texts and keep it in `column`."""
    for row in rows:
        html = ""
        if getattr(row, text).strip():
            html, _ = rendering.render_short(getattr(row, text), known, field=text)
            html = lead_to_lists(html)
        if html != getattr(row, column):
            setattr(row, column, html)
            type(row).objects.filter(pk=row.pk).update(**{column: html})


def render_everything() -> None:
    """Derive all of the site's lessons and short texts anew, in one transaction."""
    with transaction.atomic():
        known = library()
        for model, text, column in SHORT_TEXTS:
            render_short_texts(known, model.objects.all(), text, column)
        for lesson in Lesson.objects.select_related("activity"):
            render_lesson(lesson, known)


def sign_of(row: Source | Term | Person | Figure) -> str:
    """How a text that refers to this row spells it; another key may begin with the same letters."""
    if isinstance(row, Source):
        return f"@{row.key}"
    if isinstance(row, Person):
        return f"person:{row.key}"
    return f"[[{row.key}" if isinstance(row, Term) else row.key


def lessons_touched_by(row: object) -> list[Lesson]:
    """The lessons whose page shows something of this row, and so must be rendered again."""
    if isinstance(row, Objective):
        return list(row.lessons.all())
    if isinstance(row, reference.MODELS):
        keys = [figure.key for figure in Figure.objects.all() if charts.is_from_facts(figure.kind)]
        naming = Q(pk__in=[])
        for key in keys:
            naming |= Q(body__contains=key)
        return list(Lesson.objects.filter(naming))
    if not isinstance(row, Source | Term | Person | Figure):
        return []
    sign = sign_of(row)
    naming = Q(body__contains=sign) | Q(summary__contains=sign) | Q(read_on__contains=sign)
    return list(Lesson.objects.filter(naming))


def content_saved(row: object) -> None:
    """Derive what depends on a row that an editor has just saved."""
    with transaction.atomic():
        known = library()
        if isinstance(row, Lesson):
            render_lesson(row, known)
        for model, text, column in SHORT_TEXTS:
            if type(row) is model:
                render_short_texts(known, [row], text, column)
            if isinstance(row, Source | Term | Person):
                naming = model._default_manager.filter(**{f"{text}__contains": sign_of(row)})
                render_short_texts(known, naming, text, column)
        for lesson in lessons_touched_by(row):
            render_lesson(lesson, known)
