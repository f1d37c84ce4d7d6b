"""All dates of a cohort moved beside a start, and beside another hand, on real connections."""

from datetime import timedelta

import pytest

from courses import cohorts
from courses.models import Enrolment
from courses.refusals import Refused
from quizzes.models import Attempt, Schedule
from quizzes.sitting import attempts
from quizzes.times import dates, timing
from quizzes.times.dates import Changed
from tests.factories import NOON
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = pytest.mark.parametrize("round_", range(5))
WEEK = timedelta(days=7)


@pytest.fixture
def move(ada, cohort, quiz):
    """Moving all dates by a week, as a preview of now showed it."""
    quiz.time_limit = None
    quiz.save()
    Schedule.objects.create(cohort=cohort, quiz=quiz, closes_at=NOON + WEEK)
    plan = dates.plan_shift(cohort, days=7, overrides=True, now=NOON)
    return lambda: dates.shift(cohort, days=7, overrides=True, digest=plan.digest, by=ada, now=NOON)


@pytest.mark.invariant("C5")
@ROUNDS
def test_a_move_of_all_dates_beside_a_start_reaches_the_attempt(ben_here, quiz, move, round_):
    done = at_once(lambda: attempts.start(ben_here, quiz, now=NOON), move)
    assert [type(one) for one in done] == [Attempt, Changed]
    assert Attempt.objects.get().deadline == NOON + 2 * WEEK


@pytest.mark.invariant("C5")
@ROUNDS
def test_two_hands_move_the_dates_once_and_an_override_beside_them_stays(
    ada, ben_here, quiz, move, round_
):
    *moved, given = at_once(
        move,
        move,
        lambda: timing.give_override(
            quiz,
            to=Enrolment.objects.select_related("cohort", "user").get(pk=ben_here.pk),
            changes={"time_limit": 60},
            reason="ill",
            by=ada,
            now=NOON,
        ),
    )
    assert sorted(type(one).__name__ for one in moved) == ["Changed", "Refused"]
    assert isinstance(next(one for one in moved if not isinstance(one, Changed)), Refused)
    assert (given.time_limit, Schedule.objects.get().closes_at) == (60, NOON + 2 * WEEK)


@ROUNDS
def test_of_a_last_day_and_an_opening_after_it_one_is_refused(ada, ben_here, cohort, quiz, round_):
    done = at_once(
        lambda: dates.change_cohort(
            cohort,
            title=cohort.title,
            starts_on=cohort.starts_on,
            ends_on=(NOON + 2 * WEEK).date(),
            time_zone=cohort.time_zone,
            seen=cohorts.details(cohort),
            by=ada,
            now=NOON,
        ),
        lambda: timing.give_override(
            quiz,
            to=ben_here,
            changes={"opens_at": NOON + 3 * WEEK},
            reason="ill",
            by=ada,
            now=NOON,
        ),
    )
    assert sum(isinstance(one, Refused) for one in done) == 1
