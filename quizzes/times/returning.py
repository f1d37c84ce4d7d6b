"""What has to be meant before somebody comes back into a cohort, or studies where they taught."""

from datetime import datetime

from django.utils.translation import gettext as _

from courses.models import Enrolment, Role
from courses.models.people import TEACHING_ROLES
from courses.refusals import ToBeMeant
from quizzes.models import Quiz
from quizzes.times import reopening
from quizzes.times.fitting import named
from quizzes.times.holding import Book


class HasTaught(reopening.Seen):
    """Who becomes a student has seen the keys of exams in which they could earn by that."""

    def __init__(self, was: Enrolment, exams: list[Quiz]) -> None:
        self.warning = _(
            "%(person)s was %(role)s here and could see the answers of every exam. As a student"
            " they could earn with them in %(exams)s."
        ) % {
            "person": was.user,
            "role": was.get_role_display(),
            "exams": named([f"“{exam.activity.title}”" for exam in exams]),
        }
        tick = _("Tick “Do it all the same” if you mean it.")
        ToBeMeant.__init__(self, f"{self.warning} {tick}")


def as_they_become(
    was: Enrolment, becomes: Enrolment, *, although_seen: bool, now: datetime
) -> None:
    """Raises `Seen` if somebody's place as it `becomes` would let them earn with answers that
    others may have seen, and `HasTaught` with those that they could see themselves.

    Before it is stored. Four queries more than `reopening.same_chances`, where a role changes so.
    """
    if although_seen:
        return
    if was.role in TEACHING_ROLES and becomes.role == Role.STUDENT:
        exams = _not_over(becomes, now)
        if exams:
            raise HasTaught(was, exams)
    reopening.same_chances(was, becomes, although_seen=False, now=now)


def _not_over(enrolment: Enrolment, now: datetime) -> list[Quiz]:
    """The exams that have not closed for this person: who is withdrawn may come back."""
    exams = reopening.exams_of(enrolment.cohort)
    book = Book([exam.pk for exam in exams], [enrolment.cohort_id])
    closes = {exam: book.person(enrolment, exam).at(now).closes_at.value for exam in exams}
    return [exam for exam, at in closes.items() if at is None or at > now]
