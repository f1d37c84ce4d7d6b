"""The counted sheets of a class, kept beside what they were counted from, and never out of date.

`turned` gives a quiz in a cohort another token in the transaction that writes a score there, and
an enrolment that is written gives its cohort another roster (`courses.models.people`). Both are
read here before the attempts: what was kept under the same two is what would be counted again. A
transaction that is not finished yet holds its tokens back together with its scores. All else that
a report says follows from the counts and is worked out each time: questions may be edited, and
keys corrected, without anything here to follow.
"""

import json
import uuid
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from courses.models import Cohort
from quizzes.models import Quiz, Tally, Turn
from quizzes.statistics.pace import Paces
from quizzes.statistics.sheet import Class, Entry, read


@dataclass(frozen=True)
class Counted:
    """What a report is worked out from."""

    students: int
    handed_in: int  # students with a finished attempt
    waiting: int  # finished attempts that wait for somebody to mark them
    sheets: Class
    paces: Paces


def turned(places: Collection[tuple[int, int]]) -> None:
    """Note that scores are written in these (quiz, cohort), by primary key; one statement.

    To be called after the attempts are locked and before the ledger is: whoever waits here holds
    nothing that somebody who has been here still needs.
    """
    Turn.objects.bulk_create(
        [
            Turn(quiz_id=quiz, cohort_id=cohort, token=uuid.uuid4())
            for quiz, cohort in sorted(places)
        ],
        update_conflicts=True,
        unique_fields=["quiz", "cohort"],
        update_fields=["token"],
    )


def turn(quiz: Quiz, cohort: Cohort) -> str:
    """What holds now of a quiz in a cohort: another text after every change; one query."""
    return _now(*_tokens(quiz, cohort).values_list("roster", "token").get())


def _now(roster: uuid.UUID, token: uuid.UUID | None) -> str:
    return f"{roster.hex}:{'' if token is None else token.hex}"


def _tokens(quiz: Quiz, cohort: Cohort) -> Any:
    turns = Turn.objects.filter(quiz=quiz, cohort=OuterRef("pk")).order_by()
    return (
        Cohort.objects.filter(pk=cohort.pk)
        .order_by()
        .annotate(token=Subquery(turns.values("token")))
    )


def kept(quiz: Quiz, cohort: Cohort, which: str) -> tuple[str, Counted | None]:
    """What holds now, and the counts if they were kept under it; one query."""
    tally = Tally.objects.filter(quiz=quiz, cohort=OuterRef("pk"), which=which).order_by()
    roster, token, at, content = (
        _tokens(quiz, cohort)
        .values_list(
            "roster", "token", Subquery(tally.values("turn")), Subquery(tally.values("content"))
        )
        .get()
    )
    now = _now(roster, token)
    return now, _read(content) if at == now else None


def keep(quiz: Quiz, cohort: Cohort, which: str, counted: Counted, *, at: str) -> None:
    """Keep counts that were made after `at` was read; one statement."""
    Tally.objects.bulk_create(
        [Tally(quiz=quiz, cohort=cohort, which=which, turn=at, content=_write(counted))],
        update_conflicts=True,
        unique_fields=["quiz", "cohort", "which"],
        update_fields=["turn", "content"],
    )


# --- As text -----------------------------------------------------------------------------------


def _write(counted: Counted) -> str:
    """Each different line once; the heads point to them by number."""
    lines: dict[Entry, int] = {}
    heads = []
    for (total, worth), entries in counted.sheets.entries.items():
        times = [[lines.setdefault(entry, len(lines)), n] for entry, n in entries.items()]
        heads.append([total, worth, counted.sheets.totals[total, worth], times])
    paces = {version: list(times.items()) for version, times in counted.paces.versions.items()}
    return json.dumps(
        {
            "students": counted.students,
            "handed_in": counted.handed_in,
            "waiting": counted.waiting,
            "lines": [entry.line for entry in lines],
            "heads": heads,
            "whole": list(counted.paces.whole.items()),
            "paces": list(paces.items()),
        },
        separators=(",", ":"),
    )


def _read(content: str) -> Counted:
    found = json.loads(content)
    entries = [read(line) for line in found["lines"]]
    return Counted(
        students=found["students"],
        handed_in=found["handed_in"],
        waiting=found["waiting"],
        sheets=Class(
            Counter({(total, worth): n for total, worth, n, _times in found["heads"]}),
            {
                (total, worth): Counter({entries[at]: n for at, n in times})
                for total, worth, _n, times in found["heads"]
            },
        ),
        paces=Paces(
            dict(found["whole"]), {version: dict(times) for version, times in found["paces"]}
        ),
    )
