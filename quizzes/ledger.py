"""From finished attempts to the ledger's row of a student and a quiz.

Whoever writes here holds the attempts' locks already; the ledger's rows are locked after them, by
enrolment and then activity, so that no two writers wait for each other for ever.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from courses import progress
from quizzes import grading, holding
from quizzes.models import Attempt, Quiz, Reveal

CHUNK = 500
Pair = tuple[int, int]  # quiz, enrolment


@dataclass
class Standing:
    """The attempts of one student at one quiz that are over, in their order."""

    scores: list[Decimal | None]  # of those handed in: the percentage; None where one waits
    over: int = 0

    def percentage(self, quiz: Quiz) -> Decimal | None:
        """What counts, as people read it; None where nothing does yet.

        An attempt that waits for a person counts in nothing yet.
        """
        if quiz.grade_method == Quiz.GradeMethod.FIRST and self.scores[:1] == [None]:
            return None
        known = [score for score in self.scores if score is not None]
        counting = grading.best(known, quiz.grade_method)
        return None if counting is None else grading.shown(counting)

    @property
    def waits(self) -> bool:
        return None in self.scores


def record(attempt: Attempt, *, now: datetime) -> None:
    """Bring the ledger's row for this student and quiz in line with their finished attempts.

    The activity counts as completed once passed, or when all attempts that this student has are
    used up. What was not handed in uses an attempt up, and has no score; while one waits for a
    person, not every attempt is over. The attempt comes with quiz, activity and cohort.
    """
    progress.hold(attempt.enrolment, attempt.quiz.activity)
    percentage, completed = _counting([attempt], now=now).get(_pair(attempt), (None, False))
    if percentage is not None:
        progress.score(
            attempt.enrolment,
            attempt.quiz.activity,
            percentage=percentage,
            completed=completed,
            now=now,
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
        percentage, completed = counting.get(_pair(attempt), (None, False))
        if percentage is not None:
            row = ledger[attempt.enrolment_id, attempt.quiz.activity_id]
            row.score = percentage
            if completed and row.completed_at is None:
                row.completed_at = now
            changed.append(row)
    progress.score_all(changed)


def _pair(attempt: Attempt) -> Pair:
    return attempt.quiz_id, attempt.enrolment_id


def _counting(attempts: Sequence[Attempt], *, now: datetime) -> dict[Pair, tuple[Decimal, bool]]:
    """The percentage that counts, and whether the activity is completed, where there is one."""
    standings: dict[Pair, Standing] = defaultdict(lambda: Standing([]))
    for quiz, enrolment, state, score, out_of, deduction in (
        Attempt.objects.exclude(state=Attempt.State.OPEN)
        .filter(
            quiz__in={attempt.quiz_id for attempt in attempts},
            enrolment__in={attempt.enrolment_id for attempt in attempts},
        )
        .order_by("number")
        .values_list("quiz", "enrolment", "state", "score", "out_of", "deduction")
    ):
        standing = standings[quiz, enrolment]
        standing.over += 1
        if state == Attempt.State.SUBMITTED:
            standing.scores.append(
                None if score is None else grading.effective(score, out_of, deduction)
            )
    percentages = {
        _pair(attempt): percentage
        for attempt in attempts
        if (percentage := standings[_pair(attempt)].percentage(attempt.quiz)) is not None
    }
    undecided = [
        attempt
        for attempt in attempts
        if _pair(attempt) in percentages
        and percentages[_pair(attempt)] < attempt.quiz.pass_mark
        and not standings[_pair(attempt)].waits
    ]
    used_up = _used_up(undecided, standings, now=now) if undecided else set()
    quizzes = {attempt.quiz_id: attempt.quiz for attempt in attempts}
    return {
        pair: (percentage, percentage >= quizzes[pair[0]].pass_mark or pair in used_up)
        for pair, percentage in percentages.items()
    }


def _used_up(
    attempts: Sequence[Attempt], standings: Mapping[Pair, Standing], *, now: datetime
) -> Collection[Pair]:
    """Whose attempts are all over; asked only where that decides."""
    # Who has asked for the answers has no attempt left.
    if len(attempts) == 1:
        person, revealed = holding.anew(attempts[0].enrolment_id, attempts[0].quiz)
        none_left = {_pair(attempts[0])} if revealed else set()
        asked, people = attempts, [person]
    else:
        none_left = set(
            Reveal.objects.filter(
                quiz__in={attempt.quiz_id for attempt in attempts},
                enrolment__in={attempt.enrolment_id for attempt in attempts},
            )
            .order_by()
            .values_list("quiz", "enrolment")
        )
        asked = [attempt for attempt in attempts if _pair(attempt) not in none_left]
        book = holding.Book(
            {attempt.quiz_id for attempt in asked},
            {attempt.enrolment.cohort_id for attempt in asked},
        )
        people = [book.person(attempt.enrolment, attempt.quiz) for attempt in asked]
    for attempt, person in zip(asked, people, strict=True):
        allowed = person.at(now).attempts_allowed.value
        if allowed is not None and standings[_pair(attempt)].over >= allowed:
            none_left.add(_pair(attempt))
    return none_left
