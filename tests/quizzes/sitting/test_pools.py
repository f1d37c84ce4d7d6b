"""Which questions fit what a slot asks for."""

from decimal import Decimal

import pytest

from quizzes.sitting.pools import Candidate, Pool, built_on, choices

HARD = Candidate(
    "hard", "realism", "realism", Decimal("0.30"), frozenset({"derive"}), frozenset({"judging"})
)
EASY = Candidate("easy", "csto", "", Decimal("0.80"), frozenset({"date"}))
BOTH = ["hard", "easy"]


@pytest.mark.parametrize(
    ("pool", "found"),
    [
        (Pool(), BOTH),
        (Pool(objective="derive"), ["hard"]),
        (Pool(tag="judging"), ["hard"]),
        (Pool(modules=frozenset({"csto", "nato"})), ["easy"]),
        (Pool(lens="realism"), ["hard"]),
        (Pool(lens="constructivism"), []),
        (Pool(difficulty_from=Decimal("0.30"), difficulty_to=Decimal("0.80")), BOTH),
        (Pool(difficulty_to=Decimal("0.29")), []),
        (Pool(tag="judging", difficulty_from=Decimal("0.5")), []),
        (Pool(objective="date", lens="realism"), []),
    ],
)
def test_a_question_fits_if_it_has_all_that_is_named(pool, found):
    assert choices([pool], [HARD, EASY]) == [found]


def test_a_slot_with_a_question_has_no_other():
    assert choices(["mine", Pool(tag="judging")], [HARD, EASY]) == [["mine"], ["hard"]]


def test_a_module_builds_on_all_that_lead_to_it_even_in_a_circle():
    needs = {"case": ["nato", "csto"], "nato": ["realism"], "realism": ["case"]}
    assert built_on("nato", lambda key: needs.get(key, ())) == {"nato", "realism", "case", "csto"}
