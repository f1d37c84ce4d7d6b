"""What a learner reads, and what is kept of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses import dashboards
from courses.models import Record
from tests import factories

pytestmark = pytest.mark.django_db

LESSON = "/courses/lenses/lessons/anarchy/"


def test_a_lesson_is_printed_as_it_was_rendered(as_, ben, lesson):
    content = as_(ben).get(LESSON).content.decode()
    assert '<p id="not-chaos">It is not chaos: states know rules' in content
    assert 'href="sources/#source-waltz1979"' in content
    assert 'href="/checkpoints/anarchy/anarchy-check/"' in content
    assert "What is left when nobody rules?" in content


@pytest.mark.parametrize("headers", [{}, {"hx-request": "true"}])
def test_what_a_lesson_cites_stands_on_its_own_page_and_fits_into_the_lessons(
    as_, ben, lesson, headers
):
    reply = as_(ben).get(f"{LESSON}sources/", headers=headers)
    assert 'id="source-waltz1979"' in reply.content.decode()
    assert [source.key for source in reply.context["apparatus"].sources] == ["waltz1979"]
    assert b"<html" not in reply.content if headers else b"<html" in reply.content


def test_reading_writes_nothing_and_saying_so_writes_once(as_, ben, ben_here, lesson):
    bens = as_(ben)
    bens.get(LESSON)
    assert not Record.objects.exists()
    for _ in range(2):
        bens.post(f"{LESSON}done/")
    record = Record.objects.get()
    assert (record.enrolment, record.activity) == (ben_here, lesson.activity)
    assert timezone.now() - record.completed_at < timedelta(minutes=1)


def test_having_read_can_be_taken_back(as_, ben, lesson):
    bens = as_(ben)
    bens.post(f"{LESSON}done/")
    bens.post(f"{LESSON}done/", {"undo": "1"})
    assert Record.objects.get().completed_at is None


def test_done_leads_to_the_next_step_and_home_shows_the_progress(as_, ben, quiz):
    bens = as_(ben)
    assert bens.post(f"{LESSON}done/")["Location"] == "/quizzes/realism-quiz/"
    progress = bens.get("/").context["studying"][0]
    assert (progress.done, progress.total, progress.percent) == (1, 2, 50)
    assert progress.next.title == "Realism quiz"


def test_an_optional_step_is_offered_when_all_required_ones_are_done(ben_here, lesson, quiz):
    quiz.activity.required = False
    quiz.activity.save()
    Record.objects.create(
        enrolment=ben_here,
        activity=lesson.activity,
        started_at=factories.NOON,
        completed_at=factories.NOON,
    )
    progress = dashboards.course_progress(ben_here.cohort.course, ben_here)
    assert (progress.done, progress.total, progress.next.title) == (1, 1, "Realism quiz")


@pytest.mark.parametrize("lessons", [1, 3])
def test_a_lesson_asks_the_database_five_times(
    as_, ben, module, lesson, django_assert_num_queries, lessons
):
    for number in range(1, lessons):
        factories.make_lesson(module, f"more-{number}")
    bens = as_(ben)
    with django_assert_num_queries(5) as asked:
        bens.get(LESSON)
    assert [row for row in asked if not row["sql"].startswith("SELECT")] == []


@pytest.mark.parametrize("lessons", [1, 3])
def test_the_course_page_asks_as_often_whatever_its_size(
    as_, ben, module, lesson, django_assert_num_queries, lessons
):
    for number in range(1, lessons):
        factories.make_lesson(module, f"more-{number}")
    bens = as_(ben)
    with django_assert_num_queries(11):
        bens.get("/courses/lenses/")


def test_the_glossary_says_where_a_term_is_used(as_, ben, eve, lesson):
    (_, (entry,)) = as_(ben).get("/glossary/").context["letters"][0]
    assert [(place.title, place.url) for place in entry.places] == [
        ("Anarchy", f"{LESSON}#anarchy")
    ]
    (_, (foreign,)) = as_(eve).get("/glossary/").context["letters"][0]
    assert list(foreign.places) == []


def test_the_sources_say_which_paragraph_cites_them(as_, ben, lesson):
    (kind, (entry,)) = as_(ben).get("/sources/").context["groups"][0]
    assert (kind, [(place.url, place.locator) for place in entry.places]) == (
        "Books",
        [(f"{LESSON}#anarchy", "ch. 6")],
    )


def test_an_unknown_lesson_gets_a_friendly_page(as_, ben, lesson):
    response = as_(ben).get("/courses/lenses/lessons/nothing/")
    assert response.status_code == 404
    assert b"<h1" in response.content
