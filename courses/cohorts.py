"""Making a cohort, and its join code. What its dates decide of quizzes: `quizzes.times.dates`."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Cohort, Course, Enrolment, Role, User
from courses.models.people import new_join_code
from courses.refusals import Refused

LONGEST = 200  # of what a cohort says of itself
AGAIN = timedelta(minutes=1)  # the same cohort again within this was sent twice by mistake


def courses_to_run(user: User) -> QuerySet[Course]:
    """The courses that somebody may make a cohort of: those they instruct somewhere; for the
    administrators, all."""
    if user.is_active and user.is_staff and user.has_perm("courses.add_cohort"):
        return Course.objects.all()
    return Course.objects.filter(
        Q(
            pk__in=Enrolment.objects.active()
            .of(user)
            .filter(role=Role.INSTRUCTOR)
            .values("cohort__course")
        )
    )


def in_order(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("A cohort cannot end before it starts. Choose a later last day."))


def create(
    course: Course,
    *,
    title: str,
    starts_on: date,
    ends_on: date | None,
    time_zone: str,
    joining_open: bool,
    by: User,
    now: datetime,
) -> Cohort:
    """A new cohort with `by` as its instructor, or nothing.

    Who sends the same again at once (a button pressed twice) gets the one that is made.
    """
    if not courses_to_run(by).filter(pk=course.pk).exists():
        raise PermissionDenied
    in_order(starts_on, ends_on)
    terms = {
        "course": course,
        "title": title,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "time_zone": time_zone,
        "joining_open": joining_open,
    }
    with transaction.atomic():
        Course.objects.select_for_update(no_key=True).order_by().get(pk=course.pk)
        made: Cohort | None = Cohort.objects.filter(
            **terms,
            enrolments__user=by,
            enrolments__role=Role.INSTRUCTOR,
            enrolments__withdrawn_at__isnull=True,
            enrolments__joined_at__gt=now - AGAIN,
        ).first()
        if made is not None:
            return made
        cohort = Cohort.objects.create(**terms)
        Enrolment.objects.create(user=by, cohort=cohort, role=Role.INSTRUCTOR, joined_at=now)
    return cohort


class ChangedMeanwhile(Refused):
    """Somebody else has changed what a page has shown."""


# What an instructor changes together on one page, with the word for it in a sentence.
DETAILS = {
    "title": gettext_lazy("the title"),
    "starts_on": gettext_lazy("the first day"),
    "ends_on": gettext_lazy("the last day"),
    "time_zone": gettext_lazy("the time zone"),
}


def details(cohort: Cohort) -> dict[str, str]:
    """A cohort's details as they stand, each as text, "" for none: what a page has shown."""
    return {
        name: "" if (value := getattr(cohort, name)) is None else str(value) for name in DETAILS
    }


def seen_by_page(sent: Mapping[str, str]) -> dict[str, str] | None:
    """The details that a page has shown, from what it sends back; None if no page of ours did."""
    seen = {name: sent.get(f"seen-{name}", "") for name in DETAILS}
    try:
        date.fromisoformat(seen["starts_on"])
        date.fromisoformat(seen["ends_on"] or seen["starts_on"])
    except ValueError:
        return None
    named = all(0 < len(seen[name]) <= LONGEST for name in ("title", "time_zone"))
    return seen if named else None


def still_as_seen(cohort: Cohort, seen: Mapping[str, str]) -> None:
    """Raises `ChangedMeanwhile` if the details are not those that were seen."""
    nothing = _("none")
    changed = [
        _("%(what)s from “%(was)s” to “%(is)s”")
        % {"what": DETAILS[name], "was": seen.get(name) or nothing, "is": now or nothing}
        for name, now in details(cohort).items()
        if seen.get(name) != now
    ]
    if changed:
        raise ChangedMeanwhile(
            _(
                "Somebody else has changed this meanwhile: %(changed)s. Nothing of yours is stored"
                " yet; what you typed stands here. Save again to have it instead of theirs."
            )
            % {"changed": "; ".join(changed)}
        )


def change_join_code(cohort: Cohort) -> str:
    """A new code; the old one lets nobody in any more."""
    code = new_join_code()
    Cohort.objects.filter(pk=cohort.pk).update(join_code=code)
    cohort.join_code = code
    return code


def let_in(cohort: Cohort, *, joining_open: bool) -> None:
    """Open or close the way in by the code; who is in stays in."""
    Cohort.objects.filter(pk=cohort.pk).update(joining_open=joining_open)
    cohort.joining_open = joining_open
