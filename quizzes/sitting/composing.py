"""Filling the slots of a quiz for one student: which version of which question, in which order."""

import random
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import groupby
from typing import Any, cast

from django.db.models import Count, Q

from courses.models import Enrolment, Module
from courses.refusals import Refused
from quizzes.models import Attempt, Item, Question, QuestionVersion, Quiz, Slot
from quizzes.questions import BY_HAND
from quizzes.sitting.drawing import draw
from quizzes.sitting.pools import Candidate, Pool, built_on, choices

CANNOT_START = "This quiz cannot be started: {problem} Please tell your instructor."
NOT_READY = "it has no questions, or one of them is not ready."
NO_SUCH_PIN = "a slot is pinned to a version that its question does not have."

Filled = tuple[Slot, QuestionVersion]


def compose(
    enrolment: Enrolment | None,
    quiz: Quiz,
    *,
    rng: random.Random,
    known: Callable[[], Collection[int]] = frozenset,
    slots: Sequence[Slot] | None = None,
) -> list[Filled]:
    """The slots of a quiz, each with the version it is filled with, as the attempt shows them.

    By section and position; shuffled, where the quiz says so, within a section. `known` tells the
    versions (primary keys) whose answers this student was shown: they are drawn last; it is asked
    only if any slot draws. Without an enrolment, for somebody who only looks, chance alone
    decides. `slots` are those of the quiz by position with their sections, if they have been read.
    Raises `Refused`, with a sentence for the student, if the slots cannot all be filled. At most
    seven queries besides `known`'s, however many slots.
    """
    if slots is None:
        slots = list(quiz.slots.select_related("section").order_by("position"))
    filled = list(zip(slots, _versions(enrolment, quiz, slots, rng, known), strict=True))
    filled.sort(key=lambda pair: _place(pair[0]))
    if not quiz.shuffle_questions:
        return filled
    shuffled: list[Filled] = []
    for _section, pairs in groupby(filled, key=lambda pair: pair[0].section_id):
        part = list(pairs)
        rng.shuffle(part)
        shuffled += part
    return shuffled


def fresh(
    enrolment: Enrolment,
    slot: Slot,
    *,
    besides: Collection[int],
    rng: random.Random,
    known: Collection[int] = (),
) -> QuestionVersion | None:
    """Another question for a slot of an attempt under way, drawn as at the start; else None.

    `besides` are the questions (primary keys) that may not be it: those of the attempt. A slot
    with a question of its own has no other.
    """
    if slot.question_id is not None:
        return None
    candidates = _candidates(slot.quiz, [slot])
    left = [each for each in candidates if int(each.question) not in besides]
    try:
        [key] = _draw(enrolment, choices(_asked(slot.quiz, [slot]), left), left, rng, lambda: known)
    except ValueError:
        return None
    return _found([key], [slot])[key]


def kin(exams: Collection[Quiz]) -> dict[int, list[Quiz]]:
    """By primary key of each of these exams, the others that may ask one of its questions.

    Only those to which a key that is known matters: an exam in which every question counts has
    its author's word that its questions may be known. One query where there is no other exam, two
    without a slot that draws, else six at most.
    """
    others = list(
        Quiz.objects.filter(review=Quiz.Review.EXAM, known_questions=Quiz.Known.LEAVE_OUT)
        .select_related("activity__module")
        .defer("intro", "intro_html")
        .order_by("pk")
    )
    found: dict[int, list[Quiz]] = {exam.pk: [] for exam in exams}
    if not others or (len(found) < 2 and {other.pk for other in others} <= found.keys()):
        return found
    both = {exam.pk: exam for exam in [*others, *exams]}
    slots: dict[int, list[Slot]] = defaultdict(list)
    for slot in Slot.objects.filter(quiz__in=both).order_by("quiz", "position"):
        slots[slot.quiz_id].append(slot)
    # What an exam may draw is the same for all but for where its pools end.
    every = [slot for of_one in slots.values() for slot in of_one]
    candidates = _candidates(others[0], every)
    needs = _prerequisites() if any(_reaches(slot) for slot in every) else {}
    asks = {
        pk: {
            question
            for choice in choices(_asked(exam, slots[pk], needs), candidates)
            for question in choice
        }
        for pk, exam in both.items()
    }
    for pk, rivals in found.items():
        rivals += [other for other in others if other.pk != pk and asks[pk] & asks[other.pk]]
    return found


def askable(quiz: Quiz) -> set[int]:
    """The versions (primary keys) that an attempt begun now could ask; six queries at most."""
    slots = list(quiz.slots.order_by("position"))
    choice = choices(_asked(quiz, slots), _candidates(quiz, slots))
    try:
        found = _found({question for of_slot in choice for question in of_slot}, slots)
    except Refused:
        return set()
    return {version.pk for version in found.values()}


def headings(filled: Sequence[Filled]) -> list[dict[str, Any]]:
    """What `Attempt.sections` keeps: where each section begins, and its heading as it stands."""
    found = []
    for at, (slot, _version) in enumerate(filled):
        section = slot.section
        if section is not None and (at == 0 or filled[at - 1][0].section_id != section.pk):
            found.append({"first": at + 1, "title": section.title, "intro": section.intro_html})
    return found


def problem(quiz: Quiz, slots: Sequence[Slot]) -> str:
    """Why these slots of a quiz, saved or not yet, could not all be filled; "" if they can."""
    candidates = _candidates(quiz, slots)
    try:
        draw(choices(_asked(quiz, slots), candidates), rng=random.Random(0))  # noqa: S311
    except ValueError as error:
        return str(error)
    return ""


def _place(slot: Slot) -> tuple[int, int]:
    """Slots without a section come first."""
    return (slot.section.position if slot.section else 0, slot.position)


def _versions(
    enrolment: Enrolment | None,
    quiz: Quiz,
    slots: Sequence[Slot],
    rng: random.Random,
    known: Callable[[], Collection[int]],
) -> list[QuestionVersion]:
    """The version that each slot is filled with, of no question twice.

    The newest of a ready question; or the one that the slot is pinned to, whatever has become of
    its question since.
    """
    candidates = _candidates(quiz, slots)
    asked = choices(_asked(quiz, slots), candidates)
    try:
        keys = _draw(enrolment, asked, candidates, rng, known)
    except ValueError as fault:
        raise Refused(CANNOT_START.format(problem=fault)) from None
    versions = _found(keys, slots)
    if not slots or any(key not in versions for key in keys):
        raise Refused(CANNOT_START.format(problem=NOT_READY))
    return [versions[key] for key in keys]


def _prerequisites() -> Mapping[int, Sequence[int]]:
    """By module, the modules that it builds on; one query."""
    needs: dict[int, list[int]] = defaultdict(list)
    for module, other in Module.prerequisites.through.objects.values_list(
        "from_module", "to_module"
    ):
        needs[module].append(other)
    return needs


def _asked(
    quiz: Quiz, slots: Sequence[Slot], needs: Mapping[int, Sequence[int]] | None = None
) -> list[Pool | str]:
    """What each slot asks for: a pool, or its question.

    Where neither objective nor module is named, a pool ends with what the quiz's own module
    builds on: a tag or a level of difficulty goes through all courses.
    """
    reach: frozenset[Any] | None = None
    if any(_reaches(slot) for slot in slots):
        known = _prerequisites() if needs is None else needs
        reach = built_on(quiz.activity.module_id, lambda pk: known.get(cast(int, pk), ()))
    return [
        str(slot.question_id)
        if slot.question_id is not None
        else Pool(
            objective=slot.objective_id,
            tag=slot.tag_id,
            modules=reach
            if _reaches(slot)
            else None
            if slot.module_id is None
            else frozenset({slot.module_id}),
            lens=slot.lens,
            difficulty_from=slot.difficulty_from,
            difficulty_to=slot.difficulty_to,
        )
        for slot in slots
    ]


def _reaches(slot: Slot) -> bool:
    return slot.question_id is None and slot.objective_id is None and slot.module_id is None


def _candidates(quiz: Quiz, slots: Sequence[Slot]) -> list[Candidate]:
    """The ready questions that may fit a pool: for practice where all is shown, else graded.

    At most three queries, none if no slot draws.
    """
    drawing = [slot for slot in slots if slot.question_id is None]
    if not drawing:
        return []
    objectives = _links("objective", {slot.objective_id for slot in drawing} - {None})
    tags = _links("tag", {slot.tag_id for slot in drawing} - {None})
    practice = quiz.review == Quiz.Review.PRACTICE
    ready = Question.objects.ready()
    questions = ready.practice() if practice else ready.graded()
    questions = questions.exclude(kind__in=BY_HAND)
    if all(slot.objective_id or slot.tag_id or slot.module_id for slot in drawing):
        questions = questions.filter(
            Q(pk__in=objectives.keys() | tags.keys())
            | Q(module__in={slot.module_id for slot in drawing} - {None})
        )
    return [
        Candidate(
            question=str(pk),
            module=module,
            lens=lens,
            difficulty=difficulty,
            objectives=objectives.get(pk, frozenset()),
            tags=tags.get(pk, frozenset()),
            version=version,
        )
        for pk, module, lens, difficulty, version in questions.order_by().values_list(
            "pk", "module", "module__lens", "difficulty", "current"
        )
    ]


def _links(name: str, wanted: Collection[Any]) -> Mapping[int, frozenset[int]]:
    """Which of the wanted objectives or tags each question has, by primary keys."""
    if not wanted:
        return {}
    found: dict[int, set[int]] = defaultdict(set)
    through = {"objective": Question.objectives.through, "tag": Question.tags.through}[name]
    for question, other in through._default_manager.filter(**{f"{name}__in": wanted}).values_list(
        "question", name
    ):
        found[question].add(other)
    return {question: frozenset(others) for question, others in found.items()}


def _draw(
    enrolment: Enrolment | None,
    asked: Sequence[Sequence[str]],
    candidates: Sequence[Candidate],
    rng: random.Random,
    known: Callable[[], Collection[int]],
) -> list[str]:
    """A question for each slot; those that this student has not met first, then the least used.

    One query more, besides `known`'s; none if no slot draws.
    """
    if enrolment is None or not candidates:
        return draw(asked, rng=rng)
    mine = Attempt.objects.filter(enrolment=enrolment).order_by().values("pk")
    # Those swapped for a fresh one in practice have been met as well.
    times = (
        Item.objects.order_by()
        .filter(version__question__in=[int(each.question) for each in candidates])
        .values_list("version__question")
        .annotate(asked=Count("pk"), met=Count("pk", filter=Q(attempt__in=mine)))
    )
    seen, used = {}, {}
    for question, asked_of_all, met in times:
        used[str(question)], seen[str(question)] = asked_of_all, met
    shown = known()
    return draw(
        asked,
        rng=rng,
        seen=seen,
        used=used,
        known={each.question for each in candidates if each.version in shown},
    )


def _found(keys: Collection[str], slots: Sequence[Slot]) -> dict[str, QuestionVersion]:
    """By the question's key for the draw, the version to ask: the newest of a question that is
    ready, or the one that its slot is pinned to. One query."""
    pins = {slot.question_id: slot.pinned for slot in slots if slot.pinned and slot.question_id}
    ready = Question.objects.ready().filter(pk__in=set(map(int, keys)) - set(pins))
    wanted = Q(pk__in=ready.values("current"))
    if pins:
        wanted |= Q(question__in=list(pins), number__in=set(pins.values()))
    found = {
        str(version.question_id): version
        for version in QuestionVersion.objects.filter(wanted).defer("content", "public")
        if pins.get(version.question_id, version.number) == version.number
    }
    if any(str(pinned) not in found for pinned in pins):
        raise Refused(CANNOT_START.format(problem=NO_SUCH_PIN))
    return found
