"""A cohort's calendar: the dates of all its quizzes, set or moved together, and its own days.

What moves is told before and done after, exactly that or nothing: the digest of a page is that of
what it showed. Locks are taken in the order of `quizzes.times.timing`.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from courses import cohorts
from courses.models import Cohort, User
from courses.refusals import Refused
from quizzes.models import Attempt, Override, OverrideMove, Quiz, Schedule
from quizzes.times import availability, fitting, reopening, timing
from quizzes.times.conditions import Schedule as Plan
from quizzes.times.fitting import Times
from quizzes.times.holding import SCHEDULED, Book

MOST_DAYS = 1000
MOVE_THOSE_TOO = (
    "Move what groups and people were given as well; or first give those who are named times that"
    " go with these, or take back what they were given."
)

NEVER: Times = (None, None, None)


@dataclass(frozen=True)
class Line:
    """A quiz and when this cohort may take it; None leaves a time to the cohort's own dates."""

    quiz: Quiz
    times: Times


@dataclass(frozen=True)
class Calendar:
    lines: Sequence[Line]

    @property
    def digest(self) -> str:
        return timing.digest_of([(line.quiz.pk, *line.times) for line in self.lines])

    @property
    def sentence(self) -> str:
        """The first line of the page, in words."""
        if not self.lines:
            return _("The course has no quizzes yet.")
        dated = sum(line.times != NEVER for line in self.lines)
        return _("%(dated)d of %(all)d quizzes have dates of their own.") % {
            "dated": dated,
            "all": len(self.lines),
        }


def calendar(cohort: Cohort) -> Calendar:
    """All quizzes of a cohort with their dates, in the order of the course; two queries."""
    planned: dict[int, Times] = {
        quiz: times
        for quiz, *times in Schedule.objects.filter(cohort=cohort).values_list("quiz", *SCHEDULED)
    }
    quizzes = (
        Quiz.objects.filter(activity__module__course=cohort.course_id)
        .select_related("activity__module")
        .order_by("activity__module__position", "activity__position", "pk")
    )
    return Calendar([Line(quiz, _three(planned.get(quiz.pk, NEVER))) for quiz in quizzes])


def _three(times: Sequence[datetime | None]) -> Times:
    opens_at, due_at, closes_at = times
    return opens_at, due_at, closes_at


def _check(line: Line, times: Times) -> None:
    try:
        fitting.in_order(*times)
    except Refused as refusal:
        raise Refused(f"{line.quiz.activity.title}: {refusal}") from None


def _write(cohort: Cohort, times: Mapping[int, Times]) -> None:
    Schedule.objects.bulk_create(
        [
            Schedule(quiz_id=quiz, cohort=cohort, **dict(zip(SCHEDULED, three, strict=True)))
            for quiz, three in sorted(times.items())
        ],
        update_conflicts=True,
        unique_fields=["quiz", "cohort"],
        update_fields=SCHEDULED,
    )


# --- Setting them ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Changed:
    quizzes: int
    ends: int  # of open attempts, that moved


def set_dates(
    cohort: Cohort,
    times: Mapping[int, Times],
    *,
    digest: str,
    by: User,
    now: datetime,
    although_seen: bool = False,
) -> Changed:
    """Set the dates of several quizzes, by number, all or none; open attempts follow.

    Raises `Refused` where dates contradict each other or what some were given, or somebody has
    changed some since the page with this digest was shown; `reopening.Seen` as
    `timing.set_schedule` does.
    """
    timing.instructor_only(by, cohort)
    with transaction.atomic():
        held, people = timing.hold(cohort)
        shown = calendar(cohort)
        if shown.digest != digest:
            raise Refused(
                _("Somebody has changed the dates meanwhile. Here is what you typed: compare it")
                + " "
                + _("with what holds now, and save again.")
            )
        changed = {}
        for line in shown.lines:
            wanted = times.get(line.quiz.pk, line.times)
            if wanted != line.times:
                _check(line, wanted)
                changed[line.quiz.pk] = wanted
        if not changed:
            return Changed(0, 0)
        quizzes = [line.quiz for line in shown.lines if line.quiz.pk in changed]
        with (
            reopening.nothing_seen(quizzes, cohort, people, although_seen=although_seen, now=now),
            fitting.fitting(quizzes, held, now=now, todo=_(timing.OTHER_TIMES)),
        ):
            _write(cohort, changed)
        concerned = Attempt.objects.filter(quiz__in=changed, enrolment__cohort=cohort)
        return Changed(len(changed), timing.follow(concerned, now=now))


# --- Moving them together ----------------------------------------------------------------------


@dataclass(frozen=True)
class Moved:
    """One date before and after; `note` says what the clocks did to it."""

    field: str
    before: datetime
    after: datetime
    note: str = ""


@dataclass(frozen=True)
class ShiftedLine:
    line: Line
    moved: Sequence[Moved]


@dataclass(frozen=True)
class ShiftedOverride:
    override: Override
    moved: Sequence[Moved]


@dataclass(frozen=True)
class Shift:
    """What moving all dates by some days would do."""

    days: int
    lines: Sequence[ShiftedLine]
    overrides: Sequence[ShiftedOverride]
    under_way: int  # open attempts in the quizzes concerned
    problem: str
    digest: str

    @property
    def dates(self) -> int:
        return sum(len(one.moved) for one in self.lines) + sum(
            len(one.moved) for one in self.overrides
        )


def plan_shift(cohort: Cohort, *, days: int, overrides: bool, now: datetime) -> Shift:
    """What moving all dates of a cohort by `days` would do, on its clocks; eight queries.

    With `overrides` also what groups and people were given and was not revoked; their expiry as
    well, unless it has passed.
    """
    if not days or abs(days) > MOST_DAYS:
        raise Refused(
            _("Write a number of days from 1 to %(most)d, or with a minus to go back.")
            % {"most": MOST_DAYS}
        )
    lines = [
        ShiftedLine(line, moved)
        for line in calendar(cohort).lines
        if (moved := _moved(zip(SCHEDULED, line.times, strict=True), days, cohort))
    ]
    given = []
    if overrides:
        for override in (
            Override.objects.filter(
                Q(enrolment__cohort=cohort) | Q(group__cohort=cohort), revoked_at__isnull=True
            )
            .select_related("quiz__activity", "enrolment__user", "group")
            .order_by("quiz", "pk")
        ):
            fields = [(field, getattr(override, field)) for field in SCHEDULED]
            if override.expires_at is not None and override.expires_at > now:
                fields.append(("expires_at", override.expires_at))
            if moved := _moved(fields, days, cohort):
                given.append(ShiftedOverride(override, moved))
    quizzes = {one.line.quiz.pk for one in lines} | {one.override.quiz_id for one in given}
    under_way = Attempt.objects.open().filter(quiz__in=quizzes, enrolment__cohort=cohort).count()
    return Shift(
        days,
        lines,
        given,
        under_way,
        _contradiction(lines, given) or _misfit(cohort, lines, given, overrides, now),
        timing.digest_of(
            (
                cohort.pk,
                cohort.time_zone,
                days,
                overrides,
                [(one.line.quiz.pk, one.moved) for one in lines],
                [(one.override.pk, one.moved) for one in given],
            )
        ),
    )


def _moved(fields: Any, days: int, cohort: Cohort) -> list[Moved]:
    return [
        Moved(field, at, *availability.shifted(at, days=days, zone=cohort.zone))
        for field, at in fields
        if at is not None
    ]


def _contradiction(lines: Sequence[ShiftedLine], given: Sequence[ShiftedOverride]) -> str:
    """Two times may change places only where the clocks skip an hour; the first such case."""
    named = [(one.line.quiz, one.moved) for one in lines]
    named += [(one.override.quiz, one.moved) for one in given]
    for quiz, moved in named:
        after = {one.field: one.after for one in moved}
        try:
            fitting.in_order(*(after.get(field) for field in SCHEDULED))
        except Refused as refusal:
            return f"{quiz.activity.title}: {refusal}"
    return ""


def _misfit(
    cohort: Cohort,
    lines: Sequence[ShiftedLine],
    given: Sequence[ShiftedOverride],
    overrides: bool,
    now: datetime,
) -> str:
    """What does not go together when these have moved and all else has not; four queries."""
    quizzes = {one.line.quiz.pk: one.line.quiz for one in lines}
    quizzes |= {one.override.quiz_id: one.override.quiz for one in given}
    book = Book(quizzes, [cohort.pk])
    before = fitting.standing(quizzes.values(), cohort, now=now, book=book)
    for line in lines:
        after: dict[str, Any] = {moved.field: moved.after for moved in line.moved}
        book.schedules[line.line.quiz.pk, cohort.pk] = Plan(**after)
    moved_to: dict[int, dict[str, Any]] = {
        one.override.pk: {moved.field: moved.after for moved in one.moved} for one in given
    }
    for specials in (*book.own.values(), *book.groups.values()):
        specials[:] = [replace(special, **moved_to.get(special.number, {})) for special in specials]
    return fitting.trouble(
        before,
        fitting.standing(quizzes.values(), cohort, now=now, book=book),
        cohort=cohort,
        todo=_(timing.OTHER_TIMES) if overrides else _(MOVE_THOSE_TOO),
        now=now,
    )


def shift(
    cohort: Cohort,
    *,
    days: int,
    overrides: bool,
    digest: str,
    by: User,
    now: datetime,
    although_seen: bool = False,
) -> Changed:
    """Move all dates as the preview with this digest said; open attempts follow.

    Raises `Refused` if anything has changed since; `reopening.Seen` as `timing.set_schedule` does.
    """
    timing.instructor_only(by, cohort)
    with transaction.atomic():
        cohort, people = timing.hold(cohort)
        agreed = plan_shift(cohort, days=days, overrides=overrides, now=now)
        if agreed.digest != digest:
            raise Refused(
                _("Something has changed since the preview. Look at it again before you go on.")
            )
        if agreed.problem:
            raise Refused(agreed.problem)
        new: dict[int, Times] = {}
        for one in agreed.lines:
            after = {moved.field: moved.after for moved in one.moved}
            new[one.line.quiz.pk] = _three([after.get(field) for field in SCHEDULED])
        later = {line.line.quiz.pk: line.line.quiz for line in agreed.lines}
        later |= {given.override.quiz_id: given.override.quiz for given in agreed.overrides}
        quizzes = list(later.values())
        with reopening.nothing_seen(quizzes, cohort, people, although_seen=although_seen, now=now):
            _write(cohort, new)
            for given in agreed.overrides:
                for moved in given.moved:
                    setattr(given.override, moved.field, moved.after)
            Override.objects.bulk_update(
                [given.override for given in agreed.overrides], [*SCHEDULED, "expires_at"]
            )
        OverrideMove.objects.bulk_create(
            OverrideMove(
                override=given.override,
                field=moved.field,
                before=moved.before,
                after=moved.after,
                by=by,
                made_at=now,
            )
            for given in agreed.overrides
            for moved in given.moved
        )
        concerned = Attempt.objects.filter(quiz__in=quizzes, enrolment__cohort=cohort)
        return Changed(len(quizzes), timing.follow(concerned, now=now))


# --- The cohort's own days ---------------------------------------------------------------------


def change_cohort(
    cohort: Cohort,
    *,
    title: str,
    starts_on: date,
    ends_on: date | None,
    time_zone: str,
    seen: Mapping[str, str],
    by: User,
    now: datetime,
    although_seen: bool = False,
) -> int:
    """Change what a cohort is called, its days and its zone; how many open attempts' ends moved.

    Dates of quizzes stay the moments they are: another zone only shows them on other clocks.
    `seen` are the `cohorts.details` that the person had before them: raises `Refused`, with
    nothing changed, if somebody has changed them since, or a quiz would close before it opens;
    `reopening.Seen` as `timing.set_schedule`.
    """
    timing.instructor_only(by, cohort)
    cohorts.in_order(starts_on, ends_on)
    with transaction.atomic():
        found, _people = timing.hold(cohort)
        cohorts.still_as_seen(found, seen)
        was = copy(found)
        found.title, found.starts_on, found.ends_on = title, starts_on, ends_on
        found.time_zone = time_zone
        fitting_days(was, found, now=now)
        reopening.same_chances(was, found, although_seen=although_seen, now=now)
        found.save(update_fields=["title", "starts_on", "ends_on", "time_zone"])
        return timing.settings_changed(found, now=now)


def fitting_days(was: Cohort, becomes: Cohort, *, now: datetime) -> None:
    """Raises `Refused` if a cohort as it `becomes` would end before one of its quizzes opens or is
    due; before it is stored. Five queries."""
    quizzes = [line.quiz for line in calendar(was).lines]
    book = Book([quiz.pk for quiz in quizzes], [was.pk])
    before, after = (
        fitting.standing(quizzes, cohort, now=now, book=book) for cohort in (was, becomes)
    )
    todo = _("Change these dates first, or choose another last day.")
    if said := fitting.trouble(before, after, cohort=becomes, todo=todo, now=now):
        raise Refused(said)
