"""When a quiz may be started and when an attempt ends."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.sitting.behaviours import AtZero, Navigation, Rules
from quizzes.times.availability import (
    GRACE,
    Earlier,
    Password,
    Refusal,
    clock,
    closes_at,
    deadline,
    ended,
    in_words,
    is_over,
    receipt,
    start_refusal,
    told,
)

PRAGUE = ZoneInfo("Europe/Prague")
START = datetime(2026, 3, 2, 16, 5, tzinfo=UTC)  # 17:05 in Prague
SIX = datetime(2026, 3, 2, 17, tzinfo=UTC)  # 18:00 in Prague

zones = st.sampled_from(
    ["UTC", "Europe/Prague", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
).map(ZoneInfo)
instants = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001
    max_value=datetime(2027, 1, 1),  # noqa: DTZ001
    timezones=zones,
    allow_imaginary=False,
)
limits = st.integers(1, 10_000_000)
factors = st.decimals(min_value=1, max_value=5, places=2)


def ends(started_at, limit, close, factor):
    return deadline(started_at=started_at, time_limit=limit, closes_at=close, time_factor=factor).at


@pytest.mark.invariant("C2")
@given(instants, limits, st.none() | instants, factors, st.data())
def test_more_time_never_gives_an_earlier_end(start, limit, close, factor, data):
    end = ends(start, limit, close, factor)
    more = st.integers(0, 1_000_000)
    assert ends(start, limit + data.draw(more), close, factor) >= end
    assert ends(start, limit, close, factor + data.draw(factors)) >= end
    assert ends(start, limit, None, factor) >= end
    if close is not None:
        later = close.astimezone(UTC) + timedelta(seconds=data.draw(more))
        assert ends(start, limit, later, factor) >= end
        no_limit = ends(start, None, close, factor)
        assert no_limit is not None
        assert no_limit >= end


@pytest.mark.invariant("C2")
@given(instants, limits, st.none() | instants, factors)
def test_an_attempt_ends_at_its_limit_or_at_the_close(start, limit, close, factor):
    end = ends(start, limit, close, factor)
    elapsed = end - start.astimezone(UTC)
    # Instants that two zones read twice never compare equal across them; in UTC they do.
    if close is not None and end == close.astimezone(UTC):
        assert elapsed <= timedelta(seconds=limit * float(factor) + 1)
    else:
        assert Decimal(limit) * factor <= Decimal(elapsed.total_seconds())
        assert Decimal(elapsed.total_seconds()) < Decimal(limit) * factor + 1


@pytest.mark.invariant("C2", "C4")
@given(instants, limits, st.none() | instants, factors, zones)
def test_the_zone_of_the_words_does_not_move_the_end(start, limit, close, factor, zone):
    asked = {"time_limit": limit, "closes_at": close, "time_factor": factor}
    there = deadline(started_at=start.astimezone(zone), zone=zone, **asked)
    assert (there.at, there.seconds) == (
        (here := deadline(started_at=start, **asked)).at,
        here.seconds,
    )


@pytest.mark.invariant("C4")
def test_an_hour_lasts_an_hour_when_the_clocks_change():
    before = datetime(2026, 3, 29, 1, 30, tzinfo=PRAGUE)
    assert deadline(
        started_at=before, time_limit=3600, closes_at=None, zone=PRAGUE
    ).at == before.astimezone(UTC) + timedelta(hours=1)


def test_the_receipt_says_where_the_minutes_come_from():
    told = receipt(
        now=START, time_limit=1800, closes_at=SIX, time_factor=Decimal("2.00"), zone=PRAGUE
    )
    assert told.at == SIX
    assert told.seconds == 55 * 60
    assert told.parts == (
        "You have 1 h = 30 min × 2, your time factor.",
        "The quiz closes at 18:00 CET, so 55 min from your start.",
    )


@pytest.mark.invariant("C2")
def test_the_receipt_is_the_deadline_of_an_attempt_started_now():
    asked = {"time_limit": 1800, "closes_at": SIX, "time_factor": Decimal("1.50")}
    assert receipt(now=START, **asked) == deadline(started_at=START, **asked)


@pytest.mark.parametrize(
    ("limit", "close", "factor", "parts"),
    [
        (None, None, "1", ("There is no time limit.", "There is no closing time.")),
        (1800, None, "1", ("You have 30 min from the moment you start.",)),
        (
            1800,
            SIX,
            "1",
            ("You have 30 min from the moment you start.", "The quiz closes at 18:00 CET."),
        ),
        (
            None,
            SIX,
            "1.50",
            ("There is no time limit.", "The quiz closes at 18:00 CET, so 55 min from your start."),
        ),
        (1800, None, "1.25", ("You have 37 min 30 s = 30 min × 1.25, your time factor.",)),
    ],
)
def test_each_case_is_explained(limit, close, factor, parts):
    told = receipt(
        now=START, time_limit=limit, closes_at=close, time_factor=Decimal(factor), zone=PRAGUE
    )
    assert told.parts == parts


def test_part_of_a_second_is_rounded_up():
    end = deadline(started_at=START, time_limit=31, closes_at=None, time_factor=Decimal("1.50"))
    assert end.seconds == 47


def test_an_attempt_started_after_the_close_is_over_at_the_close():
    late = deadline(started_at=SIX + timedelta(hours=1), time_limit=1800, closes_at=SIX)
    assert (late.at, late.seconds) == (SIX, 0)
    assert late.parts[1:] == ("The quiz closed at 17:00 UTC.",)


@pytest.mark.invariant("C3")
def test_what_arrives_within_the_grace_counts():
    end = deadline(started_at=START, time_limit=60, closes_at=None)
    last = START + timedelta(seconds=60) + GRACE
    assert end.cut_off == last
    assert not is_over(end, last)
    assert is_over(end, last + timedelta(microseconds=1))


def test_without_a_deadline_nothing_comes_too_late():
    end = deadline(started_at=START, time_limit=None, closes_at=None)
    assert end.at is None
    assert not is_over(end, START + timedelta(days=10_000))


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_limit": 0},
        {"time_limit": -5},
        {"time_limit": 10**15},
        {"time_factor": Decimal(0)},
        {"time_factor": Decimal("NaN")},
        {"time_factor": Decimal("Infinity")},
        {"started_at": START.replace(tzinfo=None)},
        {"closes_at": SIX.replace(tzinfo=None)},
    ],
)
def test_settings_that_make_no_sense_are_refused_in_a_sentence(wrong):
    settings = {"started_at": START, "time_limit": 60, "closes_at": None} | wrong
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$"):
        deadline(**settings)


DONE = Earlier(is_open=False, ended_at=START - timedelta(days=2))


def refusal(**changes):
    settings = {
        "now": START,
        "opens_at": START - timedelta(days=1),
        "closes_at": SIX,
        "attempts_allowed": 2,
        "earlier": [DONE],
        "zone": PRAGUE,
    }
    return start_refusal(**settings | changes)


def test_an_attempt_may_start_between_opening_and_close():
    assert refusal() is None
    assert refusal(opens_at=START) is None
    assert refusal(opens_at=None, closes_at=None, attempts_allowed=None, earlier=[DONE] * 9) is None


def test_a_refusal_gives_its_reason():
    assert refusal(earlier=[DONE, Earlier(is_open=True)]) == Refusal(
        "under_way", "You have an attempt under way. Go on with it, or submit it first."
    )
    assert refusal(opens_at=SIX) == Refusal("not_open_yet", "The quiz opens at 18:00 CET.")
    assert refusal(now=SIX) == Refusal("closed", "The quiz closed at 18:00 CET.")
    assert refusal(earlier=[DONE] * 2) == Refusal("used_up", "You have used all attempts: 2 of 2.")
    assert refusal(takes_part=False, earlier=[DONE] * 2).code == "not_a_student"


def test_the_next_attempt_waits_from_the_end_of_the_one_before():
    hour = {"attempts_allowed": None, "delay_first": 3600, "delay_later": 86_400}
    ended = Earlier(is_open=False, ended_at=START - timedelta(minutes=30))
    assert refusal(**hour, earlier=[ended]) == Refusal(
        "too_soon", "Your next attempt may start at 17:35 CET: you wait 1 h between two attempts."
    )
    assert refusal(**hour, earlier=[ended], now=START + timedelta(minutes=30)) is None
    assert refusal(**hour, earlier=[DONE, ended]).sentence == (
        "Your next attempt may start at 16:35 CET on 3 March 2026: you wait 24 h between two "
        "attempts."
    )


def test_an_attempt_left_open_ended_at_its_limit_so_nobody_waits_twice():
    left = Earlier(is_open=False, ended_at=START, deadline=START - timedelta(hours=1))
    assert refusal(earlier=[left], delay_first=3600) is None


def asked(typed, *tries):
    found = refusal(password=Password("Kandi\u0301 Lens", typed, tries))
    return found and found.code


def test_a_password_is_compared_as_people_mean_it():
    assert asked(" Kandí Lens ") is None
    assert (asked("kandí lens"), asked("Kandí"), asked(None), asked("  ")) == (
        "wrong_password",
        "wrong_password",
        "password_needed",
        "password_needed",
    )
    assert refusal(password=Password("", "anything")) is None
    assert refusal(password=Password("x", None), now=SIX).code == "closed"


def test_after_ten_wrong_passwords_within_ten_minutes_even_the_right_one_waits():
    tries = [START - timedelta(minutes=9, seconds=second) for second in range(10)]
    found = refusal(password=Password("x", "x", tries))
    assert found == Refusal(
        "too_many_tries",
        "Too many wrong passwords: 10 within 10 minutes. You can try again at 17:05 CET.",
    )
    assert refusal(password=Password("x", "x", tries[1:])) is None
    assert refusal(password=Password("x", "x", tries), now=START + timedelta(minutes=1)) is None


# --- What happens at zero -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at_zero", "after", "expected"),
    [
        ("submit", -5, (True, -5)),
        ("submit", 5, (True, 0)),
        ("submit", 3600, (True, 0)),
        ("abandon", 10, (True, 0)),
        ("abandon", 11, (False, 0)),
        ("grace", 10, (True, 0)),
        ("grace", 11, (True, 11)),
        ("grace", 600, (True, 600)),
        ("grace", 601, (False, 600)),
    ],
)
def test_an_attempt_ends_as_its_rules_say(at_zero, after, expected):
    rules = Rules(at_zero=AtZero(at_zero), grace_period=600)
    counts, at = ended(
        rules.at_zero,
        now=SIX + timedelta(seconds=after),
        deadline=SIX,
        closes_at=closes_at(SIX, rules),
    )
    assert (counts, int((at - SIX).total_seconds())) == expected


def test_what_is_told_before_the_start():
    rules = Rules(navigation=Navigation.SEQUENTIAL, at_zero=AtZero.GRACE, grace_period=600)
    told_before = told(rules, ends=True, delay_first=60, delay_later=3600, attempts_allowed=3)
    assert [sentence.split(".")[0] for sentence in told_before] == [
        "You get one question at a time",
        "When time is up you cannot answer any more, but you have another 10 min to hand in what "
        "is saved",
        "You wait 1 min after the first attempt, and 1 h after each later one",
    ]
    assert told(Rules(), ends=False, delay_first=0, delay_later=0, attempts_allowed=1) == []

    def pauses(first, later):
        return told(
            Rules(), ends=False, delay_first=first, delay_later=later, attempts_allowed=None
        )

    assert pauses(60, 0) == [
        "You wait 1 min after the first attempt, and not at all after later ones."
    ]
    assert pauses(0, 60) == ["You wait 1 min after each attempt but the first."]


def test_a_time_on_another_day_carries_its_date():
    assert clock(SIX, zone=PRAGUE, beside=START - timedelta(days=1)) == (
        "18:00 CET on 2 March 2026"
    )
    assert clock(SIX, zone=ZoneInfo("Asia/Kathmandu"), beside=SIX) == "22:45 +0545"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (3300, "55 min"),
        (3600, "1 h"),
        (5400, "1 h 30 min"),
        (3661, "1 h 1 min 1 s"),
        (172_799, "47 h 59 min 59 s"),
        (266_400, "3 days 2 h"),
    ],
)
def test_durations_in_words(seconds, words):
    assert in_words(seconds) == words
