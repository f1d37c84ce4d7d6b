"""Letters from the site, in plain words and plain text, one address each."""

from collections.abc import Callable
from datetime import datetime
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
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

# What says for certain that a letter has not gone.
REFUSALS = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError, ValueError)

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


def announce(announcement: Announcement, *, base: str, clock: Callable[[], datetime]) -> int:
    """Mail an announcement to the students of its cohort, each by themselves; how many.

    Nobody gets it twice, however often it breaks off and is taken up again: each letter is written
    down before it goes (`announcements.begin_letter`). One that is refused does not keep the others
    back; raises what the connection raises when there is none to be had, with nobody left out who
    cannot be written to later.
    """
    body = render_to_string(
        "courses/mail/announcement.txt",
        {
            "announcement": announcement,
            "link": urljoin(base, reverse("courses:course", args=[announcement.cohort.course.key])),
            "switch": urljoin(base, reverse("courses:mail")),
        },
    )
    subject = f"{announcement.cohort.title}: {announcement.title}"
    sent = 0
    with get_connection() as by_way:
        for user in announcements.recipients(announcement):
            letter = announcements.begin_letter(announcement, user, now=clock())
            if letter is None:
                continue
            try:
                _post(subject, body, user.email, by_way)
            except REFUSALS:
                log.exception("announcement not mailed", announcement=announcement.pk)
                letter.refused = True
            except Exception:
                # It may have gone or not. Whether the next one can is seen before it is begun.
                log.exception("announcement perhaps not mailed", announcement=announcement.pk)
                by_way.close()
                by_way.open()
                continue
            else:
                letter.sent_at = clock()
                sent += 1
            letter.save(update_fields=["sent_at", "refused"])
    Announcement.objects.filter(pk=announcement.pk).update(mailed_at=clock())
    return sent


def _post(subject: str, body: str, to: str, by_way: BaseEmailBackend | None) -> None:
    EmailMessage(" ".join(subject.split()), body, to=[to], connection=by_way).send()
