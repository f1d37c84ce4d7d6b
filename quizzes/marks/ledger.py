"""From finished attempts to the ledger's row of a student and a quiz.

Whoever writes here holds the attempts' locks already; the ledger's rows are locked after them, by
enrolment and then activity, so that no two writers wait for each other for ever.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, QuerySet

from courses import progress
from courses.models.prepared import Prepared
from quizzes.marks import grading
from quizzes.models import Attempt, Quiz, Reveal
from quizzes.times import holding
from quizzes.times.holding import Person

CHUNK = 500
Pair = tuple[int, int]  # quiz, enrolment


@dataclass
class Standing:
    """The attempts of one student at one quiz that are over, in their order."""

    scores: list[Decimal | None]  # of those handed in: the percentage; None where one waits
    times: list[tuple[datetime, datetime]]  # when each of these was begun and handed in
    over: int = 0

    def percentage(self, quiz: Quiz) -> Decimal | None:
        """What counts, as people read it; None where nothing does yet.

        An attempt that waits for a person counts in nothing yet.
        """
        counting = grading.best(self.scores, quiz.grade_method)
        return None if counting is None else grading.shown(counting)

    def late(self, quiz: Quiz, person: Person) -> bool:
        """Whether what counts was late: of equal attempts none was in time, of all of them one."""
        if not person.is_ever_due:
            return False
        known = [
            (score, person.at(begun).is_late(handed_in))
            for score, (begun, handed_in) in zip(self.scores, self.times, strict=True)
            if score is not None
        ]
        best = grading.best([score for score, _late in known], quiz.grade_method)
        match quiz.grade_method:
            case Quiz.GradeMethod.HIGHEST:
                return all(late for score, late in known if score == best)
            case Quiz.GradeMethod.AVERAGE:
                return any(late for _score, late in known)
            case Quiz.GradeMethod.FIRST:
                return known[0][1]
        return known[-1][1]

    @property
    def waits(self) -> bool:
        return None in self.scores


@dataclass(frozen=True, slots=True)
class Counting:
    """What a student has earned in a quiz."""

    percentage: Decimal
    late: bool
    completed: bool


def record(attempt: Attempt, *, now: datetime) -> None:
    """Bring the ledger's row for this student and quiz in line with their finished attempts.

    The activity counts as completed once passed, or when all attempts that this student has are
    used up. What was not handed in uses an attempt up, and has no score; while one waits for a
    person, not every attempt is over. The attempt comes with quiz, activity and cohort.
    """
    progress.hold(attempt.enrolment, attempt.quiz.activity)
    earned = _counting([attempt], now=now).get(_pair(attempt))
    if earned is not None:
        progress.score(
            attempt.enrolment,
            attempt.quiz.activity,
            percentage=earned.percentage,
            completed=earned.completed,
            now=now,
            late=earned.late,
        )


def record_all(attempts: Sequence[Attempt], *, now: datetime) -> None:
    """`record` for many, one attempt of each student and quiz, in as many queries as for two.

    Some hundreds at a time: a database takes only so many values in one statement.
    """
    ordered = sorted(attempts, key=lambda attempt: (attempt.enrolment_id, attempt.quiz.activity_id))
    for start in range(0, len(ordered), CHUNK):
        _record_some(ordered[start : start + CHUNK], now=now)


def _record_some(attempts: Sequence[Attempt], *, now: datetime) -> None:
    ledger = progress.hold_all(
        {(attempt.enrolment_id, attempt.quiz.activity_id) for attempt in attempts}, now=now
    )
    counting = _counting(attempts, now=now)
    changed = []
    for attempt in attempts:
        earned = counting.get(_pair(attempt))
        if earned is not None:
            row = ledger[attempt.enrolment_id, attempt.quiz.activity_id]
            row.score, row.late = earned.percentage, earned.late
            if earned.completed and row.completed_at is None:
                row.completed_at = now
            changed.append(row)
    progress.score_all(changed)


def _pair(attempt: Attempt) -> Pair:
    return attempt.quiz_id, attempt.enrolment_id


def _over(attempts: Sequence[Attempt]) -> Iterable[tuple[Any, ...]]:
    """All that is over of what these students did in these quizzes; one query."""
    if len(attempts) == 1:
        return OVER.all(quiz=attempts[0].quiz_id, enrolment=attempts[0].enrolment_id)
    return _finished(
        quiz__in={attempt.quiz_id for attempt in attempts},
        enrolment__in={attempt.enrolment_id for attempt in attempts},
    )


def _finished(**of: Any) -> QuerySet[Attempt, tuple[Any, ...]]:
    return (
        Attempt.objects.exclude(state=Attempt.State.OPEN)
        .filter(**of)
        .order_by("number")
        .values_list(
            *("quiz", "enrolment", "state", "started_at", "submitted_at"),
            *("score", "out_of", "deduction"),
            *("quiz__grade_method", "quiz__pass_mark"),
        )
    )


OVER = Prepared[tuple[Any, ...]](
    lambda quiz, enrolment: _finished(quiz=quiz, enrolment=enrolment),
    quiz=BigIntegerField(),
    enrolment=BigIntegerField(),
)


def _counting(attempts: Sequence[Attempt], *, now: datetime) -> dict[Pair, Counting]:
    """What has been earned so far, where something has."""
    standings: dict[Pair, Standing] = defaultdict(lambda: Standing([], []))
    rules: dict[int, tuple[str, Decimal]] = {}
    for quiz, enrolment, state, begun, handed_in, score, out_of, deduction, *counts in _over(
        attempts
    ):
        rules[quiz] = (counts[0], counts[1])
        standing = standings[quiz, enrolment]
        standing.over += 1
        if state == Attempt.State.SUBMITTED:
            standing.times.append((begun, handed_in))
            standing.scores.append(
                None if score is None else grading.effective(score, out_of, deduction)
            )
    for attempt in attempts:
        # As they are now: who waited for another grade method came with the one before it.
        if attempt.quiz_id in rules:
            attempt.quiz.grade_method, attempt.quiz.pass_mark = rules[attempt.quiz_id]
    percentages = {
        _pair(attempt): percentage
        for attempt in attempts
        if (percentage := standings[_pair(attempt)].percentage(attempt.quiz)) is not None
    }
    counted = [attempt for attempt in attempts if _pair(attempt) in percentages]
    if not counted:
        return {}
    people, revealed = _people(counted)
    found = {}
    for attempt in counted:
        pair, percentage = _pair(attempt), percentages[_pair(attempt)]
        standing, person = standings[pair], people[pair]
        completed = percentage >= attempt.quiz.pass_mark
        if not completed and not standing.waits:
            # Who has asked for the answers has no attempt left.
            allowed = person.at(now).attempts_allowed.value
            completed = pair in revealed or (allowed is not None and standing.over >= allowed)
        found[pair] = Counting(percentage, standing.late(attempt.quiz, person), completed)
    return found


def _people(attempts: Sequence[Attempt]) -> tuple[Mapping[Pair, Person], Collection[Pair]]:
    """What holds for each student, and who has asked for the answers; one query for one."""
    if len(attempts) == 1:
        pair = _pair(attempts[0])
        person, revealed = holding.anew(attempts[0].enrolment_id, attempts[0].quiz)
        return {pair: person}, {pair} if revealed else set()
    book = holding.Book(
        {attempt.quiz_id for attempt in attempts},
        {attempt.enrolment.cohort_id for attempt in attempts},
    )
    asked = Reveal.objects.filter(
        quiz__in={attempt.quiz_id for attempt in attempts},
        enrolment__in={attempt.enrolment_id for attempt in attempts},
    )
    return (
        {_pair(attempt): book.person(attempt.enrolment, attempt.quiz) for attempt in attempts},
        set(asked.order_by().values_list("quiz", "enrolment")),
    )
