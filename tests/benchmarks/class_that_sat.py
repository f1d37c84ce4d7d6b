"""A class that has sat one quiz of single choice, made in bulk: what reports are measured on."""

import random
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import cache
from itertools import cycle

from django.db import transaction
from django.utils import timezone

from courses.models import Cohort, Enrolment, Record, User
from quizzes.marks import grading
from quizzes.models import Attempt, Item, Mark, Question, Quiz, Response, Slot
from quizzes.reporting import sheets
from quizzes.statistics import pace
from tests import factories

BATCH = 1000
LESSON = """\
## Anarchy {: #anarchy-heading }

No authority stands above states [@waltz1979, ch. 6].
{: #anarchy }
"""


def make_quiz(questions: int) -> Quiz:
    """A quiz of so many single choices: those that there are, or new ones in an empty database."""
    known = list(
        Question.objects.ready()
        .graded()
        .filter(kind="single")
        .select_related("module__course")
        .order_by("pk")[:questions]
    )
    if known:
        return factories.make_quiz(known[0].module, known, key="reported-quiz")
    module = factories.make_module(factories.make_course())
    factories.make_source()
    factories.make_term()
    factories.make_lesson(module, body=LESSON)
    spec = [
        factories.single(f"Question {n}?", wrong=("War", "A world state", "Chaos"))
        for n in range(questions)
    ]
    return factories.make_quiz(
        module,
        [factories.make_question(module, f"anarchy-{n}", spec=each) for n, each in enumerate(spec)],
    )


def sit(
    quiz: Quiz, attempts: int, *, seed: int = 1, title: str = "Reported", rows: bool = True
) -> Cohort:
    """A cohort in which every student has handed in one attempt; the strong do better.

    Without `rows` there are attempts with their sheets, and none of the answers and marks that
    these repeat: a report reads no others, and a large class is made in minutes.
    """
    now = timezone.now()
    cohort = factories.make_cohort(quiz.activity.module.course, title, starts_on=now.date())
    rng = random.Random(seed)
    slots = list(quiz.slots.select_related("question__current").order_by("position"))
    for start in range(0, attempts, BATCH):
        with transaction.atomic():
            numbers = range(start, min(start + BATCH, attempts))
            made, answers = _attempts(cohort, quiz, slots, numbers, rng)
            if rows:
                _rows(quiz, slots, made, answers)
    return cohort


def _attempts(
    cohort: Cohort, quiz: Quiz, slots: Sequence[Slot], numbers: range, rng: random.Random
) -> tuple[list[Attempt], list[list[str | None]]]:
    """Attempts of new students, and what each of them chose."""
    now = timezone.now()
    users = User.objects.bulk_create(
        User(username=f"{cohort.pk}-{number}", password="!") for number in numbers
    )
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(user=user, cohort=cohort, joined_at=now) for user in users
    )
    answers = [_answers(slots, rng.gauss(0, 1), rng) for _ in enrolments]
    attempts = Attempt.objects.bulk_create(
        Attempt(
            quiz=quiz,
            enrolment=enrolment,
            number=1,
            state=Attempt.State.SUBMITTED,
            started_at=now - timedelta(minutes=20),
            submitted_at=now,
            score=grading.total(map(_mark, slots, chosen)),
            out_of=len(slots),
            sheet=sheets.of(map(_row, slots, chosen)),
            pace=_pace(slots, rng),
        )
        for enrolment, chosen in zip(enrolments, answers, strict=True)
    )
    return attempts, answers


def _rows(
    quiz: Quiz,
    slots: Sequence[Slot],
    attempts: Sequence[Attempt],
    answers: Sequence[Sequence[str | None]],
) -> None:
    """The ledger's rows, the questions, the answers and the marks of these attempts."""
    now = timezone.now()
    Record.objects.bulk_create(
        Record(enrolment_id=attempt.enrolment_id, activity=quiz.activity, started_at=now)
        for attempt in attempts
    )
    items = Item.objects.bulk_create(
        Item(
            attempt=attempt,
            position=slot.position,
            slot=slot.position,
            version=slot.question.current,
            order=[],
            points=1,
        )
        for attempt in attempts
        for slot in slots
    )
    flat = [choice for chosen in answers for choice in chosen]
    Response.objects.bulk_create(
        Response(item=item, revision=1, answer=choice, saved_at=now)
        for item, choice in zip(items, flat, strict=True)
        if choice is not None
    )
    Mark.objects.bulk_create(
        Mark(item=item, version_id=item.version_id, score=_mark(slot, choice), made_at=now)
        for item, slot, choice in zip(items, cycle(slots), flat, strict=False)
    )


def _pace(slots: Sequence[Slot], rng: random.Random) -> str:
    """Half a minute to two for each question, as answers saved one by one tell it."""
    begun, at, saves = timezone.now(), timezone.now(), []
    for slot in slots:
        assert slot.question is not None
        assert slot.question.current_id is not None
        at += timedelta(seconds=rng.randint(30, 120))
        saves.append((at, slot.question.current_id))
    return pace.write(begun, at, saves)


def _row(slot: Slot, choice: str | None) -> sheets.Row:
    assert slot.question is not None
    assert slot.question.current_id is not None
    return slot.question.current_id, slot.position, slot.points, _mark(slot, choice), choice


@cache
def _options(slot: Slot) -> list[str]:
    """The keys of a question's options, the right one first."""
    assert slot.question is not None
    options = sorted(slot.question.spec["options"], key=lambda option: not option["correct"])
    return [option["key"] for option in options]


def _mark(slot: Slot, choice: str | None) -> Decimal:
    return Decimal(choice == _options(slot)[0])


def _answers(slots: Sequence[Slot], strength: float, rng: random.Random) -> list[str | None]:
    chosen: list[str | None] = []
    for place, slot in enumerate(slots):
        right, *wrong = _options(slot)
        if rng.random() < 0.03:
            chosen.append(None)
        elif rng.gauss(strength, 1) > (place - len(slots) / 2) / 4:
            chosen.append(right)
        else:
            chosen.append(rng.choice([wrong[0], *wrong]))
    return chosen
