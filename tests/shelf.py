"""The course of the fixtures, loaded once for all workers of a run and then put back row by row.

Loading takes twenty seconds and putting back takes one, so whoever needs the course first loads it
and leaves its rows in the run's own folder.
"""

import fcntl
import pickle
from io import StringIO
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction

from courses.models import Course

Rows = dict[str, list[models.Model]]  # by the model's label


class Shelf:
    """Where the rows lie: `folder` is the same for all workers of a run and for no other run."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "course.pickle"
        self.lock = folder / "course.lock"
        self.rows: Rows = {}

    def fill(self) -> Course:
        """The course in this test's database, which has none."""
        if self.rows:
            self._put_back()
            return Course.objects.get()
        with self.lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.path.exists():
                self.rows = pickle.loads(self.path.read_bytes())
            else:
                self._load()
                return Course.objects.get()
        self._put_back()
        return Course.objects.get()

    def _load(self) -> None:
        folder = settings.BASE_DIR / "fixtures"
        call_command("load_content", folder, interactive=False, stdout=StringIO())
        found = {model._meta.label: list(model._base_manager.all()) for model in self._models()}
        self.rows = {label: rows for label, rows in found.items() if rows}
        unfinished = self.path.with_suffix(".part")
        unfinished.write_bytes(pickle.dumps(self.rows))
        unfinished.replace(self.path)

    def _put_back(self) -> None:
        with transaction.atomic():
            for label, rows in self.rows.items():
                apps.get_model(label)._base_manager.bulk_create(rows)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), self._models()):
                cursor.execute(statement)

    def _models(self) -> list[type[models.Model]]:
        return [
            model
            for app in ("courses", "quizzes")
            for model in apps.get_app_config(app).get_models(include_auto_created=True)
        ]
