"""One second a text, kept by force.

The parser's regular expressions take quadratic time and worse on hostile texts, hold the
interpreter's lock all the while, and can be interrupted by nothing but the death of their process.
Signals reach the main thread only, which web workers do not render in. So a text of more than
a kilobyte is rendered by a child process, which is killed when its second is over. The child stays
for the next text (a few milliseconds; 0.2 s for a new child), leaves after five idle
minutes, and ends with its parent.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from courses.rendering.texts import Library, Rendered, TooHard
from courses.rendering.work import Job, do, rendered_from

MAX_BYTES = 64 * 1024
SECONDS = 1.0
AT_ONCE_BYTES = 1024  # the worst text found of this size takes 60 ms

TOO_LONG = "This text has {size} KB of at most {most}. Divide it in two."
TOO_SLOW = (
    "This text takes longer than a second to render, so it was refused. Look for long rows of "
    "the same sign, or divide the text in two."
)

_ROOT = Path(__file__).resolve().parents[2]


def spend(job: Job) -> Rendered:
    """Render within the budget. Raises TooHard, with a sentence for the author, beyond it."""
    size = len(job.text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise TooHard(TOO_LONG.format(size=-(-size // 1024), most=MAX_BYTES // 1024))
    job = replace(job, library=_mentioned(job.library, job.text))
    if size <= AT_ONCE_BYTES:
        return do(job)
    return _worker.render(job)


def _mentioned(library: Library, text: str) -> Library:
    """The part of a library that a text can refer to: a course's drawings fill megabytes."""
    if "[" not in text and "{" not in text:  # every reference begins with one of them
        return Library()
    return Library(
        {key: label for key, label in library.sources.items() if key in text},
        {key: title for key, title in library.terms.items() if key in text},
        frozenset(key for key in library.questions if key in text),
        {key: library.figures[key] for key in library.figures if key in text},
        {key: name for key, name in library.people.items() if key in text},
    )


class Worker:
    """A child process that renders one text at a time for every thread of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.child: subprocess.Popen[str] | None = None
        self.owner = 0

    def render(self, job: Job) -> Rendered:
        """Raises TooHard when the text's second is over or the child could not finish."""
        request = json.dumps(
            {
                **asdict(job),
                "library": {**asdict(job.library), "questions": [*job.library.questions]},
            }
        )
        with self.lock:
            answer = self._ask(request)
            # A child may have died while idle: by its own clock, or by an administrator.
            if answer is None:
                answer = self._ask(request)
        if answer is None:
            raise TooHard(TOO_SLOW)
        if "refusal" in answer:
            raise TooHard(answer["refusal"])
        return rendered_from(answer)

    def _ask(self, request: str) -> dict[str, Any] | None:
        """One question to the child. None if it had died; TooHard if it was killed for time."""
        child = self._ready()
        over = threading.Event()

        def end() -> None:
            over.set()
            child.kill()

        timer = threading.Timer(SECONDS, end)
        try:
            timer.start()
            print(request, file=child.stdin, flush=True)
            line = child.stdout.readline() if child.stdout else ""
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
            timer.join()
        if over.is_set() or not line.endswith("\n"):
            self.close()
        if line.endswith("\n"):
            answer: dict[str, Any] = json.loads(line)
            return answer
        if over.is_set():
            raise TooHard(TOO_SLOW)
        return None

    def _ready(self) -> "subprocess.Popen[str]":
        if self.owner != os.getpid():
            self.child = None  # a fork's parent goes on using it
        if self.child is None:
            paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
            self.child = subprocess.Popen(
                [sys.executable, "-m", "courses.rendering"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="ascii",
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            )
            self.owner = os.getpid()
            if self.child.stdout:  # always, with a pipe
                # Imports take longer than a text does; they are not the author's to pay.
                self.child.stdout.readline()
        return self.child

    def close(self) -> None:
        """End the child, if this process has one."""
        child, self.child = self.child, None
        if child is None or self.owner != os.getpid():
            return
        child.kill()
        child.communicate()


_worker = Worker()
atexit.register(_worker.close)
