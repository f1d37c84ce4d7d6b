"""B1 to B3: a class at one moment, on real connections. Constraints and locks decide, not luck."""

import itertools

import pytest
from django.db import connection

from courses.models import Enrolment, Record
from quizzes.models import Attempt, Mark, Response
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer, Closed, Saved
from tests import factories
from tests.factories import NOON
from tests.invariants.scale import PROVING, runs
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

STARTS, SUBMITS, SAVES = runs(200), runs(200), runs(500)


def crowd() -> int:
    """How many act at once: PostgreSQL's pool has 16 connections, and each holds one."""
    return (50 if connection.vendor == "sqlite" else 12) if PROVING else 6


@pytest.fixture
def students(cohort):
    """One new student after the other, so that each round begins with nothing."""

    def make():
        for number in itertools.count():
            user = factories.make_user(f"student-{number}")
            yield Enrolment.objects.select_related("cohort", "user").get(
                pk=factories.enrol(user, cohort).pk
            )

    return make()


def save(enrolment, attempt, position, token):
    answer = Answer(0, lambda kind, order: kind.parse_json(order, token))
    return attempts.save(enrolment.user, attempt.pk, answers={position: answer}, now=NOON)[position]


@pytest.mark.invariant("B1", runs=STARTS)
def test_simultaneous_starts_give_one_open_attempt_and_all_name_it(students, quiz):
    for _round in range(STARTS):
        who = next(students)
        started = at_once(*[lambda who=who: attempts.start(who, quiz, now=NOON)] * crowd())
        mine = Attempt.objects.filter(enrolment=who)
        assert {one.pk for one in started} == {mine.get().pk}
        assert mine.get().items.count() == 3


@pytest.mark.invariant("B1", runs=STARTS)
def test_no_interleaving_of_starts_and_submits_exceeds_the_limit(students, quiz):
    quiz.known_questions = "count"  # else what was shown after the last one refuses another too
    quiz.save()

    def start_and_submit(who):
        attempt = attempts.start(who, quiz, now=NOON)
        attempts.submit(who.user, attempt.pk, now=NOON)

    def start_again_and_again(who):
        for _more in range(3):  # until it is refused
            start_and_submit(who)

    for _round in range(STARTS):
        who = next(students)
        for _before in range(quiz.attempts_allowed - 1):
            start_and_submit(who)
        at_once(*[lambda who=who: start_again_and_again(who)] * min(crowd(), 8))
        numbers = Attempt.objects.filter(enrolment=who).order_by("number")
        assert list(numbers.values_list("number", "state")) == [
            (number, "submitted") for number in range(1, quiz.attempts_allowed + 1)
        ]


@pytest.mark.invariant("B2", runs=SUBMITS)
def test_handing_in_at_once_grades_once_and_all_are_told_the_same(students, quiz):
    for _round in range(SUBMITS):
        who = next(students)
        attempt = attempts.start(who, quiz, now=NOON)
        save(who, attempt, 1, "a")
        told = at_once(
            *[lambda who=who, attempt=attempt: attempts.submit(who.user, attempt.pk, now=NOON)]
            * crowd()
        )
        assert {(one.state, one.score, one.submitted_at) for one in told} == {
            ("submitted", 1, NOON)
        }
        assert Mark.objects.filter(item__attempt=attempt).count() == 3
        assert Record.objects.filter(enrolment=who).count() == 1


@pytest.mark.invariant("B3", "A1", "A9", runs=SAVES)
def test_what_is_acknowledged_beside_the_submit_is_graded_and_the_rest_refused(students, quiz):
    for round_ in range(SAVES):
        who = next(students)
        attempt = attempts.start(who, quiz, now=NOON)
        acts = [
            lambda who=who, attempt=attempt: attempts.submit(who.user, attempt.pk, now=NOON),
            *(
                lambda who=who, attempt=attempt, at=at: save(who, attempt, at, "a")
                for at in (1, 2, 3)
            ),
        ]
        # Who goes to the barrier first tends to win: let it be each in turn.
        turn = round_ % len(acts)
        told = at_once(*acts[turn:], *acts[:turn])
        replies = told[len(acts) - turn :] + told[: len(acts) - turn]
        done, saved = replies[0], replies[1:]
        assert {type(one) for one in saved} <= {Saved, Closed}
        acknowledged = [at for at, one in enumerate(saved, 1) if isinstance(one, Saved)]
        right = Mark.objects.filter(item__attempt=attempt, score=1)
        assert list(right.values_list("item__position", flat=True)) == acknowledged
        stored = Response.objects.filter(item__attempt=attempt).order_by("item__position")
        assert list(stored.values_list("item__position", flat=True)) == acknowledged
        assert done.score == len(acknowledged)
