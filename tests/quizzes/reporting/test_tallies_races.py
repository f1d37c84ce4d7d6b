"""A score that is written and counts that are kept at the same moment, on two real connections."""

import pytest

from courses import enrolment
from quizzes.models import Attempt, Tally
from quizzes.reporting import analysis, tallies
from quizzes.reporting.analysis import Asked
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer
from tests import factories
from tests.factories import NOON
from tests.races import at_once
from tests.regrading import sit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(cohort):
    return [factories.enrol(factories.make_user(f"p{n}"), cohort) for n in range(3)]


@pytest.fixture
def asked(quiz, cohort) -> Asked:
    return Asked(quiz, cohort)


def begun(person, quiz) -> Attempt:
    attempt = attempts.start(person, quiz, now=NOON)
    answers = {
        position: Answer(0, lambda kind, order: kind.parse_json(order, "a"))
        for position in (1, 2, 3)
    }
    attempts.save(person.user, attempt.pk, answers=answers, now=NOON)
    return attempt


@pytest.mark.parametrize("round_", range(5))
def test_reports_beside_hand_ins_leave_no_counts_of_before(quiz, asked, people, round_):
    """Two hand in, and the report is asked for twice: whatever came first, what is kept holds."""
    sit(people[0], quiz, "a", "b", None)
    open_ones = [begun(person, quiz) for person in people[1:]]
    if round_ % 2:
        analysis.report(asked)  # there is something kept to go out of date
    done = at_once(
        lambda: attempts.submit(people[1].user, open_ones[0].pk, now=NOON),
        lambda: analysis.report(asked),
        lambda: attempts.submit(people[2].user, open_ones[1].pk, now=NOON),
        lambda: analysis.report(asked),
    )
    assert [one for one in done if isinstance(one, Exception)] == []
    assert {one.n for one in (done[1], done[3])} <= {1, 2, 3}
    found = analysis.report(asked)
    assert (found.n, found) == (3, analysis.report(asked, anew=True))


def test_counts_made_before_a_hand_in_and_written_after_it_are_not_believed(quiz, asked, people):
    """The worst order, step by step: read what holds, count, somebody hands in, write."""
    sit(people[0], quiz, "a", "b", None)
    open_one = begun(people[1], quiz)
    at, nothing = tallies.kept(quiz, asked.cohort, asked.which)
    before = analysis.counted(asked)
    Tally.objects.all().delete()
    at_once(lambda: attempts.submit(people[1].user, open_one.pk, now=NOON))
    at_once(lambda: tallies.keep(quiz, asked.cohort, asked.which, before, at=at))
    assert nothing is None
    assert Tally.objects.get().turn == at
    assert analysis.report(asked).n == 2


def test_a_report_beside_a_withdrawal_does_not_keep_who_has_gone(quiz, asked, people):
    for person in people:
        sit(person, quiz, "a", "b", None)
    done = at_once(lambda: enrolment.withdraw(people[0], now=NOON), lambda: analysis.report(asked))
    assert [one for one in done if isinstance(one, Exception)] == []
    assert analysis.report(asked).n == 2
