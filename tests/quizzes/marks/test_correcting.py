"""Regrades of many attempts: in the background, with the guarantees of those at once."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from courses.refusals import Refused
from quizzes import jobs, tasks
from quizzes.marks import correcting, regrading
from quizzes.models import Attempt, Mark, Question, Regrade, RegradeJob
from quizzes.sitting import attempts
from tests.quizzes.marks.test_regrading_races import agreed
from tests.races import at_once
from tests.regrading import LATER, correct, sit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def corrected(ben_here, quiz, questions, monkeypatch) -> Question:
    """ben's only attempt is right by the new key, and is already more than anybody waits for."""
    monkeypatch.setattr(correcting, "AT_ONCE", 0)
    sit(ben_here, quiz, "b", "a")
    correct(questions[0])
    return Question.objects.select_related("module", "current").get(pk=questions[0].pk)


@pytest.fixture
def ask(corrected, cohort, as_, ada):
    """The form, sent; the page that it leads to."""

    def ask(**terms) -> str:
        page = reverse("quizzes:regrade_question", args=[cohort.pk, corrected.key])
        said = {"version": corrected.current_id, "policy": "new", "reason": "Key.", **terms}
        return as_(ada).post(page, said)["Location"]

    return ask


@pytest.fixture
def previewed(corrected, cohort, ada) -> Regrade:
    return regrading.preview(
        corrected, version=None, policy="new", cohort=cohort, by=ada, reason="Key.", now=LATER
    )


def ask_commit(regrade, cohort, by) -> RegradeJob:
    return correcting.commit(
        regrade, cohort=cohort, by=by, now=timezone.now(), send=tasks.regrade.enqueue
    )


def test_a_preview_of_many_shows_how_far_it_is_and_leads_to_what_it_found(ask, as_, ada):
    page = ask()
    assert "/regrades/jobs/" in page
    assert "It waits for its turn." in as_(ada).get(page).content.decode()
    RegradeJob.objects.update(state="working", alive_at=timezone.now(), done=4, whole=10)
    assert "4 of 10 attempts looked at" in as_(ada).get(page).content.decode()
    htmx = {"HX-Request": "true"}
    first = as_(ada).get(page, headers=htmx)
    assert b"<html" not in first.content
    again = {**htmx, "If-None-Match": first["ETag"]}
    assert as_(ada).get(page, headers=again).status_code == 304
    RegradeJob.objects.update(state="waiting")
    tasks.regrade.func(RegradeJob.objects.get().pk)
    regrade = Regrade.objects.get()
    assert (regrade.state, regrade.summary["moved"]) == ("preview", 1)
    found = reverse("quizzes:regrade", args=[regrade.cohort_id, regrade.pk])
    assert as_(ada).get(page)["Location"] == found
    assert as_(ada).get(page, headers=again)["HX-Redirect"] == found


def test_the_same_asked_for_twice_is_looked_at_once_and_other_terms_are_another(ask):
    assert ask() == ask()
    assert ask(policy="full") != ask()
    assert RegradeJob.objects.count() == 2


def test_what_may_not_be_is_told_at_once_and_nothing_is_asked_for(ask, corrected, cohort, as_, ada):
    page = reverse("quizzes:regrade_question", args=[cohort.pk, corrected.key])
    refused = as_(ada).post(page, {"version": corrected.current_id, "policy": "new", "reason": ""})
    assert (refused.status_code, RegradeJob.objects.count()) == (422, 0)


def test_a_commit_of_many_is_done_once_whoever_presses_how_often(previewed, cohort, as_, ada):
    page = reverse("quizzes:regrade", args=[cohort.pk, previewed.pk])
    place = as_(ada).post(page, {"act": "commit"})["Location"]
    assert as_(ada).post(page, {"act": "commit"})["Location"] == place
    told = as_(ada).get(page).content.decode()
    assert "being committed" in told
    assert 'value="commit"' not in told
    assert Mark.objects.filter(regrade=previewed).count() == 0
    for _again in range(2):
        tasks.regrade.func(RegradeJob.objects.get().pk)
    assert as_(ada).get(place)["Location"] == page
    assert "Marked again" in as_(ada).get(page).content.decode()
    assert Mark.objects.filter(regrade=previewed).count() == 1
    assert agreed()


def test_the_history_says_what_is_true_of_a_regrade_and_leads_to_where_it_is_told(
    ask, previewed, cohort, as_, ada
):
    def told() -> str:
        page = as_(ada).get(reverse("quizzes:regrades", args=[cohort.pk]))
        return " ".join(page.content.decode().split())

    assert "looked at, not committed" in told()
    job = ask_commit(previewed, cohort, ada)
    place = reverse("quizzes:regrade_job", args=[cohort.pk, job.pk])
    assert f'<a href="{place}">waits to be committed</a>' in told()
    jobs_ = RegradeJob.objects.filter(pk=job.pk)
    jobs_.update(state="working", alive_at=timezone.now())
    assert f'<a href="{place}">being committed</a>' in told()
    jobs_.update(done=500, whole=1200)
    assert "being committed, 500 of 1200 attempts" in told()
    jobs_.update(state="failed", finished_at=timezone.now())
    assert f'<a href="{place}">could not be committed</a>' in told()
    jobs_.update(state="waiting")
    tasks.regrade.func(job.pk)
    assert "committed, " in told()
    assert place not in told()
    looking = ask(policy="full")
    assert f'<a href="{looking}">' in told()
    assert "waits for its turn" in told()


def test_a_commit_is_refused_in_words_when_something_has_moved(
    previewed, cohort, as_, ada, ben_here, quiz
):
    job = ask_commit(previewed, cohort, ada)
    sit(ben_here, quiz, "a", now=LATER)
    tasks.regrade.func(job.pk)
    told = as_(ada).get(reverse("quizzes:regrade_job", args=[cohort.pk, job.pk])).content.decode()
    assert "Something has moved since this preview" in told
    assert (Mark.objects.filter(regrade=previewed).count(), Regrade.objects.get().state) == (
        0,
        "preview",
    )


def test_a_worker_that_dies_in_a_commit_leaves_nothing_or_all_of_it(previewed, cohort, ada):
    job = ask_commit(previewed, cohort, ada)
    now = timezone.now()
    assert correcting.take_up(job.pk, now=now) is not None  # it dies here, or after the commit
    regrading.commit(previewed, by=ada, now=now)
    assert correcting.take_up(job.pk, now=now + jobs.SLOW) is None  # it may still be at work
    later = now + job.silence + timedelta(seconds=1)
    assert correcting.under_way(previewed, now=later, send=tasks.regrade.enqueue).tries == 1
    tasks.regrade.func(job.pk)
    job.refresh_from_db()
    assert (job.state, job.tries) == ("ready", 2)
    assert Mark.objects.filter(regrade=previewed).count() == 1


def test_asking_to_commit_at_once_makes_one_job_and_doing_it_at_once_one_commit(
    previewed, cohort, ada
):
    asked = at_once(*[lambda: ask_commit(previewed, cohort, ada).pk] * 4)
    assert len(set(asked)) == 1
    taken = at_once(*[lambda: correcting.take_up(asked[0], now=timezone.now())] * 4)
    (job,) = [each for each in taken if each is not None]
    at_once(*[lambda: correcting.do(job, clock=timezone.now)] * 4)
    assert Mark.objects.filter(regrade=previewed).count() == 1
    assert agreed()


@pytest.mark.parametrize("round_", range(3))
def test_a_submit_beside_a_commit_in_the_background_loses_neither(
    previewed, cohort, ada, ben, ben_here, quiz, round_
):
    open_one = attempts.start(ben_here, quiz, now=LATER)
    job = ask_commit(previewed, cohort, ada)
    _done, submitted = at_once(
        lambda: tasks.regrade.func(job.pk), lambda: attempts.submit(ben, open_one.pk, now=LATER)
    )
    assert submitted.state == Attempt.State.SUBMITTED
    job.refresh_from_db()
    assert (job.state, bool(job.fault)) in {("ready", False), ("failed", True)}
    assert (job.state == "ready") == (Mark.objects.filter(regrade=previewed).count() == 1)
    assert agreed()


def test_looking_at_a_commit_waits_for_nobody_who_writes(previewed, cohort, as_, ada):
    """SQLite lets one write at a time, and a commit of many attempts writes for long."""
    job = ask_commit(previewed, cohort, ada)
    client = as_(ada)
    place = reverse("quizzes:regrade_job", args=[cohort.pk, job.pk])
    client.get(place)
    writing, over = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            Regrade.objects.filter(pk=previewed.pk).update(reason="Key!")
            writing.set()
            over.wait(30)
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert writing.wait(30)
    begun = time.monotonic()
    codes = [client.get(place).status_code for _again in range(3)]
    took = time.monotonic() - begun
    over.set()
    thread.join()
    assert codes == [200] * 3
    assert took < 10


def test_who_instructs_there_no_longer_changes_nothing(previewed, cohort, ada):
    job = ask_commit(previewed, cohort, ada)
    ada.enrolments.update(withdrawn_at=LATER)
    tasks.regrade.func(job.pk)
    job.refresh_from_db()
    assert (job.state, Mark.objects.filter(regrade=previewed).count()) == ("failed", 0)
    with pytest.raises(Refused):
        regrading.commit(previewed, by=ada, now=LATER)
