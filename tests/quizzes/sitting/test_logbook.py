"""The log of an attempt: what its student and those who teach them can read in a dispute."""

import csv
from io import StringIO
from uuid import UUID

import pytest
from django.urls import reverse
from structlog.testing import capture_logs

from quizzes.models import Attempt, Item, Mark, Quiz
from quizzes.sitting import attempts, logbook
from quizzes.sitting.attempts import Answer
from tests.factories import NOON, minutes

pytestmark = pytest.mark.django_db
OPERATION = UUID("0b8f3f3e-5d0c-4c1a-9d6e-2f1a7c3b9e10")


@pytest.fixture
def sat(ben, ben_here, quiz) -> Attempt:
    """Answered twice, handed in, and answered once more when it was too late."""
    attempt = attempts.start(ben_here, quiz, now=NOON)
    save(ben, attempt, "b", 0, NOON + minutes(1), OPERATION)
    save(ben, attempt, "a", 1, NOON + minutes(2))
    attempt = attempts.submit(ben, attempt.pk, now=NOON + minutes(3))
    with pytest.raises(attempts.Closed):
        save(ben, attempt, "c", 2, NOON + minutes(4))
    return attempt


def save(ben, attempt, token, base, now, operation=None):
    answer = Answer(base, lambda kind, order: kind.parse_json(order, token), operation)
    attempts.save(ben, attempt.pk, answers={1: answer}, now=now)


def told(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"))))


def test_the_log_has_every_version_of_every_answer_in_the_order_of_time(sat):
    log = logbook.log(sat)
    assert [
        (event.at, event.what, event.position, event.answer, event.revision, event.late)
        for event in log.events
        if event.points is None
    ] == [
        (NOON, "The attempt was started", None, "", None, False),
        (NOON + minutes(1), "Answer stored", 1, "War everywhere", 1, False),
        (NOON + minutes(2), "Answer stored", 1, "No authority above states", 2, False),
        (NOON + minutes(3), "The attempt was handed in", None, "", None, False),
        (
            NOON + minutes(4),
            "Too late: kept here, not counted",
            1,
            "A world government",
            None,
            True,
        ),
    ]
    first = log.events[1]
    assert (first.digest, first.operation) == (attempts.digest("b"), str(OPERATION))


def test_what_was_exchanged_for_a_fresh_question_stays_in_the_log(sat):
    Item.objects.filter(position=1).update(replaced_at=NOON + minutes(2.5))
    log = logbook.log(sat)
    assert [event.answer for event in log.events if event.revision] == [
        "War everywhere",
        "No authority above states",
    ]
    assert "The question was exchanged for a fresh one" in [event.what for event in log.events]
    assert [question.replaced for question in log.questions] == [True, False, False]


def test_a_student_reads_marks_only_where_the_result_shows_them(as_, ben, sat, quiz):
    bens, page = as_(ben), reverse("quizzes:log", args=[sat.pk])
    table = reverse("quizzes:log_table", args=[sat.pk])
    Mark.objects.filter(item__position=1).update(reason="The second is the right one")
    quiz.attempts_allowed = 1  # nobody may still earn credit on it
    quiz.save()
    shown = bens.get(page).content
    assert (b"Points" in shown, b"second is the right" in shown) == (True, True)
    for policy in (Quiz.Review.EXAM,):
        Quiz.objects.update(review=policy)
        for address in (page, table):
            hidden = bens.get(address).content
            assert b"War everywhere" in hidden
            for secret in (b"second is the right", b"Marked", b"1.00", b"anarchy-1", b"option-"):
                assert secret not in hidden


def test_who_teaches_reads_all_of_it_and_that_is_logged(as_, cleo, cohort, sat, ben):
    Quiz.objects.update(review=Quiz.Review.EXAM)
    address = reverse("quizzes:students_log", args=[cohort.pk, sat.pk])
    with capture_logs() as logged:
        shown = as_(cleo).get(address).content
    for words in (b"War everywhere", b"Too late", b"Points", b"anarchy-1, 1", b"Ben Okafor"):
        assert words in shown
    assert {"attempt": str(sat.pk), "student": ben.pk, "by": cleo.pk}.items() <= next(
        line for line in logged if line["event"] == "attempt_log_seen"
    ).items()


def test_an_attempt_of_another_cohort_is_not_there(as_, ada, eve, sat, quiz):
    other = eve.enrolments.get().cohort
    assert as_(ada).get(reverse("quizzes:students_log", args=[other.pk, sat.pk])).status_code == 404


def test_looking_as_staff_closes_nothing(as_, ada, cohort, ben_here, quiz):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    assert (
        as_(ada).get(reverse("quizzes:students_log", args=[cohort.pk, attempt.pk])).status_code
        == 200
    )
    attempt.refresh_from_db()
    assert attempt.is_open


def test_the_file_has_one_line_an_event_and_no_formula(as_, ben, sat):
    Mark.objects.filter(item__position=1).update(reason="=HYPERLINK(1)")
    Quiz.objects.update(attempts_allowed=1)
    reply = as_(ben).get(reverse("quizzes:log_table", args=[sat.pk]))
    rows = told(reply.content)
    assert reply["Content-Type"] == "text/csv; charset=utf-8"
    assert rows[0] == list(logbook.COLUMNS)
    assert len(rows) == 1 + 5 + 3
    assert "'=HYPERLINK(1)" in [row[-1] for row in rows]


def test_the_log_asks_the_database_four_times(sat, django_assert_num_queries):
    with django_assert_num_queries(4):
        logbook.log(sat)
