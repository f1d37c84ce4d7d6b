"""Saving content: what is derived from a text is derived here, once, when the text changes."""

from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from courses import charts, rendering
from courses.apparatus import lead_to_apparatus
from courses.models import (
    Course,
    Figure,
    Lesson,
    Mention,
    Module,
    Objective,
    Paragraph,
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
    return html.replace('href="#term-', f'href="{reverse("courses:glossary")}#term-').replace(
        'href="#source-', f'href="{reverse("courses:sources")}#source-'
    )


def draw(figure: Figure) -> str:
    """A figure as finished HTML."""
    return charts.draw(
        figure.kind,
        figure.spec,
        key=figure.key,
        title=figure.title,
        description=figure.description,
    )


def library() -> Library:
    """Everything that a text on this site may refer to; four queries."""
    return Library(
        sources=dict(Source.objects.values_list("key", "label")),
        terms=dict(Term.objects.values_list("key", "title")),
        questions=frozenset(key for keys in checkpoint_keys for key in keys()),
        figures={figure.key: draw(figure) for figure in Figure.objects.all()},
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
            )
        )


# Prose of a few paragraphs: model, the text's column, the column of its HTML.
SHORT_TEXTS = (
    (Course, "summary", "summary_html"),
    (Module, "summary", "summary_html"),
    (Source, "note", "note_html"),
    (Term, "definition", "definition_html"),
)


def render_short_texts(known: Library, rows: Iterable[Course | Module | Source | Term]) -> None:
    """Derive the HTML of courses' and modules' summaries, sources' notes, terms' definitions."""
    columns = {model: (text, html) for model, text, html in SHORT_TEXTS}
    for row in rows:
        text, column = columns[type(row)]
        html, _ = rendering.render_short(getattr(row, text), known, field=text)
        html = lead_to_lists(html)
        if html != getattr(row, column):
            setattr(row, column, html)
            type(row).objects.filter(pk=row.pk).update(**{column: html})


def render_everything() -> None:
    """Derive all of the site's lessons and short texts anew, in one transaction."""
    with transaction.atomic():
        known = library()
        for model, _, _ in SHORT_TEXTS:
            render_short_texts(known, model.objects.all())
        for lesson in Lesson.objects.select_related("activity"):
            render_lesson(lesson, known)


def sign_of(row: Source | Term | Figure) -> str:
    """How a text that refers to this row spells it; another key may begin with the same letters."""
    if isinstance(row, Source):
        return f"@{row.key}"
    return f"[[{row.key}" if isinstance(row, Term) else row.key


def lessons_touched_by(row: Objective | Source | Term | Figure) -> list[Lesson]:
    """The lessons whose page shows something of this row, and so must be rendered again."""
    if isinstance(row, Objective):
        return list(row.lessons.all())
    sign = sign_of(row)
    naming = Q(body__contains=sign) | Q(summary__contains=sign) | Q(read_on__contains=sign)
    return list(Lesson.objects.filter(naming))


def content_saved(row: object) -> None:
    """Derive what depends on a row that an editor has just saved."""
    with transaction.atomic():
        known = library()
        if isinstance(row, Lesson):
            render_lesson(row, known)
        if isinstance(row, Course | Module | Source | Term):
            render_short_texts(known, [row])
        if isinstance(row, Source | Term):
            for model, text, _ in SHORT_TEXTS:
                naming = model.objects.filter(**{f"{text}__contains": sign_of(row)})
                render_short_texts(known, naming)
        if isinstance(row, Objective | Source | Term | Figure):
            for lesson in lessons_touched_by(row):
                render_lesson(lesson, known)
