"""What is said to everybody in a cohort, until it is taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, Count, Q, QuerySet
from django.utils.translation import gettext as _

from courses.models import Announcement, Cohort, Letter, Role, User
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
    cohort: Cohort, *, title: str, body: str, by: User, now: datetime, mail_base: str = ""
) -> Announcement | None:
    """Say something to everybody in a cohort; None if they have said just this a moment ago.

    With `mail_base`, the address of the site, it is to be mailed as well (`courses.tasks`).
    """
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
            cohort=cohort, title=title, body=body, by=by, made_at=now, mail_base=mail_base
        )
    return made


def withdraw(announcement: Announcement, *, now: datetime) -> None:
    """Show it to nobody any more; doing it twice changes nothing."""
    Announcement.objects.filter(pk=announcement.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=now
    )


# --- By mail -----------------------------------------------------------------------------------


def recipients(announcement: Announcement) -> list[User]:
    """Who is still to be written to: students of the cohort who want mail, each address once."""
    begun = Letter.objects.filter(announcement=announcement)
    met = set(begun.values_list("address", flat=True))
    found = []
    for user in (
        User.objects.filter(
            Q(is_active=True),
            ~Q(email=""),
            wants_mail=True,
            enrolments__cohort=announcement.cohort_id,
            enrolments__role=Role.STUDENT,
            enrolments__withdrawn_at__isnull=True,
        )
        .exclude(pk__in=begun.values("user"))
        .order_by("email", "pk")
    ):
        if (address := user.email.lower()) not in met:
            met.add(address)
            found.append(user)
    return found


def begin_letter(announcement: Announcement, user: User, *, now: datetime) -> Letter | None:
    """Write down that a letter goes to somebody; None if one has gone, or is going.

    Committed before it goes: whoever breaks off after this has perhaps sent it, and nobody sends
    it again.
    """
    try:
        with transaction.atomic():
            letter: Letter = Letter.objects.create(
                announcement=announcement, user=user, address=user.email.lower(), begun_at=now
            )
    except IntegrityError:
        return None
    return letter


def unfinished() -> QuerySet[Announcement]:
    """What is to be mailed, and is not or not to all: it waits, is under way or broke off."""
    return Announcement.objects.filter(mailed_at__isnull=True, withdrawn_at__isnull=True).exclude(
        mail_base=""
    )


def mail_the_rest(announcement: Announcement) -> None:
    """Have those written to who are left out, among them those whose letters were refused."""
    with transaction.atomic():
        Letter.objects.filter(announcement=announcement, refused=True).delete()
        Announcement.objects.filter(pk=announcement.pk).update(mailed_at=None)


@dataclass(frozen=True)
class Mailing:
    """What became of an announcement's letters."""

    done: bool
    sent: int
    refused: int
    unknown: int  # under way when a worker broke off; while it is mailed, also the one under way


def mailings(said: Iterable[Announcement]) -> dict[int, Mailing]:
    """The same for several that are mailed, by number; one query."""
    mailed = {one.pk: one for one in said if one.mail_base}
    counted = {
        row["announcement"]: (row["gone"], row["turned_away"], row["unclear"])
        for row in Letter.objects.filter(announcement__in=mailed)
        .order_by()
        .values("announcement")
        .annotate(
            gone=Count("pk", filter=Q(sent_at__isnull=False)),
            turned_away=Count("pk", filter=Q(refused=True)),
            unclear=Count("pk", filter=Q(sent_at__isnull=True, refused=False)),
        )
    }
    return {
        pk: Mailing(one.mailed_at is not None, *counted.get(pk, (0, 0, 0)))
        for pk, one in mailed.items()
    }
