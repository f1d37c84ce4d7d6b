"""Start-up checks: the database must be set up so that an acknowledged answer survives."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Warning
from django.db import connections

# What `PRAGMA name` must answer on every connection (synchronous 2 = FULL).
EXPECTED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
BUSY_TIMEOUT = 20_000  # milliseconds


def has_wal_reset_bug(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite may corrupt a WAL database with two writers (fixed in 3.51.3).

    The fix was carried back to 3.50.7 and 3.44.6 only.
    """
    return (3, 7, 0) <= version <= (3, 51, 2) and version not in {(3, 50, 7), (3, 44, 6)}


def sqlite_is_safe(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Read the SQLite settings back and say which of them did not take."""
    messages: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "sqlite":
            continue
        in_memory = connection.is_in_memory_db()  # type: ignore[attr-defined]  # SQLite's only
        with connection.cursor() as cursor:
            for name, wanted in EXPECTED.items():
                found = cursor.execute(f"PRAGMA {name}").fetchone()[0]
                if found != wanted and not (in_memory and name == "journal_mode"):
                    messages.append(
                        Error(
                            f"SQLite's {name} is {found!r}, but must be {wanted!r}.",
                            hint="Is the file system read-only, or shared over a network? Put the "
                            "database on a local disk, or use PostgreSQL by DATABASE_URL.",
                            id="courses.E001",
                        )
                    )
            timeout = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        if timeout < BUSY_TIMEOUT:
            messages.append(
                Error(f"SQLite waits {timeout} ms for a lock; 20 s are needed.", id="courses.E002")
            )
        if connection.settings_dict["OPTIONS"].get("transaction_mode") != "IMMEDIATE":
            messages.append(Error("SQLite transactions must begin IMMEDIATE.", id="courses.E003"))
        if has_wal_reset_bug(sqlite3.sqlite_version_info):
            messages.append(
                Warning(
                    f"SQLite {sqlite3.sqlite_version} carries the WAL-reset bug: rare corruption "
                    "when two processes write at once.",
                    hint="Use SQLite 3.51.3 or later (or 3.50.7, 3.44.6), or PostgreSQL, before "
                    "people sit exams.",
                    id="courses.W001",
                )
            )
    return messages


# What PostgreSQL must answer, or a power cut may take back what was acknowledged.
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def postgresql_is_safe(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Warn of a PostgreSQL server that answers before what it was told is on the disk."""
    messages: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        with connection.cursor() as cursor:
            for name in DURABLE:
                cursor.execute(f"SHOW {name}")
                if cursor.fetchone()[0] == "off":
                    messages.append(
                        Warning(
                            f"PostgreSQL's {name} is off: a power cut may lose saved answers.",
                            hint=f"Set {name} to on in the server's configuration.",
                            id="courses.W002",
                        )
                    )
    return messages
