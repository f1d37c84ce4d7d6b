"""The only writer of the ledger (`Record`). Every verb is safe to repeat.

Whoever writes marks holds their columns first (`hold`, `hold_all`, `hold_column`): that gives a
column of a cohort another token in the same transaction, so that what was counted of it is known
to be old (`courses.gradebook`). Tokens always before rows of the ledger: two who write the same
column wait for each other there, and nowhere later.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce

from courses.models import Activity, Cohort, ColumnTally, Enrolment, Record
from courses.models.rewriting import rewrite


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


def _turned(places: Collection[tuple[int, int]]) -> None:
    """Note that marks are written in these (cohort, activity), by primary key; one statement."""
    ColumnTally.objects.bulk_create(
        [
            ColumnTally(cohort_id=cohort, activity_id=activity, token=uuid.uuid4())
            for cohort, activity in sorted(places)
        ],
        update_conflicts=True,
        unique_fields=["cohort", "activity"],
        update_fields=["token"],
    )


def hold(enrolment: Enrolment, activity: Activity) -> None:
    """Lock a column of a cohort until the transaction ends; one statement.

    Who computes a score from rows that others also write takes this before reading them, so that
    the later of two writers has seen what the earlier one wrote. All who write marks come by here,
    so the ledger's row needs no lock of its own.
    """
    _turned([(enrolment.cohort_id, activity.pk)])


def hold_all(pairs: Collection[tuple[int, int]], *, now: datetime) -> dict[tuple[int, int], Record]:
    """Lock the rows of many (enrolment, activity) pairs, always in the same order; give them back.

    A row that is not there yet is made, as begun `now`.
    """
    cohorts = dict(
        Enrolment.objects.filter(pk__in={enrolment for enrolment, _activity in pairs})
        .order_by()
        .values_list("pk", "cohort_id")
    )
    _turned({(cohorts[enrolment], activity) for enrolment, activity in pairs})
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
    rewrite(rows, ["score", "late", "completed_at"])


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

    After `hold`, in its transaction. Completion is never taken back by a later, worse try.
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

    After `hold`, in its transaction; the caller has added the `GradeChange`. Nobody has begun by
    it.
    """
    rows = Record.objects.filter(enrolment=enrolment, activity=activity)
    changes = {"override": percentage, "excused": excused}
    if not rows.update(**changes) and (excused or percentage is not None):
        Record.objects.bulk_create(
            [Record(enrolment=enrolment, activity=activity)], ignore_conflicts=True
        )
        rows.update(**changes)


def hold_column(
    cohort: Cohort, enrolments: Collection[int], activity: Activity
) -> dict[int, Record]:
    """Lock the rows of many students of a cohort in one activity, by enrolment.

    Nobody has begun by it.
    """
    _turned([(cohort.pk, activity.pk)])
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
