"""What the quiz report keeps: counts of a class, what they were counted from, a fitted model."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Cohort
from quizzes.models.quizzes import Quiz


class Turn(models.Model):
    """Another token with every score that is written in a quiz of a cohort, in its transaction.

    Whoever reads the token before the attempts can keep what they counted, and whoever finds the
    same token later knows that nothing has been written since.
    """

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="turns", db_index=False)
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="quiz_turns")
    token = models.UUIDField(default=uuid.uuid4)

    class Meta:
        ordering = ["quiz", "cohort"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "cohort"], name="one_turn_per_quiz_and_cohort")
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.cohort}"


class Tally(models.Model):
    """The counted sheets of a class, good while `turn` is what holds now (`reporting.tallies`)."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="tallies", db_index=False)
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="tallies")
    which = models.CharField(max_length=5)
    turn = models.CharField(max_length=80)
    content = models.TextField()

    class Meta:
        ordering = ["quiz", "cohort", "which"]
        constraints = [
            models.UniqueConstraint(
                fields=["quiz", "cohort", "which"], name="one_tally_of_each_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.cohort} · {self.which}"


class Fit(models.Model):
    """An item response model of a quiz in a cohort, and what it was fitted to."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="fits", db_index=False)
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="fits")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    # A digest of the marks that it was fitted to, and what held of the class when they were read.
    digest = models.CharField(max_length=64, blank=True)
    turn = models.CharField(max_length=80, blank=True)
    result = models.JSONField(default=dict)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["quiz", "cohort"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "cohort"], name="one_fit_per_quiz_and_cohort")
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.cohort}"
