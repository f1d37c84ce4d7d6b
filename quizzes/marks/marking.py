"""Writing marks: the only place that turns responses into scores.

What a person has to mark gets no mark here (see `queue`). As long as such an answer that counts
waits, its attempt has no score: it is handed in, and counts in nothing yet.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, UUIDField

from courses.models.prepared import Prepared
from quizzes.marks import grading
from quizzes.marks.ledger import record
from quizzes.models import Attempt, Item, Mark
from quizzes.questions import BY_HAND, KINDS
from quizzes.reporting import sheets, tallies
from quizzes.sitting import tries
from quizzes.sitting.behaviours import Given, Rules, judge
from quizzes.statistics import pace

log = structlog.get_logger(__name__)


TO_GRADE = Prepared[Item](
    lambda attempt: (
        Item.objects.current()
        .filter(attempt=attempt)
        .select_related("version")
        .defer("version__content", "version__public")
    ),
    attempt=UUIDField(),
)


def grade(attempt: Attempt, *, now: datetime) -> None:
    """Mark every item of an attempt that has just closed, and tell the ledger.

    An answer that a person has to mark gets no mark, and leaves the attempt without a score. The
    caller holds the attempt's lock inside a transaction and has set its state. Score, marks
    and ledger are written together or not at all.
    """
    rules = Rules.read(attempt.rules)
    stored = tries.stored([attempt.pk])
    answers = tries.deciding(stored)
    versions: dict[int, int] = {}
    marks: list[Mark] = []
    counting: list[sheets.Row] = []
    for item in TO_GRADE.all(attempt=attempt.pk):
        versions[item.pk] = item.version_id
        given = answers.get(item.pk, ())
        mark = _mark(item, rules, given, now=now)
        if item.counts:
            score = None if mark is None else mark.score
            answer = given[-1].answer if given else None
            counting.append((item.version_id, item.slot, item.points, score, answer))
        if mark is not None:
            marks.append(mark)
    Mark.objects.bulk_create(marks)
    _score(attempt, counting)
    saves = ((at, versions[item]) for item, _answer, _checked, _certainty, at in stored)
    attempt.pace = pace.write(attempt.started_at, attempt.submitted_at or now, saves)
    attempt.save(update_fields=["state", "submitted_at", "score", "sheet", "pace", "deduction"])
    tallies.turned([(attempt.quiz_id, attempt.enrolment.cohort_id)])
    record(attempt, now=now)


def _score(attempt: Attempt, counting: Sequence[sheets.Row]) -> None:
    """Set the score and the sheet by these questions; none of both while one waits."""
    scores = [score for _version, _slot, _points, score, _answer in counting]
    known = [score for score in scores if score is not None]
    attempt.score = grading.total(known) if len(known) == len(scores) else None
    attempt.sheet = sheets.of(counting)


def _mark(item: Item, rules: Rules, answers: Sequence[Given], *, now: datetime) -> Mark | None:
    """What the answers to an item earn; None where somebody has to look at them.

    That is so where grading fails, too: a fault must not be a silent zero, nor keep anybody from
    handing in. It waits in the marking queue, and `catch_up` tries once more.
    """
    version = item.version
    try:
        standing = judge(rules, KINDS[version.kind], version.spec, answers)
        if standing.earned is None:
            return None
        score = grading.mark(standing.earned, item.points, least=rules.least)
    except Exception:
        log.exception("answer_not_graded", attempt=str(item.attempt_id), version=version.pk)
        return None
    return Mark(item=item, version=version, score=score, made_at=now)


def _unmarked() -> QuerySet[Item]:
    return Item.objects.current().filter(~Exists(Mark.objects.filter(item=OuterRef("pk"))))


def left_over() -> QuerySet[Attempt]:
    """What was handed in and has no score, though no person has to mark any more of it."""
    of_theirs = _unmarked().filter(attempt=OuterRef("pk"))
    return Attempt.objects.submitted().filter(
        Exists(of_theirs.exclude(version__kind__in=BY_HAND)) | ~Exists(of_theirs),
        score__isnull=True,
    )


def catch_up(attempt: Attempt, *, now: datetime) -> bool:
    """Grade what is left of a submitted attempt without a score; whether it has one now.

    Marks that there are stay as they are, so doing it twice changes nothing more.
    """
    with transaction.atomic():
        locked = (
            Attempt.objects.select_for_update(of=("self",))
            .select_related("quiz__activity", "enrolment__cohort")
            .get(pk=attempt.pk)
        )
        if locked.state != Attempt.State.SUBMITTED or locked.score is not None:
            return locked.score is not None
        rules, answers = Rules.read(locked.rules), tries.given([locked.pk])
        unmarked = list(_unmarked().filter(attempt=locked).select_related("version"))
        marks = [_mark(item, rules, answers.get(item.pk, ()), now=now) for item in unmarked]
        Mark.objects.bulk_create(mark for mark in marks if mark is not None)
        settle(locked, now=now)
        return locked.score is not None


def settle(attempt: Attempt, *, now: datetime) -> None:
    """Bring an attempt's score in line with the newest marks of its items, and tell the ledger.

    The caller holds the attempt's lock. Without a mark on each item that counts there is no score.
    """
    _score(attempt, sheets.rows([attempt.pk])[attempt.pk])
    attempt.save(update_fields=["score", "sheet"])
    tallies.turned([(attempt.quiz_id, attempt.enrolment.cohort_id)])
    record(attempt, now=now)
