"""Reads whose SQL the ORM writes once.

For a query with joins the ORM needs one to three milliseconds to write the SQL, and writes the same
each time; the database answers it in a tenth of that. The few reads that every page waits for are
therefore prepared: built and compiled at their first use, and from then on only run.

The rows are the ORM's own, made by the same code as for any queryset (`tests/courses/
test_prepared.py` compares them), but by the compiler's inner doors: look here first when Django
moves to a new series.
"""

from collections.abc import Callable
from copy import copy
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")


class Blank(models.Value):
    """A place in a query for a value that comes later, of the type of `output_field`."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


class _Running:
    """Stands for a queryset and its query where rows are made, with SQL that is there already."""

    def __init__(self, queryset: Any, compiler: SQLCompiler) -> None:
        self.query = self
        self.db = DEFAULT_DB_ALIAS
        self._queryset, self._compiler = queryset, compiler

    def get_compiler(self, using: str | None = None, connection: Any = None) -> SQLCompiler:
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        # What iterables ask of the queryset begins with an underscore; the rest is of the query.
        return getattr(self._queryset if name[0] == "_" else self._queryset.query, name)


class Prepared(Generic[Row]):
    """A read with blanks.

    `build` makes the queryset from its blanks, one for each of `fields` (a model field that knows
    how the database writes such a value). It must not depend on anything else: it is called once.
    """

    def __init__(
        self, build: Callable[..., "models.QuerySet[Any, Row]"], **fields: "models.Field[Any, Any]"
    ) -> None:
        self._build, self._fields = build, fields
        # One for each kind of database: (queryset, compiler, SQL, parameters).
        self._ready: dict[str, tuple[Any, Any, str, tuple[Any, ...]]] = {}

    def all(self, **values: Any) -> list[Row]:
        """The rows for these values, one for each field; one query."""
        connection = connections[DEFAULT_DB_ALIAS]
        queryset, compiler, sql, parameters = self._ready.get(connection.vendor) or self._prepare(
            connection
        )
        filled = {
            name: field.get_db_prep_value(values[name], connection)
            for name, field in self._fields.items()
        }
        bound = copy(compiler)
        bound.connection = connection
        bound.as_sql = lambda: (
            sql,
            tuple(filled[part.value] if type(part) is Blank else part for part in parameters),
        )
        return list(queryset._iterable_class(_Running(queryset, bound)))

    def first(self, **values: Any) -> Row | None:
        """The first of the rows. `build` should slice its queryset, so that no other is fetched."""
        return next(iter(self.all(**values)), None)

    def _prepare(self, connection: BaseDatabaseWrapper) -> Any:
        blanks = {name: Blank(name, output_field=field) for name, field in self._fields.items()}
        queryset = self._build(**blanks).using(DEFAULT_DB_ALIAS)
        compiler = queryset.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        ready = (queryset, compiler, sql, tuple(parameters))
        self._ready[connection.vendor] = ready
        return ready
