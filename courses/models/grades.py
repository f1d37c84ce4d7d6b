"""The gradebook: how marks are weighed and shown in a cohort, and what somebody decided by hand."""

import uuid
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models.content import Activity
from courses.models.people import Cohort, Enrolment, User


class Category(models.Model):
    """Activities of a cohort that share a part of the total, for example “exams, 60”."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="categories")
    title = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=1)
    # Its part of the total, as a number beside those of the others; they need not come to 100.
    weight = models.DecimalField(
        max_digits=6,
        decimal_places=2,
        default=Decimal("1.00"),
        validators=[MinValueValidator(Decimal(0))],
    )
    drop_lowest = models.PositiveSmallIntegerField(
        default=0, help_text=_("So many of a student's lowest marks here do not count.")
    )

    class Meta:
        ordering = ["cohort", "position", "pk"]
        verbose_name_plural = _("categories")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "title"], name="one_category_per_title"),
            models.CheckConstraint(
                name="category_weight_not_negative", condition=models.Q(weight__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class GradeColumn(models.Model):
    """What a cohort has set for one activity; without a row it weighs what the course says."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="grade_columns")
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="grade_columns")
    category = models.ForeignKey(
        Category, models.SET_NULL, null=True, blank=True, related_name="columns"
    )
    weight = models.DecimalField(
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("Its weight within the category; empty: as the course says. 0 does not count."),
    )
    # While it is hidden, students see no mark of it anywhere.
    hidden = models.BooleanField(default=False)

    class Meta:
        ordering = ["cohort", "activity"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "activity"], name="one_grade_column"),
            models.CheckConstraint(
                name="grade_column_weight_not_negative",
                condition=models.Q(weight__isnull=True) | models.Q(weight__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort} · {self.activity}"


class ColumnTally(models.Model):
    """How many marks a column has in a cohort and their sum, kept while `counted` is what holds.

    `courses.progress` gives it another token with every mark that is written there, in the same
    transaction; with the cohort's roster the token says what holds (`courses.gradebook`).
    """

    cohort = models.ForeignKey(
        Cohort, models.CASCADE, related_name="column_tallies", db_index=False
    )
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="column_tallies")
    token = models.UUIDField(default=uuid.uuid4)
    counted = models.CharField(max_length=80, blank=True)  # "": not yet
    n = models.PositiveIntegerField(default=0)
    total = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal("0.00"))

    class Meta:
        ordering = ["cohort", "activity"]
        verbose_name_plural = _("column tallies")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "activity"], name="one_column_tally")
        ]

    def __str__(self) -> str:
        return f"{self.cohort} · {self.activity}"


class GradeChange(models.Model):
    """A grade given, excused or given back by hand. Rows are only added; the newest one holds."""

    enrolment = models.ForeignKey(
        Enrolment, models.PROTECT, related_name="grade_changes", db_index=False
    )
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="grade_changes")
    # Counted from 1 for each student and activity: of two people at once, the second is told.
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    # None with `excused` false takes the change back: what was earned counts again.
    percentage = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    excused = models.BooleanField(default=False)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="grade_changes_made")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["enrolment", "activity", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "activity", "number"], name="one_grade_change_per_number"
            ),
            models.CheckConstraint(
                name="grade_change_is_a_percentage",
                condition=models.Q(percentage__isnull=True)
                | models.Q(percentage__range=(0, 100), excused=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.activity} · {self.number}"
