"""`manage.py fill_sheets`: what reports are counted from, for attempts from before there was any.

Reports are right without it: they read such attempts from their rows each time, which is slow, and
know nothing of how long these took.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from quizzes.reporting import sheets

PORTION = 500


class Command(BaseCommand):
    help = "Write the sheets of finished attempts that have none, some at a time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--portion", type=int, default=PORTION, help="attempts in one transaction"
        )

    def handle(self, *args: Any, portion: int, **options: Any) -> None:
        written = 0
        for filled in sheets.fill(max(1, portion)):
            written += filled
            self.stdout.write(f"{written} attempts")
        if not written:
            self.stdout.write("Every finished attempt has its sheet; there is nothing to do.")
