"""Writing many rows over, each with values of its own.

The ORM's `bulk_update` makes one statement out of them, and takes milliseconds a row to write it:
half of the time in which a regrade of thousands lets nobody else write on SQLite. Here one short
statement is run for each.
"""

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models


def rewrite(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write these fields of rows that are stored, as `bulk_update` would; in the caller's
    transaction."""
    if not rows:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    meta: Any = rows[0]._meta
    quoted = connection.ops.quote_name
    fields: list[Any] = [meta.get_field(name) for name in names]
    places = ", ".join(f"{quoted(field.column)} = %s" for field in fields)
    statement = (
        f"UPDATE {quoted(meta.db_table)} SET {places}"  # noqa: S608  # names of our own columns
        f" WHERE {quoted(meta.pk.column)} = %s"
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                [
                    field.get_db_prep_save(getattr(row, field.attname), connection)
                    for field in (*fields, meta.pk)
                ]
                for row in rows
            ],
        )
