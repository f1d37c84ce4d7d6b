"""Joining a cohort, and leaving it without losing anything."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Cohort, Enrolment, Role, User
from courses.models.people import CODE_ALPHABET
from courses.refusals import Refused


def normalise(code: str) -> str:
    """The code as it is stored: people type spaces, hyphens and small letters."""
    return "".join(letter for letter in code.upper() if letter in CODE_ALPHABET)


def join(user: User, *, code: str, now: datetime) -> Enrolment:
    """Enrol a person as a student by a cohort's join code; joining twice changes nothing.

    Raises `Refused` when no cohort has the code, or it takes nobody in.
    """
    with transaction.atomic():
        cohort = Cohort.objects.select_related("course").filter(join_code=normalise(code)).first()
        if cohort is None or not cohort.course.published:
            raise Refused(
                _("No cohort has the code “%(code)s”. Check it with your instructor and try again.")
                % {"code": code.strip()}
            )
        # Whoever changes the cohort's times holds its row: they see this person, or this person
        # starts under the new times.
        Cohort.objects.select_for_update(no_key=True).order_by().get(pk=cohort.pk)
        enrolment, created = Enrolment.objects.get_or_create(
            user=user, cohort=cohort, defaults={"role": Role.STUDENT, "joined_at": now}
        )
        if enrolment.withdrawn_at is not None:
            raise Refused(
                _("You were withdrawn from %(cohort)s. Ask your instructor to let you back in.")
                % {"cohort": cohort}
            )
        if created and not cohort.joining_open:
            raise Refused(
                _("%(cohort)s takes nobody in at the moment. Ask your instructor.")
                % {"cohort": cohort}
            )
        if created and cohort.is_over(now):
            raise Refused(
                _("%(cohort)s ended on %(day)s. Ask your instructor for the code of the next one.")
                % {"cohort": cohort, "day": cohort.ends_on}
            )
    return enrolment


def withdraw(enrolment: Enrolment, *, now: datetime) -> None:
    """End somebody's access to a cohort at once; their work stays."""
    Enrolment.objects.filter(pk=enrolment.pk, withdrawn_at__isnull=True).update(withdrawn_at=now)


def reinstate(enrolment: Enrolment) -> None:
    """Let somebody who was withdrawn back in, with all their work."""
    Enrolment.objects.filter(pk=enrolment.pk).update(withdrawn_at=None)
