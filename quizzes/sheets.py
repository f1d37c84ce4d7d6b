"""The sheets of attempts (`statistics.sheet`), made from their rows.

A sheet is written wherever a score is written, in the same statement. It repeats what the rows
say and decides nothing: an attempt without one is read from its rows.
"""

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from quizzes.models import Item, Mark, Response
from quizzes.statistics import sheet

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
