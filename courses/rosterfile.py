"""A roster as a file: bytes to rows, and the line on which each fault stands."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from courses import names

MOST_ROWS = 2_000
# What is read at all, so that a file with too many rows is told how many; then what is taken.
LARGEST_FILE = 8_000_000  # bytes
LARGEST_TEXT = 500_000  # bytes in UTF-8: the preview sends it back with the form

COLUMNS = ("email", "name", "role", "group")
NAMES = {
    **{column: column for column in COLUMNS},
    **dict.fromkeys(("e-mail", "mail", "email address", "e-mail address", "address"), "email"),
    **dict.fromkeys(("full name", "student", "person"), "name"),
}
LONGEST = {"email": 254, "name": 150, "role": 20, "group": 80}

NOT_UTF8 = (
    "Line {line} has a character that is not UTF-8, so names would be garbled. In Excel, save the "
    "file as “CSV UTF-8”; elsewhere choose UTF-8 when you export it."
)
NOT_UTF16 = "The file begins like UTF-16 and breaks off. Save it as “CSV UTF-8” and try again."
NOT_TEXT = "This is no text file: it has zero bytes. Save it as “CSV UTF-8” and try again."
WORKBOOK = "This is an Excel workbook. Save it as “CSV UTF-8” and choose that file."
TOO_LARGE = "The file is too large: {size} kB. At most {most} kB are taken; split it."
TOO_MANY = "There are {rows} rows. At most {most} are taken at once; split the file."
EMPTY = "There are no rows. Write one line for each person, with an e-mail address."
NO_ADDRESSES = (
    "The first line names the columns, and none of them is “email”. Name the column with the "
    "addresses “email”."
)
TWICE_NAMED = "The first line names the column “{column}” twice. Keep one of them."
NOT_CSV = "This line is not CSV: {problem}. Check its quotation marks."
TOO_MANY_CELLS = "This line has {cells} cells, and there are {columns} columns."
NO_ADDRESS = "The e-mail address is missing."
TOO_LONG = "The {column} is too long: at most {most} characters."
UNPRINTABLE = "This line has a character that cannot be printed. Type it anew."
REPEATED = "This address stands in line {line} already. Keep one of the two."


@dataclass(frozen=True)
class Row:
    """One person of the file; what is empty was not said. The e-mail is in small letters."""

    line: int
    email: str
    name: str = ""
    role: str = ""
    group: str = ""


@dataclass(frozen=True)
class Fault:
    """What is wrong, and in which line (None: in the whole file)."""

    message: str
    line: int | None = None


@dataclass(frozen=True)
class Reading:
    rows: Sequence[Row] = ()
    faults: Sequence[Fault] = ()
    ignored: Sequence[str] = ()  # columns that say nothing to us, by their names


def decode(data: bytes) -> str:
    """The text of a file: UTF-8 with or without a mark, or UTF-16 with one.

    Raises ValueError with a sentence for anything else: guessing would garble names.
    """
    if len(data) > LARGEST_FILE:
        raise ValueError(TOO_LARGE.format(size=len(data) // 1000, most=LARGEST_FILE // 1000))
    if data.startswith(b"PK\x03\x04"):
        raise ValueError(WORKBOOK)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise ValueError(NOT_UTF16) from None
    if b"\x00" in data:
        raise ValueError(NOT_TEXT)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise ValueError(NOT_UTF8.format(line=line)) from None


def read(text: str) -> Reading:
    """The people of a roster, and every fault in it.

    The first line names the columns (email, name, role, group, in any order), unless it has an
    address itself: then these are the columns. Cells are parted by commas, semicolons or tabs.
    """
    text = text.removeprefix("\ufeff")
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > LARGEST_TEXT:
        return Reading(faults=[_too_much(text, size)])
    lines = list(_lines(text))
    if not lines or not any(cells for _line, cells, _problem in lines):
        problems = [Fault(NOT_CSV.format(problem=p), n) for n, _cells, p in lines if p]
        return Reading(faults=problems or [Fault(EMPTY)])
    first = lines[0][1]
    if any("@" in cell for cell in first):
        columns: list[str | None] = list(COLUMNS)
        ignored: list[str] = []
    else:
        columns = [NAMES.get(cell.casefold()) for cell in first]
        ignored = [cell for cell in first if cell and cell.casefold() not in NAMES]
        lines = lines[1:]
        named = [column for column in columns if column]
        if "email" not in named:
            return Reading(faults=[Fault(NO_ADDRESSES, 1)])
        for column in named:
            if named.count(column) > 1:
                return Reading(faults=[Fault(TWICE_NAMED.format(column=column), 1)])
    if len(lines) > MOST_ROWS:
        return Reading(faults=[_too_many(len(lines))])
    if not lines:
        return Reading(faults=[Fault(EMPTY)])
    return _people(lines, columns, ignored)


def _too_many(rows: int) -> Fault:
    return Fault(TOO_MANY.format(rows=f"{rows:,}", most=f"{MOST_ROWS:,}"))


def _too_much(text: str, size: int) -> Fault:
    """What is wrong with a text that is not taken apart: eight megabytes of blank lines would keep
    a process busy for half a minute. Its rows are counted by their lines."""
    lines = [line for line in text.splitlines() if line.strip()]
    rows = len(lines) - bool(lines and "@" not in lines[0])
    if rows > MOST_ROWS:
        return _too_many(rows)
    return Fault(TOO_LARGE.format(size=size // 1000, most=LARGEST_TEXT // 1000))


def _people(
    lines: Sequence[tuple[int, list[str], str]],
    columns: Sequence[str | None],
    ignored: Sequence[str],
) -> Reading:
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for line, cells, problem in lines:
        said = _row(line, cells, columns) if not problem else NOT_CSV.format(problem=problem)
        if isinstance(said, Row) and said.email in seen:
            said = REPEATED.format(line=seen[said.email])
        if isinstance(said, Row):
            seen[said.email] = line
            rows.append(said)
        else:
            faults.append(Fault(said, line))
    return Reading(rows, faults, ignored)


def _row(line: int, cells: list[str], columns: Sequence[str | None]) -> Row | str:
    """The person of a line, or what is wrong with it."""
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        return TOO_MANY_CELLS.format(cells=len(cells), columns=len(columns))
    found = {
        column: cell for column, cell in zip(columns, cells, strict=False) if column is not None
    }
    for column, cell in found.items():
        if len(cell) > LONGEST[column]:
            return TOO_LONG.format(column=column, most=LONGEST[column])
        if column == "name" and names.fault(cell):
            return names.fault(cell)
        if column != "name" and not cell.isprintable():
            return UNPRINTABLE
    if not found.get("email"):
        return NO_ADDRESS
    return Row(line, **{**found, "email": found["email"].lower()})


def _lines(text: str) -> Iterator[tuple[int, list[str], str]]:
    """(number of the line it begins on, cells, what is wrong with it) of all that is not blank."""
    file = io.StringIO(text, newline="")
    delimiter = _delimiter(text)
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    line = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            yield line, [], str(problem)
            return  # what follows a broken quotation cannot be told apart
        cells = [" ".join(cell.split()) for cell in cells]
        if line == 1 and len(cells) <= 2 and cells and cells[0].lower().startswith("sep="):
            continue
        if any(cells):
            yield line, cells, ""


def _delimiter(text: str) -> str:
    """What parts the cells, by the first line that says anything."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return first[4]
    return max(",;\t", key=first.count)
