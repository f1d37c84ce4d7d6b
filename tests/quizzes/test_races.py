"""Two requests at one moment, on two real connections: the constraint decides, nothing is lost."""

import pytest
from django.db import IntegrityError, transaction

from courses import enrolment, progress
from courses.models import Enrolment, Record
from quizzes.authoring import publish
from quizzes.models import Attempt, Item, Mark, QuestionVersion, Response
from quizzes.sitting import attempts, trying
from quizzes.sitting.attempts import Answer, Closed, NotSaved, Saved
from tests import factories
from tests.factories import NOON
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = range(5)


def choose(token: str, base: int = 0) -> Answer:
    return Answer(base, lambda kind, order: kind.parse_json(order, token))


def save(ben, attempt, position, token, base=0):
    answers = {position: choose(token, base)}
    return attempts.save(ben, attempt.pk, answers=answers, now=NOON)[position]


@pytest.mark.invariant("B1")
def test_eight_simultaneous_starts_give_one_attempt_and_all_name_it(ben_here, quiz):
    started = at_once(*[lambda: attempts.start(ben_here, quiz, now=NOON)] * 8)
    assert len(set(started)) == 1
    assert Attempt.objects.get() == started[0]
    assert Attempt.objects.get().items.count() == 3


@pytest.mark.invariant("B1")
def test_the_database_itself_refuses_a_second_open_attempt(ben_here, quiz):
    attempts.start(ben_here, quiz, now=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(quiz=quiz, enrolment=ben_here, number=2, started_at=NOON, out_of=3)


@pytest.mark.invariant("B1")
def test_simultaneous_starts_never_exceed_the_limit(ben, ben_here, quiz):
    quiz.known_questions = "count"  # else what was shown after the last one refuses another too
    quiz.save()

    def start_and_submit():
        attempt = attempts.start(ben_here, quiz, now=NOON)
        attempts.submit(ben, attempt.pk, now=NOON)

    def start_again_and_again():
        for _more in range(3):  # until it is refused
            start_and_submit()

    for _before in range(quiz.attempts_allowed - 1):
        start_and_submit()
    at_once(*[start_again_and_again] * 6)
    assert Attempt.objects.count() == quiz.attempts_allowed


@pytest.mark.invariant("B2")
def test_handing_in_many_times_at_once_grades_once(ben, ben_here, quiz):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    save(ben, attempt, 1, "a")
    done = at_once(*[lambda: attempts.submit(ben, attempt.pk, now=NOON)] * 8)
    assert [(one.state, one.score) for one in done] == [("submitted", 1)] * 8
    assert Mark.objects.count() == 3
    assert Record.objects.count() == 1


def test_two_tabs_answering_at_once_leave_one_answer_and_tell_the_other(ben, ben_here, quiz):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    outcomes = at_once(
        lambda: save(ben, attempt, 1, "a"),
        lambda: save(ben, attempt, 1, "b"),
    )
    saved = [one for one in outcomes if isinstance(one, Saved)]
    stale = [one for one in outcomes if isinstance(one, NotSaved)]
    assert (len(saved), len(stale)) == (1, 1)
    assert (stale[0].reason, stale[0].revision, stale[0].shown) == ("stale", 1, saved[0].shown)
    assert Response.objects.count() == 1


def test_different_questions_answered_at_once_are_all_kept(ben, ben_here, quiz):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    outcomes = at_once(*[lambda p=p: save(ben, attempt, p, "b") for p in (1, 2, 3)])
    assert [type(one) for one in outcomes] == [Saved] * 3
    assert Response.objects.count() == 3


@pytest.mark.invariant("B3")
@pytest.mark.parametrize("round_", ROUNDS)
def test_an_answer_beside_the_submit_is_graded_or_refused_never_lost(ben, ben_here, quiz, round_):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    saved, done = at_once(
        lambda: save(ben, attempt, 1, "a"),
        lambda: attempts.submit(ben, attempt.pk, now=NOON),
    )
    assert isinstance(saved, Saved | Closed)
    assert done.score == (1 if isinstance(saved, Saved) else 0)


def test_joining_twice_at_once_enrols_once(cohort):
    zoe = factories.make_user("zoe")
    joined = at_once(*[lambda: enrolment.join(zoe, code="JKMN2345", now=NOON)] * 6)
    assert {type(one) for one in joined} == {Enrolment}
    assert Enrolment.objects.filter(user=zoe).count() == 1


def test_finishing_a_lesson_twice_at_once_writes_one_row(ben_here, lesson):
    at_once(*[lambda: progress.complete_lesson(ben_here, lesson.activity, now=NOON)] * 6)
    record = Record.objects.get()
    assert (record.started_at, record.completed_at) == (NOON, NOON)


def test_publishing_a_question_twice_at_once_makes_one_version(questions):
    question = questions[0]
    question.spec = factories.single("A better question?")
    question.save()
    versions = at_once(*[lambda: publish(question, now=NOON)] * 4)
    assert len(set(versions)) == 1
    numbers = QuestionVersion.objects.filter(question=question).values_list("number", flat=True)
    assert list(numbers) == [1, 2]


# --- Checking one by one -----------------------------------------------------------------------


def begin(ben_here, quiz, behaviour):
    quiz.behaviour, quiz.review, quiz.known_questions = behaviour, "practice", "count"
    quiz.save()
    return attempts.start(ben_here, quiz, now=NOON)


def check(ben, attempt, token, base=0):
    return trying.check(ben, attempt.pk, position=1, answer=choose(token, base), now=NOON)


def test_two_checks_at_once_are_one_try_and_the_other_is_told(ben, ben_here, quiz):
    attempt = begin(ben_here, quiz, "immediate")
    outcomes = at_once(*[lambda t=t: check(ben, attempt, t) for t in ("a", "b", "a", "b")])
    refused = [one for one in outcomes if isinstance(one, NotSaved)]
    assert [one.reason for one in refused] == ["locked"] * 2
    assert Response.objects.filter(checked=True).count() == Response.objects.count() == 1


def test_two_fresh_questions_asked_for_at_once_swap_it_once(ben, ben_here, quiz):
    attempt = begin(ben_here, quiz, "practice")
    check(ben, attempt, "b")
    swapped = at_once(*[lambda: trying.redo(ben, attempt.pk, position=1, now=NOON, seed=1)] * 4)
    assert len(set(swapped)) == 1
    assert attempt.items.filter(position=1).count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.filter(attempt=attempt, position=1).update(replaced_at=None)


def test_a_check_beside_the_submit_counts_or_is_refused(ben, ben_here, quiz):
    attempt = begin(ben_here, quiz, "immediate")
    checked, done = at_once(
        lambda: check(ben, attempt, "a"),
        lambda: attempts.submit(ben, attempt.pk, now=NOON),
    )
    assert done.score == (0 if isinstance(checked, Closed) else 1)
