"""Starts, joins, acceptances and wrong passwords at the same moment, on two real connections."""

import threading

import pytest
from django.db import transaction

from courses import enrolment
from courses.models import Enrolment
from quizzes.models import Acceptance, Attempt, PasswordTry
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer, NotStarted
from quizzes.times import timing
from tests import factories
from tests.factories import NOON, minutes
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def schedule(cohort, quiz, ada, **more):
    times = {"opens_at": None, "due_at": None, "closes_at": NOON + minutes(20), **more}
    return timing.set_schedule(cohort, quiz, by=ada, now=NOON, **times)


@pytest.mark.parametrize("round_", range(5))
def test_who_joins_and_starts_while_a_schedule_is_saved_gets_it(ada, quiz, cohort, round_):
    zoe = factories.make_user("zoe")

    def join_and_start():
        enrolment.join(zoe, code="JKMN2345", now=NOON)
        return attempts.start(Enrolment.objects.get(user=zoe), quiz, now=NOON)

    done = at_once(join_and_start, lambda: schedule(cohort, quiz, ada))
    assert not [one for one in done if isinstance(one, Exception)]
    assert Attempt.objects.get().deadline == NOON + minutes(20)


def beside_an_open_change(change, act):
    """Do `act` while the transaction of `change` has done all its work and is not committed."""
    changed, acted = threading.Event(), threading.Event()

    def slowly():
        with transaction.atomic():
            change()
            changed.set()
            acted.wait(timeout=1)  # in vain: the act waits for this transaction

    def meanwhile():
        changed.wait(timeout=10)
        act()
        acted.set()

    done = at_once(slowly, meanwhile)
    assert not [one for one in done if isinstance(one, Exception)]


def test_joining_waits_for_a_schedule_that_is_being_saved(ada, quiz, cohort):
    zoe = factories.make_user("zoe")

    def join_and_start():
        enrolment.join(zoe, code="JKMN2345", now=NOON)
        attempts.start(Enrolment.objects.get(user=zoe), quiz, now=NOON)

    beside_an_open_change(lambda: schedule(cohort, quiz, ada), join_and_start)
    assert Attempt.objects.get().deadline == NOON + minutes(20)


def test_a_limit_being_changed_at_the_desk_reaches_who_starts_meanwhile(ada, ben_here, quiz):
    def change():
        type(quiz).objects.filter(pk=quiz.pk).update(time_limit=600)
        timing.settings_changed(type(quiz).objects.get(pk=quiz.pk), now=NOON)

    beside_an_open_change(change, lambda: attempts.start(ben_here, quiz, now=NOON))
    assert Attempt.objects.get().deadline == NOON + minutes(10)


def test_a_last_day_being_moved_reaches_who_starts_meanwhile(ada, ben_here, quiz, cohort):
    def change():
        type(cohort).objects.filter(pk=cohort.pk).update(
            ends_on="2026-10-05", time_zone="Etc/GMT-11"
        )
        timing.settings_changed(type(cohort).objects.get(pk=cohort.pk), now=NOON)

    def start():
        attempts.start(ben_here, quiz, now=NOON)

    quiz.time_limit = None
    quiz.save()
    beside_an_open_change(change, start)
    assert Attempt.objects.get().deadline == NOON + minutes(60)


def test_many_wrong_passwords_at_once_are_all_counted(ada, ben_here, quiz, cohort):
    schedule(cohort, quiz, ada, password="anarchy")
    done = at_once(
        *[lambda: attempts.start(ben_here, quiz, now=NOON, password="no") for _try in range(14)]
    )
    assert {type(one) for one in done} == {NotStarted}
    codes = [one.code for one in done]
    assert (codes.count("wrong_password"), codes.count("too_many_tries")) == (10, 4)
    assert PasswordTry.objects.count() == 10


def test_an_attempt_is_counted_once_by_two_instructors_and_left_once_by_two_tabs(
    ada, ben, ben_here, quiz
):
    quiz.at_zero, quiz.navigation = "abandon", "sequential"
    quiz.save()
    attempt = attempts.start(ben_here, quiz, now=NOON)
    answer = Answer(0, lambda kind, order: kind.parse_json(order, "a"))
    attempts.save(ben, attempt.pk, answers={1: answer}, now=NOON)
    there = at_once(*[lambda: attempts.go_on(ben, attempt.pk, position=1, now=NOON)] * 4)
    assert there == [2] * 4
    attempts.close(attempt, now=NOON + minutes(31))
    done = at_once(
        *[lambda: attempts.accept(attempt, reason="ill", by=ada, now=NOON + minutes(40))] * 4
    )
    assert [(one.state, one.score) for one in done] == [("submitted", 1)] * 4
    assert Acceptance.objects.count() == 1
