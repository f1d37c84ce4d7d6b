"""Letters from the site, in plain words and plain text, one address each."""

from datetime import datetime
from urllib.parse import urljoin

import structlog
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses import announcements, invitations
from courses.models import Announcement, Invitation

log = structlog.get_logger(__name__)


def invite(
    invitation: Invitation, *, base: str, now: datetime, by_way: BaseEmailBackend | None = None
) -> bool:
    """Mail a fresh link; False where the offer no longer stands.

    `base` is the address of the site. The earlier link ends before the mail goes out, so a mail
    that fails leaves an invitation that says it was not sent, and can be sent again.
    """
    secret = invitations.seal(invitation, now=now)
    if secret is None:
        return False
    until = (now + invitations.HOLDS_FOR).astimezone(invitation.cohort.zone)
    body = render_to_string(
        "courses/mail/invitation.txt",
        {
            "invitation": invitation,
            "link": f"{urljoin(base, reverse('courses:invitation'))}?key={secret}",
            "until": f"{date_format(until, 'j F Y, H:i')} ({invitation.cohort.time_zone})",
        },
    )
    subject = _("Invitation to %(course)s") % {"course": invitation.cohort.course.title}
    try:
        _post(subject, body, invitation.email, by_way)
    except Exception:
        Invitation.objects.filter(pk=invitation.pk).update(sent_at=None)
        raise
    return True


def announce(announcement: Announcement, *, base: str) -> int:
    """Mail an announcement to the students of its cohort, each by themselves; how many.

    One letter that fails does not keep the others back.
    """
    body = render_to_string(
        "courses/mail/announcement.txt",
        {
            "announcement": announcement,
            "link": urljoin(base, reverse("courses:course", args=[announcement.cohort.course.key])),
        },
    )
    subject = f"{announcement.cohort.title}: {announcement.title}"
    sent = 0
    with get_connection() as by_way:
        for address in announcements.addresses(announcement):
            try:
                _post(subject, body, address, by_way)
            except Exception:
                log.exception("announcement not mailed", announcement=announcement.pk)
            else:
                sent += 1
    return sent


def _post(subject: str, body: str, to: str, by_way: BaseEmailBackend | None) -> None:
    EmailMessage(" ".join(subject.split()), body, to=[to], connection=by_way).send()
