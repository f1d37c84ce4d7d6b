"""Extensions and shortenings beside start, save and submit, on two real connections."""

import pytest
from django.db import connection

from quizzes.models import Attempt, Override, Response, Schedule
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer, Closed, Saved
from quizzes.times import timing
from tests.factories import NOON, minutes
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = pytest.mark.parametrize("round_", range(5))


def give(quiz, to, ada, now=NOON, **changes):
    return timing.give_override(quiz, to=to, changes=changes, reason="ill", by=ada, now=now)


def save(ben, attempt, position, now=NOON):
    answer = Answer(0, lambda kind, order: kind.parse_json(order, "a"))
    return attempts.save(ben, attempt.pk, answers={position: answer}, now=now)[position]


@pytest.mark.invariant("C5")
@ROUNDS
def test_an_extension_beside_the_start_always_reaches_the_attempt(ada, ben_here, quiz, round_):
    started, given = at_once(
        lambda: attempts.start(ben_here, quiz, now=NOON),
        lambda: give(quiz, ben_here, ada, time_limit=3600),
    )
    assert (type(started), type(given)) == (Attempt, Override)
    assert Attempt.objects.get().deadline == NOON + minutes(60)


@pytest.mark.invariant("C5")
@ROUNDS
def test_a_schedule_and_a_new_group_beside_the_start_reach_it_too(
    ada, ben_here, quiz, cohort, round_
):
    group = timing.make_group(cohort, name="Evening", by=ada)
    give(quiz, group, ada, time_limit=3600)
    done = at_once(
        lambda: attempts.start(ben_here, quiz, now=NOON),
        lambda: timing.fill_group(group, members=[ben_here], by=ada, now=NOON),
        lambda: timing.set_schedule(
            cohort,
            quiz,
            opens_at=None,
            due_at=None,
            closes_at=NOON + minutes(45),
            by=ada,
            now=NOON,
        ),
    )
    assert not [one for one in done if isinstance(one, Exception)]
    assert Attempt.objects.get().deadline == NOON + minutes(45)


@pytest.mark.invariant("C5")
@ROUNDS
def test_a_shortening_beside_saves_loses_no_acknowledged_answer(ada, ben, ben_here, quiz, round_):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    late = NOON + minutes(20)
    *saved, given = at_once(
        lambda: save(ben, attempt, 1, late),
        lambda: save(ben, attempt, 2, late),
        lambda: give(quiz, ben_here, ada, now=late, time_limit=600),
    )
    assert (type(given), {type(one) for one in saved}) == (Override, {Saved})
    with pytest.raises(Closed):
        save(ben, attempt, 3, late + minutes(1))
    attempt.refresh_from_db()
    assert (attempt.state, attempt.deadline, attempt.score) == ("submitted", late, 2)
    assert Response.objects.count() == 2


@pytest.mark.invariant("C5", "B2")
@ROUNDS
def test_an_extension_beside_the_submit_closes_once_and_grades_what_was_saved(
    ada, ben, ben_here, quiz, round_
):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    save(ben, attempt, 1)
    done = at_once(
        lambda: attempts.submit(ben, attempt.pk, now=NOON),
        lambda: give(quiz, ben_here, ada, time_limit=3600),
    )
    assert not [one for one in done if isinstance(one, Exception)]
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score, attempt.submitted_at) == ("submitted", 1, NOON)


@pytest.mark.invariant("C5", "B5")
@ROUNDS
def test_an_extension_beside_the_closing_of_what_is_overdue_is_before_or_after_it(
    ada, ben_here, quiz, round_
):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    late = NOON + minutes(31)
    at_once(
        lambda: attempts.close(Attempt.objects.get(pk=attempt.pk), now=late),
        lambda: give(quiz, ben_here, ada, now=late, time_limit=3600),
    )
    attempt.refresh_from_db()
    assert (attempt.state, attempt.deadline) in {
        ("open", NOON + minutes(60)),
        ("submitted", NOON + minutes(30)),
    }


@pytest.mark.invariant("B6")
@ROUNDS
def test_a_new_attempt_over_an_overdue_one_beside_a_submit_is_no_deadlock(
    ada, ben, ben_here, quiz, round_
):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    late = NOON + minutes(31)
    started, submitted, given = at_once(
        lambda: attempts.start(ben_here, quiz, now=late),
        lambda: attempts.submit(ben, attempt.pk, now=late),
        lambda: give(quiz, ben_here, ada, now=late, attempts_allowed=3),
    )
    assert [type(one) for one in (started, submitted, given)] == [Attempt, Attempt, Override]


def test_one_schedule_is_left_of_many_set_at_once(ada, quiz, cohort):
    done = at_once(
        *[
            lambda hours=hours: timing.set_schedule(
                cohort,
                quiz,
                opens_at=None,
                due_at=None,
                closes_at=NOON + minutes(60 * hours),
                by=ada,
                now=NOON,
            )
            for hours in range(1, 7)
        ]
    )
    assert {type(one) for one in done} == {Schedule}
    assert Schedule.objects.count() == 1


def test_two_extensions_at_once_are_both_kept_and_the_newest_counts(ada, ben_here, quiz):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    at_once(
        lambda: give(quiz, ben_here, ada, time_limit=3600),
        lambda: give(quiz, ben_here, ada, now=NOON + minutes(1), time_limit=7200),
    )
    attempt.refresh_from_db()
    assert (attempt.deadline, Override.objects.count()) == (NOON + minutes(120), 2)
    assert connection.is_usable()
