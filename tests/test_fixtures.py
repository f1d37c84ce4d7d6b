"""The course as it is in the repository."""

import io

import pytest
from django.conf import settings
from django.core.management import call_command

from courses.content_io import comparing
from courses.models import Lesson
from quizzes.models import Evidence, Question, Quiz
from quizzes.sitting.behaviours import Behaviour

FIXTURES = settings.BASE_DIR / "fixtures"


@pytest.mark.django_db
def test_plain_loaddata_fills_an_empty_site_and_load_content_finds_nothing_to_add():
    files = sorted((FIXTURES / "parallax").glob("*.yaml"))
    files += sorted((FIXTURES / "parallax").glob("*/*.yaml"))
    call_command("loaddata", *map(str, files), verbosity=0)

    assert Question.objects.filter(status="ready").count() == Question.objects.ready().count()
    assert not Lesson.objects.filter(words=0).exists()
    assert not Evidence.objects.stale().exists()

    out = io.StringIO()
    call_command("load_content", FIXTURES, stdout=out)
    assert out.getvalue().splitlines()[-1] == comparing.NOTHING


@pytest.mark.django_db
def test_practice_gives_hints_between_tries_as_often_as_one_likes_and_counts_for_nothing(shelf):
    shelf.fill()

    practice = Quiz.objects.filter(review=Quiz.Review.PRACTICE)
    rules = practice.values_list("behaviour", "attempts_allowed", "activity__weight")
    assert set(rules) == {(Behaviour.INTERACTIVE, None, 0)}
    for question in Question.objects.practice().select_related("current"):
        spec = question.current.spec
        assert spec.get("hints"), question.key
        if question.kind == "single":  # or the last try would be no choice
            assert len(spec["hints"]) + 1 < len(spec["options"]), question.key
    for question in Question.objects.graded().select_related("current"):
        assert "hints" not in question.current.spec, question.key
