"""Exports that are written in the background: asked for, taken up, finished, thrown away.

Nothing here depends on a scheduler or on a worker that lives: an export whose writer gives no sign
of life is taken up again, or told to have failed, by whoever looks next.
"""

import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses import gradebook
from courses.models import Cohort, Group, User
from courses.refusals import Refused
from quizzes.analysis import Asked, Which
from quizzes.exports import contents
from quizzes.exports.tables import Table
from quizzes.exports.writing import as_csv, write_xlsx
from quizzes.models import Export, Quiz

AT_ONCE = 10_000  # rows; a longer file is written in the background
KEPT = timedelta(days=7)
SILENT = timedelta(minutes=2)  # without a sign of life: broken off
UNBEGUN = timedelta(hours=1)  # without a worker that takes it up
MOST_TRIES = 2
MOST_AT_A_TIME = 5  # unfinished, of one person
BEAT = 1.0  # seconds between signs of life
UNFINISHED = (Export.State.WAITING, Export.State.WORKING)


class What(StrEnum):
    GRADEBOOK = "gradebook"
    MARKS = "marks"
    RESPONSES = "responses"
    ITEMS = "items"
    REPORT = "report"


class Form(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


WORDS = {
    What.GRADEBOOK: gettext_lazy("Gradebook"),
    What.MARKS: gettext_lazy("Every student by every question"),
    What.RESPONSES: gettext_lazy("Every answer, one in a row"),
    What.ITEMS: gettext_lazy("Item analysis"),
    What.REPORT: gettext_lazy("Quiz report, to print"),
}
FORMS = {
    What.GRADEBOOK: (Form.CSV, Form.XLSX),
    What.MARKS: (Form.CSV, Form.XLSX),
    What.RESPONSES: (Form.CSV, Form.XLSX),
    What.ITEMS: (Form.CSV, Form.XLSX),
    What.REPORT: (Form.PDF,),
}
TYPES = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.PDF: "application/pdf",
}


@dataclass(frozen=True)
class Wanted:
    """A file that somebody may have: what, in which form, of which quiz, on which terms."""

    cohort: Cohort
    what: What
    form: Form
    quiz: Quiz | None = None  # with its activity; None for the gradebook
    which: Which = Which.FIRST
    group: Group | None = None

    @property
    def asked(self) -> Asked:
        if self.quiz is None:
            raise ValueError(f"{self.what} is about no quiz.")
        return Asked(self.quiz, self.cohort, self.which, self.group)

    @property
    def query(self) -> dict[str, str]:
        """The terms as an address has them; the page of a report reads the same."""
        terms = {} if self.group is None else {"group": str(self.group.pk)}
        if self.quiz is not None:
            terms |= {"quiz": self.quiz.activity.key, "attempts": self.which.value}
        return dict(sorted(terms.items()))

    @property
    def name(self) -> str:
        """Of the file: cohort, quiz and what it is, and nothing that a file system minds."""
        parts = [self.cohort.title, *([self.quiz.activity.title] if self.quiz else []), self.what]
        stem = get_valid_filename(" ".join(parts).replace(".", " "))[:120].strip("_-")
        return f"{stem}.{self.form}"

    def rows(self) -> int:
        """How many rows it will have, about; one query."""
        match self.what:
            case What.GRADEBOOK:
                return gradebook.students(self.cohort, self.group).count()
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
                return [contents.grades(self.cohort, self.group)]
            case What.MARKS:
                return [contents.marks(self.asked)]
            case What.RESPONSES:
                return [contents.responses(self.asked)]
            case _:
                return contents.items(self.asked)


# --- Asking ------------------------------------------------------------------------------------

Send = Callable[[int], Any]  # hands an export's key to the workers


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
    rows = wanted.rows() or None
    try:
        with transaction.atomic():
            export = Export.objects.create(
                cohort=wanted.cohort,
                by=by,
                kind=wanted.what,
                form=wanted.form,
                query=wanted.query,
                rows=rows,
                name=wanted.name,
                made_at=now,
            )
            send(export.pk)
    except IntegrityError:
        same = _unfinished(wanted, by)  # somebody's other click was quicker
        if same is None:
            raise
        return same
    return export


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
    with transaction.atomic():
        export: Export | None = (
            Export.objects.select_for_update(of=("self",))
            .select_related("cohort__course", "by")
            .defer("content")
            .filter(pk=key, state__in=UNFINISHED)
            .first()
        )
        if export is None or (export.state == Export.State.WORKING and not _silent(export, now)):
            return None
        export.state, export.alive_at, export.written = Export.State.WORKING, now, 0
        export.tries += 1
        export.save(update_fields=["state", "alive_at", "written", "tries"])
    return export


def finish(export: Export, content: bytes, *, size: int, rows: int, now: datetime) -> bool:
    """Keep what was written. False if somebody else has taken it up since."""
    return _end(
        export, now, state=Export.State.READY, content=content, size=size, rows=rows, written=rows
    )


def fail(export: Export, fault: str, *, now: datetime) -> bool:
    """Say why there will be no file."""
    return _end(export, now, state=Export.State.FAILED, fault=fault[:300])


def _end(export: Export, now: datetime, **fields: Any) -> bool:
    # Whoever took it up last ends it: one that was only slow must not write into its place.
    held = Export.objects.filter(pk=export.pk, state=Export.State.WORKING, tries=export.tries)
    return bool(held.update(finished_at=now, **fields))


def _silent(export: Export, now: datetime) -> bool:
    return export.alive_at is None or now - export.alive_at > SILENT


@dataclass
class Progress:
    rows: int = 0


@contextmanager
def alive(export: Export, *, clock: Callable[[], datetime]) -> Iterator[Progress]:
    """While it is written: a sign of life each second, with how far it has come.

    On a connection of its own. That of the rows has a statement open for as long as it takes, and
    SQLite lets nobody write beside that on the same connection.
    """
    progress, over = Progress(), threading.Event()

    def beat() -> None:
        try:
            while not over.wait(BEAT):
                Export.objects.filter(
                    pk=export.pk, state=Export.State.WORKING, tries=export.tries
                ).update(alive_at=clock(), written=progress.rows)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"export-{export.pk}", daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        over.set()
        thread.join()


def written(wanted: Wanted, progress: Progress) -> tuple[bytes, int]:
    """The file as it is kept, and its size as it will be sent."""

    def tell(rows: int) -> None:
        progress.rows = rows

    tables = [table.told(tell) for table in wanted.tables()]
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
    forget(now=now)
    for export in Export.objects.defer("content").filter(
        cohort=cohort, by=by, state__in=UNFINISHED
    ):
        if export.state == Export.State.WORKING and _silent(export, now):
            _take_back(export, now=now, send=send)
        elif export.state == Export.State.WAITING and now - export.made_at > UNBEGUN:
            Export.objects.filter(pk=export.pk, state=Export.State.WAITING).update(
                state=Export.State.FAILED,
                finished_at=now,
                fault=_(
                    "Nothing has begun to write it. It seems that no background worker runs here:"
                    " tell whoever runs the site."
                ),
            )


def _take_back(export: Export, *, now: datetime, send: Send) -> None:
    if export.tries >= MOST_TRIES:
        fail(
            export,
            _(
                "It broke off twice while it was being written. Ask for less at a time (one group,"
                " or first attempts), or tell whoever runs the site."
            ),
            now=now,
        )
        return
    with transaction.atomic():
        if Export.objects.filter(
            pk=export.pk, state=Export.State.WORKING, tries=export.tries
        ).update(state=Export.State.WAITING, made_at=now):
            send(export.pk)


def forget(*, now: datetime) -> int:
    """Throw away the files of all people that were made too long ago; how many."""
    return Export.objects.filter(made_at__lt=now - KEPT).delete()[0]


def unbegun(exports: Sequence[Export], now: datetime) -> bool:
    """Whether one of these waits longer than it should where a worker runs."""
    return any(e.state == Export.State.WAITING and now - e.made_at > SILENT for e in exports)
