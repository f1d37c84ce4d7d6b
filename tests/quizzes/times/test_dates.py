"""A cohort's calendar: all dates on one page, moved together over changes of the clocks."""

from datetime import UTC, date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from courses import cohorts, roster, rosterfile
from courses.models import Cohort, Group
from courses.refusals import Refused
from quizzes.models import Attempt, Override, Schedule
from quizzes.sitting import attempts
from quizzes.times import dates, timing
from quizzes.times.availability import shifted
from tests import factories
from tests.editing import errors
from tests.editing import typed as fields_of
from tests.factories import NOON, minutes

PRAGUE = ZoneInfo("Europe/Prague")


def at(day: int, hour: int, minute: int = 0, month: int = 10) -> datetime:
    """A time on Prague's clocks in 2026; they go back on 25 October."""
    return datetime(2026, month, day, hour, minute, tzinfo=PRAGUE).astimezone(UTC)


# --- The clocks --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "days", "after", "note"),
    [
        (at(20, 18), 7, at(27, 18), ""),  # 25 hours more than six days
        (at(27, 18), -7, at(20, 18), ""),
        (
            at(18, 2, 30),
            7,
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            "02:30 comes twice on that day, the clocks go back: the first is taken.",
        ),
        (
            at(22, 2, 30, month=3),
            7,
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
            "02:30 does not exist on that day, the clocks go forward: it becomes 03:30.",
        ),
    ],
)
def test_the_time_on_the_clocks_stays(before, days, after, note):
    assert shifted(before, days=days, zone=PRAGUE) == (after, note)


@given(
    st.integers(10**9, 6 * 10**9).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.integers(-1000, 1000),
    st.sampled_from(["Europe/Prague", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_what_is_moved_without_a_note_reads_the_same_on_the_clocks_and_comes_back(
    before, days, zone
):
    zone = ZoneInfo(zone)
    after, note = shifted(before, days=days, zone=zone)
    if not note:
        local = before.astimezone(zone).replace(tzinfo=None)
        assert after.astimezone(zone).replace(tzinfo=None) == local + timedelta(days=days)
        again, note = shifted(after, days=-days, zone=zone)
        assert again == before or note


# --- The page ----------------------------------------------------------------------------------


pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(cohort: Cohort) -> Cohort:
    cohort.time_zone = "Europe/Prague"
    cohort.save()
    return cohort


@pytest.fixture
def planned(cohort, quiz) -> Schedule:
    return Schedule.objects.create(
        cohort=cohort,
        quiz=quiz,
        opens_at=at(1, 8),
        due_at=at(20, 18),
        closes_at=at(22, 18),
        password="word",
    )


def url(cohort, query=""):
    return reverse("quizzes:dates", args=[cohort.pk]) + query


def typed(cohort, quiz, *times):
    names = ("opens_at", "due_at", "closes_at")
    return {
        "act": "set",
        "digest": dates.calendar(cohort).digest,
        **{f"{name}-{quiz.pk}": value for name, value in zip(names, times, strict=True)},
    }


def test_all_dates_are_set_in_one_form_and_open_attempts_follow(as_, ada, ben_here, cohort, quiz):
    attempt = attempts.start(ben_here, quiz, now=NOON)
    Attempt.objects.update(started_at=at(20, 12), deadline=at(20, 12) + minutes(30))
    soon = "2099-12-24T10:00"
    row = typed(cohort, quiz, "2026-09-01T08:00", "", soon)
    assert as_(ada).post(url(cohort), row).status_code == 302
    plan = Schedule.objects.get()
    assert (plan.opens_at, plan.due_at, plan.closes_at) == (
        at(1, 8, month=9),
        None,
        datetime(2099, 12, 24, 9, tzinfo=UTC),
    )
    attempt.refresh_from_db()
    assert attempt.deadline == at(20, 12) + minutes(30)


def test_contradictions_and_bad_times_are_said_and_nothing_is_set(as_, ada, cohort, quiz, planned):
    for times, said in (
        (("2026-10-02T08:00", "", "2026-10-01T08:00"), "A quiz cannot close before it opens"),
        (("yesterday", "", ""), "Write a day and a time such as"),
        (("2026-10-25T02:30", "", ""), "comes twice in Europe/Prague"),
    ):
        response = as_(ada).post(url(cohort), typed(cohort, quiz, *times))
        content = response.content.decode()
        assert (response.status_code, said in content, times[0] in content) == (422, True, True)
    stale = typed(cohort, quiz, "", "", "")
    Schedule.objects.update(due_at=at(21, 18))
    late = as_(ada).post(url(cohort), stale)
    assert (late.status_code, b"changed the dates meanwhile" in late.content) == (422, True)
    planned.refresh_from_db()
    assert (planned.opens_at, planned.due_at) == (at(1, 8), at(21, 18))


def test_an_untouched_form_changes_nothing_not_even_seconds(as_, ada, cohort, quiz, planned):
    Schedule.objects.update(closes_at=at(22, 18) + timedelta(seconds=7))
    row = typed(cohort, quiz, "2026-10-01T08:00", "2026-10-20T18:00", "2026-10-22T18:00")
    response = as_(ada).post(url(cohort), row, follow=True)
    assert b"The dates of 0 quizzes are changed." in response.content
    assert Schedule.objects.get().closes_at == at(22, 18) + timedelta(seconds=7)


def test_a_move_is_shown_first_and_then_done_with_what_some_were_given(
    as_, ada, ben_here, cohort, quiz, planned
):
    given_time = timing.give_override(
        quiz, to=ben_here, changes={"closes_at": at(23, 18)}, reason="ill", by=ada, now=NOON
    )
    adas = as_(ada)
    alone = adas.get(url(cohort, "?days=7")).context["preview"]
    both = adas.get(url(cohort, "?days=7&overrides=on")).context["preview"]
    assert (alone.dates, both.dates, Schedule.objects.get().due_at) == (3, 4, at(20, 18))
    row = {"act": "shift", "days": "7", "overrides": "on", "digest": both.digest}
    assert adas.post(url(cohort), row).status_code == 302
    plan = Schedule.objects.get()
    given_time.refresh_from_db()
    assert (plan.opens_at, plan.due_at, plan.closes_at, plan.password, given_time.closes_at) == (
        at(8, 8),
        at(27, 18),
        at(29, 18),
        "word",
        at(30, 18),
    )
    (move,) = given_time.moves.all()
    assert (move.field, move.before, move.after, move.by) == (
        "closes_at",
        at(23, 18),
        at(30, 18),
        ada,
    )
    told = "closes moved from 23 Oct 2026, 18:00 to 30 Oct 2026, 18:00"
    where = reverse("quizzes:timing", args=[cohort.pk, quiz.activity.key])
    assert told in adas.get(where).content.decode()
    theirs = reverse("quizzes:student", args=[cohort.pk, ben_here.pk])
    assert "closes moved from" in adas.get(theirs).content.decode()
    again = adas.post(url(cohort), row)
    assert (again.status_code, b"Something has changed since the preview" in again.content) == (
        422,
        True,
    )
    assert Schedule.objects.get().due_at == at(27, 18)


def test_open_attempts_follow_a_move_and_never_end_before_now(ada, ben_here, cohort, quiz):
    quiz.time_limit = None
    quiz.save()
    Schedule.objects.create(cohort=cohort, quiz=quiz, closes_at=NOON + timedelta(days=2))
    attempt = attempts.start(ben_here, quiz, now=NOON)
    later = NOON + timedelta(hours=1)

    def move(days):
        plan = dates.plan_shift(cohort, days=days, overrides=False, now=later)
        done = dates.shift(
            cohort, days=days, overrides=False, digest=plan.digest, by=ada, now=later
        )
        attempt.refresh_from_db()
        return plan.under_way, done.ends, attempt.deadline

    assert move(5) == (1, 1, NOON + timedelta(days=7))
    assert move(-30) == (1, 1, later)


@pytest.mark.parametrize("days", ["", "0", "1001", "x", "7" * 40])
def test_a_senseless_number_of_days_is_refused(as_, ada, cohort, planned, days):
    response = as_(ada).get(url(cohort, f"?days={days}"))
    assert (response.status_code, b"Write a number of days" in response.content) == (422, True)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_often_whatever_the_course(
    as_, ada, cohort, module, quiz, questions, django_assert_num_queries, rows
):
    for number in range(rows - 1):
        factories.make_quiz(module, questions, key=f"another-{number}")
    for one in dates.calendar(cohort).lines:
        Schedule.objects.create(cohort=cohort, quiz=one.quiz, closes_at=at(22, 18))
    adas = as_(ada)
    with django_assert_num_queries(11):
        adas.get(url(cohort, "?days=7&overrides=on"))


def test_no_way_to_move_dates_shuts_out_who_has_an_extension(
    as_, ada, ben_here, cohort, quiz, planned
):
    """Each says who it would be, keeps what was typed and changes nothing."""
    Schedule.objects.update(due_at=None)
    timing.give_override(
        quiz, to=ben_here, changes={"closes_at": at(23, 18)}, reason="ill", by=ada, now=NOON
    )
    adas, whom = as_(ada), "closes 18:00 CEST on 23 October 2026 for Ben Okafor."
    preview = adas.get(url(cohort, "?days=60")).context["preview"]
    assert whom in preview.problem
    assert "Move what groups and people were given as well" in preview.problem
    move = {"act": "shift", "days": "60", "digest": preview.digest}
    row = typed(cohort, quiz, "2026-11-30T08:00", "", "2026-12-01T18:00")
    for fields, kept in ((move, 'value="60"'), (row, "2026-11-30T08:00")):
        page = adas.post(url(cohort), fields)
        words = unescape(page.content.decode())
        assert (page.status_code, whom in words, kept in words) == (422, True, True)
    where = reverse("quizzes:timing", args=[cohort.pk, quiz.activity.key])
    fields = {"opens_at": "2026-11-30T08:00", "due_at": "", "closes_at": "", "password": "word"}
    act = {"act": "schedule", "shown": adas.get(where).context["shown"]}
    page = adas.post(where, act | {f"schedule-{n}": v for n, v in fields.items()})
    words = unescape(page.content.decode())
    assert (page.status_code, whom in words, "2026-11-30T08:00" in words) == (422, True, True)
    assert Schedule.objects.get().opens_at == at(1, 8)
    assert adas.get(url(cohort, "?days=60&overrides=on")).context["preview"].problem == ""


# --- The cohort's own days, and a group from a file --------------------------------------------


def test_what_contradicted_itself_before_is_moved_as_it_is(ada, ben_here, cohort, quiz, planned):
    """Over a change of the clocks, too, which puts an hour between the two."""
    planned.closes_at = at(26, 18)
    Override.objects.create(
        quiz=quiz, enrolment=ben_here, opens_at=at(30, 18), reason="ill", by=ada, made_at=NOON
    )
    planned.save()
    for days in (7, -3):
        assert dates.plan_shift(cohort, days=days, overrides=True, now=NOON).problem == ""
    alone = dates.plan_shift(cohort, days=-1, overrides=False, now=NOON).problem
    assert "closes 18:00 CET on 25 October 2026 for Ben Okafor" in alone


def seen(cohort: Cohort) -> dict[str, str]:
    return {f"seen-{name}": value for name, value in cohorts.details(cohort).items()}


def test_whoever_saves_second_is_told_what_the_first_changed_and_keeps_what_they_typed(
    as_, ada, cohort
):
    page, adas = reverse("quizzes:settings", args=[cohort.pk]), as_(ada)
    before = seen(cohort)
    assert all(f'name="{name}"' in adas.get(page).content.decode() for name in before)
    theirs = {"starts_on": "2026-09-01", "ends_on": "", "time_zone": "Europe/Prague"}
    first = {"act": "details", "title": "First", **theirs, **before}
    assert adas.post(page, first).status_code == 302
    second = {**first, "title": "Second", "time_zone": "UTC"}
    told = adas.post(page, second)
    words = unescape(told.content.decode())
    assert (told.status_code, f"the title from “{cohort.title}” to “First”" in words) == (422, True)
    assert "the time zone" not in words
    assert 'value="Second"' in words
    cohort.refresh_from_db()
    assert (cohort.title, cohort.time_zone) == ("First", "Europe/Prague")
    assert adas.post(page, {**second, **seen(cohort)}).status_code == 302
    cohort.refresh_from_db()
    assert (cohort.title, cohort.time_zone) == ("Second", "UTC")


@pytest.mark.parametrize("said", [{"seen-title": "x" * 100_000}, {"seen-starts_on": "x"}, {}])
def test_what_the_page_has_never_shown_is_nobody_s_change(as_, ada, cohort, said):
    fields = {"act": "details", **cohorts.details(cohort), "title": "Mine"}
    sent = fields | (seen(cohort) | said if said else {})
    told = as_(ada).post(reverse("quizzes:settings", args=[cohort.pk]), sent)
    assert (told.status_code, b"is not what this page sends" in told.content) == (422, True)
    assert b"Somebody else" not in told.content
    assert b"x" * 1000 not in told.content
    cohort.refresh_from_db()
    assert cohort.title != "Mine"


def test_a_new_last_day_moves_the_ends_of_open_attempts(as_, ada, ben_here, cohort, quiz):
    quiz.time_limit = None
    quiz.save()
    attempt = attempts.start(ben_here, quiz, now=NOON)
    details = {
        "act": "details",
        "title": "Autumn",
        "starts_on": "2026-09-01",
        "ends_on": "2098-01-31",
        "time_zone": "Europe/Prague",
        **seen(cohort),
    }
    page = reverse("quizzes:settings", args=[cohort.pk])
    response = as_(ada).post(page, details, follow=True)
    assert b"The end of 1 open attempt moved." in response.content
    attempt.refresh_from_db()
    assert attempt.deadline == datetime(2098, 1, 31, 23, tzinfo=UTC)
    cohort.refresh_from_db()
    wrong = as_(ada).post(page, {**details, **seen(cohort), "ends_on": "2020-01-01"})
    assert (wrong.status_code, b"cannot end before it starts" in wrong.content) == (422, True)
    assert Cohort.objects.get(pk=cohort.pk).ends_on == date(2098, 1, 31)


def test_a_cohort_does_not_end_before_one_of_its_quizzes_opens(as_, ada, adam, cohort, quiz):
    Schedule.objects.create(cohort=cohort, quiz=quiz, opens_at=at(20, 8))
    page, before = reverse("quizzes:settings", args=[cohort.pk]), cohorts.details(cohort)
    fields = {"act": "details", **before, **seen(cohort)}
    refused = as_(ada).post(page, fields | {"ends_on": "2026-10-19"})
    words = unescape(refused.content.decode())
    assert refused.status_code == 422
    assert "Realism quiz: A quiz cannot close before it opens." in words
    assert "closes 00:00 CEST on 20 October 2026 for everybody." in words
    assert 'value="2026-10-19"' in words
    desk = reverse("admin:courses_cohort_change", args=[cohort.pk])
    adams = as_(adam)
    [said] = errors(adams.post(desk, fields_of(adams.get(desk), ends_on="2026-10-19")))["__all__"]
    assert "or choose another last day" in said
    assert cohorts.details(Cohort.objects.get(pk=cohort.pk)) == before
    assert as_(ada).post(page, fields | {"ends_on": "2026-10-20"}).status_code == 302


def test_what_is_given_has_to_fit_the_last_day_that_holds_by_now(ada, ben_here, cohort, quiz):
    """Whatever it was when the page was asked for."""
    later, group = {"opens_at": at(20, 8)}, timing.make_group(cohort, name="Evening", by=ada)
    known = {"reason": "ill", "by": ada, "now": NOON}
    timing.give_override(quiz, to=group, changes=later, **known)
    longer = timing.give_override(quiz, to=group, changes={"closes_at": at(25, 8)}, **known)
    longer = Override.objects.select_related("group__cohort").get(pk=longer.pk)
    reading = rosterfile.read("ben@parallax.example,,,Evening")
    plan = roster.plan(cohort, reading, now=NOON)
    dates.change_cohort(
        Cohort.objects.get(),
        title="Autumn",
        starts_on=date(2026, 9, 1),
        ends_on=date(2026, 10, 15),
        time_zone=cohort.time_zone,
        seen=cohorts.details(cohort),
        by=ada,
        now=NOON,
    )
    with pytest.raises(Refused, match="cannot close before it opens"):
        timing.give_override(quiz, to=ben_here, changes=later, **known)
    with pytest.raises(Refused, match="cannot close before it opens"):
        timing.revoke_override(longer, by=ada, now=NOON)
    Override.objects.filter(pk=longer.pk).delete()
    with pytest.raises(Refused, match="cannot close before it opens"):
        timing.fill_group(group, members=[ben_here], by=ada, now=NOON)
    with pytest.raises(Refused, match="cannot close before it opens"):
        timing.bring_in(cohort, reading, digest=plan.digest, by=ada, now=NOON)


def test_the_code_changes_and_the_way_in_is_closed_and_opened(as_, ada, cohort):
    page, adas = reverse("quizzes:settings", args=[cohort.pk]), as_(ada)
    for act in ("code", "close"):
        assert adas.post(page, {"act": act}).status_code == 302
    after = Cohort.objects.get(pk=cohort.pk)
    assert (after.join_code != "JKMN2345", after.joining_open) == (True, False)
    adas.post(page, {"act": "open"})
    assert Cohort.objects.get(pk=cohort.pk).joining_open is True


def test_who_joins_a_group_by_a_file_gets_its_time_in_an_open_attempt(
    as_, ada, ben_here, cohort, quiz
):
    group = Group.objects.create(cohort=cohort, name="Evening")
    timing.give_override(
        quiz, to=group, changes={"time_limit": 7200}, reason="late", by=ada, now=NOON
    )
    attempt = attempts.start(ben_here, quiz, now=NOON)
    text = "ben@parallax.example,,,Evening"
    plan = roster.plan(cohort, rosterfile.read(text), now=NOON)
    # The attempt is long over by the clock of the page, so the verb is asked with its own.
    roster.commit(
        cohort,
        rosterfile.read(text),
        digest=plan.digest,
        by=ada,
        now=NOON,
        regrouped=lambda people: timing.follow(
            Attempt.objects.filter(enrolment__in=people), now=NOON
        ),
    )
    attempt.refresh_from_db()
    assert attempt.deadline == NOON + minutes(120)


def test_only_an_instructor_moves_anything(cleo, cohort, planned):
    plan = dates.plan_shift(cohort, days=7, overrides=False, now=NOON)
    with pytest.raises(PermissionDenied):
        dates.shift(cohort, days=7, overrides=False, digest=plan.digest, by=cleo, now=NOON)
    assert Schedule.objects.get().due_at == at(20, 18)


def test_the_calendar_asks_before_it_opens_an_exam_again(as_, ada, ben, ben_here, cohort, quiz):
    quiz.review = "exam"
    quiz.save()
    attempts.submit(ben, attempts.start(ben_here, quiz, now=NOON).pk, now=NOON)
    Attempt.objects.update(shown_at=NOON)
    page = reverse("quizzes:dates", args=[cohort.pk])
    until = {f"closes_at-{quiz.pk}": "2030-01-01T12:00"}
    closes = {f"closes_at-{quiz.pk}": "2029-01-01T12:00"}
    adas = as_(ada)

    def post(**fields):
        digest = dates.calendar(cohort).digest
        return adas.post(page, {"act": "set", "digest": digest, **fields})

    post(**closes, although_seen="on")
    refused = post(**until)
    assert "Realism quiz: 1 student may have seen" in unescape(refused.content.decode())
    assert 'name="although_seen"' in refused.content.decode()
    assert Schedule.objects.get().closes_at.year == 2029
    assert post(**until, although_seen="on").status_code == 302
    assert Schedule.objects.get().closes_at.year == 2030
    preview = dates.plan_shift(cohort, days=7, overrides=False, now=NOON)
    moved = {"act": "shift", "days": "7", "digest": preview.digest}
    refused = adas.post(page, moved)
    assert refused.content.decode().count('name="although_seen"') == 1
    assert adas.post(page, moved | {"although_seen": "on"}).status_code == 302
    assert Schedule.objects.get().closes_at.day == 8
