"""The log of an attempt: everything that was stored of it, in the order of the server's clock.

It is what both sides look at in a dispute. Its own student sees every version of every answer, and
of the marks as much as the quiz's rules allow; who teaches sees all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from quizzes.exports.tables import guarded
from quizzes.marks import grading
from quizzes.models import Attempt, Item, LateAnswer, Mark, Response
from quizzes.questions import KINDS
from quizzes.seeing.visibility import EVERYTHING
from quizzes.seeing.visibility import Item as Visible
from quizzes.sitting import attempts as verbs

SHORT = 80  # signs of a question's text that stand beside its number


@dataclass(frozen=True)
class Question:
    """A question of the attempt; `code` is for those who teach."""

    position: int
    text: str
    code: str
    replaced: bool


@dataclass(frozen=True)
class Event:
    """One thing that happened. What does not apply to it is empty."""

    at: datetime
    what: str
    position: int | None = None
    answer: str = ""  # in words
    revision: int | None = None
    source: str = ""
    certainty: int | None = None
    tried: bool = False
    late: bool = False
    digest: str = ""
    operation: str = ""
    points: Decimal | None = None
    by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Log:
    attempt: Attempt
    questions: Sequence[Question]
    events: Sequence[Event]
    staff: bool


def log(attempt: Attempt, *, items: frozenset[Visible] | None = None) -> Log:
    """The log as its student may see it (`items`), or all of it (None); four queries.

    Needs `attempt.quiz` and `attempt.enrolment`.
    """
    staff = items is None
    seen = EVERYTHING if items is None else items
    asked = list(
        Item.objects.filter(attempt=attempt)
        .annotate(
            kind=F("version__kind"),
            public=F("version__public"),
            number=F("version__number"),
            key=F("version__question__key"),
        )
        .order_by("position", "pk")
    )
    by_pk = {item.pk: item for item in asked}
    events = [Event(attempt.started_at, _("The attempt was started"))]
    events += [
        Event(
            item.replaced_at,
            _("The question was exchanged for a fresh one"),
            position=item.position,
        )
        for item in asked
        if item.replaced_at
    ]
    if Visible.ATTEMPT in seen:
        events += _answers(by_pk)
    if attempt.submitted_at is not None:
        events.append(Event(attempt.submitted_at, _closed(attempt)))
    if Visible.MARKS in seen:
        events += _marks(by_pk, staff=staff, reasons=Visible.RIGHT_ANSWER in seen)
    return Log(
        attempt=attempt,
        questions=[
            Question(
                item.position,
                _short(item.public["prompt"]),
                f"{item.key}, {item.number}" if staff else "",
                item.replaced_at is not None,
            )
            for item in asked
        ]
        if Visible.ATTEMPT in seen
        else [],
        # Sorting is stable: what shares an instant stays in the order above.
        events=sorted(events, key=lambda event: event.at),
        staff=staff,
    )


def _closed(attempt: Attempt) -> str:
    if attempt.state == Attempt.State.ABANDONED:
        return _("The attempt ended without being handed in")
    if attempt.deadline is not None and attempt.submitted_at == attempt.deadline:
        return _("The attempt was handed in by the end of its time")
    return _("The attempt was handed in")


def _short(prompt: str) -> str:
    text = " ".join(strip_tags(prompt).split())
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def _answers(items: dict[int, Any]) -> list[Event]:
    events = []
    for row in Response.objects.filter(item__in=items).order_by("item", "revision"):
        words, fingerprint = _words(items[row.item_id], row.answer)
        events.append(
            Event(
                row.saved_at,
                _("Answer stored and checked") if row.checked else _("Answer stored"),
                position=items[row.item_id].position,
                answer=words,
                revision=row.revision,
                source=row.get_source_display(),
                certainty=row.certainty,
                tried=row.checked,
                digest=fingerprint,
                operation=str(row.operation or ""),
            )
        )
    for late in LateAnswer.objects.filter(item__in=items).order_by("pk"):
        words, fingerprint = late.unread, ""
        if not late.unread:
            words, fingerprint = _words(items[late.item_id], late.answer)
        events.append(
            Event(
                late.arrived_at,
                _("Too late, and no answer to this question: kept here as it came, not counted")
                if late.unread
                else _("Too late: kept here, not counted"),
                position=items[late.item_id].position,
                answer=words,
                source=late.get_source_display(),
                late=True,
                digest=fingerprint,
                operation=str(late.operation or ""),
            )
        )
    return events


def _words(item: Any, answer: Any) -> tuple[str, str]:
    """An answer as plain text, and the fingerprint that was acknowledged for it."""
    kind = KINDS[item.kind]
    return kind.answer_text(item.public, answer), verbs.digest(kind.show(item.order, answer))


def _marks(items: dict[int, Any], *, staff: bool, reasons: bool) -> list[Event]:
    marks = Mark.objects.filter(item__in=items).select_related("by", "regrade__by").order_by("pk")
    events = []
    for mark in marks:
        who = mark.by or (mark.regrade.by if mark.regrade else None)
        why = mark.reason or (mark.regrade.reason if mark.regrade else "")
        events.append(
            Event(
                mark.made_at,
                _("Marked again") if mark.regrade_id or mark.reason else _("Marked"),
                position=items[mark.item_id].position,
                points=grading.shown(mark.score),
                by=str(who) if staff and who else "",
                reason=why if reasons else "",
            )
        )
    return events


COLUMNS = (
    "time",
    "what",
    "question",
    "answer",
    "revision",
    "source",
    "certainty",
    "try",
    "late",
    "digest",
    "operation",
    "points",
    "by",
    "reason",
)


def table(log: Log) -> list[list[str]]:
    """The log as rows for a spreadsheet, the names of its columns first; times are in UTC."""
    rows = [list(COLUMNS)]
    for event in log.events:
        cells = [
            event.at.isoformat(),
            event.what,
            event.position,
            event.answer,
            event.revision,
            event.source,
            event.certainty,
            _("yes") if event.tried else "",
            _("yes") if event.late else "",
            event.digest,
            event.operation,
            event.points,
            event.by,
            event.reason,
        ]
        rows.append([guarded("" if cell is None else str(cell)) for cell in cells])
    return rows
