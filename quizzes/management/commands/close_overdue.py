"""`manage.py close_overdue`: for a scheduler, every minute or so."""

from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from quizzes import attempts
from quizzes.models import Attempt

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Hand in the attempts whose time is up. Nothing depends on it but tidy lists."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        closed = failed = 0
        for attempt in Attempt.objects.overdue(now).iterator():
            try:
                attempts.close(attempt, now=now)
                closed += 1
            except Exception:
                # One broken attempt delays no other; it stays open and is tried again next time.
                log.exception("attempt_not_closed", attempt=str(attempt.pk))
                failed += 1
        self.stdout.write(f"Closed {closed} overdue attempts.")
        if failed:
            raise CommandError(f"{failed} attempts could not be closed; the log says why.")
