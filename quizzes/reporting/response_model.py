"""An item response model of a quiz in a cohort: what it is fitted to, and what it says.

Fitted on request, in the background, by a process of its own (`quizzes.irt`). What it found is
kept with what held of the class when its data were read (`tallies.turn`): after any change of a
score or of the class it says that it is out of date, and is shown all the same.
"""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from courses.models import Cohort
from quizzes.models import Fit, Question, QuestionVersion, Quiz
from quizzes.questions import text_of
from quizzes.reporting import analysis, tallies
from quizzes.reporting.analysis import Asked, Finished
from quizzes.statistics import Enough
from quizzes.statistics.sheet import read

log = structlog.get_logger(__name__)

SECONDS = 300
LOST = timedelta(seconds=2 * SECONDS)  # whoever was fitting it has broken off
LEAST_QUESTIONS = 4
LEAST_EACH_WAY = 10  # so many right and so many wrong, or a question has no place on the scale

TOO_LONG = "It took more than {minutes} minutes and was stopped."
BROKEN = "The program that fits the model ended with an error; the site's log says which."


class Why(StrEnum):
    """Why a question is left out of the model."""

    PARTS = "parts"
    ONE_SIDED = "one_sided"
    FEW = "few"


@dataclass(frozen=True)
class Data:
    """Right and wrong, pattern by pattern: `questions` by primary key, in the order of places."""

    questions: list[int]
    patterns: list[tuple[list[int | None], int]]
    left_out: dict[int, Why]
    n: int

    @property
    def enough(self) -> bool:
        return Enough.RESPONSE_MODEL.told(self.n) and len(self.questions) >= LEAST_QUESTIONS

    @property
    def digest(self) -> str:
        stated = json.dumps([self.questions, sorted(map(str, self.patterns))])
        return hashlib.sha256(stated.encode()).hexdigest()


def data(asked: Asked) -> Data:
    """What a model is fitted to: each attempt's questions, right (full marks) or wrong."""
    chosen = analysis.marked(asked)
    rows, worths = _rows(chosen)
    right: Counter[int] = Counter()
    met: Counter[int] = Counter()
    partly: set[int] = set()
    for row in rows:
        for question, mark in row.items():
            met[question] += 1
            right[question] += mark == worths[question]
            if mark not in (0, worths[question]):
                partly.add(question)
    left_out: dict[int, Why] = {}
    for question, n in met.items():
        if question in partly:
            left_out[question] = Why.PARTS
        elif not Enough.RESPONSE_MODEL.told(n):
            left_out[question] = Why.FEW
        elif min(right[question], n - right[question]) < LEAST_EACH_WAY:
            left_out[question] = Why.ONE_SIDED
    questions = [question for question in worths if question not in left_out]
    patterns = Counter(
        tuple(
            None if question not in row else int(row[question] == worths[question])
            for question in questions
        )
        for row in rows
    )
    told = [(list(pattern), n) for pattern, n in sorted(patterns.items(), key=str)]
    return Data(questions, told, left_out, len(rows))


def _rows(chosen: list[Finished]) -> tuple[list[dict[int, int]], dict[int, int]]:
    """The marks of each attempt by question, and what each question is worth, in its order.

    Marks are brought to what the question was worth in most attempts: only all and nothing count.
    """
    known = {line: read(line) for each in chosen for line in each.sheet.split("\n")[1:]}
    versions = dict(
        QuestionVersion.objects.filter(pk__in={entry.version for entry in known.values()})
        .order_by()
        .values_list("pk", "question_id")
    )
    places: dict[int, int] = {}
    for entry in known.values():
        question = versions[entry.version]
        places[question] = min(places.get(question, entry.place), entry.place)
    worths = dict.fromkeys(sorted(places, key=lambda question: (places[question], question)), 2)
    rows = []
    for each in chosen:
        row = {}
        for line in each.sheet.split("\n")[1:]:
            entry = known[line]
            whole = 2 if entry.mark == entry.worth else 0 if entry.mark <= 0 else 1
            row[versions[entry.version]] = whole
        rows.append(row)
    return rows, worths


# --- Asking for a fit, and making it -----------------------------------------------------------


def ask(quiz: Quiz, cohort: Cohort, *, now: datetime) -> Fit | None:
    """Note that a model is wanted; the caller starts it. None if one is being fitted already.

    A fit may take minutes of a worker: however often it is asked for, one at a time is made. One
    that has not ended after `LOST` never will.
    """
    fit, new = Fit.objects.get_or_create(quiz=quiz, cohort=cohort, defaults={"asked_at": now})
    if new:
        return fit
    idle = Fit.objects.filter(pk=fit.pk).exclude(state=Fit.State.WAITING, asked_at__gt=now - LOST)
    return fit if idle.update(state=Fit.State.WAITING, asked_at=now) else None


def make(key: int, *, now: datetime) -> None:
    """Fit a model that was asked for and keep what came of it, a fault too."""
    fit = Fit.objects.select_related("quiz", "cohort").filter(pk=key).first()
    if fit is None:
        return
    turn = tallies.turn(fit.quiz, fit.cohort)
    found = data(Asked(fit.quiz, fit.cohort))
    result: dict[str, Any] = {"n": found.n, "left_out": found.left_out, "name": ""}
    fault = ""
    if found.enough:
        try:
            result |= run(found)
        except subprocess.TimeoutExpired:
            fault = TOO_LONG.format(minutes=SECONDS // 60)
        except (subprocess.SubprocessError, ValueError, OSError) as error:
            log.error("model_not_fitted", fit=key, error=getattr(error, "stderr", "") or str(error))
            fault = BROKEN
    Fit.objects.filter(pk=key).update(
        state=Fit.State.FAILED if fault else Fit.State.READY,
        made_at=now,
        digest=found.digest,
        turn=turn,
        result=result,
        fault=fault,
    )


def run(found: Data) -> dict[str, Any]:
    """The result of the program, its questions by primary key. Raises what `subprocess` does."""
    done = subprocess.run(  # our own program; marks go in as numbers
        [sys.executable, "-m", "quizzes.irt"],
        input=json.dumps({"patterns": found.patterns}),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
        cwd=settings.BASE_DIR,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    keyed = zip(found.questions, result["questions"], strict=True)
    return {**result, "questions": [{**each, "question": key} for key, each in keyed]}


# --- What it says ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scaled:
    """A question on the scale of the class; `misfit` is "noisy", "narrow" or ""."""

    key: str
    prompt: str
    n: int
    difficulty: float
    difficulty_error: float | None
    discrimination: float
    discrimination_error: float | None
    infit: float
    outfit: float

    @property
    def misfit(self) -> str:
        if max(self.infit, self.outfit) > HIGH:
            return "noisy"
        return "narrow" if min(self.infit, self.outfit) < LOW else ""


LOW, HIGH = 0.7, 1.3  # usual for tests of right and wrong answers (Wright and Linacre 1994)


@dataclass(frozen=True)
class Told:
    """What is kept of a model, ready to be read."""

    fit: Fit
    current: bool
    n: int
    name: str  # "1pl", "2pl", or "" where there were too few to tell
    settled: bool
    reliability: float | None
    questions: list[Scaled]
    left_out: list[tuple[str, str, str]]  # key, prompt, why


def told(quiz: Quiz, cohort: Cohort) -> Told | None:
    """The model of a quiz in a cohort as it was last fitted, or None; three queries."""
    fit = Fit.objects.filter(quiz=quiz, cohort=cohort).order_by().first()
    if fit is None:
        return None
    result = fit.result
    rows = result.get("questions", [])
    left_out = result.get("left_out", {})
    keys = {row["question"] for row in rows} | {int(key) for key in left_out}
    asked = Question.objects.select_related("current").defer("spec").in_bulk(keys)
    words = {
        Why.PARTS: _("it gives part of its points, and the model knows right and wrong only"),
        Why.FEW: _("fewer than %(n)d attempts were asked it") % {"n": Enough.RESPONSE_MODEL},
        Why.ONE_SIDED: _("nearly everybody got it right, or nearly nobody"),
    }
    return Told(
        fit=fit,
        current=fit.turn == tallies.turn(quiz, cohort),
        n=result.get("n", 0),
        name=result.get("name", ""),
        settled=result.get("settled", False),
        reliability=result.get("reliability"),
        questions=[
            Scaled(
                asked[row["question"]].key,
                _prompt(asked[row["question"]]),
                row["n"],
                row["difficulty"],
                row["difficulty_error"],
                row["discrimination"],
                row["discrimination_error"],
                row["infit"],
                row["outfit"],
            )
            for row in rows
            if row["question"] in asked
        ],
        left_out=[
            (asked[int(key)].key, _prompt(asked[int(key)]), words[Why(why)])
            for key, why in left_out.items()
            if int(key) in asked
        ],
    )


def _prompt(question: Question) -> str:
    return text_of(question.current.public["prompt"]) if question.current else question.key
