"""C1, C2 and C4: whose clock it is, who says when an attempt ends, and what an hour is."""

import threading
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from time import sleep
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone
from django.utils.http import http_date
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.models import Cohort, Enrolment
from quizzes.models import Attempt, Quiz, Response
from quizzes.sitting import attempts, reports
from quizzes.times import availability, holding, timing
from quizzes.times.availability import GRACE, instant
from tests.contract import Api
from tests.invariants.scale import PROVING, runs
from tests.races import at_once

AGREE = runs(1000)
# How long an answer waits for its attempt's lock.
WAIT = timedelta(seconds=10 if PROVING else 1.5)

# --- C1: the browser's clock -------------------------------------------------------------------

SHIFTS = [timedelta(0), *(sign * timedelta(**by) for sign in (-1, 1) for by in (
    {"minutes": 5}, {"hours": 1}, {"days": 1}))]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.invariant("C1")
@pytest.mark.parametrize("shift", SHIFTS)
def test_no_time_that_a_browser_tells_is_believed(as_, ben, ben_here, quiz, shift):
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    told = timezone.now() + shift
    lies = {
        name: told.isoformat()
        for name in ("now", "saved_at", "arrived_at", "deadline", "closes_at", "submitted_at")
    }
    headers = {
        "HTTP_ACCEPT": "application/json",
        "HTTP_DATE": http_date(told.timestamp()),
        "HTTP_IF_UNMODIFIED_SINCE": http_date(told.timestamp()),
        "HTTP_X_REQUEST_START": f"t={told.timestamp()}",
    }
    before = timezone.now()
    reply = as_(ben).post(
        f"/attempts/{attempt.pk}/questions/1/",
        {"q1": "a", "q1.revision": "0", "seconds_left": "0", **lies},
        **headers,
    )
    assert (reply.status_code, reply.json()["saved"]) == (200, True)
    assert before <= Response.objects.get().saved_at <= timezone.now()
    # And after the end no clock of theirs opens it again.
    past = timezone.now() - timedelta(minutes=1)
    Attempt.objects.update(deadline=past, closes_at=past + GRACE)
    late = as_(ben).post(
        f"/attempts/{attempt.pk}/questions/1/",
        {"q1": "b", "q1.revision": "1", "seconds_left": "900", **lies},
        **headers,
    )
    assert (late.status_code, Response.objects.count()) == (410, 1)


# --- C2: one function, asked by everybody ------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.invariant("C2", runs=AGREE)
@settings(max_examples=AGREE, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    limit=st.none() | st.integers(30, 4 * 3600),
    factor=st.decimals(1, 4, places=2),
    scheduled=st.none() | st.integers(60, 5 * 3600),
    own=st.none() | st.integers(60, 5 * 3600),
    longer=st.none() | st.integers(30, 4 * 3600),
    later=st.booleans(),
)
def test_page_api_sweeper_and_report_agree_on_the_end(
    as_, ada, ben, ben_here, cohort, quiz, limit, factor, scheduled, own, longer, later
):
    with transaction.atomic():
        start = timezone.now()
        Quiz.objects.filter(pk=quiz.pk).update(time_limit=limit)
        fresh = Quiz.objects.select_related("activity__module__course").get(pk=quiz.pk)

        def set_conditions():
            if factor != 1:
                timing.change_time_factor(
                    who(), factor=factor, reason="reads slowly", by=ada, now=start
                )
            changes = {"time_limit": longer, "closes_at": own and start + timedelta(seconds=own)}
            changes = {name: value for name, value in changes.items() if value is not None}
            if changes:
                timing.give_override(
                    fresh, to=who(), changes=changes, reason="ill", by=ada, now=start
                )
            if scheduled is not None:
                timing.set_schedule(
                    cohort,
                    fresh,
                    opens_at=None,
                    due_at=None,
                    closes_at=start + timedelta(seconds=scheduled),
                    by=ada,
                    now=start,
                )

        def who() -> Enrolment:
            return Enrolment.objects.select_related("cohort", "user").get(pk=ben_here.pk)

        # Set before the start, or while the attempt goes on: the same holds.
        if later:
            attempts.start(who(), fresh, now=start)
            set_conditions()
        else:
            set_conditions()
            told = reports.cover(fresh, who(), now=start).receipt
            attempts.start(who(), fresh, now=start)
            assert (
                told
                == attempts.deadline_for(
                    who(), holding.person(who(), fresh).at(start), now=start
                ).parts
            )

        close = cohort.closes_at
        for seconds in (scheduled, own):
            close = close if seconds is None else start + timedelta(seconds=seconds)
        allowed = limit if longer is None else longer
        end = close
        if allowed is not None:
            end = min(close, start + timedelta(seconds=ceil(allowed * Fraction(factor))))

        attempt = Attempt.objects.get()
        assert (attempt.deadline, attempt.closes_at) == (end, end + GRACE)
        page = as_(ben).get(f"/attempts/{attempt.pk}/")
        assert page.context["attempt"].deadline == end
        asked = as_(ben).get(f"/attempts/{attempt.pk}/deadline/").json()
        api = Api(ben).ask(f"attempts/{attempt.pk}/").json()
        assert {datetime.fromisoformat(told["deadline"]) for told in (asked, api)} == {end}
        assert not Attempt.objects.overdue(end + GRACE).exists()
        assert Attempt.objects.overdue(end + GRACE + timedelta(microseconds=1)).exists()
        assert not attempts.is_overdue(attempt, end + GRACE)
        assert attempts.is_overdue(attempt, end + GRACE + timedelta(microseconds=1))
        transaction.set_rollback(True)


# --- C3: when it arrived -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.invariant("C3", "A1")
def test_what_arrived_in_time_counts_though_it_waited_past_the_end(as_, ben, ben_here, quiz):
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    bens = as_(ben)
    bens.get(f"/attempts/{attempt.pk}/")
    end = timezone.now() + WAIT
    Attempt.objects.update(deadline=end - GRACE, closes_at=end)
    held = threading.Event()

    def hold():
        with transaction.atomic():
            Attempt.objects.select_for_update().get(pk=attempt.pk)
            held.set()
            while timezone.now() < end + timedelta(seconds=0.2):
                sleep(0.05)

    def send():
        held.wait()
        return bens.post(
            f"/attempts/{attempt.pk}/questions/1/",
            {"q1": "a", "q1.revision": "0"},
            HTTP_ACCEPT="application/json",
        )

    _held, reply = at_once(hold, send)
    assert timezone.now() > end
    assert (reply.status_code, reply.json()["saved"]) == (200, True)
    assert Response.objects.get().saved_at <= end
    # What comes now comes too late, and finds it closed with that answer in it.
    late = bens.post(f"/attempts/{attempt.pk}/questions/2/", {"q2": "a", "q2.revision": "0"})
    assert late.status_code == 302
    found = Attempt.objects.get()
    assert (found.state, found.score) == ("submitted", 1)


# --- C4: clocks that change --------------------------------------------------------------------

# Zone, the instant of a change, and what the clocks do then: minutes forward, or back if negative.
CHANGES = [
    ("Europe/Prague", datetime(2026, 3, 29, 1, tzinfo=UTC), 60),
    ("Europe/Prague", datetime(2026, 10, 25, 1, tzinfo=UTC), -60),
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC), 60),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC), -60),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC), 30),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC), -30),
    ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC), 60),
    ("America/Santiago", datetime(2026, 4, 5, 3, tzinfo=UTC), -60),
    ("Africa/Casablanca", datetime(2026, 3, 22, 2, tzinfo=UTC), 60),
    ("Asia/Almaty", datetime(2024, 2, 29, 18, tzinfo=UTC), -60),
    ("Asia/Kathmandu", datetime(1985, 12, 31, 18, 30, tzinfo=UTC), 15),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC), 24 * 60),
]
AROUND = range(-48, 49)


@pytest.mark.invariant("C4")
@pytest.mark.parametrize(("name", "change", "jump"), CHANGES)
def test_the_change_is_where_it_is_said_to_be(name, change, jump):
    zone = ZoneInfo(name)
    before = (change - timedelta(seconds=1)).astimezone(zone).utcoffset()
    assert change.astimezone(zone).utcoffset() - before == timedelta(minutes=jump)


@pytest.mark.invariant("C4", runs=len(AROUND))
@pytest.mark.parametrize(("name", "change", "jump"), CHANGES)
def test_an_hour_lasts_an_hour_at_every_hour_around_a_change(name, change, jump):
    zone = ZoneInfo(name)
    for hour in AROUND:
        start = (change + timedelta(hours=hour)).astimezone(zone)
        end = availability.deadline(started_at=start, time_limit=3600, closes_at=None, zone=zone).at
        assert (end - start.astimezone(UTC)).total_seconds() == 3600
        close = (change + timedelta(hours=1)).astimezone(zone)
        cut = availability.deadline(started_at=start, time_limit=None, closes_at=close, zone=zone)
        assert (cut.at, cut.seconds) == (close.astimezone(UTC), max(0, 3600 * (1 - hour)))


@pytest.mark.invariant("C4", runs=len(AROUND) * 4)
@pytest.mark.parametrize(("name", "change", "jump"), CHANGES)
def test_a_time_that_is_not_there_or_there_twice_is_refused_and_no_other(name, change, jump):
    zone = ZoneInfo(name)
    # The times on the clock that are left out, or come twice.
    old = (change - timedelta(microseconds=1)).astimezone(zone).utcoffset()
    at = change.replace(tzinfo=None) + old
    doubtful = (
        (at, at + timedelta(minutes=jump)) if jump > 0 else (at + timedelta(minutes=jump), at)
    )
    for quarter in range(AROUND.start * 4, AROUND.stop * 4):
        local = at + timedelta(minutes=15 * quarter)
        if doubtful[0] <= local < doubtful[1]:
            with pytest.raises(ValueError, match="not exist" if jump > 0 else "comes twice"):
                instant(local, zone)
        else:
            meant = instant(local, zone)
            assert meant.astimezone(zone).replace(tzinfo=None, fold=0) == local


@pytest.mark.invariant("C4")
@pytest.mark.parametrize(("name", "change", "jump"), CHANGES)
def test_the_last_day_of_a_cohort_is_a_day_of_its_own_clocks(name, change, jump):
    """However long it is: the next day begins at the first moment that has its date."""
    zone = ZoneInfo(name)
    around = change.astimezone(zone).date()
    for day in (around - timedelta(days=days) for days in (2, 1, 0, -1)):
        closes = Cohort(ends_on=day, time_zone=name).closes_at
        next_day = day + timedelta(days=1)
        first = closes.astimezone(UTC).astimezone(zone)
        last = (closes.astimezone(UTC) - timedelta(seconds=1)).astimezone(zone)
        assert last.date() <= day
        assert first.date() > day
        if _exists(next_day, zone):
            assert first.date() == next_day


def _exists(day: date, zone: ZoneInfo) -> bool:
    noon = datetime.combine(day, time(12), tzinfo=zone)
    return noon.astimezone(UTC).astimezone(zone).date() == day


def test_factors_stretch_elapsed_time_over_a_change():
    start = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).astimezone(ZoneInfo("Europe/Prague"))
    end = availability.deadline(
        started_at=start, time_limit=3600, closes_at=None, time_factor=Decimal("1.5")
    )
    assert (end.at, end.seconds) == (datetime(2026, 10, 25, 2, tzinfo=UTC), 5400)
