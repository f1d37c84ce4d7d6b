"""Regrades and contests at one moment with everything else, on two real connections."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from courses.models import Enrolment, Record
from courses.refusals import Refused
from quizzes import tasks
from quizzes.marks import contests, grading, regrading
from quizzes.models import Attempt, Contest, Mark, Question, Regrade
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer, Saved
from tests import factories
from tests.races import at_once
from tests.regrading import LATER, correct, sit

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = range(5)


@pytest.fixture
def corrected(ben_here, quiz, questions) -> Question:
    """ben has handed an attempt in whose first answer is right by the new key only."""
    sit(ben_here, quiz, "b", "a")
    correct(questions[0])
    return Question.objects.select_related("module", "current").get(pk=questions[0].pk)


def preview(question, cohort, ada, policy="new") -> Regrade:
    return regrading.preview(
        question, version=None, policy=policy, cohort=cohort, by=ada, reason="Key.", now=LATER
    )


def agreed() -> bool:
    """Whether each score is the sum of the newest marks, and each ledger row the best attempt."""
    for attempt in Attempt.objects.submitted().prefetch_related("items__marks"):
        newest = [list(item.marks.all())[-1].score for item in attempt.items.all()]
        if attempt.score != grading.total(newest):
            return False
    for record in Record.objects.exclude(score=None):
        scores = [
            grading.percentage(attempt.score, attempt.out_of)
            for attempt in Attempt.objects.submitted().filter(enrolment=record.enrolment_id)
        ]
        if record.score != max(scores):
            return False
    return True


@pytest.mark.invariant("D3")
def test_two_commits_of_one_regrade_write_its_marks_once(corrected, cohort, ada):
    regrade = preview(corrected, cohort, ada)
    done = at_once(*[lambda: regrading.commit(regrade, by=ada, now=LATER)] * 4)
    assert [one.state for one in done] == ["committed"] * 4
    assert Mark.objects.filter(regrade=regrade).count() == 1
    assert agreed()


@pytest.mark.invariant("D3")
def test_the_database_itself_refuses_a_second_mark_of_one_regrade(corrected, cohort, ada):
    regrade = regrading.commit(preview(corrected, cohort, ada), by=ada, now=LATER)
    mark = Mark.objects.get(regrade=regrade)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mark.objects.create(
            item=mark.item, version=mark.version, score=0, regrade=regrade, made_at=LATER
        )


@pytest.mark.invariant("D3")
@pytest.mark.parametrize("round_", ROUNDS)
def test_of_two_previews_committed_at_once_one_finds_that_something_moved(
    corrected, cohort, ada, round_
):
    some, other = preview(corrected, cohort, ada, "full"), preview(corrected, cohort, ada, "new")
    outcomes = at_once(
        lambda: regrading.commit(some, by=ada, now=LATER),
        lambda: regrading.commit(other, by=ada, now=LATER),
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Refused", "Regrade"]
    assert agreed()


@pytest.mark.invariant("D3")
@pytest.mark.parametrize("round_", ROUNDS)
def test_a_submit_beside_the_commit_loses_neither(
    corrected, cohort, ada, ben, ben_here, quiz, round_
):
    open_one = attempts.start(ben_here, quiz, now=LATER)
    regrade = preview(corrected, cohort, ada)
    committed, submitted = at_once(
        lambda: regrading.commit(regrade, by=ada, now=LATER),
        lambda: attempts.submit(ben, open_one.pk, now=LATER),
    )
    assert submitted.state == "submitted"
    assert isinstance(committed, Regrade | Refused)
    if isinstance(committed, Refused):
        regrading.commit(preview(corrected, cohort, ada), by=ada, now=LATER)
    assert list(ben_here.attempts.order_by("number").values_list("score", flat=True)) == [2, 0]
    assert Record.objects.get().score == Decimal("66.67")
    assert agreed()


@pytest.mark.invariant("D3")
@pytest.mark.parametrize("round_", ROUNDS)
def test_a_save_beside_the_commit_is_kept_and_the_regrade_is_not_disturbed(
    corrected, cohort, ada, ben, ben_here, quiz, round_
):
    open_one = attempts.start(ben_here, quiz, now=LATER)
    regrade = preview(corrected, cohort, ada)
    answer = Answer(0, lambda kind, order: kind.parse_json(order, "c"))
    committed, saved = at_once(
        lambda: regrading.commit(regrade, by=ada, now=LATER),
        lambda: attempts.save(ben, open_one.pk, answers={1: answer}, now=LATER)[1],
    )
    assert (committed.state, type(saved)) == ("committed", Saved)
    assert open_one.items.get(position=1).responses.get().answer == "option-3"
    assert agreed()


def test_a_commit_beside_an_abandon_does_one_of_the_two(corrected, cohort, ada):
    regrade = preview(corrected, cohort, ada)
    at_once(
        lambda: regrading.commit(regrade, by=ada, now=LATER),
        lambda: regrading.abandon(regrade, by=ada),
    )
    state = Regrade.objects.get().state
    assert (state, Mark.objects.filter(regrade=regrade).count()) in {
        ("committed", 1),
        ("abandoned", 0),
    }


def test_contesting_at_once_makes_one_contest(corrected, ben, ben_here, quiz):
    attempt = Attempt.objects.get()
    attempts.reveal(ben_here, quiz, now=LATER)
    outcomes = at_once(*[lambda: contests.contest(ben, attempt.pk, 1, reason="No.", now=LATER)] * 4)
    assert sorted(type(one).__name__ for one in outcomes) == ["Contest", *["Refused"] * 3]
    assert Contest.objects.count() == 1


def test_the_database_itself_refuses_a_second_open_contest(corrected, ben_here):
    item = Attempt.objects.get().items.get(position=1)
    factories.make_contest(item, ben_here)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_contest(item, ben_here)


def test_two_instructors_answer_a_contest_once(corrected, cohort, ada, ben_here):
    bea = factories.make_user("bea")
    factories.enrol(bea, cohort, "instructor")
    item = Attempt.objects.get().items.select_related("version__question__module").get(position=1)
    contest = factories.make_contest(item, Enrolment.objects.get(pk=ben_here.pk))
    terms = {"cohort": cohort, "version": item.version, "answer": "Yes.", "now": LATER}
    outcomes = at_once(
        lambda: contests.accept(
            [contest.pk], by=ada, policy="new", key=None, send=tasks.regrade.enqueue, **terms
        ),
        lambda: contests.decline([contest.pk], by=bea, citation="ch. 6", **terms),
    )
    assert sum(isinstance(one, Refused) for one in outcomes) == 1
    contest.refresh_from_db()
    assert (contest.state == "accepted") == Regrade.objects.exists()
    assert contest.answered_at == LATER
