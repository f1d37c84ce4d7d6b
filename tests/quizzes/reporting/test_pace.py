"""How long it took: what stored answers can tell, and quartiles against NumPy."""

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest

from quizzes.reporting import analysis, telling
from quizzes.reporting.analysis import Asked
from quizzes.statistics import pace, spread
from tests import factories
from tests.factories import NOON
from tests.regrading import sit


def at(seconds: float):
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("saves", "written"),
    [
        ([], "600"),
        ([(at(30), 1), (at(75), 2)], "600\n1 30\n2 45"),
        # Returned to: the sum. Out of order: as they were stored.
        ([(at(90), 1), (at(30), 1), (at(75), 2)], "600\n1 45\n2 45"),
        # In one request: nobody knows which of them took how long.
        ([(at(30), 1), (at(60), 2), (at(60), 3), (at(61), 3)], "600\n1 30"),
        ([(at(-5), 1)], "600\n1 0"),
    ],
)
def test_the_time_to_the_next_answer_is_the_time_of_its_question(saves, written):
    assert pace.write(NOON, at(600), saves) == written


def test_paces_are_counted_by_version_and_as_a_whole():
    found = pace.count(["600\n1 30\n2 45", "600\n1 30", "", "20"])
    assert found == pace.Paces({600: 2, 20: 1}, {1: {30: 2}, 2: {45: 1}})


def test_quartiles_agree_with_numpy():
    for seed in range(200):
        rng = np.random.default_rng(seed)
        seconds = rng.integers(0, rng.choice([2, 9, 600]), size=rng.choice([1, 2, 3, 10, 99]))
        found = spread(Counter(seconds.tolist()))
        told = (found.low, found.first, found.median, found.third, found.high)
        assert told == pytest.approx(np.percentile(seconds, [5, 25, 50, 75, 95]))
        assert found.n == len(seconds)
    assert spread({}) is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59.5, "1 min"), (59.4, "59 s"), (61, "1 min 1 s"), (7200, "2 h 0 min")],
)
def test_times_are_said_as_people_say_them(seconds, said):
    assert telling.time(seconds) == said


@pytest.mark.django_db
def test_handing_in_writes_what_it_took(ben_here, quiz, cohort):
    attempt = sit(ben_here, quiz, "a")
    assert attempt.pace == f"0\n{quiz.slots.first().question.current_id} 0"
    found = analysis.report(Asked(quiz, cohort))
    assert (found.taken.n, found.taken.median) == (1, 0)
    assert [line.taken and line.taken.n for line in found.lines] == [1, None, None]


@pytest.mark.django_db
def test_times_are_told_from_ten_attempts_on(as_, ada, cohort, quiz):
    for number in range(10):
        if number == 9:
            html = as_(ada).get(f"/teach/{cohort.pk}/quizzes/{quiz.activity.key}/report/")
            assert b'id="figure-times"' not in html.content
        sit(factories.enrol(factories.make_user(f"p{number}"), cohort), quiz, "a")
    html = as_(ada).get(f"/teach/{cohort.pk}/quizzes/{quiz.activity.key}/report/")
    assert b'id="figure-times"' in html.content
