"""Questions looked at again after people answered them: regrading, and what students contest."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Cohort, Enrolment, Group, User
from quizzes.models.attempts import Item
from quizzes.models.bank import Question, QuestionVersion
from quizzes.models.jobs import Job


class Regrade(models.Model):
    """A correction of marks after the fact: looked at first, committed only if nothing moved."""

    class Policy(models.TextChoices):
        FULL = "full", _("full credit for everybody")
        BOTH = "both", _("the better of the old key and the new one")
        NEW = "new", _("the new key only")
        LEAVE = "leave", _("leave the marks as they are")

    class State(models.TextChoices):
        PREVIEW = "preview", _("looked at, not committed")
        COMMITTED = "committed", _("committed")
        ABANDONED = "abandoned", _("abandoned")

    question = models.ForeignKey(Question, models.PROTECT, related_name="regrades")
    version = models.ForeignKey(
        QuestionVersion, models.PROTECT, related_name="regrades", help_text=_("The key to mark by.")
    )
    cohort = models.ForeignKey(
        Cohort,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="regrades",
        help_text=_("Empty for every cohort."),
    )
    # At most one of the two, of the cohort: whose attempts alone are marked again.
    enrolment = models.ForeignKey(
        Enrolment, models.PROTECT, null=True, blank=True, related_name="regrades"
    )
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="regrades")
    # Of a group those whose attempts were looked at when it was committed: members come and go.
    reached = models.ManyToManyField(
        Enrolment, blank=True, editable=False, related_name="reached_by"
    )
    policy = models.CharField(max_length=5, choices=Policy)
    state = models.CharField(max_length=10, choices=State, default=State.PREVIEW)
    reason = models.CharField(max_length=300, help_text=_("The students concerned read it."))
    by = models.ForeignKey(User, models.PROTECT, related_name="regrades_made")
    made_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True, blank=True)
    # What the preview saw: if it would now see anything else, it is not committed.
    digest = models.CharField(max_length=64, blank=True)
    summary = models.JSONField(default=dict)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="regrade_of_one_of_the_cohort_or_of_a_group",
                condition=models.Q(enrolment__isnull=True, group__isnull=True)
                | models.Q(cohort__isnull=False, enrolment__isnull=True)
                | models.Q(cohort__isnull=False, group__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.question} · {self.get_policy_display()}"


class RegradeJob(Job):
    """A preview or a commit of many attempts, done in the background. `whole` counts attempts."""

    # Of a preview its terms; a commit has none. The same terms are looked at once at a time.
    terms = models.JSONField(default=dict)
    # What is to be committed, or what the preview made; empty until there is one.
    regrade = models.ForeignKey(Regrade, models.CASCADE, null=True, related_name="jobs")
    commits = models.BooleanField(default=False)

    class Meta(Job.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "by", "terms"],
                condition=models.Q(state__in=["waiting", "working"], commits=False),
                name="one_unfinished_preview_of_the_same",
            ),
            models.UniqueConstraint(
                fields=["regrade"],
                condition=models.Q(state__in=["waiting", "working"], commits=True),
                name="one_unfinished_commit_of_a_regrade",
            ),
            models.CheckConstraint(
                condition=models.Q(commits=False) | models.Q(regrade__isnull=False),
                name="what_is_committed_is_there",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort} · {'commit' if self.commits else 'preview'} · {self.state}"

    @property
    def silence(self) -> timedelta:
        """A commit is one transaction and gives no sign of life: it has ten times its own time."""
        if not self.commits:
            return super().silence
        return super().silence + timedelta(milliseconds=20) * (self.whole or 0)


class Contest(models.Model):
    """A student's objection to a question as they met it, and the answer to it."""

    class State(models.TextChoices):
        OPEN = "open", _("waiting for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    item = models.ForeignKey(Item, models.CASCADE, related_name="contests")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="contests")
    option = models.CharField(max_length=80, blank=True, help_text=_("The option it is about."))
    reason = models.TextField(max_length=2000)
    passage = models.CharField(
        max_length=300, blank=True, help_text=_("Where the student says it stands otherwise.")
    )
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField(max_length=2000, blank=True)
    citation = models.CharField(max_length=300, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="contests_answered"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    regrade = models.ForeignKey(
        Regrade, models.PROTECT, null=True, blank=True, related_name="contests"
    )

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(state="open"),
                name="one_open_contest_per_item",
            ),
            models.CheckConstraint(
                name="answered_contest_has_its_answer",
                condition=models.Q(state="open", answered_at__isnull=True)
                | (~models.Q(state="open") & models.Q(answered_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.enrolment.user}"
