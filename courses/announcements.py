"""What is said to everybody in a cohort, until it is taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, Q, QuerySet
from django.utils.translation import gettext as _

from courses.models import Announcement, Cohort, Role, User
from courses.models.prepared import Prepared
from courses.refusals import Refused

MOST_SHOWN = 20
AGAIN = timedelta(minutes=1)  # the same words again within this were sent twice by mistake


def _standing(user: Any) -> QuerySet[Announcement]:
    return (
        Announcement.objects.filter(
            withdrawn_at__isnull=True,
            cohort__course__published=True,
            cohort__enrolments__user=user,
            cohort__enrolments__role=Role.STUDENT,
            cohort__enrolments__withdrawn_at__isnull=True,
        )
        .select_related("cohort", "by")
        .order_by("-made_at", "-pk")
    )


FOR_STUDENT = Prepared[Announcement](
    lambda user: _standing(user)[:MOST_SHOWN],
    user=BigIntegerField(),
)
IN_COHORT = Prepared[Announcement](
    lambda cohort: (
        Announcement.objects.filter(cohort=cohort, withdrawn_at__isnull=True)
        .select_related("cohort", "by")
        .order_by("-made_at", "-pk")[:MOST_SHOWN]
    ),
    cohort=BigIntegerField(),
)


def for_student(user: User) -> Sequence[Announcement]:
    """What stands in all cohorts that somebody studies in, the newest first; one query."""
    return FOR_STUDENT.all(user=user.pk)


def in_cohort(cohort_id: int) -> Sequence[Announcement]:
    """What stands in one cohort, the newest first; one query."""
    return IN_COHORT.all(cohort=cohort_id)


def announce(
    cohort: Cohort, *, title: str, body: str, by: User, now: datetime
) -> Announcement | None:
    """Say something to everybody in a cohort; None if they have said just this a moment ago."""
    title, body = " ".join(title.split()), body.strip()
    if not title or not body:
        raise Refused(_("Write a title and a text."))
    with transaction.atomic():
        Cohort.objects.select_for_update(no_key=True).order_by().get(pk=cohort.pk)
        said = Announcement.objects.filter(
            cohort=cohort, title=title, body=body, by=by, withdrawn_at__isnull=True
        )
        if said.filter(made_at__gt=now - AGAIN).exists():
            return None
        made: Announcement = Announcement.objects.create(
            cohort=cohort, title=title, body=body, by=by, made_at=now
        )
    return made


def withdraw(announcement: Announcement, *, now: datetime) -> None:
    """Show it to nobody any more; doing it twice changes nothing."""
    Announcement.objects.filter(pk=announcement.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=now
    )


def addresses(announcement: Announcement) -> list[str]:
    """Where it is mailed to: the students who are in the cohort now, each address once."""
    return list(
        User.objects.filter(
            Q(is_active=True),
            ~Q(email=""),
            enrolments__cohort=announcement.cohort_id,
            enrolments__role=Role.STUDENT,
            enrolments__withdrawn_at__isnull=True,
        )
        .order_by("email")
        .values_list("email", flat=True)
        .distinct()
    )
