"""A class that has sat one quiz of single choice, made in bulk: what reports are measured on."""

import random
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from courses.models import Cohort, Enrolment, Record, User
from quizzes import grading
from quizzes.models import Attempt, Item, Mark, Quiz, Response
from tests import factories

BATCH = 1000
LESSON = """\
## Anarchy {: #anarchy-heading }

No authority stands above states [@waltz1979, ch. 6].
{: #anarchy }
"""


def make_quiz(questions: int) -> Quiz:
    """A course with a quiz of so many questions of four options, the first right."""
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


def sit(quiz: Quiz, attempts: int, *, seed: int = 1, title: str = "Reported") -> Cohort:
    """A cohort in which every student has handed in one attempt; the strong do better."""
    now = timezone.now()
    cohort = factories.make_cohort(quiz.activity.module.course, title, starts_on=now.date())
    rng = random.Random(seed)
    slots = list(quiz.slots.select_related("question__current").order_by("position"))
    for start in range(0, attempts, BATCH):
        with transaction.atomic():
            _sit(cohort, quiz, slots, range(start, min(start + BATCH, attempts)), rng)
    return cohort


def _sit(cohort: Cohort, quiz: Quiz, slots: Sequence, numbers: range, rng: random.Random) -> None:
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
            score=grading.total(Decimal(choice == "option-1") for choice in chosen),
            out_of=len(slots),
        )
        for enrolment, chosen in zip(enrolments, answers, strict=True)
    )
    Record.objects.bulk_create(
        Record(enrolment=enrolment, activity=quiz.activity, started_at=now)
        for enrolment in enrolments
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
        Mark(item=item, version_id=item.version_id, score=choice == "option-1", made_at=now)
        for item, choice in zip(items, flat, strict=True)
    )


def _answers(slots: Sequence, strength: float, rng: random.Random) -> list[str | None]:
    chosen: list[str | None] = []
    for place, _slot in enumerate(slots):
        if rng.random() < 0.03:
            chosen.append(None)
        elif rng.gauss(strength, 1) > (place - len(slots) / 2) / 4:
            chosen.append("option-1")
        else:
            chosen.append(rng.choice(["option-2", "option-2", "option-3", "option-4"]))
    return chosen
