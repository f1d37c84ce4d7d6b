"""What is said in a cohort and about a student: announcements, invitations, messages, notes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models.people import Cohort, Enrolment, Group, Role, User, validate_name


class Announcement(models.Model):
    """Said to everybody in a cohort. One that no longer holds is withdrawn, and kept."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="announcements")
    title = models.CharField(max_length=120)
    body = models.TextField(max_length=4000)
    by = models.ForeignKey(User, models.PROTECT, related_name="announcements_made")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # The address of the site, for links in the letters; "" where it is not mailed.
    mail_base = models.CharField(max_length=200, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)  # when the last letter was dealt with

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class Letter(models.Model):
    """That an announcement goes to a person by mail: written down before it goes, and never twice.

    Neither sent nor refused: it was under way when the worker broke off, and may have gone.
    """

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="letters")
    user = models.ForeignKey(User, models.CASCADE, related_name="letters")
    address = models.EmailField()  # in small letters
    begun_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    refused = models.BooleanField(default=False)  # by the mail server: it has surely not gone

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["announcement", "user"], name="one_letter_a_person"),
            models.UniqueConstraint(
                fields=["announcement", "address"], name="one_letter_an_address"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.announcement} · {self.user}"


class Invitation(models.Model):
    """A place in a cohort, offered by mail; of the link's secret only a digest is kept."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=150, blank=True, validators=[validate_name])
    role = models.CharField(max_length=12, choices=Role, default=Role.STUDENT)
    group = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="invitations"
    )
    digest = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="invitations_made")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="invitations_accepted"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "email"],
                condition=models.Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="one_open_invitation_per_address",
                violation_error_message=_("This address has an open invitation already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.cohort}"


class Message(models.Model):
    """Between a student and those who teach them, in the student's place in the cohort."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="messages")
    by = models.ForeignKey(User, models.PROTECT, related_name="messages_written")
    body = models.TextField(max_length=4000)
    made_at = models.DateTimeField()
    # When the other side had it on their screen first.
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["made_at", "pk"]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.made_at}"


class Note(models.Model):
    """What those who teach a student want to remember; the student never sees it here."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="notes")
    by = models.ForeignKey(User, models.PROTECT, related_name="notes_written")
    body = models.TextField(max_length=4000)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.made_at}"


class Look(models.Model):
    """Who looked at what of a student's, and when; one row for a person, page and hour."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="looks")
    by = models.ForeignKey(User, models.PROTECT, related_name="looks_taken")
    # Which page, in words of ours ("student", "attempt 3f…"), never what stood on it.
    page = models.CharField(max_length=120)
    # The first time within the hour, and the beginning of that hour.
    made_at = models.DateTimeField()
    hour = models.DateTimeField()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "by", "page", "hour"], name="one_look_per_page_and_hour"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.by} · {self.page}"
