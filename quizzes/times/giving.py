"""Whether what was given can be used: a start is refused where nothing could count."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from courses.models import Enrolment, Group
from quizzes.models import Attempt, Quiz, Reveal
from quizzes.seeing import revealing
from quizzes.sitting import composing
from quizzes.times.fitting import named
from quizzes.times.holding import Book

ALL_KNOWN = (
    "But no attempt can be started by %(whom)s: the answers to all questions that this quiz could"
    " ask have been shown to them, so nothing could count. Add questions that they have not met to"
    " the quiz, or let known questions count in its settings; or decide a mark by hand in the"
    " gradebook."
)
ASKED_FOR = (
    "But no attempt can be started by %(whom)s: they have asked to be shown the answers of this"
    " quiz. Give them another quiz, or decide a mark by hand in the gradebook."
)


def in_vain(quiz: Quiz, to: Enrolment | Group, *, now: datetime) -> str:
    """Who could not use another attempt that they have by now, and why; "" for nobody.

    To be said to whoever gave it. Whoever is at work is not counted, nor for whom it is closed or
    whose attempts are used up. Some twenty queries, however many they are.
    """
    whose = {"groups": to} if isinstance(to, Group) else {"pk": to.pk}
    members = Enrolment.objects.active().students().filter(**whose)
    members = members.select_related("user", "cohort").order_by("user__name_key", "user__username")
    waiting = _may_start(list(members), quiz, now=now)
    asked_for = set(
        Reveal.objects.filter(quiz=quiz, enrolment__in=[one.pk for one in waiting])
        .order_by()
        .values_list("enrolment", flat=True)
    )
    said = []
    if whom := [str(one.user) for one in waiting if one.pk in asked_for]:
        said.append(_(ASKED_FOR) % {"whom": named(whom)})
    rest = [one for one in waiting if one.pk not in asked_for]
    if rest and quiz.leaves_out_known and (asks := composing.askable(quiz)):
        known = revealing.known_by({one.user_id for one in rest}, now=now)
        if whom := [str(one.user) for one in rest if asks <= known.get(one.user_id, set())]:
            said.append(_(ALL_KNOWN) % {"whom": named(whom)})
    return " ".join(said)


def _may_start(people: Collection[Enrolment], quiz: Quiz, *, now: datetime) -> list[Enrolment]:
    """Those whom no time and no number keeps from another attempt."""
    used: dict[int, int] = {}
    at_work = set()
    for enrolment, state in (
        Attempt.objects.filter(quiz=quiz, enrolment__in=[one.pk for one in people])
        .order_by()
        .values_list("enrolment", "state")
    ):
        used[enrolment] = used.get(enrolment, 0) + 1
        if state == Attempt.State.OPEN:
            at_work.add(enrolment)
    book = Book([quiz.pk], {one.cohort_id for one in people})
    found = []
    for one in people:
        holds = book.person(one, quiz).at(now)
        most, close = holds.attempts_allowed.value, holds.closes_at.value
        left = most is None or used.get(one.pk, 0) < most
        if left and one.pk not in at_work and (close is None or now < close):
            found.append(one)
    return found
