"""A sheet repeats what an attempt's rows say, whoever wrote the score last."""

import pytest

from quizzes.marks import marking, regrading
from quizzes.models import Attempt, Mark
from quizzes.reporting import sheets
from quizzes.sitting import attempts
from quizzes.statistics import sheet
from tests import factories
from tests.factories import NOON
from tests.regrading import LATER, correct, sit

pytestmark = pytest.mark.django_db


def says_what_the_rows_say(attempt: Attempt) -> bool:
    attempt.refresh_from_db()
    return attempt.sheet == sheets.of(sheets.rows([attempt.pk])[attempt.pk])


def test_handing_in_writes_the_sheet(ben_here, quiz, questions):
    attempt = sit(ben_here, quiz, "a", "b", None)
    assert says_what_the_rows_say(attempt)
    one, two, three = (question.current_id for question in questions)
    assert attempt.sheet.split("\n") == [
        "100000 300000",
        f'{one} 1 100000 100000 "option-1"',
        f'{two} 2 100000 0 "option-2"',
        f"{three} 3 100000 0 null",
    ]


def test_a_regrade_writes_it_again(ben_here, quiz, questions, ada):
    attempt = sit(ben_here, quiz, "b", "b", "a")
    correct(questions[0])
    seen = regrading.preview(
        questions[0],
        version=None,
        policy="new",
        cohort=ben_here.cohort,
        by=ada,
        reason="The key was wrong.",
        now=LATER,
    )
    regrading.commit(seen, by=ada, now=LATER)
    assert says_what_the_rows_say(attempt)
    assert attempt.sheet.startswith("200000 300000\n")


def test_without_every_mark_there_is_none(ben_here, module, lesson):
    item = factories.make_waiting_essay(ben_here, module)
    attempt = item.attempt
    attempt.refresh_from_db()
    assert (attempt.score, attempt.sheet) == (None, "")
    Mark.objects.create(item=item, version=item.version, score="0.5", made_at=NOON)
    marking.settle(attempt, now=NOON)
    assert says_what_the_rows_say(attempt)
    assert attempt.sheet


def test_long_answers_are_not_repeated():
    assert sheet.entry(1, 2, 1, 0, "x" * 400).answer == sheet.LONG
    assert sheet.entry(1, 2, 1, 0, "two\nlines").response == "two\nlines"


def test_sheets_are_counted_as_they_are():
    one = sheet.write([sheet.entry(1, 1, 1, 1, {"b": "c", "a": "d e"})])
    two = sheet.write([sheet.entry(1, 1, 1, 0, None)])
    found = sheet.count([one, two, one])
    assert found.totals == {(100_000, 100_000): 2, (0, 100_000): 1}
    assert found.entries[100_000, 100_000] == {
        sheet.Entry(1, 1, 100_000, 100_000, '{"a":"d e","b":"c"}'): 2
    }
    assert sheet.count([]).n == 0


def test_an_attempt_that_is_open_has_none(ben_here, quiz):
    assert attempts.start(ben_here, quiz, now=NOON).sheet == ""
