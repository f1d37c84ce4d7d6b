"""Joining a cohort, and leaving it without losing anything."""

from collections.abc import Callable
from copy import copy
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Cohort, Enrolment, Role, User
from courses.models.people import CODE_ALPHABET
from courses.refusals import Refused

# Apps above this one say when somebody's return or new role has to be meant (see `quizzes.apps`).
# Each is called with the enrolment as it was and as it becomes, `although_seen` and `now`.
asked_first: list[Callable[..., None]] = []


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
    """End somebody's access to a cohort at once; their work stays.

    Raises `Refused` rather than leave the cohort without an instructor.
    """
    with transaction.atomic():
        found = _held(enrolment)
        if found.withdrawn_at is None:
            _keep_an_instructor(found)
            found.withdrawn_at = now
            found.save(update_fields=["withdrawn_at"])


def reinstate(enrolment: Enrolment, *, now: datetime, although_seen: bool = False) -> None:
    """Let somebody who was withdrawn back in, with all their work.

    Raises `ToBeMeant` where they could earn with answers that others have seen, unless that is
    meant.
    """
    with transaction.atomic():
        found = _held(enrolment)
        was = copy(found)
        found.withdrawn_at = None
        ask_first(was, found, although_seen=although_seen, now=now)
        found.save(update_fields=["withdrawn_at"])


def ask_first(was: Enrolment, becomes: Enrolment, *, although_seen: bool, now: datetime) -> None:
    """Raises `ToBeMeant` if a place as it `becomes` has to be meant; before it is stored."""
    for ask in asked_first:
        ask(was, becomes, although_seen=although_seen, now=now)


def change_role(
    enrolment: Enrolment, *, role: str, was: str, now: datetime, although_seen: bool = False
) -> Enrolment:
    """Give somebody another part in the cohort; `was` is the one that the page showed.

    Raises `Refused` if it is another one meanwhile, and rather than leave the cohort without an
    instructor; `ToBeMeant` where they could earn with answers that they have seen as one who
    teaches, unless that is meant.
    """
    if role not in Role.values:
        raise Refused(_("Choose a role from the list."))
    with transaction.atomic():
        found = _held(enrolment)
        if found.role != was:
            raise Refused(
                _("%(person)s has become %(role)s meanwhile. Look again and decide anew.")
                % {"person": found.user, "role": found.get_role_display()}
            )
        may_become(found, role=role)
        before = copy(found)
        found.role = role
        ask_first(before, found, although_seen=although_seen, now=now)
        found.save(update_fields=["role"])
    return found


def may_become(enrolment: Enrolment, *, role: str) -> None:
    """Raises `Refused` if another role would leave the cohort without an instructor.

    In the transaction that changes the role: until it ends nobody else in the cohort changes.
    """
    found = _held(enrolment)
    if role != Role.INSTRUCTOR:
        _keep_an_instructor(found)


def _held(enrolment: Enrolment) -> Enrolment:
    """The enrolment as it is now. Until the transaction ends nobody else comes, goes or changes
    their role in its cohort."""
    Cohort.objects.select_for_update(no_key=True).order_by().get(pk=enrolment.cohort_id)
    return Enrolment.objects.select_related("user", "cohort").get(pk=enrolment.pk)


def _keep_an_instructor(leaving: Enrolment) -> None:
    if leaving.role != Role.INSTRUCTOR or leaving.withdrawn_at is not None:
        return
    others = Enrolment.objects.active().filter(cohort=leaving.cohort_id, role=Role.INSTRUCTOR)
    if not others.exclude(pk=leaving.pk).exists():
        raise Refused(
            _("%(person)s is the only instructor of %(cohort)s. Make somebody else one first.")
            % {"person": leaving.user, "cohort": leaving.cohort}
        )
