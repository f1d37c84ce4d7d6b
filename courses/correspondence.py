"""Between a student and those who teach them: messages, notes, and who looked at what.

All of it hangs on the student's place in a cohort. Messages and notes are written under a lock on
that place, so that of two equal ones sent at the same moment (a button pressed twice) one stays.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.db import DatabaseError, transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django_tasks import task

from courses.models import Cohort, Enrolment, Look, Message, Note, Role, User
from courses.models.people import TEACHING_ROLES
from courses.refusals import Refused

log = structlog.get_logger(__name__)

LONGEST = 4000  # characters of a message or a note
AGAIN = timedelta(minutes=10)  # the same words again within this were sent twice by mistake
MOST_AN_HOUR = 30  # messages of one person in one place

NOTHING_SAID = "Write something first."
TOO_LONG = "This has %(length)d characters; %(most)d fit. Shorten it."
HAS_LEFT = "%(person)s is not in this cohort any more and could not read it. Write a note instead."
TOO_MANY = (
    "You have written %(most)d messages within an hour. Wait a little, or write one long one."
)
NOT_YOURS = "Only whoever wrote a note, or an instructor of the cohort, withdraws it."


# --- Writing -----------------------------------------------------------------------------------


def say(enrolment: Enrolment, *, by: User, body: str, now: datetime, page: str = "") -> Message:
    """Write to a student, or as the student to those who teach them.

    With `page`, the full address of the student's own page, the student is told by mail as well.
    Raises `Refused`, and `PermissionDenied` to whoever is neither.
    """
    own = by.pk == enrolment.user_id
    if not own:
        _teaches(by, enrolment)
    body = _said(body)
    with transaction.atomic():
        place = _hold(enrolment)
        if place.withdrawn_at is not None:
            raise Refused(_(HAS_LEFT) % {"person": enrolment.user})
        newest = thread(enrolment).first()
        if newest is not None and _again(newest, by=by, body=body, now=now):
            return newest
        mine = Message.objects.filter(enrolment=enrolment, by=by)
        if mine.filter(made_at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR:
            raise Refused(_(TOO_MANY) % {"most": MOST_AN_HOUR})
        message: Message = Message.objects.create(
            enrolment=enrolment, by=by, body=body, made_at=now
        )
        if page and not own:
            mail.enqueue(message.pk, page)
    return message


def _again(newest: Message, *, by: User, body: str, now: datetime) -> bool:
    """Whether the last message is this one, so that it was sent twice."""
    return (newest.by_id, newest.body) == (by.pk, body) and newest.made_at > now - AGAIN


def by_mail() -> bool:
    """Whether students are told by mail that they were written to."""
    return bool(settings.MESSAGES_BY_MAIL)


def note(enrolment: Enrolment, *, by: User, body: str, now: datetime) -> Note:
    """Add a note on a student, for those who teach them. Raises as `say` does."""
    _teaches(by, enrolment)
    body = _said(body)
    with transaction.atomic():
        _hold(enrolment)
        same: Note | None = (
            Note.objects.filter(enrolment=enrolment, by=by, body=body, withdrawn_at__isnull=True)
            .filter(made_at__gt=now - AGAIN)
            .first()
        )
        if same is not None:
            return same
        made: Note = Note.objects.create(enrolment=enrolment, by=by, body=body, made_at=now)
    return made


def withdraw_note(note: Note, *, by: User, now: datetime) -> None:
    """Take a note back; the row stays, with the first time. Its author may, and instructors."""
    teacher = _teaches(by, note.enrolment)
    if note.by_id != by.pk and teacher.role != Role.INSTRUCTOR:
        raise Refused(_(NOT_YOURS))
    Note.objects.filter(pk=note.pk, withdrawn_at__isnull=True).update(withdrawn_at=now)


def read_by_staff(enrolment: Enrolment, *, by: User, last: int, now: datetime) -> int:
    """Note that the student's messages were read, up to the one numbered `last`; how many.

    What came after the page was made stays unread.
    """
    _teaches(by, enrolment)
    return _from_student(Message.objects.filter(enrolment=enrolment, pk__lte=last)).update(
        read_at=now
    )


def read_by_student(enrolment: Enrolment, *, shown: Sequence[int], now: datetime) -> None:
    """Note that the student had these messages on their screen; never fails the page."""
    unread = to_student(Message.objects.filter(enrolment=enrolment, pk__in=shown))
    _if_possible(
        lambda: unread.update(read_at=now), "messages_not_marked_read", enrolment=enrolment.pk
    )


def _said(body: str) -> str:
    said = body.replace("\r\n", "\n").strip()
    if not said:
        raise Refused(_(NOTHING_SAID))
    if len(said) > LONGEST:
        raise Refused(_(TOO_LONG) % {"length": len(said), "most": LONGEST})
    return said


def _teaches(by: User, enrolment: Enrolment) -> Enrolment:
    place: Enrolment | None = (
        Enrolment.objects.active()
        .of(by)
        .filter(cohort=enrolment.cohort_id, role__in=TEACHING_ROLES)
        .first()
    )
    if place is None:
        raise PermissionDenied
    return place


def _hold(enrolment: Enrolment) -> Enrolment:
    held: Enrolment = (
        Enrolment.objects.select_for_update(no_key=True).order_by().get(pk=enrolment.pk)
    )
    return held


@task
def mail(message: int, page: str) -> None:
    """Tell a student by mail that they were written to; what was written stays on the site."""
    found = Message.objects.select_related("enrolment__user", "enrolment__cohort", "by").get(
        pk=message
    )
    student = found.enrolment.user
    if found.read_at is not None or not student.is_active or not student.email:
        return
    if not student.wants_mail:
        return
    send_mail(
        # A name may have a line end in it, and no header may.
        " ".join((_("%(by)s has written to you") % {"by": found.by}).split()),
        _(
            "%(by)s has written to you in %(cohort)s. Read it and answer here:\n\n%(page)s\n\n"
            "To get no such mail, switch it off here: %(switch)s\n"
        )
        % {
            "by": found.by,
            "cohort": found.enrolment.cohort,
            "page": page,
            "switch": urljoin(page, reverse("courses:mail")),
        },
        None,
        [student.email],
    )


# --- Reading -----------------------------------------------------------------------------------


def to_student(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Those to the student that the student has not read."""
    return messages.filter(read_at__isnull=True).exclude(by=F("enrolment__user"))


def _from_student(messages: QuerySet[Message]) -> QuerySet[Message]:
    return messages.filter(read_at__isnull=True, by=F("enrolment__user"))


def unread(enrolment: Enrolment) -> int:
    """How many messages wait for the student; one query."""
    return to_student(Message.objects.filter(enrolment=enrolment)).count()


def thread(enrolment: Enrolment) -> QuerySet[Message]:
    """All that was written, the newest first."""
    return (
        Message.objects.filter(enrolment=enrolment).select_related("by").order_by("-made_at", "-pk")
    )


@dataclass(frozen=True)
class Line:
    """A student with whom there were messages: the last one, and how many are not read yet."""

    enrolment: Enrolment
    unread: int
    body: str
    made_at: datetime
    by_student: bool


def lines(cohort: Cohort, *, waiting: bool) -> QuerySet[Enrolment]:
    """The students with messages, the last one first; of those `waiting`, only the unread."""
    newest = Message.objects.filter(enrolment=OuterRef("pk")).order_by("-made_at", "-pk")
    found: QuerySet[Any] = (
        Enrolment.objects.students()
        .filter(cohort=cohort)
        .select_related("user")
        .annotate(
            unread=Count(
                "messages", filter=Q(messages__read_at__isnull=True, messages__by=F("user"))
            ),
            body=Subquery(newest.values("body")[:1]),
            said_at=Subquery(newest.values("made_at")[:1]),
            said_by=Subquery(newest.values("by")[:1]),
        )
        .order_by("-said_at", "pk")
    )
    return found.filter(unread__gt=0) if waiting else found.filter(said_at__isnull=False)


def told(rows: Sequence[Any]) -> list[Line]:
    """The rows of `lines` as a page shows them."""
    return [
        Line(row, row.unread, row.body, row.said_at, row.said_by == row.user_id) for row in rows
    ]


# --- Looking -----------------------------------------------------------------------------------


MARK = "mark"  # and the number of its activity: one student's mark, and how it came to be


def look(enrolment: Enrolment, *, by: User, page: str, now: datetime) -> None:
    """Keep that somebody looked at a page about a student: the first time in each hour (UTC)."""
    look_at_each([(enrolment.pk, page)], by=by, now=now)


def look_at_each(pages: Collection[tuple[int, str]], *, by: User, now: datetime) -> None:
    """The same of a list that shows what several students did: (enrolment's number, page) of each.

    Most pages cost one question to the database for it. Where it cannot be written, the page
    is shown all the same, and the server's own log says who looked.
    """
    if not pages:
        return
    hour = now.replace(minute=0, second=0, microsecond=0)
    kept = set(
        Look.objects.filter(by=by, hour=hour, enrolment__in={number for number, _page in pages})
        .order_by()
        .values_list("enrolment_id", "page")
    )
    new = [
        Look(enrolment_id=number, by=by, page=page, hour=hour, made_at=now)
        for number, page in sorted({*pages} - kept)
    ]
    if new:
        # Of two at the same moment the constraint keeps one.
        _if_possible(
            lambda: Look.objects.bulk_create(new, ignore_conflicts=True),
            "look_not_kept",
            by=by.pk,
            pages=[(row.enrolment_id, row.page) for row in new],
        )


def _if_possible(write: Any, trouble: str, **about: Any) -> None:
    """Do a write that a page can do without: a database that takes none fails nothing."""
    try:
        with transaction.atomic():
            write()
    except DatabaseError as error:
        log.warning(trouble, error=str(error), **about)
