"""`manage.py close_overdue`: for a scheduler, every minute or so."""

from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from quizzes.marks import marking
from quizzes.models import Attempt
from quizzes.sitting import attempts

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Hand in the attempts whose time is up, and grade what could not be graded before."

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
        graded = ungraded = 0
        for attempt in marking.left_over().iterator():
            try:
                done = marking.catch_up(attempt, now=now)
            except Exception:
                log.exception("attempt_not_graded", attempt=str(attempt.pk))
                done = False
            graded, ungraded = graded + done, ungraded + (not done)
        if graded:
            self.stdout.write(f"Graded {graded} attempts that had been left.")
        told = []
        if failed:
            told.append(f"{failed} attempts could not be closed; the log says why.")
        if ungraded:
            told.append(f"{ungraded} could not be graded and wait in the marking queue.")
        if told:
            raise CommandError(" ".join(told))
