"""Reads whose SQL the ORM writes once.

For a query with joins the ORM needs one to three milliseconds to write the SQL, and writes the same
each time; the database answers it in a tenth of that. The few reads that every page waits for are
therefore prepared: built and compiled at their first use, and from then on only run.

What is run is the ORM's own SQL, and what comes back goes through its own converters and into its
own instances (`tests/courses/test_prepared.py` compares them). But the compiler is entered by its
inner doors: look here first when Django moves to a new series.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query import ModelIterable, get_related_populators

Row = TypeVar("Row")


class Blank(models.Value):
    """A place in a query for a value that comes later, of the type of `output_field`."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


class Prepared(Generic[Row]):
    """A read with blanks.

    `build` makes the queryset (of instances, or of tuples by `values_list`) from its blanks, one
    for each of `fields`: a model field that knows how the database writes such a value. It must
    not depend on anything else, for it is called once in each process.
    """

    def __init__(
        self, build: Callable[..., "models.QuerySet[Any, Row]"], **fields: "models.Field[Any, Any]"
    ) -> None:
        self._build, self._fields = build, fields
        self._compiled: _Compiled | None = None

    def all(self, **values: Any) -> list[Row]:
        """The rows for these values, one for each field; one query."""
        connection = connections[DEFAULT_DB_ALIAS]
        # For all threads: each has a connection of its own, and all of them the same SQL. Two that
        # come first at once both write it.
        compiled = self._compiled
        if compiled is None:
            blanks = {name: Blank(name, output_field=field) for name, field in self._fields.items()}
            compiled = self._compiled = _Compiled(self._build(**blanks), connection)
        filled = {
            name: field.get_db_prep_value(values[name], connection)
            for name, field in self._fields.items()
        }
        with connection.cursor() as cursor:
            cursor.execute(
                compiled.sql,
                [filled[part.value] if type(part) is Blank else part for part in compiled.parts],
            )
            rows = cursor.fetchall()
        return compiled.read(rows, connection)

    def first(self, **values: Any) -> Row | None:
        """The first of the rows. `build` should slice its queryset, so that no other is fetched."""
        rows = self.all(**values)
        return rows[0] if rows else None


class _Compiled:
    """A queryset's SQL, and how its rows are made from what the database answers."""

    def __init__(self, queryset: Any, connection: BaseDatabaseWrapper) -> None:
        compiler = queryset.query.get_compiler(connection=connection)
        self.sql, self.parts = compiler.as_sql()
        select = compiler.select
        converters = compiler.get_converters([column for column, _, _ in select])
        self.converters = [
            (place, converter, expression)
            for place, (several, expression) in converters.items()
            for converter in several
        ]
        self.annotations = list((compiler.annotation_col_map or {}).items())
        self.model: Any = None
        if issubclass(queryset._iterable_class, ModelIterable):
            info = compiler.klass_info
            self.model, columns = info["model"], info["select_fields"]
            self.own = slice(columns[0], columns[-1] + 1)
            self.names = [column.target.attname for column, _, _ in select[self.own]]
            # The stubs are those of Django 6.1, which asks for one thing more.
            self.related = get_related_populators(  # type: ignore[call-arg]
                info, select, DEFAULT_DB_ALIAS
            )

    def read(self, rows: Iterable[Any], connection: BaseDatabaseWrapper) -> list[Any]:
        if self.converters:
            rows = self._converted(rows, connection)
        return [tuple(row) if self.model is None else self._instance(row) for row in rows]

    def _converted(self, rows: Iterable[Any], connection: BaseDatabaseWrapper) -> Iterator[Any]:
        """As the compiler does it, which would use the connection of the thread that came first."""
        for each in rows:
            row = list(each)
            for place, converter, expression in self.converters:
                row[place] = converter(row[place], expression, connection)
            yield row

    def _instance(self, row: Any) -> Any:
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.own])
        for populator in self.related:
            populator.populate(row, made)
        for name, column in self.annotations:
            setattr(made, name, row[column])
        return made
