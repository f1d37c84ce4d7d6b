"""Every kind of question: what authors may write, what students see, how answers score."""

import json
import random
from fractions import Fraction
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.questions import KINDS, Kind, digest, plain, text_of
from quizzes.questions.multiple import RULES as MULTIPLE_RULES
from quizzes.questions.ordering import RULES as ORDERING_RULES
from quizzes.seeing.visibility import AT_WORK, EVERYTHING, Item

SAMPLES = [(kind, sample) for kind in KINDS.values() for sample in kind.samples]
GOLDEN = json.loads((Path(__file__).parent / "golden_grades.json").read_text())

# Sentinels that must never reach a student before the reveal.
EXPLANATION = {
    "feedback": "SECRET feedback",
    "evidence": {
        "lesson": "secret-lesson",
        "paragraph": "secret-paragraph",
        "source": "secret-source",
        "locator": "SECRET locator",
        "why": "SECRET why",
    },
}
OPTION = EXPLANATION | {"misconception": "SECRET misconception", "lens": "realism"}
OPENING = {"prompt": "What is asked?", "feedback": "SECRET general"}

seeds = st.integers(0, 2**32).map(random.Random)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from("abcd"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


def named(count: int, what: str = "secret-key") -> list[dict[str, Any]]:
    return [{"key": f"{what}-{n}", "text": f"{what.upper()[7:]} text {n}"} for n in range(count)]


def expected(draw: st.DrawFn, values: list[Any]) -> list[tuple[dict[str, Any], Any]]:
    """Rows of answers to type, at least one of which is right, each with its value."""
    flags = draw(st.lists(st.booleans(), min_size=1, max_size=len(values)).filter(any))
    return [
        (OPTION | {"key": f"secret-key-{at}", "correct": flag}, value)
        for at, (flag, value) in enumerate(zip(flags, values, strict=False))
    ]


@st.composite
def filling(draw: st.DrawFn) -> dict[str, Any]:
    """What fills a gap: answers to type, or options to choose from."""
    about = {name: value for name, value in OPTION.items() if name != "evidence"}
    if draw(st.booleans()):
        rows = expected(draw, ["Tashkent", "Bishkek"])
        return {
            "answers": [
                about | {"key": row["key"], "correct": row["correct"], "accept": [f"SECRET {text}"]}
                for row, text in rows
            ]
        }
    rows = named(draw(st.integers(2, 4)))
    right = draw(st.sampled_from(rows))
    return {"options": [row | about | {"correct": row is right} for row in rows]}


@st.composite
def specs(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """A complete spec of this kind; only its key varies for a given number of rows."""
    match name:
        case "single":
            rows = named(draw(st.integers(3, 5)))
            right = draw(st.sampled_from(rows))
            options = [row | OPTION | {"correct": row is right} for row in rows]
            return OPENING | {"options": options}
        case "multiple":
            flags = draw(st.lists(st.booleans(), min_size=2, max_size=7).filter(any))
            options = [
                row | OPTION | {"correct": flag}
                for row, flag in zip(named(len(flags)), flags, strict=True)
            ]
            rule = draw(st.sampled_from(sorted(MULTIPLE_RULES)))
            return OPENING | {"rule": rule, "options": options}
        case "truefalse":
            side = {key: OPTION[key] for key in ("feedback", "misconception", "evidence")}
            spec = OPENING | {"answer": draw(st.booleans()), "true": side, "false": side}
            rows = named(draw(st.sampled_from([0, 2, 4])))
            right = draw(st.sampled_from(rows)) if rows else None
            reasons = [row | OPTION | {"correct": row is right} for row in rows]
            return spec | ({"reasons": reasons} if rows else {})
        case "matching":
            answers = named(draw(st.integers(2, 6)), "secret-answer")
            keys = st.sampled_from([answer["key"] for answer in answers])
            prompts = [
                row | EXPLANATION | {"match": draw(keys)} for row in named(draw(st.integers(2, 5)))
            ]
            return OPENING | {"prompts": prompts, "answers": answers}
        case "classify":
            bins = named(draw(st.integers(2, 4)), "secret-bin")
            keys = st.sampled_from([one["key"] for one in bins])
            statements = [
                row | EXPLANATION | {"bin": draw(keys)} for row in named(draw(st.integers(2, 6)))
            ]
            return OPENING | {"statements": statements, "bins": bins}
        case "short-text":
            exact = draw(st.sampled_from([{}, {"exact": ["case"]}, {"exact": ["accents", "case"]}]))
            rows = expected(draw, draw(st.permutations(["Tashkent", "Bishkek", "Almaty"])))
            answers = [row | {"accept": [f"SECRET [city] {text}"]} for row, text in rows]
            return OPENING | exact | {"edits": draw(st.integers(0, 2)), "answers": answers}
        case "numeric":
            shape = draw(st.sampled_from(["exact", "off", "percent", "range", "figures"]))
            rows = expected(draw, draw(st.permutations([7777, "88.88", -99])))
            say = {
                "off": lambda value: {"value": value, "tolerance": "0.5"},
                "percent": lambda value: {"value": value, "tolerance": "2.5 %"},
                "range": lambda value: {"from": value, "to": 8000},
            }.get(shape, lambda value: {"value": value})
            spec = OPENING | {"answers": [row | say(value) for row, value in rows]}
            if draw(st.booleans()):
                half = {"unit": "half", "also": ["halves"], "factor": "0.5"}
                spec["units"] = [{"unit": "whole", "factor": 1}, half]
            return spec | ({"figures": 3} if shape == "figures" else {})
        case "gap-text":
            gaps = [
                {"key": f"gap-{at}", "evidence": EXPLANATION["evidence"]} | draw(filling())
                for at in range(draw(st.integers(1, 4)))
            ]
            text = " and ".join(f"{{{gap['key']}}}" for gap in draw(st.permutations(gaps)))
            return OPENING | {"text": f"Say {text}.", "gaps": gaps, "edits": 1}
        case "event-date":
            dates = draw(st.permutations(["1992-05-15", "1994-04-20", "2002-10-07"]))
            answers = [row | {"date": date} for row, date in expected(draw, dates)]
            partial = [{"within": 2, "unit": "years", "credit": "1/3"}]
            precision = draw(st.sampled_from(["year", "month", "day"]))
            return OPENING | {"precision": precision, "partial": partial, "answers": answers}
        case "essay":
            rows = [
                row
                | EXPLANATION
                | {
                    "levels": [
                        level | {"points": at}
                        for at, level in enumerate(named(draw(st.integers(2, 4)), "secret-level"))
                    ]
                }
                for row in named(draw(st.integers(1, 4)))
            ]
            words = {"least": 1, "most": draw(st.integers(5, 500))}
            for row in rows:
                row["text"] = f"SECRET {row['text']}"
                for level in row["levels"]:
                    level["text"] = f"SECRET {level['text']}"
            return OPENING | {"words": words, "rubric": rows}
        case _:
            rows = draw(st.permutations(named(draw(st.integers(3, 6)))))
            rule = draw(st.sampled_from(sorted(ORDERING_RULES)))
            return OPENING | {"rule": rule, "items": [row | EXPLANATION for row in rows]}


@st.composite
def questions(draw: st.DrawFn) -> tuple[Kind, dict[str, Any]]:
    name = draw(st.sampled_from(sorted(KINDS)))
    return KINDS[name], draw(specs(name))


def some_answer(kind: Kind, spec: dict[str, Any], draw: st.DrawFn) -> Any:
    """An answer that a student can give, by stable keys; blank ones included."""
    keys = kind.keys(spec)
    match kind.name:
        case "truefalse" if isinstance(keys, dict):
            parts = {part: draw(st.none() | st.sampled_from(keys[part])) for part in keys}
            return {part: key for part, key in parts.items() if key} or None
        case "short-text" | "numeric" | "event-date":
            choices = [choice.key for choice in kind.describe(spec)[0].choices]
            choice = draw(st.none() | st.sampled_from(choices))
            return choice and kind.example(spec, choice)
        case "gap-text":
            gaps = {gap["key"]: gap for gap in spec["gaps"]}
            filled = {
                part.key: draw(st.none() | st.sampled_from([choice.key for choice in part.choices]))
                for part in kind.describe(spec)
            }
            return {
                key: kind.example(gaps[key], choice) for key, choice in filled.items() if choice
            } or None
        case "essay":
            return draw(st.sampled_from([None, "Word.", "One.\n\nTwo <b>three</b>\nfour."]))
        case "single" | "truefalse":
            return draw(st.none() | st.sampled_from(keys))
        case "multiple":
            return sorted(draw(st.sets(st.sampled_from(keys)))) or None
        case "matching" | "classify":
            return {
                row: answer
                for row in keys["rows"]
                if (answer := draw(st.none() | st.sampled_from(keys["answers"])))
            } or None
        case _:
            places = [key if draw(st.booleans()) else None for key in draw(st.permutations(keys))]
            return places if any(places) else None


@st.composite
def answered(draw: st.DrawFn) -> tuple[Kind, dict[str, Any], Any, Any]:
    """A kind, a spec, an order and an answer."""
    kind, spec = draw(questions())
    order = kind.arrange(spec, draw(seeds), draw(st.booleans()))
    return kind, spec, order, some_answer(kind, spec, draw)


# --- grading


def earned(kind: Kind, spec: Any, response: Any, judgement: Any = None) -> Fraction | None:
    """What an answer earns; None where a person has to say and has not."""
    if kind.waits(spec, response):
        return None if judgement is None else kind.weigh(spec, judgement)
    return kind.grade(spec, response)


@pytest.mark.parametrize(("kind", "sample"), SAMPLES)
def test_a_kind_grades_its_own_samples(kind, sample):
    assert kind.check(sample.spec, draft=True) == []
    grade = earned(kind, sample.spec, sample.response, sample.judgement)
    assert grade == sample.expected
    if sample.label == "malformed":
        assert not kind.fits(sample.spec, sample.response)
    else:
        assert kind.outcome(sample.spec, sample.response, grade) == sample.label


@pytest.mark.parametrize("kind", KINDS.values())
def test_samples_show_every_way_that_an_answer_can_turn_out(kind):
    labels = {"right", "partly", "wrong", "blank", "malformed"}
    if kind.name in ("single", "short-text", "numeric"):  # all or nothing
        labels -= {"partly"}
    assert {sample.label for sample in kind.samples} == labels


@pytest.mark.invariant("D1")
def test_grades_never_change():
    for case in GOLDEN["cases"]:
        spec = GOLDEN["specs"][case["spec"]]
        kind = KINDS[spec["kind"]]
        grade = earned(kind, spec["spec"], case["response"], case.get("judgement"))
        assert (case["spec"], case["response"], str(grade)) == (
            case["spec"],
            case["response"],
            case["grade"],
        )
    assert len(GOLDEN["cases"]) == 675


@pytest.mark.invariant("D1", "D4")
@given(questions(), jsons)
def test_any_stored_value_grades_between_0_and_1(question, response):
    kind, spec = question
    assert kind.waits(spec, response) or 0 <= kind.grade(spec, response) <= 1
    if not kind.fits(spec, response):
        assert kind.grade(spec, response) == 0
        assert kind.outcome(spec, response) == "blank"


@given(answered())
def test_an_answer_grades_the_same_after_a_round_through_storage(case):
    kind, spec, _, answer = case
    stored = json.loads(json.dumps(answer))
    assert earned(kind, plain(spec), stored) == earned(kind, spec, answer)


@given(answered())
def test_a_blank_earns_nothing_and_outcomes_name_the_grade(case):
    kind, spec, _, answer = case
    grade = earned(kind, spec, answer)
    words = {0: "wrong", 1: "right", None: "waits"}
    expected = words.get(grade, "partly") if answer else "blank"
    assert kind.outcome(spec, answer) == expected
    assert kind.grade(spec, None) == 0


@given(specs("multiple"), st.data())
def test_several_choices_score_by_the_formula_of_their_rule(spec, data):
    options = {option["key"] for option in spec["options"]}
    right = {option["key"] for option in spec["options"] if option["correct"]}
    ticks = data.draw(st.sets(st.sampled_from(sorted(options)), min_size=1))
    hits, misses = len(ticks & right), len(ticks - right)
    expected = {
        "exact": int(ticks == right),
        "net-correct": max(0, Fraction(hits - misses, len(right))),
        "coverage": Fraction(hits * hits, len(right) * len(ticks)),
        "each-answer": 1 - Fraction(len(ticks ^ right), len(options)),
        "right-only": 0 if misses else Fraction(hits, len(right)),
    }
    assert KINDS["multiple"].grade(spec, sorted(ticks)) == expected[spec["rule"]]


@given(specs("ordering"), st.data())
def test_orders_score_by_the_formula_of_their_rule(spec, data):
    keys = [item["key"] for item in spec["items"]]
    places = data.draw(st.permutations(keys))
    following = dict(pairwise(places))
    kept = [following.get(first) == second for first, second in pairwise(keys)]
    expected = {"exact": int(places == keys), "adjacent": Fraction(sum(kept), len(kept))}
    assert KINDS["ordering"].grade(spec, places) == expected[spec["rule"]]


@given(specs("matching"), st.data())
def test_each_row_matched_rightly_earns_an_equal_share(spec, data):
    right = {prompt["key"]: prompt["match"] for prompt in spec["prompts"]}
    known = data.draw(st.sets(st.sampled_from(sorted(right)), min_size=1))
    answer = {row: right[row] for row in sorted(known)}
    assert KINDS["matching"].grade(spec, answer) == Fraction(len(known), len(right))


def test_an_answer_to_an_older_version_does_not_fit_a_version_without_that_option():
    spec = KINDS["single"].samples[0].spec
    without = spec | {"options": spec["options"][1:]}
    assert KINDS["single"].fits(spec, "anarchy")
    assert not KINDS["single"].fits(without, "anarchy")


# --- before the reveal


@given(answered(), st.booleans())
def test_a_student_at_work_sees_texts_tokens_and_nothing_of_the_key(case, answers_so_far):
    kind, spec, order, answer = case
    unanswered = json.dumps(kind.present(spec, order))
    assert "secret" not in unanswered
    assert "SECRET" not in unanswered
    seen = json.dumps(kind.present(spec, order, answer if answers_so_far else None))
    assert "secret" not in seen
    assert seen.count("SECRET") <= json.dumps(answer).count("SECRET")  # what they typed
    assert json.dumps(kind.review(spec, order, answer, items=AT_WORK)) == json.dumps(
        kind.present(spec, order, answer)
    )


def with_another_key(name: str, spec: dict[str, Any], draw: st.DrawFn) -> dict[str, Any]:
    """The same question with other right answers and other explanations."""
    other = json.loads(json.dumps(spec).replace("SECRET", "HIDDEN longer"))
    match name:
        case "single":
            right = draw(st.sampled_from(other["options"]))
            for option in other["options"]:
                option["correct"] = option is right
        case "multiple":
            for option in other["options"]:
                option["correct"] = draw(st.booleans())
        case "truefalse":
            other["answer"] = not other["answer"]
            if "reasons" in other:
                right = draw(st.sampled_from(other["reasons"]))
                for reason in other["reasons"]:
                    reason["correct"] = reason is right
        case "classify":
            for statement in other["statements"]:
                statement["bin"] = draw(st.sampled_from(other["bins"]))["key"]
        case "short-text":
            other["answers"] = [{"key": "new", "accept": ["Baku"], "correct": True} | EXPLANATION]
        case "numeric":
            other["answers"] = [{"key": "new", "value": 1, "correct": True} | EXPLANATION]
        case "event-date":
            row = {"key": "new", "date": "1955-05-14", "correct": True}
            other["answers"] = [row | EXPLANATION]
        case "gap-text":
            for gap in other["gaps"]:
                if "answers" in gap:
                    gap["answers"] = [{"key": "new", "accept": ["Baku"], "correct": True}]
                else:
                    right = draw(st.sampled_from(gap["options"]))
                    for option in gap["options"]:
                        option["correct"] = option is right
        case "matching":
            for prompt in other["prompts"]:
                prompt["match"] = draw(st.sampled_from(other["answers"]))["key"]
        case "ordering":
            other["items"] = draw(st.permutations(other["items"]))
        case "essay":
            levels = [{"key": f"l{n}", "text": f"Level {n}", "points": n} for n in range(3)]
            other["rubric"] = [{"key": "new", "text": "New", "levels": levels} | EXPLANATION]
    return other


@given(questions(), st.data(), st.integers(), st.booleans())
def test_questions_that_differ_in_the_key_alone_look_the_same(question, data, seed, shuffle):
    """Byte-equal, order and tokens included."""
    kind, spec = question

    def page(spec):
        return json.dumps(kind.present(spec, kind.arrange(spec, random.Random(seed), shuffle)))

    assert page(spec) == page(with_another_key(kind.name, spec, data.draw))


@given(answered())
def test_the_public_part_presents_the_same_and_explains_nothing(case):
    kind, spec, order, answer = case
    public = json.loads(json.dumps(kind.public(spec)))
    assert "SECRET" not in json.dumps(public)
    assert kind.present(public, order, answer) == kind.present(spec, order, answer)
    assert kind.answer_text(public, answer) == kind.answer_text(spec, answer)


@given(questions(), st.data())
def test_questions_that_differ_in_the_key_alone_have_the_same_public_part(question, data):
    kind, spec = question
    other = with_another_key(kind.name, spec, data.draw)
    assert json.dumps(kind.public(spec)) == json.dumps(kind.public(other))


@given(answered(), seeds)
def test_arranging_keeps_every_key_once(case, rng):
    kind, spec, _, _ = case

    def flat(order):
        if isinstance(order, dict):
            return sorted((part, key) for part, keys in order.items() for key in keys)
        return sorted(
            (entry[0], *sorted(entry[1])) if isinstance(entry, list) else entry for entry in order
        )

    assert flat(kind.arrange(spec, rng, True)) == flat(kind.keys(spec))
    assert flat(kind.arrange(spec, rng, False)) == flat(kind.keys(spec))


def test_choices_keep_the_authors_order_unless_shuffled_and_true_stands_before_false():
    for name in ("single", "multiple", "truefalse"):
        spec = KINDS[name].samples[0].spec
        assert KINDS[name].arrange(spec, random.Random(1), False) == KINDS[name].keys(spec)
    spec = KINDS["truefalse"].samples[0].spec
    assert KINDS["truefalse"].arrange(spec, random.Random(1), True) == ["true", "false"]


def test_answers_to_match_are_shuffled_even_where_the_rows_are_not():
    kind, spec = KINDS["matching"], KINDS["matching"].samples[0].spec
    orders = [kind.arrange(spec, random.Random(seed), False) for seed in range(500)]
    assert {tuple(order["rows"]) for order in orders} == {("waltz", "keohane", "wendt")}
    assert {tuple(order["answers"]) for order in orders} == set(
        permutations(kind.keys(spec)["answers"])
    )


def test_items_to_order_come_up_in_every_order():
    kind, spec = KINDS["ordering"], KINDS["ordering"].samples[0].spec
    seen = {tuple(kind.arrange(spec, random.Random(seed), False)) for seed in range(500)}
    assert seen == set(permutations(kind.keys(spec)))


@pytest.mark.parametrize(("kind", "sample"), SAMPLES)
def test_the_scoring_rule_is_told_before_the_attempt(kind, sample):
    assert kind.present(sample.spec, kind.keys(sample.spec))["rule"].endswith(".")


# --- answers coming in


def as_form(kind: Kind, page: dict[str, Any], name: str) -> dict[str, list[str]]:
    """What a browser posts for the page as it stands."""
    if "field" in page:
        return {name: [page["field"]["text"]]}
    if "essay" in page:
        return {name: [page["essay"]["text"].replace("\n", "\r\n")]}
    if "gaps" in page:
        return {
            f"{name}.{gap['token']}": [
                choice["token"] for choice in gap["choices"] if choice["chosen"]
            ]
            or [gap["text"]]
            for gap in page["gaps"]
        }
    if "reasons" in page:
        return {
            f"{name}.{part}": [choice["token"] for choice in page[rows] if choice["chosen"]]
            for part, rows in (("answer", "choices"), ("reason", "reasons"))
        }
    if "choices" in page:
        return {name: [choice["token"] for choice in page["choices"] if choice["chosen"]]}
    if "rows" in page:
        return {f"{name}.{row['token']}": [row["chosen"] or ""] for row in page["rows"]}
    return {f"{name}.{item['token']}": [str(item["place"] or "")] for item in page["items"]}


@given(answered())
def test_an_answer_comes_back_the_same_through_the_form_and_through_the_api(case):
    kind, spec, order, answer = case
    form = as_form(kind, kind.present(spec, order, answer), "q3")
    assert kind.parse(order, form | {"q30": ["a"], "q30.a": ["b"]}, "q3") == answer
    assert kind.parse_json(order, json.loads(json.dumps(kind.show(order, answer)))) == answer


@given(questions(), seeds, jsons)
def test_whatever_arrives_is_an_answer_or_a_clear_refusal(question, rng, value):
    kind, spec = question
    order = kind.arrange(spec, rng, True)
    try:
        answer = kind.parse_json(order, value)
    except ValueError as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017
    else:
        assert answer is None or kind.well_formed(order, answer) == answer


@given(
    questions(),
    seeds,
    st.dictionaries(
        st.sampled_from(["q3", "q3.a", "q3.b", "q3.z", "q3.answer", "q3.reason", "q4"]),
        st.lists(
            st.sampled_from(["", "a", "b", "1", "2", "٣", "9" * 5000]) | st.text(), max_size=3
        ),
    ),
)
def test_whatever_is_posted_is_an_answer_or_a_clear_refusal(question, rng, data):
    kind, spec = question
    order = kind.arrange(spec, rng, True)
    try:
        answer = kind.parse(order, data, "q3")
    except ValueError as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017
    else:
        assert answer is None or kind.well_formed(order, answer) == answer


@pytest.mark.parametrize("kind", KINDS.values())
def test_an_empty_form_is_a_blank_answer(kind):
    order = kind.keys(kind.samples[0].spec)
    assert kind.parse(order, {}, "q3") is None
    assert kind.parse_json(order, None) is None
    assert kind.show(order, None) is None


def test_a_second_single_answer_is_refused():
    with pytest.raises(ValueError, match=r"^Choose one answer only\.$"):
        KINDS["single"].parse(["x", "y", "z"], {"q3": ["a", "b"]}, "q3")


def test_a_token_that_the_page_did_not_offer_is_refused():
    with pytest.raises(ValueError, match=r"^That is not one of the choices on this page\."):
        KINDS["single"].parse(["x", "y", "z"], {"q3": ["x"]}, "q3")


def test_a_half_filled_matching_is_kept():
    order = {"rows": ["one", "two"], "answers": ["left", "right"]}
    answer = KINDS["matching"].parse(order, {"q3.a": ["b"], "q3.b": [""]}, "q3")
    assert answer == {"one": "right"}


def test_a_half_filled_order_is_kept_and_shown_again():
    order = ["x", "y", "z"]
    answer = KINDS["ordering"].parse(order, {"q3.a": ["3"], "q3.c": ["1"]}, "q3")
    assert answer == ["z", None, "x"]
    assert KINDS["ordering"].show(order, answer) == ["c", None, "a"]
    assert KINDS["ordering"].parse_json(order, ["c"]) == ["z", None, None]


def test_two_items_in_one_place_are_refused_with_the_place():
    with pytest.raises(
        ValueError, match=r"^Two items have place 2\. Give every item its own place\.$"
    ):
        KINDS["ordering"].parse(["x", "y", "z"], {"q3.a": ["2"], "q3.b": ["2"]}, "q3")


# --- after


def test_an_order_by_neighbours_tells_which_pairs_earned_points_once_that_may_be_seen():
    kind, case = KINDS["ordering"], {**KINDS["ordering"].samples[0].spec, "rule": "adjacent"}
    order, answer = kind.keys(case), ["wall", "maastricht", "nato", "rome"]
    told = kind.review(case, order, answer, items={Item.ATTEMPT, Item.CORRECTNESS})["pairs"]
    assert [[text.split()[1] for text in pair] for pair in told["kept"]] == [
        ["Washington", "Treaty"],
        ["Berlin", "Maastricht"],
    ]
    assert told["of"] == 3
    assert "pairs" not in kind.review(case, order, answer, items=AT_WORK)


@given(answered(), st.sets(st.sampled_from(Item)))
def test_a_review_shows_what_its_items_allow_and_no_more(case, items):
    kind, spec, order, answer = case
    page = kind.review(spec, order, answer, items=items)
    seen = json.dumps(page)
    attempt = Item.ATTEMPT in items
    assert ("prompt" in page) == attempt
    assert ("outcome" in page) == (attempt and Item.CORRECTNESS in items)
    assert ("solution" in page) == (attempt and Item.RIGHT_ANSWER in items)
    assert ("SECRET general" in seen) == (attempt and Item.GENERAL_FEEDBACK in items)
    if not attempt or Item.SPECIFIC_FEEDBACK not in items:
        assert "SECRET feedback" not in seen
        assert "SECRET why" not in seen
    if not items & {Item.CORRECTNESS, Item.RIGHT_ANSWER}:
        assert '"correct"' not in seen


@given(answered())
def test_options_left_alone_are_explained_only_with_the_right_answer(case):
    kind, spec, order, answer = case
    page = kind.review(spec, order, answer, items=EVERYTHING - {Item.RIGHT_ANSWER})
    assert "forms" not in page
    for row in rows_of(page):
        given = row.get("chosen") or row.get("place") or row.get("text")
        assert ("feedback" in row) == bool(given)


def rows_of(page: dict[str, Any]) -> list[dict[str, Any]]:
    """What a review says something about, whatever the kind."""
    if "field" in page:
        return [page["field"]]
    if "essay" in page:
        return page.get("rubric", [])
    rows = page.get("gaps") or page.get("choices") or page.get("rows") or page["items"]
    return rows + page.get("reasons", [])


@given(answered())
def test_a_full_review_tells_each_row_right_from_wrong(case):
    kind, spec, order, answer = case
    page = kind.review(spec, order, answer, items=EVERYTHING)
    rows = rows_of(page)
    told = {"feedback", "evidence"} if kind.by_hand else {"correct", "feedback", "evidence"}
    assert told <= rows[0].keys()
    if kind.name in ("single", "truefalse", "multiple"):
        right = [row["html"] for row in rows if row["correct"]]
        assert sorted(page["solution"]) == sorted(right)


def test_the_solution_and_an_answer_are_told_in_words():
    told = {
        name: (kind.solution(kind.samples[0].spec), kind.answer_text(*given_answer(kind)))
        for name, kind in KINDS.items()
    }
    assert told == {
        "single": (["Anarchy"], "Anarchy"),
        "multiple": (
            ["Anarchy", "Survival", "Uncertainty about intentions"],
            "Anarchy; Survival; Uncertainty about intentions",
        ),
        "truefalse": (["True"], "True"),
        "matching": (
            ["Waltz → Structure", "Keohane → Institutions", "Wendt → Identity"],
            "Waltz → Structure; Keohane → Institutions; Wendt → Identity",
        ),
        "classify": (
            [
                "Nobody comes to the rescue → Realism",
                "What the other gains is what I lose → Realism",
                "They will meet again, so keep the bargain → Institutionalism",
                "Who you are decides whom you fear → Constructivism",
            ],
            "Nobody comes to the rescue → Realism; "
            "What the other gains is what I lose → Realism; "
            "They will meet again, so keep the bargain → Institutionalism; "
            "Who you are decides whom you fear → Constructivism",
        ),
        "short-text": (
            ["the Commonwealth of Independent States"],
            "the Commonwealth of Independent States",
        ),
        "numeric": (["1084.5 bn USD"], "1084,5 bn USD"),
        "gap-text": (
            [
                "The treaty was signed at <b>Tashkent</b> in 1992;"
                " the *organisation* is of <b>2002</b>."
            ],
            "1. Tashkent; 2. 2002",
        ),
        "event-date": (["15 May 1992"], "1992-05-15"),
        "essay": (
            [
                "Takes a position: One clear position on this case.",
                "Answers the other side: Its best argument is answered.",
            ],
            "Identity explains who asked to join.\n"
            "Threat alone would have kept Russia's neighbours out.",
        ),
        "ordering": (
            [
                "The Washington Treaty is signed",
                "The Treaty of Rome is signed",
                "The Berlin Wall falls",
                "The Maastricht Treaty is signed",
            ],
            "1. The Washington Treaty is signed; 2. The Treaty of Rome is signed; "
            "3. The Berlin Wall falls; 4. The Maastricht Treaty is signed",
        ),
    }


def given_answer(kind: Kind) -> tuple[Any, Any]:
    return kind.samples[0].spec, kind.samples[0].response


def test_an_export_holds_text_without_markup():
    assert text_of("<em>Theory</em> &amp;\n  <a href='#x'>practice</a>") == "Theory & practice"


# --- for statistics


@given(answered())
def test_every_pick_is_a_described_choice(case):
    kind, spec, _, answer = case
    described = {
        (part.key, choice.key): choice.right
        for part in kind.describe(spec)
        for choice in part.choices
    }
    picks = kind.picks(spec, answer)
    assert [pick for pick in picks if pick not in described] == []
    assert bool(picks) == (answer is not None and not kind.by_hand)
    if earned(kind, spec, answer) == 1:
        assert all(described[pick] for pick in picks)


def test_blind_choice_earns_the_mean_over_all_answers():
    assert {name: kind.guess(kind.samples[0].spec) for name, kind in KINDS.items()} == {
        "single": Fraction(1, 3),
        "multiple": Fraction(1, 31),
        "truefalse": Fraction(1, 2),
        "matching": Fraction(1, 4),
        "ordering": Fraction(1, 24),
        "classify": Fraction(1, 3),
        "short-text": 0,
        "numeric": 0,
        "gap-text": Fraction(1, 6),
        "event-date": 0,
        "essay": 0,
    }
    reasoned = KINDS["truefalse"].samples[6].spec
    assert KINDS["truefalse"].guess(reasoned) == Fraction(1, 3)


@pytest.mark.parametrize("rule", ORDERING_RULES)
def test_the_guess_of_an_order_is_its_mean_over_all_orders(rule):
    kind = KINDS["ordering"]
    spec = kind.samples[0].spec | {"rule": rule}
    grades = [kind.grade(spec, list(order)) for order in permutations(kind.keys(spec))]
    assert kind.guess(spec) == sum(grades) / len(grades)


# --- authoring


def complete(name: str) -> dict[str, Any]:
    spec = json.loads(json.dumps(KINDS[name].samples[0].spec))
    sides = [spec["true"], spec["false"]] if name == "truefalse" else []
    for row in sides or KINDS[name].explained(spec):
        row.update(EXPLANATION)
    for gap in spec.get("gaps", ()):
        del gap["feedback"]
        for row in gap.get("answers") or gap["options"]:
            row["feedback"] = "SECRET feedback"
    return spec


@given(questions())
def test_a_complete_spec_has_no_fault(question):
    kind, spec = question
    assert kind.check(spec) == []


@given(st.sampled_from(sorted(KINDS)), jsons)
def test_checking_survives_anything(name, spec):
    faults = KINDS[name].check(spec)
    assert faults != []
    assert [fault for fault in faults if not fault.message.endswith(".")] == []


@given(questions(), st.data())
def test_checking_survives_a_complete_spec_with_one_part_replaced(question, data):
    kind, spec = question
    spec = plain(spec)
    node: Any = spec
    while True:
        at = data.draw(
            st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node)))
        )
        if not isinstance(node[at], dict | list) or not node[at] or data.draw(st.booleans()):
            break
        node = node[at]
    node[at] = data.draw(jsons)
    kind.check(spec)
    kind.texts(spec)


def fields(name: str, **changes: Any) -> list[str]:
    return [fault.field for fault in KINDS[name].check(complete(name) | changes)]


@pytest.mark.parametrize("name", KINDS)
def test_what_is_missing_is_named(name):
    assert fields(name) == []
    assert fields(name, prompt=" ") == ["prompt"]
    assert fields(name, feedback="") == ["feedback"]
    assert fields(name, surprise=1) == ["surprise"]


def test_each_fault_names_its_place():
    spec = complete("single")
    first, second, third = spec["options"]
    assert fields("single", options=[first, second]) == ["options"]
    assert fields("single", options=[first, second | {"correct": True}, third]) == ["options"]
    assert fields("single", options=[first, second, third | {"key": "trust"}]) == ["options[2].key"]
    assert fields("single", options=[first, second, third | {"text": "Trust"}]) == [
        "options[2].text"
    ]
    assert fields("single", options=[first, second, third | {"key": "wrong"}]) == ["options[2].key"]
    assert fields("single", options=[first, second, third | {"lens": "marxism"}]) == [
        "options[2].lens"
    ]
    assert fields("single", options=[first, second, third | {"evidence": {}}]) == [
        "options[2].evidence.lesson",
        "options[2].evidence.paragraph",
        "options[2].evidence.source",
        "options[2].evidence.why",
    ]
    assert fields("multiple", rule="guess") == ["rule"]
    assert fields("truefalse", answer="yes") == ["answer"]
    assert fields("ordering", items=complete("ordering")["items"][:2]) == ["items"]
    prompts = complete("matching")["prompts"]
    prompts[1]["match"] = "gone"
    assert fields("matching", prompts=prompts) == ["prompts[1].match"]


def test_a_draft_may_lack_feedback_and_evidence_but_not_its_answer():
    spec = KINDS["single"].samples[0].spec
    assert KINDS["single"].check(spec, draft=True) == []
    options = [option | {"correct": False} for option in spec["options"]]
    faults = KINDS["single"].check(spec | {"options": options}, draft=True)
    assert [fault.message for fault in faults] == ["Exactly one option must be correct."]


def test_true_and_false_read_from_yaml_as_booleans_are_names_again():
    spec = complete("truefalse")
    from_yaml = {key: value for key, value in spec.items() if key not in ("true", "false")}
    from_yaml |= {True: spec["true"], False: spec["false"]}
    assert KINDS["truefalse"].check(from_yaml) == []
    assert plain(from_yaml) == spec
    assert digest("truefalse", from_yaml) == digest("truefalse", spec)


def test_text_that_cannot_be_stored_is_a_fault():
    assert fields("single", prompt="a\x00b") == ["prompt"]
    assert fields("single", prompt="a\ud800b") == ["prompt"]


def test_the_digest_depends_on_kind_and_content_and_not_on_the_order_of_fields():
    spec = complete("single")
    backwards = dict(reversed(spec.items()))
    assert digest("single", spec) == digest("single", backwards)
    assert digest("single", spec) != digest("multiple", spec)
    assert digest("single", spec) != digest("single", spec | {"prompt": "Another"})


@given(questions())
def test_each_text_is_listed_once_with_the_path_that_faults_use(question):
    kind, spec = question
    texts = kind.texts(spec)
    paths = [path for path, _, _ in texts]
    assert len(set(paths)) == len(paths)
    assert [path for path, _, mode in texts if mode == "short"] == ["prompt"]
    assert len(texts) == str(spec).count("'text':") + str(spec).count("'feedback':") + str(
        spec
    ).count("'why':") + str(spec).count("'prompt':")


def test_content_is_the_spec_with_its_texts_rendered():
    kind = KINDS["single"]
    spec = complete("single")
    content = kind.rewrite(spec, lambda path, text, mode: f"<{mode}>{path}")
    assert content["prompt"] == "<short>prompt"
    assert content["options"][1]["text"] == "<inline>options[1].text"
    assert content["options"][1]["evidence"]["why"] == "<inline>options[1].evidence.why"
    assert content["options"][1]["evidence"]["lesson"] == "secret-lesson"
    assert [key for key, _ in kind.evidence(spec)] == ["anarchy", "trust", "trade"]
