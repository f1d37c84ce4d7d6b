"""The gradebook: what it reads, what is given by hand, and what students see of it."""

from decimal import Decimal
from random import Random

import pytest
from django.core.exceptions import PermissionDenied

from courses import gradebook, progress, weighing
from courses.enrolment import withdraw
from courses.gradebook import CategoryChange, ColumnChange, Weights
from courses.models import Activity, Category, GradeColumn, Group, Record, Role
from courses.refusals import Refused
from tests import factories
from tests.factories import NOON
from tests.invariants.scale import runs
from tests.races import at_once

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


# --- By hand -----------------------------------------------------------------------------------


def decide(enrolment, activity, percentage=None, *, by, excused=False, seen=0, reason="Oral exam."):
    return gradebook.decide(
        enrolment,
        activity,
        percentage=None if percentage is None else Decimal(percentage),
        excused=excused,
        reason=reason,
        seen=seen,
        by=by,
        now=NOON,
    )


def test_a_mark_is_given_by_hand_excused_and_given_back_and_all_of_it_is_kept(
    ben_here, columns, ada
):
    record = mark(ben_here, columns[0], "40")
    decide(ben_here, columns[0], "80", by=ada)
    record.refresh_from_db()
    assert (record.score, record.effective) == (Decimal("40.00"), Decimal("80.00"))
    decide(ben_here, columns[0], excused=True, seen=1, by=ada)
    record.refresh_from_db()
    assert (record.override, record.excused, record.effective) == (None, True, None)
    decide(ben_here, columns[0], seen=2, by=ada, reason="A mistake.")
    record.refresh_from_db()
    assert record.effective == Decimal("40.00")
    assert [
        (change.number, change.percentage, change.excused, change.reason)
        for change in gradebook.changes(ben_here, columns[0])
    ] == [
        (3, None, False, "A mistake."),
        (2, None, True, "Oral exam."),
        (1, Decimal("80.00"), False, "Oral exam."),
    ]


def test_nobody_begins_by_being_graded(ben_here, columns, ada):
    decide(ben_here, columns[0], "80", by=ada)
    assert ben_here.records.get().started_at is None
    progress.score(ben_here, columns[0], percentage=Decimal(20), completed=False, now=NOON)
    assert ben_here.records.get().started_at == NOON


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"percentage": "100.01"}, "A mark is a number from 0 to 100"),
        ({"percentage": "-1"}, "A mark is a number from 0 to 100"),
        ({"percentage": "NaN"}, "A mark is a number from 0 to 100"),
        ({"percentage": "33.333"}, "at most two decimals"),
        ({"percentage": "50", "excused": True}, "Who is excused has no mark"),
        ({"percentage": "50", "reason": " \n "}, "Give a reason"),
        ({"percentage": "50", "reason": "x" * 301}, "at most 300 characters"),
        ({}, "Nothing was decided by hand here"),
        ({"percentage": "50", "seen": 4}, "not as you saw it"),
    ],
)
def test_what_is_refused_changes_nothing(ben_here, columns, ada, changes, sentence):
    with pytest.raises(Refused, match=sentence):
        decide(ben_here, columns[0], by=ada, **changes)
    assert (gradebook.changes(ben_here, columns[0]), ben_here.records.count()) == ([], 0)


def test_only_instructors_decide_and_only_of_their_students(
    ben_here, columns, ada, cleo, eve, lesson
):
    for stranger in (cleo, eve, ben_here.user):
        with pytest.raises(PermissionDenied):
            decide(ben_here, columns[0], "50", by=stranger)
        with pytest.raises(PermissionDenied):
            gradebook.show(ben_here.cohort, columns[0], hidden=True, by=stranger)
    with pytest.raises(Refused, match="no marks for this activity"):
        decide(ben_here, lesson.activity, "50", by=ada)
    with pytest.raises(Refused, match="does not study"):
        decide(cleo.enrolments.get(), columns[0], "50", by=ada)


def test_the_second_of_two_is_told_what_the_first_did(ben_here, columns, ada):
    decide(ben_here, columns[0], "80", by=ada)
    with pytest.raises(Refused, match="80 %, by Ada Lindqvist on 5 Oct 2026, 12:00: Oral exam"):
        decide(ben_here, columns[0], "70", by=ada)
    assert ben_here.records.get().override == Decimal("80.00")


@pytest.mark.django_db(transaction=True)
def test_of_two_instructors_at_once_one_is_stored_and_the_other_is_told(
    ben_here, columns, ada, cohort
):
    zoe = factories.make_user("zoe", "Zoe Adler")
    factories.enrol(zoe, cohort, Role.INSTRUCTOR)
    outcomes = at_once(
        lambda: decide(ben_here, columns[0], "80", by=ada),
        lambda: decide(ben_here, columns[0], "70", by=zoe),
    )
    (change,) = gradebook.changes(ben_here, columns[0])
    assert ben_here.records.get().override == change.percentage
    (refusal,) = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert f"{change.percentage.normalize():f} %, by {change.by}" in str(refusal)


def test_those_without_a_mark_get_a_zero_and_nobody_else(ben_here, columns, ada, cohort):
    zoe = factories.enrol(factories.make_user("zoe"), cohort)
    yan = factories.enrol(factories.make_user("yan"), cohort)
    mark(zoe, columns[0], "55")
    mark(yan, columns[0], excused=True)

    def zero(expected):
        return gradebook.zero_missing(
            cohort, columns[0], expected=expected, reason="Not handed in.", by=ada, now=NOON
        )

    with pytest.raises(Refused, match="By now 1 students"):
        zero(3)
    assert zero(1) == 1
    effective = {record.enrolment: record.effective for record in columns[0].records.all()}
    assert effective == {ben_here: Decimal("0.00"), zoe: Decimal("55.00"), yan: None}
    assert gradebook.changes(ben_here, columns[0])[0].reason == "Not handed in."


# --- Weights -----------------------------------------------------------------------------------


def weights_of(columns, category=-1, drop=1):
    return Weights(
        [CategoryChange(-1, "Homework", Decimal(40), drop)],
        [ColumnChange(columns[0].pk, None, category), ColumnChange(columns[1].pk, None, category)],
    )


def test_weights_are_tried_without_storing_and_then_stored(ben_here, columns, ada, cohort):
    for activity, score in zip(columns, ("20", "80", "50"), strict=True):
        mark(ben_here, activity, score)
    plan = gradebook.plan(cohort)
    tried = gradebook.with_weights(plan, weights_of(columns))
    comparison = gradebook.compare(plan, tried)
    (move,) = comparison.moves
    assert (move.before, move.after) == (Decimal("50.00"), Decimal("79.27"))  # (40*80 + 1*50) / 41
    assert (comparison.up, comparison.down, Category.objects.count()) == (1, 0, 0)
    stored = gradebook.store_weights(
        cohort, weights_of(columns), seen=gradebook.fingerprint(plan), by=ada
    )
    (row,) = gradebook.page(stored).rows
    assert (row.total, [cell.dropped for cell in row.cells]) == (
        Decimal("79.27"),
        [True, False, False],
    )


def test_weights_that_somebody_changed_meanwhile_are_not_overwritten(columns, ada, cohort):
    seen = gradebook.fingerprint(gradebook.plan(cohort))
    gradebook.store_weights(cohort, weights_of(columns), seen=seen, by=ada)
    with pytest.raises(Refused, match="Somebody else has changed the weights"):
        gradebook.store_weights(cohort, weights_of(columns, drop=0), seen=seen, by=ada)
    assert Category.objects.get().drop_lowest == 1


def test_categories_change_names_and_go_and_their_columns_stay(columns, ada, cohort):
    def store(*categories, columns=()):
        seen = gradebook.fingerprint(gradebook.plan(cohort))
        gradebook.store_weights(cohort, Weights(categories, columns), seen=seen, by=ada)

    store(
        CategoryChange(-1, "A", Decimal(1), 0),
        columns=[ColumnChange(columns[0].pk, Decimal("2.5"), -1)],
    )
    a = Category.objects.get().pk
    store(CategoryChange(a, "A", Decimal(1), 0), CategoryChange(-1, "B", Decimal(1), 0))
    b = Category.objects.get(title="B").pk
    store(CategoryChange(b, "A", Decimal(1), 0), CategoryChange(a, "B", Decimal(1), 0))
    assert list(Category.objects.values_list("pk", "title")) == [(b, "A"), (a, "B")]
    with pytest.raises(Refused, match="same name"):
        store(CategoryChange(a, "Same", Decimal(1), 0), CategoryChange(b, "same", Decimal(1), 0))
    with pytest.raises(Refused, match="A weight is a number"):
        store(CategoryChange(a, "A", Decimal(-1), 0))
    store()
    column = gradebook.plan(cohort).columns[0]
    assert (column.category, column.weight) == (None, Decimal("2.50"))


# --- Pages -------------------------------------------------------------------------------------


def test_the_page_says_what_each_mark_is(as_, ada, cohort, ben_here, columns):
    mark(ben_here, columns[0], "40", late=True)
    mark(ben_here, columns[1], "10", override=Decimal(90))
    mark(ben_here, columns[2], "10", excused=True)
    GradeColumn.objects.create(cohort=cohort, activity=columns[1], hidden=True)
    page = as_(ada).get(f"/teach/{cohort.pk}/grades/")
    text = page.content.decode()
    base = f"/teach/{cohort.pk}/grades/{ben_here.pk}"
    assert f'<a href="{base}/one/">40</a> <span class="small">late</span>' in text
    assert f'<a href="{base}/two/">90</a> <span class="small">by hand</span>' in text
    assert f'<a href="{base}/three/">excused</a>' in text
    assert "1 student: 2 of 3 marks are there, 1 are missing or excused." in text
    row = page.context["rows"][0][0]
    assert (row.total, row.released) == (Decimal("65.00"), Decimal("40.00"))


@pytest.mark.parametrize("students", [1, 3])
@pytest.mark.parametrize(("query", "asked"), [("", 11), ("?sort=-one", 11), ("?sort=total", 13)])
def test_the_page_asks_as_often_whatever_the_class(
    as_, ada, cohort, columns, django_assert_num_queries, students, query, asked
):
    for number in range(students):
        enrolment = factories.enrol(factories.make_user(f"s{number}"), cohort)
        mark(enrolment, columns[0], "50")
    client = as_(ada)
    client.get(f"/teach/{cohort.pk}/grades/")  # from here on what it counts is kept
    with django_assert_num_queries(asked):
        assert client.get(f"/teach/{cohort.pk}/grades/{query}").status_code == 200


def test_the_page_is_filtered_by_the_url_and_knows_no_other_terms(
    as_, ada, cohort, ben_here, columns, module
):
    group = Group.objects.create(cohort=cohort, name="Tuesday")
    zoe = factories.enrol(factories.make_user("zoe"), cohort)
    group.members.add(zoe)
    category = Category.objects.create(cohort=cohort, title="Exams")
    GradeColumn.objects.create(cohort=cohort, activity=columns[0], category=category)
    client = as_(ada)

    def shown(query):
        context = client.get(f"/teach/{cohort.pk}/grades/{query}").context
        return (
            [row.enrolment for row, _cells in context["rows"]],
            [head["column"].activity.key for head in context["heads"]],
        )

    assert shown(f"?group={group.pk}") == ([zoe], ["one", "two", "three"])
    assert shown(f"?category={category.pk}") == ([ben_here, zoe], ["one"])
    assert shown("?category=none")[1] == ["two", "three"]
    assert shown(f"?module={module.key}")[1] == ["one", "two", "three"]
    for wrong in ("group=0", "group=x", "module=x", "category=0", "sort=x", "page=2", "page=0"):
        assert client.get(f"/teach/{cohort.pk}/grades/?{wrong}").status_code == 404


def test_a_mark_is_changed_on_its_page_and_the_second_keeps_what_was_typed(
    as_, ada, cleo, cohort, ben_here, columns
):
    url = f"/teach/{cohort.pk}/grades/{ben_here.pk}/one/"
    client = as_(ada)
    sent = {"act": "give", "percentage": "72.5", "reason": "Oral exam.", "seen": "0"}
    assert as_(cleo).get(url).status_code == 200
    assert as_(cleo).post(url, sent).status_code == 403
    assert client.post(url, sent).status_code == 302
    again = client.post(url, {**sent, "percentage": "10", "reason": "Typed with care."})
    assert again.status_code == 422
    text = again.content.decode()
    assert "Meanwhile this mark was changed: 72.5 %, by Ada Lindqvist" in text
    assert "Typed with care." in text
    for wrong in (
        {"percentage": ""},
        {"percentage": "x"},
        {"reason": ""},
        {"act": "x"},
        {"seen": "x"},
    ):
        assert client.post(url, {**sent, "seen": "1", **wrong}).status_code == 422
    assert ben_here.records.get().override == Decimal("72.50")


def test_a_column_is_hidden_and_released_on_its_page(as_, ada, cohort, ben_here, columns):
    url = f"/teach/{cohort.pk}/grades/columns/one/"
    client = as_(ada)
    for act, hidden in (("hide", True), ("hide", True), ("release", False)):
        assert client.post(url, {"act": act}).status_code == 302
        assert GradeColumn.objects.get().hidden is hidden
    assert client.post(url, {"act": "zero", "expected": "1", "reason": ""}).status_code == 422
    # More digits than Python reads, and what PostgreSQL takes into no text.
    for wrong in (
        {"expected": "9" * 5000},
        {"expected": "²"},
        {"reason": "a\0b"},
        {"reason": "\0"},
    ):
        zero = {"act": "zero", "expected": "1", "reason": "None.", **wrong}
        assert client.post(url, zero).status_code == 422
    assert not ben_here.records.filter(override=0).exists()
    assert client.post(url, {"act": "zero", "expected": "1", "reason": "None."}).status_code == 302
    assert ben_here.records.get().override == 0
    columns[0].records.all().delete()
    GradeColumn.objects.all().delete()


def test_weights_are_tried_by_the_url_and_stored_by_a_press(as_, ada, cohort, ben_here, columns):
    mark(ben_here, columns[0], "20")
    mark(ben_here, columns[1], "80")
    url = f"/teach/{cohort.pk}/grades/weights/"
    client = as_(ada)
    sent = {"c-1-title": "Best", "c-1-drop_lowest": "1"}
    sent |= {f"a{activity.pk}-category": "-1" for activity in columns}
    tried = client.get(url, {**sent, "try": "1"})
    assert (tried.context["comparison"].up, Category.objects.count()) == (1, 0)
    assert client.get(url, {**sent, "try": "1", "c-1-weight": "x"}).status_code == 422
    seen = tried.context["seen"]
    assert client.post(url, {**dict(tried.context["tried"]), "seen": seen}).status_code == 302
    assert gradebook.page(gradebook.plan(cohort)).rows[0].total == Decimal("80.00")
    late = client.post(url, {**sent, "c-1-title": "Mine", "seen": seen})
    assert (late.status_code, b"Mine" in late.content) == (422, True)


@pytest.mark.parametrize("typed", [{"c-1-drop_lowest": "1"}, {"a-category": "-1"}])
def test_a_new_category_without_a_name_is_not_passed_over(as_, ada, cohort, columns, typed):
    sent = {name.replace("a-", f"a{columns[0].pk}-"): value for name, value in typed.items()}
    sent["seen"] = gradebook.fingerprint(gradebook.plan(cohort))
    page = as_(ada).post(f"/teach/{cohort.pk}/grades/weights/", sent)
    assert (page.status_code, Category.objects.count()) == (422, 0)
    (where, said), *more = page.context["typed"].errors
    assert (where, said, more) == ("id_c-1-title", "Give the new category a name.", [])
    assert page.context["tried"] == [item for item in sent.items() if item[0] != "seen"]


def test_a_students_own_page_says_the_same_and_what_is_not_released(
    as_, ben, cohort, ben_here, columns, ada
):
    mark(ben_here, columns[0], "40", late=True)
    mark(ben_here, columns[1], "77.77")
    decide(ben_here, columns[2], "90", by=ada)
    GradeColumn.objects.create(cohort=cohort, activity=columns[1], hidden=True)
    text = as_(ben).get("/courses/lenses/grades/").content.decode()
    assert "65.00 % so far, of 2 marks." in text
    assert "1 activity is not released yet." in text
    assert "Share of what is released so far" in text
    assert "Share of what students see" in (
        as_(ada).get(f"/teach/{cohort.pk}/grades/").content.decode()
    )
    assert "by hand: Oral exam." in text
    assert "77.77" not in text
    assert as_(ada).get("/courses/lenses/grades/").status_code == 404


def test_pages_of_an_empty_class_and_course(as_, ada, cohort):
    for path in ("", "weights/"):
        assert as_(ada).get(f"/teach/{cohort.pk}/grades/{path}").status_code == 200
