"""The verbs of an attempt: start, save, submit. Each owns its transaction and may be repeated.

Every writer locks the attempt (or, to start one, the enrolment) first; constraints decide what
slips past. `now` is when the request arrived, before it waited for anything.
"""

import hashlib
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
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
from quizzes.models import Attempt, Item, LateAnswer, Quiz, Response
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
OTHER_ANSWER = (
    "This operation has been used for another answer to this question. Give each save an"
    " operation of its own."
)
KEPT_AS_LATE = (
    "What came after that is kept in the attempt's log, marked as late; it does not count."
)
MOST_LATE = 20  # late answers to one question that are kept
NO_OPERATION = UUID(int=0)


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
    operation: UUID | None = None
    # The revision that stands now, and what it says if that is not the one acknowledged: a save
    # that is sent again may meet a newer answer.
    newest: int = 0
    stands: object = None


@dataclass(frozen=True)
class NotSaved:
    """Why an answer was not stored, and what is: nothing of it has been changed."""

    position: int
    reason: str  # "stale" or "malformed"
    message: str
    revision: int
    shown: object
    # Whose save stands: a page knows its own again, though it never heard that it was stored.
    operation: UUID | None = None


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
    stored. Sending the same answer again is acknowledged again and adds nothing; by its operation
    it is known again whatever came in between. Raises `Closed` when the attempt takes no more
    (what came is then kept as late), and `Http404` when it is not this person's.
    """
    with transaction.atomic():
        attempt = own_attempt_to_write(user, attempt_id)
        overdue = attempt.is_open and is_overdue(attempt, now)
        if attempt.is_open and not overdue:
            return _store(attempt, answers, now)
    if overdue:
        close(attempt, now=now)
    kept = _keep_late(user, attempt_id, answers, now)
    sentence = TIME_IS_UP.format(at=_clock(attempt)) if overdue else HANDED_IN
    raise Closed(f"{sentence} {KEPT_AS_LATE}" if kept else sentence)


def _answered(items: QuerySet[Item]) -> QuerySet[Item]:
    """Items with the kind of their question and their newest answer."""
    newest = Response.objects.filter(item=OuterRef("pk")).order_by("-revision")
    return items.order_by().annotate(
        revision=Subquery(newest.values("revision")[:1]),
        answer=Subquery(newest.values("answer")[:1]),
        answered_at=Subquery(newest.values("saved_at")[:1]),
        answered_by=Subquery(newest.values("operation")[:1]),
        kind=F("version__kind"),
    )


ALL_ITEMS = Prepared[Any](
    lambda attempt: _answered(Item.objects.current().filter(attempt=attempt)), attempt=UUIDField()
)
ONE_ITEM = Prepared[Any](
    lambda attempt, position, operation: _answered(
        Item.objects.current().filter(attempt=attempt, position=position)
    ).annotate(
        known=Subquery(
            Response.objects.filter(item=OuterRef("pk"), operation=operation).values("revision")[:1]
        )
    ),
    attempt=UUIDField(),
    position=IntegerField(),
    operation=UUIDField(),
)


def _asked(attempt: Attempt, answers: Mapping[int, Answer]) -> dict[int, Any]:
    """The items that `answers` are for, by position; one query."""
    # The page's script sends one answer, a form without scripts all of them. SQLite cannot even
    # ask for a number that does not fit into 64 bits.
    if len(answers) == 1:
        ((position, answer),) = answers.items()
        found = ONE_ITEM.all(
            attempt=attempt.pk,
            position=min(position, 2**15 - 1),
            operation=answer.operation or NO_OPERATION,
        )
    else:
        found = ALL_ITEMS.all(attempt=attempt.pk)
    return {item.position: item for item in found}


def _known(items: Mapping[int, Any], answers: Mapping[int, Answer]) -> dict[int, Response]:
    """By position, what an answer's operation has stored before; no query for a single new one.

    The attempt's lock is held, so no other request stores it meanwhile.
    """
    named = {
        items[position].pk: answer.operation
        for position, answer in answers.items()
        if answer.operation
        and position in items
        and getattr(items[position], "known", 0) is not None
    }
    if not named:
        return {}
    places = {item.pk: position for position, item in items.items()}
    stored = Response.objects.filter(item__in=named, operation__in=set(named.values()))
    return {
        places[response.item_id]: response
        for response in stored
        if response.operation == named[response.item_id]
    }


def _store(
    attempt: Attempt, answers: Mapping[int, Answer], now: datetime
) -> dict[int, Saved | NotSaved]:
    items = _asked(attempt, answers)
    known = _known(items, answers)
    outcomes: dict[int, Saved | NotSaved] = {}
    added: list[Response] = []
    for position, answer in answers.items():
        if position not in items:
            raise Refused(NO_SUCH_QUESTION.format(position=position))
        outcome = _judge(items[position], answer, known.get(position), now)
        if isinstance(outcome, Response):
            added.append(outcome)
            outcome = _saved(items[position], outcome, newest=outcome.revision)
        if isinstance(outcome, Saved):
            outcome = replace(outcome, operation=answer.operation, deadline=attempt.deadline)
        outcomes[position] = outcome
    Response.objects.bulk_create(added)
    return outcomes


def _saved(item: Any, response: Response, *, newest: int) -> Saved:
    """The acknowledgement of a row; `item` still shows the answer that stood before this save."""
    kind = KINDS[item.kind]
    shown = kind.show(item.order, response.answer)
    return Saved(
        item.position,
        response.revision,
        response.saved_at,
        shown,
        digest(shown),
        newest=newest,
        stands=kind.show(item.order, item.answer) if newest > response.revision else None,
    )


def _judge(
    item: Any, answer: Answer, known: Response | None, now: datetime
) -> Response | Saved | NotSaved:
    """The row to add for an answer, or the acknowledgement or refusal that needs none.

    `item` comes with its `kind` and its newest `revision`, `answer`, `answered_at` and
    `answered_by`; `known` is what the same operation has stored before.
    """
    kind = KINDS[item.kind]
    current = item.revision or 0

    def refuse(reason: str, message: str) -> NotSaved:
        shown = kind.show(item.order, item.answer)
        return NotSaved(item.position, reason, message, current, shown, item.answered_by)

    if answer.base is None:
        return refuse("malformed", NO_REVISION)
    try:
        response = answer.read(kind, item.order)
    except ValueError as problem:
        return refuse("malformed", str(problem))
    if known is not None:
        if known.answer != response:
            return refuse("malformed", OTHER_ANSWER)
        return _saved(item, known, newest=current)
    # The same answer again, perhaps because our acknowledgement was lost on the way.
    again = response == item.answer and answer.base in (current, current - 1)
    # With a name of its own it becomes a row of its own, to be known by if it comes once more;
    # nothing in the place of nothing needs none.
    if again and (answer.operation is None or item.revision is None):
        shown = kind.show(item.order, item.answer)
        saved_at = item.answered_at or now
        return Saved(item.position, current, saved_at, shown, digest(shown), newest=current)
    if answer.base != current and not again:
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


def _keep_late(user: User, attempt_id: UUID, answers: Mapping[int, Answer], now: datetime) -> bool:
    """Keep answers that an attempt no longer takes, to be read in its log; whether any was new.

    What is stored already, or kept already, or cannot be read, is not kept again.
    """
    with transaction.atomic():
        attempt = own_attempt_to_write(user, attempt_id)
        items = _asked(attempt, answers)
        known = _known(items, answers)
        before: dict[int, list[LateAnswer]] = {}
        for late in LateAnswer.objects.filter(item__attempt=attempt).order_by("pk"):
            before.setdefault(late.item_id, []).append(late)
        added = []
        for position, answer in answers.items():
            if position not in items or position in known:
                continue
            item = items[position]
            try:
                response = answer.read(KINDS[item.kind], item.order)
            except ValueError:
                continue
            kept = before.get(item.pk, [])
            again = any(late.operation == answer.operation is not None for late in kept)
            if again or response == (kept[-1].answer if kept else item.answer):
                continue
            if len(kept) < MOST_LATE:
                added.append(
                    LateAnswer(
                        item=item,
                        answer=response,
                        arrived_at=now,
                        operation=answer.operation,
                        source=answer.source,
                    )
                )
        LateAnswer.objects.bulk_create(added)
    return bool(added)


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
