"""What answers earn under each behaviour, by worked examples and by what must always hold."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.marks import grading
from quizzes.questions import KINDS
from quizzes.sitting.behaviours import (
    Behaviour,
    Certain,
    Certainty,
    Given,
    Rules,
    State,
    after_tries,
    certain,
    judge,
    scaled,
)

SINGLE = KINDS["single"]
ONE = {
    "prompt": "?",
    "hints": ["Look again.", "Not war."],
    "options": [
        {"key": key, "text": key, "correct": key == "anarchy"}
        for key in ("anarchy", "war", "trade")
    ],
}
MATCHING = KINDS["matching"]
ROWS = ("nato", "csto", "osce")
THREE = {
    "prompt": "?",
    "hints": ["Look again.", "Mind the years."],
    MATCHING.rows_in: [{"key": row, "text": row, MATCHING.match_in: row} for row in ROWS],
    MATCHING.answers_in: [{"key": row, "text": row} for row in ROWS],
}
THIRD = Rules().penalty
INTERACTIVE = Rules(behaviour=Behaviour.INTERACTIVE)


def tried(*answers):
    return [Given(answer, checked=True) for answer in answers]


def pairs(nato="osce", csto="osce", osce="nato"):
    return {"nato": nato, "csto": csto, "osce": osce}


def test_deferred_grades_the_newest_answer_and_nothing_is_ever_locked():
    found = judge(Rules(), SINGLE, ONE, [Given("war"), Given("anarchy")])
    assert (found.state, found.earned, found.left) == (State.OPEN, 1, None)


@pytest.mark.parametrize("behaviour", ["immediate", "practice"])
def test_the_first_check_locks(behaviour):
    rules = Rules(behaviour=Behaviour(behaviour))
    assert judge(rules, SINGLE, ONE, [Given("war")]).state == State.OPEN
    locked = judge(rules, SINGLE, ONE, [*tried("war"), Given("anarchy")])
    assert (locked.state, locked.earned, locked.tries, locked.left) == (State.LOCKED, 0, 1, 0)


@pytest.mark.parametrize(
    ("answers", "state", "earned", "left", "hints"),
    [
        ([], "open", Fraction(0), 3, 0),
        (tried("anarchy"), "locked", Fraction(1), 0, 0),
        (tried("war"), "trying", Fraction(0), 2, 1),
        (tried("war", "anarchy"), "locked", 1 - Fraction(THIRD), 0, 1),
        (tried("war", "trade"), "trying", Fraction(0), 1, 2),
        (tried("war", "trade", "anarchy"), "locked", 1 - 2 * Fraction(THIRD), 0, 2),
        (tried("war", "trade", "war"), "locked", Fraction(0), 0, 2),
        # Not checked, but handed in: one more try.
        ([*tried("war"), Given("anarchy")], "trying", 1 - Fraction(THIRD), 2, 1),
        ([*tried("war"), Given(None)], "trying", Fraction(0), 2, 1),
        ([Given("anarchy")], "open", Fraction(1), 3, 0),
    ],
)
def test_interactive_by_worked_examples(answers, state, earned, left, hints):
    found = judge(INTERACTIVE, SINGLE, ONE, answers)
    assert (found.state, found.earned, found.left, found.hints) == (state, earned, left, hints)


def test_a_part_pays_only_for_the_tries_before_it_was_right_to_the_end():
    quarter = Fraction(1, 4)
    answers = [
        pairs(nato="nato"),
        pairs(nato="nato", csto="csto"),
        pairs(nato="nato", csto="csto", osce="osce"),
    ]
    # nato from the first try on, csto from the second, osce from the third.
    assert after_tries(MATCHING, THREE, answers, quarter) == Fraction(1 + Fraction(3, 4) + 0.5) / 3
    # What was right once and given up earns nothing; what came back pays from where it came back.
    assert after_tries(MATCHING, THREE, [pairs(nato="nato"), pairs()], quarter) == 0
    back = [pairs(nato="nato"), pairs(), pairs(nato="nato")]
    assert after_tries(MATCHING, THREE, back, quarter) == Fraction(1, 2) / 3


@pytest.mark.parametrize(
    ("certainty", "right", "wrong"),
    [(None, "1/3", "0"), (1, "1/3", "0"), (2, "2/3", "-2/3"), (3, "1", "-2")],
)
def test_the_classic_scale_in_thirds(certainty, right, wrong):
    assert scaled(Fraction(1), certainty) == Fraction(right)
    assert scaled(Fraction(0), certainty) == Fraction(wrong)
    assert scaled(Fraction(1, 2), certainty) == Fraction(right) / 2
    rules = Rules(certainty=Certainty.SCORE)
    assert judge(rules, SINGLE, ONE, [Given("war", certainty=certainty)]).earned == Fraction(wrong)
    assert judge(rules, SINGLE, ONE, [Given(None, certainty=certainty)]).earned == 0


@pytest.mark.parametrize(("chance", "best"), [(0.5, 1), (0.7, 2), (0.79, 2), (0.85, 3)])
def test_on_the_classic_scale_it_pays_to_be_honest(chance, best):
    expected = {
        level: chance * scaled(Fraction(1), level) + (1 - chance) * scaled(Fraction(0), level)
        for level in (1, 2, 3)
    }
    assert max(expected, key=expected.__getitem__) == best


def test_sure_and_wrong_costs_but_no_total_is_below_nothing():
    rules = Rules(certainty=Certainty.SCORE)
    marks = [grading.mark(Fraction(-2), Decimal(2), least=rules.least)]
    assert marks == [Decimal("-4.00000")]
    assert grading.total(marks) == 0
    assert grading.total([*marks, Decimal(5)]) == 1


OPTION = st.sampled_from([None, "anarchy", "war", "trade"])
PAIRING = st.none() | st.fixed_dictionaries({row: st.sampled_from(ROWS) for row in ROWS})
QUESTIONS = st.sampled_from([(SINGLE, ONE, OPTION), (MATCHING, THREE, PAIRING)])
PENALTY = st.decimals(min_value=0, max_value=1, places=5)


@st.composite
def answered(draw):
    kind, spec, answer = draw(QUESTIONS)
    one = st.builds(Given, answer, st.booleans(), st.sampled_from([None, 1, 2, 3]))
    return kind, spec, draw(st.lists(one, max_size=5))


@given(
    answered(),
    st.builds(Rules, st.sampled_from(Behaviour), PENALTY, st.sampled_from(Certainty)),
)
def test_what_is_earned_has_its_bounds_and_asking_for_certainty_changes_nothing(question, rules):
    kind, spec, answers = question
    found = judge(rules, kind, spec, answers)
    assert rules.least <= found.earned <= 1
    assert 0 <= found.hints <= len(spec["hints"])
    assert (found.left == 0) is (found.state == State.LOCKED) or found.left is None
    if rules.certainty == Certainty.ASK:
        plain = Rules(rules.behaviour, rules.penalty)
        assert judge(plain, kind, spec, answers) == found
    grading.mark(found.earned, Decimal("2.50"), least=rules.least)


@given(st.lists(PAIRING, min_size=1, max_size=4), PENALTY)
def test_counting_back_never_earns_less_than_the_plain_rule_nor_more_than_the_last_try(
    answers, penalty
):
    earned = after_tries(MATCHING, THREE, answers, Fraction(penalty))
    whole = MATCHING.grade(THREE, answers[-1])
    assert max(0, whole - (len(answers) - 1) * Fraction(penalty)) <= earned <= whole


@given(answered(), PENALTY)
def test_a_locked_question_stays_as_it_is_whatever_comes_later(question, penalty):
    kind, spec, answers = question
    rules = Rules(Behaviour.INTERACTIVE, penalty)
    standings = [judge(rules, kind, spec, answers[:end]) for end in range(len(answers) + 1)]
    for before, after in pairwise(standings):
        assert before.state != State.LOCKED or after == before


def test_rules_are_read_back_as_they_were_stored():
    rules = Rules(Behaviour.INTERACTIVE, Decimal("0.25"), Certainty.ASK)
    assert Rules.read(rules.stored()) == rules
    assert Rules().stored() == {}


def test_hints_are_an_authors_texts_and_never_public():
    kind = SINGLE
    assert [path for path, _text, mode in kind.texts(ONE) if path.startswith("hints")] == [
        "hints[0]",
        "hints[1]",
    ]
    content = kind.rewrite(ONE, lambda path, text, mode: f"<p>{text}</p>")
    assert content["hints"] == ["<p>Look again.</p>", "<p>Not war.</p>"]
    assert "hints" not in kind.public(content)
    for name, each in KINDS.items():
        spec = {**each.samples[0].spec, "hints": ["Look again.", ""]}
        faults = [fault.field for fault in each.check(spec) if fault.field.startswith("hints")]
        assert faults == ["hints[1]"], name


def test_the_bonus_of_certainty_is_a_tenth_of_what_telling_sure_from_unsure_brought():
    """Moodle's own figures: right and very sure, wrong and not sure; then the other way round."""
    point, third = Fraction(1), Fraction(1, 3)
    told = certain([(point, scaled(point, 3), 3), (point, scaled(Fraction(0), 1), 1)])
    # Half right: no single level brings more than 0.5 a point.
    assert told == Certain(2, Fraction(3, 2), Fraction(1, 2), Fraction(1, 10))
    misled = certain([(point, scaled(point, 1), 1), (point, scaled(Fraction(0), 3), 3)])
    assert misled == Certain(2, Fraction(-5, 2), Fraction(1, 2), Fraction(-3, 10))
    partly = certain([(2 * point, 2 * scaled(third, None), None)])
    assert partly == Certain(1, third, third, Fraction(0))
    assert certain([]) is None


def test_a_partly_right_try_that_is_handed_in_as_it_was_checked_pays_for_no_second_one():
    kind = KINDS["multiple"]
    partly = next(
        sample
        for sample in kind.samples
        if (sample.spec["rule"], sample.label) == ("net-correct", "partly")
    )
    spec, tries = {**partly.spec, "hints": ["One.", "Two."]}, tried(partly.response)
    for given_in in (tries, [*tries, Given(partly.response)]):
        assert judge(INTERACTIVE, kind, spec, given_in).earned == partly.expected == Fraction(1, 3)
