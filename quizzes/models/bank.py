"""The question bank: questions, their immutable versions, and what each option rests on."""

from decimal import Decimal
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from courses.models import Bloom, Lesson, Module, Objective, Paragraph, Source
from courses.models.content import Keyed, KeyManager


class Tag(Keyed):
    """A word that questions of several modules share, to draw them by."""

    title = models.CharField(max_length=80)

    objects: ClassVar[KeyManager] = KeyManager()

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class QuestionQuerySet(models.QuerySet["Question"]):
    def ready(self) -> "QuestionQuerySet":
        return self.filter(status=Question.Status.READY, current__isnull=False)

    def graded(self) -> "QuestionQuerySet":
        return self.filter(use=Question.Use.GRADED)

    def practice(self) -> "QuestionQuerySet":
        return self.filter(use=Question.Use.PRACTICE)


class QuestionManager(KeyManager.from_queryset(QuestionQuerySet)):  # type: ignore[misc]
    pass


class Question(Keyed):
    class Use(models.TextChoices):
        GRADED = "graded", _("graded quizzes")
        # A checkpoint shows its answer at once, so it may never be drawn into a graded quiz.
        PRACTICE = "practice", _("practice and checkpoints")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        READY = "ready", _("ready")
        RETIRED = "retired", _("retired")

    module = models.ForeignKey(Module, models.PROTECT, related_name="questions")
    kind = models.CharField(max_length=20)
    use = models.CharField(max_length=10, choices=Use, default=Use.GRADED)
    objectives = models.ManyToManyField(Objective, related_name="questions", blank=True)
    tags = models.ManyToManyField(Tag, related_name="questions", blank=True)
    bloom = models.CharField(max_length=12, choices=Bloom)
    difficulty = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        default=Decimal("0.60"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text=_("The author's guess of the facility index, 0 (nobody) to 1 (everybody)."),
    )
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    spec = models.JSONField(help_text=_("Text, options, answers, feedback and evidence."))
    current = models.ForeignKey(
        "QuestionVersion", models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects: ClassVar[QuestionManager] = QuestionManager()
    history = HistoricalRecords(excluded_fields=["current"])

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class QuestionVersion(models.Model):
    """An immutable snapshot of a question, addressed by a digest of its content.

    `spec` is what decides a score; `content` is the same with every text rendered; `public` is the
    part of it that students see before the reveal. A version is never changed once made: attempts
    and marks name it.
    """

    question = models.ForeignKey(Question, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=20)
    spec = models.JSONField()
    content = models.JSONField()
    # What a page of an open attempt loads: a third of the size, and no key to let slip.
    public = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["question", "number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "digest"], name="one_version_per_content"),
            models.UniqueConstraint(fields=["question", "number"], name="one_version_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.question} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A question version is never changed; make a new one.")
        super().save(*args, **kwargs)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def stale(self) -> "EvidenceQuerySet":
        """Evidence whose paragraph reads differently from when it was checked, or is gone."""
        same = Paragraph.objects.filter(
            lesson=models.OuterRef("lesson"),
            anchor=models.OuterRef("anchor"),
            digest=models.OuterRef("digest"),
        )
        return self.filter(~models.Exists(same))


class Evidence(models.Model):
    """What one option of a question rests on: a paragraph of a lesson and a place in a source."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="evidence")
    option = models.CharField(max_length=80)
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="evidence")
    anchor = models.CharField(max_length=80)
    source = models.ForeignKey(Source, models.PROTECT, related_name="evidence")
    locator = models.CharField(max_length=200, blank=True)
    why = models.TextField()
    digest = models.CharField(max_length=64)
    checked_at = models.DateTimeField()

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["question", "option"]
        verbose_name_plural = _("evidence")
        constraints = [
            models.UniqueConstraint(fields=["question", "option"], name="one_evidence_per_option")
        ]

    def __str__(self) -> str:
        return f"{self.question} · {self.option}"
