"""D1, D2, D4 and D8: what a score hangs on, where it is shown, and what counts."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import ProtectedError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses import dashboards
from courses.models import Record
from quizzes.models import Attempt, Item, Mark, Quiz, Slot
from quizzes.sitting import attempts, reports
from quizzes.sitting.attempts import Answer
from tests import factories
from tests.contract import Api
from tests.factories import NOON, minutes
from tests.invariants.scale import runs
from tests.regrading import correct

ROOT = Path(__file__).parent.parent.parent
COMPARED = runs(1000)

# --- D1: another process -----------------------------------------------------------------------

GRADE = """
import json, pathlib, random, sys
from quizzes.questions import KINDS
golden = json.loads(pathlib.Path("tests/quizzes/golden_grades.json").read_text(encoding="utf-8"))
places = list(range(len(golden["cases"])))
random.Random(int(sys.argv[1])).shuffle(places)
grades = {}
for place in places:
    case = golden["cases"][place]
    spec = golden["specs"][case["spec"]]
    kind = KINDS[spec["kind"]]
    # What a person judges has no grade of its own.
    if "judgement" not in case:
        grades[place] = str(kind.grade(spec["spec"], case["response"]))
print(json.dumps([grades[place] for place in sorted(grades)]))
"""


@pytest.mark.invariant("D1", runs=600)
@pytest.mark.parametrize(
    "world",
    [
        {"TZ": "Pacific/Apia", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"},
        {"TZ": "Asia/Kathmandu", "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"},
    ],
    ids=["Apia in Turkish", "Kathmandu in ASCII"],
)
@pytest.mark.parametrize("seed", ["0", "4242"])
def test_every_golden_grade_is_the_same_in_another_process_order_zone_and_locale(world, seed):
    graded = subprocess.run(
        [sys.executable, "-c", GRADE, seed],
        cwd=ROOT,
        env=os.environ | world | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    golden = json.loads((ROOT / "tests/quizzes/golden_grades.json").read_text(encoding="utf-8"))
    assert json.loads(graded.stdout) == [
        case["grade"] for case in golden["cases"] if "judgement" not in case
    ]


# --- D2: what is edited meanwhile --------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.invariant("D2")
def test_nothing_done_to_a_question_reaches_an_attempt_under_way(
    ben, ben_here, course, module, quiz, questions
):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    shown = reports.open_questions(attempt)
    elsewhere = factories.make_module(course, "constructivism")
    edited, moved, retired = questions
    correct(edited, right="option-2", prompt="Another?")
    moved.module = elsewhere
    moved.save()
    retired.status = "retired"
    retired.save()
    with pytest.raises(ProtectedError), transaction.atomic():
        retired.current.delete()
    Slot.objects.filter(quiz=quiz, position=3).delete()
    Slot.objects.filter(quiz=quiz, position=1).update(points=9)

    assert reports.open_questions(attempt) == shown
    answers = {at: Answer(0, lambda kind, order: kind.parse_json(order, "a")) for at in (1, 2, 3)}
    attempts.save(ben, attempt.pk, answers=answers, now=NOON)
    done = attempts.submit(ben, attempt.pk, now=NOON)
    assert (done.score, done.out_of) == (3, 3)


# --- D4: the same number everywhere ------------------------------------------------------------


@pytest.fixture
def mixed(module, lesson) -> Quiz:
    """Questions that are partly right in thirds and quarters, worth odd points."""
    questions = [
        factories.make_question(module, "one", spec=factories.single()),
        factories.make_question(module, "two", kind="ordering", spec=factories.ordering()),
        factories.make_question(
            module, "three", kind="multiple", spec=factories.sample("multiple", 1)
        ),
    ]
    return factories.make_quiz(
        module, questions, key="mixed", attempts_allowed=None, review="practice"
    )


points = st.decimals(Decimal("0.01"), Decimal("99.99"), places=2)


@pytest.mark.django_db
@pytest.mark.invariant("D4", runs=COMPARED)
@settings(max_examples=COMPARED, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    worth=st.tuples(points, points, points),
    chosen=st.sampled_from(["a", "b", None]),
    order=st.permutations("abc"),
    ticked=st.lists(st.sampled_from("abc"), unique=True),
    pass_mark=st.decimals(0, 100, places=2),
)
def test_page_api_ledger_and_dashboard_show_one_number(
    as_, ada, ben, ben_here, cohort, mixed, worth, chosen, order, ticked, pass_mark
):
    with transaction.atomic():
        Quiz.objects.filter(pk=mixed.pk).update(pass_mark=pass_mark)
        for position, value in enumerate(worth, start=1):
            mixed.slots.filter(position=position).update(points=value)
        quiz = Quiz.objects.select_related("activity__module__course").get(pk=mixed.pk)
        attempt = attempts.start(ben_here, quiz, now=NOON)
        given_ = {1: chosen, 2: list(order), 3: ticked or None}
        attempts.save(
            ben,
            attempt.pk,
            answers={
                at: Answer(0, lambda kind, order, told=told: kind.parse_json(order, told))
                for at, told in given_.items()
                if told is not None
            },
            now=NOON,
        )
        done = attempts.submit(ben, attempt.pk, now=NOON + minutes(5))

        marks = list(Mark.objects.order_by("item__position").values_list("score", flat=True))
        assert all(0 <= mark <= value for mark, value in zip(marks, worth, strict=True))
        assert (done.score, done.out_of) == (sum(marks), sum(worth))

        page = as_(ben).get(f"/attempts/{attempt.pk}/result/").context["result"]
        api = Api(ben).ask(f"attempts/{attempt.pk}/result/").json()
        assert (str(page.score), str(page.percentage)) == (api["score"], api["percentage"])
        assert page.passed == api["passed"] == (page.percentage >= pass_mark)
        assert [str(question.mark) for question in page.questions] == [
            question["mark"] for question in api["questions"]
        ]
        cover = reports.cover(quiz, ben_here, now=NOON + minutes(10))
        assert (cover.attempts[0].percentage, cover.attempts[0].passed) == (
            page.percentage,
            page.passed,
        )
        record = Record.objects.get(enrolment=ben_here, activity=quiz.activity)
        assert (record.score, record.completed_at is not None) == (page.percentage, page.passed)
        roster = as_(ada).get(f"/teach/{cohort.pk}/modules/realism/").context["roster"]
        cells = [cell.score for cell in roster.rows[0].cells if cell.score is not None]
        assert cells == [page.percentage]
        transaction.set_rollback(True)


# --- D8: what counts ---------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.invariant("D8", "D7")
def test_unfinished_attempts_count_nowhere_and_are_called_what_they_are(
    as_, ada, ben, ben_here, cohort, quiz
):
    def answered(tokens):
        attempt = attempts.start(ben_here, quiz, now=NOON)
        answers = {
            at: Answer(0, lambda kind, order, token=token: kind.parse_json(order, token))
            for at, token in enumerate(tokens, start=1)
        }
        attempts.save(ben, attempt.pk, answers=answers, now=NOON)
        return attempt

    quiz.grade_method = "average"
    quiz.attempts_allowed = None
    quiz.save()
    attempts.submit(ben, answered("aab").pk, now=NOON)
    abandoned = answered("bbb")
    Attempt.objects.filter(pk=abandoned.pk).update(state="abandoned", submitted_at=NOON)
    attempts.submit(ben, answered("aaa").pk, now=NOON)
    still_open = answered("bbb")
    zoe = factories.enrol(factories.make_user("zoe"), cohort)
    attempts.start(zoe, quiz, now=NOON)

    record = Record.objects.get(enrolment=ben_here, activity=quiz.activity)
    assert record.score == Decimal("83.34")  # of 66.67 and 100.00, and of no other
    column = next(one for one in dashboards.roster(cohort).columns if one.activity == quiz.activity)
    assert (column.started, column.scored, column.mean) == (2, 1, Decimal("83.34"))
    cover = reports.cover(quiz, ben_here, now=NOON)
    assert cover.open_attempt == still_open
    assert [one.percentage for one in cover.attempts if one.attempt.state == "submitted"] == [
        Decimal("66.67"),
        Decimal("100.00"),
    ]
    assert not any(one.counts for one in cover.attempts if one.attempt.pk == abandoned.pk)
    assert Item.objects.filter(attempt=still_open, marks__isnull=False).count() == 0
