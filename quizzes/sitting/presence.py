"""Signs of life from the pages of open attempts: small, few, and the first to give way.

Whoever saves is heard by that alone, so a page tells only while nothing else of it comes through,
or when what it holds back has changed. None of it is worth a student's wait: where the database
is busy the sign is dropped, and the next one says the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction

from quizzes.models import Attempt, Presence

# From one write to the next of the same attempt, however often its pages tell.
AT_MOST_EVERY = timedelta(seconds=30)
MOST = 1000  # answers or failures that are told apart
PATIENCE = 100  # milliseconds that a sign may wait for the database


def tell(attempt: Attempt, *, unsaved: int, failures: int, now: datetime) -> bool:
    """Note that the page of an open attempt is there, and what it holds back.

    `unsaved` answers wait in the browser; `failures` saves did not come through since the last
    that did. Whether it was written: not more than once in `AT_MOST_EVERY`, and not where the
    database has better things to do. One query, one write.
    """
    before = Presence.objects.filter(attempt=attempt).values_list("seen_at", flat=True).first()
    if before is not None and now - before < AT_MOST_EVERY:
        return False
    sign = Presence(
        attempt=attempt, seen_at=now, unsaved=min(unsaved, MOST), failures=min(failures, MOST)
    )
    try:
        with _in_a_hurry():
            Presence.objects.bulk_create(
                [sign],
                update_conflicts=True,
                unique_fields=["attempt"],
                update_fields=["seen_at", "unsaved", "failures"],
            )
    except OperationalError:
        return False
    return True


@contextmanager
def _in_a_hurry() -> Iterator[None]:
    """Give up a write soon where another one holds the database, or the attempt's row.

    Each database has its own word for it. Inside a transaction of somebody else's it is theirs to
    say how long to wait.
    """
    if connection.vendor != "sqlite":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE}")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (usual,) = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")
