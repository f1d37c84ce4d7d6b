"""What a student finds on the course's page when their answers were looked at again."""

import pytest
from django.utils import timezone

from quizzes.marks import contests, news, regrading
from quizzes.marks.news import FRESH, News
from tests.factories import minutes
from tests.regrading import correct, sit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("questions_contested", [1, 3])
def test_who_was_marked_again_or_answered_finds_it_on_the_course_page(
    as_,
    ada,
    ben,
    ben_here,
    eve,
    cohort,
    quiz,
    questions,
    questions_contested,
    django_assert_num_queries,
):
    now = timezone.now()
    quiz.review = "practice"  # its answers are shown at once
    quiz.save()
    attempt = sit(ben_here, quiz, "b", "b", "b")
    assert news.of(ben_here, now=now) == []
    made = [
        contests.contest(ben, attempt.pk, n, reason="Look.", option="b", passage="", now=now)
        for n in range(1, questions_contested + 1)
    ]
    for one in made:
        contests.decline(
            [one.pk],
            cohort=cohort,
            version=one.item.version,
            by=ada,
            answer="It stands.",
            citation="Waltz 1979, ch. 6",
            now=now,
        )
    correct(questions[0])
    regrade = regrading.preview(
        questions[0], version=None, policy="new", cohort=cohort, by=ada, reason="Key.", now=now
    )
    regrading.commit(regrade, by=ada, now=now + minutes(1))
    answered = [News(now, "Realism quiz", attempt.pk, n) for n in range(1, questions_contested + 1)]
    again = News(now + minutes(1), "Realism quiz", attempt.pk)
    with django_assert_num_queries(2):
        found = news.of(ben_here, now=now + minutes(2))
    assert (found[0], sorted(found[1:], key=lambda one: one.question)) == (again, answered)
    page = as_(ben).get("/courses/lenses/").content.decode()
    assert "Realism quiz: your attempt was marked again" in page
    assert "your objection to question 1 was answered" in page
    assert f'href="/attempts/{attempt.pk}/result/#q1"' in page
    assert "Key." not in page
    assert news.of(ben_here, now=now + FRESH + minutes(2)) == []
