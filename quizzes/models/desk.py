"""What an instructor's desk keeps of its own: files that were asked for, and who is there."""

from django.db import models

from quizzes.models.attempts import Attempt
from quizzes.models.jobs import Job


class Export(Job):
    """A file that somebody asked for; large ones are written in the background, and kept a week."""

    kind = models.CharField(max_length=20)  # what: `exports.asking.What`
    form = models.CharField(max_length=4)  # csv, xlsx, pdf
    # The rest of the address that the page would have: quiz, group, which attempts.
    query = models.JSONField(default=dict)
    name = models.CharField(max_length=160, blank=True)
    size = models.PositiveIntegerField(default=0)  # bytes of the file
    content = models.BinaryField(null=True)  # the file; a CSV is deflated

    class Meta(Job.Meta):
        constraints = [
            # The same, asked for twice at once, is written once.
            models.UniqueConstraint(
                fields=["cohort", "by", "kind", "form", "query"],
                condition=models.Q(state__in=["waiting", "working"]),
                name="one_unfinished_export_of_a_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.cohort} · {self.kind}.{self.form}"


class Presence(models.Model):
    """The last sign of life of an open attempt's page, as that page tells it."""

    attempt = models.OneToOneField(
        Attempt, models.CASCADE, primary_key=True, related_name="presence"
    )
    seen_at = models.DateTimeField()
    unsaved = models.PositiveSmallIntegerField(default=0)  # answers waiting in the browser
    # Saves that failed on their way since the last one that came through.
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["attempt"]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.seen_at}"
