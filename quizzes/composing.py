"""Filling the slots of a quiz for one student: which version of which question, in which order."""

import random
from collections.abc import Sequence

from django.db.models import Count

from courses.models import Enrolment
from courses.refusals import Refused
from quizzes.drawing import draw
from quizzes.models import Item, Question, QuestionVersion, Quiz, Slot


def compose(
    enrolment: Enrolment, quiz: Quiz, *, rng: random.Random
) -> list[tuple[Slot, QuestionVersion]]:
    """The slots of a quiz, each with the version it is filled with, as the attempt shows them.

    Raises `Refused` with a sentence for the student if they cannot all be filled.
    """
    slots = list(quiz.slots.order_by("position"))
    filled = list(zip(slots, _draw(enrolment, slots, rng), strict=True))
    if quiz.shuffle_questions:
        rng.shuffle(filled)
    return filled


def _draw(enrolment: Enrolment, slots: Sequence[Slot], rng: random.Random) -> list[QuestionVersion]:
    """The version that each slot is filled with, of no question twice.

    The newest of a ready question, those that this student has not met first; or the one that the
    slot is pinned to, whatever has become of its question since.
    """
    objectives = {slot.objective_id for slot in slots if slot.objective_id is not None}
    pools: dict[int, list[str]] = {objective: [] for objective in objectives}
    for objective, question in (
        Question.objects.ready()
        .graded()
        .filter(objectives__in=objectives)
        .values_list("objectives", "pk")
    ):
        pools[objective].append(str(question))
    seen = dict(
        Item.objects.filter(attempt__enrolment=enrolment)
        .values_list("version__question")
        .annotate(times=Count("pk"))
    )
    try:
        keys = draw(
            [
                [str(slot.question_id)] if slot.objective_id is None else pools[slot.objective_id]
                for slot in slots
            ],
            rng=rng,
            seen={str(pk): times for pk, times in seen.items()},
        )
    except ValueError as problem:
        raise Refused(
            f"This quiz cannot be started: {problem} Please tell your instructor."
        ) from None
    versions = {
        str(question.pk): question.current
        for question in Question.objects.ready().filter(pk__in=keys).select_related("current")
    }
    versions |= _pinned(slots)
    if not slots or any(key not in versions for key in keys):
        raise Refused(
            "This quiz cannot be started: it has no questions, or one of them is not ready. "
            "Please tell your instructor."
        )
    return [versions[key] for key in keys]


def _pinned(slots: Sequence[Slot]) -> dict[str, QuestionVersion]:
    """The versions that slots are pinned to, by the question's key for the draw."""
    pins = {slot.question_id: slot.pinned for slot in slots if slot.pinned and slot.question_id}
    if not pins:
        return {}
    found = {
        str(version.question_id): version
        for version in QuestionVersion.objects.filter(
            question__in=list(pins), number__in=set(pins.values())
        )
        if version.number == pins[version.question_id]
    }
    if len(found) < len(pins):
        raise Refused(
            "This quiz cannot be started: a slot is pinned to a version that its question does not "
            "have. Please tell your instructor."
        )
    return found
