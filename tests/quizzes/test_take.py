"""A student takes a quiz in the browser: by plain forms, and by the script's saves."""

import json
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.models import Attempt, CheckpointAnswer, Quiz, Response
from quizzes.sitting import attempts
from tests import factories

pytestmark = pytest.mark.django_db

JSON = {"HTTP_ACCEPT": "application/json"}
OPERATION = "0b8f3f3e-5d0c-4c1a-9d6e-2f1a7c3b9e10"


@pytest.fixture
def bens(as_, ben):
    return as_(ben)


@pytest.fixture
def attempt(ben_here, quiz) -> Attempt:
    return attempts.start(ben_here, quiz, now=timezone.now())


def page(name: str, attempt: Attempt, *more: object) -> str:
    return reverse(f"quizzes:{name}", args=[attempt.pk, *more])


def ack(response) -> dict:
    return json.loads(response.content)


def test_a_quiz_from_cover_to_result_without_scripts(bens, quiz):
    quiz.attempts_allowed = 1
    quiz.save()
    cover = bens.get("/quizzes/realism-quiz/")
    assert b"You have 30 min from the moment you start." in cover.content
    started = bens.post("/quizzes/realism-quiz/", follow=True)
    attempt = Attempt.objects.get()
    assert started.redirect_chain == [(page("attempt", attempt), 302)]
    answers = {"q1": "a", "q2": "b", "q3": ""}
    form = answers | {f"q{position}.revision": "0" for position in (1, 2, 3)}
    confirm = bens.post(page("attempt", attempt), form | {"finish": "1"}, follow=True)
    assert confirm.redirect_chain == [(page("submit", attempt), 302)]
    assert b"1 question has no answer yet." in confirm.content
    result = bens.post(page("submit", attempt), follow=True)
    assert result.redirect_chain == [(page("result", attempt), 302)]
    assert b"33.33" in result.content
    assert b'href="/courses/lenses/lessons/anarchy/#anarchy"' in result.content
    home = bens.get("/")
    assert home.context["studying"][0].steps[-1].score == Decimal("33.33")


def test_the_open_page_shows_no_key_and_no_stable_names(bens, attempt):
    content = bens.get(page("attempt", attempt)).content.decode()
    for secret in ("option-1", "misconception", "lack of a ruler", "About no authority", "says so"):
        assert secret not in content
    assert content.count('name="q1"') == 3


def test_a_save_is_acknowledged_by_attempt_question_revision_and_digest(bens, attempt):
    fields = {"q2": "b", "q2.revision": "0", "operation": OPERATION}
    response = bens.post(page("save", attempt, 2), fields, **JSON)
    stored = Response.objects.get()
    assert (str(stored.operation), stored.source) == (OPERATION, "page")
    assert ack(response) == {
        "saved": True,
        "attempt": str(attempt.pk),
        "position": 2,
        "revision": 1,
        "saved_at": stored.saved_at.isoformat(),
        "shown": "b",
        "digest": attempts.digest("b"),
        "certainty": None,
        "operation": OPERATION,
        "newest": 1,
        "stands": None,
        "deadline": attempt.deadline.isoformat(),
        "seconds_left": 1799,
    }


def test_a_stale_save_is_told_what_is_stored(bens, attempt):
    url = page("save", attempt, 1)
    bens.post(url, {"q1": "a", "q1.revision": "0"}, **JSON)
    response = bens.post(url, {"q1": "b", "q1.revision": "0"}, **JSON)
    assert response.status_code == 409
    reply = ack(response)
    assert (reply["saved"], reply["reason"], reply["revision"], reply["shown"]) == (
        False,
        "stale",
        1,
        "a",
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"q1": "z", "q1.revision": "0"}, "That is not one of the choices on this page."),
        ({"q1": "a"}, "The page did not say which answer it replaces."),
        ({"q1": "a", "q1.revision": "-1"}, "The page did not say which answer it replaces."),
        ({"q1": "a", "q1.revision": "9" * 50}, "The page did not say which answer it replaces."),
        ({"q1": "a\x00", "q1.revision": "0"}, "That is not one of the choices on this page."),
        ({"q1": ["a", "b"], "q1.revision": "0"}, "Choose one answer only."),
        ({"q1.a": "b", "q1.revision": "0"}, "What came is no answer to the question on this page."),
    ],
)
def test_a_malformed_save_gets_a_sentence_and_stores_nothing(bens, attempt, fields, sentence):
    response = bens.post(page("save", attempt, 1), fields, **JSON)
    assert response.status_code == 422
    assert (ack(response)["saved"], ack(response)["reason"]) == (False, "malformed")
    assert ack(response)["message"].startswith(sentence)
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"q1": "a"}, "The page did not say which answer it replaces."),
        ({"q1": "a", "next": "1"}, "The page did not say which answer it replaces."),
        ({"q1": "a", "check": "1"}, "The page did not say which answer it replaces."),
        ({"q1": "a", "q1.revision": ["7", "0"]}, "The page did not say which answer it replaces."),
        ({"q1[]": "a", "q1.revision": "0"}, "What came is no answer to the question on this page."),
        ({"q1": "a", "q1.revision": "\u0660"}, "The page did not say which answer it replaces."),
        ({"q2": "a", "check": "1"}, "The page did not say which answer it replaces."),
        ({}, "What is on the page did not come with your request."),
        ({"next": "1"}, "What is on the page did not come with your request."),
        ({"finish": "1"}, "What is on the page did not come with your request."),
        ({"check": "1"}, "What is on the page did not come with your request."),
    ],
)
@pytest.mark.parametrize("navigation", ["free", "sequential"])
def test_a_page_of_which_a_part_has_not_come_is_not_called_saved(
    bens, ben_here, quiz, fields, sentence, navigation
):
    Quiz.objects.update(navigation=navigation)
    attempt = attempts.start(ben_here, Quiz.objects.get(), now=timezone.now())
    response = bens.post(reverse("quizzes:attempt", args=[attempt.pk]), fields, follow=True)
    if navigation == "sequential" and "q2" in fields:
        sentence = "You get to question 2 once you have gone on from question 1."
    assert sentence in unescape(response.content.decode())
    assert "All answers on the page are saved." not in response.content.decode()
    assert not Response.objects.exists()
    assert not attempt.items.filter(left_at__isnull=False).exists()


def test_a_question_that_is_not_there_is_refused(bens, attempt):
    response = bens.post(page("save", attempt, 99), {"q99": "a", "q99.revision": "0"}, **JSON)
    assert (response.status_code, ack(response)["message"]) == (
        422,
        "This attempt has no question 99.",
    )


def test_a_save_after_the_end_says_so_and_the_attempt_is_handed_in(bens, attempt):
    Attempt.objects.update(
        deadline=timezone.now() - timedelta(minutes=1),
        closes_at=timezone.now() - timedelta(seconds=50),
    )
    response = bens.post(page("save", attempt, 1), {"q1": "a", "q1.revision": "0"}, **JSON)
    assert response.status_code == 410
    assert (ack(response)["saved"], ack(response)["reason"]) == (False, "closed")
    assert ack(response)["message"].startswith("Time is up.")
    assert Attempt.objects.get().state == "submitted"


def test_opening_an_expired_attempt_leads_to_its_result(bens, attempt):
    Attempt.objects.update(
        deadline=timezone.now() - timedelta(minutes=1),
        closes_at=timezone.now() - timedelta(seconds=50),
    )
    response = bens.get(page("attempt", attempt))
    assert (response.status_code, response["Location"]) == (302, page("result", attempt))


def test_pressing_submit_twice_leads_to_the_same_result(bens, attempt):
    for _ in range(2):
        response = bens.post(page("submit", attempt))
        assert (response.status_code, response["Location"]) == (302, page("result", attempt))


def test_starting_twice_goes_on_with_the_attempt_under_way(bens, quiz):
    first = bens.post("/quizzes/realism-quiz/")
    second = bens.post("/quizzes/realism-quiz/")
    assert first["Location"] == second["Location"]
    assert Attempt.objects.count() == 1


def test_when_attempts_are_used_up_the_cover_says_so(bens, ben, ben_here, quiz):
    for _ in range(2):
        attempt = attempts.start(ben_here, quiz, now=timezone.now())
        attempts.submit(ben, attempt.pk, now=timezone.now())
    response = bens.post("/quizzes/realism-quiz/", follow=True)
    assert b"You have used all attempts: 2 of 2." in response.content
    assert Attempt.objects.count() == 2


def test_the_whole_form_keeps_what_is_good_and_names_what_is_not(bens, attempt):
    form = {"q1": "z", "q2": "b"} | {f"q{position}.revision": "0" for position in (1, 2, 3)}
    response = bens.post(page("attempt", attempt), form)
    assert response.status_code == 422
    assert b"That is not one of the choices on this page." in response.content
    assert [row.item.position for row in Response.objects.select_related("item")] == [2]


def test_a_question_that_is_not_there_keeps_none_of_the_form_from_being_stored(bens, attempt):
    form = {"q1": "a", "q1.revision": "0", "q77.revision": "0"}
    response = bens.post(page("attempt", attempt), form)
    assert response.status_code == 422
    assert b"This attempt has no question 77." in response.content
    assert [row.item.position for row in Response.objects.select_related("item")] == [1]


def test_an_answer_to_another_kind_of_question_wipes_out_nothing(bens, attempt):
    bens.post(page("save", attempt, 1), {"q1": "a", "q1.revision": "0"}, **JSON)
    fields = {"q1.b": "1", "q1.revision": "1"}
    assert ack(bens.post(page("save", attempt, 1), fields, **JSON))["reason"] == "malformed"
    assert bens.post(page("attempt", attempt), fields).status_code == 422
    assert [row.revision for row in Response.objects.all()] == [1]


def test_a_stale_answer_in_the_form_stays_on_the_page_beside_what_is_stored(bens, attempt):
    bens.post(page("save", attempt, 1), {"q1": "b", "q1.revision": "0"}, **JSON)
    response = bens.post(page("attempt", attempt), {"q1": "a", "q1.revision": "0"})
    assert response.status_code == 422
    question = response.context["questions"][0]
    chosen = [choice["token"] for choice in question.presented["choices"] if choice["chosen"]]
    assert (chosen, question.revision) == (["a"], 1)
    assert b"Stored: War everywhere" in response.content


def test_a_signed_out_save_stores_nothing_and_never_says_saved(client, attempt):
    response = client.post(page("save", attempt, 1), {"q1": "a", "q1.revision": "0"}, **JSON)
    assert response.status_code == 302
    assert not Response.objects.exists()


def test_a_forged_form_is_refused_with_a_page_that_helps(ben, attempt):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    response = strict.post(page("submit", attempt))
    assert response.status_code == 403
    attempt.refresh_from_db()
    assert attempt.is_open


def test_the_result_of_an_exam_tells_the_score_and_hides_the_key(bens, quiz, ben_here):
    quiz.review = "exam"
    quiz.save()
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    bens.post(page("submit", attempt))
    content = bens.get(page("result", attempt)).content.decode()
    assert "0 of 3 points" in content
    for secret in ("lack of a ruler", "About no authority", "says so", "#anarchy"):
        assert secret not in content


def test_a_checkpoint_answers_at_once_and_is_kept_without_a_grade(bens, lesson):
    url = reverse("quizzes:checkpoint", args=["anarchy", "anarchy-check"])
    shown = bens.get(url).context["presented"]["choices"]
    right = next(choice["token"] for choice in shown if choice["html"] == "No")
    response = bens.post(url, {"answer": right})
    assert (response.status_code, response.context["tried"].outcome) == (200, "right")
    assert b"About no." in response.content
    assert [str(kept.fraction) for kept in CheckpointAnswer.objects.all()] == ["1.00000"]


def test_a_checkpoint_without_an_answer_asks_for_one(bens, lesson):
    url = reverse("quizzes:checkpoint", args=["anarchy", "anarchy-check"])
    response = bens.post(url, {})
    assert response.status_code == 422
    assert b"Choose an answer first." in response.content
    assert not CheckpointAnswer.objects.exists()


def test_htmx_gets_the_piece_and_not_the_page(bens, lesson):
    url = reverse("quizzes:checkpoint", args=["anarchy", "anarchy-check"])
    piece = bens.get(url, HTTP_HX_REQUEST="true").content
    assert b"<html" not in piece
    assert b"Is anarchy chaos?" in piece


@pytest.mark.parametrize("size", [1, 3])
def test_the_open_page_asks_the_database_four_times(
    bens, module, questions, ben_here, django_assert_num_queries, size
):
    quiz = factories.make_quiz(module, questions[:size], key=f"quiz-of-{size}")
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    with django_assert_num_queries(4):
        bens.get(page("attempt", attempt))


@pytest.mark.parametrize("size", [1, 3])
def test_a_save_asks_the_database_five_times_and_writes_once(
    bens, module, questions, ben_here, django_assert_num_queries, size
):
    quiz = factories.make_quiz(module, questions[:size], key=f"quiz-of-{size}")
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    with django_assert_num_queries(7) as asked:  # a savepoint's two statements are the test's own
        bens.post(page("save", attempt, 1), {"q1": "a", "q1.revision": "0"}, **JSON)
    writes = [row["sql"] for row in asked if row["sql"].startswith(("INSERT", "UPDATE"))]
    assert len(writes) == 1
