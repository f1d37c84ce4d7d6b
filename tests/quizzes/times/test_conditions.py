"""What holds for a person in a quiz, resolved field by field, and where an end goes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.times.availability import instant
from quizzes.times.conditions import (
    End,
    Late,
    Origin,
    Schedule,
    Special,
    last_close,
    moved,
    resolve,
)

PRAGUE = ZoneInfo("Europe/Prague")
START = datetime(2026, 3, 2, 16, 5, tzinfo=UTC)  # 17:05 in Prague
SIX = datetime(2026, 3, 2, 17, tzinfo=UTC)  # 18:00 in Prague
HOUR = timedelta(hours=1)
FIELDS = ("opens_at", "due_at", "closes_at", "time_limit", "attempts_allowed")

instants = st.integers(-5000, 5000).map(lambda minutes: START + timedelta(minutes=minutes))
limits = st.integers(30, 100_000)
counts = st.integers(1, 9)
schedules = st.builds(
    Schedule,
    opens_at=st.none() | instants,
    due_at=st.none() | instants,
    closes_at=st.none() | instants,
)
specials = st.builds(
    Special,
    number=st.integers(1, 10**6),
    made_at=instants,
    reason=st.just("ill"),
    group=st.sampled_from([None, "A", "B"]),
    opens_at=st.none() | instants,
    due_at=st.none() | instants,
    closes_at=st.none() | instants,
    time_limit=st.none() | limits,
    attempts_allowed=st.none() | counts,
    expires_at=st.none() | instants,
    revoked_at=st.none() | instants,
)
rows = st.lists(specials, max_size=6, unique_by=lambda special: special.number)
worlds = st.fixed_dictionaries(
    {
        "time_limit": st.none() | limits,
        "attempts_allowed": st.none() | counts,
        "cohort_closes_at": st.none() | instants,
        "schedule": st.none() | schedules,
        "time_factor": st.decimals(min_value=1, max_value=5, places=2),
        "specials": rows,
    }
)


def resolved(**changes):
    world = {"time_limit": 1800, "attempts_allowed": 2, "cohort_closes_at": SIX, "at": START}
    return resolve(**world | changes)


def own(number=1, **fields):
    return Special(number=number, made_at=START, **{"reason": "ill", **fields})


def of_group(number=1, group="A", **fields):
    return own(number, group=group, **fields)


def values(conditions):
    return {field: getattr(conditions, field).value for field in FIELDS}


def end(world, at=START):
    return resolve(**world, at=at).deadline(started_at=at, zone=UTC).at or datetime.max.replace(
        tzinfo=UTC
    )


# --- Which value counts -------------------------------------------------------------------------


@given(worlds, st.sampled_from(FIELDS))
def test_each_field_follows_the_layers_by_itself(world, field):
    holding = [
        row
        for row in world["specials"]
        if row.revoked_at is None
        and (row.expires_at is None or row.expires_at > START)
        and getattr(row, field) is not None
    ]
    mine = [row for row in holding if row.group is None]
    groups = [getattr(row, field) for row in holding if row.group is not None]
    plan = world["schedule"] or Schedule()
    got = getattr(resolve(**world, at=START), field)
    if mine:
        newest = max(mine, key=lambda row: (row.made_at, row.number))
        assert (got.value, got.origin) == (getattr(newest, field), Origin.PERSON)
    elif groups:
        kindest = min(groups) if field == "opens_at" else max(groups)
        assert (got.value, got.origin) == (kindest, Origin.GROUP)
    else:
        base = getattr(plan, field, None) if field.endswith("_at") else world[field]
        if field == "closes_at" and base is None:
            base = world["cohort_closes_at"]
        assert got.value == base
        assert not got.is_special


@given(worlds, st.permutations(range(6)))
def test_the_order_of_the_rows_does_not_matter(world, order):
    mixed = [world["specials"][at] for at in order if at < len(world["specials"])]
    assert values(resolve(**world, at=START)) == values(
        resolve(**{**world, "specials": mixed}, at=START)
    )


@given(worlds)
def test_what_is_revoked_or_expired_does_not_count(world):
    holding = [row for row in world["specials"] if row.holds(START)]
    assert resolve(**world, at=START) == resolve(**{**world, "specials": holding}, at=START)


@pytest.mark.invariant("C2")
@given(worlds, st.data())
def test_more_time_never_gives_an_earlier_end(world, data):
    before = end(world)
    more = st.integers(0, 100_000)
    later = {**world}
    what = data.draw(st.sampled_from(["factor", "limit", "cohort", "schedule", "row", "new row"]))
    if what == "factor":
        later["time_factor"] += data.draw(st.decimals(min_value=0, max_value=5, places=2))
    elif what == "limit":
        later["time_limit"] = data.draw(
            st.none() if world["time_limit"] is None else st.integers(world["time_limit"], 200_000)
        )
    elif what == "cohort" and world["cohort_closes_at"]:
        later["cohort_closes_at"] += timedelta(seconds=data.draw(more))
    elif what == "schedule" and world["schedule"] and world["schedule"].closes_at:
        close = world["schedule"].closes_at + timedelta(seconds=data.draw(more))
        later["schedule"] = replace(world["schedule"], closes_at=close)
    elif what == "row" and world["specials"]:
        at = data.draw(st.integers(0, len(world["specials"]) - 1))
        row = world["specials"][at]
        kinder = replace(
            row,
            closes_at=row.closes_at and row.closes_at + timedelta(seconds=data.draw(more)),
            time_limit=row.time_limit and row.time_limit + data.draw(more),
        )
        rest = [other for other in world["specials"] if other is not row]
        later["specials"] = [*rest, kinder]
    elif what == "new row":
        now = resolve(**world, at=START)
        kinder = Special(
            number=10**9,
            made_at=START + timedelta(days=99),
            reason="more",
            closes_at=now.closes_at.value and now.closes_at.value + HOUR,
            time_limit=now.time_limit.value and now.time_limit.value + 60,
        )
        later["specials"] = [*world["specials"], kinder]
    assert end(later) >= before


@pytest.mark.invariant("C2")
@given(worlds, specials)
def test_one_more_group_is_never_worse_than_fewer(world, extra):
    """As long as some group named the field before; the first may also shorten."""
    extra = replace(extra, number=10**9, group="C")
    before = resolve(**world, at=START)
    after = resolve(**{**world, "specials": [*world["specials"], extra]}, at=START)
    for field in FIELDS:
        old, new = getattr(before, field), getattr(after, field)
        if old.origin == Origin.GROUP:
            assert new.value <= old.value if field == "opens_at" else new.value >= old.value
        elif old.origin == Origin.PERSON:
            assert new == old


@pytest.mark.invariant("C2")
def test_a_personal_close_goes_before_the_group_and_both_before_the_schedule():
    plan = Schedule(closes_at=SIX)
    group, person = of_group(2, closes_at=SIX + 2 * HOUR), own(1, closes_at=SIX + HOUR)
    for given_, close in (
        ([], SIX),
        ([group], SIX + 2 * HOUR),
        ([group, person], SIX + HOUR),
        ([of_group(3, "B", closes_at=SIX + 3 * HOUR), group], SIX + 3 * HOUR),
    ):
        assert resolved(schedule=plan, specials=given_).closes_at.value == close


def test_the_newest_of_ones_own_decides_each_field_it_names():
    old = own(1, closes_at=SIX + HOUR, time_limit=3600)
    new = replace(own(2, closes_at=SIX + 2 * HOUR), made_at=START + HOUR)
    got = resolved(specials=[new, old])
    assert (got.closes_at.value, got.time_limit.value) == (SIX + 2 * HOUR, 3600)


def test_an_attempt_keeps_to_its_end_what_held_when_it_began():
    special = own(closes_at=SIX + HOUR, expires_at=START + HOUR)
    assert resolved(specials=[special], at=START).closes_at.value == SIX + HOUR
    assert resolved(specials=[special], at=START + HOUR).closes_at.value == SIX


# --- In words -----------------------------------------------------------------------------------


def words(at=START, **changes):
    return resolved(**changes).deadline(started_at=at, zone=PRAGUE).parts


def test_the_receipt_says_what_is_different_for_whom_and_why():
    assert words(
        specials=[
            own(1, closes_at=SIX + HOUR, reason="A broken leg."),
            of_group(2, "Evening", time_limit=2700, reason="shift work"),
        ]
    ) == (
        "You have 45 min from the moment you start.",
        "The quiz closes at 19:00 CET.",
        "The time limit is extended from 30 min for your group Evening: shift work.",
        "The closing time is extended for you: A broken leg.",
    )


def test_the_receipt_says_what_a_factor_is_for():
    assert words(time_factor=Decimal("1.50"), accommodation="Reads with a screen reader") == (
        "You have 45 min = 30 min × 1.5, your time factor.",
        "The quiz closes at 18:00 CET.",
        "Your time factor is for: Reads with a screen reader.",
    )


def test_a_shortening_is_called_one():
    assert words(specials=[own(closes_at=SIX - timedelta(minutes=30), reason="travels")])[1:] == (
        "The quiz closes at 17:30 CET, so 25 min from your start.",
        "The closing time is brought forward for you: travels.",
    )


def test_what_is_due_is_said_before_and_after():
    plan = Schedule(due_at=SIX - HOUR / 2)
    assert words(schedule=plan)[2] == (
        "It is due at 17:30 CET. Handed in later it still counts, and is marked as late."
    )
    assert words(schedule=plan, at=SIX - HOUR / 4)[2].startswith("It was due at 17:30 CET.")


def test_an_override_that_changes_nothing_is_not_mentioned():
    assert words(specials=[own(closes_at=SIX)]) == words()


def test_more_attempts_are_explained():
    def raised(**given):
        return resolved(**given).attempts_in_words(zone=PRAGUE, beside=START)

    given = own(attempts_allowed=3, reason="the fire alarm")
    assert raised(specials=[given]) == "The number of attempts is raised for you: the fire alarm."
    assert raised(specials=[replace(given, expires_at=SIX + 24 * HOUR)]) == (
        "The number of attempts is raised for you, in attempts begun before 18:00 CET on 3 March"
        " 2026: the fire alarm."
    )
    assert raised() == ""


def test_the_receipt_says_until_when_a_special_holds():
    plan = Schedule(opens_at=START + HOUR / 2, due_at=SIX)
    given = own(
        opens_at=START,
        due_at=SIX + HOUR,
        closes_at=SIX + 2 * HOUR,
        time_limit=2700,
        expires_at=START + HOUR / 4,
    )
    until = "for you, in attempts begun before 17:20 CET: ill."
    said = [
        sentence for sentence in words(schedule=plan, specials=[given]) if sentence.endswith("ill.")
    ]
    assert said == [
        f"The opening time is earlier {until}",
        f"The time limit is extended from 30 min {until}",
        f"The closing time is extended {until}",
        f"The due time is later {until}",
    ]
    assert not any(until in each for each in words(specials=[replace(given, expires_at=None)]))


def test_late_is_after_the_due_time_and_its_grace():
    holds = resolved(schedule=Schedule(due_at=SIX))
    assert not holds.is_late(SIX + timedelta(seconds=10))
    assert holds.is_late(SIX + timedelta(seconds=11))
    assert not holds.is_late(None)
    assert not resolved().is_late(SIX + 9 * HOUR)


# --- Where an open attempt's end goes -----------------------------------------------------------


@pytest.mark.invariant("C5")
@given(instants, st.none() | instants, instants)
def test_an_end_moves_but_never_back_behind_now(to, was, now):
    got = moved(to=to, was=was, now=now)
    assert got >= to
    if to >= now:
        assert got == to
    else:
        assert got <= now
    if was is not None and was <= now:
        assert got == max(to, was)  # what was over is over, unless more time was given
    assert moved(to=to, was=got, now=now) == got
    assert moved(to=None, was=was, now=now) is None


def test_of_several_closes_the_last_counts_and_none_is_later_than_all():
    def last(*ends):
        return last_close(End(*end) for end in ends).at

    assert last((SIX,), (START,)) == SIX
    assert last((SIX,), (None,)) is None
    assert last((START,), (SIX, "ben", 7), (START, "ben", 7)) == START  # a person's newest counts
    assert last((START,), (START, "ben", 7), (SIX, "ben", 7)) == SIX
    with pytest.raises(ValueError, match="no close"):
        last()


# --- Times on the clocks ------------------------------------------------------------------------

CHANGES = [  # zone, a minute that does not exist, a minute that comes twice
    ("Europe/Prague", datetime(2026, 3, 29, 2, 30), datetime(2026, 10, 25, 2, 30)),  # noqa: DTZ001
    ("America/New_York", datetime(2026, 3, 8, 2, 30), datetime(2026, 11, 1, 1, 30)),  # noqa: DTZ001
    ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 15), datetime(2026, 4, 5, 1, 45)),  # noqa: DTZ001
    ("America/Santiago", datetime(2026, 9, 6, 0, 30), datetime(2026, 4, 4, 23, 30)),  # noqa: DTZ001
]


@pytest.mark.invariant("C4")
@pytest.mark.parametrize(("zone", "missing", "twice"), CHANGES)
def test_times_that_do_not_exist_or_come_twice_are_refused_in_a_sentence(zone, missing, twice):
    with pytest.raises(
        ValueError, match=rf"^{missing:%H:%M} on .* does not exist in {zone}: .*\.$"
    ):
        instant(missing, ZoneInfo(zone))
    with pytest.raises(ValueError, match=rf"^{twice:%H:%M} on .* comes twice in {zone}: .*\.$"):
        instant(twice, ZoneInfo(zone))


def test_a_day_that_a_zone_left_out_does_not_exist():
    with pytest.raises(ValueError, match="30 December 2011 does not exist in Pacific/Apia"):
        instant(datetime(2011, 12, 30, 12), ZoneInfo("Pacific/Apia"))  # noqa: DTZ001


@pytest.mark.invariant("C4")
@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["UTC", "Asia/Kathmandu", *(zone for zone, _, _ in CHANGES)]),
)
def test_what_is_accepted_reads_the_same_on_the_clocks_there(local, zone):
    try:
        meant = instant(local, ZoneInfo(zone))
    except ValueError:
        return
    assert meant.tzinfo == UTC
    assert meant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == local


# --- Late ---------------------------------------------------------------------------------------

TEN_A_DAY = Late(Decimal(10), Decimal(50))


@pytest.mark.parametrize(
    ("seconds", "percent"),
    [(-1, 0), (0, 0), (10, 0), (11, 10), (86_410, 10), (86_411, 20), (400_000, 50), (9e6, 50)],
)
def test_each_day_begun_after_the_due_time_costs_up_to_the_most(seconds, percent):
    late = START + timedelta(seconds=seconds)
    assert TEN_A_DAY.deduction(due_at=START, submitted_at=late) == percent
    assert TEN_A_DAY.deduction(due_at=None, submitted_at=late) == 0


percents = st.decimals(0, 100, places=2)


@given(percents, percents, st.integers(-(10**6), 10**8), st.integers(0, 10**8))
def test_coming_later_never_costs_less_and_nothing_costs_more_than_the_most(
    penalty, most, after, more
):
    first, second = (
        Late(penalty, most).deduction(due_at=START, submitted_at=START + timedelta(seconds=late))
        for late in (after, after + more)
    )
    assert 0 <= first <= second <= most


def test_a_day_is_24_hours_even_when_the_clocks_change():
    due = datetime(2026, 10, 24, 12, tzinfo=ZoneInfo("Europe/Prague")).astimezone(UTC)
    noon_after = datetime(2026, 10, 25, 12, tzinfo=ZoneInfo("Europe/Prague")).astimezone(UTC)
    assert TEN_A_DAY.deduction(due_at=due, submitted_at=noon_after) == 20


def test_the_receipt_says_what_lateness_costs():
    holds = resolve(
        time_limit=None,
        attempts_allowed=None,
        cohort_closes_at=None,
        schedule=Schedule(due_at=START),
        late=TEN_A_DAY,
        at=START,
    )
    assert holds.deadline(started_at=START, zone=UTC).parts[-1] == (
        "Each day begun after 16:05 UTC costs 10 % of your score, at most 50 %. A day is 24 hours "
        "here, whatever the clocks do."
    )
