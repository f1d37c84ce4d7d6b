"""Marking by people: what waits, one blind answer after the other, and how a mark comes about.

Nobody sees a name while marking, and the order says nothing of one: it is by a hash of the answer,
salted with the question, so that it looks random, is the same for every marker and every day (two
of them can speak about “answer 7”), and puts one student at another place in every question, which
keeps a marker from carrying an impression of somebody from question to question.

Judgements are rows that are only added (`Marking`); the `Mark` that counts follows from them by
`agreement.stand`. Every writer locks the attempt first, then the ledger's row, as all others do.

Full credit that a regrade gave stands above them. All got it, for a reason that they read: because
the question failed, of which a judgement on one answer says nothing. So no judgement takes it away
by the way. Only a moderator can, for one answer and in so many words (`instead` of `mark`): or what
was given by mistake could never be taken back where people mark.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import Http404
from django.utils.translation import gettext as _

from courses.models import Cohort, Enrolment, Role, User
from courses.refusals import Refused
from quizzes.marks import grading, marking
from quizzes.marks.agreement import Standing, State, Terms, stand
from quizzes.models import (
    Attempt,
    Item,
    Mark,
    Marking,
    MarkingPlan,
    NameShown,
    Question,
    Regrade,
    Response,
    Snippet,
)
from quizzes.questions import BY_HAND, KINDS, text_of

MARKED_MEANWHILE = (
    "Somebody else has marked this answer meanwhile, so yours was not stored. Go on with the next."
)
CHANGED_MEANWHILE = (
    "This mark was changed in another window meanwhile. Nothing was stored; look at it again."
)
OWN_MARK = "You have marked this answer first; the second mark must be somebody else's."
NO_SECOND = "This question is marked by one person, so there is no second mark to give."
NOT_YOURS = "Only the person who gave this mark changes it. An instructor can overrule it."
MODERATED = "A moderator has decided this answer. Only a moderator changes that."
NOT_MODERATOR = "Only instructors of the cohort moderate."
OTHERS_DECIDE = (
    "You have marked this answer yourself, so somebody else decides it. That can be: {names}."
)
NOBODY_ELSE = (
    "You have marked this answer yourself. The cohort has no other instructor, so you decide it all"
    " the same."
)
STILL_BLIND = "Names are shown once an answer is decided."
NOTHING_TO_MODERATE = "This answer has no mark yet that could be moderated."
NOT_INSTEAD = "Only a moderator's decision can count instead of the full credit of a regrade."
NO_REASON = "Write the reason for the change: it is kept with the mark."
LONG_REASON = "The reason has {length} characters; {most} fit. Shorten it."
LONG_COMMENT = "The comment has {length} characters; {most} fit. Shorten it."
LONG_SNIPPET = "The comment has {length} characters; at most {most} can be kept for other answers."
NO_ROLE = "The page did not say as whom you mark. Load it again."
TOLERANCE = "Write the tolerance as points from 0 to {most}, such as 0.5."
NO_SIGN = "This text holds a character that cannot be stored. Delete it and type it again."

COMMENT_LENGTH = 4000
REASON_LENGTH = 300
SNIPPET_LENGTH = 500
MOST_TOLERANCE = 9999
TOKEN = 16  # hexadecimal digits: no two answers of a question share them by chance

Newest = Mapping[str, Marking]  # by role


# --- What there is to mark ---------------------------------------------------------------------


# The policy of the regrade that gave an item its newest mark; null where that is no regrade's.
NEWEST = Mark.objects.filter(item=OuterRef("pk")).order_by("-pk")
BY_POLICY = Subquery(NEWEST.values("regrade__policy")[:1])


def _items(cohort: Cohort) -> QuerySet[Any]:
    """What people have to mark or have marked: handed in, and no key has settled it."""
    marks = Mark.objects.filter(item=OuterRef("pk"))
    markings = Marking.objects.filter(item=OuterRef("pk"))
    return (
        Item.objects.current()
        .filter(attempt__enrolment__cohort=cohort, attempt__state=Attempt.State.SUBMITTED)
        .annotate(has_mark=Exists(marks), by_policy=BY_POLICY)
        .filter(~Exists(marks.filter(by=None)) | Exists(markings))
        .order_by()
    )


def _newest(markings: Iterable[Marking]) -> dict[int, dict[str, Marking]]:
    """The newest judgement of each role, by item."""
    found: dict[int, dict[str, Marking]] = {}
    for each in sorted(markings, key=lambda marking: marking.pk):
        found.setdefault(each.item_id, {})[each.role] = each
    return found


def _stand(terms: Terms, newest: Newest) -> Standing:
    scores = {role: each.score for role, each in newest.items()}
    return stand(terms, *map(scores.get, Marking.Role.values))


def _state(terms: Terms, newest: Newest, *, has_mark: bool, full: bool) -> State:
    """How an answer stands. One that has a mark waits for nothing but a moderator.

    And for nobody at all, if a regrade gave it full credit.
    """
    state = _stand(terms, newest).state
    return State.DECIDED if full or (has_mark and state != State.MODERATION) else state


def terms_of(plan: MarkingPlan | None) -> Terms:
    return Terms() if plan is None else Terms(plan.second, plan.tolerance)


class Incomplete(Refused):
    """What was chosen or written cannot be a mark; `part` names it as `mark` does."""

    def __init__(self, sentence: str, part: str) -> None:
        super().__init__(sentence)
        self.part = part


@dataclass(frozen=True)
class Waiting:
    """One question of the queue: how many of its answers stand where, and who has marked them."""

    question: Question
    prompt: str
    terms: Terms
    failed: bool  # the key should have marked them, and grading failed
    answers: int
    states: Mapping[str, int]
    markers: Sequence[tuple[str, int]]  # who, and how many answers

    @property
    def decided(self) -> int:
        return self.states.get(State.DECIDED, 0)

    @property
    def open(self) -> int:
        return self.states.get(State.FIRST, 0) + self.states.get(State.SECOND, 0)

    @property
    def moderation(self) -> int:
        return self.states.get(State.MODERATION, 0)


def waiting(cohort: Cohort) -> list[Waiting]:
    """All questions that people mark in a cohort, those that wait first; four queries."""
    items: dict[int, list[tuple[int, bool, bool]]] = {}
    failed = set()
    for item, question, kind, has_mark, policy in _items(cohort).values_list(
        "pk", "version__question", "version__kind", "has_mark", "by_policy"
    ):
        items.setdefault(question, []).append((item, has_mark, policy == Regrade.Policy.FULL))
        if kind not in BY_HAND:
            failed.add(question)
    newest = _newest(
        Marking.objects.filter(item__attempt__enrolment__cohort=cohort)
        .select_related("by")
        .order_by()
    )
    terms = {plan.question_id: terms_of(plan) for plan in MarkingPlan.objects.filter(cohort=cohort)}
    found = []
    for question in (
        Question.objects.filter(pk__in=list(items), current__isnull=False)
        .select_related("current")
        .defer("spec", "current__spec", "current__public")
    ):
        holds = terms.get(question.pk, Terms())
        states: Counter[str] = Counter()
        markers: Counter[str] = Counter()
        for item, has_mark, full in items[question.pk]:
            by_role = newest.get(item, {})
            states[_state(holds, by_role, has_mark=has_mark, full=full)] += 1
            markers.update({str(each.by) for each in by_role.values()})
        prompt = text_of(question.current.content["prompt"]) if question.current else ""
        count = len(items[question.pk])
        found.append(
            Waiting(
                question,
                prompt,
                holds,
                question.pk in failed,
                count,
                states,
                sorted(markers.items()),
            )
        )
    return sorted(found, key=lambda row: (-row.open, -row.moderation, row.question.key))


def marked_question(cohort: Cohort, key: str) -> Question:
    """A question of the queue; `Http404` for one that nobody has to mark."""
    question: Question | None = (
        Question.objects.filter(key=key, module__course=cohort.course_id)
        .filter(pk__in=_items(cohort).values("version__question"))
        .first()
    )
    if question is None:
        raise Http404
    return question


# --- One answer after the other ----------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """An answer in the order of marking; `token` names it in addresses and tells nothing."""

    item: int
    token: str
    state: State
    role: str  # as whom this marker may mark it; "" if there is nothing for them to do
    mine: bool  # whether they have marked it
    full: bool  # whether it has full credit from a regrade, whatever people say


def _token(cohort: Cohort, question: Question, item: int) -> str:
    return hashlib.sha256(f"{cohort.pk}.{question.pk}.{item}".encode()).hexdigest()


def _role(state: State, newest: Newest, by: User) -> str:
    """As whom somebody may mark an answer: anew, or again."""
    if Marking.Role.MODERATOR in newest:
        return ""
    for role in (Marking.Role.FIRST, Marking.Role.SECOND):
        if role in newest and newest[role].by_id == by.pk:
            return role
    return state if state in (State.FIRST, State.SECOND) else ""


def _plan(cohort: Cohort, question: Question) -> MarkingPlan | None:
    return MarkingPlan.objects.filter(cohort=cohort, question=question).first()


@dataclass(frozen=True)
class Pile:
    """The answers to one question in the order of marking, as one marker sees them."""

    question: Question
    terms: Terms
    entries: Sequence[Entry]
    newest: Mapping[int, Newest]

    def find(self, token: str) -> Entry:
        for entry in self.entries:
            if entry.token == token:
                return entry
        raise Http404

    def after(self, entry: Entry | None, *states: State) -> Entry | None:
        """The next answer that waits for this marker (or in one of `states`), round to the top."""
        at = -1 if entry is None else self.entries.index(entry)
        for other in [*self.entries[at + 1 :], *self.entries[:at]] if at >= 0 else self.entries:
            if other is not entry and (
                other.state in states if states else other.role and not other.mine
            ):
                return other
        return None


def pile(cohort: Cohort, question: Question, *, by: User) -> Pile:
    """What a marker of a question goes through; three queries."""
    terms = terms_of(_plan(cohort, question))
    rows = list(
        _items(cohort).filter(version__question=question).values_list("pk", "has_mark", "by_policy")
    )
    newest = _newest(
        Marking.objects.filter(
            item__attempt__enrolment__cohort=cohort, item__version__question=question
        )
        .select_related("by")
        .order_by()
    )
    entries = []
    for item, has_mark, policy in rows:
        by_role = newest.get(item, {})
        full = policy == Regrade.Policy.FULL
        state = _state(terms, by_role, has_mark=has_mark, full=full)
        entries.append(
            Entry(
                item,
                _token(cohort, question, item),
                state,
                _role(state, by_role, by),
                any(
                    each.by_id == by.pk
                    for role, each in by_role.items()
                    if role != Marking.Role.MODERATOR
                ),
                full,
            )
        )
    entries.sort(key=lambda entry: entry.token)
    return Pile(
        question,
        terms,
        [replace(one, token=one.token[:TOKEN]) for one in entries],
        newest,
    )


@dataclass(frozen=True)
class Level:
    key: str
    html: str
    points: int
    chosen: bool


@dataclass(frozen=True)
class Criterion:
    key: str
    html: str
    levels: Sequence[Level]


@dataclass(frozen=True)
class Sheet:
    """One answer to mark: the text, what was asked, and the rubric; nothing says whose it is."""

    entry: Entry
    place: int
    of: int
    before: str  # tokens of the neighbours, "" at the ends
    after: str
    prompt: str
    guidance: str
    text: str
    failed: bool  # the key should have marked it, and grading failed
    rubric: Sequence[Criterion]
    rubric_points: int
    points: Decimal
    role: str
    base: int  # the number of the judgement that this one replaces
    comment: str
    given: Sequence[tuple[Marking, Sequence[Criterion]]]  # for a moderator alone
    full: str  # why a regrade gave it full credit, which stands; "" if none did


def sheet(
    pile: Pile,
    entry: Entry,
    *,
    role: str = "",
    levels: Mapping[str, str] | None = None,
    comment: str | None = None,
) -> Sheet:
    """One answer, with what its marker has chosen so far: as typed, or as stored; one query."""
    newest = Response.objects.filter(item=OuterRef("pk")).order_by("-revision")
    item: Any = (
        Item.objects.filter(pk=entry.item)
        .select_related("version")
        .defer("version__spec", "version__public")
        .annotate(
            answer=Subquery(newest.values("answer")[:1]),
            why=Subquery(NEWEST.values("reason")[:1]),
        )
        .get()
    )
    kind, content = KINDS[item.version.kind], item.version.content
    role = role or entry.role
    stored = pile.newest.get(entry.item, {}).get(role)
    chosen = (stored.levels if stored else {}) if levels is None else levels
    said = (stored.comment if stored else "") if comment is None else comment
    rubric = _criteria(kind.rubric(content), chosen)
    at = pile.entries.index(entry)
    return Sheet(
        entry=entry,
        place=at + 1,
        of=len(pile.entries),
        before=pile.entries[at - 1].token if at else "",
        after=pile.entries[at + 1].token if at + 1 < len(pile.entries) else "",
        prompt=content["prompt"],
        guidance=content.get("feedback", ""),
        text=kind.answer_text(content, item.answer),
        failed=not kind.by_hand,
        rubric=rubric,
        rubric_points=sum(max(level.points for level in row.levels) for row in rubric),
        points=item.points,
        role=role,
        base=stored.number if stored else 0,
        comment=said,
        given=[
            (each, _criteria(kind.rubric(content), each.levels))
            for _role, each in sorted(pile.newest.get(entry.item, {}).items())
        ]
        if role == Marking.Role.MODERATOR
        else (),
        full=item.why if entry.full else "",
    )


def _criteria(rows: Iterable[Mapping[str, Any]], chosen: Mapping[str, str]) -> list[Criterion]:
    return [
        Criterion(
            row["key"],
            row["text"],
            [
                Level(
                    level["key"],
                    level["text"],
                    level["points"],
                    chosen.get(row["key"]) == level["key"],
                )
                for level in row["levels"]
            ],
        )
        for row in rows
    ]


def snippets(cohort: Cohort, question: Question, *, by: User) -> list[Snippet]:
    """The comments that a marker has kept for a question; one query."""
    return list(Snippet.objects.filter(cohort=cohort, question=question, by=by))


# --- The verbs ---------------------------------------------------------------------------------


def _text(value: str, most: int, sentence: str, *, part: str) -> str:
    text = value.replace("\r\n", "\n").strip()
    if len(text) > most:
        raise Incomplete(_(sentence).format(length=len(text), most=most), part)
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Incomplete(_(NO_SIGN), part)
    return text


def _lock(attempt: UUID) -> Attempt:
    found: Attempt = (
        Attempt.objects.select_for_update(of=("self",))
        .select_related("quiz__activity__module", "enrolment__cohort")
        .get(pk=attempt)
    )
    return found


def mark(
    item: int,
    *,
    by: Enrolment,
    role: str,
    base: int,
    levels: Mapping[str, str],
    comment: str = "",
    reason: str = "",
    instead: bool = False,
    now: datetime,
) -> Standing:
    """Judge one answer by its rubric, as first or second marker or as moderator.

    `base` is the number of the judgement of this role that it replaces (0: none). Doing the same
    twice adds nothing. Once the judgements decide, the mark, the score and the ledger follow in the
    same transaction; but full credit that a regrade gave stays, unless a moderator says that this
    counts `instead`. Raises `Refused`, with nothing changed, if somebody else was there first.
    """
    comment = _text(comment, COMMENT_LENGTH, LONG_COMMENT, part="comment")
    reason = _text(reason, REASON_LENGTH, LONG_REASON, part="reason")
    if role not in Marking.Role.values:
        raise Refused(_(NO_ROLE))
    if role == Marking.Role.MODERATOR and by.role != Role.INSTRUCTOR:
        raise Refused(_(NOT_MODERATOR))
    if instead and role != Marking.Role.MODERATOR:
        raise Refused(_(NOT_INSTEAD))
    attempt_id = _items(by.cohort).filter(pk=item).values_list("attempt", flat=True).first()
    if attempt_id is None:
        raise Http404
    with transaction.atomic():
        attempt = _lock(attempt_id)
        found = Item.objects.select_related("version").annotate(by_policy=BY_POLICY).get(pk=item)
        full = found.by_policy == Regrade.Policy.FULL
        terms = terms_of(_plan(by.cohort, found.version.question))
        newest = _newest(Marking.objects.filter(item=item)).get(item, {})
        stored = newest.get(role)
        same = stored is not None and (stored.by_id, stored.levels, stored.comment) == (
            by.user_id,
            dict(levels),
            comment,
        )
        if same and not (instead and full):
            return _stand(terms, newest)
        _check(role, newest, stored, terms, by=by, base=base, full=full)
        if (stored is not None or role == Marking.Role.MODERATOR) and not reason:
            raise Incomplete(_(NO_REASON), "reason")
        try:
            fraction = KINDS[found.version.kind].weigh(found.version.spec, levels)
        except ValueError as problem:
            raise Incomplete(str(problem), "levels") from None
        try:
            with transaction.atomic():
                newest[role] = Marking.objects.create(
                    item=found,
                    version=found.version,
                    role=role,
                    number=base + 1,
                    levels=dict(levels),
                    score=grading.mark(fraction, found.points),
                    comment=comment,
                    reason=reason,
                    by=by.user,
                    made_at=now,
                )
        except IntegrityError:
            raise Refused(_(MARKED_MEANWHILE)) from None
        standing = _stand(terms, newest)
        if instead or not full:
            _decide(attempt, found, standing, by=by.user, reason=reason, now=now)
    return standing


def _check(
    role: str,
    newest: Newest,
    stored: Marking | None,
    terms: Terms,
    *,
    by: Enrolment,
    base: int,
    full: bool,
) -> None:
    first = newest.get(Marking.Role.FIRST)
    if role == Marking.Role.MODERATOR:
        if first is None and not full:
            raise Refused(_(NOTHING_TO_MODERATE))
        if others := instead_of(by, newest):
            raise Refused(who_decides(others))
    elif Marking.Role.MODERATOR in newest:
        raise Refused(_(MODERATED))
    elif stored is not None and stored.by_id != by.user_id:
        raise Refused(_(MARKED_MEANWHILE if base == 0 else NOT_YOURS))
    elif role == Marking.Role.SECOND and first is not None and first.by_id == by.user_id:
        raise Refused(_(OWN_MARK))
    elif role == Marking.Role.SECOND and stored is None and (first is None or not terms.second):
        raise Refused(_(NO_SECOND))
    if base != (stored.number if stored else 0):
        raise Refused(_(CHANGED_MEANWHILE))


def instead_of(by: Enrolment, newest: Newest) -> list[User] | None:
    """Who else can moderate an answer that this person has marked; None if they have not.

    One query, none for who has not.
    """
    markers = {each.by_id for role, each in newest.items() if role != Marking.Role.MODERATOR}
    if by.user_id not in markers:
        return None
    others = (
        Enrolment.objects.active()
        .filter(cohort=by.cohort_id, role=Role.INSTRUCTOR, user__is_active=True)
        .exclude(user__in=markers)
        .select_related("user")
        .order_by("user__name_key", "user__username")
    )
    return [enrolment.user for enrolment in others]


def who_decides(others: Sequence[User] | None) -> str:
    """Who moderates an answer, for somebody who has marked it (see `instead_of`); else ""."""
    if others is None:
        return ""
    names = ", ".join(map(str, others))
    return _(OTHERS_DECIDE).format(names=names) if others else _(NOBODY_ELSE)


def _decide(
    attempt: Attempt, item: Item, standing: Standing, *, by: User, reason: str, now: datetime
) -> None:
    """Write the mark that the judgements come to, if it is another one than counts now.

    A mark that was given stays while a change of one of two waits for a moderator.
    """
    if standing.score is None:
        return
    counts = Mark.objects.filter(item=item).order_by("-pk").values_list("score", flat=True).first()
    if counts == standing.score:
        return
    Mark.objects.create(
        item=item,
        version=item.version,
        score=standing.score,
        by=by,
        reason=reason,
        made_at=now,
    )
    marking.settle(attempt, now=now)


def show_name(entry: Entry, *, by: Enrolment, now: datetime) -> None:
    """Let an instructor see whose answer a decided one is, and keep who looked and when.

    Asking again changes nothing. Raises `Refused`.
    """
    if by.role != Role.INSTRUCTOR:
        raise Refused(_(NOT_MODERATOR))
    if entry.state != State.DECIDED:
        raise Refused(_(STILL_BLIND))
    NameShown.objects.bulk_create(
        [NameShown(item_id=entry.item, by=by.user, shown_at=now)], ignore_conflicts=True
    )


def names_shown(entry: Entry) -> list[NameShown]:
    """Who has asked whose answer this is, and when, in that order; one query."""
    return list(NameShown.objects.filter(item=entry.item).select_related("by"))


def keep_snippet(cohort: Cohort, question: Question, text: str, *, by: User, now: datetime) -> None:
    """Keep a comment for other answers to the question; keeping it twice keeps it once."""
    text = _text(text, SNIPPET_LENGTH, LONG_SNIPPET, part="comment")
    if text:
        Snippet.objects.bulk_create(
            [Snippet(cohort=cohort, question=question, by=by, text=text, made_at=now)],
            ignore_conflicts=True,
        )


def set_plan(
    cohort: Cohort,
    question: Question,
    *,
    second: bool,
    tolerance: Decimal | None,
    by: Enrolment,
    now: datetime,
) -> MarkingPlan:
    """Say how the answers to a question are marked in a cohort; instructors alone.

    What waited for nothing but the old arrangement gets its mark at once; marks that were given
    stay.
    """
    if by.role != Role.INSTRUCTOR:
        raise Refused(_(NOT_MODERATOR))
    if tolerance is None or not tolerance.is_finite() or not 0 <= tolerance <= MOST_TOLERANCE:
        raise Refused(_(TOLERANCE).format(most=MOST_TOLERANCE))
    terms = Terms(second, tolerance.quantize(Decimal("0.01")))
    with transaction.atomic():
        # In one order, as a regrade takes them; a marker at work has finished before.
        undecided = list(
            _items(cohort)
            .filter(version__question=question, has_mark=False)
            .order_by("attempt")
            .values_list("pk", "attempt")
        )
        locked = {attempt: _lock(attempt) for _item, attempt in undecided}
        plan, _made = MarkingPlan.objects.update_or_create(
            cohort=cohort,
            question=question,
            defaults={
                "second": terms.second,
                "tolerance": terms.tolerance,
                "by": by.user,
                "made_at": now,
            },
        )
        newest = _newest(Marking.objects.filter(item__in=[item for item, _attempt in undecided]))
        # Those that a regrade has given full credit while this waited for it have that.
        unmarked = Item.objects.select_related("version").exclude(Exists(NEWEST))
        items = unmarked.in_bulk(list(newest))
        for pk, attempt in undecided:
            if pk in items:
                standing = _stand(terms, newest[pk])
                _decide(locked[attempt], items[pk], standing, by=by.user, reason="", now=now)
    return plan


# --- What the student sees ---------------------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """A judgement that decided a mark, as its student may see it."""

    role: str
    rubric: Sequence[Criterion]
    comment: str


def judged(attempt: Attempt) -> dict[int, list[Judged]]:
    """The judgements that hold for an attempt's answers, by item; one query.

    A moderator's stands alone. Nothing is told of an answer that has no mark yet.
    """
    found = _newest(
        Marking.objects.filter(
            Exists(Mark.objects.filter(item=OuterRef("item"))), item__attempt=attempt
        )
        .select_related("version")
        .defer("version__spec", "version__public")
        .order_by()
    )
    told = {}
    for item, by_role in found.items():
        holding = [
            each
            for role, each in by_role.items()
            if role == Marking.Role.MODERATOR or Marking.Role.MODERATOR not in by_role
        ]
        told[item] = [
            Judged(
                str(Marking.Role(each.role).label),
                _criteria(KINDS[each.version.kind].rubric(each.version.content), each.levels),
                each.comment,
            )
            for each in holding
        ]
    return told
