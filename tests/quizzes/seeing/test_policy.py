"""What those who teach are told of what a student may see: by the student's own rules."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quizzes.models import Attempt, Quiz
from quizzes.seeing import policy
from quizzes.seeing.visibility import STUDENTS_SEE, TOTAL_ONLY, Phase
from quizzes.seeing.visibility import Item as Visible
from quizzes.sitting import attempts, reports
from quizzes.times import timing
from tests import factories
from tests.factories import NOON, minutes
from tests.regrading import sit

pytestmark = pytest.mark.django_db


def look(student, quiz, at):
    return policy.moment(student, quiz, at=NOON + minutes(at))


@pytest.fixture
def sat(ben_here, quiz) -> Attempt:
    return sit(ben_here, quiz, "a", "b", None, now=NOON + minutes(10))


def test_before_the_first_attempt_it_says_what_the_student_would_read(ada, ben_here, quiz):
    opens, closes = NOON + minutes(60), NOON + minutes(75)
    timing.set_schedule(
        ben_here.cohort, quiz, opens_at=opens, due_at=None, closes_at=closes, by=ada, now=NOON
    )
    assert look(ben_here, quiz, 0).refusal == "The quiz opens at 13:00 UTC."
    at_work = look(ben_here, quiz, 60)
    assert (at_work.refusal, at_work.attempts) == ("", [])
    assert "so 15 min from your start" in " ".join(at_work.receipt)
    assert look(ben_here, quiz, 75).refusal == "The quiz closed at 13:15 UTC."


def test_an_attempt_is_seen_as_it_stood_and_as_it_will_stand(ben_here, quiz):
    attempts.start(ben_here, quiz, now=NOON)
    assert look(ben_here, quiz, -1).attempts == []
    [under_way] = look(ben_here, quiz, 29).attempts
    assert (under_way.phase, under_way.state) == (Phase.DURING, "Under way until 12:30 UTC.")
    [closed] = look(ben_here, quiz, 60).attempts
    assert (closed.phase, closed.state) == (Phase.AGAIN, "Handed in at 12:30 UTC.")
    assert Attempt.objects.get().is_open  # nobody has closed it by looking


def test_it_says_what_the_students_own_result_shows_at_every_moment(ben_here, quiz, sat):
    attempts.reveal(ben_here, quiz, now=NOON + minutes(20))
    for at in (11, 19, 20, 200):
        [seen] = look(ben_here, quiz, at).attempts
        if at >= 20:
            assert seen.items == reports.result(sat, now=NOON + minutes(at)).items
        else:
            assert seen.items == TOTAL_ONLY
    [seen] = look(ben_here, quiz, 21).attempts
    assert seen.why == [
        "Ben Okafor asked for the answers at 12:20 UTC, which ended the attempts.",
        "So this student cannot earn credit any more.",
    ]
    assert (str(seen.percentage), seen.counts) == ("33.33", True)


def test_a_total_is_shown_once_it_is_marked(ben_here, module, lesson):
    item = factories.make_waiting_essay(ben_here, module)
    Quiz.objects.update(review="practice")
    quiz = Quiz.objects.get(pk=item.attempt.quiz_id)
    later = item.attempt.started_at + timedelta(days=1)
    [seen] = policy.moment(ben_here, quiz, at=later).attempts
    assert [seen.shows(each) for each in (Visible.ATTEMPT, Visible.SCORE)] == [
        "shown",
        "shown once it is marked",
    ]


def test_the_result_says_when_the_next_attempt_may_start(ben_here, quiz, sat):
    Quiz.objects.update(delay_first=3600)
    found = Attempt.objects.select_related("quiz__activity__module", "enrolment__cohort").get()
    ends = found.submitted_at + timedelta(hours=1)

    def again_at(now):
        return reports.result(found, now=now).choice.again_at

    assert [again_at(ends - timedelta(seconds=1)), again_at(ends)] == [ends, None]


def test_an_exam_names_whose_extension_it_waits_for(ada, ben_here, cohort, quiz):
    Quiz.objects.update(review="exam", attempts_allowed=1)
    quiz.refresh_from_db()
    timing.set_schedule(
        cohort, quiz, opens_at=None, due_at=None, closes_at=NOON + minutes(60), by=ada, now=NOON
    )
    sit(ben_here, quiz, "a")
    zoe = factories.enrol(factories.make_user("zoe", "Zoe Adeyemi"), cohort)
    timing.give_override(
        quiz,
        to=zoe,
        changes={"closes_at": NOON + minutes(120)},
        reason="ill",
        by=ada,
        now=NOON,
    )
    [seen] = look(ben_here, quiz, 90).attempts
    assert (seen.phase, seen.why[-1]) == (
        Phase.LATER,
        "It is closed for everybody at 14:00 UTC: because of Zoe Adeyemi's extension.",
    )
    [seen] = look(ben_here, quiz, 120).attempts
    assert (seen.phase, Visible.RIGHT_ANSWER in seen.items) == (Phase.CLOSED, True)


def test_the_page_looks_and_changes_nothing(as_, ada, ben_here, quiz, sat):
    """B7: an attempt whose time is up by then stays open, and no row but the look is written."""
    attempts.start(ben_here, quiz, now=NOON + minutes(15))
    url = reverse("quizzes:policy", args=[ben_here.cohort_id, "realism-quiz"])
    client = as_(ada)
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(url, {"student": ben_here.pk, "at": "2030-01-01 12:00"})
    assert page.status_code == 200
    assert b"Attempt 2" in page.content
    writes = [row["sql"] for row in asked if not row["sql"].startswith(("SELECT", "SAVEPOINT"))]
    (kept,) = [sql for sql in writes if not sql.startswith("RELEASE")]
    assert "courses_look" in kept
    assert Attempt.objects.open().count() == 1
    assert client.post(url).status_code == 405


@pytest.mark.parametrize("size", [1, 3])
def test_it_asks_as_often_whatever_the_number_of_attempts(
    ada, ben_here, quiz, size, django_assert_max_num_queries
):
    Quiz.objects.update(attempts_allowed=None)
    for number in range(size):
        sit(ben_here, quiz, "b", now=NOON + timedelta(minutes=number))
    with django_assert_max_num_queries(4):
        assert len(look(ben_here, quiz, 60).attempts) == size


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"student": ""}, "Choose a student."),
        ({"student": "999999"}, "This person does not study in the cohort."),
        ({"student": "x", "at": "noon"}, "Write a day and a time such as"),
        ({"student": "x", "at": "2026-03-29 02:30"}, "does not exist in Europe/Prague"),
    ],
)
def test_what_cannot_be_looked_at_gets_a_sentence(as_, ada, cohort, quiz, asked, sentence):
    cohort.time_zone = "Europe/Prague"
    cohort.save()
    page = as_(ada).get(reverse("quizzes:policy", args=[cohort.pk, "realism-quiz"]), asked)
    assert page.status_code == 422
    assert sentence in page.content.decode()


def test_the_table_of_presets_is_the_matrix_itself(as_, cleo, cohort):
    for preset in policy.presets():
        for place, phase in enumerate(Phase):
            shown = {
                item for item, (_words, row) in zip(Visible, preset.rows, strict=True) if row[place]
            }
            assert shown == STUDENTS_SEE[preset.name, phase]
    page = as_(cleo).get(reverse("quizzes:presets", args=[cohort.pk])).content.decode()
    assert page.count("<table") == 3
    assert "Handed in, and the student may still try again" in page


@pytest.mark.parametrize(
    ("method", "counting"),
    [
        ("highest", [False, True, False]),
        ("first", [True, False, False]),
        ("last", [False, False, True]),
        ("average", [True, True, True]),
    ],
)
def test_of_equal_attempts_the_cover_names_those_that_count(ben_here, quiz, method, counting):
    Quiz.objects.update(attempts_allowed=5, grade_method=method, review="practice")
    quiz.refresh_from_db()
    for number, tokens in enumerate(("baa", "aaa", "aab")):
        sit(ben_here, quiz, *tokens, now=NOON + minutes(40 * number))
    end = NOON + minutes(300)
    assert [past.counts for past in reports.cover(quiz, ben_here, now=end).attempts] == counting
    seen = policy.moment(ben_here, quiz, at=end)
    assert [one.counts for one in seen.attempts] == counting
