"""The door to quizzes and attempts: fetching and permission are one call (see `courses.access`)."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    CharField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    UUIDField,
)
from django.http import Http404

from courses.access import Place, is_editor, place_in, teaching_in
from courses.models import Cohort, Enrolment, Lesson, Role, User
from courses.models.prepared import Prepared
from quizzes.models import Attempt, Contest, Question, QuestionVersion, Quiz, Regrade


def _own(user: int, attempt: UUID) -> QuerySet[Attempt]:
    return (
        Attempt.objects.filter(
            pk=attempt, enrolment__user=user, enrolment__withdrawn_at__isnull=True
        )
        .select_related("quiz__activity__module__course", "enrolment__cohort")
        .order_by()[:1]
    )


OWN = Prepared[Attempt](_own, user=BigIntegerField(), attempt=UUIDField())
OWN_TO_WRITE = Prepared[Attempt](
    lambda user, attempt: _own(user, attempt).select_for_update(of=("self",)),
    user=BigIntegerField(),
    attempt=UUIDField(),
)
QUIZ = Prepared[Quiz](
    lambda activity: (
        Quiz.objects.filter(activity__key=activity)
        .select_related("activity__module__course")
        .order_by()[:1]
    ),
    activity=CharField(),
)


@dataclass(frozen=True)
class QuizPlace:
    quiz: Quiz
    place: Place


def quiz_for(user: User, activity_key: str) -> QuizPlace:
    """A quiz of a course that somebody takes, teaches or edits; two queries."""
    quiz = QUIZ.first(activity=activity_key)
    if quiz is None:
        raise Http404
    return QuizPlace(quiz, place_in(user, quiz.activity.module.course.key))


def previewed_quiz(user: User, activity_key: str) -> QuizPlace:
    """A quiz for those who teach its course or edit its content, to look at it as students do."""
    found = quiz_for(user, activity_key)
    if not found.place.teaches and not is_editor(user):
        raise Http404
    return found


@dataclass(frozen=True)
class TaughtQuiz:
    """A quiz in a cohort, for those who teach it; instructors alone change anything there."""

    quiz: Quiz
    cohort: Cohort
    instructs: bool


def taught_quiz(user: User, cohort_id: int, activity_key: str) -> TaughtQuiz:
    """A quiz of a cohort that somebody teaches; two queries."""
    enrolment = teaching_in(user, cohort_id)
    quiz = QUIZ.first(activity=activity_key)
    if quiz is None or quiz.activity.module.course_id != enrolment.cohort.course_id:
        raise Http404
    return TaughtQuiz(quiz, enrolment.cohort, enrolment.role == Role.INSTRUCTOR)


def own_attempt(user: User, attempt_id: UUID) -> Attempt:
    """Somebody's own attempt, to look at; one query."""
    attempt = OWN.first(user=user.pk, attempt=attempt_id)
    if attempt is None:
        raise Http404
    return attempt


def own_attempt_to_write(user: User, attempt_id: UUID) -> Attempt:
    """The same, locked until the transaction ends: every write of an attempt takes this first."""
    attempt = OWN_TO_WRITE.first(user=user.pk, attempt=attempt_id)
    if attempt is None:
        raise Http404
    return attempt


def attempt_in(user: User, cohort_id: int, attempt_id: UUID) -> Attempt:
    """A student's attempt, to look at, for those who teach their cohort; two queries."""
    enrolment = teaching_in(user, cohort_id)
    attempt: Attempt | None = (
        Attempt.objects.filter(pk=attempt_id, enrolment__cohort=enrolment.cohort_id)
        .select_related("quiz__activity__module__course", "enrolment__cohort", "enrolment__user")
        .first()
    )
    if attempt is None:
        raise Http404
    return attempt


@dataclass(frozen=True)
class TaughtStudent:
    """A student's place in a cohort, and the place of the person who teaches them there."""

    enrolment: Enrolment
    teacher: Enrolment


def taught_student(user: User, cohort_id: int, enrolment_id: int) -> TaughtStudent:
    """A student of a cohort, withdrawn ones too, for those who teach it; two queries."""
    teacher = teaching_in(user, cohort_id)
    enrolment = (
        Enrolment.objects.students()
        .filter(pk=enrolment_id, cohort=cohort_id)
        .select_related("user", "cohort__course")
        .first()
    )
    if enrolment is None:
        raise Http404
    return TaughtStudent(enrolment, teacher)


@dataclass(frozen=True)
class CheckpointPlace:
    lesson: Lesson
    version: QuestionVersion
    place: Place


def checkpoint_for(user: User, lesson_key: str, question_key: str) -> CheckpointPlace:
    """A practice question that stands in a lesson of somebody's course."""
    lesson = (
        Lesson.objects.filter(activity__key=lesson_key)
        .select_related("activity__module__course")
        .defer("body", "summary", "read_on", "head_html", "foot_html")
        .first()
    )
    if lesson is None:
        raise Http404
    place = place_in(user, lesson.activity.module.course.key)
    question = (
        Question.objects.ready()
        .practice()
        .filter(key=question_key)
        .select_related("current")
        .first()
    )
    if question is None or question.current is None:
        raise Http404
    if ["checkpoint", question_key] not in lesson.parts:
        raise Http404
    return CheckpointPlace(lesson, question.current, place)


# --- Regrading and contests --------------------------------------------------------------------


def may_regrade(user: User, cohort: Cohort | None) -> bool:
    """Whether this person may correct the marks of a cohort, or of every one for None.

    Assistants may not; editors may everywhere.
    """
    if is_editor(user):
        return True
    return cohort is not None and _instructs(user, cohort.pk)


def _instructs(user: User, cohort_id: int) -> bool:
    return (
        Enrolment.objects.active()
        .of(user)
        .filter(cohort=cohort_id, role=Role.INSTRUCTOR, user__is_active=True)
        .exists()
    )


def regrading_cohort(user: User, cohort_id: int) -> Cohort:
    """A cohort whose marks this person may correct: its instructors, and editors."""
    cohort = Cohort.objects.filter(pk=cohort_id).select_related("course").first()
    if cohort is None or not may_regrade(user, cohort):
        raise Http404
    return cohort


def question_in(cohort: Cohort, question_key: str) -> Question:
    """A question that somebody of the cohort has been asked in a quiz."""
    question: Question | None = (
        Question.objects.filter(key=question_key, module__course=cohort.course_id)
        .filter(versions__items__attempt__enrolment__cohort=cohort)
        .select_related("module", "current")
        .distinct()
        .first()
    )
    if question is None:
        raise Http404
    return question


def regrade_in(cohort: Cohort, regrade_id: int) -> Regrade:
    """A regrade of this cohort, or one of every cohort whose question this one was asked."""
    regrade: Regrade | None = (
        Regrade.objects.filter(pk=regrade_id)
        .filter(Q(cohort=cohort) | Q(cohort=None, question__module__course=cohort.course_id))
        .select_related("question__module", "version", "by", "cohort", "enrolment__user", "group")
        .first()
    )
    if regrade is None:
        raise Http404
    return regrade


def contested_in(cohort: Cohort, version_id: int) -> QuestionVersion:
    """A question version that students of the cohort have contested."""
    version: QuestionVersion | None = (
        QuestionVersion.objects.filter(pk=version_id)
        .filter(
            Exists(Contest.objects.filter(item__version=OuterRef("pk"), enrolment__cohort=cohort))
        )
        .select_related("question__module", "question__current")
        .first()
    )
    if version is None:
        raise Http404
    return version
