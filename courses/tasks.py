"""Work that no request waits for. A task is told numbers, never secrets: it is written down."""

from collections.abc import Sequence

import structlog
from django.core.mail import get_connection
from django.utils import timezone
from django_tasks import task

from courses import announcements, mail
from courses.models import Announcement, Invitation

log = structlog.get_logger(__name__)


@task()
def mail_invitations(numbers: Sequence[int], base: str) -> int:
    """Mail these invitations as far as they stand and are not sent yet; how many went out.

    One that fails does not keep the others back; it stays “not sent yet” on the page.
    """
    sent = 0
    with get_connection() as by_way:
        for invitation in Invitation.objects.filter(
            pk__in=numbers, sent_at__isnull=True
        ).select_related("cohort__course", "by"):
            try:
                sent += mail.invite(invitation, base=base, now=timezone.now(), by_way=by_way)
            except Exception:
                log.exception("invitation not mailed", invitation=invitation.pk)
    return sent


@task()
def mail_announcement(number: int, base: str) -> int:
    """Mail an announcement that still stands to whom it has not gone yet; how many letters."""
    found = (
        Announcement.objects.filter(pk=number, withdrawn_at__isnull=True)
        .select_related("cohort__course", "by")
        .first()
    )
    return 0 if found is None else mail.announce(found, base=base, clock=timezone.now)


def take_up_again() -> None:
    """Have announcements mailed to the end whose worker broke off, for a worker that begins."""
    for one in announcements.unfinished():
        mail_announcement.enqueue(one.pk, one.mail_base)
