"""`manage.py db_worker`: the background worker, which first takes up again what broke off."""

from typing import Any

from django.db import DatabaseError
from django_tasks_db.management.commands import db_worker

from courses import tasks


class Command(db_worker.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """Whoever ended the worker before, and however."""
        try:
            tasks.take_up_again()
        except DatabaseError as error:  # the worker itself waits for its database
            self.stderr.write(f"Nothing is taken up again: {error}")
        super().handle(*args, **options)
