"""The verbs of an attempt: start, save, submit. Each owns its transaction and may be repeated.

Every writer locks the attempt (or, to start one, the enrolment) first; constraints decide what
slips past. `now` is when the request arrived, before it waited for anything.
"""

import hashlib
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import (
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    UUIDField,
)

from courses import progress
from courses.models import Enrolment, User
from courses.models.prepared import Prepared
from courses.refusals import Refused
from quizzes import availability, composing, marking, timing
from quizzes.access import own_attempt_to_write
from quizzes.behaviours import AtZero, Behaviour, Certainty, Navigation, Rules
from quizzes.conditions import Conditions
from quizzes.models import Attempt, Item, Quiz, Response
from quizzes.questions import KINDS, Kind

NOT_A_STUDENT = "Only students of the cohort sit its quizzes. You can look at everything else."
TIME_IS_UP = "Time is up. The answers that were saved before {at} have been handed in."
HANDED_IN = "This attempt has been handed in; its answers cannot be changed any more."
STALE = (
    "This answer was changed in another window. What is stored is shown beside it: keep it, or "
    "give your answer again."
)
NO_REVISION = "The page did not say which answer it replaces. Reload the page and answer again."
NO_SUCH_QUESTION = "This attempt has no question {position}."


class Closed(Refused):
    """The attempt takes no more answers."""


@dataclass(frozen=True)
class Answer:
    """An answer on its way in.

    `base` is the revision that it replaces (0 for the first answer; None when the page did not
    say). `read` turns what came into a response and raises ValueError with a sentence.
    """

    base: int | None
    read: Callable[[Kind, object], object]
    operation: UUID | None = None  # the client's own name for this save
    source: str = Response.Source.PAGE
    certainty: int | None = None  # 1..3, where it is asked


@dataclass(frozen=True)
class Saved:
    """The acknowledgement: the answer is stored."""

    position: int
    revision: int
    saved_at: datetime
    shown: object
    digest: str
    # The end of the attempt as it stands now: it may have been moved since the page was loaded.
    deadline: datetime | None = None


@dataclass(frozen=True)
class NotSaved:
    """Why an answer was not stored, and what is: nothing of it has been changed."""

    position: int
    reason: str  # "stale" or "malformed"
    message: str
    revision: int
    shown: object


def digest(shown: object) -> str:
    """A short fingerprint of an answer in tokens, for acknowledgements and disputes."""
    canonical = json.dumps(shown, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


# --- Starting ----------------------------------------------------------------------------------


def deadline_for(
    enrolment: Enrolment, holds: Conditions, *, now: datetime
) -> availability.Deadline:
    """When an attempt that starts `now` would end for this person, and why."""
    return holds.deadline(started_at=now, zone=enrolment.cohort.zone)


def refusal(
    enrolment: Enrolment | None,
    holds: Conditions | None,
    attempts: Sequence[Attempt],
    *,
    now: datetime,
) -> availability.Refusal | None:
    """Why this person may not start another attempt now, or None.

    `holds` are the person's conditions in the quiz (`timing.person`).
    """
    if enrolment is None or enrolment.teaches or holds is None:
        return availability.Refusal("not_a_student", NOT_A_STUDENT)
    return availability.start_refusal(
        now=now,
        opens_at=holds.opens_at.value,
        closes_at=holds.closes_at.value,
        attempts_allowed=holds.attempts_allowed.value,
        attempts_used=len(attempts),
        has_open_attempt=any(attempt.is_open for attempt in attempts),
        zone=enrolment.cohort.zone,
    )


def rules_of(quiz: Quiz) -> Rules:
    """What an attempt at this quiz is started under, as the quiz is set now."""
    return Rules(
        behaviour=Behaviour(quiz.behaviour),
        penalty=quiz.penalty,
        certainty=Certainty(quiz.certainty),
        navigation=Navigation(quiz.navigation),
        at_zero=AtZero(quiz.at_zero),
    )


def start(enrolment: Enrolment, quiz: Quiz, *, now: datetime, seed: int | None = None) -> Attempt:
    """Start an attempt, or give back the one under way: pressing twice starts one.

    Draws the questions, and freezes their versions and the order of their options. `seed` makes
    the draw repeatable; without it the system's randomness decides. Raises `Refused`.
    """
    with transaction.atomic():
        enrolment = (
            Enrolment.objects.active()
            # `no_key`: grades name the enrolment, and are written without waiting for this.
            .select_for_update(of=("self",), no_key=True)
            .select_related("cohort")
            .get(pk=enrolment.pk)
        )
        # Locked too: one that is overdue is closed here, and perhaps by its own page as well.
        attempts = list(
            Attempt.objects.filter(quiz=quiz, enrolment=enrolment)
            .select_for_update()
            .order_by("number")
        )
        for attempt in attempts:
            if attempt.is_open and not is_overdue(attempt, now):
                return attempt
            if attempt.is_open:
                _close(attempt, now=now)
        # After the lock: whoever changes the conditions takes it too.
        holds = timing.person(enrolment, quiz).at(now)
        why_not = refusal(enrolment, holds, attempts, now=now)
        if why_not is not None:
            raise Refused(why_not.sentence)
        rng = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311
        filled = composing.compose(enrolment, quiz, rng=rng)
        deadline = deadline_for(enrolment, holds, now=now)
        attempt = Attempt.objects.create(
            quiz=quiz,
            enrolment=enrolment,
            number=len(attempts) + 1,
            started_at=now,
            deadline=deadline.at,
            closes_at=deadline.cut_off,
            out_of=sum(slot.points for slot, _version in filled),
            rules=rules_of(quiz).stored(),
        )
        Item.objects.bulk_create(
            Item(
                attempt=attempt,
                position=position,
                version=version,
                order=KINDS[version.kind].arrange(version.spec, rng, quiz.shuffle_options),
                points=slot.points,
                slot=slot.position,
            )
            for position, (slot, version) in enumerate(filled, start=1)
        )
        progress.start(enrolment, quiz.activity, now=now)
    return attempt


# --- Answering ---------------------------------------------------------------------------------


def is_overdue(attempt: Attempt, now: datetime) -> bool:
    """Whether an attempt is closed by time, even if nobody has noticed yet."""
    return attempt.closes_at is not None and now > attempt.closes_at


def save(
    user: User, attempt_id: UUID, *, answers: Mapping[int, Answer], now: datetime
) -> dict[int, Saved | NotSaved]:
    """Store answers by their question's position in one's own open attempt.

    Each question is judged by itself: one malformed or stale answer keeps no other from being
    stored. Sending the same answer again is acknowledged again and adds nothing. Raises `Closed`
    when the attempt takes no more, and `Http404` when it is not this person's.
    """
    with transaction.atomic():
        attempt = own_attempt_to_write(user, attempt_id)
        overdue = attempt.is_open and is_overdue(attempt, now)
        if attempt.is_open and not overdue:
            return _store(attempt, answers, now)
    if overdue:
        close(attempt, now=now)
        raise Closed(TIME_IS_UP.format(at=_clock(attempt)))
    raise Closed(HANDED_IN)


def _answered(items: QuerySet[Item]) -> QuerySet[Item]:
    """Items with the kind of their question and their newest answer."""
    newest = Response.objects.filter(item=OuterRef("pk")).order_by("-revision")
    return items.order_by().annotate(
        revision=Subquery(newest.values("revision")[:1]),
        answer=Subquery(newest.values("answer")[:1]),
        answered_at=Subquery(newest.values("saved_at")[:1]),
        kind=F("version__kind"),
    )


ALL_ITEMS = Prepared[Any](
    lambda attempt: _answered(Item.objects.filter(attempt=attempt)), attempt=UUIDField()
)
ONE_ITEM = Prepared[Any](
    lambda attempt, position: _answered(Item.objects.filter(attempt=attempt, position=position)),
    attempt=UUIDField(),
    position=IntegerField(),
)


def _store(
    attempt: Attempt, answers: Mapping[int, Answer], now: datetime
) -> dict[int, Saved | NotSaved]:
    # The page's script sends one answer, a form without scripts all of them. SQLite cannot even
    # ask for a number that does not fit into 64 bits.
    if len(answers) == 1:
        found = ONE_ITEM.all(attempt=attempt.pk, position=min(*answers, 2**15 - 1))
    else:
        found = ALL_ITEMS.all(attempt=attempt.pk)
    items: dict[int, Any] = {item.position: item for item in found}
    outcomes: dict[int, Saved | NotSaved] = {}
    added: list[Response] = []
    for position, answer in answers.items():
        if position not in items:
            raise Refused(NO_SUCH_QUESTION.format(position=position))
        outcome = _judge(items[position], answer, now, attempt.deadline)
        if isinstance(outcome, Response):
            added.append(outcome)
            shown = KINDS[items[position].kind].show(outcome.item.order, outcome.answer)
            outcome = Saved(position, outcome.revision, now, shown, digest(shown), attempt.deadline)
        outcomes[position] = outcome
    Response.objects.bulk_create(added)
    return outcomes


def _judge(
    item: Any, answer: Answer, now: datetime, deadline: datetime | None
) -> Response | Saved | NotSaved:
    """The row to add for an answer, or the acknowledgement or refusal that needs none.

    `item` comes with its `kind` and its newest `revision`, `answer` and `answered_at`.
    """
    kind = KINDS[item.kind]
    current = item.revision or 0
    shown = kind.show(item.order, item.answer)

    def refuse(reason: str, message: str) -> NotSaved:
        return NotSaved(item.position, reason, message, current, shown)

    if answer.base is None:
        return refuse("malformed", NO_REVISION)
    try:
        response = answer.read(kind, item.order)
    except ValueError as problem:
        return refuse("malformed", str(problem))
    if response == item.answer and answer.base in (current, current - 1):
        # The same answer again, perhaps because our acknowledgement was lost on the way.
        saved_at = item.answered_at or now
        return Saved(item.position, current, saved_at, shown, digest(shown), deadline)
    if answer.base != current:
        return refuse("stale", STALE)
    return Response(
        item=item,
        revision=current + 1,
        answer=response,
        saved_at=now,
        certainty=answer.certainty,
        operation=answer.operation,
        source=answer.source,
    )


# --- Handing in --------------------------------------------------------------------------------


def submit(user: User, attempt_id: UUID, *, now: datetime) -> Attempt:
    """Hand one's own attempt in and have it graded; handing in twice changes nothing more."""
    with transaction.atomic():
        attempt = own_attempt_to_write(user, attempt_id)
        if attempt.is_open:
            _close(attempt, now=now)
    return attempt


def close(attempt: Attempt, *, now: datetime) -> Attempt:
    """Hand in an attempt whose time is up, whoever noticed; the last acknowledged answers count."""
    with transaction.atomic():
        locked = (
            Attempt.objects.select_for_update(of=("self",))
            .select_related("quiz__activity", "enrolment__cohort")
            .get(pk=attempt.pk)
        )
        if locked.is_open and is_overdue(locked, now):
            _close(locked, now=now)
    attempt.state, attempt.submitted_at = locked.state, locked.submitted_at
    attempt.score = locked.score
    return attempt


def settle(attempt: Attempt, *, now: datetime) -> Attempt:
    """The attempt as it stands at `now`: any reader who meets an overdue one closes it."""
    if attempt.is_open and is_overdue(attempt, now):
        return close(attempt, now=now)
    return attempt


def _close(attempt: Attempt, *, now: datetime) -> None:
    """Close and grade an attempt that the caller has locked."""
    attempt.state = Attempt.State.SUBMITTED
    attempt.submitted_at = min(now, attempt.deadline) if attempt.deadline else now
    marking.grade(attempt, now=now)


def _clock(attempt: Attempt) -> str:
    zone = attempt.enrolment.cohort.zone
    if attempt.deadline is None:
        return ""
    return availability.clock(attempt.deadline, zone=zone, beside=attempt.started_at)
