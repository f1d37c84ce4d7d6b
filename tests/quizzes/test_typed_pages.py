"""Answers that are typed, on the pages: kept if they cannot be read, escaped wherever they show."""

import pytest
from django.utils import timezone

from courses import authoring
from quizzes.authoring import publish
from quizzes.models import Attempt, CheckpointAnswer, Response
from quizzes.sitting import attempts
from tests import factories

pytestmark = pytest.mark.django_db

HOSTILE = '"><script>alert(1)</script>&amp;{{ 7 }}'


@pytest.fixture
def typed(ben_here, module, lesson) -> Attempt:
    """ben's open attempt at a short text, a number, a text with gaps and a date."""
    made = [
        factories.make_question(module, f"typed-{kind}", kind=kind, spec=factories.sample(kind))
        for kind in ("short-text", "numeric", "gap-text", "event-date")
    ]
    quiz = factories.make_quiz(module, made, review="practice")
    return attempts.start(ben_here, quiz, now=timezone.now())


def form(**answers: str) -> dict[str, str]:
    return {f"q{at}.revision": "0" for at in (1, 2, 3, 4)} | answers


def test_what_cannot_be_read_is_said_and_kept_and_the_rest_is_saved(as_, ben, typed):
    answer = as_(ben).post(
        f"/attempts/{typed.pk}/", form(q1="CIS", q2="1,084 bn USD", q4="15/05/1992")
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“1,084” can mean 1084 or 1.0840. Write one of these, without the comma." in page
    assert "“15/05/1992” is not a date that can be read here." in page
    assert 'value="1,084 bn USD"' in page
    assert 'value="15/05/1992"' in page
    # Beside the field stands why, tied to it, and the next request leads to the top of the page.
    assert 'id="s4" data-status>“15/05/1992” is not a date' in page
    assert page.count('aria-invalid="true"') == 2
    assert 'aria-describedby="p4 s4"' in page
    assert 'aria-describedby="s4 q4.hint"' in page
    assert 'method="post" action="."' in page
    assert [response.answer for response in Response.objects.all()] == ["CIS"]


def test_what_cannot_be_stored_comes_back_as_it_was_given(as_, ben, module, typed):
    long, gap, bens = "C" * 201, "T" * 101, as_(ben)
    given = form(**{"q1": long, "q2": "5\x00 bn USD", "q3.a": gap, "q3.b": "b"})
    page = bens.post(f"/attempts/{typed.pk}/", given).content.decode()
    assert "Gap 1: This answer has more than 100 characters. Shorten it." in page
    assert f'value="{long}"' in page
    assert 'value="5\ufffd bn USD"' in page
    assert f'value="{gap}"' in page
    assert '<option value="b" selected>' in page


def test_places_of_which_one_is_given_twice_come_back(as_, ben, ben_here, module, lesson):
    spec = factories.sample("ordering")
    question = factories.make_question(module, "order", kind="ordering", spec=spec)
    attempt = attempts.start(ben_here, factories.make_quiz(module, [question]), now=timezone.now())
    given = {"q1.a": "2", "q1.b": "2", "q1.d": "1", "q1.revision": "0"}
    page = as_(ben).post(f"/attempts/{attempt.pk}/", given).content.decode()
    assert "Two items have place 2. Give every item its own place." in page
    assert (page.count('value="2" selected'), page.count('value="1" selected')) == (2, 1)
    assert not Response.objects.exists()


def test_what_is_typed_is_escaped_at_work_and_in_the_review(as_, ben, typed):
    bens = as_(ben)
    bens.post(f"/attempts/{typed.pk}/", form(**{"q1": HOSTILE, "q3.a": HOSTILE}))
    assert {str(response.answer) for response in Response.objects.all()} == {
        HOSTILE,
        str({"place": HOSTILE}),
    }
    pages = [bens.get(f"/attempts/{typed.pk}/").content.decode()]
    bens.post(f"/attempts/{typed.pk}/submit/")
    pages.append(bens.get(f"/attempts/{typed.pk}/result/").content.decode())
    for page in pages:
        assert "<script>alert" not in page
        assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;{{ 7 }}") == 2


def test_a_long_or_unstorable_answer_is_refused_with_a_sentence(as_, ben, typed):
    bens = as_(ben)
    for text, sentence in [
        ("C" * 201, "This answer has more than 200 characters. Shorten it."),
        ("CIS\x00", "This answer holds a character that cannot be stored."),
    ]:
        answer = bens.post(f"/attempts/{typed.pk}/", form(q1=text))
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert not Response.objects.exists()


def test_a_typed_checkpoint_keeps_what_it_cannot_read_and_then_explains(as_, ben, lesson):
    question = lesson.activity.module.questions.get(key="anarchy-check")
    question.kind, question.spec = "numeric", factories.sample("numeric")
    question.save()
    publish(question, now=factories.NOON)
    authoring.content_saved(lesson)
    bens, path = as_(ben), "/checkpoints/anarchy/anarchy-check/"
    refused = bens.post(path, {"answer": "plenty"})
    assert refused.status_code == 422
    assert 'value="plenty"' in refused.content.decode()
    told = bens.post(path, {"answer": "58.7 bn USD"}).content.decode()
    assert "your answer, wrong" in told
    assert "1084.5 bn USD" in told
    assert CheckpointAnswer.objects.get().answer == "58.7 bn USD"
