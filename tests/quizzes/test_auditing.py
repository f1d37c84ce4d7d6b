"""What content must come to beyond being well formed: each rule refuses what it is there for."""

import io
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.content_io import checking, reading
from courses.content_io.catalogue import Catalogue
from quizzes.auditing import audit
from quizzes.auditing.bank import plain
from quizzes.auditing.chance import at_least
from quizzes.auditing.language import lix, words
from quizzes.auditing.lessons import sentences
from quizzes.content import PARTS

FIXTURES = Path(__file__).parents[2] / "fixtures"
TODAY = date(2026, 11, 22)


def read(folder: Path) -> Catalogue:
    entries, unread = reading.read([folder])
    catalogue, complaints = checking.examine(entries, PARTS, unread=unread, with_site=False)
    assert complaints == []
    return catalogue


@pytest.fixture(scope="module")
def course() -> list[dict[str, Any]]:
    """The entries of the course itself, to spoil one thing at a time in."""
    return [
        entry
        for path in sorted(FIXTURES.rglob("*.yaml"))
        for entry in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) or []
    ]


def spoilt(course: list[dict[str, Any]], folder: Path, **changes: Any) -> list[str]:
    """What the audit says of the course with these entries left out or fields changed."""
    without, fields = changes.get("without", set()), changes.get("fields", {})
    kept = []
    for entry in course:
        name = (entry["model"], key_of(entry))
        if name in without:
            continue
        kept.append(
            {**entry, "fields": {**entry["fields"], **fields[name]}} if name in fields else entry
        )
    (folder / "all.yaml").write_text(
        yaml.dump(kept, Dumper=yaml.CSafeDumper, allow_unicode=True), encoding="utf-8"
    )
    return [complaint.about for complaint in audit(read(folder), TODAY)]


def key_of(entry: dict[str, Any]) -> str:
    fields = entry["fields"]
    return fields["key"] if "key" in fields else fields.get("activity", [""])[0]


def field_of(course: list[dict[str, Any]], model: str, key: str, name: str) -> Any:
    return next(
        entry["fields"][name] for entry in course if (entry["model"], key_of(entry)) == (model, key)
    )


def test_the_course_has_no_fault():
    assert [str(complaint) for complaint in audit(read(FIXTURES), datetime.now(UTC).date())] == []


def test_a_point_of_the_curriculum_that_no_claim_teaches_is_told(course, tmp_path):
    claims = {
        (entry["model"], key_of(entry))
        for entry in course
        if entry["model"] == "courses.claim" and entry["fields"]["item"] == ["m2-l1-1"]
    }
    assert spoilt(course, tmp_path, without=claims) == [
        "key: No claim teaches this. Add a courses.claim whose item is [m2-l1-1], or drop the item."
    ]


def test_a_claim_whose_paragraph_cites_something_else_is_told(course, tmp_path):
    name = next(
        (entry["model"], key_of(entry)) for entry in course if entry["model"] == "courses.claim"
    )
    paragraph = field_of(course, *name, "paragraph")
    assert spoilt(course, tmp_path, fields={name: {"source": ["tass2012"]}}) == [
        f"paragraph: Paragraph “{paragraph}” does not cite “tass2012”. Cite it there, or name"
        " another."
    ]


def test_an_error_of_the_texts_without_its_note_is_told(course, tmp_path):
    name = ("courses.lesson", "post-soviet-declaration")
    body = field_of(course, *name, "body").replace("S03", "S99")
    assert (
        "key: No source note treats this. Where its claim is taught, put in a call-out whose title"
        " names S03."
    ) in spoilt(course, tmp_path, fields={name: {"body": body}})


def test_a_note_that_is_due_for_a_look_is_told(course):
    late = [str(complaint) for complaint in audit(read(FIXTURES), date(2126, 1, 1))]
    assert late != []
    assert all("was to be looked at again by" in complaint for complaint in late)


def test_an_objective_that_is_asked_about_too_rarely_is_told(course, tmp_path):
    asked = [
        (entry["model"], key_of(entry))
        for entry in course
        if entry["model"] == "quizzes.question"
        and entry["fields"]["use"] == "graded"
        and ["realism-state-futures"] in entry["fields"]["objectives"]
    ]
    found = spoilt(course, tmp_path, without=set(asked[1:]))
    assert "key: 1 of the 2 graded questions that each objective needs. Add some." in found


def test_a_question_asked_twice_in_other_words_is_told(course, tmp_path):
    single = [
        entry
        for entry in course
        if entry["model"] == "quizzes.question" and entry["fields"]["kind"] == "single"
    ]
    one, two = (("quizzes.question", key_of(entry)) for entry in single[:2])
    spec = field_of(course, *one, "spec")
    copy = {**spec, "prompt": "Now: " + spec["prompt"]}
    found = [
        said
        for said in spoilt(course, tmp_path, fields={two: {"spec": copy}})
        if "nearly the same" in said
    ]
    assert len(found) == 1
    assert found[0].startswith(f"spec.prompt: This is nearly the same as “{one[1]}”")


def test_keys_that_are_always_the_longest_option_are_told(course, tmp_path):
    fields = {}
    for entry in course:
        if entry["model"] == "quizzes.question" and entry["fields"]["kind"] == "single":
            spec = entry["fields"]["spec"]
            options = [
                {**option, "text": option["text"] + " and so on and on and on and on" * 4}
                if option["correct"]
                else option
                for option in spec["options"]
            ]
            fields["quizzes.question", key_of(entry)] = {"spec": {**spec, "options": options}}
    found = [said for said in spoilt(course, tmp_path, fields=fields) if "right option is" in said]
    assert len(found) == 1
    assert (
        f"In {len(fields)} of {len(fields)} single-choice questions the right option is" in found[0]
    )


def test_the_command_prints_a_row_for_each_module_and_finds_no_fault():
    out = io.StringIO()
    call_command("check_content", FIXTURES, stdout=out)
    lines = out.getvalue().splitlines()
    assert [line.split()[0] for line in lines[:9]] == [
        *("module", "orientation", "realism", "institutionalism", "constructivism"),
        *("nato", "csto", "synthesis", "post-soviet"),
    ]
    assert lines[-1] == "No fault found."


def test_the_command_fails_on_a_fault(course, tmp_path):
    (tmp_path / "course.yaml").write_text(
        yaml.dump([entry for entry in course if entry["model"] != "courses.claim"]),
        encoding="utf-8",
    )
    with pytest.raises(CommandError, match="No claim teaches this"):
        call_command("check_content", tmp_path, stdout=io.StringIO())


@given(st.lists(st.floats(0, 1), max_size=7), st.integers(-1, 8))
@settings(max_examples=200)
def test_chance_is_the_sum_over_all_ways_it_can_come_out(chances, observed):
    total = 0.0
    for outcome in product((0, 1), repeat=len(chances)):
        weight = 1.0
        for happened, chance in zip(outcome, chances, strict=True):
            weight *= chance if happened else 1 - chance
        total += weight if sum(outcome) >= observed else 0
    assert at_least(observed, chances) == pytest.approx(total)


def test_fifty_fair_coins_show_thirty_seven_heads_once_in_two_thousand_times():
    # P(X >= 37), X ~ B(50, 1/2) = 0.000468, from any table of the binomial distribution.
    assert at_least(37, [0.5] * 50) == pytest.approx(0.000468, abs=1e-6)


def test_the_readability_index_is_words_a_sentence_plus_long_words_in_per_cent():
    # Nine words in two sentences, three of them longer than six letters.
    text = "Nobody rules. That makes neighbours nervous (Waltz 1979, ch. 6), whatever they say."
    assert words(text) == [
        *("Nobody", "rules", "That", "makes", "neighbours", "nervous", "whatever", "they", "say")
    ]
    assert lix(text) == pytest.approx(9 / 2 + 100 * 3 / 9)
    assert lix("") == 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("One. Two! Three?", 3),
        ("He said “no.” She left. A. G. Yakovlev stayed.", 3),
        ("They asked NATO. It said nothing to the CSTO.", 2),
        ("See fn. 12 of the U.S. report, p. 4.", 1),
        ("", 0),
    ],
)
def test_the_sentences_of_a_summary_are_counted_as_people_count_them(text, number):
    assert sentences(text) == number


def test_a_text_is_compared_as_it_is_read():
    assert plain("*Is* [[self-help|helping  oneself]] `wise` [@waltz1979, p. 1]?") == (
        "Is helping oneself wise ?"
    )
