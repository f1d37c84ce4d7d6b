"""The ledger: what each learner has done, one row per learner and activity."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from courses.models.content import Activity
from courses.models.people import Enrolment


class Record(models.Model):
    """Dashboards and gradebooks read only this; only `courses.progress` writes it."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="records")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="records")
    # Empty where somebody was graded or excused by hand before they began.
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    # The percentage as displayed, so that page, export and pass mark agree.
    score = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    # What somebody decided by hand (the newest `GradeChange`), kept here for all who read marks.
    override = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    excused = models.BooleanField(default=False)
    # Whether the attempt that counts was late.
    late = models.BooleanField(default=False)

    class Meta:
        ordering = ["enrolment", "activity"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "activity"], name="one_record_per_learner_and_activity"
            ),
            models.CheckConstraint(
                name="record_score_is_a_percentage",
                condition=models.Q(score__isnull=True) | models.Q(score__range=(0, 100)),
            ),
            models.CheckConstraint(
                name="record_override_is_a_percentage",
                condition=models.Q(override__isnull=True)
                | models.Q(override__range=(0, 100), excused=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.activity}"

    @property
    def effective(self) -> Decimal | None:
        """The percentage that counts: what was decided by hand, else what was earned."""
        if self.excused:
            return None
        return self.score if self.override is None else self.override
