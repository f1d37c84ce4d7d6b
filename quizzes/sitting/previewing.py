"""A quiz as its students would meet it, for those who teach or edit: drawn, answered and graded in
memory. No clock starts, and nothing is stored.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from quizzes.marks import grading
from quizzes.models import Attempt, Item, QuestionVersion, Quiz
from quizzes.questions import KINDS, Kind
from quizzes.questions.base import Unreadable
from quizzes.seeing.visibility import EVERYTHING
from quizzes.sitting import attempts, composing, papers, reports
from quizzes.sitting.behaviours import Given, Rules, judge
from quizzes.sitting.reports import OpenQuestion, Result, ReviewedQuestion
from quizzes.sitting.trials import Trial

NOTHING_STORED = (
    "What a student with these answers would read when all is shown. Nothing is stored."
)

# Reads what was given to the question at a position; ValueError with a sentence.
Reader = Callable[[Kind, Any], Any]


@dataclass(frozen=True)
class Preview:
    """An attempt that nobody makes, with its questions as `attempts.start` would freeze them."""

    attempt: Attempt
    items: Sequence[Item]


def draw(quiz: Quiz, *, seed: str, now: datetime) -> Preview:
    """A draw that the same seed repeats, as long as the bank stays as it is.

    Raises `Refused` where a student could not start either.
    """
    rng = random.Random(seed)  # noqa: S311
    filled = composing.compose(None, quiz, rng=rng)
    whole = QuestionVersion.objects.in_bulk([version.pk for _slot, version in filled])
    filled = [(slot, whole[version.pk]) for slot, version in filled]
    attempt = Attempt(
        quiz=quiz,
        number=1,
        started_at=now,
        out_of=sum(slot.points for slot, _version in filled),
        rules=attempts.rules_of(quiz).stored(),
        sections=composing.headings(filled),
    )
    return Preview(attempt, papers.frozen(attempt, filled, rng))


def questions(
    preview: Preview,
    *,
    typed: Mapping[int, Reader] | None = None,
    sure: Mapping[int, int | None] | None = None,
) -> list[OpenQuestion]:
    """The questions as an open attempt shows them, with what was `typed` so far, and how `sure`."""
    asks = Rules.read(preview.attempt.rules).asks
    return [
        OpenQuestion(
            position=item.position,
            name=f"q{item.position}",
            points=item.points,
            presented=KINDS[item.version.kind].present(
                item.version.public, item.order, _typed(item, typed)
            ),
            shown=None,
            revision=0,
            saved_at=None,
            trial=Trial(asks=True, certainty=(sure or {}).get(item.position)) if asks else None,
        )
        for item in preview.items
    ]


def _typed(item: Item, typed: Mapping[int, Reader] | None) -> Any:
    if not typed:
        return None
    try:
        return typed[item.position](KINDS[item.version.kind], item.order)
    except Unreadable as problem:
        return problem.typed
    except ValueError:
        return None


@dataclass(frozen=True)
class Row:
    """An item with its answer, as reviews and proofs read it."""

    position: int
    points: Decimal
    kind: str
    content: Any
    order: Any
    answer: Any


def faults(preview: Preview, typed: Mapping[int, Reader]) -> dict[int, str]:
    """What cannot be read, by position, in sentences."""
    found = {}
    for item in preview.items:
        try:
            typed[item.position](KINDS[item.version.kind], item.order)
        except ValueError as problem:
            found[item.position] = str(problem)
    return found


def graded(
    preview: Preview,
    typed: Mapping[int, Reader],
    *,
    now: datetime,
    sure: Mapping[int, int | None] | None = None,
) -> Result:
    """What these answers earn if they are handed in as they are, with all shown.

    `sure` is the certainty of each, 1..3, by position. No total while an answer waits for a person.
    """
    rules = Rules.read(preview.attempt.rules)
    rows, marks = [], []
    for item in preview.items:
        version, kind = item.version, KINDS[item.version.kind]
        answer = typed[item.position](kind, item.order)
        rows.append(
            Row(item.position, item.points, version.kind, version.content, item.order, answer)
        )
        given = Given(answer, certainty=(sure or {}).get(item.position))
        earned = judge(rules, kind, version.spec, [given]).earned
        marks.append(
            None if earned is None else grading.mark(earned, item.points, least=rules.least)
        )
    proofs = reports.proofs_of(rows)
    reviewed = []
    for row, mark in zip(rows, marks, strict=True):
        review = KINDS[row.kind].review(row.content, row.order, row.answer, items=EVERYTHING)
        reviewed.append(
            ReviewedQuestion(
                position=row.position,
                points=grading.shown(row.points),
                mark=None if mark is None else grading.shown(mark),
                review=review,
                proofs=reports.shown_proofs(row, review, EVERYTHING, proofs),
                waits=mark is None,
            )
        )
    attempt = preview.attempt
    attempt.submitted_at, attempt.state = now, Attempt.State.SUBMITTED
    known = [mark for mark in marks if mark is not None]
    attempt.score = grading.total(known) if len(known) == len(marks) else None
    told = reports.summary(attempt, EVERYTHING, reviewed)
    return replace(told, waiting=f"{told.waiting} {_(NOTHING_STORED)}".strip())
