"""Essays: what is taken, how a rubric weighs it, and that nobody's silence is a 0."""

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.marks.rescoring import CannotRescore, Correction, Key, Policy
from quizzes.questions import KINDS, NeedsMarking
from quizzes.questions.essay import SPEC, rubric_fraction
from quizzes.sitting.attempts import digest

ESSAY = KINDS["essay"]
ORDER = ESSAY.keys(SPEC)


def faults(**changes) -> list[str]:
    return [fault.field for fault in ESSAY.check(SPEC | changes, draft=True)]


def rubric(*points: int) -> list[dict]:
    levels = [{"key": f"l{n}", "text": f"Level {n}", "points": p} for n, p in enumerate(points)]
    return [{"key": "claim", "text": "Claim", "levels": levels}]


def test_an_essay_without_a_judgement_has_no_grade_at_all():
    with pytest.raises(NeedsMarking, match=r"^This answer waits to be marked by a person\.$"):
        ESSAY.grade(SPEC, "Some words.")
    assert ESSAY.outcome(SPEC, "Some words.") == "waits"
    assert (ESSAY.waits(SPEC, None), ESSAY.grade(SPEC, None)) == (False, 0)


@given(st.fixed_dictionaries({"claim": st.sampled_from(["none", "vague", "clear"])}))
def test_a_criterion_left_open_is_named(chosen):
    with pytest.raises(ValueError, match=r"Not chosen yet: Answers the other side\.$"):
        rubric_fraction(SPEC, chosen)


def test_levels_that_the_rubric_does_not_know_are_refused():
    for chosen in ({"claim": "gone", "objection": "ignored"}, {"gone": "clear"}):
        with pytest.raises(ValueError, match=r"Reload the page and choose again\.$"):
            rubric_fraction(SPEC, chosen)


@given(st.lists(st.integers(1, 100), min_size=1, max_size=5, unique=True), st.data())
def test_levels_earn_their_share_of_all_points(points, data):
    spec = SPEC | {"rubric": rubric(0, *points)}
    level = data.draw(st.integers(0, len(points)))
    assert ESSAY.check(spec, draft=True) == []
    earned = rubric_fraction(spec, {"claim": f"l{level}"})
    assert earned == Fraction([0, *points][level], max(points))


def test_a_rubric_without_sense_is_a_fault_at_its_place():
    assert faults(rubric=rubric(1, 2)) == ["rubric[0].levels"]
    assert faults(rubric=rubric(0, 2, 2)) == ["rubric[0].levels[2].points"]
    assert faults(rubric=rubric(0, 101)) == ["rubric[0].levels[1].points"]
    assert faults(rubric=rubric(0)) == ["rubric[0].levels"]
    assert faults(words={"least": 9, "most": 8}) == ["words"]
    assert faults(words={"least": True, "most": 8}) == ["words"]


def test_a_little_too_long_is_taken_and_far_too_long_is_refused_with_the_count():
    assert ESSAY.parse_json(ORDER, "word " * 120) == "word " * 120
    with pytest.raises(
        ValueError, match=r"^This answer has 121 words; at most 120 are taken\. Shorten it\.$"
    ) as refusal:
        ESSAY.parse_json(ORDER, "word " * 121)
    assert ESSAY.present(SPEC, ORDER, refusal.value.typed)["essay"]["count"] == 121


@given(st.lists(st.sampled_from(["\n", "\r\n", "\r", "a", "é", "\x7f", " ", "😀"]), min_size=1))
def test_a_line_break_is_one_sign_however_it_was_sent(parts):
    """Or a form and a script would give different answers, and their digests would differ."""
    sent = "".join(parts) + "."
    kept = ESSAY.parse(ORDER, {"q1": [sent]}, "q1")
    assert kept == ESSAY.parse_json(ORDER, sent) == sent.replace("\r\n", "\n").replace("\r", "\n")
    assert ESSAY.show(ORDER, kept) == kept
    assert digest(kept) == digest(json.loads(json.dumps(kept)))


@pytest.mark.parametrize("policy", [Policy.NEW, Policy.BOTH])
def test_no_key_marks_an_essay_again(policy):
    key = Key(1, "essay", SPEC)
    with pytest.raises(CannotRescore, match="marked by a person"):
        Correction(policy, key, key).rescore("Some words.", 2)
    assert Correction(policy, key, key).rescore(None, 2).score == 0
