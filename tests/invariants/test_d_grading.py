"""D5 and D6: a fault in grading is seen and mended, and nothing that was handed in is left."""

import random

import pytest
from django.core.management import CommandError, call_command

from courses.models import Record
from quizzes.marks import marking, queue
from quizzes.models import Attempt, Item, Mark
from quizzes.questions import KINDS
from quizzes.sitting import attempts, reports
from quizzes.sitting.attempts import Answer
from tests.factories import NOON, minutes
from tests.invariants.scale import runs
from tests.races import at_once

FAULTS, LEFT = runs(50), runs(50)


def broken(self, spec, response):
    raise RuntimeError("The grader has a fault.")


def sit(user, enrolment, quiz, tokens="aab") -> Attempt:
    attempt = attempts.start(enrolment, quiz, now=NOON)
    answers = {
        at: Answer(0, lambda kind, order, token=token: kind.parse_json(order, token))
        for at, token in enumerate(tokens, start=1)
    }
    attempts.save(user, attempt.pk, answers=answers, now=NOON)
    return attempt


@pytest.mark.django_db
@pytest.mark.invariant("D5", "D6", runs=FAULTS)
def test_a_grader_that_fails_leaves_the_answer_waiting_and_not_at_zero(
    as_, ada, ben, ben_here, cohort, quiz, monkeypatch, caplog
):
    quiz.attempts_allowed = None
    quiz.save()
    chosen = random.Random(5)
    honest = KINDS["single"].grade
    for round_ in range(FAULTS):
        attempt = sit(ben, ben_here, quiz)
        hit = set(chosen.sample((1, 2, 3), chosen.randint(1, 3)))
        seen = iter(range(1, 4))

        def faulty(spec, response, hit=hit, seen=seen):
            if next(seen) in hit:
                raise RuntimeError("The grader has a fault.")
            return honest(spec, response)

        with monkeypatch.context() as patch:
            patch.setattr(type(KINDS["single"]), "grade", lambda self, *args: faulty(*args))
            done = attempts.submit(ben, attempt.pk, now=NOON)
        assert (done.state, done.score) == ("submitted", None)
        assert "answer_not_graded" in caplog.text
        marked = Mark.objects.filter(item__attempt=attempt)
        assert marked.count() == 3 - len(hit)
        # Whoever looks sees that it waits: the student no total, the staff the answers.
        result = reports.result(Attempt.objects.get(pk=attempt.pk), now=NOON + minutes(1))
        assert (result.score, result.passed) == (None, None)
        assert sum(row.open for row in queue.waiting(cohort)) == len(hit)
        if round_ == 0:
            assert as_(ada).get(f"/teach/{cohort.pk}/marking/").status_code == 200
            page = as_(ada).get(f"/teach/{cohort.pk}/marking/anarchy-{min(hit)}/")
            assert page.status_code == 200
            assert as_(ben).get(f"/attempts/{attempt.pk}/result/").status_code == 200
        assert not Record.objects.filter(score=0).exists()

        call_command("close_overdue")
        attempt.refresh_from_db()
        assert (attempt.score, marked.count()) == (2, 3)
        assert sum(row.open for row in queue.waiting(cohort)) == 0
        call_command("close_overdue")
        assert marked.count() == 3


@pytest.mark.django_db
@pytest.mark.invariant("D5")
def test_while_the_fault_lasts_the_command_says_so_and_others_are_graded(
    ben, ben_here, quiz, monkeypatch
):
    attempt = sit(ben, ben_here, quiz)
    monkeypatch.setattr(type(KINDS["single"]), "grade", broken)
    attempts.submit(ben, attempt.pk, now=NOON)
    for _again in range(2):
        with pytest.raises(CommandError, match="1 could not be graded and wait in the marking"):
            call_command("close_overdue")
    assert not Mark.objects.exists()


@pytest.mark.django_db
@pytest.mark.invariant("D6", runs=LEFT)
def test_whatever_was_left_without_marks_is_graded_again_once(ben, ben_here, quiz):
    """As if the process had ended between closing and grading, in a release that allowed it."""
    quiz.attempts_allowed = None
    quiz.save()
    for tokens in [("a", "a", "b"), ("a", "b", "b")] * ((LEFT + 1) // 2):
        attempt = attempts.submit(ben, sit(ben, ben_here, quiz, tokens).pk, now=NOON)
        score = attempt.score
        some = list(Item.objects.filter(attempt=attempt)[: len(tokens) - 1])
        Mark.objects.filter(item__in=some).delete()
        Attempt.objects.filter(pk=attempt.pk).update(score=None)
        call_command("close_overdue")
        attempt.refresh_from_db()
        assert (attempt.score, Mark.objects.filter(item__attempt=attempt).count()) == (score, 3)


@pytest.mark.django_db(transaction=True)
@pytest.mark.invariant("D6", runs=LEFT)
def test_grading_again_twice_at_once_marks_each_answer_once(ben, ben_here, quiz):
    attempt = attempts.submit(ben, sit(ben, ben_here, quiz).pk, now=NOON)
    for _round in range(LEFT):
        Mark.objects.all().delete()
        Attempt.objects.update(score=None)
        done = at_once(*[lambda: marking.catch_up(attempt, now=NOON)] * 4)
        assert done == [True] * 4
        assert Mark.objects.count() == 3
        assert Attempt.objects.get().score == 2
