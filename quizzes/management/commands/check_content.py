"""`manage.py check_content`: whether the content files are right, and what is in them."""

from typing import Any

from quizzes.content import module_table
from quizzes.management.content import ContentCommand


class Command(ContentCommand):
    help = "Check the content files by themselves, and count what each module has."

    def handle(self, **options: Any) -> None:
        catalogue = self.examine(options["paths"], with_site=False)
        rows = [[str(cell) for cell in row] for row in module_table(catalogue)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for name, *numbers in rows:
            cells = [name.ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True)]
            self.say("  ".join(cells))
        self.say("No fault found.")
