"""When a quiz is open for a cohort, and what is different for a group or a person."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Cohort, Enrolment, Group, User
from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import Quiz


class Schedule(models.Model):
    """When one cohort may take one quiz. An empty column leaves it to the cohort's own dates."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="schedules")
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="schedules")
    opens_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Later attempts are marked late, and still count.")
    )
    closes_at = models.DateTimeField(null=True, blank=True)
    # Said aloud in the room, so it is kept as it is; it opens nothing but the start of this quiz.
    password = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["cohort", "quiz"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "cohort"], name="one_schedule_per_cohort"),
            models.CheckConstraint(
                name="schedule_closes_after_it_opens",
                condition=models.Q(opens_at__isnull=True)
                | models.Q(closes_at__isnull=True)
                | models.Q(closes_at__gt=models.F("opens_at")),
                violation_error_message=_("A quiz cannot close before it opens."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.cohort}"


class Override(models.Model):
    """What is different in one quiz for one person or one group, field by field.

    An empty column changes nothing. Rows are kept: one that no longer holds is revoked.
    """

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="overrides")
    enrolment = models.ForeignKey(
        Enrolment, models.CASCADE, null=True, blank=True, related_name="overrides"
    )
    group = models.ForeignKey(
        Group, models.CASCADE, null=True, blank=True, related_name="overrides"
    )
    opens_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    time_limit = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(30)], help_text=_("Seconds.")
    )
    attempts_allowed = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="overrides_given")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="overrides_revoked"
    )

    class Meta:
        ordering = ["quiz", "-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="override_of_person_or_group",
                condition=models.Q(enrolment__isnull=False, group__isnull=True)
                | models.Q(enrolment__isnull=True, group__isnull=False),
                violation_error_message=_("Name either a person or a group."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.enrolment or self.group}"


class OverrideMove(models.Model):
    """That one date of an override was moved with all dates of its cohort: by whom, from, to."""

    override = models.ForeignKey(Override, models.CASCADE, related_name="moves")
    field = models.CharField(max_length=10)  # opens_at, due_at, closes_at, expires_at
    before = models.DateTimeField()
    after = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="overrides_moved")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at", "pk"]

    def __str__(self) -> str:
        return f"{self.override} · {self.field}"


class Acceptance(models.Model):
    """An attempt that was not handed in, and counts after all: who said so, and why."""

    attempt = models.OneToOneField(Attempt, models.PROTECT, related_name="acceptance")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="acceptances_given")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at"]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.reason}"


class PasswordTry(models.Model):
    """A wrong password of one quiz, kept as long as it counts. What was typed is not kept."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="password_tries")
    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="password_tries")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["enrolment", "made_at"]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.made_at}"
