"""What content must come to beyond being well formed: each rule refuses what it is there for."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.content_io import checking, reading
from courses.content_io.catalogue import Catalogue, Key
from quizzes.auditing import audit
from quizzes.auditing.bank import plain
from quizzes.auditing.chance import at_least
from quizzes.auditing.language import lix, words
from quizzes.auditing.lessons import sentences
from quizzes.content import PARTS

FIXTURES = Path(__file__).parents[2] / "fixtures"
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def course() -> Catalogue:
    """The course itself, read once, to spoil one thing at a time in."""
    entries, unread = reading.read([FIXTURES])
    catalogue, complaints = checking.examine(entries, PARTS, unread=unread, with_site=False)
    assert complaints == []
    return catalogue


def spoilt(
    course: Catalogue,
    label: str,
    change: Callable[[Key, dict[str, Any]], dict[str, Any] | None],
    **other: Any,
) -> list[str]:
    """What the audit says when `change` gives each row of a model other values, None for none."""
    rows = {}
    for key, entry in course.entries[label].items():
        values = change(key, dict(entry.values))
        if values is not None:
            rows[key] = replace(entry, values=values)
    return told(replace(course, entries={**course.entries, label: rows}, **other))


def told(course: Catalogue, today: date = TODAY) -> list[str]:
    return [complaint.about for complaint in audit(course, today)]


def test_the_course_has_no_fault(course):
    assert [str(complaint) for complaint in audit(course, datetime.now(UTC).date())] == []


def test_a_point_of_the_curriculum_that_no_claim_teaches_is_told(course):
    def change(key, values):
        return None if values["item"] == ("m2-l1-1",) else values

    assert spoilt(course, "courses.claim", change) == [
        "key: No claim teaches this. Add a courses.claim whose item is [m2-l1-1], or drop the item."
    ]


def test_a_claim_whose_paragraph_cites_something_else_is_told(course):
    wrong = next(iter(course.entries["courses.claim"]))
    paragraph = course.entries["courses.claim"][wrong].values["paragraph"]

    def change(key, values):
        return {**values, "source": ("tass2012",)} if key == wrong else values

    assert spoilt(course, "courses.claim", change) == [
        f"paragraph: Paragraph “{paragraph}” does not cite “tass2012”. Cite it there, or name"
        " another."
    ]


def renamed(course: Catalogue, old: str, new: str) -> Catalogue:
    """The course with other words in the titles of its notes."""
    passages = {
        lesson: [
            replace(passage, callout_title=passage.callout_title.replace(old, new))
            for passage in found
        ]
        for lesson, found in course.passages.items()
    }
    return replace(course, passages=passages)


def test_an_error_of_the_texts_without_its_note_is_told(course):
    assert told(renamed(course, "S03", "S99")) == [
        "key: No source note treats this. Where its claim is taught, put in a call-out whose title"
        " names S03."
    ]


def test_a_change_since_that_only_a_source_note_treats_is_told(course):
    passages = {
        lesson: [
            replace(passage, callout="source-note") if "D09" in passage.callout_title else passage
            for passage in found
        ]
        for lesson, found in course.passages.items()
    }
    assert (
        "key: What changed since belongs into a “since-then” call-out whose title names D09."
        in told(replace(course, passages=passages))
    )


def test_a_note_that_is_due_for_a_look_is_told(course):
    late = told(course, date(2126, 1, 1))
    assert late != []
    assert [said for said in late if "was to be looked at again by" not in said] == []


def test_a_note_that_does_not_say_since_when_it_holds_is_told(course):
    passages = {
        lesson: [replace(passage, valid_from="") for passage in found]
        for lesson, found in course.passages.items()
    }
    found = told(replace(course, passages=passages))
    assert found != []
    assert [said for said in found if "does not say since when it holds" not in said] == []


def test_an_objective_that_is_asked_about_too_rarely_is_told(course):
    asked = [
        key
        for key, entry in course.entries["quizzes.question"].items()
        if entry.values["use"] == "graded"
        and ("realism-state-futures",) in entry.values["objectives"]
    ]

    def change(key, values):
        return None if key in asked[1:] else values

    assert "key: 1 of the 2 graded questions that each objective needs. Add some." in spoilt(
        course, "quizzes.question", change
    )


def test_a_question_asked_twice_in_other_words_is_told(course):
    single = [
        key
        for key, entry in course.entries["quizzes.question"].items()
        if entry.values["kind"] == "single"
    ]
    spec = course.entries["quizzes.question"][single[0]].values["spec"]
    copy = {**spec, "prompt": "Now: " + spec["prompt"]}

    def change(key, values):
        return {**values, "spec": copy} if key == single[1] else values

    found = [
        said for said in spoilt(course, "quizzes.question", change) if "nearly the same" in said
    ]
    assert len(found) == 1
    assert found[0].startswith(f"spec.prompt: This is nearly the same as “{single[0][0]}”")


def test_keys_that_are_always_the_longest_option_are_told(course):
    def change(key, values):
        if values["kind"] != "single":
            return values
        options = [
            {**option, "text": option["text"] + " and so on" * 20} if option["correct"] else option
            for option in values["spec"]["options"]
        ]
        return {**values, "spec": {**values["spec"], "options": options}}

    found = [
        said for said in spoilt(course, "quizzes.question", change) if "right option is" in said
    ]
    assert len(found) == 1
    assert re.match(
        r"In (\d+) of \1 single-choice questions the right option is the longest", found[0]
    )


def test_a_lesson_too_long_or_without_a_checkpoint_is_told(course):
    key = ("realism-picture",)
    long = [replace(course.passages[key[0]][0], prose="Word by word. " * 600)]

    def change(row, values):
        body = values["body"].replace("{{ checkpoint:", "checkpoint")
        return {**values, "body": body, "summary": "One. Two."} if row == key else values

    passages = {**course.passages, key[0]: course.passages[key[0]] + long}
    found = spoilt(course, "courses.lesson", change, passages=passages)
    assert [said for said in found if "words without its citations" in said] != []
    assert "body: There is no checkpoint. Put one in: {{ checkpoint: key }}." in found
    assert "summary: The summary has 2 sentences; three are asked for." in found


def test_the_command_prints_a_row_for_each_module_and_finds_no_fault():
    out = io.StringIO()
    call_command("check_content", FIXTURES, stdout=out)
    lines = out.getvalue().splitlines()
    assert [line.split()[0] for line in lines[:9]] == [
        *("module", "orientation", "realism", "institutionalism", "constructivism"),
        *("nato", "csto", "synthesis", "post-soviet"),
    ]
    assert lines[-1] == "No fault found."


def test_the_command_fails_on_a_fault(tmp_path):
    (tmp_path / "course.yaml").write_text(
        "- model: courses.course\n  fields: {key: c, title: C}\n"
        "- model: courses.module\n  fields: {key: m, course: [c], position: 1, title: M}\n",
        encoding="utf-8",
    )
    with pytest.raises(CommandError, match="This module has no graded quiz. Add one."):
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
