"""What is kept of the gradebook's columns: never other than what would be counted now."""

from decimal import Decimal

import pytest
from django.db import transaction

from courses import enrolment, gradebook, progress
from courses.gradebook import Statistic
from courses.models import Activity, Category, ColumnTally, Enrolment, Group, Role
from tests import factories
from tests.factories import NOON
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def columns(module) -> list[Activity]:
    return Activity.objects.bulk_create(
        Activity(key=key, module=module, kind="quiz", position=at, title=key)
        for at, key in enumerate(("one", "two", "three"), start=1)
    )


def score(student: Enrolment, activity: Activity, percentage: str) -> None:
    with transaction.atomic():
        progress.hold(student, activity)
        progress.score(student, activity, percentage=Decimal(percentage), completed=False, now=NOON)


def score_many(students, activity, percentage) -> None:
    with transaction.atomic():
        held = progress.hold_all({(each.pk, activity.pk) for each in students}, now=NOON)
        for row in held.values():
            row.score = Decimal(percentage)
        progress.score_all(list(held.values()))


def decide(student, activity, percentage, *, by, seen=0, excused=False) -> None:
    gradebook.decide(
        student,
        activity,
        percentage=None if percentage is None else Decimal(percentage),
        excused=excused,
        reason="Oral exam.",
        seen=seen,
        by=by,
        now=NOON,
    )


def counted(cohort) -> list[Statistic]:
    """The statistics from the rows, whatever is kept."""
    rows = list(gradebook.stream(gradebook.plan(cohort)))
    found = []
    for at, _column in enumerate(gradebook.plan(cohort).columns):
        cells = [row.cells[at].effective for row in rows]
        marks = [mark for mark in cells if mark is not None]
        mean = sum(marks, Decimal(0)) / len(marks) if marks else None
        found.append(Statistic(len(marks), mean and mean.quantize(Decimal("0.01"))))
    return found


def test_after_every_kind_of_write_they_are_what_would_be_counted(
    cohort, columns, ada, django_assert_num_queries
):
    """And then kept: one query, which tells nobody's marks of another cohort."""
    one, two, three = columns
    ana, bo, cy = (factories.enrol(factories.make_user(name), cohort) for name in ("a", "b", "c"))
    elsewhere = factories.make_cohort(cohort.course, "Elsewhere")
    other = factories.enrol(factories.make_user("other"), elsewhere)
    group = Group.objects.create(cohort=cohort, name="Tuesday")
    writes = [
        lambda: score(ana, one, "40"),
        lambda: score(ana, one, "55.5"),
        lambda: score_many([ana, bo, other], two, "20.25"),
        lambda: score(other, three, "99"),
        lambda: decide(bo, one, "80", by=ada),
        lambda: decide(ana, one, None, excused=True, by=ada),
        lambda: decide(ana, one, None, seen=1, by=ada),
        lambda: gradebook.zero_missing(cohort, three, expected=3, reason="None.", by=ada, now=NOON),
        lambda: enrolment.withdraw(bo, now=NOON),
        lambda: enrolment.reinstate(bo, now=NOON),
        lambda: Enrolment.objects.filter(pk=cy.pk).update(role=Role.ASSISTANT),
        lambda: factories.enrol(factories.make_user("d"), cohort),
        lambda: group.members.add(ana),
        lambda: gradebook.show(cohort, one, hidden=True, by=ada),
        lambda: Category.objects.create(cohort=cohort, title="Exams"),
    ]
    for write in writes:
        write()
        plan = gradebook.plan(cohort)
        assert gradebook.statistics(plan) == counted(cohort)
        with django_assert_num_queries(1):
            gradebook.statistics(plan)
        assert gradebook.statistics(plan) == counted(cohort)
        there = gradebook.plan(elsewhere)
        assert gradebook.statistics(there) == counted(elsewhere)
    of_group = gradebook.statistics(plan, group)
    assert [each.n for each in of_group] == [1, 1, 1]


def test_of_one_column_that_changed_the_others_are_not_counted_again(cohort, columns):
    student = factories.enrol(factories.make_user("a"), cohort)
    for column in columns:
        score(student, column, "50")
    gradebook.statistics(gradebook.plan(cohort))
    score(student, columns[0], "70")
    plan = gradebook.plan(cohort)
    assert set(gradebook._kept(plan).sums) == {columns[1].pk, columns[2].pk}
    assert gradebook.statistics(plan)[0] == Statistic(1, Decimal("70.00"))


@pytest.mark.parametrize("before", [False, True])
def test_what_was_counted_while_somebody_wrote_is_known_to_be_old(cohort, columns, before):
    """Read, then written by somebody else, and only then kept; with a first mark and a second."""
    student = factories.enrol(factories.make_user("a"), cohort)
    if before:
        score(student, columns[0], "50")
    plan = gradebook.plan(cohort)
    seen, old = gradebook._kept(plan), gradebook._sums(plan, list(plan.place))
    score(student, columns[0], "70")
    gradebook._keep(plan, old, seen=seen)
    assert gradebook.statistics(plan)[0] == Statistic(1, Decimal("70.00"))
    seen, old = gradebook._kept(plan), gradebook._sums(plan, list(plan.place))
    enrolment.withdraw(student, now=NOON)
    gradebook._keep(plan, old, seen=seen)
    assert gradebook.statistics(plan)[0] == Statistic()


@pytest.mark.django_db(transaction=True)
def test_writers_and_lookers_at_once_leave_what_would_be_counted(cohort, columns, ada):
    students = [factories.enrol(factories.make_user(f"s{n}"), cohort) for n in range(3)]
    one = columns[0]

    def look() -> list[Statistic]:
        return gradebook.statistics(gradebook.plan(cohort))

    for turn in range(3):
        outcomes = at_once(
            look,
            lambda turn=turn: score(students[0], one, f"{turn}"),
            lambda turn=turn: score_many(students[1:], one, f"{turn + 50}"),
            lambda turn=turn: decide(students[0], one, f"{turn + 10}", seen=turn, by=ada),
            look,
        )
        assert [each for each in outcomes if isinstance(each, Exception)] == []
        assert look() == counted(cohort) == look()
    assert ColumnTally.objects.filter(cohort=cohort).count() == len(columns)
