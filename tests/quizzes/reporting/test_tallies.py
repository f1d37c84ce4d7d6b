"""What is kept of a class is exactly what would be counted anew, whatever has happened since."""

from contextlib import suppress

import pytest
from django.core.management import call_command
from django.db import transaction

from courses import enrolment
from courses.models import Enrolment, Group
from quizzes import authoring
from quizzes.marks import marking, regrading
from quizzes.models import Attempt, Mark, Tally
from quizzes.reporting import analysis
from quizzes.reporting.analysis import Asked, Which
from tests import factories
from tests.benchmarks.counting import count
from tests.factories import NOON
from tests.regrading import LATER, correct, sit

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(cohort):
    return [factories.enrol(factories.make_user(f"p{n}"), cohort) for n in range(4)]


def as_counted_anew(quiz, cohort) -> list[analysis.Report]:
    """Every report, asked twice, so that the second is from what was kept."""
    found = []
    for which in Which:
        for group in (None, *Group.objects.filter(cohort=cohort)):
            asked = Asked(quiz, cohort, which, group)
            anew = analysis.report(asked, anew=True)
            assert analysis.report(asked) == anew
            assert analysis.report(asked) == anew
            found.append(anew)
    return found


def test_what_is_kept_follows_everything(quiz, cohort, questions, people, ada):
    group = Group.objects.create(cohort=cohort, name="North")
    elsewhere = factories.make_cohort(cohort.course, "Elsewhere")

    def regrade():
        correct(questions[0])
        seen = regrading.preview(
            questions[0], version=None, policy="new", cohort=None, by=ada, reason="Key.", now=LATER
        )
        regrading.commit(seen, by=ada, now=LATER)

    def edit():
        questions[1].refresh_from_db()
        questions[1].spec = {**questions[1].spec, "prompt": "Once more?"}
        questions[1].save()
        authoring.publish(questions[1], now=NOON)

    def move():
        people[3].cohort = elsewhere
        people[3].save()

    ada.is_superuser = ada.is_staff = True
    ada.save()
    before = as_counted_anew(quiz, cohort)
    for step in (
        lambda: sit(people[0], quiz, "a", "b", None),
        lambda: [sit(each, quiz, "b", "a", "a") for each in people],
        lambda: group.members.set(people[:2]),
        regrade,
        lambda: enrolment.withdraw(people[1], now=NOON),
        lambda: enrolment.reinstate(people[1], now=NOON),
        edit,
        lambda: group.members.remove(people[0]),
        lambda: Enrolment.objects.filter(pk=people[2].pk).update(role="assistant"),
        move,
        lambda: factories.enrol(factories.make_user("late"), cohort),
        lambda: Enrolment.objects.bulk_create(
            [Enrolment(user=factories.make_user("bulk"), cohort=cohort, joined_at=NOON)]
        ),
        lambda: Enrolment.objects.get(user__username="bulk").delete(),
        lambda: Enrolment.objects.filter(user__username="late").delete(),
    ):
        step()
        after = as_counted_anew(quiz, cohort)
        assert after != before
        before = after


def test_marks_given_by_hand_are_followed(module, lesson, cohort, ben_here):
    item = factories.make_waiting_essay(ben_here, module)
    quiz = item.attempt.quiz
    assert as_counted_anew(quiz, cohort)[0].waiting == 1
    Mark.objects.create(item=item, version=item.version, score="0.5", made_at=NOON)
    analysis_before = analysis.report(Asked(quiz, cohort))
    assert analysis_before.waiting == 1  # a mark alone is not a score yet
    from_marking = Attempt.objects.get(pk=item.attempt.pk)
    marking.settle(from_marking, now=NOON)
    assert as_counted_anew(quiz, cohort)[0].waiting == 0


def test_what_was_not_written_after_all_changes_nothing(quiz, cohort, people):
    sit(people[0], quiz, "a", "b", None)
    kept = analysis.report(Asked(quiz, cohort))
    with suppress(ZeroDivisionError), transaction.atomic():
        sit(people[1], quiz, "b", "b", "b")
        raise ZeroDivisionError
    assert analysis.report(Asked(quiz, cohort)) == kept


def test_another_cohorts_score_leaves_it_alone(quiz, cohort, people):
    sit(people[0], quiz, "a", "b", None)
    asked = Asked(quiz, cohort)
    analysis.report(asked)
    elsewhere = factories.make_cohort(cohort.course, "Elsewhere")
    sit(factories.enrol(factories.make_user("other"), elsewhere), quiz, "a", "a", "a")
    assert count(lambda: analysis.report(asked))[1] == count(lambda: analysis.report(asked))[1]
    assert Tally.objects.count() == 1


def test_it_is_counted_once_and_then_read_in_two_queries(quiz, cohort, people):
    sit(people[0], quiz, "a", "b", None)
    asked = Asked(quiz, cohort)
    costs = [count(lambda: analysis.report(asked))[1] for _ in range(3)]
    assert [(cost.reads, cost.writes) for cost in costs] == [(4, 1), (2, 0), (2, 0)]


def test_old_attempts_get_their_sheets_in_portions(quiz, cohort, people, capsys):
    for person in people:
        sit(person, quiz, "a", "b", None)
    written = dict(Attempt.objects.values_list("pk", "sheet"))
    paces = dict(Attempt.objects.values_list("pk", "pace"))
    Attempt.objects.update(sheet="", pace="")
    expected = analysis.report(Asked(quiz, cohort), anew=True)
    call_command("fill_sheets", portion=3)
    assert "4 attempts" in capsys.readouterr().out
    assert dict(Attempt.objects.values_list("pk", "sheet")) == written
    assert dict(Attempt.objects.values_list("pk", "pace")) == paces
    found = analysis.report(Asked(quiz, cohort), anew=True)
    assert found.lines[0].item == expected.lines[0].item
    assert analysis.report(Asked(quiz, cohort)) == found
    call_command("fill_sheets")
    assert "nothing" in capsys.readouterr().out.lower()
