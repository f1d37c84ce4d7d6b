"""Questions drawn into slots."""

import random
from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.sitting.drawing import draw

pools = st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=5, unique=True)
slots = st.lists(pools, min_size=1, max_size=5)
counts = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 3))


def every_draw(slots):
    return [keys for keys in product(*slots) if len(set(keys)) == len(keys)]


@given(slots, counts, st.integers())
def test_a_draw_fills_every_slot_from_its_pool_without_repeats_or_none_is_possible(
    slots, seen, seed
):
    possible = every_draw(slots)
    if not possible:
        with pytest.raises(ValueError, match="too few different questions"):
            draw(slots, rng=random.Random(seed), seen=seen)
    else:
        assert tuple(draw(slots, rng=random.Random(seed), seen=seen)) in possible


@given(slots.filter(every_draw), counts, counts, st.sets(st.sampled_from("abcdefg")), st.integers())
def test_no_other_draw_has_questions_less_known_less_seen_and_then_less_used(
    slots, seen, used, known, seed
):
    def ranks(keys):
        return sorted((key in known, seen.get(key, 0), used.get(key, 0)) for key in keys)

    drawn = draw(slots, rng=random.Random(seed), seen=seen, used=used, known=known)
    assert ranks(drawn) == min(map(ranks, every_draw(slots)))


@given(slots.filter(every_draw), counts, st.integers())
def test_the_same_seed_draws_the_same(slots, seen, seed):
    assert draw(slots, rng=random.Random(seed), seen=seen) == draw(
        slots, rng=random.Random(seed), seen=seen
    )


def test_unseen_questions_come_first_then_the_least_seen():
    pool = ["often", "once", "never"]
    rng = random.Random(1)
    seen = {"often": 5, "once": 1}
    assert draw([pool], rng=rng, seen=seen) == ["never"]
    assert set(draw([pool, pool], rng=rng, seen=seen)) == {"never", "once"}


def test_a_fixed_question_keeps_its_slot_however_often_it_was_seen():
    drawn = draw([["a", "b"], ["a"]], rng=random.Random(1), seen={"a": 9})
    assert drawn == ["b", "a"]


def test_chance_decides_among_equals():
    pool = list("abcd")
    drawn = Counter(draw([pool, pool], rng=random.Random(seed), seen={})[0] for seed in range(2000))
    assert drawn.keys() == set(pool)
    assert min(drawn.values()) > 400


def test_a_slot_without_questions_is_named():
    with pytest.raises(ValueError, match=r"^Slot 2 has no question to draw from\."):
        draw([["a"], []], rng=random.Random(1), seen={})


def test_slots_that_would_stay_empty_are_named():
    with pytest.raises(ValueError, match=r"slots? \d would stay empty"):
        draw([["a"], ["a"]], rng=random.Random(1), seen={})


def test_no_slots_draw_nothing():
    assert draw([], rng=random.Random(1), seen={}) == []


def test_a_long_quiz_from_one_large_bank_is_drawn():
    bank = [f"question-{number}" for number in range(400)]
    assert len(set(draw([bank] * 100, rng=random.Random(1), seen={}))) == 100
