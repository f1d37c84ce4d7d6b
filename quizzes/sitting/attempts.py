"""The verbs of an attempt: start, save, submit. Each owns its transaction and may be repeated.

Every writer locks the attempt (or, to start one, the enrolment) first; constraints decide what
slips past. `now` is when the request arrived, before it waited for anything.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import (
    BigIntegerField,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    UUIDField,
)
from django.db.models.functions import Coalesce

from courses import progress
from courses.models import Enrolment, User
from courses.models.prepared import Prepared
from courses.refusals import Refused
from quizzes.access import own_attempt_to_write
from quizzes.marks import marking
from quizzes.models import (
    Acceptance,
    Attempt,
    Item,
    LateAnswer,
    PasswordTry,
    Quiz,
    Response,
    Reveal,
)
from quizzes.questions import KINDS, Kind
from quizzes.seeing import revealing, visibility
from quizzes.sitting import composing, papers, tries
from quizzes.sitting.behaviours import AtZero, Behaviour, Certainty, Navigation, Rules, State
from quizzes.times import availability, holding, timing
from quizzes.times.conditions import Conditions

NOT_A_STUDENT = availability.NOT_A_STUDENT
TIME_IS_UP = "Time is up. The answers that were saved before {at} have been handed in."
OVER_FOR_NOTHING = "Time is up, and this attempt was not handed in, so it does not count."
ANSWERS_CLOSED = (
    "Your time ended at {at}. What was saved by then can still be handed in; this answer came "
    "later and is not part of it."
)
HANDED_IN = "This attempt has been handed in; its answers cannot be changed any more."
STALE = (
    "This answer was changed in another window. What is stored is shown beside it: keep it, or "
    "give your answer again."
)
SWAPPED = (
    "In another window this question was swapped for another one. Reload the page to answer that."
)
NO_REVISION = "The page did not say which answer it replaces. Reload the page and answer again."
LEFT = "You have gone on from question {position}, so its answer cannot be changed any more."
NOT_YET = "You get to question {position} once you have gone on from question {current}."
NO_WAY = "In this quiz all questions stand on one page; there is nothing to go on from."
LAST = "This is the last question. Hand the attempt in when you are done."
NOT_ABANDONED = "This attempt counts already, or is still under way."
NO_SUCH_QUESTION = "This attempt has no question {position}."
OTHER_ANSWER = (
    "This operation has been used for another answer to this question. Give each save an"
    " operation of its own."
)
LOCKED = "This question has been checked for good, so its answer cannot be changed any more."
NOTHING_CHECKED = (
    "In this quiz answers are not checked one by one. Save the answer; it is graded when you hand "
    "in."
)
FOR_A_PERSON = "This answer is marked by a person, so it cannot be checked at once. Save it."
CHOOSE_FIRST = "Give an answer first, then check it."
NOT_ASKED = "This quiz does not ask how sure you are. Leave that out."
NOTHING_NEW = (
    "The answers to all questions that this quiz could ask you now have been shown to you before,"
    " so nothing in it could count. If you still need a mark in it, write to your instructor."
)
FINISH_FIRST = "You have an attempt under way. Hand it in first; then you can look at the answers."
NOTHING_TO_SHOW = "You have not handed in an attempt yet. Take the quiz first."
ELSEWHERE_FIRST = (
    "You sit another quiz that asks one of these questions. Hand that in first; then you can look"
    " at the answers."
)
SHOWN_ANYWAY = "The answers are shown to you without your asking. Look at one of your results."
NOT_ON_REQUEST = (
    "This quiz does not show its answers on request: they follow when it has closed for everybody."
)
KEPT_AS_LATE = (
    "What came after that is kept in the attempt's log, marked as late; it does not count."
)
NOT_KEPT = (
    "So many late answers to a question are kept already that this one is not: keep a copy of it"
    " yourself."
)
MOST_LATE = 20  # late answers to one question that are kept
# Characters that are kept of one that cannot be read: of what a person would mark, and of others.
LONGEST_LATE = {True: 20_000, False: 1_000}
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
    checked: bool = False  # as a try: see `trying.check`
    typed: str = ""  # what came, for people: kept where it is too late and cannot be read


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
    certainty: int | None = None


@dataclass(frozen=True)
class NotSaved:
    """Why an answer was not stored, and what is: nothing of it has been changed."""

    position: int
    # "stale", "malformed", "locked", where another question stands there by now "swapped", or,
    # one question at a time, "left" or "not_yet".
    reason: str
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
    quiz: Quiz,
    now: datetime,
    revealed: bool,
    password: availability.Password | None = None,
) -> availability.Refusal | None:
    """Why this person may not start another attempt now, or None.

    `holds` are the person's conditions in the quiz (`holding.person`); `attempts` all their
    earlier ones. Reasons, their order and their words are those of `availability.start_refusal`.
    """
    if enrolment is None or enrolment.teaches or holds is None:
        return availability.start_refusal(
            now=now, opens_at=None, closes_at=None, attempts_allowed=None, takes_part=False
        )
    return availability.start_refusal(
        now=now,
        opens_at=holds.opens_at.value,
        closes_at=holds.closes_at.value,
        attempts_allowed=holds.attempts_allowed.value,
        earlier=[
            availability.Earlier(attempt.is_open, attempt.submitted_at, attempt.deadline)
            for attempt in attempts
        ],
        delay_first=quiz.delay_first,
        delay_later=quiz.delay_later,
        revealed=revealed,
        password=password,
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
        grace_period=quiz.grace_period if quiz.at_zero == AtZero.GRACE else Rules.grace_period,
        late_penalty=quiz.late_penalty,
        late_most=quiz.late_most if quiz.late_penalty else None,
    )


class NotStarted(Refused):
    """No attempt may be started; `code` says why, for programs."""

    def __init__(self, refusal: availability.Refusal) -> None:
        super().__init__(refusal.sentence)
        self.code = refusal.code

    @property
    def is_of_password(self) -> bool:
        """Whether only what was typed as password stands in the way."""
        return self.code in availability.OF_PASSWORD


def start(
    enrolment: Enrolment,
    quiz: Quiz,
    *,
    now: datetime,
    seed: int | None = None,
    password: str | None = None,
) -> Attempt:
    """Start an attempt, or give back the one under way: pressing twice starts one.

    Draws the questions, and freezes their versions and the order of their options. `seed` makes
    the draw repeatable; without it the system's randomness decides. `password` is what was typed
    where the cohort is asked for one; a wrong one is counted. Raises `Refused`.
    """
    ahead = papers.draw_ahead(enrolment, quiz, now=now, seed=seed)
    with transaction.atomic():
        started = _start(enrolment.pk, quiz, now=now, seed=seed, password=password, ahead=ahead)
    # Outside: a wrong try and the end of an overdue attempt stay, whatever is refused.
    if isinstance(started, availability.Refusal):
        raise NotStarted(started)
    return started


# The next two lock what they read where the database has such locks: for transactions only.
ENROLLED = Prepared[tuple[Any, ...]](
    lambda enrolment: (
        Enrolment.objects.active()
        .filter(pk=enrolment)
        .order_by()
        .select_for_update(no_key=True)
        .values_list("pk")
    ),
    enrolment=BigIntegerField(),
)
EARLIER = Prepared[Attempt](
    lambda quiz, enrolment: (
        Attempt.objects.filter(quiz=quiz, enrolment=enrolment)
        .select_for_update()
        .order_by("number")
    ),
    quiz=BigIntegerField(),
    enrolment=BigIntegerField(),
)


def _start(
    enrolment_id: int,
    quiz: Quiz,
    *,
    now: datetime,
    seed: int | None,
    password: str | None,
    ahead: papers.Drawn | None,
) -> Attempt | availability.Refusal:
    # `no_key`: grades name the enrolment, and are written without waiting for this.
    if not ENROLLED.all(enrolment=enrolment_id):
        raise Enrolment.DoesNotExist
    # All of it after the lock, which whoever changes the conditions takes too: what had been read
    # before, or came beside the row that was waited for, may be older than what now holds.
    person, revealed = holding.anew(enrolment_id, quiz)
    enrolment = person.enrolment
    basis = papers.basis_of(enrolment, quiz)
    basis.set(quiz)
    # Locked too: one that is overdue is closed here, and perhaps by its own page as well.
    attempts = EARLIER.all(quiz=quiz.pk, enrolment=enrolment_id)
    for attempt in attempts:
        if attempt.is_open and not is_overdue(attempt, now):
            return attempt
        if attempt.is_open:
            attempt.quiz, attempt.enrolment = quiz, enrolment
            _close(attempt, now=now)
            basis = papers.basis_of(enrolment, quiz)  # what it asked may be known from now on
    holds = person.at(now)
    why_not = refusal(
        enrolment,
        holds,
        attempts,
        quiz=quiz,
        now=now,
        revealed=revealed,
        password=_password(enrolment, quiz, person.password, password, now=now),
    )
    if why_not is not None:
        if why_not.code == "wrong_password":
            PasswordTry.objects.create(enrolment=enrolment, quiz=quiz, made_at=now)
        return why_not
    if ahead is None or ahead.basis != basis:
        ahead = papers.draw(enrolment, quiz, basis, now=now, seed=seed)
    filled, left_out = ahead.filled, ahead.left_out
    if ahead.known == len(filled):
        return availability.Refusal("nothing_new", NOTHING_NEW)
    asked = [(slot.points, version.pk, version.pk not in left_out) for slot, version in filled]
    before = papers.asked_before(enrolment, quiz, now=now) if ahead.known else frozenset()
    end = deadline_for(enrolment, holds, now=now).at
    rules = rules_of(quiz)
    attempt = Attempt.objects.create(
        quiz=quiz,
        enrolment=enrolment,
        number=len(attempts) + 1,
        started_at=now,
        deadline=end,
        closes_at=availability.closes_at(end, rules),
        out_of=papers.out_of(asked, before),
        rules=rules.stored(),
        sections=composing.headings(filled),
    )
    Item.objects.bulk_create(papers.items_of(attempt, filled, ahead.orders, left_out))
    progress.start(enrolment, quiz.activity, now=now)
    return attempt


def _password(
    enrolment: Enrolment, quiz: Quiz, asked: str, typed: str | None, *, now: datetime
) -> availability.Password:
    """What is asked for and what was typed; no query where nothing is asked for."""
    if not asked:
        return availability.Password()
    tries = PasswordTry.objects.filter(enrolment=enrolment)
    tries.filter(made_at__lte=now - availability.TRIES_WITHIN).delete()
    here = tries.filter(quiz=quiz).values_list("made_at", flat=True)
    return availability.Password(asked, typed, list(here))


# --- Looking at the answers --------------------------------------------------------------------


def _reveal(enrolment: Enrolment, quiz: Quiz) -> Reveal | None:
    return Reveal.objects.filter(enrolment=enrolment, quiz=quiz).first()


def reveal(enrolment: Enrolment, quiz: Quiz, *, now: datetime) -> Reveal:
    """Show a student the answers of a homework quiz before its attempts are used up, and end these.

    Asking twice changes nothing more. A start at the same moment waits for it, or it for the
    start. Raises `Refused` while an attempt is open, here or at another quiz that asks one of these
    questions, and where the answers are shown anyway.
    """
    with transaction.atomic():
        Enrolment.objects.active().order_by().select_for_update(no_key=True).values_list("pk").get(
            pk=enrolment.pk
        )
        enrolment = Enrolment.objects.select_related("cohort").get(pk=enrolment.pk)
        attempts = list(
            Attempt.objects.filter(quiz=quiz, enrolment=enrolment)
            .select_for_update()
            .order_by("number")
        )
        before = _reveal(enrolment, quiz)
        if before is not None:
            return before
        if quiz.review == Quiz.Review.EXAM:
            raise Refused(NOT_ON_REQUEST)
        if any(attempt.is_open and not is_overdue(attempt, now) for attempt in attempts):
            raise Refused(FINISH_FIRST)
        if not attempts:
            raise Refused(NOTHING_TO_SHOW)
        person = holding.person(enrolment, quiz)
        holds = person.at(now)
        so_far = revealing.Tried(used=len(attempts))
        if person.hidden:
            raise Refused(visibility.NOT_RELEASED)
        if quiz.review == Quiz.Review.PRACTICE or not so_far.may_earn(holds, now=now):
            raise Refused(SHOWN_ANYWAY)
        if revealing.asked_elsewhere(enrolment, quiz, now=now):
            # Their attempts would end, and they would see nothing for it.
            raise Refused(ELSEWHERE_FIRST)
        for attempt in attempts:
            attempt.quiz, attempt.enrolment = quiz, enrolment
            if attempt.is_open:
                _close(attempt, now=now)
        made: Reveal = Reveal.objects.create(enrolment=enrolment, quiz=quiz, made_at=now)
        # No attempt is left, which completes the quiz as using them up does.
        marking.record(attempts[-1], now=now)
    return made


def note_shown(attempt: Attempt, items: Collection[visibility.Item], *, now: datetime) -> None:
    """Remember that the student of an attempt looks at its key, if `items` show any of it."""
    if attempt.shown_at is None and visibility.reveals_key(frozenset(items)):
        Attempt.objects.filter(pk=attempt.pk, shown_at__isnull=True).update(shown_at=now)
        attempt.shown_at = now


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
        if takes_answers(attempt, now):
            refused = _out_of_turn(attempt, answers)
            in_turn = {at: answer for at, answer in answers.items() if at not in refused}
            return {**(_store(attempt, in_turn, now) if in_turn else {}), **refused}
    if overdue:
        close(attempt, now=now)
    late = _keep_late(user, attempt_id, answers, now)
    raise Closed(" ".join([closed_in_words(attempt, overdue), *late]))


def takes_answers(attempt: Attempt, now: datetime) -> bool:
    """Whether an answer that arrives now counts. In its grace an attempt takes none."""
    return attempt.is_open and not (
        attempt.deadline is not None and now > attempt.deadline + availability.GRACE
    )


def is_in_grace(attempt: Attempt, now: datetime) -> bool:
    """Whether an attempt may still be handed in, and not be answered any more."""
    return attempt.is_open and not is_overdue(attempt, now) and not takes_answers(attempt, now)


def may_be_abandoned(attempt: Attempt) -> bool:
    """Whether it may end without counting."""
    return Rules.read(attempt.rules).at_zero is not AtZero.SUBMIT


def grace_in_words(attempt: Attempt) -> str:
    """What the student may still do in the grace of an attempt, with both times."""
    return availability.IN_GRACE.format(end=_clock(attempt), close=_clock(attempt, of="closes_at"))


def at_zero_in_words(attempt: Attempt) -> str:
    """What the page says when time is up; "" where it is handed in, as the page says by itself."""
    return availability.TIME_UP[Rules.read(attempt.rules).at_zero]


def closed_in_words(attempt: Attempt, overdue: bool) -> str:
    """Why an attempt takes no answer."""
    if attempt.is_open:
        return ANSWERS_CLOSED.format(at=_clock(attempt))
    if attempt.state == Attempt.State.ABANDONED:
        return OVER_FOR_NOTHING
    return TIME_IS_UP.format(at=_clock(attempt)) if overdue else HANDED_IN


# --- One question at a time --------------------------------------------------------------------


def _in_order(attempt: Attempt) -> list[tuple[int, datetime | None]]:
    """The questions of an attempt by position, with when the student went on from them."""
    items = Item.objects.current().filter(attempt=attempt).order_by("position")
    return list(items.values_list("position", "left_at"))


def at_hand(places: Sequence[tuple[int, datetime | None]]) -> int:
    """Which question is at hand, one at a time: the first that was not gone on from."""
    return next((position for position, left in places if left is None), places[-1][0])


def is_sequential(attempt: Attempt) -> bool:
    return Rules.read(attempt.rules).navigation is Navigation.SEQUENTIAL


def _out_of_turn(attempt: Attempt, answers: Mapping[int, Answer]) -> dict[int, NotSaved]:
    """The answers that are not for the question at hand; none where all can be seen. One query."""
    if not is_sequential(attempt):
        return {}
    places = _in_order(attempt)
    known, current = {position for position, _left in places}, at_hand(places)
    return {
        position: NotSaved(
            position,
            "left" if position < current else "not_yet",
            (LEFT if position < current else NOT_YET).format(position=position, current=current),
            revision=0,
            shown=None,
        )
        for position in answers
        if position in known and position != current
    }


def go_on(user: User, attempt_id: UUID, *, position: int, now: datetime) -> int:
    """Leave a question for good, one at a time; the position of the one then at hand.

    Leaving it twice changes nothing more, so pressing twice skips nothing. Raises `Closed` when
    the attempt takes no more answers, `Refused` where it is not that question's turn.
    """
    with transaction.atomic():
        attempt = own_attempt_to_write(user, attempt_id)
        overdue = attempt.is_open and is_overdue(attempt, now)
        if takes_answers(attempt, now):
            return _leave(attempt, position, now)
    if overdue:
        close(attempt, now=now)
    raise Closed(closed_in_words(attempt, overdue))


def _leave(attempt: Attempt, position: int, now: datetime) -> int:
    if not is_sequential(attempt):
        raise Refused(NO_WAY)
    places = _in_order(attempt)
    positions, current = [at for at, _left in places], at_hand(places)
    if position not in positions:
        raise Refused(NO_SUCH_QUESTION.format(position=position))
    if position < current:
        return current
    if position > current:
        raise Refused(NOT_YET.format(position=position, current=current))
    if position == positions[-1]:
        raise Refused(LAST)
    Item.objects.current().filter(attempt=attempt, position=position).update(left_at=now)
    return positions[positions.index(position) + 1]


def _answered(items: QuerySet[Item]) -> QuerySet[Item]:
    """Items with the kind of their question and their newest answer."""
    newest = Response.objects.filter(item=OuterRef("pk")).order_by("-revision")
    return items.order_by().annotate(
        revision=Coalesce(Subquery(newest.values("revision")[:1]), F("begins")),
        answer=Subquery(newest.values("answer")[:1]),
        answered_at=Subquery(newest.values("saved_at")[:1]),
        answered_by=Subquery(newest.values("operation")[:1]),
        sure=Subquery(newest.values("certainty")[:1]),
        tried=Subquery(newest.values("checked")[:1]),
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
    rules = Rules.read(attempt.rules)
    standings = tries.standings(attempt, answers)
    locked = {at for at, one in standings.items() if one.standing.state == State.LOCKED}
    outcomes: dict[int, Saved | NotSaved] = {}
    added: list[Response] = []
    for position, answer in answers.items():
        if position not in items:
            sentence = NO_SUCH_QUESTION.format(position=position)
            if not items.keys() & answers.keys():
                raise Refused(sentence)
            outcomes[position] = NotSaved(position, "malformed", sentence, 0, None)
            continue
        outcome = _judge(
            items[position], answer, known.get(position), now, rules, locked=position in locked
        )
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
        certainty=response.certainty,
    )


def _judge(
    item: Any,
    answer: Answer,
    known: Response | None,
    now: datetime,
    rules: Rules,
    *,
    locked: bool,
) -> Response | Saved | NotSaved:
    """The row to add for an answer, or the acknowledgement or refusal that needs none.

    `item` comes with its `kind` and its newest `revision`, `answer`, `answered_at`, `answered_by`,
    `sure` and `tried`; `known` is what the same operation has stored before.
    """
    kind = KINDS[item.kind]
    current = item.revision

    def refuse(reason: str, message: str) -> NotSaved:
        shown = kind.show(item.order, item.answer)
        return NotSaved(item.position, reason, message, current, shown, item.answered_by)

    if answer.base is None:
        return refuse("malformed", NO_REVISION)
    if answer.base < item.begins:
        return refuse("swapped", SWAPPED)
    if answer.checked and not rules.checks:
        return refuse("malformed", NOTHING_CHECKED)
    if answer.certainty is not None and not rules.asks:
        return refuse("malformed", NOT_ASKED)
    try:
        response = answer.read(kind, item.order)
    except ValueError as problem:
        return refuse("malformed", str(problem))
    if known is not None:
        stored = (known.answer, known.checked, known.certainty)
        if stored != (response, answer.checked, answer.certainty):
            return refuse("malformed", OTHER_ANSWER)
        return _saved(item, known, newest=current)
    # The same answer again, perhaps because our acknowledgement was lost on the way.
    again = (
        (response, answer.certainty) == (item.answer, item.sure)
        and answer.base in (current, max(item.begins, current - 1))
        and (item.tried or not answer.checked)
    )
    # With a name of its own it becomes a row of its own, to be known by if it comes once more;
    # nothing in the place of nothing needs none, and a try stays one try.
    if again and (answer.operation is None or item.answered_at is None or item.tried):
        shown = kind.show(item.order, item.answer)
        return Saved(
            item.position,
            current,
            item.answered_at or now,
            shown,
            digest(shown),
            newest=current,
            certainty=item.sure,
        )
    if locked:
        return refuse("locked", LOCKED)
    if answer.checked and response is None:
        return refuse("malformed", CHOOSE_FIRST)
    if answer.checked and kind.by_hand:
        return refuse("malformed", FOR_A_PERSON)
    if answer.base != current and not again:
        return refuse("stale", STALE)
    return Response(
        item=item,
        revision=current + 1,
        answer=response,
        saved_at=now,
        certainty=answer.certainty,
        checked=answer.checked,
        operation=answer.operation,
        source=answer.source,
    )


def _keep_late(
    user: User, attempt_id: UUID, answers: Mapping[int, Answer], now: datetime
) -> list[str]:
    """Keep answers that an attempt no longer takes, to be read in its log; what to say of it.

    What is stored already, or kept already, is not kept again. What cannot be read as an answer
    (it is too long, say) is kept as it came: nothing that was typed is lost without a word.
    """
    with transaction.atomic():
        attempt = own_attempt_to_write(user, attempt_id)
        items = _asked(attempt, answers)
        known = _known(items, answers)
        before: dict[int, list[LateAnswer]] = {}
        for late in LateAnswer.objects.filter(item__attempt=attempt).order_by("pk"):
            before.setdefault(late.item_id, []).append(late)
        added, dropped = [], False
        for position, answer in answers.items():
            if position not in items or position in known:
                continue
            item = items[position]
            response, unread = None, ""
            try:
                response = answer.read(KINDS[item.kind], item.order)
            except ValueError:
                unread = _as_it_came(answer.typed, LONGEST_LATE[KINDS[item.kind].by_hand])
                if not unread:
                    continue
            kept = before.get(item.pk, [])
            newest = (kept[-1].answer, kept[-1].unread) if kept else (item.answer, "")
            again = any(late.operation == answer.operation is not None for late in kept)
            if again or (response, unread) in ((item.answer, ""), newest):
                continue
            if len(kept) == MOST_LATE:
                dropped = True
                continue
            added.append(
                LateAnswer(
                    item=item,
                    answer=response,
                    unread=unread,
                    arrived_at=now,
                    operation=answer.operation,
                    source=answer.source,
                )
            )
        LateAnswer.objects.bulk_create(added)
    return [KEPT_AS_LATE] * bool(added) + [NOT_KEPT] * dropped


def _as_it_came(typed: str, most: int) -> str:
    """Its first `most` characters, as any database stores them."""
    text = typed.replace("\0", "").encode("utf-8", "replace").decode().strip()
    return text if len(text) <= most else f"{text[: most - 1]}…"


# --- Handing in --------------------------------------------------------------------------------


def submit(user: User, attempt_id: UUID, *, now: datetime) -> Attempt:
    """Hand one's own attempt in and have it graded; handing in twice changes nothing more.

    One that came too late ends as its rules say: see `close`.
    """
    with transaction.atomic():
        attempt = own_attempt_to_write(user, attempt_id)
        if attempt.is_open:
            _close(attempt, now=now)
    return attempt


def close(attempt: Attempt, *, now: datetime) -> Attempt:
    """End an attempt whose time is up, whoever noticed; the last acknowledged answers count.

    Where only what was handed in counts, it ends as not handed in.
    """
    with transaction.atomic():
        locked = (
            Attempt.objects.select_for_update(of=("self",))
            .select_related("quiz__activity", "enrolment__cohort")
            .get(pk=attempt.pk)
        )
        if locked.is_open and is_overdue(locked, now):
            _close(locked, now=now)
    attempt.state, attempt.submitted_at = locked.state, locked.submitted_at
    attempt.score, attempt.deduction = locked.score, locked.deduction
    return attempt


def settle(attempt: Attempt, *, now: datetime) -> Attempt:
    """The attempt as it stands at `now`: any reader who meets an overdue one closes it."""
    if attempt.is_open and is_overdue(attempt, now):
        return close(attempt, now=now)
    return attempt


def _close(attempt: Attempt, *, now: datetime) -> None:
    """End an attempt that the caller has locked, and grade it if it counts."""
    counts, at = availability.ended(
        Rules.read(attempt.rules).at_zero,
        now=now,
        deadline=attempt.deadline,
        closes_at=attempt.closes_at,
    )
    attempt.submitted_at = at
    if counts:
        _hand_in(attempt, now=now)
        return
    attempt.state = Attempt.State.ABANDONED
    attempt.save(update_fields=["state", "submitted_at"])
    marking.record(attempt, now=now)


def _hand_in(attempt: Attempt, *, now: datetime) -> None:
    """Grade what is saved, less what lateness costs; `submitted_at` is set."""
    attempt.state = Attempt.State.SUBMITTED
    if holding.late_of(attempt).penalty and attempt.submitted_at is not None:
        holds = holding.person(attempt.enrolment, attempt.quiz).of(attempt)
        attempt.deduction = holds.deduction(attempt.submitted_at)
    marking.grade(attempt, now=now)


def accept(attempt: Attempt, *, reason: str, by: User, now: datetime) -> Attempt:
    """Count an attempt that was not handed in after all: what had been saved is graded.

    For instructors of its cohort, who give a reason that stays beside it. It counts as handed in
    at the end of its time. Doing it twice changes nothing more. Raises `Refused`.
    """
    timing.instructor_only(by, attempt.enrolment.cohort)
    reason = timing.said_reason(reason)
    with transaction.atomic():
        locked: Attempt = (
            Attempt.objects.select_for_update(of=("self",))
            .select_related("quiz__activity", "enrolment__cohort")
            .get(pk=attempt.pk)
        )
        if locked.state == Attempt.State.ABANDONED:
            Acceptance.objects.create(attempt=locked, reason=reason, by=by, made_at=now)
            ends = [end for end in (locked.submitted_at, locked.deadline) if end is not None]
            locked.submitted_at = min(ends)
            _hand_in(locked, now=now)
        elif not Acceptance.objects.filter(attempt=locked).exists():
            raise Refused(NOT_ABANDONED)
    return locked


def _clock(attempt: Attempt, *, of: str = "deadline") -> str:
    zone = attempt.enrolment.cohort.zone
    end = getattr(attempt, of)
    if end is None:
        return ""
    return availability.clock(end, zone=zone, beside=attempt.started_at)
