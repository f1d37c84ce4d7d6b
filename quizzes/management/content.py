"""What the commands for content files share."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from tqdm import tqdm

from courses.content_io import checking, reading
from courses.content_io.catalogue import Catalogue
from courses.content_io.wording import count
from quizzes.content import PARTS

Thing = TypeVar("Thing")

LOCKED = (
    "Somebody else is writing to the database, and it did not come free. Nothing was changed. Stop"
    " the other command, or try again in a minute."
)
READ_ONLY = (
    "The database is read-only. Nothing was changed. Make its file and folder writable for this"
    " user, or connect as one who may write."
)
NO_TABLES = "The database has no tables for content yet. Run `python3 manage.py migrate` first."
TROUBLE = "The database refused ({reason}). Nothing was changed."


class ContentCommand(BaseCommand):
    def execute(self, *args: Any, **options: Any) -> str | None:
        # Half a million small objects are made and none is dropped before the end: looking for
        # garbage among them again and again is a third of the time.
        enabled = gc.isenabled()
        gc.disable()
        try:
            return super().execute(*args, **options)
        finally:
            if enabled:
                gc.enable()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths",
            nargs="*",
            type=Path,
            default=[settings.BASE_DIR / "fixtures"],
            help="YAML files, or folders that hold some; fixtures/ if none is named.",
        )

    def examine(self, paths: Iterable[Path], *, with_site: bool) -> Catalogue:
        """Read and check. CommandError with every fault if there is one."""
        entries, unread = reading.read([Path(path) for path in paths], watch=self.watch)
        catalogue, complaints = checking.examine(
            entries, PARTS, unread=unread, with_site=with_site, watch=self.watch
        )
        if complaints:
            number = count(len(complaints), "fault")
            end = f"{number} to mend; nothing was changed."
            raise CommandError("\n".join([*map(str, complaints), end]))
        return catalogue

    def watch(self, things: Sequence[Thing], doing: str) -> Iterable[Thing]:
        """A progress bar, where there is a terminal to show it."""
        bar: Iterable[Thing] = tqdm(things, desc=doing, leave=False, disable=None, delay=0.5)
        return bar

    def say(self, line: str) -> None:
        self.stdout.write(line)


@contextmanager
def plain_database_errors() -> Iterator[None]:
    """Turn what a database says when it will not write into a sentence for whoever runs it."""
    try:
        yield
    except DatabaseError as error:
        raise CommandError(sentence_for(error)) from error


def sentence_for(error: Any) -> str:
    reason = str(error).strip().split("\n")[0]
    if "locked" in reason:
        return LOCKED
    if "readonly" in reason or "read-only" in reason:
        return READ_ONLY
    if "no such table" in reason or "does not exist" in reason:
        return NO_TABLES
    return TROUBLE.format(reason=reason)
