"""Tables as files: CSV in pieces while its rows are read, XLSX with one row in memory at a time."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from quizzes.exports.tables import Cell, Column, Holds, Row, Table, guarded, local

PIECE = 500  # rows of CSV at a time
MOST_ROWS = 1_048_575  # of a sheet, beside its head
LONGEST = 32_767  # characters in a cell of XLSX
_NO_SHEET = re.compile(r"[\[\]:*?/\\]")


def as_csv(table: Table) -> Iterator[bytes]:
    """RFC 4180: CRLF, quotes where needed. UTF-8 with a mark, without which Excel guesses wrongly.

    Times are ISO dates in the table's zone with a blank for the T, which spreadsheets read as
    times; numbers have a decimal point. Texts alone are guarded: a negative number is a number.
    """
    out = StringIO(newline="")
    write = csv.writer(out, lineterminator="\r\n")
    forms = [_written(column, table.zone) for column in table.columns]
    out.write("\ufeff")
    write.writerow([guarded(head) for head in table.heads])
    for at, row in enumerate(table.rows, start=1):
        write.writerow(
            ["" if cell is None else form(cell) for form, cell in zip(forms, row, strict=True)]
        )
        if at % PIECE == 0:
            yield _taken(out)
    yield _taken(out)


def _taken(out: StringIO) -> bytes:
    piece = out.getvalue().encode()
    out.seek(0)
    out.truncate()
    return piece


def _written(column: Column, zone: ZoneInfo) -> Callable[[Any], str]:
    if column.holds == Holds.TIME:
        return lambda instant: str(local(instant, zone))
    if column.holds == Holds.TEXT:
        return guarded
    return plain


@lru_cache(maxsize=4096, typed=True)
def plain(number: Decimal | float) -> str:
    """A number without an exponent, and without zeros that say nothing."""
    text = f"{Decimal(str(number)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


FORMATS = {Holds.NUMBER: "General", Holds.SHARE: "0.0##%", Holds.TIME: "yyyy-mm-dd hh:mm:ss"}


def write_xlsx(tables: Sequence[Table], path: Path) -> None:
    """The tables as sheets of one file. A sheet that is full is followed by another."""
    with xlsxwriter.Workbook(
        path,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
        },
    ) as book:
        forms = {holds: book.add_format({"num_format": form}) for holds, form in FORMATS.items()}
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        for table in tables:
            _sheets(book, table, forms, head)


def _sheets(book: Any, table: Table, forms: dict[Holds, Any], head: Any) -> None:
    rows = iter(table.rows)
    number, more = 1, True
    while more:
        sheet = book.add_worksheet(sheet_name(table.title, number))
        sheet.freeze_panes(1, 1)
        for at, (column, title) in enumerate(zip(table.columns, table.heads, strict=True)):
            sheet.set_column(at, at, column.width, forms.get(column.holds))
            sheet.write_string(0, at, title, head)
        more = _fill(sheet, table, rows, forms)
        number += 1


def _fill(sheet: Any, table: Table, rows: Iterator[Row], forms: dict[Holds, Any]) -> bool:
    """Write rows until there are none, or the sheet is full (True)."""
    for at, row in enumerate(rows, start=1):
        for place, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            _write(sheet, at, place, column, cell, table.zone, forms)
        if at == MOST_ROWS:
            return True
    return False


def _write(
    sheet: Any, at: int, place: int, column: Column, cell: Cell, zone: ZoneInfo, forms: Any
) -> None:
    if isinstance(cell, datetime):
        sheet.write_datetime(at, place, local(cell, zone), forms[Holds.TIME])
    elif isinstance(cell, str):
        text = cell if len(cell) <= LONGEST else f"{cell[: LONGEST - 1]}…"
        sheet.write_string(at, place, text)
    elif cell is not None:
        # Exact: a float is written with 16 digits, as 73.31999999999999.
        sheet.write_number(at, place, Decimal(plain(cell)), forms.get(column.holds))


def sheet_name(title: str, number: int = 1) -> str:
    """As spreadsheets allow: at most 31 characters, without some signs, never empty."""
    tail = "" if number == 1 else f" {number}"
    return (_NO_SHEET.sub(" ", title).strip("' ")[: 31 - len(tail)] or "Sheet") + tail
