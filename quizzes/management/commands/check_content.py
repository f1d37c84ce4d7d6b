"""`manage.py check_content`: whether the content files are right, and what is in them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from courses.content_io.wording import count
from quizzes.auditing import audit
from quizzes.auditing.table import module_table
from quizzes.management.content import ContentCommand

OVERLAP = settings.BASE_DIR.parent / "shared" / "tools" / "overlap"
"""Lists runs of words that the content shares with its sources. It stands beside the repository,
as the sources do, or not at all."""


class Command(ContentCommand):
    help = "Check the content files by themselves, and count what each module has."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--only-form",
            action="store_true",
            help="Check what loading needs, and not whether the course is complete and fair.",
        )

    def handle(self, **options: Any) -> None:
        catalogue = self.examine(options["paths"], with_site=False)
        rows = [[str(cell) for cell in row] for row in module_table(catalogue)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for name, *numbers in rows:
            cells = [name.ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True)]
            self.say("  ".join(cells))
        if not options["only_form"]:
            faults = [str(complaint) for complaint in audit(catalogue, timezone.localdate())]
            faults += self.shared_words(options["paths"])
            if faults:
                raise CommandError("\n".join([*faults, f"{count(len(faults), 'fault')} to mend."]))
        self.say("No fault found.")

    def shared_words(self, paths: list[Path]) -> list[str]:
        """The runs of words shared with the sources, where the tool that finds them is there."""
        if not OVERLAP.exists():
            self.say("Not compared with the sources: they are not beside the repository.")
            return []
        found = subprocess.run(  # noqa: S603 (a fixed program, paths from whoever runs this)
            [sys.executable, str(OVERLAP), *map(str, paths)],
            capture_output=True,
            text=True,
            check=False,
        )
        lines = found.stdout.strip().splitlines()
        self.say(lines[-1] if lines else found.stderr.strip())
        return lines[:-1] if found.returncode else []
