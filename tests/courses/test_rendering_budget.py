"""A text costs a second at most, whoever wrote it and wherever it is rendered."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from courses.rendering import Library, Rendered, TooHard, render, render_inline, render_short
from courses.rendering.budget import (
    AT_ONCE_BYTES,
    MAX_BYTES,
    SECONDS,
    TOO_SLOW,
    Worker,
    _worker,
)
from courses.rendering.dialect import BODY
from courses.rendering.work import TOO_DEEP, Job, do

LIBRARY = Library({"s": "Source"}, {"t": "term"})
# A second for the text, and as much for the test's own machine being busy.
PATIENCE = 2 * SECONDS

SEEDS = [
    *("[", "]", "(", "<", ">", "*", "_", "`", "~", "|", "\\", "&", "#", "!", "\n", " ", "\t", '"'),
    *(
        "[[",
        "[@",
        "[^",
        "[](",
        "[a](",
        "[a](<",
        '[a](b "',
        "![",
        "![a](",
        "<a ",
        "<!--",
        "<https://a",
    ),
    *("**a", "*a_", "a*b_", "***a_", "*a** ", "_a", "`a ``b ", "` `` ", "\\*", "&a;", "é", "\x02"),
    *(
        "> ",
        "- ",
        "1. a\n",
        "- a\n    - b\n",
        "* a\n\n",
        "    a\n\n",
        "a\n\n",
        "a\n: b\n",
        ": ",
        "a \n",
    ),
    *(
        "a\n===\n",
        "# ",
        "## a\n\n",
        "a|b\n-|-\na|b\n\n",
        "|a|b|\n|-|-|\n",
        "|a",
        "---\n",
        "***\n\n",
    ),
    *(
        "```" + " " * 60,
        "```a\n",
        "~~~\n",
        "``` ",
        "```\na\n```\n",
        "!!! note\n",
        "!!! note\n    a\n",
    ),
    *("!!! note\n    !!! note\n        a\n", '!!! note "', "{: #a }", "a\n{: #a }\n\n", "{:"),
    *(
        "{{ figure: a }}\n",
        "{{",
        "[@s] ",
        "[@s;",
        "[[t]] ",
        "[^a] ",
        "[^a]: a\n\n",
        "[^a]: ",
        "<b>",
    ),
]


def refused_or_done(text: str) -> str:
    try:
        render(text, LIBRARY)
    except TooHard as refusal:
        return str(refusal)
    return "done"


@pytest.mark.parametrize("seed", SEEDS)
def test_64_kb_of_anything_is_done_or_refused_within_its_second(seed: str):
    text = (seed * MAX_BYTES)[: MAX_BYTES // (2 if seed == "é" else 1)]
    _worker._ready()
    began = time.monotonic()
    said = refused_or_done(text)
    assert time.monotonic() - began < PATIENCE
    assert said in ("done", TOO_SLOW)


@pytest.mark.parametrize(
    "text",
    [
        "".join("    " * step + "- a\n" for step in range(150)),
        "".join("    " * step + "!!! note\n" for step in range(150)),
        "> " * 2000 + "a",
        "*" * 1000 + "a" + "*" * 1000,
        "**a *b " * 500,
    ],
)
def test_deep_nesting_is_done_or_refused(text: str):
    assert refused_or_done(text) in ("done", TOO_DEEP, TOO_SLOW)


def test_more_than_64_kb_is_refused_at_once():
    with pytest.raises(TooHard, match=r"^This text has 65 KB of at most 64\. Divide it in two\.$"):
        render("a" * (MAX_BYTES + 1), LIBRARY)
    with pytest.raises(TooHard, match=r"^This text has 65 KB"):
        render_short("é" * (MAX_BYTES // 2 + 1), LIBRARY, field="summary")


@pytest.fixture
def slow() -> str:
    """A text that the parser cannot finish in its second."""
    return "a|b\n-|-\na|b\n\n" * 4600


def test_the_work_really_stops(slow: str):
    child = _worker._ready()
    with pytest.raises(TooHard, match="longer than a second"):
        render(slow, LIBRARY)
    assert child.poll() == -signal.SIGKILL
    assert render("After.\n{: #after }" + " " * AT_ONCE_BYTES, LIBRARY).words == 1


def test_the_work_stops_in_a_thread_too_and_leaves_the_others_running(slow: str):
    said: list[str] = []
    ticks = 0
    thread = threading.Thread(target=lambda: said.append(refused_or_done(slow)))
    _worker._ready()
    began = time.monotonic()
    thread.start()
    while thread.is_alive() and time.monotonic() - began < PATIENCE:
        ticks += 1
        time.sleep(0.01)
    thread.join(PATIENCE)
    assert said == [TOO_SLOW]
    assert ticks > 20  # the parser did not hold the interpreter's lock


def test_many_threads_share_the_worker():
    text = "Word [[t]] [@s].\n{: #a }\n\n" + "- item\n" * 200
    expected = render(text, LIBRARY)
    answers: list[Rendered] = []
    threads = [
        threading.Thread(target=lambda: answers.append(render(text, LIBRARY))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 8


def test_a_worker_that_died_while_idle_is_replaced():
    worker = Worker()
    job = Job(BODY, "One.\n{: #one }", LIBRARY, "body")
    first = worker.render(job)
    assert worker.child is not None
    os.kill(worker.child.pid, signal.SIGKILL)
    worker.child.wait()
    assert worker.render(job) == first
    worker.close()


def test_the_worker_answers_what_would_be_answered_here():
    job = Job(
        BODY,
        "## Fear\n\nA [@s, p. 1] [[t]] [[zork]][^a]\n{: #a }\n\n{{ checkpoint: q }}\n\n[^a]: Note",
        Library({"s": "Śource"}, {"t": "terḿ"}, frozenset({"q"}), {}),
        "body",
        "x-",
        True,
    )
    worker = Worker()
    assert worker.render(job) == do(job)
    worker.close()


@pytest.mark.parametrize(
    "door",
    [
        lambda text: render(text, LIBRARY),
        lambda text: render_short(text, LIBRARY, field="f"),
        lambda text: render_inline(text, LIBRARY, field="f"),
    ],
)
def test_every_door_keeps_the_budget(door: Callable[[str], object], slow: str):
    began = time.monotonic()
    for text in (slow, "`" * MAX_BYTES, "\\*" * (MAX_BYTES // 2)):
        with contextlib.suppress(TooHard):
            door(text)
    assert time.monotonic() - began < 3 * PATIENCE


@pytest.mark.parametrize("seed", SEEDS)
def test_a_text_short_enough_to_render_in_place_keeps_the_second_unwatched(seed: str):
    text = (seed * AT_ONCE_BYTES)[:AT_ONCE_BYTES]
    began = time.thread_time()
    do(Job(BODY, text, LIBRARY, "body", "", True))
    assert time.thread_time() - began < SECONDS  # 60 ms at the worst on a quiet machine


def test_an_ordinary_lesson_is_far_from_being_refused():
    paragraph = (
        "States *look* after themselves [@s, p. 10], and [[t]] follows from it: nobody is above "
        "them, so that each must reckon with the worst, whatever the others say they intend.\n"
    )
    text = "".join(
        f"## Heading {i}\n\n{paragraph * 3}{{: #p-{i} }}\n\n- one\n- two\n\n" for i in range(19)
    )
    assert 10_000 < len(text) < 12_000
    rendered = render(text, LIBRARY)
    assert (rendered.faults, len(rendered.passages), len(rendered.headings)) == ([], 19, 19)


def test_lone_surrogates_are_told_not_raised():
    faults = render("a \ud800 b\n{: #a }", LIBRARY).faults
    assert [fault.message for fault in faults] == [
        "There is an invisible character here (U+D800) that cannot be shown. Delete it and type "
        "the text again."
    ]
