"""Exports that are written in the background (`quizzes.jobs`), and what is in one."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses import gradebook
from courses.models import Cohort, Group, User
from courses.refusals import Refused
from quizzes import jobs
from quizzes.exports import contents
from quizzes.exports.tables import Table
from quizzes.exports.writing import as_csv, write_xlsx
from quizzes.jobs import UNFINISHED, Progress, Send
from quizzes.models import Export
from quizzes.reporting.analysis import Asked

AT_ONCE = 10_000  # rows; a longer file is written in the background
MOST_AT_A_TIME = 5  # unfinished, of one person
BROKE_OFF = (
    "It broke off twice while it was being written. Ask for less at a time (one group, or first"
    " attempts), or tell whoever runs the site."
)


class What(StrEnum):
    GRADEBOOK = "gradebook"
    WEIGHTS = "weights"
    MARKS = "marks"
    RESPONSES = "responses"
    ITEMS = "items"
    CHOICES = "choices"
    REPORT = "report"


OF_ALL = (What.GRADEBOOK, What.WEIGHTS)  # about no one quiz


class Form(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


WORDS = {
    What.GRADEBOOK: gettext_lazy("Gradebook"),
    What.WEIGHTS: gettext_lazy("Weights of the gradebook, and what is hidden"),
    What.MARKS: gettext_lazy("Every student by every question"),
    What.RESPONSES: gettext_lazy("Every answer, one in a row"),
    What.ITEMS: gettext_lazy("Item analysis"),
    What.CHOICES: gettext_lazy("Item analysis, choice by choice"),
    What.REPORT: gettext_lazy("Quiz report, to print"),
}
FORMS = {
    What.GRADEBOOK: (Form.CSV, Form.XLSX),
    What.WEIGHTS: (Form.CSV, Form.XLSX),
    What.MARKS: (Form.CSV, Form.XLSX),
    What.RESPONSES: (Form.CSV, Form.XLSX),
    What.ITEMS: (Form.CSV, Form.XLSX),
    What.CHOICES: (Form.CSV, Form.XLSX),
    What.REPORT: (Form.PDF,),
}
TYPES = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.PDF: "application/pdf",
}


@dataclass(frozen=True)
class Book:
    """Whom a gradebook is about."""

    cohort: Cohort
    group: Group | None = None


@dataclass(frozen=True)
class Wanted:
    """A file that somebody may have: what, in which form, and about what."""

    what: What
    form: Form
    about: Asked | Book  # a quiz with its activity, else the gradebook

    @property
    def cohort(self) -> Cohort:
        return self.about.cohort

    @property
    def asked(self) -> Asked:
        if isinstance(self.about, Book):
            raise ValueError(f"{self.what} is about no quiz.")
        return self.about

    @property
    def query(self) -> dict[str, str]:
        """The terms as an address has them; the page of a report reads the same."""
        terms = {} if self.about.group is None else {"group": str(self.about.group.pk)}
        if isinstance(self.about, Asked):
            terms |= {"quiz": self.about.quiz.activity.key, "attempts": self.about.which.value}
        return dict(sorted(terms.items()))

    @property
    def name(self) -> str:
        """Of the file: cohort, quiz and what it is, and nothing that a file system minds."""
        quiz = [self.about.quiz.activity.title] if isinstance(self.about, Asked) else []
        parts = [self.cohort.title, *quiz, self.what]
        stem = get_valid_filename(" ".join(parts).replace(".", " "))[:120].strip("_-")
        return f"{stem}.{self.form}"

    def rows(self) -> int:
        """How many rows it will have, about; one query."""
        match self.what:
            case What.GRADEBOOK:
                return gradebook.students(self.cohort, self.about.group).count()
            case What.MARKS:
                return contents.count(self.asked)
            case What.RESPONSES:
                return contents.count_answers(self.asked)
            case _:
                return 0

    def tables(self) -> list[Table]:
        """What is in it; the rows are read as they are written."""
        match self.what:
            case What.GRADEBOOK:
                grades = contents.grades(self.cohort, self.about.group)
                return [grades, contents.weights(self.cohort)]
            case What.WEIGHTS:
                return [contents.weights(self.cohort)]
            case What.MARKS:
                return [contents.marks(self.asked)]
            case What.RESPONSES:
                return [contents.responses(self.asked)]
            case What.CHOICES:
                return [contents.choices(self.asked)]
            case _:
                return contents.items(self.asked)


# --- Asking ------------------------------------------------------------------------------------


def ask(wanted: Wanted, by: User, *, now: datetime, send: Send) -> Export:
    """Have a file written in the background. Who asks for the same again gets the same export.

    Raises `Refused` with too many under way.
    """
    settle(wanted.cohort, by, now=now, send=send)
    same = _unfinished(wanted, by)
    if same is not None:
        return same
    under_way = Export.objects.filter(by=by, state__in=UNFINISHED).count()
    if under_way >= MOST_AT_A_TIME:
        raise Refused(
            ngettext(
                "%(n)d file that you asked for is still being written. Wait until it is done.",
                "%(n)d files that you asked for are still being written. Wait until one is done.",
                under_way,
            )
            % {"n": under_way}
        )
    export = Export(
        cohort=wanted.cohort,
        by=by,
        kind=wanted.what,
        form=wanted.form,
        query=wanted.query,
        whole=wanted.rows() or None,
        name=wanted.name,
        made_at=now,
    )
    return jobs.ask(export, lambda: _unfinished(wanted, by), send=send)


def _unfinished(wanted: Wanted, by: User) -> Export | None:
    return (
        Export.objects.defer("content")
        .filter(
            cohort=wanted.cohort,
            by=by,
            kind=wanted.what,
            form=wanted.form,
            query=wanted.query,
            state__in=UNFINISHED,
        )
        .first()
    )


def mine(cohort: Cohort, by: User) -> list[Export]:
    """What somebody has asked for in a cohort, the newest first; one query."""
    return list(Export.objects.filter(cohort=cohort, by=by).defer("content"))


# --- Writing -----------------------------------------------------------------------------------


def take_up(key: int, *, now: datetime) -> Export | None:
    """Begin to write an export; None if it is done, or if somebody else is writing it."""
    rows = Export.objects.select_related("cohort__course", "by").defer("content")
    return jobs.take_up(rows, key, now=now)


def finish(export: Export, content: bytes, *, size: int, rows: int, now: datetime) -> bool:
    """Keep what was written. False if somebody else has taken it up since."""
    return jobs.finish(export, now=now, content=content, size=size, whole=rows, done=rows)


def written(wanted: Wanted, progress: Progress) -> tuple[bytes, int]:
    """The file as it is kept, and its size as it will be sent."""

    def tell(rows: int) -> None:
        progress.done = rows

    first, *more = wanted.tables()
    tables = [first.told(tell), *more]  # what comes after the first is short
    if wanted.form == Form.CSV:
        squeeze, size, pieces = zlib.compressobj(), 0, []
        for piece in as_csv(tables[0]):
            size += len(piece)
            pieces.append(squeeze.compress(piece))
        return b"".join([*pieces, squeeze.flush()]), size
    with TemporaryDirectory(prefix="parallax-export-") as folder:
        path = Path(folder, "export.xlsx")
        write_xlsx(tables, path)
        content = path.read_bytes()
    return content, len(content)


PIECE = 65_536


def sent(export: Export) -> Iterator[bytes]:
    """The file in pieces, as it is sent."""
    kept = bytes(export.content or b"")
    if export.form != Form.CSV:
        yield kept
        return
    expand = zlib.decompressobj()
    while kept:
        yield expand.decompress(kept, PIECE)
        kept = expand.unconsumed_tail
    yield expand.flush()


# --- What becomes of them ----------------------------------------------------------------------


def settle(cohort: Cohort, by: User, *, now: datetime, send: Send) -> None:
    """Take up again what broke off, say what has failed, and throw away what is too old."""
    rows = Export.objects.defer("content").filter(cohort=cohort, by=by)
    jobs.settle(rows, now=now, send=send, broke_off=_(BROKE_OFF))
