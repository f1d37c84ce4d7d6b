"""People: users, the cohorts they are in, and what they may do there."""

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from courses import names
from courses.models.content import Course

# Without I, L, O, U, 0 and 1: codes are read aloud and copied from a board.
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
CODE_LENGTH = 8


def new_join_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


# Files beside the zones that name none: whatever the server's own clock is set to.
NO_ZONES = frozenset({"Factory", "localtime", "posixrules"})


def validate_time_zone(value: str) -> None:
    zones = available_timezones() - NO_ZONES
    if value not in zones or value.startswith(("posix/", "right/")):
        raise ValidationError(
            _("“%(value)s” is not a time zone. Write one like Europe/Prague or UTC."),
            params={"value": value},
        )


def validate_name(value: str) -> None:
    said = names.fault(value)
    if said:
        raise ValidationError(said)


class NameKey(models.BinaryField):
    """What people stand in order by; worked out whenever their row is written."""

    def pre_save(self, instance: Any, add: bool) -> bytes:
        key = names.sort_key(instance.name or instance.username)
        setattr(instance, self.attname, key)
        return key


class User(AbstractUser):
    first_name = None  # type: ignore[assignment]  # many names do not split in two
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("full name"), max_length=150, blank=True, validators=[validate_name])
    name_key = NameKey(default=b"", editable=False)
    # Messages and announcements; what an account itself needs is mailed in any case.
    wants_mail = models.BooleanField(
        _("told by mail"), default=True, help_text=_("Of messages and announcements.")
    )

    def __str__(self) -> str:
        return self.name or self.username

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **terms: Any) -> None:
        if update_fields is not None and {"name", "username"} & {*update_fields}:
            update_fields = {*update_fields, "name_key"}
        super().save(*args, update_fields=update_fields, **terms)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.username


class Cohort(models.Model):
    """One run of a course."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="cohorts")
    title = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    join_code = models.CharField(max_length=16, unique=True, default=new_join_code)
    joining_open = models.BooleanField(default=True)
    demo = models.BooleanField(default=False, editable=False)
    # Another one with every change of who is in it, in the same transaction: what has been counted
    # of a class holds while this is the same.
    roster = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        ordering = ["-starts_on", "title"]
        constraints = [
            models.CheckConstraint(
                name="cohort_ends_after_start",
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                violation_error_message=_("A cohort cannot end before it starts."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def closes_at(self) -> datetime | None:
        """The end of the last day in the cohort's own zone, or None without one."""
        if self.ends_on is None:
            return None
        return datetime.combine(self.ends_on + timedelta(days=1), time.min, tzinfo=self.zone)

    def is_over(self, now: datetime) -> bool:
        return self.closes_at is not None and now >= self.closes_at


class Role(models.TextChoices):
    STUDENT = "student", _("student")
    ASSISTANT = "assistant", _("assistant")
    INSTRUCTOR = "instructor", _("instructor")


TEACHING_ROLES = (Role.ASSISTANT, Role.INSTRUCTOR)


def _new_roster(cohorts: models.Q) -> None:
    """Before the enrolments are written: whoever else takes both takes the cohort first."""
    Cohort.objects.filter(cohorts).update(roster=uuid.uuid4())


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def active(self) -> "EnrolmentQuerySet":
        return self.filter(withdrawn_at__isnull=True)

    def of(self, user: User) -> "EnrolmentQuerySet":
        return self.filter(user=user)

    def students(self) -> "EnrolmentQuerySet":
        return self.filter(role=Role.STUDENT)

    def teaching(self) -> "EnrolmentQuerySet":
        return self.filter(role__in=TEACHING_ROLES)

    # Every way to change who is in a cohort gives it a new roster.

    def update(self, **values: Any) -> int:
        if not {"cohort", "cohort_id", "role", "withdrawn_at"} & values.keys():
            return super().update(**values)
        with transaction.atomic():
            # By key: the rows that are meant may not be found by the same terms afterwards.
            cohorts = set(self.order_by().values_list("cohort_id", flat=True))
            for name in {"cohort", "cohort_id"} & values.keys():
                cohorts.add(getattr(values[name], "pk", values[name]))
            _new_roster(models.Q(pk__in=cohorts))
            return super().update(**values)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **terms: Any) -> Any:
        rows = list(objs)
        with transaction.atomic():
            _new_roster(models.Q(pk__in={row.cohort_id for row in rows}))
            return super().bulk_create(rows, *args, **terms)

    def delete(self) -> Any:
        with transaction.atomic():
            _new_roster(models.Q(pk__in=set(self.order_by().values_list("cohort_id", flat=True))))
            return super().delete()

    # As Django marks its own: a template calls none of them, and a manager deletes nothing.
    update.alters_data = True  # type: ignore[attr-defined]
    bulk_create.alters_data = True  # type: ignore[attr-defined]
    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class Enrolment(models.Model):
    """A person's place in a cohort. Withdrawing keeps the row, so nothing they did is lost."""

    user = models.ForeignKey(User, models.PROTECT, related_name="enrolments")
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="enrolments")
    role = models.CharField(max_length=12, choices=Role, default=Role.STUDENT)
    time_factor = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        default=Decimal("1.00"),
        validators=[MinValueValidator(Decimal("1.00")), MaxValueValidator(Decimal("10.00"))],
        help_text=_("Multiplies every time limit: 1.50 gives half as much time again."),
    )
    accommodation = models.CharField(
        max_length=300,
        blank=True,
        help_text=_("Why the time factor is what it is; seen by those who teach, and the student."),
    )
    joined_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["user__name_key", "user__username"]
        constraints = [
            models.UniqueConstraint(fields=["user", "cohort"], name="one_enrolment_per_cohort"),
            models.CheckConstraint(
                name="enrolment_time_factor_at_least_one",
                condition=models.Q(time_factor__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.cohort}"

    def save(self, *args: Any, **terms: Any) -> None:
        with transaction.atomic():
            cohorts = models.Q(pk=self.cohort_id)
            if self.pk is not None:  # and the one that it may have been in before
                cohorts |= models.Q(pk__in=Enrolment.objects.filter(pk=self.pk).values("cohort"))
            _new_roster(cohorts)
            super().save(*args, **terms)

    def delete(self, *args: Any, **terms: Any) -> Any:
        with transaction.atomic():
            _new_roster(models.Q(pk=self.cohort_id))
            return super().delete(*args, **terms)

    @property
    def teaches(self) -> bool:
        return self.role in TEACHING_ROLES


class Group(models.Model):
    """Some students of a cohort, for deadlines of their own and for filters."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="groups")
    name = models.CharField(max_length=80)
    members = models.ManyToManyField(Enrolment, blank=True, related_name="groups")

    class Meta:
        ordering = ["cohort", "name"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "name"], name="one_group_per_name")
        ]

    def __str__(self) -> str:
        return self.name
