"""What an answer is worth by another key: a function of versions, policy, answer and points."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.marks import grading
from quizzes.marks.rescoring import CannotRescore, Correction, Fingerprint, Key, Policy, Rescored
from quizzes.questions import KINDS
from quizzes.sitting.behaviours import Behaviour, Certainty, Given, Rules
from tests import factories

OPTIONS = ("anarchy", "chaos", "war", "trade")
POINTS = st.decimals(min_value="0.01", max_value="99.99", places=2)
ANSWERS = st.one_of(
    st.none(),
    st.sampled_from(OPTIONS),
    st.lists(st.sampled_from(OPTIONS), unique=True),
    st.text(max_size=5),
    st.integers(),
)
RULES = ("exact", "net-correct", "coverage", "each-answer", "right-only")


def options(right: set[str], keys: tuple[str, ...] = OPTIONS) -> list[dict]:
    return [{"key": key, "text": key, "correct": key in right} for key in keys]


@st.composite
def pairs(draw) -> tuple[Key, Key]:
    """Two versions that offer the same, in any order, with any key."""
    kind = draw(st.sampled_from(["single", "multiple"]))

    def version(number: int) -> Key:
        keys = tuple(draw(st.permutations(OPTIONS)))
        many = len(OPTIONS) if kind == "multiple" else 1
        right = draw(st.sets(st.sampled_from(OPTIONS), min_size=1, max_size=many))
        spec = {"prompt": "?", "feedback": "", "options": options(right, keys)}
        if kind == "multiple":
            spec["rule"] = draw(st.sampled_from(RULES))
        return Key(number, kind, spec)

    return version(1), version(2)


def by(key: Key, answer: object, points: Decimal) -> Decimal:
    return grading.mark(KINDS[key.kind].grade(key.spec, answer), points)


@given(pairs(), ANSWERS, POINTS)
def test_full_credit_is_for_everybody(versions, answer, points):
    found = Correction(Policy.FULL, *versions).rescore(answer, points)
    assert found == Rescored(points, 2)


@given(pairs(), ANSWERS, POINTS)
def test_the_new_key_decides_as_if_it_had_always_been_so(versions, answer, points):
    found = Correction(Policy.NEW, *versions).rescore(answer, points)
    assert found == Rescored(by(versions[1], answer, points), 2)


@given(pairs(), ANSWERS, POINTS)
def test_with_both_keys_nobody_loses_and_the_better_one_is_named(versions, answer, points):
    old, new = (by(key, answer, points) for key in versions)
    found = Correction(Policy.BOTH, *versions).rescore(answer, points)
    assert found == (Rescored(old, 1) if old > new else Rescored(new, 2))


@given(pairs(), ANSWERS, POINTS)
def test_leaving_says_nothing(versions, answer, points):
    assert Correction(Policy.LEAVE, *versions).rescore(answer, points) is None


@given(pairs(), ANSWERS, POINTS, st.sampled_from(Policy))
def test_a_new_score_lies_between_nothing_and_the_points_and_comes_out_again(
    versions, answer, points, policy
):
    first, again = (Correction(policy, *versions).rescore(answer, points) for _ in range(2))
    assert first == again
    assert first is None or 0 <= first.score <= points


@given(pairs(), POINTS)
def test_a_version_against_itself_moves_nothing(versions, points):
    met, _ = versions
    for answer in (None, *OPTIONS, list(OPTIONS[:2])):
        for policy in (Policy.NEW, Policy.BOTH):
            found = Correction(policy, met, met).rescore(answer, points)
            assert found == Rescored(by(met, answer, points), 1)


@pytest.mark.invariant("D1", "D3")
@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_kind_scores_its_own_samples_again_as_stated(kind):
    for sample in kind.samples:
        if sample.judgement is not None:
            continue  # no key knows what a person thought of it
        key = Key(1, kind.name, sample.spec)
        found = Correction(Policy.NEW, key, key).rescore(sample.response, Decimal(1))
        if isinstance(sample.expected, Fraction):
            assert found == Rescored(grading.mark(sample.expected, Decimal(1)), 1)


SINGLE = Key(1, "single", {"prompt": "?", "options": options({"war"})})


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        (
            Key(2, "multiple", {"rule": "exact", "options": options({"war"})}),
            "Version 2 asks another kind of question than version 1 did, so answers to version 1"
            " cannot be marked by its key.",
        ),
        (
            Key(2, "single", {"options": options({"war"}, ("anarchy", "war", "trade"))}),
            "Version 2 does not offer what version 1 offered (“chaos” is gone), so answers to"
            " version 1 cannot be marked by its key.",
        ),
        (
            Key(3, "single", {"options": options({"peace"}, (*OPTIONS, "peace"))}),
            "Version 3 does not offer what version 1 offered (“peace” is new), so answers to"
            " version 1 cannot be marked by its key.",
        ),
    ],
)
def test_a_key_that_cannot_read_the_answers_is_refused_in_words(new, sentence):
    for policy in (Policy.NEW, Policy.BOTH):
        correction = Correction(policy, SINGLE, new)
        assert correction.refusal == sentence
        with pytest.raises(CannotRescore, match="cannot be marked by its key"):
            correction.rescore("war", Decimal(1))
    # Neither of these reads an answer; full credit names a version whose options they met.
    full = Correction(Policy.FULL, SINGLE, new)
    assert (full.refusal, full.rescore("war", Decimal(2))) == ("", Rescored(Decimal(2), 1))
    assert Correction(Policy.LEAVE, SINGLE, new).rescore("war", Decimal(1)) is None


def test_an_item_more_to_order_is_not_held_against_those_who_never_saw_it():
    met = Key(1, "ordering", factories.ordering())
    more = {"key": "csto", "text": "The CSTO is founded"}
    new = Key(2, "ordering", {**met.spec, "items": [*met.spec["items"], more]})
    assert "“csto” is new" in Correction(Policy.NEW, met, new).refusal


def test_the_same_places_in_another_order_are_read_by_key_and_not_by_place():
    turned = Key(2, "single", {"options": options({"war"}, tuple(reversed(OPTIONS)))})
    found = Correction(Policy.NEW, SINGLE, turned).rescore("war", Decimal(1))
    assert found == Rescored(Decimal("1.00000"), 2)


ROWS = st.lists(st.lists(st.one_of(st.text(), st.integers(), st.none()), max_size=4), max_size=5)


def fingerprint(rows: list) -> str:
    found = Fingerprint("about")
    for row in rows:
        found.add(*row)
    return found.digest()


@given(ROWS, ROWS)
def test_two_previews_have_one_digest_only_if_they_saw_the_same(some, others):
    same = [list(map(str, row)) for row in some] == [list(map(str, row)) for row in others]
    assert (fingerprint(some) == fingerprint(others)) == same


def test_tries_and_certainty_are_marked_again_by_their_own_rules():
    met = Key(1, "single", {"hints": ["Look again."], "options": options({"war"})})
    new = Key(2, "single", {"options": options({"chaos"})})
    correction = Correction(Policy.NEW, met, new)
    tries = [Given("war", checked=True), Given("chaos", checked=True)]
    interactive = Rules(Behaviour.INTERACTIVE, penalty=Decimal("0.25"))
    # Two tries, as the question had a hint when it was met, though the new version has none.
    found = correction.rescore("chaos", Decimal(2), rules=interactive, given=tries)
    assert found == Rescored(Decimal("1.50000"), 2)
    immediate = Rules(Behaviour.IMMEDIATE)
    found = correction.rescore("chaos", Decimal(2), rules=immediate, given=tries)
    assert found == Rescored(Decimal("0.00000"), 2)
    scored = Rules(certainty=Certainty.SCORE)
    sure = [Given("war", certainty=3)]
    assert correction.rescore("war", Decimal(2), rules=scored, given=sure) == Rescored(
        Decimal("-4.00000"), 2
    )
