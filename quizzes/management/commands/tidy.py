"""`manage.py tidy`: for a scheduler, once a day."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from quizzes import jobs
from quizzes.models import Export, RegradeJob


class Command(BaseCommand):
    help = "Throw away the files of exports that were made more than a week ago."

    def handle(self, *args: Any, **options: Any) -> None:
        gone = jobs.forget(Export, now=timezone.now())
        jobs.forget(RegradeJob, now=timezone.now())
        self.stdout.write(f"Threw away {gone} files.")
