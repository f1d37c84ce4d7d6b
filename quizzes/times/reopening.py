"""What lets somebody earn more after the answers of an exam may have been seen, and asks first.

One rule for every way by which that happens: `nothing_seen` around a change, `same_chances` before
a row is stored.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, repeat
from math import inf

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Cohort, Enrolment, GradeColumn
from courses.refusals import ToBeMeant
from quizzes.models import Attempt, Quiz
from quizzes.seeing import visibility
from quizzes.sitting import composing
from quizzes.times.ends import last_ends
from quizzes.times.holding import Book, Person


class Seen(ToBeMeant):
    """More can be earned than before, after answers may have been seen.

    `warning` is that without the tick that a page asks for.
    """

    def __init__(self, quiz: Quiz, seen: int) -> None:
        self.warning = f"{quiz.activity.title}: {in_words(seen)}"
        tick = _("Tick “Do it all the same” if you mean it.")
        super().__init__(f"{self.warning} {tick}")


@dataclass(frozen=True)
class Seers:
    """In which attempts students may have seen answers by now, of which exams."""

    of: Mapping[Quiz, Collection[int]]  # by exam, itself and those that may ask the same
    attempts: QuerySet[Attempt]

    def count(self, exam: Quiz) -> int:
        """How many students; one query."""
        of_exam = self.attempts.filter(quiz__in=self.of[exam])
        return of_exam.order_by().values("enrolment__user").distinct().count()

    def exams(self) -> list[Quiz]:
        """Those of which there are any; one query however many."""
        found = set(self.attempts.order_by().values_list("quiz", flat=True).distinct())
        return [exam for exam, keys in self.of.items() if not found.isdisjoint(keys)]


def seers(quizzes: Collection[Quiz], *, cohort: Cohort, now: datetime) -> Seers:
    """Who may have seen answers of these exams by now.

    Once one is over for everybody, all who handed in and whose marks are not hidden; besides all
    to whom a result has shown them, even if it was opened again since. A key belongs to its
    question: whoever has seen that of another exam that may ask the same one counts too. Other
    quizzes show their answers while some are still at work, and say so: for them it is nobody.
    Three queries, and twice those of `composing.kin`; none without an exam.
    """
    exams = [quiz for quiz in quizzes if quiz.review == visibility.Policy.EXAM]
    if not exams:
        return Seers({}, Attempt.objects.none())
    kin = composing.kin(exams)
    all_of_them = {quiz.pk: quiz for quiz in (*chain(*kin.values()), *exams)}
    ends = last_ends(list(all_of_them.values()), cohorts={cohort.pk}, now=now)
    over = [key for key, end in ends.items() if end.at is not None and end.at <= now]
    hidden = GradeColumn.objects.filter(
        cohort=OuterRef("enrolment__cohort"), activity=OuterRef("quiz__activity"), hidden=True
    ).order_by()
    seen = Q(shown_at__isnull=False) | Q(
        ~Exists(hidden),
        quiz__in=over,
        state=Attempt.State.SUBMITTED,
        submitted_at__lte=now - visibility.JUST_AFTER,
    )
    return Seers(
        {exam: {exam.pk, *(other.pk for other in kin[exam.pk])} for exam in exams},
        Attempt.objects.filter(seen, quiz__in=all_of_them),
    )


def may_have_seen(quiz: Quiz, *, cohort: Cohort, now: datetime) -> int:
    """How many students may have seen answers of a quiz by now: 0 unless it is an exam."""
    who = seers([quiz], cohort=cohort, now=now)
    return who.count(quiz) if who.of else 0


def in_words(seen: int) -> str:
    """What to know before more is given."""
    return ngettext(
        "%(n)d student may have seen these answers already. Whoever is given more time or another"
        " attempt now may know them from there.",
        "%(n)d students may have seen these answers already. Whoever is given more time or another"
        " attempt now may know them from there.",
        seen,
    ) % {"n": seen}


# How much of what another attempt earns counts for who has handed one in.
WORTH_OF_ANOTHER: Mapping[str, int] = {
    Quiz.GradeMethod.FIRST: 0,
    Quiz.GradeMethod.AVERAGE: 1,
    Quiz.GradeMethod.LAST: 2,
    Quiz.GradeMethod.HIGHEST: 2,
}
# What somebody can earn in a quiz from now on, as numbers that grow with it; empty for nothing.
Chance = tuple[float, ...]


def _chance(person: Person, now: datetime) -> Chance:
    holds, quiz = person.at(now), person.quiz
    close, limit = holds.closes_at.value, holds.time_limit.value
    if person.enrolment.withdrawn_at is not None or (close is not None and close <= now):
        return ()
    allowed, due, late = holds.attempts_allowed.value, holds.due_at.value, holds.late
    costs = due is not None and late.penalty > 0 and late.most > 0
    return (
        inf if close is None else close.timestamp(),
        inf if allowed is None else allowed,
        inf if limit is None else float(limit * holds.time_factor),
        -quiz.delay_first,
        -quiz.delay_later,
        not quiz.leaves_out_known,
        due.timestamp() if due is not None and costs else inf,
        -float(late.penalty) if costs else 0,
        -float(late.most) if costs else 0,
        0 if allowed == 1 else WORTH_OF_ANOTHER[quiz.grade_method],
    )


def _gains(before: Chance, after: Chance) -> bool:
    """Whether more can be earned than before. Who could earn nothing counts: it may be a start."""
    return any(more > less for more, less in zip(after, before or repeat(-inf), strict=False))


def exams_of(cohort: Cohort) -> list[Quiz]:
    """The quizzes of a cohort's course whose answers wait for their end, in its order."""
    return list(
        Quiz.objects.filter(
            review=visibility.Policy.EXAM, activity__module__course=cohort.course_id
        )
        .select_related("activity__module")
        .order_by("activity__module__position", "activity__position", "pk")
    )


@contextmanager
def nothing_seen(
    quizzes: Collection[Quiz],
    cohort: Cohort,
    people: Collection[int],
    *,
    although_seen: bool,
    now: datetime,
) -> Iterator[None]:
    """Within, the conditions of these enrolments change: raises `Seen` if any gains too late.

    The one rule on what lets somebody earn again with answers that may be known; `same_chances`
    is it for a row that is about to be stored. However many exams there are, one query where
    `seers` finds nobody, besides its own; nine more at most where there is somebody.
    """
    who = seers([] if although_seen else quizzes, cohort=cohort, now=now)
    exams = who.exams() if who.of else []
    # As they are now, and not when the page was asked for.
    stored = Quiz.objects.in_bulk([exam.pk for exam in exams])

    def chances() -> dict[tuple[int, int], Chance]:
        book = Book(stored, [cohort.pk])
        return {
            (quiz.pk, enrolment.pk): _chance(book.person(enrolment, quiz), now)
            for enrolment in Enrolment.objects.filter(pk__in=people).select_related("cohort")
            for quiz in stored.values()
        }

    before = chances() if exams else {}
    yield
    after = chances() if exams else {}
    for exam in exams:
        if any(_gains(before[key], chance) for key, chance in after.items() if key[0] == exam.pk):
            raise Seen(exam, who.count(exam))


def same_chances(
    was: Cohort | Enrolment | Quiz,
    becomes: Cohort | Enrolment | Quiz,
    *,
    although_seen: bool,
    now: datetime,
) -> None:
    """Raises `Seen` if a row as it `becomes` would let somebody earn more, too late.

    A cohort's last day or zone, a person's time factor or return, a quiz's settings; before it is
    stored. Six queries where nobody gains, however many exams there are; for each cohort where
    somebody does, those of `seers` and one.
    """
    if although_seen:
        return
    people = Enrolment.objects.select_related("cohort").order_by("pk")
    if isinstance(was, Quiz):
        course = was.activity.module.course_id
        exams = [was] if was.review == visibility.Policy.EXAM else []
        people = people.filter(cohort__course=course)
    elif isinstance(was, Cohort):
        exams, people = exams_of(was), people.filter(cohort=was)
    else:
        exams, people = exams_of(was.cohort), people.filter(pk=was.pk)
    rows = list(people) if exams else []
    book = Book([exam.pk for exam in exams], {row.cohort_id for row in rows})

    def chance(row: Enrolment, exam: Quiz, as_it: Cohort | Enrolment | Quiz) -> Chance:
        if isinstance(as_it, Cohort):
            row.cohort = as_it
        found = book.person(
            as_it if isinstance(as_it, Enrolment) else row,
            as_it if isinstance(as_it, Quiz) else exam,
        )
        return _chance(found, now)

    gaining: dict[Cohort, dict[Quiz, None]] = defaultdict(dict)
    for row in rows:
        for exam in exams:
            if _gains(chance(row, exam, was), chance(row, exam, becomes)):
                gaining[row.cohort][exam] = None
    for cohort, theirs in gaining.items():
        who = seers(theirs, cohort=cohort, now=now)
        for exam in who.exams():
            raise Seen(exam, who.count(exam))
