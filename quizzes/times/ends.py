"""When a quiz is over for everybody, so that its answers may be shown."""

from collections.abc import Collection
from datetime import datetime
from itertools import chain

from django.db.models import F, FilteredRelation, Q

from courses.models import Cohort, Role
from quizzes.models import Attempt, Override, Quiz
from quizzes.sitting import composing
from quizzes.times import conditions
from quizzes.times.conditions import End, Origin


def over_at(quiz: Quiz, *, cohort: Cohort, now: datetime) -> datetime | None:
    """When nobody can earn credit on the key of this quiz any more, or None for never yet.

    Cohorts to show the site with count only for their own people; queries as `last_ends`.
    """
    return last_ends([quiz], cohorts={cohort.pk}, now=now)[quiz.pk].at


def last_ends(
    quizzes: Collection[Quiz], *, cohorts: Collection[int], now: datetime
) -> dict[int, End]:
    """The same for several quizzes, by primary key, with whose end it is.

    Seen from `cohorts`: of those to show the site with, only these count.

    The latest close over all cohorts that study it, the extensions of groups and people that
    still hold, and the attempts under way. Where rules overlap, the later one decides. A key
    belongs to its question: of exams that may ask the same one, all wait for the last, unless
    that counts known questions. Three queries, and those of `composing.kin`.
    """
    kin = composing.kin(quizzes)
    wanted = {quiz.pk: quiz for quiz in chain(*kin.values(), quizzes)}
    ends = {
        key: conditions.last_close(of_quiz)
        for key, of_quiz in _own_ends(list(wanted.values()), cohorts=cohorts, now=now).items()
        if of_quiz
    }
    return {
        quiz.pk: conditions.latest(
            [
                ends[quiz.pk],
                *(
                    End(ends[other.pk].at, other.activity.title, origin=Origin.EXAM)
                    for other in kin[quiz.pk]
                    if other.pk in ends
                ),
            ]
        )
        for quiz in quizzes
    }


def _own_ends(
    quizzes: Collection[Quiz], *, cohorts: Collection[int], now: datetime
) -> dict[int, list[End]]:
    """All that may be the last end of each quiz by itself; three queries."""
    others = Q(demo=False) | Q(pk__in=cohorts)
    studying = Q(joining_open=True) | Q(
        enrolments__role=Role.STUDENT, enrolments__withdrawn_at__isnull=True
    )
    keys = [quiz.pk for quiz in quizzes]
    studied: dict[int, Cohort] = {}
    planned: dict[tuple[int | None, int], datetime | None] = {}
    for cohort in (
        Cohort.objects.filter(others, studying | Q(pk__in=cohorts))
        .filter(course__in={quiz.activity.module.course_id for quiz in quizzes})
        .annotate(plan=FilteredRelation("schedules", condition=Q(schedules__quiz__in=keys)))
        .annotate(planned_for=F("plan__quiz"), planned=F("plan__closes_at"))
        .order_by()
        .distinct()
    ):
        studied[cohort.pk] = cohort
        planned[cohort.planned_for, cohort.pk] = cohort.planned
    ends: dict[int, list[End]] = {
        quiz.pk: [
            End(planned.get((quiz.pk, cohort.pk)) or cohort.closes_at, cohort.title)
            for cohort in studied.values()
            if cohort.course_id == quiz.activity.module.course_id
        ]
        for quiz in quizzes
    }
    for key, number, name, username, group, closes_at in (
        Override.objects.filter(
            Q(enrolment__cohort__in=studied, enrolment__withdrawn_at__isnull=True)
            | Q(group__cohort__in=studied),
            Q(expires_at__isnull=True) | Q(expires_at__gt=now),
            quiz__in=keys,
            revoked_at__isnull=True,
            closes_at__isnull=False,
        )
        .order_by("made_at", "pk")
        .values_list(
            "quiz",
            "enrolment",
            "enrolment__user__name",
            "enrolment__user__username",
            "group__name",
            "closes_at",
        )
    ):
        if number is None:
            ends[key].append(End(closes_at, group, origin=Origin.GROUP))
        else:
            ends[key].append(End(closes_at, name or username, number, Origin.PERSON))
    for key, closes_at in (
        Attempt.objects.open()
        .filter(Q(closes_at__isnull=True) | Q(closes_at__gte=now))
        .filter(quiz__in=keys, enrolment__cohort__in=studied)
        .order_by()
        .values_list("quiz", "closes_at")
        .distinct()
    ):
        ends[key].append(End(closes_at, origin=Origin.QUIZ))
    return ends
