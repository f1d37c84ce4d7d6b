"""Whether the times that hold for everybody in a quiz go together.

The end of the cohort, its schedule and what groups and people were given are each set by
themselves, and decide field by field. So whatever changes one of them asks here: nobody may be
left with a quiz that closes for them before it opens, because somebody else's times were meant.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Cohort, Enrolment
from courses.refusals import Refused
from quizzes.models import Quiz
from quizzes.times import availability
from quizzes.times.conditions import Special
from quizzes.times.holding import SCHEDULED, Book, Person

Times = tuple[datetime | None, datetime | None, datetime | None]  # opens, due, closes

MOST_NAMED = 5


@dataclass(frozen=True)
class Contradiction:
    """Two times of a quiz in the wrong order."""

    wrong: str
    choose: str  # what to choose instead
    earlier: datetime  # the one that should come first
    later: datetime
    shuts: bool = False  # so that nobody can take it at all

    def by(self, zone: tzinfo) -> timedelta:
        """How far it is from right on these clocks: as far as before when both dates move."""
        first, last = (at.astimezone(zone) for at in (self.earlier, self.later))
        return first.replace(tzinfo=None) - last.replace(tzinfo=None)


def contradictions(
    opens_at: datetime | None, due_at: datetime | None, closes_at: datetime | None
) -> Iterator[Contradiction]:
    """What is wrong with three times of a quiz, the gravest first."""
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        wrong = _("A quiz cannot close before it opens.")
        choose = _("Choose a later closing time.")
        yield Contradiction(wrong, choose, opens_at, closes_at, shuts=True)
    if opens_at is not None and due_at is not None and due_at <= opens_at:
        wrong = _("It cannot be due before it opens.")
        yield Contradiction(wrong, _("Choose a later time."), opens_at, due_at)
    if due_at is not None and closes_at is not None and closes_at < due_at:
        wrong = _("It cannot close before it is due.")
        yield Contradiction(wrong, _("Choose a later closing time."), due_at, closes_at)


def in_order(
    opens_at: datetime | None, due_at: datetime | None, closes_at: datetime | None
) -> None:
    """Raises `Refused` for times of a quiz that contradict each other."""
    for found in contradictions(opens_at, due_at, closes_at):
        raise Refused(f"{found.wrong} {found.choose}")


# --- For whom ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """The times of somebody in a quiz. Nobody's name: those of all who were given none."""

    quiz: Quiz
    whom: str
    times: Times


# By quiz, and by whose they are: "", a group or an enrolment, by primary key.
Standing = Mapping[tuple[int, str, int], Held]


def standing(
    quizzes: Collection[Quiz], cohort: Cohort, *, now: datetime, book: Book | None = None
) -> Standing:
    """The times that hold in these quizzes for a cohort at large, for each of its groups alone,
    and for each student who was given any, whoever has left included: they may come back.

    Four queries; `book` is what to go by instead of what is stored.
    """
    if book is None:
        book = Book([quiz.pk for quiz in quizzes], [cohort.pk])
    anybody = Enrolment(cohort=cohort)
    groups = {key: given for key, given in book.groups.items() if _sets_times(given)}
    special = {key[1] for key, given in book.own.items() if _sets_times(given)}
    shared = {group for _quiz, group in groups}
    special |= {pk for pk, theirs in book.groups_of.items() if not shared.isdisjoint(theirs)}
    people = list(
        Enrolment.objects.students()
        .filter(pk__in=special)
        .select_related("user")
        .order_by("user__name_key", "user__username")
    )
    found: dict[tuple[int, str, int], Held] = {}
    for quiz in quizzes:
        plan = book.schedules.get((quiz.pk, cohort.pk))
        found[quiz.pk, "", 0] = Held(quiz, "", _times(Person(anybody, quiz, plan, []), now))
        for (of_quiz, group), given in groups.items():
            if of_quiz == quiz.pk:
                whom = _("the group “%(name)s”") % {"name": given[0].group}
                times = _times(Person(anybody, quiz, plan, given), now)
                found[quiz.pk, "group", group] = Held(quiz, whom, times)
        for enrolment in people:
            enrolment.cohort = cohort
            times = _times(book.person(enrolment, quiz), now)
            found[quiz.pk, "person", enrolment.pk] = Held(quiz, str(enrolment.user), times)
    return found


def _sets_times(given: Sequence[Special]) -> bool:
    return any(getattr(special, field) is not None for special in given for field in SCHEDULED)


def _times(person: Person, now: datetime) -> Times:
    holds = person.at(now)
    return holds.opens_at.value, holds.due_at.value, holds.closes_at.value


# --- What a change would do --------------------------------------------------------------------


def trouble(before: Standing, after: Standing, *, cohort: Cohort, todo: str, now: datetime) -> str:
    """Which times contradict each other by a change that did not before, or less, for whom, and
    what to do; "" where there are none.

    Where those of the cohort at large do, it is said of them alone.
    """
    told: dict[Quiz, dict[tuple[str, str, Times], list[str]]]
    told = defaultdict(lambda: defaultdict(list))
    for key, held in after.items():
        # Who was given nothing had the times of everybody.
        was = before.get(key) or before[held.quiz.pk, "", 0]
        if made := _made(was.times, held.times, cohort.zone):
            told[held.quiz][made.wrong, made.choose, held.times].append(held.whom)
    said = []
    for quiz, by_times in list(told.items())[:MOST_NAMED]:
        for (wrong, choose, times), whom in by_times.items():
            sentence = _in_words(wrong, times, whom, cohort=cohort, now=now)
            said.append(f"{quiz.activity.title}: {sentence}")
            todo = todo or choose
            if "" in whom:
                break
    if not said:
        return ""
    return " ".join([*said[:MOST_NAMED], todo])


def _made(before: Times, after: Times, zone: tzinfo) -> Contradiction | None:
    """The gravest contradiction that a change makes or widens.

    To whom a quiz was shut before and still is, its due time is nothing.
    """
    had = {found.wrong: found for found in contradictions(*before)}
    for found in contradictions(*after):
        old = had.get(found.wrong)
        if old is None or found.by(zone) > old.by(zone):
            return found
        if found.shuts:
            return None
    return None


def _in_words(
    wrong: str, times: Times, whom: Sequence[str], *, cohort: Cohort, now: datetime
) -> str:
    opens, due, closes = (
        "–" if at is None else availability.clock(at, zone=cohort.zone, beside=now) for at in times
    )
    return _(
        "%(wrong)s With what stays as it is: opens %(opens)s, due %(due)s, closes %(closes)s for"
        " %(whom)s."
    ) % {
        "wrong": wrong,
        "opens": opens,
        "due": due,
        "closes": closes,
        "whom": _("everybody") if "" in whom else named(whom),
    }


def named(whom: Sequence[str]) -> str:
    """The first of some people, and how many more they are."""
    first, more = ", ".join(whom[:MOST_NAMED]), len(whom) - MOST_NAMED
    if more <= 0:
        return first
    return ngettext("%(named)s and %(n)d more", "%(named)s and %(n)d more", more) % {
        "named": first,
        "n": more,
    }


@contextmanager
def fitting(
    quizzes: Collection[Quiz], cohort: Cohort, *, now: datetime, todo: str = ""
) -> Iterator[None]:
    """Within, what holds in these quizzes changes: raises `Refused` if it leaves times that
    contradict each other. What did so before, and no less, stands in nobody's way.

    The caller holds the locks, and owns the transaction that this undoes. Eight queries at most.
    """
    before = standing(quizzes, cohort, now=now)
    yield
    after = standing(quizzes, cohort, now=now)
    if said := trouble(before, after, cohort=cohort, todo=todo, now=now):
        raise Refused(said)
