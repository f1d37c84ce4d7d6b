"""Schedules, overrides and extra time: who may set them, whom they reach, what pages say."""

from copy import copy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from courses import gradebook, roster, rosterfile
from courses.models import Enrolment, Group, Record, Role
from courses.refusals import Refused
from quizzes.models import Attempt, Override, Quiz, Schedule
from quizzes.seeing.visibility import Item as Visible
from quizzes.sitting import attempts, reports
from quizzes.sitting.attempts import Answer, Closed, Saved
from quizzes.times import extending, holding, reopening, timing
from quizzes.times.availability import GRACE
from tests import factories
from tests.factories import NOON, minutes
from tests.regrading import sit

pytestmark = pytest.mark.django_db

HOUR = minutes(60)


@pytest.fixture
def attempt(ben_here, quiz) -> Attempt:
    return attempts.start(ben_here, quiz, now=NOON, seed=1)


@pytest.fixture
def zoe_here(cohort) -> Enrolment:
    return factories.enrol(factories.make_user("zoe", "Zoe Adler"), cohort)


def choose(token: str) -> Answer:
    return Answer(0, lambda kind, order: kind.parse_json(order, token))


def give(quiz, to, by, now=NOON, reason="ill", expires_at=None, **changes) -> Override:
    return timing.give_override(
        quiz, to=to, changes=changes, reason=reason, by=by, now=now, expires_at=expires_at
    )


def schedule(cohort, quiz, by, opens=None, due=None, closes=None, now=NOON) -> Schedule:
    return timing.set_schedule(
        cohort, quiz, opens_at=opens, due_at=due, closes_at=closes, by=by, now=now
    )


def group_of(cohort, by, *members, name="Evening") -> Group:
    group = timing.make_group(cohort, name=name, by=by)
    return timing.fill_group(group, members=members, by=by, now=NOON)


# --- Who may, and what is refused ---------------------------------------------------------------


def test_only_instructors_of_the_cohort_set_anything(
    ada, cleo, ben, eve, adam, ben_here, quiz, cohort
):
    override = give(quiz, ben_here, ada, time_limit=3600)
    group = group_of(cohort, ada)
    for other in (cleo, ben, eve, adam):
        for act in (
            lambda who: give(quiz, ben_here, who, time_limit=60),
            lambda who: schedule(cohort, quiz, who),
            lambda who: timing.revoke_override(override, by=who, now=NOON),
            lambda who: timing.change_time_factor(
                ben_here, factor=Decimal(2), reason="x", by=who, now=NOON
            ),
            lambda who: timing.make_group(cohort, name="Mine", by=who),
            lambda who: timing.fill_group(group, members=[], by=who, now=NOON),
        ):
            with pytest.raises(PermissionDenied):
                act(other)
    assert (Override.objects.count(), Schedule.objects.count(), Group.objects.count()) == (1, 0, 1)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"reason": "  "}, "Give a reason"),
        ({"reason": "x" * 301}, "at most 300 characters"),
        ({"time_limit": None}, "fill in at least one"),
        ({"expires_at": NOON}, "expiry lies in the past"),
        ({"opens_at": NOON, "closes_at": NOON}, "cannot close before it opens"),
        ({"opens_at": NOON, "due_at": NOON}, "cannot be due before it opens"),
        ({"due_at": NOON + HOUR, "closes_at": NOON}, "cannot close before it is due"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(ada, ben_here, quiz, wrong, sentence):
    with pytest.raises(Refused, match=sentence):
        give(quiz, ben_here, ada, **{"time_limit": 3600} | wrong)
    assert not Override.objects.exists()


def test_nothing_is_given_to_who_teaches_or_has_left(ada, cleo, ben_here, quiz, cohort):
    assistant = Enrolment.objects.get(user=cleo)
    with pytest.raises(Refused, match="does not study"):
        give(quiz, assistant, ada, time_limit=60)
    with pytest.raises(Refused, match="Only students"):
        group_of(cohort, ada, assistant)
    ben_here.withdrawn_at = NOON
    with pytest.raises(Refused, match="does not study"):
        give(quiz, ben_here, ada, time_limit=60)


def test_two_groups_of_a_cohort_have_two_names(ada, cohort):
    timing.make_group(cohort, name="Evening", by=ada)
    with pytest.raises(Refused, match="has a group “Evening” already"):
        timing.make_group(cohort, name=" Evening ", by=ada)


# --- What reaches whom --------------------------------------------------------------------------


def test_a_quiz_starts_when_its_schedule_says(ada, ben_here, quiz, cohort):
    schedule(cohort, quiz, ada, opens=NOON + HOUR, closes=NOON + 2 * HOUR)
    with pytest.raises(Refused, match="opens at 13:00 UTC"):
        attempts.start(ben_here, quiz, now=NOON)
    with pytest.raises(Refused, match="closed at 14:00 UTC"):
        attempts.start(ben_here, quiz, now=NOON + 2 * HOUR)
    give(quiz, ben_here, ada, opens_at=NOON, closes_at=NOON + 3 * HOUR)
    assert attempts.start(ben_here, quiz, now=NOON).deadline == NOON + minutes(30)


def test_a_personal_extension_goes_beyond_the_end_of_the_cohort(ada, ben_here, quiz, cohort):
    cohort.ends_on = NOON.date()
    cohort.save()
    give(quiz, ben_here, ada, closes_at=NOON + 48 * HOUR)
    ben_here.refresh_from_db()
    assert attempts.start(ben_here, quiz, now=NOON + 24 * HOUR).deadline == NOON + 24.5 * HOUR


def test_another_attempt_may_be_given(ada, ben, ben_here, quiz):
    for _ in range(2):
        attempts.submit(ben, attempts.start(ben_here, quiz, now=NOON).pk, now=NOON)
    with pytest.raises(Refused, match="You have used all attempts: 2 of 2."):
        attempts.start(ben_here, quiz, now=NOON)
    give(quiz, ben_here, ada, attempts_allowed=3, reason="the fire alarm")
    cover = reports.cover(quiz, ben_here, now=NOON)
    assert "You have 1 of 3 attempts left." in cover.rules
    assert "The number of attempts is raised for you: the fire alarm." in cover.rules
    assert attempts.start(ben_here, quiz, now=NOON).number == 3


@pytest.mark.invariant("C5")
def test_an_extension_moves_the_end_of_an_open_attempt_with_its_grace(ada, attempt, ben_here, quiz):
    give(quiz, ben_here, ada, time_limit=3600, now=NOON + minutes(5))
    attempt.refresh_from_db()
    assert (attempt.deadline, attempt.closes_at) == (NOON + HOUR, NOON + HOUR + GRACE)


def test_an_extension_revives_what_nobody_has_closed_yet(ada, ben, attempt, ben_here, quiz):
    late = NOON + minutes(31)
    give(quiz, ben_here, ada, time_limit=3600, now=late)
    saved = attempts.save(ben, attempt.pk, answers={1: choose("a")}, now=late + minutes(1))[1]
    assert (type(saved), saved.deadline) == (Saved, NOON + HOUR)


def test_an_extension_leaves_others_and_other_quizzes_alone(
    ada, attempt, ben_here, zoe_here, quiz, module, questions
):
    other = factories.make_quiz(module, questions, key="other-quiz")
    zoes = attempts.start(zoe_here, quiz, now=NOON)
    bens_other = attempts.start(ben_here, other, now=NOON)
    give(quiz, ben_here, ada, time_limit=3600)
    ends = dict(Attempt.objects.values_list("pk", "deadline"))
    assert ends == {
        attempt.pk: NOON + HOUR,
        zoes.pk: NOON + HOUR / 2,
        bens_other.pk: NOON + HOUR / 2,
    }


@pytest.mark.invariant("C5")
def test_shortening_into_the_past_ends_now_and_keeps_every_saved_answer(
    ada, ben, attempt, ben_here, quiz
):
    at = NOON + minutes(20)
    attempts.save(ben, attempt.pk, answers={1: choose("a")}, now=at)
    give(quiz, ben_here, ada, time_limit=600, now=at + minutes(1))
    attempt.refresh_from_db()
    assert (attempt.is_open, attempt.deadline) == (True, at + minutes(1))
    with pytest.raises(Closed, match="Time is up"):
        attempts.save(ben, attempt.pk, answers={2: choose("a")}, now=at + minutes(2))
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score, attempt.submitted_at) == (
        "submitted",
        1,
        at + minutes(1),
    )


def test_revoking_takes_it_back_from_open_attempts_and_keeps_the_row(ada, attempt, ben_here, quiz):
    override = give(quiz, ben_here, ada, time_limit=3600)
    timing.revoke_override(override, by=ada, now=NOON + minutes(1))
    timing.revoke_override(override, by=ada, now=NOON + minutes(2))
    attempt.refresh_from_db()
    assert attempt.deadline == NOON + minutes(30)
    assert (override.revoked_at, override.revoked_by) == (NOON + minutes(1), ada)


def test_an_attempt_begun_before_the_expiry_keeps_what_it_had(ada, ben_here, quiz):
    give(quiz, ben_here, ada, time_limit=3600, expires_at=NOON + minutes(1))
    attempt = attempts.start(ben_here, quiz, now=NOON)
    give(quiz, ben_here, ada, attempts_allowed=5, now=NOON + minutes(10))
    attempt.refresh_from_db()
    assert attempt.deadline == NOON + HOUR


def test_a_time_factor_reaches_open_attempts_in_every_quiz(ada, attempt, ben_here):
    timing.change_time_factor(
        ben_here, factor=Decimal("1.5"), reason="Dyslexia", by=ada, now=NOON + minutes(1)
    )
    attempt.refresh_from_db()
    ben_here.refresh_from_db()
    assert (attempt.deadline, ben_here.accommodation) == (NOON + minutes(45), "Dyslexia")
    for factor in ("0.5", "11", "NaN"):
        with pytest.raises(Refused, match="between 1 and 10"):
            timing.change_time_factor(
                ben_here, factor=Decimal(factor), reason="x", by=ada, now=NOON
            )


def test_joining_and_leaving_a_group_moves_open_attempts(ada, attempt, ben_here, quiz, cohort):
    group = timing.make_group(cohort, name="Evening", by=ada)
    give(quiz, group, ada, time_limit=3600)
    for members, end in (([ben_here], HOUR), ([], HOUR / 2)):
        timing.fill_group(group, members=members, by=ada, now=NOON)
        attempt.refresh_from_db()
        assert attempt.deadline == NOON + end


def test_the_schedule_moves_all_open_attempts_of_its_cohort_and_no_other(
    ada, attempt, quiz, cohort, course
):
    other = factories.enrol(factories.make_user("yan"), factories.make_cohort(course, "Other"))
    theirs = attempts.start(other, quiz, now=NOON)
    schedule(cohort, quiz, ada, closes=NOON + minutes(10))
    attempt.refresh_from_db()
    theirs.refresh_from_db()
    assert (attempt.deadline, theirs.deadline) == (NOON + minutes(10), NOON + minutes(30))


@pytest.mark.parametrize("students", [1, 3])
def test_moving_ends_costs_the_same_for_one_and_for_three(
    ada, quiz, cohort, students, django_assert_num_queries
):
    for number in range(students):
        student = factories.enrol(factories.make_user(f"student-{number}"), cohort)
        attempts.start(student, quiz, now=NOON)
    with django_assert_num_queries(21):
        schedule(cohort, quiz, ada, closes=NOON + minutes(10))
    assert set(Attempt.objects.values_list("deadline", flat=True)) == {NOON + minutes(10)}


@pytest.mark.invariant("C2")
def test_page_list_and_batch_agree_on_the_end(ada, ben_here, zoe_here, quiz, cohort):
    """One person's lookup and the lookup for many are two queries for one rule."""
    group = group_of(cohort, ada, ben_here)
    second = group_of(cohort, ada, ben_here, zoe_here, name="Second")
    give(quiz, group, ada, closes_at=NOON + HOUR)
    give(quiz, second, ada, closes_at=NOON + 2 * HOUR, due_at=NOON + HOUR)
    give(quiz, ben_here, ada, time_limit=2700)
    give(quiz, ben_here, ada, time_limit=2400, now=NOON + minutes(1))
    timing.revoke_override(give(quiz, ben_here, ada, time_limit=60), by=ada, now=NOON)
    schedule(cohort, quiz, ada, opens=NOON - HOUR, closes=NOON + minutes(20))
    book = timing.Book([quiz.pk], [cohort.pk])
    for enrolment in (ben_here, zoe_here):
        assert book.person(enrolment, quiz).at(NOON) == holding.person(enrolment, quiz).at(NOON)
    holds = holding.person(ben_here, quiz).at(NOON)
    assert (holds.time_limit.value, holds.closes_at.value) == (2400, NOON + 2 * HOUR)


# --- Late ---------------------------------------------------------------------------------------


def test_late_is_shown_to_both_sides(as_, ada, ben, ben_here, quiz, cohort):
    now = timezone.now()
    schedule(cohort, quiz, ada, due=now - minutes(5))
    attempt = attempts.start(ben_here, quiz, now=now)
    attempts.submit(ben, attempt.pk, now=now)
    bens, adas = as_(ben), as_(ada)
    assert b"Handed in late" in bens.get(reverse("quizzes:result", args=[attempt.pk])).content
    assert b'<span class="badge part">late</span>' in bens.get("/quizzes/realism-quiz/").content
    page = adas.get(timing_page(cohort)).content.decode()
    assert "1 was handed in late." in page
    give(quiz, ben_here, ada, due_at=now + minutes(5))
    assert timing.late_attempts(cohort, quiz) == []
    assert b"Handed in late" not in bens.get(reverse("quizzes:result", args=[attempt.pk])).content


# --- When an exam's key may be shown ------------------------------------------------------------


@pytest.fixture
def sat_exam(ben, ben_here, quiz, cohort, ada) -> Attempt:
    """An exam that closed an hour after noon for the cohort, handed in at noon."""
    quiz.review = "exam"
    quiz.save()
    schedule(cohort, quiz, ada, closes=NOON + HOUR)
    cohort.joining_open = False
    cohort.save()
    attempt = attempts.start(ben_here, quiz, now=NOON)
    return attempts.submit(ben, attempt.pk, now=NOON)


def shows_key(attempt: Attempt, now: datetime) -> bool:
    found = Attempt.objects.select_related("quiz__activity__module", "enrolment__cohort").get(
        pk=attempt.pk
    )
    return Visible.RIGHT_ANSWER in reports.result(found, now=now).items


def test_the_key_of_an_exam_is_shown_after_the_scheduled_close(sat_exam):
    assert not shows_key(sat_exam, NOON + HOUR - minutes(1))
    assert shows_key(sat_exam, NOON + HOUR)


def test_not_while_somebody_has_an_extension(sat_exam, ada, zoe_here, quiz):
    extension = give(quiz, zoe_here, ada, closes_at=NOON + 3 * HOUR)
    assert not shows_key(sat_exam, NOON + 2 * HOUR)
    assert shows_key(sat_exam, NOON + 3 * HOUR)
    timing.revoke_override(extension, by=ada, now=NOON)
    assert shows_key(sat_exam, NOON + 2 * HOUR)


def test_not_while_a_group_has_one_or_an_attempt_is_under_way(
    sat_exam, ada, zoe_here, quiz, cohort
):
    group = group_of(cohort, ada, zoe_here)
    give(quiz, group, ada, closes_at=NOON + 3 * HOUR, expires_at=NOON + 2 * HOUR)
    assert not shows_key(sat_exam, NOON + minutes(90))
    attempts.start(zoe_here, quiz, now=NOON + 2 * HOUR - minutes(1))
    assert not shows_key(sat_exam, NOON + 2 * HOUR)
    assert shows_key(sat_exam, NOON + 3 * HOUR)


def test_not_while_another_cohort_may_still_sit_it_unless_it_only_shows_the_site(
    sat_exam, ada, quiz, course, cohort
):
    later = factories.make_cohort(course, "Later", joining_open=False)
    assert shows_key(sat_exam, NOON + 2 * HOUR)  # nobody is in it, and nobody can join
    student = factories.enrol(factories.make_user("yan"), later)
    assert not shows_key(sat_exam, NOON + 2 * HOUR)
    student.withdrawn_at = NOON
    student.save()
    assert shows_key(sat_exam, NOON + 2 * HOUR)
    later.joining_open = True
    later.save()
    assert not shows_key(sat_exam, NOON + 2 * HOUR)
    later.demo = True
    later.save()
    assert shows_key(sat_exam, NOON + 2 * HOUR)


def test_a_cohort_without_an_end_never_closes(sat_exam, ada, quiz, cohort):
    schedule(cohort, quiz, ada)
    cohort.ends_on = None
    cohort.save()
    assert not shows_key(sat_exam, NOON + timedelta(days=9999))


# --- The end, asked by an open page -------------------------------------------------------------


def test_the_end_is_told_in_one_query_more_than_who_asks(
    as_, ada, ben, ben_here, quiz, django_assert_num_queries
):
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    client = as_(ben)
    url = reverse("quizzes:deadline", args=[attempt.pk])
    with django_assert_num_queries(3):  # the session, the person, the attempt
        reply = client.get(url).json()
    assert reply == {
        "attempt": str(attempt.pk),
        "open": True,
        "answering": True,
        "deadline": attempt.deadline.isoformat(),
        "seconds_left": reply["seconds_left"],
    }
    assert 1790 <= reply["seconds_left"] <= 1800
    give(quiz, ben_here, ada, time_limit=3600, now=timezone.now())
    assert client.get(url).json()["seconds_left"] > 3590
    attempts.submit(ben, attempt.pk, now=timezone.now())
    assert client.get(url).json()["open"] is False


def test_asking_for_the_end_closes_nothing(as_, ben, attempt):
    reply = as_(ben).get(reverse("quizzes:deadline", args=[attempt.pk])).json()
    assert (reply["open"], reply["seconds_left"]) == (False, 0)
    attempt.refresh_from_db()
    assert attempt.is_open


# --- The instructor's pages ---------------------------------------------------------------------


def timing_page(cohort) -> str:
    return reverse("quizzes:timing", args=[cohort.pk, "realism-quiz"])


def set_times(client, cohort, **fields):
    """As the page sends it that is opened now."""
    shown = client.get(timing_page(cohort)).context["shown"]
    sent = {f"schedule-{name}": value for name, value in fields.items()}
    return client.post(timing_page(cohort), {"act": "schedule", "shown": shown, **sent})


def test_times_that_were_changed_since_the_page_was_opened_are_not_written_over(
    as_, ada, quiz, cohort
):
    client = as_(ada)
    shown = client.get(timing_page(cohort)).context["shown"]
    timing.set_schedule(
        cohort,
        quiz,
        opens_at=None,
        due_at=None,
        closes_at=NOON + minutes(5),
        password="sesame",
        by=ada,
        now=NOON,
    )
    for sent in ({"shown": shown}, {}):
        refused = client.post(timing_page(cohort), {"act": "schedule", **sent})
        said = unescape(refused.content.decode())
        assert refused.status_code == 422
        assert "opens –, due –, closes 12:05 UTC on 5 October 2026; a password." in said
        assert Schedule.objects.get().password == "sesame"
    again = refused.context["shown"]
    client.post(timing_page(cohort), {"act": "schedule", "shown": again})
    assert (Schedule.objects.get().closes_at, Schedule.objects.get().password) == (None, "")


def test_the_same_given_twice_is_given_once(ada, ben_here, quiz):
    def give(**more):
        return timing.give_override(
            quiz, to=ben_here, changes={"time_limit": 2700}, reason="ill", by=ada, now=NOON, **more
        )

    first = give()
    assert give() == first
    assert give(expires_at=NOON + minutes(9)) != first
    timing.revoke_override(Override.objects.last(), by=ada, now=NOON)
    assert Override.objects.count() == 2
    give()  # taken back in between: it is given anew
    assert Override.objects.count() == 3


def test_times_are_typed_and_shown_in_the_zone_of_the_cohort(as_, ada, quiz, cohort):
    cohort.time_zone = "Europe/Prague"
    cohort.save()
    client = as_(ada)
    response = set_times(
        client, cohort, opens_at="2026-10-05T12:00", due_at="", closes_at="2026-12-05 18:00"
    )
    assert (response.status_code, response["Location"]) == (302, timing_page(cohort))
    stored = Schedule.objects.get()
    assert (stored.opens_at, stored.due_at, stored.closes_at) == (
        datetime(2026, 10, 5, 10, tzinfo=UTC),
        None,
        datetime(2026, 12, 5, 17, tzinfo=UTC),
    )
    page = client.get(timing_page(cohort)).content.decode()
    assert 'value="2026-10-05T12:00"' in page
    assert "All times on this page are those of Europe/Prague." in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-03-29T02:30", "02:30 on 29 March 2026 does not exist in Europe/Prague"),
        ("2026-10-25T02:30", "02:30 on 25 October 2026 comes twice in Europe/Prague"),
        ("soon", "Write a day and a time such as 2026-10-05 18:00."),
        ("2026-10-05T18:00Z", "Write a day and a time such as 2026-10-05 18:00."),
        ("9999-12-31T23:59", "Choose a year from 2000 to 2199."),
        ("2026-W41-1T18:00", "Write a day and a time such as 2026-10-05 18:00."),
    ],
)
def test_a_time_nobody_can_mean_is_refused_and_kept_in_the_form(
    as_, ada, quiz, cohort, typed, sentence
):
    cohort.time_zone = "Europe/Prague"
    cohort.save()
    response = set_times(as_(ada), cohort, due_at=typed)
    page = response.content.decode()
    assert (response.status_code, sentence in page, f'value="{typed}"' in page) == (422, True, True)
    assert not Schedule.objects.exists()


def test_an_override_is_given_listed_and_revoked_on_the_page(as_, ada, ben_here, quiz, cohort):
    client, page = as_(ada), timing_page(cohort)
    sent = {"act": "give", "give-whom": f"person-{ben_here.pk}", "give-minutes": "45"}
    refused = client.post(page, sent)
    assert refused.status_code == 422
    assert 'value="45"' in refused.content.decode()
    assert "Give a reason" in refused.content.decode()
    client.post(page, {**sent, "give-reason": "A broken arm"})
    override = Override.objects.get()
    assert (override.enrolment, override.time_limit, override.by) == (ben_here, 2700, ada)
    listed = client.get(page).content.decode()
    for words in ("Ben Okafor", "time limit 45 min", "A broken arm", "Ada Lindqvist"):
        assert words in listed
    client.post(page, {"act": "revoke", "override": override.pk})
    override.refresh_from_db()
    assert override.revoked_by == ada
    assert "revoked (Ada Lindqvist)" in client.get(page).content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {"act": "give", "give-whom": "person-999999", "give-minutes": "45", "give-reason": "x"},
        {"act": "give", "give-minutes": "0.1", "give-reason": "x"},
        {"act": "give", "give-minutes": "1e9", "give-reason": "x"},
        {"act": "give", "give-attempts_allowed": "-1", "give-reason": "x"},
        {"act": "give", "give-attempts_allowed": "9" * 5000, "give-reason": "x"},
        {"act": "give", "give-closes_at": "2026-10-05T18:00", "give-reason": "x\x00"},
        {"act": "schedule", "schedule-due_at": "2026-10-05T18:00\x00"},
        {"act": "dance"},
    ],
)
def test_malformed_forms_are_refused_and_change_nothing(as_, ada, ben_here, quiz, cohort, sent):
    sent = {"give-whom": f"person-{ben_here.pk}", **sent}
    assert as_(ada).post(timing_page(cohort), sent).status_code == 422
    assert not Override.objects.exists()
    assert not Schedule.objects.exists()


def test_somebody_elses_override_is_not_there(as_, ada, eve, quiz, course, cohort):
    other = factories.make_cohort(course, "Other")
    yan = factories.enrol(factories.make_user("yan"), other)
    factories.enrol(eve, other, Role.INSTRUCTOR)
    theirs = give(quiz, yan, eve, time_limit=60)
    for number in (theirs.pk, "", "x", "9" * 40):
        response = as_(ada).post(timing_page(cohort), {"act": "revoke", "override": number})
        assert response.status_code == 404
    theirs.refresh_from_db()
    assert theirs.revoked_at is None


def test_a_quiz_of_another_course_is_not_on_the_cohorts_pages(as_, ada, eve, cohort, quiz):
    elsewhere = factories.make_cohort(eve.enrolments.get().cohort.course, "Mine")
    factories.enrol(ada, elsewhere, Role.INSTRUCTOR)
    assert as_(ada).get(timing_page(elsewhere)).status_code == 404


def test_groups_are_made_and_filled_and_factors_set_on_their_page(as_, ada, ben_here, cohort):
    client, page = as_(ada), reverse("quizzes:groups", args=[cohort.pk])
    client.post(page, {"act": "make", "new-name": "Evening"})
    group = Group.objects.get()
    sent = {"act": f"fill-{group.pk}", f"group-{group.pk}-members": [ben_here.pk]}
    [(_group, _form, shown)] = client.get(page).context["groups"]
    assert client.post(page, sent | {"shown": shown}).status_code == 302
    assert list(group.members.all()) == [ben_here]
    client.post(
        page,
        {
            "act": "factor",
            "factor-person": ben_here.pk,
            "factor-factor": "1.5",
            "factor-reason": "Dyslexia",
        },
    )
    ben_here.refresh_from_db()
    assert (ben_here.time_factor, ben_here.accommodation) == (Decimal("1.50"), "Dyslexia")
    assert "Dyslexia" in client.get(page).content.decode()
    for wrong in (
        {"act": "make", "new-name": "Evening"},
        {"act": f"fill-{group.pk}", f"group-{group.pk}-members": ["999999"]},
        {"act": f"fill-{group.pk}", "shown": shown},  # it shows nobody in it
        {"act": "factor", "factor-person": ben_here.pk, "factor-factor": "0.5"},
        {"act": "fill-999999"},
    ):
        assert client.post(page, wrong).status_code == 422
    assert list(group.members.all()) == [ben_here]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_ask_the_same_of_the_database_for_one_row_and_for_three(
    as_, ada, quiz, cohort, rows, django_assert_num_queries
):
    now = timezone.now()
    schedule(cohort, quiz, ada, due=now - HOUR)
    for number in range(rows):
        student = factories.enrol(factories.make_user(f"student-{number}"), cohort)
        group = group_of(cohort, ada, student, name=f"Group {number}")
        for to in (student, group):
            give(quiz, to, ada, closes_at=now + HOUR)
        attempt = attempts.start(student, quiz, now=now)
        attempts.submit(student.user, attempt.pk, now=now)
    client = as_(ada)
    with django_assert_num_queries(20):
        client.get(timing_page(cohort))
    with django_assert_num_queries(6):
        client.get(reverse("quizzes:groups", args=[cohort.pk]))


def test_the_cohorts_page_leads_to_both(as_, ada, ben_here, quiz, cohort):
    page = as_(ada).get(reverse("quizzes:module", args=[cohort.pk, "realism"])).content.decode()
    assert f'href="{timing_page(cohort)}"' in page
    assert f'href="{reverse("quizzes:groups", args=[cohort.pk])}"' in page


def test_assistants_look_and_change_nothing(as_, cleo, ada, ben_here, quiz, cohort):
    group_of(cohort, ada, ben_here)
    give(quiz, ben_here, ada, time_limit=60)
    client = as_(cleo)
    for page in (timing_page(cohort), reverse("quizzes:groups", args=[cohort.pk])):
        shown = client.get(page)
        assert shown.status_code == 200
        assert b'name="act"' not in shown.content
        assert b"Ben Okafor" in shown.content
        assert client.post(page, {"act": "schedule"}).status_code == 403


def test_the_end_of_a_cohort_stays_the_close_where_no_schedule_says_otherwise(
    ada, ben_here, quiz, cohort
):
    cohort.ends_on = date(2026, 10, 5)
    cohort.save()
    ben_here.refresh_from_db()
    schedule(cohort, quiz, ada, opens=NOON - HOUR)
    holds = holding.person(ben_here, quiz).at(NOON)
    assert holds.closes_at.value == datetime(2026, 10, 6, tzinfo=UTC)


# --- Lateness in the ledger --------------------------------------------------------------------


def test_the_ledger_says_whether_what_counts_was_late_and_follows_the_due_time(
    ben, ben_here, quiz, cohort, ada
):
    """Without any late policy, too; of equal attempts one in time will do."""

    def due(at):
        timing.set_schedule(
            cohort, quiz, opens_at=None, due_at=at, closes_at=None, by=ada, now=NOON
        )
        return ben_here.records.get().late

    attempt = attempts.start(ben_here, quiz, now=NOON)
    attempts.submit(ben, attempt.pk, now=NOON + minutes(10))
    assert ben_here.records.get().late is False
    assert due(NOON + minutes(5)) is True
    assert due(NOON + minutes(15)) is False
    again = attempts.start(ben_here, quiz, now=NOON + minutes(20))
    attempts.submit(ben, again.pk, now=NOON + minutes(25))
    assert ben_here.records.get().late is False
    quiz.grade_method = "last"
    quiz.save()
    assert due(NOON + minutes(16)) is True


@pytest.mark.parametrize("whom", ["person", "group", "everybody"])
def test_who_has_used_up_what_is_left_of_their_attempts_has_completed_the_quiz(
    ben, ben_here, quiz, cohort, ada, whom
):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    attempts.submit(ben, attempt.pk, now=NOON)
    assert ben_here.records.get().completed_at is None
    if whom == "everybody":
        quiz.attempts_allowed = 1
        quiz.save()
        timing.settings_changed(quiz, now=NOON)
    else:
        to = ben_here if whom == "person" else group_of(cohort, ada, ben_here)
        override = give(quiz, to, ada, attempts_allowed=1)
    assert ben_here.records.get().completed_at == NOON
    if whom != "everybody":
        timing.revoke_override(override, by=ada, now=NOON + minutes(1))
    assert ben_here.records.get().completed_at == NOON


@pytest.mark.parametrize("students", [1, 3])
def test_another_grade_method_counts_for_whoever_has_completed_the_quiz_too(
    quiz, cohort, students, django_assert_max_num_queries
):
    """And a completion once reached is not taken back."""
    for number in range(students):
        here = factories.enrol(factories.make_user(f"student-{number}"), cohort)
        sit(here, quiz, "a", "a", "a")
        sit(here, quiz, "b", "b", "a")
    before = Record.objects.values_list("score", "completed_at")
    assert set(before) == {(100, NOON)}
    quiz.grade_method = "last"
    quiz.save()
    with django_assert_max_num_queries(17):
        timing.settings_changed(quiz, now=NOON + HOUR)
    assert set(before.all()) == {(Decimal("33.33"), NOON)}
    with django_assert_max_num_queries(6):
        timing.settings_changed(quiz, now=NOON + HOUR, fields=["intro"])


@pytest.mark.parametrize("whom", ["person", "group"])
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"closes_at": NOON + minutes(30)}, "cannot close before it opens"),
        ({"opens_at": NOON + minutes(180)}, "cannot close before it opens"),
        ({"due_at": NOON + minutes(150)}, "cannot close before it is due"),
    ],
)
def test_what_is_given_must_fit_what_stays_as_it_is(
    ada, quiz, cohort, zoe_here, whom, changes, why
):
    schedule(cohort, quiz, ada, opens=NOON + minutes(60), closes=NOON + minutes(120))
    to = zoe_here if whom == "person" else group_of(cohort, ada, zoe_here)
    with pytest.raises(Refused, match=why) as refusal:
        give(quiz, to, ada, **changes)
    assert "With what stays as it is: opens 13:00" in str(refusal.value) or "opens_at" in changes
    assert not Override.objects.exists()
    give(quiz, to, ada, opens_at=NOON + minutes(10), closes_at=NOON + minutes(30))


@pytest.mark.parametrize("students", [1, 7])
def test_an_exam_put_off_names_whoever_it_would_shut_out(
    ada, quiz, cohort, students, django_assert_num_queries
):
    """Their close is still that of the first day; nothing changes until that is settled."""
    week = timedelta(days=7)
    schedule(cohort, quiz, ada, opens=NOON, closes=NOON + HOUR, now=NOON - HOUR)
    people = [
        factories.enrol(factories.make_user(f"s{number}", f"Student {number}"), cohort)
        for number in range(students)
    ]
    given = [give(quiz, each, ada, closes_at=NOON + 2 * HOUR) for each in people]

    def put_off():
        schedule(cohort, quiz, ada, opens=NOON + week, closes=NOON + week + HOUR)

    with django_assert_num_queries(17), pytest.raises(Refused) as refusal:
        put_off()
    said = str(refusal.value)
    assert "Realism quiz: A quiz cannot close before it opens." in said
    assert "opens 12:00 UTC on 12 October 2026, due –, closes 14:00 UTC for Student 0" in said
    assert ("Student 4 and 2 more." in said) == (students == 7)
    assert "or take back what they were given" in said
    assert Schedule.objects.get().opens_at == NOON
    schedule(cohort, quiz, ada, opens=NOON, closes=NOON + HOUR / 2)  # goes with what they have
    for number, override in enumerate(given):
        if number % 2:
            timing.revoke_override(override, by=ada, now=NOON)
        else:
            give(quiz, people[number], ada, closes_at=NOON + week + 2 * HOUR)
    put_off()


def test_what_two_groups_were_given_has_to_go_together_for_who_is_in_both(
    ada, ben_here, quiz, cohort
):
    early, late = group_of(cohort, ada, ben_here, name="A"), group_of(cohort, ada, name="B")
    closes = give(quiz, early, ada, closes_at=NOON + HOUR)
    give(quiz, late, ada, opens_at=NOON + 2 * HOUR)
    own = give(quiz, ben_here, ada, closes_at=NOON + 3 * HOUR)

    def join():
        timing.fill_group(late, members=[ben_here], by=ada, now=NOON)

    join()
    with pytest.raises(Refused, match="closes 13:00 UTC for Ben Okafor. First give those"):
        timing.revoke_override(own, by=ada, now=NOON)
    timing.fill_group(late, members=[], by=ada, now=NOON)
    timing.revoke_override(own, by=ada, now=NOON)
    with pytest.raises(Refused, match="Realism quiz: A quiz cannot close .* for Ben Okafor."):
        join()
    assert not late.members.exists()
    reading = rosterfile.read("ben@parallax.example,,,B")
    plan = roster.plan(cohort, reading, now=NOON)
    with pytest.raises(Refused, match="for Ben Okafor."):
        timing.bring_in(cohort, reading, digest=plan.digest, by=ada, now=NOON)
    # A group counts without anybody in it as well: somebody may join it.
    timing.fill_group(early, members=[], by=ada, now=NOON)
    with pytest.raises(Refused, match="for the group “A”"):
        schedule(cohort, quiz, ada, opens=NOON + HOUR)
    timing.revoke_override(closes, by=ada, now=NOON)
    join()


def test_a_contradiction_from_before_stands_in_nobodys_way_unless_it_widens(
    ada, ben_here, zoe_here, quiz, cohort
):
    give(quiz, ben_here, ada, closes_at=NOON)
    Schedule.objects.create(cohort=cohort, quiz=quiz, opens_at=NOON + HOUR)
    schedule(cohort, quiz, ada, opens=NOON + HOUR, closes=NOON + 2 * HOUR)
    give(quiz, zoe_here, ada, closes_at=NOON + 3 * HOUR)
    schedule(cohort, quiz, ada, opens=NOON + HOUR / 2, due=NOON + HOUR, closes=NOON + 2 * HOUR)
    with pytest.raises(Refused, match="for Ben Okafor"):
        schedule(cohort, quiz, ada, opens=NOON + HOUR)
    # Open again for ben, it would be due after it closes: that was so before.
    schedule(cohort, quiz, ada, due=NOON + HOUR, closes=NOON + 2 * HOUR)
    with pytest.raises(Refused, match="cannot close before it is due. .* for Ben Okafor"):
        schedule(cohort, quiz, ada, due=NOON + 2 * HOUR, closes=NOON + 2 * HOUR)


def test_staff_see_whose_time_limit_the_close_cuts(
    as_, ada, ben_here, zoe_here, quiz, cohort, django_assert_num_queries
):
    schedule(cohort, quiz, ada, opens=NOON, closes=NOON + minutes(40))
    timing.change_time_factor(ben_here, factor=Decimal(2), reason="dyslexia", by=ada, now=NOON)

    def cut(now):
        with django_assert_num_queries(4):
            return [
                (one.enrolment, one.allowed, one.left, one.under_way)
                for one in timing.cut_short(cohort, quiz, now=now)
            ]

    assert cut(NOON - HOUR) == [(ben_here, 3600, 2400, False)]
    attempts.start(ben_here, quiz, now=NOON + minutes(5))
    assert cut(NOON + minutes(20)) == [
        (ben_here, 3600, 2100, True),
        (zoe_here, 1800, 1200, False),
    ]
    assert cut(NOON + minutes(40)) == []
    now = timezone.now()
    schedule(cohort, quiz, ada, closes=now + minutes(20))
    page = reverse("quizzes:timing", args=[cohort.pk, quiz.activity.key])
    assert "Time cut short by the close" in as_(ada).get(page).content.decode()


# --- After the answers were shown ---------------------------------------------------------------


@pytest.fixture
def over(ada, ben, ben_here, quiz, cohort):
    """An exam that has closed for everybody, an hour after ben handed it in."""
    quiz.review = "exam"
    quiz.save()
    schedule(cohort, quiz, ada, closes=NOON + minutes(60))
    attempts.submit(ben, attempts.start(ben_here, quiz, now=NOON).pk, now=NOON + minutes(5))
    return NOON + minutes(61)


def test_what_reopens_an_exam_that_has_shown_its_answers_has_to_be_meant(
    over, ada, ben, quiz, cohort, zoe_here
):
    later = NOON + minutes(120)
    acts = [
        lambda **meant: timing.set_schedule(
            cohort, quiz, opens_at=None, due_at=None, closes_at=later, by=ada, now=over, **meant
        ),
        lambda **meant: timing.give_override(
            quiz, to=zoe_here, changes={"closes_at": later}, reason="ill", by=ada, now=over, **meant
        ),
        lambda **meant: timing.give_override(
            quiz,
            to=group_of(cohort, ada, zoe_here, name=f"with {meant}"),
            changes={"closes_at": later},
            reason="ill",
            by=ada,
            now=over,
            **meant,
        ),
    ]
    for act in acts:
        with transaction.atomic(), pytest.raises(reopening.Seen, match="1 student may have seen"):
            act()
    assert not Override.objects.exists()
    give(quiz, zoe_here, ada, now=over, opens_at=NOON)  # nobody gains by that
    with transaction.atomic():
        for act in acts:
            act(although_seen=True)


def test_a_later_due_time_where_lateness_costs_has_to_be_meant(
    over, ada, quiz, cohort, zoe_here, ben_here
):
    """Whoever is late by now would get everything for answers that they know."""
    Attempt.objects.update(shown_at=over)
    open_until = {"closes": over + 3 * HOUR, "due": over, "now": NOON}

    def acts():
        yield lambda: schedule(cohort, quiz, ada, **open_until | {"due": over + HOUR, "now": over})
        yield lambda: give(quiz, zoe_here, ada, now=over, due_at=over + HOUR)
        yield lambda: give(quiz, group_of(cohort, ada, zoe_here), ada, now=over, due_at=over + HOUR)

    Schedule.objects.update(closes_at=open_until["closes"], due_at=over)
    for act in acts():
        with transaction.atomic():
            act()  # lateness costs nothing
            transaction.set_rollback(True)
    Quiz.objects.update(late_penalty=10)  # since the page was asked for
    for act in acts():
        with transaction.atomic(), pytest.raises(reopening.Seen):
            act()
    give(quiz, zoe_here, ada, now=over, due_at=over - HOUR)
    assert Override.objects.count() == 1


@pytest.mark.parametrize(
    ("was", "becomes", "gains"),
    [
        ({"grade_method": "first"}, {"grade_method": "highest"}, True),
        ({"grade_method": "first"}, {"grade_method": "average"}, True),
        ({"grade_method": "highest"}, {"grade_method": "last"}, False),
        ({"grade_method": "highest"}, {"grade_method": "first"}, False),
        ({"grade_method": "first", "attempts_allowed": 1}, {"grade_method": "last"}, False),
        ({"late_penalty": 20}, {"late_penalty": 10}, True),
        ({"late_penalty": 20}, {"late_most": 50}, True),
        ({"late_penalty": 10, "late_most": 50}, {"late_most": 100, "late_penalty": 20}, False),
    ],
)
def test_a_setting_that_lets_earn_more_has_to_be_meant(over, quiz, cohort, was, becomes, gains):
    Attempt.objects.update(shown_at=over)
    Schedule.objects.update(closes_at=over + HOUR, due_at=over)
    for name, value in was.items():
        setattr(quiz, name, value)
    changed = copy(quiz)
    for name, value in becomes.items():
        setattr(changed, name, value)

    def ask():
        reopening.same_chances(quiz, changed, although_seen=False, now=over)

    if gains:
        with pytest.raises(reopening.Seen):
            ask()
    else:
        ask()


@pytest.mark.parametrize("exams", [1, 9])
def test_whether_somebody_gains_is_asked_as_often_however_many_exams(
    over, ada, module, questions, zoe_here, exams, django_assert_num_queries
):
    for number in range(exams):
        factories.make_quiz(
            module, questions, key=f"e{number}", title=f"E{number}", review="exam", time_limit=60
        )

    def change(factor):
        timing.change_time_factor(zoe_here, factor=Decimal(factor), reason="x", by=ada, now=over)

    with django_assert_num_queries(15):
        change("1.5")  # nobody has seen anything that can be asked yet
    Attempt.objects.update(shown_at=over)
    with django_assert_num_queries(22):
        change("1.25")
    with django_assert_num_queries(23), pytest.raises(reopening.Seen, match="E0"):
        change("1.75")


def test_what_was_shown_stays_shown_when_it_is_open_again(over, as_, ada, ben, quiz, cohort):
    zoe, ann = (factories.enrol(factories.make_user(name), cohort) for name in ("zoe", "ann"))
    Attempt.objects.update(shown_at=over)
    assert reopening.may_have_seen(quiz, cohort=cohort, now=over) == 1
    until = {"closes_at": over + minutes(60)}
    timing.give_override(
        quiz, to=zoe, changes=until, reason="ill", by=ada, now=over, although_seen=True
    )
    with pytest.raises(reopening.Seen):
        give(quiz, ann, ada, now=over, **until)
    attempts.start(zoe, quiz, now=over)
    more = {"to": zoe, "minutes": 10, "now": over}
    assert extending.plan(cohort, quiz, **more).seen == 1
    newest = Override.objects.latest("pk").pk
    with pytest.raises(reopening.Seen):
        extending.extend(cohort, quiz, reason="noise", newest=newest, by=ada, **more)
    extending.extend(
        cohort, quiz, reason="noise", newest=newest, by=ada, although_seen=True, **more
    )


def test_who_may_have_seen_an_exam_is_nobody_before_its_end_or_whose_marks_are_hidden(
    over, ada, quiz, cohort, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8):
        assert reopening.may_have_seen(quiz, cohort=cohort, now=over) == 1
    assert reopening.may_have_seen(quiz, cohort=cohort, now=NOON + minutes(59)) == 0
    gradebook.show(cohort, quiz.activity, hidden=True, by=ada)
    assert reopening.may_have_seen(quiz, cohort=cohort, now=over) == 0
    quiz.review = "homework"
    assert reopening.may_have_seen(quiz, cohort=cohort, now=over) == 0


def test_the_pages_say_who_may_have_seen_it_and_ask_for_a_tick(
    as_, ada, ben, ben_here, quiz, cohort, zoe_here
):
    now = timezone.now()
    Quiz.objects.filter(pk=quiz.pk).update(review="exam")
    attempts.submit(ben, attempts.start(ben_here, quiz, now=now - minutes(20)).pk, now=now)
    Attempt.objects.update(shown_at=now)
    adas, page = as_(ada), reverse("quizzes:timing", args=[cohort.pk, quiz.activity.key])
    assert "1 student may have seen these answers already." in adas.get(page).content.decode()
    fields = {
        "act": "give",
        "give-whom": f"person-{zoe_here.pk}",
        "give-attempts_allowed": "5",
        "give-reason": "ill",
    }
    refused = adas.post(page, fields)
    assert refused.status_code == 422
    assert "Tick “Do it all the same”" in refused.content.decode()
    assert adas.post(page, fields | {"give-although_seen": "on"}).status_code == 302
    attempts.start(zoe_here, quiz, now=now)
    extend = reverse("quizzes:extend", args=[cohort.pk, quiz.activity.key])
    seen = adas.get(extend, {"whom": f"person-{zoe_here.pk}", "minutes": "5"}).content.decode()
    assert "1 student may have seen these answers already." in seen
    assert "although_seen" in seen
