"""The door: fetching an object and the permission to see it are one call.

What is not there and what is not yours look the same: `Http404`.
"""

from dataclasses import dataclass

from django.db.models import BigIntegerField, CharField
from django.http import Http404

from courses.models import Activity, Cohort, Course, Enrolment, Lesson, User
from courses.models.people import TEACHING_ROLES
from courses.models.prepared import Prepared


@dataclass(frozen=True)
class Place:
    """Where a person stands: a course, and the enrolment that opened it (none for editors)."""

    course: Course
    enrolment: Enrolment | None

    @property
    def teaches(self) -> bool:
        return self.enrolment is None or self.enrolment.teaches

    @property
    def studies(self) -> bool:
        return not self.teaches


ENROLMENT = Prepared[Enrolment](
    lambda user, course: (
        Enrolment.objects.active()
        .filter(user=user, cohort__course__key=course, cohort__course__published=True)
        .select_related("cohort__course")
        .order_by("-joined_at", "-pk")[:1]
    ),
    user=BigIntegerField(),
    course=CharField(),
)
LESSON = Prepared[Lesson](
    lambda course, activity: (
        Lesson.objects.filter(activity__key=activity, activity__module__course=course)
        .select_related("activity__module")
        .defer("body", "summary", "read_on")
        .order_by()[:1]
    ),
    course=BigIntegerField(),
    activity=CharField(),
)


def is_editor(user: User) -> bool:
    """Whether the person edits content and so may look at all of it, published or not."""
    return user.is_active and user.is_staff and user.has_perm("courses.change_lesson")


def place_in(user: User, course_key: str) -> Place:
    """The course, for its people and for editors.

    Somebody with several cohorts of one course stands in the one they joined last.
    """
    enrolment = ENROLMENT.first(user=user.pk, course=course_key)
    if enrolment is not None:
        return Place(enrolment.cohort.course, enrolment)
    if is_editor(user):
        course = Course.objects.filter(key=course_key).first()
        if course is not None:
            return Place(course, None)
    raise Http404


def studying_in(user: User, course_key: str) -> Enrolment:
    """The enrolment by which somebody studies a course."""
    place = place_in(user, course_key)
    if place.enrolment is None or place.teaches:
        raise Http404
    return place.enrolment


def lesson_in(place: Place, activity_key: str) -> Lesson:
    """A lesson of the course somebody stands in, with its activity and module."""
    lesson = LESSON.first(course=place.course.pk, activity=activity_key)
    if lesson is None:
        raise Http404
    return lesson


def activity_in(place: Place, activity_key: str) -> Activity:
    activity: Activity | None = (
        Activity.objects.filter(key=activity_key, module__course=place.course)
        .select_related("module")
        .first()
    )
    if activity is None:
        raise Http404
    return activity


def teaching_in(user: User, cohort_id: int) -> Enrolment:
    """The enrolment by which somebody instructs or assists in a cohort."""
    enrolment = (
        Enrolment.objects.active()
        .of(user)
        .filter(cohort=cohort_id, role__in=TEACHING_ROLES)
        .select_related("cohort__course")
        .first()
    )
    if enrolment is None:
        raise Http404
    return enrolment


def taught_cohort(user: User, cohort_id: int) -> Cohort:
    """A cohort whose results this person may see: its instructors and assistants only."""
    return teaching_in(user, cohort_id).cohort
