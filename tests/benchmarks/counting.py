"""What a request asks of the database."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db import connection
from django.test.utils import CaptureQueriesContext

Thing = TypeVar("Thing")

WRITES = ("INSERT", "UPDATE", "DELETE")
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True)
class Counts:
    """Statements by what they do; `control` are those that only bound a transaction."""

    reads: int = 0
    writes: int = 0
    control: int = 0

    @property
    def queries(self) -> int:
        return self.reads + self.writes

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.reads + other.reads, self.writes + other.writes, self.control + other.control
        )


def sort(statements: Iterable[str]) -> Counts:
    """Count SQL statements by their first word."""
    words = [statement.split(None, 1)[0].upper() for statement in statements]
    writes = sum(word in WRITES for word in words)
    control = sum(word in CONTROL for word in words)
    return Counts(len(words) - writes - control, writes, control)


def count(act: Callable[[], Thing]) -> tuple[Thing, Counts]:
    """What `act` returns, and the statements it sent to the database."""
    with CaptureQueriesContext(connection) as captured:
        outcome = act()
    return outcome, sort(query["sql"] for query in captured.captured_queries)
