"""Checking an answer while the attempt goes on, and asking for a fresh question in practice."""

import random
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from courses.models import User
from courses.refusals import Refused
from quizzes.access import own_attempt_to_write
from quizzes.models import Attempt, Item, Response, Slot
from quizzes.questions import KINDS
from quizzes.seeing import revealing
from quizzes.sitting import attempts, composing, papers, tries
from quizzes.sitting.attempts import Answer, Closed, NotSaved, Saved
from quizzes.sitting.behaviours import Behaviour, Rules, Standing, State

NO_FRESH_ONES = "Only in practice can a question be swapped for another one like it."
CHECK_FIRST = "Check your answer first; then you can try another question like it."
NO_OTHER = (
    "There is no other question to draw here whose answer you have not been shown. What you"
    " answered here stands."
)


@dataclass(frozen=True)
class Checked:
    """A try that is stored, and how its question stands now."""

    saved: Saved
    standing: Standing


def check(
    user: User, attempt_id: UUID, *, position: int, answer: Answer, now: datetime
) -> Checked | NotSaved:
    """Store an answer as a try at its question and say how that stands.

    By the same way as any answer: the same refusals (`attempts.save`), and one more reason,
    "locked", once a question has been checked for good. The same answer again is no second try.
    Raises `Refused`, `Closed` and `Http404` as saving does.
    """
    outcome = attempts.save(
        user, attempt_id, answers={position: replace(answer, checked=True)}, now=now
    )[position]
    if isinstance(outcome, NotSaved):
        return outcome
    attempt = Attempt.objects.only("rules").get(pk=attempt_id)
    return Checked(outcome, tries.standings(attempt, [position])[position].standing)


def redo(
    user: User, attempt_id: UUID, *, position: int, now: datetime, seed: int | None = None
) -> Item:
    """In practice, swap a checked question for a fresh one; asking twice swaps it once.

    One of its slot that this student has not met comes first; the same one, shuffled anew, if the
    slot has no other. What was answered stays to be read in the log. Unless the quiz says that all
    count, none comes whose key the student has been shown: it would earn nothing, and take what
    was answered wrong out of the total. Raises `Refused`, and `Closed` and `Http404` as saving
    does.
    """
    with transaction.atomic():
        attempt = own_attempt_to_write(user, attempt_id)
        if attempts.takes_answers(attempt, now):
            return _swap(attempt, position, now, seed)
    overdue = attempt.is_open and attempts.is_overdue(attempt, now)
    attempts.settle(attempt, now=now)
    raise Closed(attempts.closed_in_words(attempt, overdue))


def _newest(item: Item) -> int:
    newest = Response.objects.filter(item=item).aggregate(newest=Max("revision"))["newest"]
    return item.begins if newest is None else int(newest)


def _swap(attempt: Attempt, position: int, now: datetime, seed: int | None) -> Item:
    if Rules.read(attempt.rules).behaviour != Behaviour.PRACTICE:
        raise Refused(_(NO_FRESH_ONES))
    items = {
        item.position: item
        for item in Item.objects.current()
        .filter(attempt=attempt)
        .select_related("version")
        .defer("version__content", "version__public")
    }
    if position not in items:
        raise Refused(_(attempts.NO_SUCH_QUESTION).format(position=position))
    item = items[position]
    if item.left_at is not None:
        raise Refused(_(attempts.LEFT).format(position=position))
    found = tries.standings(attempt, [position]).get(position)
    if found is None or found.standing.state != State.LOCKED:
        if Item.objects.filter(
            attempt=attempt, position=position, replaced_at__isnull=False
        ).exists():
            return item  # pressed twice
        raise Refused(_(CHECK_FIRST))
    rng = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311
    known = revealing.known_versions(attempt.enrolment, now=now)
    slot = Slot.objects.filter(quiz=attempt.quiz_id, position=item.slot or 0).first()
    version = None
    if slot is not None:
        besides = {each.version.question_id for each in items.values()}
        version = composing.fresh(attempt.enrolment, slot, besides=besides, rng=rng, known=known)
    version = version or item.version
    if version.pk in known and attempt.quiz.leaves_out_known:
        raise Refused(_(NO_OTHER))
    item.replaced_at = now
    item.save(update_fields=["replaced_at"])
    # The constraint "one item per position" lets no two of them stand.
    swapped = Item.objects.create(
        attempt=attempt,
        position=position,
        version=version,
        order=KINDS[version.kind].arrange(version.spec, rng, attempt.quiz.shuffle_options),
        points=item.points,
        slot=item.slot,
        begins=_newest(item) + 1,
    )
    if not item.counts:
        stand = Item.objects.current().filter(attempt=attempt)
        before = papers.asked_before(
            attempt.enrolment, attempt.quiz_id, now=attempt.started_at, besides=attempt
        )
        attempt.out_of = papers.out_of(stand.values_list("points", "version", "counts"), before)
        attempt.save(update_fields=["out_of"])
    return swapped
