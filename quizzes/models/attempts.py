"""Attempts: who, which versions in which order, every acknowledged answer, every mark.

An attempt never stores the key. A response is bound to an immutable question version, so a score
is a pure function of (version, response, points).
"""

import uuid
from datetime import datetime
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Enrolment, User
from quizzes.models.bank import QuestionVersion
from quizzes.models.quizzes import Quiz


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def open(self) -> "AttemptQuerySet":
        return self.filter(state=Attempt.State.OPEN)

    def submitted(self) -> "AttemptQuerySet":
        """Only these count in averages, ranks and exports."""
        return self.filter(state=Attempt.State.SUBMITTED)

    def overdue(self, now: datetime) -> "AttemptQuerySet":
        return self.open().filter(closes_at__lt=now)


class Attempt(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("open")
        SUBMITTED = "submitted", _("submitted")
        # Not handed in by its end, in a quiz where that means that it does not count.
        ABANDONED = "abandoned", _("not handed in")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # No index of its own, here and below, where a constraint begins with the column: an index
    # that nothing uses costs a tenth of what it indexes.
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="attempts", db_index=False)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    started_at = models.DateTimeField()
    # The deadline shown to the student; answers that arrive within the grace after it count.
    deadline = models.DateTimeField(null=True)
    # From here on the attempt is closed, whether or not anybody has noticed: the deadline and the
    # grace for what is on its way, or the quiz's own grace period to hand in.
    closes_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    # When its student first looked at the key: no later try of theirs on it counts, whatever
    # becomes of the rules under which it was shown.
    shown_at = models.DateTimeField(null=True)
    # Sum of the newest marks and of the points, kept when marks are written.
    # Without a score a submitted attempt waits for somebody to mark it.
    score = models.DecimalField(max_digits=10, decimal_places=5, null=True)
    out_of = models.DecimalField(max_digits=10, decimal_places=5)
    # What it came to, question by question, written with the score (`reporting.sheets`): what the
    # numbers of a class are counted from. Empty where there is no score, or no sheet yet.
    sheet = models.TextField(blank=True, default="", editable=False)
    # How long it took, and its questions (`statistics.pace`), written when it is handed in.
    pace = models.TextField(blank=True, default="", editable=False)
    # What lateness costs, in percent of the score; `score` is before it.
    deduction = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal("0.00"))
    # How answers are tried and scored, fixed at the start (`behaviours.Rules`); {} is the default.
    rules = models.JSONField(default=dict)
    # Headings as they stood at the start: [{"first": position, "title": ..., "intro": HTML}].
    sections = models.JSONField(default=list)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["enrolment", "quiz", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["quiz", "enrolment"],
                condition=models.Q(state="open"),
                name="one_open_attempt_per_student",
            ),
            models.UniqueConstraint(
                fields=["quiz", "enrolment", "number"], name="one_attempt_per_number"
            ),
            models.CheckConstraint(
                name="submitted_attempt_has_its_time",
                condition=models.Q(state="open", submitted_at__isnull=True)
                | models.Q(~models.Q(state="open"), submitted_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["closes_at"], condition=models.Q(state="open"), name="open_by_end")
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.enrolment.user} · {self.number}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class ItemQuerySet(models.QuerySet["Item"]):
    def current(self) -> "ItemQuerySet":
        """Without those that were swapped for a fresh question in practice."""
        return self.filter(replaced_at__isnull=True)


class Item(models.Model):
    """One question of an attempt: the version and the order of its options, fixed at the start."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="items", db_index=False)
    position = models.PositiveSmallIntegerField()
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="items")
    order = models.JSONField()
    points = models.DecimalField(max_digits=6, decimal_places=2)
    # The slot that it fills, by its position in the quiz at the start.
    slot = models.PositiveSmallIntegerField(null=True)
    # False where its answer had been shown to this student before: asked, but not in the total.
    counts = models.BooleanField(default=True)
    # Where there is no way back: when the student went on to the next question.
    left_at = models.DateTimeField(null=True)
    # In practice a question can be swapped for a fresh one; what was answered stays to be read.
    replaced_at = models.DateTimeField(null=True)
    # The revision that its first answer replaces. Where it came in the place of another question,
    # it is above all that a page with that question can name: what such a page sends is stale.
    begins = models.PositiveIntegerField(default=0, db_default=0)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["attempt", "position"]
        constraints = [
            # Of those that stand; one that was replaced stands beside them by its own number. So
            # it is the index by attempt as well, for which a condition would not do.
            models.UniqueConstraint(
                "attempt",
                "position",
                models.Case(
                    models.When(replaced_at__isnull=True, then=models.Value(0)),
                    default=models.F("id"),
                    output_field=models.BigIntegerField(),
                ),
                name="one_item_per_position",
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.position}"


class Response(models.Model):
    """An acknowledged answer. Rows are only added: the highest revision is the answer.

    The constraint decides the race of two tabs: both try revision n + 1, one gets it.
    """

    class Source(models.TextChoices):
        PAGE = "page", _("the page, by itself")
        FORM = "form", _("the page's form, sent whole")
        API = "api", _("the API")

    # Protected: nothing is taken away from under an attempt to which somebody has answered.
    item = models.ForeignKey(Item, models.PROTECT, related_name="responses", db_index=False)
    revision = models.PositiveIntegerField()
    answer = models.JSONField(null=True)
    saved_at = models.DateTimeField()
    # Given to be checked at once: a try, in the behaviours that have tries.
    checked = models.BooleanField(default=False)
    # How sure the student was: 1 (not very) to 3 (very); None where it is not asked or not said.
    certainty = models.PositiveSmallIntegerField(null=True)
    # The client's own name for this save, so that it can be told apart from another like it.
    operation = models.UUIDField(null=True)
    source = models.CharField(max_length=6, choices=Source, default=Source.PAGE)

    class Meta:
        ordering = ["item", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["item", "revision"], name="one_answer_per_revision")
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.revision}"


class LateAnswer(models.Model):
    """An answer that came when its attempt took no more: kept to be read, and never counted."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="late_answers")
    answer = models.JSONField(null=True)
    # As it came, where it is no answer to the question: too long, say. `answer` is None then.
    unread = models.TextField(blank=True)
    arrived_at = models.DateTimeField()
    operation = models.UUIDField(null=True)
    source = models.CharField(max_length=6, choices=Response.Source, default=Response.Source.PAGE)

    class Meta:
        ordering = ["item", "pk"]

    def __str__(self) -> str:
        return f"{self.item} · {self.arrived_at}"


class Mark(models.Model):
    """A grade event. Rows are only added: the newest one counts."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="marks", db_index=False)
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="marks")
    score = models.DecimalField(max_digits=10, decimal_places=5)
    # Most marks have neither: their indexes hold only those that do.
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="marks_given", db_index=False
    )
    reason = models.CharField(max_length=300, blank=True)
    regrade = models.ForeignKey(
        "quizzes.Regrade",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="marks",
        db_index=False,
    )
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["item", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "regrade"], name="one_mark_per_regrade")
        ]
        indexes = [
            models.Index(fields=["by"], condition=models.Q(by__isnull=False), name="marks_by"),
            models.Index(
                fields=["regrade"],
                condition=models.Q(regrade__isnull=False),
                name="marks_of_regrade",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.score}"


class CheckpointAnswer(models.Model):
    """A try at a question that stands in a lesson: shown at once, never graded, only added."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="checkpoint_answers")
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="checkpoint_answers")
    answer = models.JSONField(null=True)
    fraction = models.DecimalField(max_digits=6, decimal_places=5)
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["enrolment", "answered_at"]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.version}"


class Reveal(models.Model):
    """A student has asked to see the answers of a quiz: after that none of their tries counts."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="reveals")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="reveals")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["quiz", "enrolment"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "enrolment"], name="one_reveal_per_student")
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.enrolment.user}"
