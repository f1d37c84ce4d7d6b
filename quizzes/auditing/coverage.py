"""Whether all is taught that the curriculum asks for, and all asked about that is taught."""

from collections import defaultdict
from collections.abc import Iterator

from courses.content_io.catalogue import Catalogue
from courses.content_io.reading import Complaint
from courses.reference import finding_keys
from courses.rendering import Fault
from quizzes.content import PRACTISED, by_objective

EACH = 2
"""Graded questions that an objective needs, so that a second attempt can ask another."""

UNTAUGHT = "No claim teaches this. Add a courses.claim whose item is [{key}], or drop the item."
UNSUPPORTED = "Paragraph “{paragraph}” does not cite “{source}”. Cite it there, or name another."
UNNOTED = (
    "No source note treats this. Where its claim is taught, put in a call-out whose title names"
    " {name}."
)
ELSEWHERE = "Its note should stand in lesson “{lesson}”, but stands in: {lessons}."
NOT_DATED = "What changed since belongs into a “since-then” call-out whose title names {name}."
ASKED_RARELY = "{number} of the {least} graded questions that each objective needs. Add some."
NOT_TAUGHT = "No lesson names this objective. Name it in the lesson that leads to it."
NO_PRACTICE = "This lesson has no practice quiz. Add one, with the key {key}."
NO_GRADED = "This module has no graded quiz. Add one."


def outline(catalogue: Catalogue) -> Iterator[Complaint]:
    taught = {values["item"] for _, values in catalogue.rows("courses.claim")}
    for key, entry in catalogue.entries.get("courses.outlineitem", {}).items():
        if key not in taught:
            yield entry.complaint(Fault("key", UNTAUGHT.format(key=key[0])))


def claims(catalogue: Catalogue) -> Iterator[Complaint]:
    """Claims whose paragraph does not cite what they rest on."""
    for entry in catalogue.entries.get("courses.claim", {}).values():
        lesson, source = entry.values["lesson"][0], entry.values["source"][0]
        for passage in catalogue.passages.get(lesson, []):
            if passage.anchor == entry.values["paragraph"]:
                cited = {key for key, _ in passage.sources}
                if source not in cited:
                    sentence = UNSUPPORTED.format(paragraph=passage.anchor, source=source)
                    yield entry.complaint(Fault("paragraph", sentence))


def findings(catalogue: Catalogue) -> Iterator[Complaint]:
    """Errors of the texts without a source note, and changes without a since-then note."""
    notes: dict[str, set[str]] = defaultdict(set)
    since: dict[str, set[str]] = defaultdict(set)
    for lesson, passages in catalogue.passages.items():
        for passage in passages:
            for key in finding_keys(passage.callout_title):
                notes[key].add(lesson)
                if passage.callout == "since-then":
                    since[key].add(lesson)
    for (key,), entry in catalogue.entries.get("courses.finding", {}).items():
        severity, lesson = entry.values["severity"], entry.values["lesson"]
        if severity == "c":
            continue
        where = since[key] if severity == "dated" else notes[key]
        name = key.upper()
        if not where:
            wanted = NOT_DATED if severity == "dated" and notes[key] else UNNOTED
            yield entry.complaint(Fault("key", wanted.format(name=name)))
        elif lesson and lesson[0] not in where:
            sentence = ELSEWHERE.format(lesson=lesson[0], lessons=", ".join(sorted(where)))
            yield entry.complaint(Fault("lesson", sentence))


def objectives(catalogue: Catalogue) -> Iterator[Complaint]:
    there = by_objective(catalogue)
    named = {key for _, values in catalogue.rows("courses.lesson") for key in values["objectives"]}
    for key, entry in catalogue.entries.get("courses.objective", {}).items():
        number = len(there.get(key, ()))
        if number < EACH:
            yield entry.complaint(Fault("key", ASKED_RARELY.format(number=number, least=EACH)))
        if key not in named:
            yield entry.complaint(Fault("key", NOT_TAUGHT))


def quizzes(catalogue: Catalogue) -> Iterator[Complaint]:
    """Lessons without a practice quiz, and modules without a graded one."""
    quizzes = dict(catalogue.rows("quizzes.quiz"))
    graded = set()
    for key, values in quizzes.items():
        activity = catalogue.get("courses.activity", key)
        if activity and values["review"] != PRACTISED:
            graded.add(activity["module"])
    for key, entry in catalogue.entries.get("courses.lesson", {}).items():
        wanted = f"{key[0]}-practice"
        if quizzes.get((wanted,), {}).get("review") != PRACTISED:
            yield entry.complaint(Fault("activity", NO_PRACTICE.format(key=wanted)))
    for key, entry in catalogue.entries.get("courses.module", {}).items():
        if key not in graded:
            yield entry.complaint(Fault("key", NO_GRADED))
