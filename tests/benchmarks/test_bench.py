"""What a page asks of the database, to the query. A number that grows here grows for everybody.

The times are measured by `manage.py bench`; they have no place in a test.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import Cohort, Enrolment, Lesson, User
from quizzes.models import Quiz
from tests import factories
from tests.benchmarks import figures, world
from tests.benchmarks.counting import Counts, count, sort
from tests.benchmarks.forms import AttemptPage
from tests.benchmarks.tables import paired, spread, table
from tests.benchmarks.world import ask, browser, counted, make_short_quiz, sitting


def test_statements_are_sorted_by_what_they_do():
    assert sort(
        [
            "BEGIN IMMEDIATE",
            "SELECT 1",
            "INSERT INTO t VALUES (1)",
            'UPDATE "t" SET x = 1',
            "SAVEPOINT a",
            "DELETE FROM t",
            "RELEASE SAVEPOINT a",
            "COMMIT",
        ]
    ) == Counts(reads=1, writes=3, control=4)


def test_counts_add_up():
    whole = Counts(reads=2, writes=1) + Counts(reads=1, control=2)
    assert (whole, whole.queries) == (Counts(3, 1, 2), 4)


@pytest.mark.django_db
def test_what_is_counted_is_what_was_asked(ben):
    found, counts = count(lambda: User.objects.get(username="ben"))
    assert (found, counts) == (ben, Counts(reads=1))
    _, counts = count(lambda: ben.save(update_fields=["name"]))
    assert counts == Counts(writes=1)


def test_ratios_are_taken_in_pairs():
    assert str(paired([2, 9, 6], [1, 3, 3])) == "2.00 [2.00-3.00]"
    with pytest.raises(ValueError, match="Nothing was measured"):
        spread([])


def test_a_table_is_aligned():
    assert table(["page", "ms"], [["home", 1], ["lesson", 12]]) == (
        "page    ms\nhome     1\nlesson  12"
    )


def test_an_attempt_is_answered_from_its_page_alone():
    page = AttemptPage(
        '<input name="csrf" value="x"><fieldset data-position="1"><input name="q1.revision" '
        'value="0"><input type="radio" name="q1" value="a"><input type="radio" name="q1" value="b">'
        '</fieldset><fieldset data-position="2"><input name="q2.revision" value="3">'
        '<select name="q2.a"><option value="">Place</option><option>1</option><option>2</option>'
        '</select><select name="q2.b"><option value="">Place</option><option>1</option>'
        "<option>2</option></select></fieldset>"
    )
    assert page.questions == {
        1: [("q1.revision", "0"), ("q1", "a")],
        2: [("q2.revision", "3"), ("q2.a", "1"), ("q2.b", "2")],
    }


def newcomer(cohort: Cohort, name: str = "newcomer") -> User:
    user = factories.make_user(name)
    factories.enrol(user, cohort)
    return user


@pytest.mark.django_db
def test_the_course_as_it_is_read_and_sat(shelf):
    course = shelf.fill()
    today = timezone.now().date()
    cohort = Cohort.objects.create(course=course, title="Bench", starts_on=today)
    cohort.ends_on = today + timedelta(days=9)
    cohort.save()
    twelve = Quiz.objects.select_related("activity__module").get(activity__key="realism-quiz")
    ten = make_short_quiz(twelve, 10)
    client = browser(newcomer(cohort))
    lessons = list(Lesson.objects.select_related("activity__module__course"))
    found = counted(
        client, *(each.activity.get_absolute_url() for each in (lessons[0], ten, twelve))
    )
    assert {name: tuple(step["counts"].values()) for name, step in found.items()} == {
        # name: (reads, writes, BEGIN and COMMIT)
        "home": (6, 0, 0),
        "lesson": (5, 0, 0),
        "attempt of 10": (4, 0, 0),
        world.ONE_POST: (36, 9, 6),
        "quiz": (8, 0, 0),
        "start": (17, 3, 2),
        "attempt of 12": (4, 0, 0),
        "save": (4, 1, 2),
        "submit": (7, 5, 2),
        "result": (8, 0, 0),
        "whole attempt of 12": (80, 20, 28),
    }
    for lesson in lessons:
        _, step = ask(client, "lesson", lesson.activity.get_absolute_url())
        # 20 KiB of prose, as the goal has it, and a figure with its table; 8 KiB once compressed.
        assert step.size <= 30 * 1024


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 3, 10])
@pytest.mark.parametrize(("drawn", "reads"), [(False, 33), (True, 35)])
def test_an_attempt_is_sat_in_one_post_with_few_queries(course, module, lesson, size, drawn, reads):
    """BEGIN and COMMIT left out; drawing by objectives costs one more (see above)."""
    questions = [factories.make_question(module, f"given-{number}") for number in range(size)]
    quiz = factories.make_quiz(module, questions, key="one-post")
    if drawn:
        world.put_in_pools(quiz)
    flow = list(
        world.one_post(
            browser(newcomer(factories.make_cohort(course))), quiz.activity.get_absolute_url()
        )
    )
    whole = sum((step.counts for step in flow), Counts())
    assert (whole.reads, whole.writes) == (reads, 9)


@pytest.mark.django_db
def test_fifty_questions_are_started_and_handed_in_with_few_queries(course, module, lesson):
    """By somebody who has sat another quiz before."""
    client = browser(newcomer(factories.make_cohort(course)))
    fifty = world.make_fifty(module)
    short = factories.make_quiz(module, fifty[:1], key="short")
    long = factories.make_quiz(module, fifty, key="long")
    world.put_in_pools(long)
    list(sitting(client, short.activity.get_absolute_url()))
    steps = {step.name: step.counts for step in sitting(client, long.activity.get_absolute_url())}
    assert {name: steps[name].queries for name in ("start", "submit")} == {
        "start": 19,
        "submit": 12,
    }


@pytest.mark.django_db
def test_more_lessons_questions_and_students_cost_no_more_queries(course, module, lesson):
    """With one of each, then with three, by somebody who has sat another quiz before."""
    cohort = factories.make_cohort(course)
    questions = [factories.make_question(module, "first")]
    one = factories.make_quiz(module, questions, key="one")
    clients = [browser(newcomer(cohort, "first"))]
    costs(clients[0], lesson, factories.make_quiz(module, questions, key="another"))
    before = costs(clients[0], lesson, one)

    for name in ("second", "third"):
        factories.make_lesson(module, f"{name}-lesson")
        questions.append(factories.make_question(module, name))
        clients.append(browser(newcomer(cohort, name)))
    three = factories.make_quiz(module, questions, key="three")
    for client in clients[1:]:
        costs(client, lesson, three)
    assert Enrolment.objects.count() == 3
    assert costs(clients[0], lesson, three) == before


def costs(client, lesson: Lesson, quiz: Quiz) -> dict[str, Counts]:
    """The counts of each kind of request, as one attempt of a quiz goes."""
    address = quiz.activity.get_absolute_url()
    steps = [ask(client, name, path)[1] for name, path in (("home", "/"), ("quiz", address))]
    steps.append(ask(client, "lesson", lesson.activity.get_absolute_url())[1])
    return {step.name: step.counts for step in [*steps, *sitting(client, address)]}


def test_every_figure_of_the_course_can_be_measured(monkeypatch):
    monkeypatch.setattr(figures, "TIMES", 1)
    kinds = [line.split("  ")[0] for line in figures.report().splitlines()[1:]]
    assert kinds == [
        *("bars", "lens-matrix", "membership", "membership, all"),
        *("organs", "payoff", "scale of all events", "timeline", "tree"),
    ]
