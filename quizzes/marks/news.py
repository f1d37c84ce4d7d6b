"""What has happened to a student's own answers while they were away: marked again, or answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max

from courses.models import Enrolment
from quizzes.models import Attempt, Contest, Mark

FRESH = timedelta(days=14)  # for how long it is news


@dataclass(frozen=True)
class News:
    """One piece of it. Nothing of a mark or a key: the result says what may be seen of both."""

    at: datetime
    quiz: str
    attempt: UUID
    question: int | None = None  # where an objection to it was answered; None: marked again


def of(enrolment: Enrolment, *, now: datetime) -> Sequence[News]:
    """A student's, the newest first; two queries."""
    since = now - FRESH
    marked = (
        Mark.objects.filter(
            item__attempt__enrolment=enrolment, regrade__isnull=False, made_at__gt=since
        )
        .exclude(item__attempt__state=Attempt.State.OPEN)
        .order_by()
        .values_list("item__attempt", "item__attempt__quiz__activity__title")
        .annotate(at=Max("made_at"))
    )
    answered = (
        Contest.objects.filter(enrolment=enrolment, answered_at__gt=since)
        .order_by()
        .values_list(
            "item__attempt",
            "item__attempt__quiz__activity__title",
            "item__position",
            "answered_at",
        )
    )
    found = [News(at, quiz, attempt) for attempt, quiz, at in marked]
    found += [News(at, quiz, attempt, question) for attempt, quiz, question, at in answered if at]
    return sorted(found, key=lambda one: one.at, reverse=True)
