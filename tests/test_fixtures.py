"""The course as it is in the repository."""

import io

import pytest
from django.conf import settings
from django.core.management import call_command

from courses.content_io import comparing
from courses.models import Lesson
from quizzes.models import Evidence, Question

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
