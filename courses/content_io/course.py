"""The courses' own shelves: what is checked of a lesson, a term..., and how changes are told."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from courses import authoring, charts, rendering
from courses.charts import lenses
from courses.content_io.catalogue import Catalogue, Change, Key, Part, Plan, Shelf, Values, by_title
from courses.content_io.comparing import field_words
from courses.content_io.mentions import mentions
from courses.content_io.reading import Complaint, Entry
from courses.content_io.reference import PEOPLE
from courses.content_io.reference import SHELVES as REFERENCE
from courses.content_io.texts import is_settled, short_text
from courses.content_io.watching import Watch
from courses.content_io.wording import count, listed, no_such
from courses.models import (
    Activity,
    Course,
    Figure,
    Lesson,
    Module,
    Objective,
    Source,
    Term,
)
from courses.rendering import Fault

CIRCLE = "This leads back to itself: {path}. Take one of these references out."
SAME_POSITION = "Position {position} is taken by {other}. Give each its own."
OTHER_MODULE = "Objective “{key}” belongs to module “{other}”, not to “{module}”."
WRONG_KIND = "Activity “{key}” is a {kind}, not a {wanted}. Name another, or change its kind."
NO_CONTENT = "This {kind} has no content. Add a {label} entry whose activity is [{key}]."


# --- short texts


def _summary(entry: Entry, catalogue: Catalogue) -> list[Fault]:
    return short_text(entry, catalogue, "summary")


def _note(entry: Entry, catalogue: Catalogue) -> list[Fault]:
    return [
        *short_text(entry, catalogue, "note"),
        *circle(entry, catalogue, "cited_through"),
    ]


def _definition(entry: Entry, catalogue: Catalogue) -> list[Fault]:
    return short_text(entry, catalogue, "definition")


def _module(entry: Entry, catalogue: Catalogue) -> list[Fault]:
    return [*_summary(entry, catalogue), *circle(entry, catalogue, "prerequisites")]


def _figure(entry: Entry, catalogue: Catalogue) -> Iterator[Fault]:
    if {"kind", "spec"} <= entry.values.keys():
        for fault in charts.check(entry.values["kind"], entry.values["spec"], catalogue.facts):
            yield fault if fault.field == "kind" else in_spec(fault)


def _cells(catalogue: Catalogue) -> Iterator[Complaint]:
    """Cells of a lens matrix that open a paragraph which is not there."""
    for entry in catalogue.entries.get("courses.figure", {}).values():
        kind, spec = entry.values.get("kind"), entry.values.get("spec")
        if kind != "lens-matrix" or charts.check(kind, spec, catalogue.facts):
            continue
        for path, lesson, paragraph in lenses.cells(spec):
            known = catalogue.paragraphs.get(lesson, {})
            if paragraph not in known:
                sentence = no_such("paragraph", paragraph, known)
                yield entry.complaint(Fault(f"spec.{path}.paragraph", sentence))


def in_spec(fault: Fault) -> Fault:
    """A fault whose place is a path in the spec, as a fault of the field `spec`."""
    path = "spec" if fault.field in ("", "spec") else f"spec.{fault.field}"
    return Fault(path, fault.message, fault.line)


def circle(entry: Entry, catalogue: Catalogue, name: str) -> Iterator[Fault]:
    """Whether following `name` from here leads back here."""
    waiting: list[tuple[Key, tuple[Key, ...]]] = [(entry.key, (entry.key,))]
    seen: set[Key] = set()
    while waiting:
        key, path = waiting.pop()
        value = (catalogue.get(entry.label, key) or {}).get(name) or ()
        for other in value if value and isinstance(value[0], tuple) else [value] if value else []:
            if other == entry.key:
                said = " → ".join(step[0] for step in (*path, other))
                yield Fault(name, CIRCLE.format(path=said))
                return
            if other not in seen:
                seen.add(other)
                waiting.append((other, (*path, other)))


# --- lessons


def _lesson(entry: Entry, catalogue: Catalogue) -> Iterator[Fault]:
    yield from right_activity(entry, catalogue, "lesson")
    activity = catalogue.get("courses.activity", entry.values.get("activity"))
    if activity is not None:
        yield from own_objectives(entry, catalogue, activity.get("module"))
    texts = [entry.values.get(name, "") for name in ("body", "summary", "read_on")]
    settled = catalogue.stored_lessons.get(entry.key)
    if settled is not None and is_settled(entry, catalogue, *texts):
        catalogue.paragraphs[entry.key[0]] = settled
        return
    yield from short_text(entry, catalogue, "summary")
    yield from short_text(entry, catalogue, "read_on")
    try:
        rendered = rendering.render(texts[0], catalogue.library)
    except rendering.TooHard as refusal:
        yield Fault("body", str(refusal))
        catalogue.paragraphs[entry.key[0]] = {}
        return
    yield from rendered.faults
    catalogue.words[entry.key[0]] = rendered.words
    catalogue.passages[entry.key[0]] = rendered.passages
    catalogue.paragraphs[entry.key[0]] = {
        passage.anchor: passage.digest for passage in rendered.passages
    }


def right_activity(entry: Entry, catalogue: Catalogue, wanted: str) -> Iterator[Fault]:
    """Whether the activity that this content belongs to is of its kind."""
    key = entry.values.get("activity")
    activity = catalogue.get("courses.activity", key)
    if activity is not None and key and activity.get("kind") not in (None, wanted):
        kind = activity["kind"]
        yield Fault("activity", WRONG_KIND.format(key=key[0], kind=kind, wanted=wanted))


def own_objectives(entry: Entry, catalogue: Catalogue, module: Key | None) -> Iterator[Fault]:
    """Whether the objectives of a lesson or question are those of its own module."""
    for at, key in enumerate(entry.values.get("objectives", ())):
        objective = catalogue.get("courses.objective", key)
        other = objective.get("module") if objective else None
        if other and module and other != module:
            sentence = OTHER_MODULE.format(key=key[0], other=other[0], module=module[0])
            yield Fault(f"objectives[{at}]", sentence)


def without_content(catalogue: Catalogue, kind: str, label: str) -> Iterator[Complaint]:
    """Activities of one kind that no row of `label` belongs to."""
    there = {key for key, _ in catalogue.rows(label)}
    for key, entry in catalogue.entries.get("courses.activity", {}).items():
        if entry.values.get("kind") == kind and key not in there:
            sentence = NO_CONTENT.format(kind=kind, label=label, key=key[0])
            yield entry.complaint(Fault("key", sentence))


def _no_lesson(catalogue: Catalogue) -> Iterator[Complaint]:
    return without_content(catalogue, "lesson", "courses.lesson")


def positions(label: str, owner: str) -> Any:
    """A check that no two rows of one owner have the same position."""

    def check_all(catalogue: Catalogue) -> Iterator[Complaint]:
        taken: dict[tuple[Any, Any], Key] = {}
        for key, values in catalogue.rows(label):
            place = (values.get(owner), values.get("position"))
            other = taken.setdefault(place, key)
            entry = catalogue.entries.get(label, {}).get(key)
            entry = entry or catalogue.entries.get(label, {}).get(other)
            if None not in place and other != key and entry is not None:
                name = other[0] if entry.key == key else key[0]
                sentence = SAME_POSITION.format(position=place[1], other=f"“{name}”")
                yield entry.complaint(Fault("position", sentence))

    return check_all


# --- words


def _call_lesson(key: Key, values: Values, catalogue: Catalogue) -> str:
    activity = catalogue.get("courses.activity", key)
    return f"“{activity['title']}”" if activity else f"“{key[0]}”"


def _call_source(key: Key, values: Values, catalogue: Catalogue) -> str:
    return f"“{values['label']}”"


def _lesson_words(changes: Sequence[Change], catalogue: Catalogue) -> list[list[str]]:
    said = []
    for change in changes:
        phrases: list[str] = []
        for name in change.fields:
            if name == "body":
                old = catalogue.stored_lessons.get(change.key, {})
                phrases.append(paragraph_words(old, catalogue.paragraphs[change.key[0]]))
            else:
                phrases.append(field_words(change, name))
        said.append(phrases)
    return said


def paragraph_words(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """What became of a lesson's paragraphs: {id: digest} before and after."""
    changed = [anchor for anchor in new if anchor in old and old[anchor] != new[anchor]]
    added = [anchor for anchor in new if anchor not in old]
    removed = [anchor for anchor in old if anchor not in new]
    phrases: list[str] = []
    for verb, anchors in (("changed", changed), ("added", added), ("removed", removed)):
        if anchors:
            number = str(len(anchors)) if phrases else count(len(anchors), "paragraph")
            phrases.append(f"{number} {verb} ({listed(f'#{anchor}' for anchor in anchors)})")
    return ", ".join(phrases) or "body changed, its paragraphs read the same"


# --- what follows from saved rows


def derive(plan: Plan, now: datetime, watch: Watch) -> list[str]:
    """Render the texts that changed, and those that show something of a row that changed."""
    moved = plan.catalogue.moved
    known = authoring.library()
    for model, text, html in authoring.SHORT_TEXTS:
        new = plan.keys(model._meta.label_lower)
        rows = [
            row
            for row in model._default_manager.all()
            if (row.key,) in new
            or not moved.isdisjoint(mentions(getattr(row, text)))
            or (getattr(row, text).strip() and not getattr(row, html))
        ]
        authoring.render_short_texts(known, rows, text, html)

    new = plan.keys("courses.lesson")
    objectives = plan.keys("courses.objective")
    lessons = [
        lesson
        for lesson in Lesson.objects.select_related("activity").prefetch_related("objectives")
        if lesson.natural_key() in new
        or lesson.render_version < rendering.RENDER_VERSION
        or any(row.natural_key() in objectives for row in lesson.objectives.all())
        or any(
            not moved.isdisjoint(mentions(text))
            for text in (lesson.body, lesson.summary, lesson.read_on)
        )
    ]
    for lesson in watch(lessons, "rendering lessons"):
        authoring.render_lesson(lesson, known)
    others = [lesson for lesson in lessons if lesson.natural_key() not in new]
    if others:
        names = listed(f"“{lesson.activity.title}”" for lesson in others)
        return [f"rendered anew, for what is shown there has changed: {names}"]
    return []


COURSE = Part(
    shelves=(
        Shelf(Source, "source", "sources", call=_call_source, check=_note),
        Shelf(Course, "course", "courses", call=by_title, check=_summary),
        Shelf(Term, "term", "terms", call=by_title, check=_definition),
        PEOPLE,
        Shelf(
            Module,
            "module",
            "modules",
            call=by_title,
            check=_module,
            check_all=positions("courses.module", "course"),
        ),
        Shelf(Objective, "objective", "objectives"),
        Shelf(Figure, "figure", "figures", call=by_title, check=_figure, check_all=_cells),
        Shelf(
            Activity,
            "activity",
            "activities",
            call=by_title,
            check_all=positions("courses.activity", "module"),
        ),
        Shelf(
            Lesson,
            "lesson",
            "lessons",
            key=("activity",),
            call=_call_lesson,
            check=_lesson,
            check_all=_no_lesson,
            words=_lesson_words,
        ),
        *REFERENCE,
    ),
    derive=derive,
)
