"""The gradebook and a student's own grades by the API: the same numbers as on the pages."""

from decimal import Decimal
from random import Random

import pytest

from courses import gradebook
from courses.models import Group
from tests import factories
from tests.contract import Api
from tests.courses.test_gradebook import a_class, decide, make_column, mark
from tests.invariants.scale import runs

pytestmark = pytest.mark.django_db


def number(told: str | None) -> Decimal | None:
    return None if told is None else Decimal(told)


@pytest.mark.parametrize("seed", range(runs(20)))
def test_the_api_says_what_the_gradebook_and_the_students_own_pages_say(
    cohort, module, ada, ben_here, seed
):
    a_class(Random(seed), cohort, module)
    plan = gradebook.plan(cohort)
    page = gradebook.page(plan)
    teacher, where = Api(ada), f"cohorts/{cohort.pk}/grades/"
    first = teacher.ask(f"{where}?limit=5").json()
    told = first["results"] + teacher.ask(f"{where}?limit=50&offset=5").json()["results"]
    assert first["count"] == page.students == len(told)
    for row, said in zip(page.rows, told, strict=True):
        assert (said["enrolment"], said["name"]) == (row.enrolment.pk, row.enrolment.user.name)
        assert [number(said[name]) for name in ("total", "released")] == [row.total, row.released]
        assert [each["title"] for each in said["categories"]] == [
            each.title for each in plan.categories
        ]
        assert [number(each["total"]) for each in said["categories"]] == [
            row.categories.get(each.pk) for each in plan.categories
        ]
        assert [number(each["mark"]) for each in said["marks"]] == [
            cell.effective for cell in row.cells
        ]
        for name in ("late", "excused", "by_hand", "dropped", "started"):
            assert [each[name] for each in said["marks"]] == [
                getattr(cell, "counts_late" if name == "late" else name) for cell in row.cells
            ]
    columns = teacher.ask(f"{where}columns/").json()["results"]
    assert [(each["n"], number(each["mean"])) for each in columns] == [
        (each.n, each.mean) for each in page.statistics
    ]
    row = page.rows[0]
    own = gradebook.own(row.enrolment)
    mine = Api(row.enrolment.user).ask("courses/lenses/grades/").json()
    assert (number(mine["total"]), mine["counted"]) == (own.total, own.counted)
    assert [number(each["mark"]) for each in mine["marks"]] == [
        None if cell is None else cell.effective for cell in own.cells
    ]
    assert [each["hidden"] for each in mine["marks"]] == [each.hidden for each in plan.columns]
    assert [number(each["share"]) for each in mine["marks"]] == list(own.shares)


def test_a_student_reads_why_and_nothing_of_what_is_hidden(cohort, module, ben, ben_here, ada):
    one, two = make_column(module, "one"), make_column(module, "two")
    decide(ben_here, one, "80", by=ada)
    mark(ben_here, two, "77.77", late=True)
    gradebook.show(cohort, two, hidden=True, by=ada)
    answer = Api(ben).ask("courses/lenses/grades/")
    first, second = answer.json()["marks"]
    assert (first["mark"], first["by_hand"], first["reason"]) == ("80.00", True, "Oral exam.")
    assert (second["hidden"], second["mark"], second["late"]) == (True, None, False)
    assert b"77.77" not in answer.content
    gradebook.show(cohort, one, hidden=True, by=ada)
    assert b"Oral exam" not in Api(ben).ask("courses/lenses/grades/").content


def test_a_group_is_asked_for_by_its_id(cohort, ben_here, ada):
    group = Group.objects.create(cohort=cohort, name="Tuesday")
    zoe = factories.enrol(factories.make_user("zoe"), cohort)
    group.members.add(zoe)
    where = f"cohorts/{cohort.pk}/grades/"
    told = Api(ada).ask(f"{where}?group={group.pk}").json()["results"]
    assert [row["enrolment"] for row in told] == [zoe.pk]
    elsewhere = factories.make_cohort(cohort.course, "Elsewhere")
    foreign = Group.objects.create(cohort=elsewhere, name="Foreign")
    for wrong, status in ((foreign.pk, 404), (10**30, 404), ("x", 422), (0, 422)):
        assert Api(ada).ask(f"{where}?group={wrong}").status_code == status
    assert Api(ada).ask(f"cohorts/{elsewhere.pk}/grades/").status_code == 404


@pytest.mark.parametrize("students", [1, 3])
def test_the_api_asks_as_often_whatever_the_class(
    cohort, module, ada, students, django_assert_num_queries
):
    column = make_column(module, "one")
    for each in range(students):
        mark(factories.enrol(factories.make_user(f"s{each}"), cohort), column, "50")
    teacher = Api(ada)
    with django_assert_num_queries(9):
        teacher.ask(f"cohorts/{cohort.pk}/grades/")
