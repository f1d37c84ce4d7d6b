"""What an instructor sees of a cohort."""

from decimal import Decimal

import pytest

from courses import dashboards, progress
from courses.enrolment import withdraw
from courses.models import Role
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.invariant("D7")
def test_cells_show_the_ledger_and_columns_their_mean_with_its_number(
    cohort, ben_here, lesson, quiz
):
    zoe = factories.enrol(factories.make_user("zoe"), cohort)
    progress.complete_lesson(ben_here, lesson.activity, now=NOON)
    progress.score(ben_here, quiz.activity, percentage=Decimal("33.33"), completed=False, now=NOON)
    progress.score(zoe, quiz.activity, percentage=Decimal("66.68"), completed=True, now=NOON)
    roster = dashboards.roster(cohort)
    assert [[(cell.done, cell.score) for cell in row.cells] for row in roster.rows] == [
        [(True, None), (False, Decimal("33.33"))],
        [(False, None), (True, Decimal("66.68"))],
    ]
    assert [(column.done, column.scored, column.mean) for column in roster.columns] == [
        (1, 0, None),
        (1, 2, Decimal("50.01")),
    ]


@pytest.mark.invariant("D7")
def test_the_roster_counts_students_and_not_staff_or_the_withdrawn(
    cohort, ada, cleo, ben_here, lesson
):
    gone = factories.enrol(factories.make_user("zoe"), cohort)
    withdraw(gone, now=NOON)
    assert [row.enrolment for row in dashboards.roster(cohort).rows] == [ben_here]


def test_a_worse_later_score_never_takes_completion_back(ben_here, quiz):
    for percentage, completed in (("80.00", True), ("80.00", False)):
        progress.score(
            ben_here, quiz.activity, percentage=Decimal(percentage), completed=completed, now=NOON
        )
    assert ben_here.records.get().completed_at == NOON


def test_ada_sees_her_own_cohorts_only(as_, ada, course, lesson):
    other = factories.make_cohort(course, "Another term")
    assert as_(ada).get(f"/teach/{other.pk}/").status_code == 404
    lines = as_(ada).get("/").context["teaching"]
    assert [(line.cohort.title, line.role, line.students) for line in lines] == [
        ("Autumn 2026", "instructor", 0)
    ]


def test_the_join_code_is_on_the_page(as_, cleo, cohort, lesson):
    assert b"JKMN2345" in as_(cleo).get(f"/teach/{cohort.pk}/").content
    assert cleo.enrolments.get().role == Role.ASSISTANT
