"""The gradebook: what it reads, what is given by hand, and what students see of it."""

from decimal import Decimal
from random import Random

import pytest

from courses import gradebook, weighing
from courses.enrolment import withdraw
from courses.models import Activity, Category, GradeColumn, Record
from tests import factories
from tests.factories import NOON
from tests.invariants.scale import runs

pytestmark = pytest.mark.django_db


def make_column(module, key: str, **fields) -> Activity:
    position = module.activities.count() + 1
    return Activity.objects.create(
        key=key, module=module, kind="quiz", position=position, title=key.capitalize(), **fields
    )


def mark(enrolment, activity, score=None, **fields) -> Record:
    score = None if score is None else Decimal(score)
    return Record.objects.create(
        enrolment=enrolment, activity=activity, started_at=NOON, score=score, **fields
    )


@pytest.fixture
def columns(module) -> list[Activity]:
    return [make_column(module, key) for key in ("one", "two", "three")]


def a_class(rng: Random, cohort, module, students: int = 12) -> None:
    """A generated class: weights, categories, hidden columns, and marks of every sort."""
    categories = [
        Category.objects.create(
            cohort=cohort,
            title=f"Category {number}",
            position=number,
            weight=Decimal(rng.randint(0, 9999)).scaleb(-2),
            drop_lowest=rng.randint(0, 2),
        )
        for number in range(rng.randint(0, 3))
    ]
    activities = [make_column(module, f"column-{at}", weight=rng.randint(0, 3)) for at in range(6)]
    for activity in activities:
        if rng.random() < 0.7:
            GradeColumn.objects.create(
                cohort=cohort,
                activity=activity,
                category=rng.choice([None, *categories]),
                weight=rng.choice([None, Decimal(rng.randint(0, 999)).scaleb(-2)]),
                hidden=rng.random() < 0.3,
            )
    for number in range(students):
        person = factories.make_user(f"s{number}", name=rng.choice(["Ana", "Bo", "Čeněk", ""]))
        enrolment = factories.enrol(person, cohort)
        for activity in activities:
            if rng.random() < 0.2:
                continue
            excused = rng.random() < 0.1
            hundredths = [Decimal(rng.randint(0, 10_000)).scaleb(-2), None]
            mark(
                enrolment,
                activity,
                rng.choice(hundredths),
                override=None if excused else rng.choice(hundredths),
                excused=excused,
                late=rng.random() < 0.2,
            )


@pytest.mark.parametrize("seed", range(runs(100)))
def test_all_ways_to_read_it_agree(cohort, module, seed):
    """A page in each order, the stream, a student's own page, and the sums by hand."""
    rng = Random(seed)
    a_class(rng, cohort, module)
    plan = gradebook.plan(cohort)
    page = gradebook.page(plan)
    assert list(gradebook.stream(plan)) == page.rows
    by_name = {row.enrolment.pk: row for row in page.rows}
    assert len(by_name) == 12
    for sort in ("-name", "total", "-total", "column-0", "-column-3"):
        turned = gradebook.page(plan, sort=sort)
        assert {row.enrolment.pk: row for row in turned.rows} == by_name
        assert turned.statistics == page.statistics
    known = [row.total for row in gradebook.page(plan, sort="-total").rows if row.total is not None]
    assert known == sorted(known, reverse=True)
    for at, column in enumerate(plan.columns):
        marks = [
            row.cells[at].effective for row in page.rows if row.cells[at].effective is not None
        ]
        assert page.statistics[at] == gradebook.Statistic(
            len(marks), weighing.mean(sum(marks, Decimal(0)), len(marks))
        )
        records = Record.objects.filter(activity=column.activity)
        assert sorted(marks) == sorted(
            record.effective for record in records if record.effective is not None
        )
    for row in page.rows:
        own = gradebook.own(row.enrolment)
        assert own.total == row.released
        for column, cell, theirs in zip(plan.columns, row.cells, own.cells, strict=True):
            assert (theirs is None) == column.hidden
            assert theirs is None or theirs.effective == cell.effective


def test_students_are_paged_and_there_is_no_page_beyond(cohort, columns):
    for number in range(31):
        factories.enrol(factories.make_user(f"s{number:02}", name=f"S {number:02}"), cohort)
    plan = gradebook.plan(cohort)
    first, second = gradebook.page(plan), gradebook.page(plan, number=2)
    assert (len(first.rows), len(second.rows), first.students, first.pages) == (30, 1, 31, 2)
    assert str(second.rows[0].enrolment.user) == "S 30"
    assert str(gradebook.page(plan, sort="-name").rows[0].enrolment.user) == "S 30"
    for wrong in ({"number": 3}, {"number": 0}, {"sort": "nothing"}):
        with pytest.raises(LookupError):
            gradebook.page(plan, **wrong)


def test_who_has_no_mark_comes_last_either_way(cohort, ben_here, columns):
    zoe = factories.enrol(factories.make_user("zoe"), cohort)
    yan = factories.enrol(factories.make_user("yan"), cohort)
    mark(zoe, columns[0], "10")
    mark(yan, columns[0], "90")
    plan = gradebook.plan(cohort)
    for by in ("one", "total"):
        assert [row.enrolment for row in gradebook.page(plan, sort=by).rows] == [
            zoe,
            yan,
            ben_here,
        ]
        assert [row.enrolment for row in gradebook.page(plan, sort=f"-{by}").rows] == [
            yan,
            zoe,
            ben_here,
        ]


def test_an_empty_class_and_a_withdrawn_one_have_a_page(cohort, columns, ben_here):
    mark(ben_here, columns[0], "50")
    withdraw(ben_here, now=NOON)
    page = gradebook.page(gradebook.plan(cohort))
    assert (page.rows, page.students, page.pages) == ([], 0, 1)
    assert page.statistics == [gradebook.Statistic()] * 3


def test_an_activity_that_left_the_course_is_passed_over(cohort, columns, ben_here, eve):
    mark(ben_here, columns[0], "50")
    mark(ben_here, columns[1], "70")
    elsewhere = factories.make_module(eve.enrolments.get().cohort.course, "elsewhere")
    Activity.objects.filter(pk=columns[0].pk).update(module=elsewhere)
    columns[2].delete()
    plan = gradebook.plan(cohort)
    (row,) = gradebook.page(plan).rows
    assert ([column.activity.key for column in plan.columns], row.total) == (
        ["two"],
        Decimal("70.00"),
    )
