"""Reads: what a quiz's pages and the API show, as dataclasses, in constant queries."""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from math import ceil
from typing import Any

from django.db.models import Exists, F, JSONField, OuterRef, Subquery, UUIDField
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.addresses import address
from courses.dashboards import Step, module_steps, neighbours
from courses.models import Enrolment, Paragraph, Source
from courses.models.prepared import Prepared
from quizzes.marks import grading, queue, regrading
from quizzes.models import Acceptance, Attempt, Contest, Item, Mark, Quiz, Response, Reveal
from quizzes.questions import KINDS, Kind
from quizzes.questions.base import Unreadable
from quizzes.seeing import revealing, visibility
from quizzes.seeing.revealing import Tried
from quizzes.seeing.visibility import Item as Visible
from quizzes.sitting import attempts as verbs
from quizzes.sitting import behaviours, papers
from quizzes.times import availability, ends, holding
from quizzes.times.conditions import Conditions

# --- Before an attempt -------------------------------------------------------------------------


@dataclass(frozen=True)
class PastAttempt:
    attempt: Attempt
    percentage: Decimal | None  # None when it is not to be seen
    passed: bool | None  # None as well
    counts: bool | None
    late: bool = False
    abandoned: bool = False
    waits: bool = False  # for somebody to mark it


@dataclass(frozen=True)
class Cover:
    """What somebody is told before they start."""

    quiz: Quiz
    receipt: Sequence[str]
    rules: Sequence[str]
    attempts: Sequence[PastAttempt]
    open_attempt: Attempt | None
    refusal: str
    questions: int
    points: Decimal
    # For this person; for whoever does not study here, the quiz's own.
    time_limit: int | None = None
    attempts_allowed: int | None = None
    asks_password: bool = False
    decided: str = ""  # what was decided by hand, where it may be known
    in_grace: bool = False  # the open attempt may be handed in, and not be answered any more


def cover(quiz: Quiz, enrolment: Enrolment | None, *, now: datetime) -> Cover:
    """The page before an attempt; three queries, and what an exam asks (`_over_at`).

    Before a further attempt it is drawn once to tell what of it would count: some ten more.

    An overdue attempt met here is closed.
    """
    mine: list[Attempt] = []
    receipt: Sequence[str] = ()
    person: holding.Person | None = None
    holds: Conditions | None = None
    revealed = False
    if enrolment is not None:
        found = list(
            Attempt.objects.filter(quiz=quiz, enrolment=enrolment)
            .select_related("quiz__activity", "enrolment__cohort")
            .annotate(asked=Exists(Reveal.objects.filter(enrolment=enrolment, quiz=quiz)))
            .order_by("number")
        )
        revealed = any(attempt.asked for attempt in found)
        mine = [verbs.settle(attempt, now=now) for attempt in found]
        person = holding.person(enrolment, quiz)
        holds = person.at(now)
    slots = list(quiz.slots.values_list("points", "question__kind"))
    worth = [points for points, _kind in slots]
    by_hand = any(name in KINDS and KINDS[name].by_hand for _points, name in slots)
    open_attempt = next((attempt for attempt in mine if attempt.is_open), None)
    if open_attempt is not None and person is not None:
        receipt = _under_way(open_attempt, person, now=now)
    elif enrolment is not None and holds is not None:
        receipt = verbs.deadline_for(enrolment, holds, now=now).parts
    so_far = Tried(used=len(mine), under_way=open_attempt is not None, revealed=revealed)
    why_not = verbs.refusal(enrolment, holds, mine, quiz=quiz, now=now, revealed=revealed)
    if why_not is None and open_attempt is None and enrolment is not None and mine:
        known, asked = papers.known_again(enrolment, quiz, now=now)
        if known and known == asked:
            why_not = availability.Refusal("nothing_new", verbs.NOTHING_NEW)
        elif known:
            receipt = [*receipt, _known_again(known, asked)]
    if why_not is not None and why_not.code == "closed" and open_attempt is None:
        receipt = ()  # no time is left to be told of: that it closed, and when, is the refusal
    return Cover(
        quiz=quiz,
        receipt=receipt,
        rules=_rules(
            quiz,
            worth,
            holds,
            used=len(mine),
            revealed=revealed,
            by_hand=by_hand,
            hidden=person is not None and person.hidden,
            raised=""
            if enrolment is None or holds is None
            else holds.attempts_in_words(zone=enrolment.cohort.zone, beside=now),
        ),
        attempts=_past(quiz, mine, person, so_far, now),
        open_attempt=open_attempt,
        refusal="" if why_not is None or open_attempt else why_not.sentence,
        questions=len(worth),
        points=sum(worth, Decimal(0)),
        time_limit=quiz.time_limit if holds is None else holds.time_limit.value,
        attempts_allowed=quiz.attempts_allowed if holds is None else holds.attempts_allowed.value,
        asks_password=person is not None and bool(person.password),
        decided="" if person is None else _decided(person),
        in_grace=open_attempt is not None and verbs.is_in_grace(open_attempt, now),
    )


def _known_again(known: int, asked: int) -> str:
    told = ngettext(
        "As things stand, %(known)d of the %(asked)d questions of a new attempt would earn nothing,"
        " since its answer has been shown to you.",
        "As things stand, %(known)d of the %(asked)d questions of a new attempt would earn nothing,"
        " since their answers have been shown to you.",
        known,
    )
    return told % {"known": known, "asked": asked}


def _under_way(attempt: Attempt, person: holding.Person, *, now: datetime) -> Sequence[str]:
    """When an open attempt ends, and why: more time given to it holds for no later one.

    In its grace, only that it can still be handed in, and until when.
    """
    if verbs.is_in_grace(attempt, now):
        return (verbs.grace_in_words(attempt),)
    zone = attempt.enrolment.cohort.zone
    told = person.at(attempt.started_at).deadline(started_at=attempt.started_at, zone=zone).parts
    if attempt.deadline is None:
        return told
    ends = availability.clock(attempt.deadline, zone=zone, beside=now)
    return (_("Your attempt is under way. It ends at {ends}.").format(ends=ends), *told)


def _rules(
    quiz: Quiz,
    worth: Sequence[Decimal],
    holds: Conditions | None,
    *,
    used: int,
    revealed: bool,
    by_hand: bool,
    hidden: bool,
    raised: str,
) -> list[str]:
    """How a quiz goes, in sentences; `raised`: why this person has other than the usual number of
    attempts, if so."""
    allowed = quiz.attempts_allowed if holds is None else holds.attempts_allowed.value
    rules = [
        _asked_for(len(worth), sum(worth, Decimal(0))),
        _("You pass with %(percent)s %%.") % {"percent": f"{quiz.pass_mark.normalize():f}"},
    ]
    if len(set(worth)) > 1:
        rules.insert(
            1,
            _("Questions are worth from %(least)s to %(most)s points; each says what it is worth.")
            % {"least": f"{min(worth).normalize():f}", "most": f"{max(worth).normalize():f}"},
        )
    if revealed:
        pass  # no attempt is left, which the refusal says
    elif allowed is None:
        rules.append(_("You may try as often as you like."))
    elif allowed == 1:
        rules.append(_("You have one attempt."))
    else:
        rules.append(
            _("You have %(left)d of %(all)d attempts left.")
            % {"left": max(0, allowed - used), "all": allowed}
        )
    if raised:
        rules.append(raised)
    rules += behaviours.told(verbs.rules_of(quiz))
    limit = quiz.time_limit if holds is None else holds.time_limit.value
    closes_at = None if holds is None else holds.closes_at.value
    rules += availability.told(
        verbs.rules_of(quiz),
        ends=limit is not None or closes_at is not None,
        delay_first=quiz.delay_first,
        delay_later=quiz.delay_later,
        attempts_allowed=allowed,
        limited=limit is not None,
    )
    if allowed != 1:
        rules.append(
            _("What counts: the %(method)s. A new attempt prefers questions that are new to you.")
            % {"method": quiz.get_grade_method_display()}
        )
    rules.append(_(KNOWN_LEFT_OUT if quiz.leaves_out_known else KNOWN_COUNTS))
    if hidden:
        return [*rules, _(visibility.NOT_RELEASED)]
    told = _(visibility.TOLD[visibility.Policy(quiz.review)])
    rules.append(told.replace(_(visibility.AT_ONCE), _(visibility.BY_HAND)) if by_hand else told)
    return rules


def _asked_for(questions: int, points: Decimal) -> str:
    asked = ngettext("%(count)d question", "%(count)d questions", questions)
    worth = ngettext("%(points)s point in all.", "%(points)s points in all.", ceil(points))
    return f"{asked % {'count': questions}}, {worth % {'points': f'{points.normalize():f}'}}"


KNOWN_LEFT_OUT = (
    "A question whose answer has been shown to you before is asked only where there is no other, "
    "and then it earns nothing. It is still part of the total if an earlier attempt at this quiz "
    "asked it."
)
KNOWN_COUNTS = "Every question counts, also one whose answer has been shown to you before."


def _past(
    quiz: Quiz,
    attempts: Sequence[Attempt],
    person: holding.Person | None,
    so_far: Tried,
    now: datetime,
) -> list[PastAttempt]:
    finished = [attempt for attempt in attempts if not attempt.is_open]
    if not finished or person is None:
        return []
    rows = []
    over_at = _over_at(finished[0], person.at(now), now=now)
    again = so_far.may_earn(person.at(now), now=now)
    handed_in = [attempt for attempt in finished if attempt.state == Attempt.State.SUBMITTED]
    scores = [_effective(one) if one.score is not None else None for one in handed_in]
    counting = {handed_in[at].pk for at in grading.counting(scores, quiz.grade_method)}
    for attempt in finished:
        abandoned = attempt.state == Attempt.State.ABANDONED
        percentage = _effective(attempt)
        items = visible_to_student(attempt, over_at, again=again, now=now, hidden=person.hidden)
        waits = not abandoned and attempt.score is None
        seen = not abandoned and not waits and Visible.SCORE in items
        counts = attempt.pk in counting and not _is_by_hand(person)
        rows.append(
            PastAttempt(
                attempt=attempt,
                percentage=percentage if seen else None,
                passed=percentage >= quiz.pass_mark if seen else None,
                counts=False if abandoned else counts if seen else None,
                late=not abandoned and person.at(attempt.started_at).is_late(attempt.submitted_at),
                abandoned=abandoned,
                waits=waits,
            )
        )
    return rows


def _is_by_hand(person: holding.Person) -> bool:
    return person.excused or person.override is not None


def _decided(person: holding.Person) -> str:
    """What was decided by hand of a student's mark, where it may be known."""
    if person.hidden or not _is_by_hand(person):
        return ""
    if person.excused or person.override is None:
        return _("You are excused from this quiz: it does not count for you.")
    mark = f"{person.override.normalize():f}"
    return _("What counts for this quiz is %(mark)s %%, given by hand.") % {"mark": mark}


def _effective(attempt: Attempt) -> Decimal:
    return grading.effective(attempt.score or Decimal(0), attempt.out_of, attempt.deduction)


# --- During an attempt -------------------------------------------------------------------------

Heading = Mapping[str, Any]
"""Of `Attempt.sections`: first (a position), title, intro (HTML)."""


@dataclass(frozen=True)
class Part:
    """Questions under one heading; those before the first one have no title."""

    title: str
    intro: str
    questions: Sequence[Any]


def in_parts(questions: Sequence[Any], sections: Sequence[Heading]) -> list[Part]:
    """The questions, each known by its `position`, under the headings of their sections."""
    starts = [heading["first"] for heading in sections]
    parts = []
    for at, group in groupby(questions, key=lambda question: bisect(starts, question.position)):
        heading = sections[at - 1] if at else {"title": "", "intro": ""}
        parts.append(Part(heading["title"], heading["intro"], list(group)))
    return parts


@dataclass(frozen=True)
class OpenQuestion:
    """A question as it stands on the page of an open attempt; nothing of the key is in it."""

    position: int
    name: str
    points: Decimal
    presented: Mapping[str, Any]
    shown: Any
    revision: int
    saved_at: datetime | None
    stored: str = ""  # in words, where the page shows another answer than the stored one
    left_at: datetime | None = None  # one at a time: when the student went on from it
    trial: Any = None  # filled by `trials.beside`, where answers are checked or certainty asked
    counts: bool = True  # False: its answer had been shown before

    @property
    def answered(self) -> bool:
        return self.shown is not None


@dataclass(frozen=True)
class Unsaved:
    """Why what was given to a question is not stored, and what is, in words."""

    position: int
    message: str
    stored: str = ""
    invalid: bool = True  # False: nothing is wrong with it, but it may not replace what stands


NEWEST = Response.objects.filter(item=OuterRef("pk")).order_by("-revision")
OPEN_ITEMS = Prepared[tuple[Any, ...]](
    lambda attempt: (
        Item.objects.current()
        .filter(attempt=attempt)
        .order_by("position")
        .values_list(
            "position",
            "points",
            "order",
            "version__kind",
            "version__public",
            Coalesce(Subquery(NEWEST.values("revision")[:1]), F("begins")),
            Subquery(NEWEST.values("answer")[:1]),
            Subquery(NEWEST.values("saved_at")[:1]),
            "left_at",
            "counts",
        )
    ),
    attempt=UUIDField(),
)


def open_questions(
    attempt: Attempt, *, typed: Mapping[int, Callable[[Kind, Any], Any]] | None = None
) -> list[OpenQuestion]:
    """The questions of an attempt with the answers so far; one query.

    Where an answer was refused, `typed` reads it again by position, so that the page keeps what
    was given and says what is stored.
    """
    questions = []
    # Tuples: an instance for each row would cost as much as the query.
    for row in OPEN_ITEMS.all(attempt=attempt.pk):
        position, points, order, name, public, revision, given, saved_at, left_at, counts = row
        kind = KINDS[name]
        answer, stored = given, ""
        if typed and position in typed:
            stored = kind.answer_text(public, given)
            try:
                answer = typed[position](kind, order)
            except Unreadable as problem:
                answer = problem.typed
            except ValueError:
                pass  # what names no choice of the page cannot be filled in again
        questions.append(
            OpenQuestion(
                position=position,
                name=f"q{position}",
                points=points,
                presented=kind.present(public, order, answer),
                shown=kind.show(order, given),
                revision=revision,
                saved_at=saved_at,
                stored=stored,
                left_at=left_at,
                counts=counts,
            )
        )
    return questions


def at_hand(attempt: Attempt, questions: Sequence[OpenQuestion]) -> list[OpenQuestion]:
    """Those of an attempt's questions that its student may see now: all, or one at a time."""
    if not questions or not verbs.is_sequential(attempt):
        return list(questions)
    current = verbs.at_hand([(question.position, question.left_at) for question in questions])
    return [question for question in questions if question.position == current]


# --- After an attempt --------------------------------------------------------------------------


def _over_at(attempt: Attempt, holds: Conditions, *, now: datetime) -> datetime | None:
    """When nobody can earn credit on this key any more; None while that is not in sight.

    Only an exam waits for it, and nobody looks further while one's own close is to come: in all
    other cases it costs no query.
    """
    own = holds.closes_at.value
    if attempt.quiz.review != Quiz.Review.EXAM or own is None or now < own:
        return own
    return ends.over_at(attempt.quiz, cohort=attempt.enrolment.cohort, now=now)


def visible_to_student(
    attempt: Attempt, over_at: datetime | None, *, again: bool, now: datetime, hidden: bool
) -> frozenset[Visible]:
    """What its student may see of an attempt at `now`.

    `over_at` as `ends.over_at` gives it, `again` as `revealing.Tried.may_earn`; `hidden` where
    the marks of the quiz are not released in the cohort.
    """
    phase = visibility.phase(
        finished_at=attempt.submitted_at, now=now, closes_at=over_at, again=again
    )
    items = visibility.visible(attempt.quiz.review, phase, visibility.Role.STUDENT, hidden=hidden)
    # What was not handed in was not answered for: nothing of the key, until it counts after all.
    return items & visibility.AT_WORK if attempt.state == Attempt.State.ABANDONED else items


@dataclass(frozen=True)
class Proof:
    """The paragraph an option rests on, and where in the sources it comes from."""

    lesson: str
    url: str
    quote: str
    source: str
    source_url: str
    locator: str
    why: str


@dataclass(frozen=True)
class ReviewedQuestion:
    position: int
    points: Decimal
    mark: Decimal | None
    review: Mapping[str, Any]
    proofs: Sequence[Proof]
    remarks: Sequence[regrading.Remark] = ()
    counts: bool = True  # False: its answer had been shown before
    in_total: bool = True  # its points are; of one that does not count, if met in this quiz
    waits: bool = False  # for somebody to mark it
    judged: Sequence[queue.Judged] = ()
    contested: bool = False  # by its student, whatever became of it
    contests: Sequence[Any] = ()  # filled by `contests.beside`, which knows of results
    contestable: bool = False
    way: Any = None  # filled by `trials.after`: tries, hints and certainty


@dataclass(frozen=True)
class ReadAgain:
    lesson: str
    url: str
    questions: int


@dataclass(frozen=True)
class Result:
    attempt: Attempt
    items: frozenset[Visible]
    score: Decimal | None
    out_of: Decimal
    percentage: Decimal | None
    passed: bool | None
    sentence: str
    questions: Sequence[ReviewedQuestion]
    read_again: Sequence[ReadAgain]
    hidden: str = ""  # why the key is not shown, in words
    next: Step | None = None
    marked_again: datetime | None = None  # the last time, where the total may be seen
    due_at: datetime | None = None  # if it was handed in after that
    choice: "Choice | None" = None  # where the answers are shown on request
    overall: str = ""  # HTML: the words for this total, where they may be seen
    lateness: str = ""  # what that cost, in words, where the score may be seen
    decided: str = ""  # what was decided by hand of the mark that counts
    accepted: str = ""  # why it counts though it was not handed in
    waiting: str = ""  # how many answers wait to be marked, in words
    certain: Sequence[Any] = ()  # filled by `trials.after`: what certainty brought

    @property
    def may_reveal(self) -> bool:
        return self.choice is not None and self.choice.may_ask

    @property
    def parts(self) -> list[Part]:
        return in_parts(self.questions, self.attempt.sections)


def result(attempt: Attempt, *, now: datetime, items: frozenset[Visible] | None = None) -> Result:
    """All that a student may see of their finished attempt; eight queries, eleven for an exam.

    One more where it was marked again. With `items` these are shown instead, whatever the student
    may see.
    """
    person = holding.person(attempt.enrolment, attempt.quiz)
    holds = person.at(attempt.started_at)
    so_far = Tried()
    again = False
    if attempt.quiz.review != Quiz.Review.PRACTICE:
        so_far = revealing.tried(attempt, now=now)
        again = so_far.may_earn(person.at(now), now=now)
    over_at = _over_at(attempt, holds, now=now)
    if items is None:
        items = visible_to_student(attempt, over_at, again=again, now=now, hidden=person.hidden)
    rows = CLOSED_ITEMS.all(attempt=attempt.pk) if Visible.ATTEMPT in items else []
    remarks = regrading.remarks(attempt) if any(item.regraded for item in rows) else {}
    questions = _reviewed(attempt, rows, items, remarks)
    # The key may stay hidden for the sake of another quiz although this one is over.
    more = replace(so_far, elsewhere=False).may_earn(person.at(now), now=now)
    final = attempt.quiz.review != Quiz.Review.PRACTICE and not more
    told = summary(attempt, items, questions, last=final)
    steps = module_steps(attempt.quiz.activity.module, attempt.enrolment)
    _position, _before, following = neighbours(steps, attempt.quiz.activity.key)
    return replace(
        told,
        hidden=""
        if Visible.RIGHT_ANSWER in items or attempt.state == Attempt.State.ABANDONED
        else _hidden(attempt.quiz, so_far, person),
        choice=_choice(attempt, so_far, person.at(now), now=now)
        if again and not person.hidden
        else None,
        decided=_decided(person),
        next=following,
        marked_again=max((remark.at for each in remarks.values() for remark in each), default=None)
        if Visible.SCORE in items
        else None,
        due_at=holds.due_at.value
        if attempt.state == Attempt.State.SUBMITTED and holds.is_late(attempt.submitted_at)
        else None,
        lateness=_lateness(attempt, told.percentage),
        accepted=_accepted(attempt),
    )


def summary(
    attempt: Attempt,
    items: frozenset[Visible],
    questions: Sequence[ReviewedQuestion],
    *,
    last: bool = False,
) -> Result:
    """What a marked attempt came to, as far as `items` show it, whoever made it; one query.

    Of the `last` attempt that somebody may have, without a "yet".
    """
    score = percentage = passed = None
    sentence = _("What you answered is stored, and cannot be changed any more.")
    if attempt.state == Attempt.State.ABANDONED:
        sentence = _(NOT_HANDED_IN)
    if Visible.SCORE in items and attempt.score is not None:
        score = grading.shown(attempt.score)
        percentage = _effective(attempt)
        passed = percentage >= attempt.quiz.pass_mark
        sentence = _verdict(attempt.quiz, passed, last=last)
    return Result(
        attempt=attempt,
        items=items,
        score=score,
        out_of=grading.shown(attempt.out_of),
        percentage=percentage,
        passed=passed,
        sentence=sentence,
        questions=questions,
        read_again=read_again(questions),
        overall=_overall_words(attempt.quiz, percentage)
        if Visible.OVERALL_FEEDBACK in items
        else "",
        waiting=_waiting_in_words(sum(question.waits for question in questions), score),
    )


ASK_AGAIN = (
    "The right answers stay hidden as long as you may try again, so that your next attempt says "
    "what you know."
)
ONE_UNDER_WAY = "The right answers stay hidden while you have another attempt at this quiz open."
ONE_ELSEWHERE = (
    "The right answers stay hidden while you sit another quiz that asks one of these questions."
)


def _hidden(quiz: Quiz, so_far: Tried, person: holding.Person) -> str:
    """Why the key is not shown, and what becomes of it."""
    if person.hidden:
        return _(visibility.NOT_RELEASED)
    if quiz.review == Quiz.Review.HOMEWORK:
        if so_far.under_way:
            return _(ONE_UNDER_WAY)
        return _(ONE_ELSEWHERE) if so_far.elsewhere else _(ASK_AGAIN)
    # What was told before the start, without what has come about since.
    told = _(visibility.TOLD[visibility.Policy(quiz.review)])
    return told.removeprefix(_(visibility.AT_ONCE)).strip()


@dataclass(frozen=True)
class Choice:
    """What a student may do whose answers are hidden because they may try again.

    `left` counts the attempts that they still have (None: any number); `may_ask` tells whether
    they would see the answers if they asked now; `again_at` is set while they wait for the next
    attempt.
    """

    left: int | None
    closes_at: datetime | None
    may_ask: bool
    again_at: datetime | None = None


def _choice(attempt: Attempt, so_far: Tried, holds: Conditions, *, now: datetime) -> Choice | None:
    quiz = attempt.quiz
    if quiz.review != Quiz.Review.HOMEWORK or so_far.under_way:
        return None
    if not replace(so_far, elsewhere=False).may_earn(holds, now=now):
        return None  # only another quiz keeps the answers hidden
    allowed = holds.attempts_allowed.value
    left = None if allowed is None else max(0, allowed - so_far.used)
    again_at = None
    if attempt.number == so_far.used:  # of an earlier one's page the wait is told by the quiz's
        again_at = availability.waits_until(
            availability.Earlier(attempt.is_open, attempt.submitted_at, attempt.deadline),
            so_far.used,
            now=now,
            delay_first=quiz.delay_first,
            delay_later=quiz.delay_later,
        )
    return Choice(left, holds.closes_at.value, may_ask=not so_far.elsewhere, again_at=again_at)


NOT_HANDED_IN = (
    "This attempt was not handed in before it ended, so it has no score and does not count. Your "
    "instructor can count it after all."
)


def _accepted(attempt: Attempt) -> str:
    """Why an attempt counts that was not handed in; no query where whatever is saved counts."""
    if attempt.state != Attempt.State.SUBMITTED or not verbs.may_be_abandoned(attempt):
        return ""
    found = Acceptance.objects.filter(attempt=attempt).values_list("reason", flat=True).first()
    return found or ""


def _waiting_in_words(answers: int, score: Decimal | None) -> str:
    """What is still to come, where somebody has to mark an answer."""
    if not answers:
        return ""
    said = ngettext(
        "One answer waits to be marked by a person.",
        "%(count)d answers wait to be marked by a person.",
        answers,
    ) % {"count": answers}
    return said if score is not None else f"{said} {_('Your score follows when that is done.')}"


def _lateness(attempt: Attempt, percentage: Decimal | None) -> str:
    """How the percentage came to be, where it may be seen and lateness cost some of it.

    "80 % less 10 % of it for lateness: 72 %".
    """
    if percentage is None or not attempt.deduction:
        return ""
    before = grading.percentage(attempt.score or Decimal(0), attempt.out_of)
    figures = {"before": before, "less": attempt.deduction, "left": percentage}
    return _("%(before)s %% less %(less)s %% of it for lateness: %(left)s %%.") % {
        name: f"{figure.normalize():f}" for name, figure in figures.items()
    }


def _overall_words(quiz: Quiz, percentage: Decimal | None) -> str:
    """The words of the highest band that does not begin above the percentage shown."""
    if percentage is None:
        return ""
    bands = quiz.bands.filter(floor__lte=percentage).order_by("-floor")
    return bands.values_list("text_html", flat=True).first() or ""


def _verdict(quiz: Quiz, passed: bool, *, last: bool = False) -> str:
    """Whether it passes; of the `last` attempt that somebody may have, without a "yet"."""
    mark = f"{quiz.pass_mark.normalize():f}"
    if passed:
        return _("Passed: the pass mark is %(mark)s %%.") % {"mark": mark}
    if last:
        return _("Not passed: the pass mark is %(mark)s %%.") % {"mark": mark}
    return _("Not passed yet: the pass mark is %(mark)s %%.") % {"mark": mark}


MARKS = Mark.objects.filter(item=OuterRef("pk")).order_by("-pk")
CLOSED_ITEMS = Prepared[Any](
    lambda attempt: (
        Item.objects.current()
        .filter(attempt=attempt)
        .annotate(
            kind=F("version__kind"),
            # Explained by the key that counts: after a regrade, not the one it was met with.
            content=Coalesce(
                Subquery(MARKS.values("version__content")[:1]),
                F("version__content"),
                output_field=JSONField(),
            ),
            answer=Subquery(NEWEST.values("answer")[:1]),
            mark=Subquery(MARKS.values("score")[:1]),
            # Seldom: what there is to say of them is asked for only where there is something.
            regraded=Exists(MARKS.filter(regrade__isnull=False)),
            contested=Exists(Contest.objects.filter(item=OuterRef("pk"))),
        )
        .order_by("position")
    ),
    attempt=UUIDField(),
)


class Told(dict[str, Any]):
    """What a kind tells of an answer; "" for what it does not tell.

    Each kind tells a part of what the page asks for, and to a template a key that is missing is
    many times as dear as one that is there: it made a quarter of the result page.
    """

    def __missing__(self, key: str) -> str:
        return ""

    @classmethod
    def of(cls, told: Any) -> Any:
        """`told` with all dictionaries in it."""
        if isinstance(told, dict):
            return cls({key: cls.of(value) for key, value in told.items()})
        return [cls.of(one) for one in told] if isinstance(told, list) else told


def _reviewed(
    attempt: Attempt,
    rows: Sequence[Any],
    items: frozenset[Visible],
    remarks: Mapping[int, Sequence[regrading.Remark]],
) -> list[ReviewedQuestion]:
    reviews = [
        KINDS[item.kind].review(
            item.content, item.order, item.answer, items=items, earned=_by_hand(item)
        )
        for item in rows
    ]
    handed_in = attempt.state == Attempt.State.SUBMITTED
    judged = queue.judged(attempt) if any(KINDS[item.kind].by_hand for item in rows) else {}
    proofs = proofs_of(rows) if Visible.SPECIFIC_FEEDBACK in items else {}
    before: Collection[int] = ()
    if not all(item.counts for item in rows):
        before = papers.asked_before(
            attempt.enrolment, attempt.quiz_id, now=attempt.started_at, besides=attempt
        )
    return [
        ReviewedQuestion(
            position=item.position,
            points=grading.shown(item.points),
            counts=item.counts,
            in_total=item.counts or item.version_id in before,
            waits=handed_in and item.mark is None,
            judged=_shown_judgements(judged.get(item.pk, ()), items),
            mark=_shown_mark(item, before) if Visible.MARKS in items else None,
            review=Told.of(review),
            proofs=shown_proofs(item, review, items, proofs),
            remarks=_shown_remarks(remarks.get(item.position, ()), items),
            contested=item.contested,
        )
        for item, review in zip(rows, reviews, strict=True)
    ]


def _shown_mark(item: Any, before: Collection[int]) -> Decimal | None:
    """What a question brought: 0 if its answer was known and it is in the total all the same."""
    if item.mark is None or not (item.counts or item.version_id in before):
        return None
    return grading.shown(item.mark if item.counts else Decimal(0))


def _by_hand(item: Any) -> Fraction | None:
    """The fraction that a person's mark says; None where none does."""
    if item.mark is None or not KINDS[item.kind].by_hand:
        return None
    return Fraction(item.mark) / Fraction(item.points)


def _shown_judgements(
    judged: Sequence[queue.Judged], items: frozenset[Visible]
) -> Sequence[queue.Judged]:
    """Levels with the marks, the comment with the explanations."""
    levels, comment = Visible.MARKS in items, Visible.GENERAL_FEEDBACK in items
    if not levels and not comment:
        return ()
    return [
        replace(one, rubric=one.rubric if levels else (), comment=one.comment if comment else "")
        for one in judged
    ]


def _shown_remarks(
    remarks: Sequence[regrading.Remark], items: frozenset[Visible]
) -> Sequence[regrading.Remark]:
    """Points only with the marks, and reasons only with the key: they tend to name it."""
    if Visible.MARKS not in items:
        return ()
    if Visible.RIGHT_ANSWER not in items:
        return [replace(remark, reason="") for remark in remarks]
    return remarks


def proofs_of(rows: Sequence[Any]) -> dict[tuple[str, str, str], tuple[str, str, str, str]]:
    """(lesson, paragraph, source) -> (lesson title, url, quote, source label); two queries."""
    wanted = {
        (evidence["lesson"], evidence["paragraph"], evidence["source"])
        for item in rows
        for _key, evidence in KINDS[item.kind].evidence(item.content)
    }
    paragraphs = {
        (lesson, anchor): (title, course, text)
        for lesson, anchor, title, course, text in Paragraph.objects.filter(
            lesson__activity__key__in={lesson for lesson, _a, _s in wanted},
            anchor__in={anchor for _l, anchor, _s in wanted},
        ).values_list(
            "lesson__activity__key",
            "anchor",
            "lesson__activity__title",
            "lesson__activity__module__course__key",
            "text",
        )
    }
    labels = dict(
        Source.objects.filter(key__in={source for _l, _a, source in wanted}).values_list(
            "key", "label"
        )
    )
    found = {}
    for lesson, anchor, source in wanted:
        if (lesson, anchor) not in paragraphs:
            continue  # the paragraph was taken out since; the explanation still stands
        title, course, text = paragraphs[lesson, anchor]
        url = f"{address('courses:lesson', course, lesson)}#{anchor}"
        found[lesson, anchor, source] = (title, url, text, labels.get(source, ""))
    return found


def shown_proofs(
    item: Any,
    review: Mapping[str, Any],
    items: frozenset[Visible],
    proofs: Mapping[tuple[str, str, str], tuple[str, str, str, str]],
) -> list[Proof]:
    """What the chosen options rest on, and the right ones when those may be seen; each once."""
    shown: dict[tuple[str, str, str], Proof] = {}
    for evidence in _evidence_in(review):
        cited = (evidence["lesson"], evidence["paragraph"], evidence["source"])
        if cited not in proofs or cited in shown:
            continue
        title, url, quote, label = proofs[cited]
        shown[cited] = Proof(
            lesson=title,
            url=url,
            quote=quote,
            source=label,
            source_url=f"{address('courses:sources')}#source-{cited[2]}",
            locator=evidence.get("locator", ""),
            why=evidence.get("why", ""),
        )
    return list(shown.values())


def _evidence_in(review: Any) -> list[Mapping[str, str]]:
    """Every evidence that a review shows, in its order."""
    if isinstance(review, Mapping):
        own = [review["evidence"]] if isinstance(review.get("evidence"), Mapping) else []
        return own + [
            evidence
            for field, value in review.items()
            if field != "evidence"
            for evidence in _evidence_in(value)
        ]
    if isinstance(review, list | tuple):
        return [evidence for value in review for evidence in _evidence_in(value)]
    return []


def read_again(questions: Sequence[ReviewedQuestion]) -> list[ReadAgain]:
    """The lessons that the questions not fully right rest on, most often missed first."""
    missed: Counter[tuple[str, str]] = Counter()
    for question in questions:
        if not question.waits and question.review.get("outcome", "right") != "right":
            missed.update({(proof.lesson, proof.url.split("#")[0]) for proof in question.proofs})
    return [ReadAgain(lesson, url, count) for (lesson, url), count in missed.most_common()]
