"""E3: by no overlap of rules is a key shown to whoever may still earn credit on it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.seeing.visibility import KEY, Phase, Policy, Role, may_earn, phase, visible
from quizzes.times.conditions import End, Origin, Special, last_close, resolve
from tests.invariants.scale import runs

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
PEOPLE = (1, 2, 3)
GROUPS = ("", "A", "B")

moments = st.integers(-300, 300).map(lambda minutes: START + timedelta(minutes=minutes))
closes = st.none() | moments


@st.composite
def given_to_some(draw):
    """(person or None, special), in the order in which they were made."""
    specials = []
    for number in range(draw(st.integers(0, 6))):
        person = draw(st.sampled_from((None, *PEOPLE)))
        specials.append(
            (
                person,
                Special(
                    number=number,
                    made_at=START + timedelta(seconds=number),
                    reason="ill",
                    group=draw(st.sampled_from(("A", "B"))) if person is None else None,
                    closes_at=draw(closes),
                    attempts_allowed=draw(st.none() | st.integers(1, 4)),
                    expires_at=draw(closes),
                    revoked_at=draw(closes),
                ),
            )
        )
    return specials


@pytest.mark.invariant("E3", runs=runs(2000))
@settings(max_examples=runs(2000))
@given(
    policy=st.sampled_from(Policy),
    cohorts=st.lists(closes, min_size=1, max_size=3),
    specials=given_to_some(),
    open_ends=st.lists(closes, max_size=2),
    used=st.lists(st.integers(0, 4), min_size=3, max_size=3),
    revealed=st.lists(st.booleans(), min_size=3, max_size=3),
    under_way=st.lists(st.booleans(), min_size=3, max_size=3),
    finished_at=moments,
    now=moments,
)
def test_default_deny_over_all_rules(
    policy, cohorts, specials, open_ends, used, revealed, under_way, finished_at, now
):
    holding = [(person, special) for person, special in specials if special.holds(now)]
    over = last_close(
        [
            *(End(close) for close in cohorts),
            *(
                End(special.closes_at, person=person, origin=Origin.PERSON)
                for person, special in holding
                if special.closes_at is not None
            ),
            *(End(end) for end in open_ends if end is None or end >= now),
        ]
    ).at

    def earns(cohort, person, group):
        holds = resolve(
            time_limit=None,
            attempts_allowed=2,
            cohort_closes_at=cohort,
            specials=[
                special
                for whom, special in specials
                if whom == person or (whom is None and special.group == group)
            ],
            at=now,
        )
        return may_earn(
            under_way=under_way[person - 1],
            revealed=revealed[person - 1],
            attempts_used=used[person - 1],
            attempts_allowed=holds.attempts_allowed.value,
            closes_at=holds.closes_at.value,
            now=now,
        )

    others_earn_by_rules = False
    for cohort in cohorts:
        for person in PEOPLE:
            for group in GROUPS:
                again = earns(cohort, person, group)
                others_earn_by_rules |= again and not under_way[person - 1]
                stands = phase(finished_at=finished_at, now=now, closes_at=over, again=again)
                shown = visible(policy, stands, Role.STUDENT)
                if again and policy != Policy.PRACTICE:
                    # One's own key, never as long as one may earn credit on it.
                    assert shown.isdisjoint(KEY)
                if policy == Policy.EXAM and not shown.isdisjoint(KEY):
                    assert stands == Phase.CLOSED
    if others_earn_by_rules or any(end is None or end > now for end in open_ends):
        # An exam's, never as long as anybody may: the phase that shows it has not come.
        stands = phase(finished_at=finished_at, now=now, closes_at=over, again=False)
        assert visible(Policy.EXAM, stands, Role.STUDENT).isdisjoint(KEY)
