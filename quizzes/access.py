"""The door to quizzes and attempts: fetching and permission are one call (see `courses.access`)."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import BigIntegerField, CharField, QuerySet, UUIDField
from django.http import Http404

from courses.access import Place, place_in, teaching_in
from courses.models import Cohort, Lesson, Role, User
from courses.models.prepared import Prepared
from quizzes.models import Attempt, Question, QuestionVersion, Quiz


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
