"""What stands beside a question whose answers are checked one by one: tries, hints, certainty.

Nothing of it is on a page before it is earned: a hint comes with the wrong try before it, the
review with the check that locks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Exists, F, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.marks import grading
from quizzes.marks.rescoring import Policy
from quizzes.models import Attempt, Item, QuestionVersion, Response, Slot
from quizzes.questions import KINDS
from quizzes.seeing import visibility
from quizzes.seeing.visibility import Item as Visible
from quizzes.seeing.visibility import Phase, Role
from quizzes.sitting import behaviours, reports, tries
from quizzes.sitting.behaviours import Behaviour, Certainty, Given, Rules, Standing, State, judge
from quizzes.sitting.reports import OpenQuestion, Proof, Result, ReviewedQuestion, Told
from quizzes.times import holding

LEVELS = {1: "Not very sure", 2: "Fairly sure", 3: "Very sure"}
# By what the field of a page says; "" where nothing was chosen.
CERTAINTIES: Mapping[str, int | None] = {"": None} | {str(level): level for level in LEVELS}

PHASES: Mapping[State, Phase] = {
    State.OPEN: Phase.DURING,
    State.TRYING: Phase.TRIED,
    State.LOCKED: Phase.ANSWERED,
}


@dataclass(frozen=True)
class Trial:
    """A question of an open attempt, as far as its student may know how it goes."""

    state: str = State.OPEN
    asks: bool = False  # how sure the student is
    certainty: int | None = None
    checks: bool = False  # whether it may be checked now
    redoes: bool = False  # whether it may be swapped for a fresh one
    tries: int = 0
    left: int | None = None
    outcome: str = ""  # "" while it is not to be known
    hints: Sequence[str] = ()  # those earned, as HTML
    hints_in_all: int = 0
    mark: Decimal | None = None
    lost: Decimal | None = None  # points that tries before the last one cost; None if not shown
    review: Mapping[str, Any] | None = None  # of a locked question
    proofs: Sequence[Proof] = ()

    @property
    def locked(self) -> bool:
        return self.state == State.LOCKED


def beside(
    attempt: Attempt,
    questions: Sequence[OpenQuestion],
    *,
    given: Mapping[int, int | None] | None = None,
) -> list[OpenQuestion]:
    """The questions of an open attempt, each with its trial; at most seven queries.

    None, and nothing beside them, where answers are neither checked nor certainty asked. `given`
    is the certainty, by position, that came with answers which were refused.
    """
    rules = Rules.read(attempt.rules)
    if not rules.checks and not rules.asks:
        return list(questions)
    sure = {**_certainties(attempt), **(given or {})} if rules.asks else {}
    tried = tries.standings(attempt)
    hints = _hints(attempt) if rules.behaviour == Behaviour.INTERACTIVE else {}
    # Nothing has been tried yet: nothing is told, and nobody need ask whether it may be.
    hidden = bool(tried) and holding.hides(attempt.quiz, attempt.enrolment.cohort_id)
    locked = _locked(attempt, rules, tried, hidden=hidden)
    found = []
    for question in questions:
        at, by_hand = question.position, KINDS[question.presented["kind"]].by_hand
        texts = hints.get(at, ())
        one = tried.get(at)
        trial = Trial(
            asks=rules.asks and not by_hand,
            certainty=sure.get(at),
            checks=rules.checks and not by_hand,
            left=len(texts) + 1 if rules.checks else None,
            hints_in_all=len(texts),
        )
        if at in locked:
            trial = (
                replace(locked[at], asks=trial.asks, certainty=one.last.certainty) if one else trial
            )
        elif one is not None:
            seen = _visible(attempt, one.standing.state, hidden=hidden)
            told = Visible.CORRECTNESS in seen
            trial = replace(
                trial,
                state=one.standing.state,
                tries=one.standing.tries,
                left=one.standing.left,
                outcome=one.outcome if told else "",
                hints=texts[: one.standing.hints] if told else (),
            )
        found.append(replace(question, trial=trial))
    return found


def _visible(attempt: Attempt, state: State, *, hidden: bool) -> frozenset[Visible]:
    return visibility.visible(attempt.quiz.review, PHASES[state], Role.STUDENT, hidden=hidden)


def _certainties(attempt: Attempt) -> dict[int, int | None]:
    newest = Response.objects.filter(item=OuterRef("pk")).order_by("-revision")
    return dict(
        Item.objects.current()
        .filter(attempt=attempt)
        .order_by()
        .values_list("position", Subquery(newest.values("certainty")[:1]))
    )


def _hints(attempt: Attempt) -> dict[int, Sequence[str]]:
    """Every hint of every question, by position: what is earned of them is decided above."""
    return {
        position: hints or ()
        for position, hints in Item.objects.current()
        .filter(attempt=attempt)
        .order_by()
        .values_list("position", "version__content__hints")
    }


def _locked(
    attempt: Attempt, rules: Rules, tried: Mapping[int, tries.Try], *, hidden: bool
) -> dict[int, Trial]:
    """The trials of the questions that are checked for good; at most three queries."""
    positions = [at for at, one in tried.items() if one.standing.state == State.LOCKED]
    if not positions:
        return {}
    seen = _visible(attempt, State.LOCKED, hidden=hidden)
    drawing = Slot.objects.filter(
        quiz=attempt.quiz_id, position=OuterRef("slot"), question__isnull=True
    )
    rows = list(
        Item.objects.current()
        .filter(attempt=attempt, position__in=positions)
        .annotate(kind=F("version__kind"), content=F("version__content"), draws=Exists(drawing))
        .order_by("position")
    )
    proofs = reports.proofs_of(rows) if Visible.SPECIFIC_FEEDBACK in seen else {}
    found = {}
    for item in rows:
        one = tried[item.position]
        review = KINDS[item.kind].review(item.content, item.order, one.last.answer, items=seen)
        earned = one.standing.earned
        told = Visible.MARKS in seen and earned is not None
        hints = item.content.get("hints", ()) if rules.behaviour == Behaviour.INTERACTIVE else ()
        found[item.position] = Trial(
            state=State.LOCKED,
            # The same question once more is no other where what is known earns nothing.
            redoes=rules.behaviour == Behaviour.PRACTICE
            and (item.draws or not attempt.quiz.leaves_out_known),
            tries=one.standing.tries,
            left=0,
            outcome=one.outcome if Visible.CORRECTNESS in seen else "",
            hints=hints[: one.standing.hints] if Visible.CORRECTNESS in seen else (),
            hints_in_all=len(hints),
            mark=grading.shown(grading.mark(earned or Fraction(0), item.points, least=rules.least))
            if told
            else None,
            lost=grading.shown(grading.mark(one.standing.lost, item.points)) if told else None,
            review=review,
            proofs=reports.shown_proofs(item, review, seen, proofs),
        )
    return found


# --- After the attempt -------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """How a question of a finished attempt went on its way to its mark."""

    tries: int = 0
    hints: int = 0
    lost: Decimal | None = None  # points that tries before the last one cost; None if not shown
    certainty: int | None = None
    sentences: Sequence[str] = field(default_factory=tuple)
    # As `Kind.review`, nothing of a key in it: the question as it was asked and answered, where a
    # regrade explains it by a version that reads otherwise.
    asked: Mapping[str, Any] | None = None


def after(result: Result) -> Result:
    """The result with the way of each question; two queries, or none as above.

    One more, and two for proofs, where it was marked again by another version. What was checked
    and which hints were earned is by the key of that time; what tries cost, and which of them
    stands beside the mark, is by the key that counts now.
    """
    attempt = result.attempt
    rules = Rules.read(attempt.rules)
    interactive = rules.behaviour == Behaviour.INTERACTIVE
    again = result.marked_again or any(question.remarks for question in result.questions)
    if not result.questions or not (interactive or rules.asks or again):
        return result
    given = tries.given([attempt.pk])
    ways, exact, reviews = {}, {}, {}
    items = list(
        Item.objects.current()
        .filter(attempt=attempt)
        .annotate(
            mark=Subquery(reports.MARKS.values("score")[:1]),
            by_version=Subquery(reports.MARKS.values("version")[:1]),
            policy=Subquery(reports.MARKS.values("regrade__policy")[:1]),
        )
        .select_related("version")
        .defer("version__content", "version__public")
    )
    keys = _keys(items)
    for item in items:
        exact[item.position] = item.mark
        kind, answers = KINDS[item.version.kind], given.get(item.pk, ())
        tried = interactive and not kind.by_hand
        met = judge(rules, kind, item.version.spec, answers) if tried else UNTRIED
        counts, newest = met, answers[-1] if answers else Given(None)
        asked, stands, sentence = None, newest, ""
        if item.pk in keys:
            was, key = keys[item.pk]
            if was.public != key.public:
                seen = visibility.AT_WORK
                asked = Told.of(kind.review(was.content, item.order, newest.answer, items=seen))
            if tried and item.policy != Policy.FULL:
                hints = len(was.spec.get("hints", ()))
                counts = judge(rules, KINDS[key.kind], key.spec, answers, hints=hints)
                if Visible.CORRECTNESS in result.items:  # which of them was right is part of it
                    stands = _standing(counts, answers)
            if stands.answer != newest.answer:
                sentence = _(THAT_TRY).format(number=counts.tries)
                reviews[item.position] = _reviewed(item, key, stands, result)
        lost = None
        if tried and Visible.MARKS in result.items:
            cost = Fraction(0) if item.policy == Policy.FULL else counts.lost
            lost = grading.shown(grading.mark(cost, item.points))
        sure = stands.certainty if rules.asks and not kind.by_hand else None
        if interactive or rules.asks or asked:
            said = _told(met.tries, met.hints, lost, sure)
            ways[item.position] = Way(
                tries=met.tries,
                hints=met.hints,
                lost=lost,
                certainty=sure,
                sentences=[*said, sentence] if sentence else said,
                asked=asked,
            )
    questions: list[ReviewedQuestion] = [
        replace(question, way=ways.get(question.position), **reviews.get(question.position, {}))
        for question in result.questions
    ]
    if reviews:
        result = replace(result, read_again=reports.read_again(questions))
    told = rules.certainty is Certainty.SCORE and Visible.MARKS in result.items
    certain = _certain(questions, exact) if told else ()
    return replace(result, questions=questions, certain=certain)


UNTRIED = Standing(State.OPEN, None)
THAT_TRY = "By the key that counts now, try {number} counts; it is the answer shown here."


def _keys(items: Sequence[Any]) -> dict[int, tuple[QuestionVersion, QuestionVersion]]:
    """By item, the version met and the one that marks it, if that is another; one query or none."""
    other = [item for item in items if item.by_version not in (None, item.version_id)]
    versions = {pk for item in other for pk in (item.version_id, item.by_version)}
    found = QuestionVersion.objects.in_bulk(versions) if versions else {}
    return {item.pk: (found[item.version_id], found[item.by_version]) for item in other}


def _standing(counts: Standing, answers: Sequence[Given]) -> Given:
    """Of some answers the one that its mark is for."""
    checked = [one for one in answers if one.checked]
    if counts.state == State.LOCKED and counts.tries:
        return checked[counts.tries - 1]
    return answers[-1] if answers else Given(None)


def _reviewed(item: Any, key: QuestionVersion, one: Given, result: Result) -> dict[str, Any]:
    """What changes in a reviewed question that shows this answer; two queries."""
    item.kind, item.content = key.kind, key.content
    review = KINDS[key.kind].review(key.content, item.order, one.answer, items=result.items)
    explains = Visible.SPECIFIC_FEEDBACK in result.items
    proofs = reports.proofs_of([item]) if explains else {}
    return {
        "review": Told.of(review),
        "proofs": reports.shown_proofs(item, review, result.items, proofs),
    }


@dataclass(frozen=True)
class Sure:
    """What certainty brought, for all questions or for those answered: percentages as displayed."""

    label: str
    answers: int
    average: Decimal  # -6 to 3 for each point
    accuracy: Decimal
    bonus: Decimal
    with_bonus: Decimal


def _certain(
    questions: Sequence[ReviewedQuestion], exact: Mapping[int, Decimal | None]
) -> list[Sure]:
    """Of what counts and has its mark, by position; what a person marks has no certainty."""
    marked = [
        each
        for each in questions
        if each.counts
        and exact[each.position] is not None
        and not KINDS[each.review["kind"]].by_hand
    ]
    answered = [each for each in marked if each.review["outcome"] != "blank"]
    rows = [(_("All questions"), marked)]
    if answered and len(answered) < len(marked):
        rows.append((_("Those answered"), answered))
    found = []
    for label, some in rows:
        one = behaviours.certain(
            [
                (Fraction(each.points), Fraction(exact[each.position] or 0), each.way.certainty)
                for each in some
            ]
        )
        if one is not None:
            found.append(
                Sure(
                    label,
                    one.answers,
                    grading.rounded(one.average),
                    grading.rounded(100 * one.accuracy),
                    grading.rounded(100 * one.bonus),
                    grading.rounded(100 * one.with_bonus),
                )
            )
    return found


def _told(used: int, hints: int, lost: Decimal | None, sure: int | None) -> list[str]:
    said = []
    if used:
        said.append(
            ngettext("You checked %(count)d answer.", "You checked %(count)d answers.", used)
            % {"count": used}
        )
    if used and hints:
        said.append(
            ngettext("You saw %(count)d hint.", "You saw %(count)d hints.", hints)
            % {"count": hints}
        )
    if lost:
        said.append(_("Earlier tries cost %(points)s points.") % {"points": lost})
    if sure:
        said.append(_("You said: %(level)s.") % {"level": _(LEVELS[sure]).lower()})
    return said
