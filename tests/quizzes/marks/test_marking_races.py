"""Two markers at one moment, on two real connections: nobody marks silently over anybody."""

import threading
import time
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from courses.models import Enrolment, Record
from courses.refusals import Refused
from quizzes.marks import queue, regrading
from quizzes.marks.agreement import Standing
from quizzes.models import Attempt, Mark, Marking, MarkingPlan
from tests import factories
from tests.factories import NOON, minutes
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = {"claim": "clear", "objection": "answered"}
FAIR = {"claim": "clear", "objection": "ignored"}


@pytest.fixture
def item(ben_here, lesson):
    return factories.make_waiting_essay(ben_here, lesson.activity.module)


@pytest.fixture
def markers(ada, cleo, cohort) -> list[Enrolment]:
    people = Enrolment.objects.select_related("cohort", "user").filter(cohort=cohort)
    return [people.get(user=ada), people.get(user=cleo)]


def mark(item, by, levels, role="first", base=0, reason=""):
    return queue.mark(
        item.pk, by=by, role=role, base=base, levels=levels, reason=reason, now=NOON + minutes(1)
    )


def test_of_two_first_markers_one_marks_and_the_other_hears_of_it(item, markers):
    ada, cleo = markers
    outcomes = at_once(lambda: mark(item, ada, GOOD), lambda: mark(item, cleo, FAIR))
    assert sorted(type(one).__name__ for one in outcomes) == ["Refused", "Standing"]
    assert Marking.objects.get().score == Mark.objects.get().score == Attempt.objects.get().score


def test_the_database_itself_refuses_a_second_first_mark_and_one_person_twice(item, markers):
    mark(item, markers[0], GOOD)
    row = Marking.objects.get()
    for changes in ({"by": markers[1].user}, {"role": "second"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Marking.objects.create(
                **{name: getattr(row, name) for name in ("item", "version", "levels", "score")}
                | {"role": "first", "number": 1, "by": row.by, "made_at": NOON}
                | changes
            )


def test_a_button_pressed_many_times_marks_once(item, markers):
    outcomes = at_once(*[lambda: mark(item, markers[0], GOOD)] * 6)
    assert {type(one) for one in outcomes} == {Standing}
    assert (Marking.objects.count(), Mark.objects.count()) == (1, 1)


def test_a_change_of_the_arrangement_beside_a_mark_leaves_nothing_undecided(item, markers):
    """Whichever comes first: one marker is enough at the end, so the answer has its mark."""
    ada, cleo = markers
    question = item.version.question
    by = {"by": ada, "tolerance": Decimal(0), "now": NOON}
    queue.set_plan(ada.cohort, question, second=True, **by)
    outcomes = at_once(
        lambda: mark(item, cleo, GOOD),
        lambda: queue.set_plan(ada.cohort, question, second=False, **by),
    )
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert MarkingPlan.objects.get().second is False
    assert (Mark.objects.count(), Attempt.objects.get().score) == (1, 1)
    assert Record.objects.get().score == 100


def test_full_credit_that_a_change_of_the_arrangement_has_waited_for_stays(item, markers):
    ada, cleo = markers
    question = item.version.question
    by = {"by": ada, "tolerance": Decimal(0), "now": NOON}
    queue.set_plan(ada.cohort, question, second=True, **by)
    mark(item, cleo, FAIR)
    terms = {"version": None, "policy": "full", "reason": "Nobody could know."}
    seen = regrading.preview(question, cohort=ada.cohort, by=ada.user, now=NOON, **terms)
    given = threading.Event()

    def give():
        with transaction.atomic():
            regrading.commit(seen, by=ada.user, now=NOON)
            given.set()
            time.sleep(0.5)  # the other has seen by then that nothing is decided, and waits

    def one_is_enough():
        given.wait(timeout=30)
        queue.set_plan(ada.cohort, question, second=False, **by)

    assert at_once(give, one_is_enough) == [None, None]
    assert MarkingPlan.objects.get().second is False
    assert Attempt.objects.get().score == item.points


def test_a_change_by_the_marker_beside_a_word_of_the_moderator_ends_with_the_moderator(
    item, markers
):
    ada, cleo = markers
    mark(item, cleo, GOOD)
    outcomes = at_once(
        lambda: mark(item, cleo, FAIR, base=1, reason="Misread."),
        lambda: mark(item, ada, FAIR, role="moderator", reason="No answer to the objection."),
    )
    assert not isinstance(outcomes[1], Refused)
    assert Attempt.objects.get().score == Decimal("0.40000")
    assert Mark.objects.latest("pk").score == Decimal("0.40000")
