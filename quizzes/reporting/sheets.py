"""The sheets of attempts (`statistics.sheet`), made from their rows.

A sheet is written wherever a score is written, in the same statement. It repeats what the rows
say and decides nothing: an attempt without one is read from its rows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from quizzes.models import Attempt, Item, Mark, Response
from quizzes.reporting import tallies
from quizzes.statistics import pace, sheet

# version, slot, points, newest mark, newest answer
Row = tuple[int, int | None, Decimal, Decimal | None, Any]


def rows(attempts: Collection[UUID]) -> dict[UUID, list[Row]]:
    """The questions of each attempt that count, in their order; one query."""
    mark = Mark.objects.filter(item=OuterRef("pk")).order_by("-pk").values("score")[:1]
    answer = Response.objects.filter(item=OuterRef("pk")).order_by("-revision").values("answer")[:1]
    found: dict[UUID, list[Row]] = {pk: [] for pk in attempts}
    for attempt, *row in (
        Item.objects.current()
        .filter(attempt__in=attempts, counts=True)
        .order_by("attempt", "position")
        .values_list("attempt", "version", "slot", "points", Subquery(mark), Subquery(answer))
    ):
        found[attempt].append(tuple(row))
    return found


def of(asked: Iterable[Row]) -> str:
    """The sheet of an attempt with these questions; "" while one of them has no mark."""
    entries = []
    for version, slot, points, mark, answer in asked:
        if mark is None:
            return ""
        entries.append(sheet.entry(version, slot, points, mark, answer))
    return sheet.write(entries)


def fill(portion: int) -> Iterator[int]:
    """Write what finished attempts lack of sheet and pace, so many in a transaction.

    Yields how many were written. It can be stopped at any time and done again.
    """
    lacking = (
        Attempt.objects.submitted()
        .filter(Q(pace="") | Q(sheet="", score__isnull=False))
        .select_related("enrolment")
        .order_by("pk")
    )
    last = None
    while True:
        with transaction.atomic():
            rest = lacking if last is None else lacking.filter(pk__gt=last)
            found = list(rest.select_for_update(of=("self",))[:portion])
            if not found:
                return
            last = found[-1].pk
            asked, saves = rows([each.pk for each in found]), _saves([each.pk for each in found])
            for attempt in found:
                attempt.sheet = of(asked[attempt.pk])
                ended = attempt.submitted_at or attempt.started_at
                attempt.pace = pace.write(attempt.started_at, ended, saves[attempt.pk])
            Attempt.objects.bulk_update(found, ["sheet", "pace"])
            tallies.turned({(each.quiz_id, each.enrolment.cohort_id) for each in found})
        yield len(found)


def _saves(attempts: Collection[UUID]) -> dict[UUID, list[pace.Save]]:
    found: dict[UUID, list[pace.Save]] = defaultdict(list)
    for attempt, version, at in Response.objects.filter(
        item__attempt__in=attempts, item__replaced_at=None
    ).values_list("item__attempt", "item__version", "saved_at"):
        found[attempt].append((at, version))
    return found
