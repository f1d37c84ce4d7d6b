"""What of a student's attempts the gradebook counts."""

import pytest

from courses.models import Record
from quizzes.marks import ledger
from quizzes.models import Attempt, Quiz
from tests.factories import NOON
from tests.regrading import sit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "record", [ledger.record, lambda one, now: ledger.record_all([one], now=now)]
)
def test_what_counts_is_decided_by_the_grade_method_and_pass_mark_of_now(ben_here, quiz, record):
    """Who waited while they were changed, with the quiz read before, counts by the new ones."""
    sit(ben_here, quiz, "b", "b", "a")
    sit(ben_here, quiz, "a", "a", "a")
    assert Record.objects.values_list("score", flat=True).get() == 100
    waited = Attempt.objects.select_related("quiz__activity", "enrolment__cohort").last()
    Quiz.objects.update(grade_method="first", pass_mark="30.00")
    record(waited, now=NOON)
    assert str(Record.objects.values_list("score", flat=True).get()) == "33.33"
