"""The only writer of the ledger (`Record`). Every verb is safe to repeat."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce

from courses.models import Activity, Enrolment, Record


def start(enrolment: Enrolment, activity: Activity, *, now: datetime) -> None:
    """Note that somebody has begun an activity; the first time counts."""
    Record.objects.bulk_create(
        [Record(enrolment=enrolment, activity=activity, started_at=now)], ignore_conflicts=True
    )


def complete_lesson(enrolment: Enrolment, activity: Activity, *, now: datetime) -> None:
    """Note that somebody says they have read a lesson; the first time counts."""
    with transaction.atomic():
        start(enrolment, activity, now=now)
        Record.objects.filter(
            enrolment=enrolment, activity=activity, completed_at__isnull=True
        ).update(completed_at=now, started_at=Coalesce("started_at", now))


def reopen_lesson(enrolment: Enrolment, activity: Activity) -> None:
    """Take “I have read this” back."""
    Record.objects.filter(enrolment=enrolment, activity=activity, score__isnull=True).update(
        completed_at=None
    )


def hold(enrolment: Enrolment, activity: Activity) -> None:
    """Lock the ledger's row until the transaction ends.

    Who computes a score from rows that others also write takes this before reading them, so that
    the later of two writers has seen what the earlier one wrote.
    """
    rows = Record.objects.select_for_update().filter(enrolment=enrolment, activity=activity)
    # Without the order of the model, whose joins would lock the activity, and with it the class.
    rows.order_by("pk").values_list("pk").first()


def hold_all(pairs: Collection[tuple[int, int]], *, now: datetime) -> dict[tuple[int, int], Record]:
    """Lock the rows of many (enrolment, activity) pairs, always in the same order; give them back.

    A row that is not there yet is made, as begun `now`.
    """
    Record.objects.bulk_create(
        [
            Record(enrolment_id=enrolment, activity_id=activity, started_at=now)
            for enrolment, activity in sorted(pairs)
        ],
        ignore_conflicts=True,
    )
    rows = Record.objects.select_for_update().filter(
        enrolment__in={enrolment for enrolment, _activity in pairs},
        activity__in={activity for _enrolment, activity in pairs},
    )
    return {
        (row.enrolment_id, row.activity_id): row
        for row in rows.order_by("enrolment_id", "activity_id")
    }


def score_all(rows: Sequence[Record]) -> None:
    """Write scores, lateness and completion of rows that `hold_all` gave."""
    Record.objects.bulk_update(rows, ["score", "late", "completed_at"])


def score(
    enrolment: Enrolment,
    activity: Activity,
    *,
    percentage: Decimal,
    completed: bool,
    now: datetime,
    late: bool = False,
) -> None:
    """Write the score that counts for an activity (a percentage as displayed), and if it was late.

    Completion is never taken back by a later, worse try.
    """
    changes: dict[str, Any] = {
        "score": percentage,
        "late": late,
        "started_at": Coalesce("started_at", now),
    }
    if completed:
        changes["completed_at"] = Coalesce("completed_at", now)
    rows = Record.objects.filter(enrolment=enrolment, activity=activity)
    if not rows.update(**changes):
        with transaction.atomic():
            start(enrolment, activity, now=now)
            rows.update(**changes)


def decide(
    enrolment: Enrolment, activity: Activity, *, percentage: Decimal | None, excused: bool
) -> None:
    """Keep what somebody decided by hand, or with neither that it was taken back.

    The caller has added the `GradeChange`, and owns the transaction. Nobody has begun by it.
    """
    rows = Record.objects.filter(enrolment=enrolment, activity=activity)
    changes = {"override": percentage, "excused": excused}
    if not rows.update(**changes) and (excused or percentage is not None):
        Record.objects.bulk_create(
            [Record(enrolment=enrolment, activity=activity)], ignore_conflicts=True
        )
        rows.update(**changes)


def hold_column(enrolments: Collection[int], activity: Activity) -> dict[int, Record]:
    """Lock the rows of many students in one activity, by enrolment; nobody has begun by it."""
    Record.objects.bulk_create(
        [Record(enrolment_id=enrolment, activity=activity) for enrolment in sorted(enrolments)],
        ignore_conflicts=True,
        batch_size=500,
    )
    rows = Record.objects.select_for_update().filter(activity=activity).order_by("enrolment_id")
    return {row.enrolment_id: row for row in rows if row.enrolment_id in enrolments}


def decide_all(rows: Sequence[Record], *, percentage: Decimal) -> None:
    """The same mark by hand for rows that `hold_column` gave; the caller has added the changes."""
    for row in rows:
        row.override = percentage
    Record.objects.bulk_update(rows, ["override"], batch_size=500)
