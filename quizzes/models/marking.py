"""Marking by people: who judged which answer how, by which arrangement, in which words."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Cohort, User
from quizzes.models.attempts import Item
from quizzes.models.bank import Question, QuestionVersion


class MarkingPlan(models.Model):
    """How one cohort has the answers to one question marked. Without a row, one marker is enough.

    The tolerance is in points of the question.
    """

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="marking_plans")
    question = models.ForeignKey(Question, models.CASCADE, related_name="marking_plans")
    second = models.BooleanField(
        _("second marking"),
        default=False,
        help_text=_("A second person marks each answer without seeing the first mark."),
    )
    tolerance = models.DecimalField(
        max_digits=6,
        decimal_places=2,
        default=Decimal("0.00"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(9999))],
        help_text=_("Points by which two marks may differ; beyond that an instructor decides."),
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="marking_plans_made")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["cohort", "question"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "question"], name="one_plan_per_question"),
            models.CheckConstraint(
                name="tolerance_is_not_negative", condition=models.Q(tolerance__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question} · {self.cohort}"


class Marking(models.Model):
    """A person's judgement on one answer. Rows are only added: of each role the newest holds.

    The `Mark` that counts follows from them. The constraints decide the race of two markers: both
    try number n + 1 of a role, one gets it; and nobody is first and second marker of one answer.
    """

    class Role(models.TextChoices):
        FIRST = "first", _("first marker")
        SECOND = "second", _("second marker")
        MODERATOR = "moderator", _("moderator")

    item = models.ForeignKey(Item, models.CASCADE, related_name="markings")
    # Whose rubric it was made by.
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="markings")
    role = models.CharField(max_length=9, choices=Role)
    number = models.PositiveSmallIntegerField()
    levels = models.JSONField(help_text=_("The level chosen of each criterion."))
    score = models.DecimalField(max_digits=10, decimal_places=5)
    comment = models.TextField(max_length=4000, blank=True)
    reason = models.CharField(
        max_length=300, blank=True, help_text=_("Why it replaces the one before it.")
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="markings")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["item", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "role", "number"], name="one_marking_per_number"
            ),
            models.UniqueConstraint(
                fields=["item", "by"],
                condition=models.Q(number=1, role__in=["first", "second"]),
                name="two_markers_are_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.role} {self.number}"


class NameShown(models.Model):
    """Somebody asked whose answer it is that they look at. Rows are only added, one for each."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="names_shown")
    by = models.ForeignKey(User, models.PROTECT, related_name="names_seen")
    shown_at = models.DateTimeField()

    class Meta:
        ordering = ["item", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "by"], name="a_name_is_shown_to_each_once")
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.by}"


class Snippet(models.Model):
    """A comment that a marker uses again, kept per cohort and question."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="snippets")
    question = models.ForeignKey(Question, models.CASCADE, related_name="snippets")
    by = models.ForeignKey(User, models.CASCADE, related_name="snippets")
    text = models.CharField(max_length=500)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "question", "by", "text"], name="one_snippet_per_text"
            )
        ]

    def __str__(self) -> str:
        return self.text
