"""The response model finds what generated answers were made of, and says when it cannot."""

import json
import random
import subprocess
import sys

import numpy as np
import pytest
from django.conf import settings
from django.urls import reverse

from courses.models import Enrolment, User
from quizzes.irt.fitting import fit
from quizzes.models import Attempt, Fit
from quizzes.reporting import response_model
from quizzes.reporting.analysis import Asked
from quizzes.reporting.response_model import Why
from quizzes.statistics import sheet
from tests import factories, law_school
from tests.factories import NOON
from tests.invariants.scale import runs

QUESTIONS = 10


def generated(seed: int, n: int, *, sharp: bool, missing: float = 0.0):
    """(discriminations, difficulties, patterns) of a class whose strengths are normal."""
    rng = np.random.default_rng(seed)
    slopes = rng.uniform(0.6, 2.0, QUESTIONS) if sharp else np.full(QUESTIONS, 1.2)
    places = rng.permutation(np.linspace(-1.5, 1.5, QUESTIONS))
    strengths = rng.normal(size=(n, 1))
    right = rng.random((n, QUESTIONS)) < 1 / (1 + np.exp(-slopes * (strengths - places)))
    asked = rng.random((n, QUESTIONS)) >= missing
    rows = [
        ([int(r) if a else None for r, a in zip(one, there, strict=True)], 1)
        for one, there in zip(right, asked, strict=True)
    ]
    return slopes, places, rows


def column(found, name):
    return np.array([question[name] for question in found["questions"]])


@pytest.mark.parametrize("seed", range(runs(50)))
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_the_parameters_that_answers_were_made_with_are_found(seed, missing):
    slopes, places, rows = generated(seed, 1000, sharp=True, missing=missing)
    found = fit(rows)
    assert found["settled"]
    assert found["n"] == 1000
    difficulty = column(found, "difficulty")
    assert np.corrcoef(places, difficulty)[0, 1] > 0.95
    assert abs((difficulty - places).mean()) < 0.2
    if found["name"] == "2pl":
        assert np.corrcoef(slopes, column(found, "discrimination"))[0, 1] > 0.6
    # Most lie within two of the errors that are told with them.
    off = np.abs(difficulty - places) / column(found, "difficulty_error")
    assert (off < 3).mean() >= 0.7
    assert ((column(found, "infit") > 0.7) & (column(found, "infit") < 1.3)).all()
    assert 0.5 < found["reliability"] < 0.9


def test_the_law_school_admission_test_has_the_parameters_that_are_printed_for_it():
    """See `law_school` for the source; the last number is what ltm prints (Rizopoulos 2006)."""
    found = fit(list(zip(law_school.PATTERNS, law_school.TIMES, strict=True)))
    slopes, places = column(found, "discrimination"), column(found, "difficulty")
    assert (found["name"], found["n"], found["settled"]) == ("1pl", 1000, True)
    assert slopes == pytest.approx([0.755] * 5, abs=0.001)
    assert -slopes * places == pytest.approx([2.730, 0.999, 0.240, 1.307, 2.100], abs=0.002)
    tried = {model["name"]: round(model["bic"], 3) for model in found["tried"]}
    assert tried == {"1pl": 4975.322, "2pl": 5002.384}


def test_a_small_class_has_one_discrimination_for_all():
    _slopes, places, rows = generated(3, 150, sharp=False)
    found = fit(rows)
    assert (found["name"], found["settled"]) == ("1pl", True)
    assert np.corrcoef(places, column(found, "difficulty"))[0, 1] > 0.95
    assert len(set(column(found, "discrimination"))) == 1


def test_a_question_that_is_answered_by_chance_does_not_fit_one_discrimination():
    _slopes, _places, rows = generated(4, 400, sharp=False)
    coin = random.Random(1)
    found = fit([([coin.randint(0, 1), *marks[1:]], n) for marks, n in rows])
    outfit = column(found, "outfit")
    assert outfit[0] == max(outfit) > 1.15


def test_answers_that_nothing_explains_do_not_pass_as_a_scale():
    rng = np.random.default_rng(5)
    found = fit([(row, 1) for row in rng.integers(0, 2, (300, QUESTIONS)).tolist()])
    assert not found["settled"] or found["reliability"] < 0.4


def test_the_program_says_what_its_fit_says():
    _slopes, _places, rows = generated(6, 200, sharp=False)
    done = subprocess.run(
        [sys.executable, "-m", "quizzes.irt"],
        input=json.dumps({"patterns": rows}),
        capture_output=True,
        text=True,
        check=True,
        cwd=settings.BASE_DIR,
    )
    assert json.loads(done.stdout) == fit(rows)


# --- In a cohort -------------------------------------------------------------------------------


@pytest.fixture
def sat(module, lesson, cohort):
    """A quiz of five questions that 130 students sat; the last is right for everybody."""
    quiz = factories.make_quiz(
        module, [factories.make_question(module, f"q-{n}") for n in range(5)], key="sat"
    )
    versions = [slot.question.current_id for slot in quiz.slots.order_by("position")]
    rng = random.Random(7)
    users = User.objects.bulk_create(User(username=f"s{n}") for n in range(130))
    for enrolment in Enrolment.objects.bulk_create(
        Enrolment(user=user, cohort=cohort, joined_at=NOON) for user in users
    ):
        strength = rng.gauss(0, 1)
        marks = [strength + rng.gauss(0, 1) > (n - 2) / 2 for n in range(4)] + [True]
        entries = [
            sheet.entry(version, place, 1, int(mark), None)
            for place, (version, mark) in enumerate(zip(versions, marks, strict=True), start=1)
        ]
        Attempt.objects.create(
            quiz=quiz,
            enrolment=enrolment,
            number=1,
            state="submitted",
            started_at=NOON,
            submitted_at=NOON,
            score=sum(marks),
            out_of=5,
            sheet=sheet.write(entries),
        )
    return quiz


@pytest.mark.django_db
def test_it_is_asked_for_fitted_and_out_of_date(as_, ada, cohort, sat):
    there = reverse("quizzes:response_model", args=[cohort.pk, "sat"])
    client = as_(ada)
    assert b"No model has been fitted yet." in client.get(there).content
    assert client.post(there).status_code == 302
    assert b"waits to be fitted" in client.get(there).content
    response_model.make(Fit.objects.get().pk, now=NOON)
    html = client.get(there).content.decode()
    assert "130 attempts, 4 questions" in html
    assert "nearly everybody got it right, or nearly nobody" in html
    assert "out of date" not in html
    Enrolment.objects.filter(user__username="s0").update(withdrawn_at=NOON)
    assert "out of date" in client.get(there).content.decode()
    assert len(Fit.objects.get().digest) == 64


@pytest.mark.django_db
def test_one_fit_at_a_time_is_made_however_often_it_is_asked_for(cohort, quiz):
    def ask(minute):
        return response_model.ask(quiz, cohort, now=NOON + factories.minutes(minute)) is not None

    assert [ask(0), ask(0), ask(9), ask(11), ask(12)] == [True, False, False, True, False]
    response_model.make(Fit.objects.get().pk, now=NOON)
    assert ask(13)


@pytest.mark.django_db
def test_too_few_are_not_fitted(as_, ada, cohort, quiz, ben_here):
    there = reverse("quizzes:response_model", args=[cohort.pk, quiz.activity.key])
    as_(ada).post(there)
    response_model.make(Fit.objects.get().pk, now=NOON)
    html = as_(ada).get(there).content.decode()
    assert "0 attempts: too few to tell." in html


@pytest.mark.django_db
def test_what_is_not_right_or_wrong_is_left_out(cohort, sat):
    first = Attempt.objects.first()
    lines = first.sheet.split("\n")
    version, place, worth, _mark, answer = lines[1].split(" ", 4)
    Attempt.objects.filter(pk=first.pk).update(
        sheet="\n".join([lines[0], f"{version} {place} {worth} 50000 {answer}", *lines[2:]])
    )
    found = response_model.data(Asked(sat, cohort))
    assert set(found.left_out.values()) == {Why.PARTS, Why.ONE_SIDED}
    assert not found.enough  # three questions are left


@pytest.mark.django_db
def test_assistants_look_and_do_not_ask(as_, cleo, cohort, quiz):
    there = reverse("quizzes:response_model", args=[cohort.pk, quiz.activity.key])
    assert as_(cleo).get(there).status_code == 200
    assert as_(cleo).post(there).status_code == 404
