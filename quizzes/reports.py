"""Reads: what a quiz's pages and the API show, as dataclasses, in constant queries."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, JSONField, OuterRef, Subquery, UUIDField
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.addresses import address
from courses.dashboards import Step, module_steps, neighbours
from courses.models import Enrolment, Paragraph, Source
from courses.models.prepared import Prepared
from quizzes import attempts as verbs
from quizzes import grading, regrading, timing, visibility
from quizzes.conditions import Conditions
from quizzes.models import Attempt, Item, Mark, Quiz, Response
from quizzes.questions import KINDS, Kind
from quizzes.questions.base import Unreadable
from quizzes.visibility import Item as Visible

# --- Before an attempt -------------------------------------------------------------------------


@dataclass(frozen=True)
class PastAttempt:
    attempt: Attempt
    percentage: Decimal | None  # None when it is not to be seen
    passed: bool
    counts: bool
    late: bool = False


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


def cover(quiz: Quiz, enrolment: Enrolment | None, *, now: datetime) -> Cover:
    """The page before an attempt; three queries, and what an exam asks (`_over_at`).

    An overdue attempt met here is closed.
    """
    mine: list[Attempt] = []
    receipt: Sequence[str] = ()
    person: timing.Person | None = None
    holds: Conditions | None = None
    if enrolment is not None:
        mine = [
            verbs.settle(attempt, now=now)
            for attempt in Attempt.objects.filter(quiz=quiz, enrolment=enrolment)
            .select_related("quiz__activity", "enrolment__cohort")
            .order_by("number")
        ]
        person = timing.person(enrolment, quiz)
        holds = person.at(now)
        receipt = verbs.deadline_for(enrolment, holds, now=now).parts
    slots = list(quiz.slots.values_list("points", flat=True))
    open_attempt = next((attempt for attempt in mine if attempt.is_open), None)
    why_not = verbs.refusal(enrolment, holds, mine, now=now)
    return Cover(
        quiz=quiz,
        receipt=receipt,
        rules=_rules(quiz, len(slots), sum(slots, Decimal(0)), holds, used=len(mine)),
        attempts=_past(quiz, [attempt for attempt in mine if not attempt.is_open], person, now),
        open_attempt=open_attempt,
        refusal="" if why_not is None or open_attempt else why_not.sentence,
        questions=len(slots),
        points=sum(slots, Decimal(0)),
    )


def _rules(
    quiz: Quiz, questions: int, points: Decimal, holds: Conditions | None, *, used: int
) -> list[str]:
    allowed = quiz.attempts_allowed if holds is None else holds.attempts_allowed.value
    rules = [
        ngettext(
            "%(count)d question, %(points)s points in all.",
            "%(count)d questions, %(points)s points in all.",
            questions,
        )
        % {"count": questions, "points": f"{points.normalize():f}"},
        _("You pass with %(percent)s %%.") % {"percent": f"{quiz.pass_mark.normalize():f}"},
    ]
    if allowed is None:
        rules.append(_("You may try as often as you like."))
    else:
        rules.append(
            _("You have %(left)d of %(all)d attempts left.")
            % {"left": max(0, allowed - used), "all": allowed}
        )
    if holds is not None and holds.attempts_in_words:
        rules.append(holds.attempts_in_words)
    if allowed != 1:
        rules.append(
            _("What counts: the %(method)s. A new attempt prefers questions that are new to you.")
            % {"method": quiz.get_grade_method_display()}
        )
    rules.append(visibility.TOLD[visibility.Policy(quiz.review)])
    return rules


def _past(
    quiz: Quiz, finished: Sequence[Attempt], person: timing.Person | None, now: datetime
) -> list[PastAttempt]:
    if not finished or person is None:
        return []
    rows = []
    over_at = _over_at(finished[0], person.at(now), now=now)
    percentages = [
        grading.percentage(attempt.score or Decimal(0), attempt.out_of) for attempt in finished
    ]
    best = grading.best(percentages, quiz.grade_method)
    for attempt, percentage in zip(finished, percentages, strict=True):
        seen = Visible.SCORE in visible_to_student(attempt, over_at, now=now)
        rows.append(
            PastAttempt(
                attempt=attempt,
                percentage=percentage if seen else None,
                passed=seen and percentage >= quiz.pass_mark,
                counts=seen and percentage == best,
                late=person.at(attempt.started_at).is_late(attempt.submitted_at),
            )
        )
    return rows


# --- During an attempt -------------------------------------------------------------------------


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

    @property
    def answered(self) -> bool:
        return self.shown is not None


NEWEST = Response.objects.filter(item=OuterRef("pk")).order_by("-revision")
OPEN_ITEMS = Prepared[tuple[Any, ...]](
    lambda attempt: (
        Item.objects.filter(attempt=attempt)
        .order_by("position")
        .values_list(
            "position",
            "points",
            "order",
            "version__kind",
            "version__public",
            Subquery(NEWEST.values("revision")[:1]),
            Subquery(NEWEST.values("answer")[:1]),
            Subquery(NEWEST.values("saved_at")[:1]),
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
        position, points, order, name, public, revision, given, saved_at = row
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
                revision=revision or 0,
                saved_at=saved_at,
                stored=stored,
            )
        )
    return questions


# --- After an attempt --------------------------------------------------------------------------


def _over_at(attempt: Attempt, holds: Conditions, *, now: datetime) -> datetime | None:
    """When nobody can earn credit on this key any more; None while that is not in sight.

    Only an exam waits for it, and nobody looks further while one's own close is to come: in all
    other cases it costs no query.
    """
    own = holds.closes_at.value
    if attempt.quiz.review != Quiz.Review.EXAM or own is None or now < own:
        return own
    return timing.over_at(attempt.quiz, cohort=attempt.enrolment.cohort, now=now)


def visible_to_student(
    attempt: Attempt, over_at: datetime | None, *, now: datetime
) -> frozenset[Visible]:
    """What its student may see of an attempt at `now`; `over_at` as `timing.over_at` gives it."""
    phase = visibility.phase(finished_at=attempt.submitted_at, now=now, closes_at=over_at)
    return visibility.visible(attempt.quiz.review, phase, visibility.Role.STUDENT)


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
    contests: Sequence[Any] = ()  # filled by `contests.beside`, which knows of results
    contestable: bool = False


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
    hidden: str
    questions: Sequence[ReviewedQuestion]
    read_again: Sequence[ReadAgain]
    next: Step | None
    marked_again: datetime | None = None  # the last time, where the total may be seen
    due_at: datetime | None = None  # if it was handed in after that


def result(attempt: Attempt, *, now: datetime) -> Result:
    """All that a student may see of their finished attempt; seven queries, ten for an exam."""
    holds = timing.person(attempt.enrolment, attempt.quiz).at(attempt.started_at)
    items = visible_to_student(attempt, _over_at(attempt, holds, now=now), now=now)
    remarks = regrading.remarks(attempt)
    questions = _reviewed(attempt, items, remarks) if Visible.ATTEMPT in items else []
    score = percentage = passed = None
    sentence = _("Your answers are handed in.")
    if Visible.SCORE in items and attempt.score is not None:
        score = grading.shown(attempt.score)
        percentage = grading.percentage(attempt.score, attempt.out_of)
        passed = percentage >= attempt.quiz.pass_mark
        sentence = _verdict(attempt.quiz, passed)
    steps = module_steps(attempt.quiz.activity.module, attempt.enrolment)
    _position, _before, following = neighbours(steps, attempt.quiz.activity.key)
    return Result(
        attempt=attempt,
        items=items,
        score=score,
        out_of=grading.shown(attempt.out_of),
        percentage=percentage,
        passed=passed,
        sentence=sentence,
        hidden=""
        if Visible.RIGHT_ANSWER in items
        else visibility.TOLD[visibility.Policy(attempt.quiz.review)],
        questions=questions,
        read_again=_read_again(questions),
        next=following,
        marked_again=max((remark.at for each in remarks.values() for remark in each), default=None)
        if Visible.SCORE in items
        else None,
        due_at=holds.due_at.value if holds.is_late(attempt.submitted_at) else None,
    )


def _verdict(quiz: Quiz, passed: bool) -> str:
    mark = f"{quiz.pass_mark.normalize():f}"
    if passed:
        return _("Passed: the pass mark is %(mark)s %%.") % {"mark": mark}
    return _("Not passed yet: the pass mark is %(mark)s %%.") % {"mark": mark}


MARKS = Mark.objects.filter(item=OuterRef("pk")).order_by("-pk")
CLOSED_ITEMS = Prepared[Any](
    lambda attempt: (
        Item.objects.filter(attempt=attempt)
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
        )
        .order_by("position")
    ),
    attempt=UUIDField(),
)


def _reviewed(
    attempt: Attempt,
    items: frozenset[Visible],
    remarks: Mapping[int, Sequence[regrading.Remark]],
) -> list[ReviewedQuestion]:
    rows = CLOSED_ITEMS.all(attempt=attempt.pk)
    reviews = [
        KINDS[item.kind].review(item.content, item.order, item.answer, items=items) for item in rows
    ]
    proofs = _proofs(rows) if Visible.SPECIFIC_FEEDBACK in items else {}
    return [
        ReviewedQuestion(
            position=item.position,
            points=grading.shown(item.points),
            mark=grading.shown(item.mark)
            if Visible.MARKS in items and item.mark is not None
            else None,
            review=review,
            proofs=_shown_proofs(item, review, items, proofs),
            remarks=_shown_remarks(remarks.get(item.position, ()), items),
        )
        for item, review in zip(rows, reviews, strict=True)
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


def _proofs(rows: Sequence[Any]) -> dict[tuple[str, str, str], tuple[str, str, str, str]]:
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


def _shown_proofs(
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


def _read_again(questions: Sequence[ReviewedQuestion]) -> list[ReadAgain]:
    """The lessons that the questions not fully right rest on, most often missed first."""
    missed: Counter[tuple[str, str]] = Counter()
    for question in questions:
        if question.review.get("outcome", "right") != "right":
            missed.update({(proof.lesson, proof.url.split("#")[0]) for proof in question.proofs})
    return [ReadAgain(lesson, url, count) for (lesson, url), count in missed.most_common()]
