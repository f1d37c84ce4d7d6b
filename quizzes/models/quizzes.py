"""Quizzes: settings, and the ordered slots that questions fill."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from courses.models import Activity, Objective
from courses.models.content import ByActivityManager
from quizzes.models.bank import Question


class Quiz(models.Model):
    class GradeMethod(models.TextChoices):
        HIGHEST = "highest", _("highest attempt")
        AVERAGE = "average", _("average of all attempts")
        FIRST = "first", _("first attempt")
        LAST = "last", _("last attempt")

    class Review(models.TextChoices):
        PRACTICE = "practice", _("practice: everything, as soon as an answer is in")
        HOMEWORK = "homework", _("homework: everything after submitting")
        EXAM = "exam", _("exam: the score after submitting, answers after closing")

    activity = models.OneToOneField(Activity, models.PROTECT, related_name="quiz")
    intro = models.TextField(blank=True, help_text=_("Markdown."))
    intro_html = models.TextField(blank=True, editable=False)
    time_limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(30)],
        help_text=_("Seconds; empty for no limit."),
    )
    attempts_allowed = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty for any number."),
    )
    pass_mark = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=Decimal("60.00"),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Percent."),
    )
    grade_method = models.CharField(max_length=8, choices=GradeMethod, default=GradeMethod.HIGHEST)
    review = models.CharField(max_length=10, choices=Review, default=Review.HOMEWORK)
    shuffle_questions = models.BooleanField(default=True)
    shuffle_options = models.BooleanField(default=True)

    objects = ByActivityManager()
    history = HistoricalRecords(excluded_fields=["intro_html"])

    class Meta:
        ordering = ["activity"]
        verbose_name_plural = _("quizzes")

    def __str__(self) -> str:
        return self.activity.title

    def natural_key(self) -> tuple[str]:
        return self.activity.natural_key()

    natural_key.dependencies = ["courses.activity"]  # type: ignore[attr-defined]


class SlotManager(models.Manager["Slot"]):
    def get_by_natural_key(self, quiz: str, position: int) -> "Slot":
        return self.get(quiz__activity__key=quiz, position=position)


class Slot(models.Model):
    """One place in a quiz: a fixed question, or a draw of one that tests an objective."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="slots")
    position = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    question = models.ForeignKey(
        Question, models.PROTECT, null=True, blank=True, related_name="slots"
    )
    objective = models.ForeignKey(
        Objective, models.PROTECT, null=True, blank=True, related_name="slots"
    )
    points = models.DecimalField(
        max_digits=6,
        decimal_places=2,
        default=Decimal("1.00"),
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    pinned = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("A version's number to keep to; empty for the newest that is ready."),
    )

    objects = SlotManager()

    class Meta:
        ordering = ["quiz", "position"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "position"], name="one_slot_per_position"),
            models.CheckConstraint(
                name="slot_has_question_or_objective",
                condition=models.Q(question__isnull=False, objective__isnull=True)
                | models.Q(question__isnull=True, objective__isnull=False),
                violation_error_message=_("Give a slot either a question or an objective."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.position}"

    def natural_key(self) -> tuple[str, int]:
        return (*self.quiz.natural_key(), self.position)

    natural_key.dependencies = ["quizzes.quiz"]  # type: ignore[attr-defined]
