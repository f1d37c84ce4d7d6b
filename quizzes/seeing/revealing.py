"""What gives a key to a student, and what follows: whoever knows it earns nothing more with it.

A key belongs to a question version. It may have been shown by another quiz, in another cohort or
at a checkpoint, so all that a person has done anywhere is asked.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    DateTimeField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
)

from courses.models import Enrolment, GradeColumn
from courses.models.prepared import Prepared
from quizzes.models import Attempt, CheckpointAnswer, Item, Quiz, Response, Reveal
from quizzes.seeing import visibility
from quizzes.seeing.visibility import Phase, Policy, Role
from quizzes.sitting.behaviours import Rules
from quizzes.times import availability, ends
from quizzes.times.conditions import Conditions
from quizzes.times.holding import Book


@dataclass(frozen=True)
class Tried:
    """What a student has done in a quiz, as far as it decides whether they may still earn."""

    used: int = 0
    under_way: bool = False  # an attempt at this quiz is open
    elsewhere: bool = False  # an open attempt at another quiz asks for one of the same keys
    revealed: bool = False

    def may_earn(self, holds: Conditions, *, now: datetime) -> bool:
        """Whether they may still earn credit on the key; `holds` is what holds for them now."""
        return visibility.may_earn(
            under_way=self.under_way or self.elsewhere,
            revealed=self.revealed,
            attempts_used=self.used,
            attempts_allowed=holds.attempts_allowed.value,
            closes_at=holds.closes_at.value,
            now=now,
        )


def _asks_now(now: object) -> Q:
    return Q(state=Attempt.State.OPEN) & (Q(closes_at__isnull=True) | Q(closes_at__gte=now))


def _asked_now(now: object) -> Q:
    return Q(attempt__state=Attempt.State.OPEN, counts=True, replaced_at__isnull=True) & (
        Q(attempt__closes_at__isnull=True) | Q(attempt__closes_at__gte=now)
    )


TRIED = Prepared[tuple[int | None, bool, bool, bool]](
    lambda attempt, quiz, enrolment, user, now: (
        Enrolment.objects.filter(pk=enrolment)
        .order_by()
        .values_list(
            Subquery(
                Attempt.objects.filter(quiz=quiz, enrolment=enrolment)
                .order_by()
                .values("quiz")
                .annotate(used=Count("pk"))
                .values("used")
            ),
            Exists(Attempt.objects.filter(_asks_now(now), quiz=quiz, enrolment=enrolment)),
            Exists(
                Item.objects.filter(_asked_now(now), attempt__enrolment__user=user)
                .exclude(attempt__quiz=quiz, attempt__enrolment=enrolment)
                .filter(version__in=Item.objects.filter(attempt=attempt).values("version"))
            ),
            Exists(Reveal.objects.filter(quiz=quiz, enrolment=enrolment)),
        )[:1]
    ),
    attempt=UUIDField(),
    quiz=BigIntegerField(),
    enrolment=BigIntegerField(),
    user=BigIntegerField(),
    now=DateTimeField(),
)


def tried(attempt: Attempt, *, now: datetime) -> Tried:
    """What the student of an attempt has done in its quiz by now; one query."""
    row = TRIED.first(
        attempt=attempt.pk,
        quiz=attempt.quiz_id,
        enrolment=attempt.enrolment_id,
        user=attempt.enrolment.user_id,
        now=now,
    )
    used, under_way, elsewhere, revealed = row or (0, True, True, False)
    return Tried(used or 0, bool(under_way), bool(elsewhere), bool(revealed))


def asked_elsewhere(enrolment: Enrolment, quiz: Quiz, *, now: datetime) -> bool:
    """Whether an open attempt at another quiz asks what their attempts at this one asked.

    Then nothing of these is shown, whatever is asked for (`Tried.elsewhere`); one query.
    """
    theirs = Item.objects.filter(attempt__quiz=quiz, attempt__enrolment=enrolment)
    return (
        Item.objects.filter(_asked_now(now), attempt__enrolment__user=enrolment.user_id)
        .exclude(attempt__quiz=quiz, attempt__enrolment=enrolment)
        .filter(version__in=theirs.order_by().values("version"))
        .exists()
    )


# --- What somebody may have seen ---------------------------------------------------------------


@dataclass(frozen=True)
class Past:
    """An attempt as it stands: under which policy, in which phase, and whether its key was shown.

    `shown` remembers what the rules of today may have forgotten: they can be changed afterwards.
    What ended without being handed in shows nothing of its key (`reports.visible_to_student`).
    """

    policy: str
    phase: Phase
    shown: bool = False
    abandoned: bool = False
    hidden: bool = False  # the marks of its quiz are not released

    @property
    def may_have_shown(self) -> bool:
        """Whether its student may have seen the key of its questions."""
        return self.shown or (not self.abandoned and visibility.reveals_key(self.visible))

    @property
    def visible(self) -> frozenset[visibility.Item]:
        """What its student may see of it, abandoned or not."""
        return visibility.visible(self.policy, self.phase, Role.STUDENT, hidden=self.hidden)


def known_versions(enrolment: Enrolment, *, now: datetime) -> frozenset[int]:
    """Question versions, by primary key, whose key this person may have seen in any quiz.

    What could be looked at counts as seen: nobody can tell whether it was. Eight queries at most.
    """
    theirs = _stand(THEIRS.all(user=enrolment.user_id), now=now)
    seen = [attempt.pk for attempt, past in theirs if past.may_have_shown]
    if not seen:
        return frozenset(version for (version,) in CHECKED.all(user=enrolment.user_id))
    return frozenset(
        _asked_of(enrolment.user_id, Q(attempt__in=seen)).values_list("version", flat=True)
    )


def known_by(people: Collection[int], *, now: datetime) -> dict[int, set[int]]:
    """The same for several people (users, by primary key); eight queries, however many."""
    theirs = Attempt.objects.filter(enrolment__user__in=people).order_by()
    seen = [attempt.pk for attempt, past in pasts(theirs, now=now) if past.may_have_shown]
    checked = Exists(Response.objects.filter(item=OuterRef("pk"), checked=True))
    asked = Item.objects.filter(Q(attempt__in=seen) | checked, attempt__enrolment__user__in=people)
    tried_in_lessons = CheckpointAnswer.objects.filter(enrolment__user__in=people)
    found: dict[int, set[int]] = defaultdict(set)
    for user, version in (
        asked.order_by()
        .values_list("attempt__enrolment__user", "version")
        .union(tried_in_lessons.order_by().values_list("enrolment__user", "version"))
    ):
        found[user].add(version)
    return found


def _asked_of(user: Any, seen: Q) -> QuerySet[Any, Any]:
    """The versions whose key a person saw in these items, by checking answers, or in lessons."""
    asked = Item.objects.filter(
        # Also what was swapped for a fresh question in practice.
        seen | Exists(Response.objects.filter(item=OuterRef("pk"), checked=True)),
        attempt__enrolment__user=user,
    )
    tried_in_lessons = CheckpointAnswer.objects.filter(enrolment__user=user)
    return (
        asked.order_by()
        .values_list("version")
        .union(tried_in_lessons.order_by().values_list("version"))
    )


CHECKED = Prepared[tuple[int]](lambda user: _asked_of(user, Q()), user=BigIntegerField())


def pasts(theirs: QuerySet[Attempt], *, now: datetime) -> list[tuple[Attempt, Past]]:
    """Each attempt of some people with how it stands; seven queries at most."""
    return _stand(list(_told(theirs)), now=now)


def _told(theirs: QuerySet[Attempt]) -> QuerySet[Any]:
    """Attempts with all that `_stand` asks of them."""
    asked_for = Reveal.objects.filter(quiz=OuterRef("quiz"), enrolment=OuterRef("enrolment"))
    hidden = GradeColumn.objects.filter(
        cohort=OuterRef("enrolment__cohort"), activity=OuterRef("quiz__activity"), hidden=True
    ).order_by()
    return (
        theirs.annotate(revealed=Exists(asked_for), hidden=Exists(hidden))
        .select_related("quiz__activity__module", "enrolment__cohort")
        .defer("quiz__intro", "quiz__intro_html", "sections")
    )


THEIRS = Prepared[Any](
    lambda user: _told(Attempt.objects.filter(enrolment__user=user).order_by()),
    user=BigIntegerField(),
)


def _stand(attempts: Sequence[Any], *, now: datetime) -> list[tuple[Attempt, Past]]:
    asked = [attempt for attempt in attempts if attempt.quiz.review != Policy.PRACTICE]
    quizzes = {attempt.quiz_id: attempt.quiz for attempt in asked}
    cohorts = {attempt.enrolment.cohort_id for attempt in asked}
    exams = [quiz for quiz in quizzes.values() if quiz.review == Policy.EXAM]
    book = Book(quizzes, cohorts) if asked else None
    revealed = {(attempt.quiz_id, attempt.enrolment_id) for attempt in attempts if attempt.revealed}
    over = ends.last_ends(exams, cohorts=cohorts, now=now) if exams else {}
    used: dict[tuple[int, int], int] = {}
    under_way: set[tuple[int, int]] = set()
    for attempt in attempts:
        key = attempt.quiz_id, attempt.enrolment_id
        used[key] = used.get(key, 0) + 1
        if attempt.is_open and (attempt.closes_at is None or now <= attempt.closes_at):
            under_way.add(key)
    found = []
    for attempt in attempts:
        key = attempt.quiz_id, attempt.enrolment_id
        finished_at = attempt.submitted_at or (None if key in under_way else attempt.deadline)
        again = False
        if book is not None and attempt.quiz_id in quizzes:
            so_far = Tried(used[key], key in under_way, revealed=key in revealed)
            again = so_far.may_earn(book.person(attempt.enrolment, attempt.quiz).at(now), now=now)
        phase = visibility.phase(
            finished_at=finished_at,
            now=now,
            closes_at=over[attempt.quiz_id].at if attempt.quiz_id in over else None,
            again=again,
        )
        shown = attempt.shown_at is not None
        past = Past(attempt.quiz.review, phase, shown, _is_abandoned(attempt, now), attempt.hidden)
        found.append((attempt, past))
    return found


def _is_abandoned(attempt: Attempt, now: datetime) -> bool:
    """Whether an attempt ended without being handed in, even if nobody has noticed yet."""
    if not attempt.is_open:
        return attempt.state == Attempt.State.ABANDONED
    counts, _at = availability.ended(
        Rules.read(attempt.rules).at_zero,
        now=now,
        deadline=attempt.deadline,
        closes_at=attempt.closes_at,
    )
    return not counts
