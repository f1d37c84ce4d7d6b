"""Trying a question that stands in a lesson: the answer is shown at once and never graded."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from courses.models import Enrolment
from quizzes.marks import grading
from quizzes.models import CheckpointAnswer, QuestionVersion
from quizzes.questions import KINDS
from quizzes.seeing.visibility import Phase, Policy, Role, visible


@dataclass(frozen=True)
class Tried:
    """What a try shows: how it went, and why."""

    outcome: str
    review: Mapping[str, Any]


def order_of(version: QuestionVersion) -> Any:
    """The arrangement of a checkpoint: shuffled, but the same for everybody and every time.

    Nothing is frozen for a try, so the version must give the order again; by its name, not by its
    digest, which depends on the key.
    """
    rng = random.Random(f"{version.question_id}.{version.number}")  # noqa: S311  # repeatable
    return KINDS[version.kind].arrange(version.spec, rng, True)


def answer(
    version: QuestionVersion, enrolment: Enrolment | None, *, response: Any, now: datetime
) -> Tried:
    """Grade a try and keep it for the learner (an editor's try leaves no trace)."""
    kind = KINDS[version.kind]
    if enrolment is not None:
        CheckpointAnswer.objects.create(
            enrolment=enrolment,
            version=version,
            answer=response,
            fraction=grading.mark(kind.grade(version.spec, response), Decimal(1)),
            answered_at=now,
        )
    items = visible(Policy.PRACTICE, Phase.ANSWERED, Role.STUDENT)
    return Tried(
        outcome=kind.outcome(version.spec, response),
        review=kind.review(version.content, order_of(version), response, items=items),
    )
