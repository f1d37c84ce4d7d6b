"""What is done in the background: the part that all such work has in common."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Cohort, User


class Job(models.Model):
    """Something that somebody has asked for, and that takes longer than they may wait.

    `quizzes.jobs` has what is done with it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        WORKING = "working", _("being done")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="%(class)ss")
    by = models.ForeignKey(User, models.CASCADE, related_name="%(class)ss")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    whole = models.PositiveIntegerField(null=True)  # how much there is to do: rows, attempts
    done = models.PositiveIntegerField(default=0)  # of it, so far
    made_at = models.DateTimeField()
    # Who does it gives a sign of life here; without one for long, it has broken off.
    alive_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True
        ordering = ["-made_at", "-pk"]

    @property
    def unfinished(self) -> bool:
        return self.state in (self.State.WAITING, self.State.WORKING)

    @property
    def silence(self) -> timedelta:
        """How long it may be without a sign of life until it counts as broken off."""
        return timedelta(minutes=2)
