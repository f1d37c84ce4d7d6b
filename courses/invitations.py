"""A place in a cohort, offered by mail. Whoever has the link may take it, once.

Of the link's secret only a digest is kept. A new secret is made whenever the mail goes out, so an
earlier link ends with it; nobody can read a link out of the database.
"""

import hashlib
import secrets
from copy import copy
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from courses.enrolment import ask_first
from courses.models import Cohort, Enrolment, Invitation, Role, User
from courses.refusals import Refused, ToBeMeant

HOLDS_FOR = timedelta(days=14)
KEPT_AS = "invitation"  # where a session keeps the secret of a link that was opened


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def unknown_digest() -> str:
    """The digest of a secret that nobody has: of an invitation that is still to be sent."""
    return digest_of(secrets.token_urlsafe(32))


def ends_at(invitation: Invitation) -> datetime:
    """Until when its link lets somebody in."""
    return (invitation.sent_at or invitation.made_at) + HOLDS_FOR


def seal(invitation: Invitation, *, now: datetime) -> str | None:
    """A new secret for the mail that goes out now; None if the offer no longer stands."""
    secret = secrets.token_urlsafe(32)
    changed = Invitation.objects.filter(
        pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True
    ).update(digest=digest_of(secret), sent_at=now)
    return secret if changed else None


def standing(secret: str, *, now: datetime) -> Invitation | None:
    """The offer that a link's secret opens, while it stands; one query."""
    found: Invitation | None = (
        Invitation.objects.filter(
            digest=digest_of(secret), accepted_at__isnull=True, revoked_at__isnull=True
        )
        .select_related("cohort__course", "by")
        .first()
    )
    return found if found is not None and now < ends_at(found) else None


def accept(user: User, *, secret: str, now: datetime) -> Enrolment:
    """Take the place that a link offers; who has a place already keeps the one they have.

    Raises `Refused` when the offer does not stand, the cohort is over, or somebody who teaches has
    to decide whether they come back.
    """
    found = standing(secret, now=now)
    with transaction.atomic():
        if found is not None:
            # The cohort first, as everybody who enrols somebody (`courses.enrolment`).
            Cohort.objects.select_for_update(no_key=True).order_by().get(pk=found.cohort_id)
            list(Invitation.objects.select_for_update().filter(pk=found.pk).values_list("pk"))
            found = standing(secret, now=now)
        if found is None:
            raise Refused(
                _("This invitation does not hold any more. Ask whoever sent it for a new one.")
            )
        if found.cohort.is_over(now):
            raise Refused(_("%(cohort)s is over.") % {"cohort": found.cohort})
        place, created = Enrolment.objects.get_or_create(
            user=user, cohort=found.cohort, defaults={"role": found.role, "joined_at": now}
        )
        if place.withdrawn_at is not None:
            if place.withdrawn_at >= found.made_at:
                raise Refused(
                    _("You were withdrawn from %(cohort)s. Ask your instructor to let you back in.")
                    % {"cohort": found.cohort}
                )
            was = copy(place)
            place.withdrawn_at = None
            try:
                ask_first(was, place, although_seen=False, now=now)
            except ToBeMeant:
                # Nobody is here who could mean it, and how many have seen what is not theirs.
                raise Refused(
                    _(
                        "You were withdrawn from %(cohort)s, and answers of its exams may have"
                        " been seen since. Ask your instructor, who can let you back in on the"
                        " cohort's page “People”."
                    )
                    % {"cohort": found.cohort}
                ) from None
            place.save(update_fields=["withdrawn_at"])
        # Whoever was here before may have attempts under way, whose ends a group would move.
        if created and found.group is not None and found.role == Role.STUDENT:
            found.group.members.add(place)
        found.accepted_at, found.accepted_by = now, user
        found.save(update_fields=["accepted_at", "accepted_by"])
    return place


def revoke(invitation: Invitation, *, now: datetime) -> bool:
    """Take an offer back; False if somebody has taken it, or it was taken back before."""
    changed = Invitation.objects.filter(
        pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True
    ).update(revoked_at=now, digest=unknown_digest())
    return changed == 1


def again(invitation: Invitation, *, by: User, now: datetime) -> bool:
    """Offer it anew: the mail is to be sent once more, and the earlier link ends with this."""
    changed = Invitation.objects.filter(
        pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True
    ).update(made_at=now, sent_at=None, by=by, digest=unknown_digest())
    return changed == 1
