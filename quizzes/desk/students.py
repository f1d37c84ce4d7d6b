"""Reads: all that is known of one student in one cohort, for those who teach them.

A student's rows are few (some hundred), so the timeline is put together here and paged after.
Nothing here writes: an attempt whose time is over is told as such, and left for others to close.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import correspondence
from courses.models import (
    Activity,
    Enrolment,
    GradeChange,
    Group,
    Look,
    Message,
    Note,
    Record,
    User,
)
from quizzes.desk import overview
from quizzes.desk.overview import Concern
from quizzes.marks import grading
from quizzes.models import (
    Attempt,
    CheckpointAnswer,
    Contest,
    Mark,
    Override,
    Response,
    Reveal,
)
from quizzes.reporting.analysis import Asked
from quizzes.seeing.visibility import EVERYTHING
from quizzes.sitting import attempts as verbs
from quizzes.sitting import reports, trials
from quizzes.sitting.reports import Result, ReviewedQuestion
from quizzes.times import timing
from quizzes.times.availability import in_words
from quizzes.times.holding import Book


class What(StrEnum):
    """What an event of the timeline is about; the page filters by it."""

    READING = "reading"
    ATTEMPTS = "attempts"
    MARKS = "marks"
    TIMES = "times"
    MESSAGES = "messages"


@dataclass(frozen=True)
class Event:
    """Something that happened: a sentence, what was said about it, and where to read more."""

    at: datetime
    what: What
    sentence: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class Line:
    """A sentence that asks for a look, and where."""

    sentence: str
    url: str = ""


@dataclass(frozen=True)
class Sitting:
    """An attempt. `percentage` is what staff may see: None without a mark."""

    attempt: Attempt
    state: str
    late: bool
    overdue: bool
    percentage: Decimal | None
    saved: int  # answers stored, every version counted
    last_saved: datetime | None
    url: str
    log_url: str


@dataclass(frozen=True)
class Grade:
    """What counts of a quiz: `effective` as everywhere, None where excused or without a mark."""

    activity: Activity
    effective: Decimal | None
    excused: bool
    by_hand: bool
    sittings: Sequence[Sitting]


@dataclass(frozen=True)
class Special:
    """An override of theirs or of a group of theirs."""

    override: Override
    changes: Sequence[tuple[str, Any]]
    state: str  # holds, expired, revoked
    url: str


@dataclass(frozen=True)
class Standing:
    """How many of the steps that everybody does are done, and when they were last seen."""

    done: int
    of: int
    last: datetime | None


@dataclass(frozen=True)
class Student:
    enrolment: Enrolment
    standing: Standing | None  # None for those who have left
    attention: Sequence[Line]
    grades: Sequence[Grade]
    specials: Sequence[Special]
    groups: Sequence[Group]
    events: Sequence[Event]  # newest first
    unread: int
    last_message: int  # the number of the student's last one; 0 without any

    @property
    def sentence(self) -> str:
        """The first line of the page, in words."""
        said = [*self._standing()]
        if self.attention:
            said.append(
                ngettext(
                    "%(count)d thing needs a look.",
                    "%(count)d things need a look.",
                    len(self.attention),
                )
                % {"count": len(self.attention)}
            )
        else:
            said.append(_("Nothing needs a look."))
        return " ".join(said)

    def _standing(self) -> Iterator[str]:
        who = {"person": self.enrolment.user.get_short_name()}
        if self.enrolment.withdrawn_at is not None:
            at = {"at": day(self.enrolment.withdrawn_at)}
            yield _("%(person)s left this cohort on %(at)s.") % {**who, **at}
        if self.standing is None:
            return
        if not self.standing.of:
            yield _("The course has no steps yet.")
        elif not self.standing.done:
            yield _("%(person)s has done none of the steps that everybody does.") % who
        else:
            figures = {"done": self.standing.done, "all": self.standing.of}
            yield ngettext(
                "%(person)s has done %(done)d of %(all)d step.",
                "%(person)s has done %(done)d of %(all)d steps.",
                self.standing.of,
            ) % {**who, **figures}
        if self.standing.last is None:
            yield _("Not seen yet.")
        else:
            yield _("Last seen: %(at)s.") % {"at": day(self.standing.last)}


def day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M Y, H:i")


def student(enrolment: Enrolment, *, now: datetime) -> Student:
    """The whole page but its notes, messages and looks; some thirty queries, whatever they did.

    Needs `enrolment.user` and `enrolment.cohort`. Speaks in the current time zone.
    """
    activities = list(
        Activity.objects.filter(module__course=enrolment.cohort.course_id).order_by(
            "module__position", "module_id", "position", "pk"
        )
    )
    records = {row.activity_id: row for row in Record.objects.filter(enrolment=enrolment)}
    sittings = _sittings(enrolment, now)
    groups = list(Group.objects.filter(members=enrolment))
    specials = _specials(enrolment, groups, now)
    practised = list(
        CheckpointAnswer.objects.filter(enrolment=enrolment)
        .order_by("answered_at")
        .values_list("answered_at", "fraction")
    )
    contests = list(
        Contest.objects.filter(enrolment=enrolment)
        .select_related("item__attempt__quiz__activity", "answered_by")
        .defer("item__attempt__sections", "item__order")
    )
    written = list(
        Message.objects.filter(enrolment=enrolment).select_related("by").order_by("made_at", "pk")
    )
    theirs = [one for one in written if one.by_id == enrolment.user_id]
    unread = [one for one in theirs if one.read_at is None]
    events = [
        *_joining(enrolment),
        *_reading(activities, records),
        *_practice(practised),
        *_attempts(sittings),
        *_marks(enrolment, {sitting.attempt.pk: sitting for sitting in sittings}),
        *_changes(enrolment),
        *_contested(enrolment, contests),
        *_given(specials, enrolment),
        *_revealed(enrolment),
        *_messages(written, enrolment),
    ]
    standing, needs = _in_class(enrolment, now=now)
    return Student(
        enrolment=enrolment,
        standing=standing,
        attention=_attention(enrolment, sittings, contests, len(unread), needs),
        grades=_grades(activities, records, sittings),
        specials=specials,
        groups=groups,
        events=sorted(events, key=lambda event: event.at, reverse=True),
        unread=len(unread),
        last_message=theirs[-1].pk if theirs else 0,
    )


def _in_class(enrolment: Enrolment, *, now: datetime) -> tuple[Standing | None, Sequence[Concern]]:
    """How far they are and what worries, as the overview counts it; at most twelve queries.

    Whoever has left is in no number there.
    """
    if enrolment.withdrawn_at is not None:
        return None, ()
    taught = overview.read_class(enrolment.cohort, now=now, only=enrolment.pk)
    if not taught.people:
        return None, ()  # left since the enrolment was read
    (person,) = taught.people
    found = next((one.concerns for one in overview.needing_help(taught)), ())
    return Standing(person.done, taught.total, person.last), found


# --- Attempts ----------------------------------------------------------------------------------


def _handed_in(attempt: Attempt) -> bool:
    """Whether the student handed it in, not the clock."""
    return attempt.state == Attempt.State.SUBMITTED and attempt.submitted_at != attempt.deadline


def _sittings(enrolment: Enrolment, now: datetime) -> list[Sitting]:
    """Their attempts, as they began; four queries."""
    saved = Response.objects.filter(item__attempt=OuterRef("pk")).order_by()
    rows: list[Any] = list(
        Attempt.objects.filter(enrolment=enrolment)
        .select_related("quiz__activity", "acceptance__by")
        .defer("sections", "sheet")
        .annotate(
            saved=Subquery(saved.values("item__attempt").annotate(n=Count("pk")).values("n")),
            last_saved=Subquery(
                saved.values("item__attempt").annotate(at=Max("saved_at")).values("at")
            ),
        )
        .order_by("started_at", "pk")
    )
    book = Book([row.quiz_id for row in rows], [enrolment.cohort_id])
    found = []
    for row in rows:
        row.enrolment = enrolment
        holds = book.person(enrolment, row.quiz).at(row.started_at)
        submitted = row.state == Attempt.State.SUBMITTED
        overdue = row.is_open and verbs.is_overdue(row, now)
        cohort, number = enrolment.cohort_id, str(row.pk)
        found.append(
            Sitting(
                attempt=row,
                state=_state(row, overdue),
                late=submitted and holds.is_late(row.submitted_at),
                overdue=overdue,
                percentage=grading.effective(row.score, row.out_of, row.deduction)
                if submitted and row.score is not None
                else None,
                saved=row.saved or 0,
                last_saved=row.last_saved,
                url=reverse("quizzes:students_attempt", args=[cohort, number]),
                log_url=reverse("quizzes:students_log", args=[cohort, number]),
            )
        )
    return found


def _state(attempt: Attempt, overdue: bool) -> str:
    if overdue:
        return _("time is over, not closed yet")
    if attempt.state == Attempt.State.SUBMITTED and attempt.score is None:
        return _("waits to be marked")
    return attempt.get_state_display()


def _grades(
    activities: Iterable[Activity], records: Mapping[int, Record], sittings: Sequence[Sitting]
) -> list[Grade]:
    """Every quiz that was begun or marked, in the order of the course, with its attempts."""
    of_quiz: dict[int, list[Sitting]] = {}
    for sitting in sittings:
        of_quiz.setdefault(sitting.attempt.quiz.activity_id, []).append(sitting)
    found = []
    for activity in activities:
        record, tries = records.get(activity.pk), of_quiz.get(activity.pk, [])
        marked = record is not None and (record.effective is not None or record.excused)
        if not tries and not marked:
            continue
        found.append(
            Grade(
                activity=activity,
                effective=record.effective if record else None,
                excused=record is not None and record.excused,
                by_hand=record is not None and record.override is not None,
                sittings=tries,
            )
        )
    return found


# --- What needs a look -------------------------------------------------------------------------


def _attention(
    enrolment: Enrolment,
    sittings: Sequence[Sitting],
    contests: Sequence[Contest],
    unread: int,
    concerns: Sequence[Concern],
) -> list[Line]:
    """What somebody should look at, the most pressing first."""
    found = []
    if unread:
        said = ngettext(
            "%(count)d message waits to be read.", "%(count)d messages wait to be read.", unread
        )
        found.append(Line(said % {"count": unread}, "#messages"))
    for sitting in sittings:
        names = {"attempt": _name(sitting.attempt)}
        if sitting.overdue:
            found.append(
                Line(
                    _("The time of %(attempt)s is over; it is not closed yet.") % names,
                    sitting.url,
                )
            )
        elif sitting.attempt.is_open:
            found.append(Line(_("%(attempt)s is under way.") % names, sitting.url))
        elif sitting.percentage is None and sitting.attempt.state == Attempt.State.SUBMITTED:
            found.append(Line(_("%(attempt)s waits to be marked.") % names, sitting.url))
    found += [
        Line(
            _("Question %(position)d of %(attempt)s is contested.")
            % {"position": one.item.position, "attempt": _name(one.item.attempt)},
            _there(enrolment, one.item.attempt_id, one.item.position),
        )
        for one in contests
        if one.state == Contest.State.OPEN
    ]
    return found + [Line(one.words, one.url) for one in concerns]


def _name(attempt: Attempt) -> str:
    return _("attempt %(number)d at %(title)s") % {
        "number": attempt.number,
        "title": attempt.quiz.activity.title,
    }


def _there(enrolment: Enrolment, attempt: UUID, position: int | None = None) -> str:
    """The attempt's page as staff see all of it, at a question."""
    url = reverse("quizzes:students_attempt", args=[enrolment.cohort_id, attempt])
    return url if position is None else f"{url}?as=staff#q{position}"


# --- The timeline ------------------------------------------------------------------------------


def _joining(enrolment: Enrolment) -> list[Event]:
    found = [Event(enrolment.joined_at, What.READING, _("Joined the cohort"))]
    if enrolment.withdrawn_at is not None:
        found.append(Event(enrolment.withdrawn_at, What.READING, _("Left the cohort")))
    return found


def _reading(activities: Iterable[Activity], records: Mapping[int, Record]) -> list[Event]:
    found = []
    for activity in activities:
        record = records.get(activity.pk)
        if record is None or activity.kind != Activity.Kind.LESSON:
            continue
        title = {"title": activity.title}
        if record.completed_at is not None:
            found.append(Event(record.completed_at, What.READING, _("Read %(title)s") % title))
        elif record.started_at is not None:
            said = _("Began %(title)s, and does not say that it is read")
            found.append(Event(record.started_at, What.READING, said % title))
    return found


def _practice(answers: Sequence[tuple[datetime, Decimal]]) -> list[Event]:
    """Questions in lessons, a line for each day."""
    found = []
    for _date, group in groupby(answers, key=lambda answer: timezone.localtime(answer[0]).date()):
        of_day = list(group)
        said = ngettext(
            "Answered %(count)d question in lessons, %(right)d right",
            "Answered %(count)d questions in lessons, %(right)d right",
            len(of_day),
        )
        right = sum(fraction == 1 for _at, fraction in of_day)
        figures = {"count": len(of_day), "right": right}
        found.append(Event(of_day[-1][0], What.READING, said % figures))
    return found


def _attempts(sittings: Sequence[Sitting]) -> list[Event]:
    found = []
    for sitting in sittings:
        attempt = sitting.attempt
        name = {"attempt": _name(attempt)}
        found.append(
            Event(
                attempt.started_at, What.ATTEMPTS, _("Started %(attempt)s") % name, url=sitting.url
            )
        )
        if attempt.submitted_at is not None:
            said = _ended(attempt, late=sitting.late) % name
            told = "" if sitting.percentage is None else f"{sitting.percentage.normalize():f} %"
            found.append(Event(attempt.submitted_at, What.ATTEMPTS, said, told, sitting.url))
        accepted = getattr(attempt, "acceptance", None)
        if accepted is not None:
            said = _("%(by)s counted %(attempt)s after all") % {**name, "by": accepted.by}
            found.append(Event(accepted.made_at, What.MARKS, said, accepted.reason, sitting.url))
    return found


def _ended(attempt: Attempt, *, late: bool) -> str:
    if attempt.state == Attempt.State.ABANDONED or getattr(attempt, "acceptance", None):
        return _("The time of %(attempt)s ended; it was not handed in")
    if not _handed_in(attempt):
        return _("The time of %(attempt)s ended; what was saved was handed in")
    return _("Handed in %(attempt)s, late") if late else _("Handed in %(attempt)s")


def _marks(enrolment: Enrolment, known: Mapping[UUID, Sitting]) -> list[Event]:
    """What a person or a regrade decided, question by question; not what was marked at once."""
    rows = (
        Mark.objects.filter(item__attempt__enrolment=enrolment)
        .filter(Q(by__isnull=False) | Q(regrade__isnull=False) | ~Q(reason=""))
        .select_related("by", "regrade__by", "item")
        .defer("item__order")
        .order_by("pk")
    )
    found = []
    for mark in rows:
        item = mark.item
        sitting = known.get(item.attempt_id)
        if sitting is None:
            continue  # begun since the attempts were read
        who = mark.by or (mark.regrade.by if mark.regrade else None)
        said = (
            _("Regraded: question %(position)d of %(attempt)s, %(score)s of %(points)s")
            if mark.regrade_id
            else _("Marked: question %(position)d of %(attempt)s, %(score)s of %(points)s")
        ) % {
            "position": item.position,
            "attempt": _name(sitting.attempt),
            "score": f"{grading.shown(mark.score).normalize():f}",
            "points": f"{grading.shown(item.points).normalize():f}",
        }
        why = mark.reason or (mark.regrade.reason if mark.regrade else "")
        url = _there(enrolment, item.attempt_id, item.position)
        found.append(Event(mark.made_at, What.MARKS, said, _by(who, why), url))
    return found


def _by(who: object, why: str = "") -> str:
    """“Ada Lindqvist: the key was wrong”, as far as it is known."""
    return ": ".join(str(part) for part in (who, why) if part)


def _changes(enrolment: Enrolment) -> list[Event]:
    found = []
    for change in GradeChange.objects.filter(enrolment=enrolment).select_related("activity", "by"):
        title = {"title": change.activity.title}
        if change.excused:
            said = _("Excused from %(title)s") % title
        elif change.percentage is None:
            said = _("The grade of %(title)s counts again as it was earned") % title
        else:
            figure = {"percent": f"{change.percentage.normalize():f}"}
            said = _("The grade of %(title)s was set to %(percent)s %%") % {**title, **figure}
        found.append(Event(change.made_at, What.MARKS, said, _by(change.by, change.reason)))
    return found


def _contested(enrolment: Enrolment, contests: Sequence[Contest]) -> list[Event]:
    found = []
    for one in contests:
        names = {"position": one.item.position, "attempt": _name(one.item.attempt)}
        url = _there(enrolment, one.item.attempt_id, one.item.position)
        said = _("Contested question %(position)d of %(attempt)s") % names
        found.append(Event(one.made_at, What.MARKS, said, one.reason, url))
        if one.answered_at is not None:
            accepted = one.state == Contest.State.ACCEPTED
            said = (
                _("The contest of question %(position)d of %(attempt)s was accepted")
                if accepted
                else _("The contest of question %(position)d of %(attempt)s was declined")
            ) % names
            told = _by(one.answered_by, one.answer)
            found.append(Event(one.answered_at, What.MARKS, said, told, url))
    return found


def _revealed(enrolment: Enrolment) -> list[Event]:
    rows = Reveal.objects.filter(enrolment=enrolment).select_related("quiz__activity")
    said = _("Asked for the answers of %(title)s, which ended their attempts at it")
    return [
        Event(row.made_at, What.ATTEMPTS, said % {"title": row.quiz.activity.title}) for row in rows
    ]


def _messages(written: Sequence[Message], enrolment: Enrolment) -> list[Event]:
    return [
        Event(
            one.made_at,
            What.MESSAGES,
            _("Wrote a message")
            if one.by_id == enrolment.user_id
            else _("%(by)s wrote a message") % {"by": one.by},
            one.body,
            "#messages",
        )
        for one in written
    ]


# --- What is different for them ----------------------------------------------------------------


def _specials(enrolment: Enrolment, groups: Sequence[Group], now: datetime) -> list[Special]:
    """What they and their groups were given in quizzes, the newest first; one query."""
    rows: QuerySet[Override] = (
        Override.objects.filter(Q(enrolment=enrolment) | Q(group__in=groups))
        .select_related("quiz__activity", "group", "by", "revoked_by")
        .prefetch_related("moves__by")
        .order_by("-made_at", "-pk")
    )
    return [
        Special(
            row,
            _different(row),
            _standing(row, now),
            reverse("quizzes:timing", args=[enrolment.cohort_id, row.quiz.activity.key]),
        )
        for row in rows
    ]


def _standing(override: Override, now: datetime) -> str:
    if override.revoked_at is not None:
        return "revoked"
    expired = override.expires_at is not None and override.expires_at <= now
    return "expired" if expired else "holds"


def _different(override: Override) -> list[tuple[str, str]]:
    """What it changes, in words."""
    limit = override.time_limit
    pairs = [
        (_("opens"), override.opens_at and day(override.opens_at)),
        (_("due"), override.due_at and day(override.due_at)),
        (_("closes"), override.closes_at and day(override.closes_at)),
        (_("time limit"), None if limit is None else in_words(limit)),
        (_("attempts"), override.attempts_allowed and str(override.attempts_allowed)),
    ]
    return [(label, value) for label, value in pairs if value]


def _given(specials: Sequence[Special], enrolment: Enrolment) -> list[Event]:
    found = []
    for special in specials:
        row = special.override
        changes = ", ".join(f"{label} {value}" for label, value in special.changes)
        whom = {
            "title": row.quiz.activity.title,
            "changes": changes,
            "group": row.group.name if row.group else "",
        }
        said = (
            _("The group %(group)s was given other conditions in %(title)s: %(changes)s")
            if row.group
            else _("Was given other conditions in %(title)s: %(changes)s")
        )
        told = _by(row.by, row.reason)
        found.append(Event(row.made_at, What.TIMES, said % whom, told, special.url))
        for what, move in timing.moves_of(row):
            moved = {**whom, "what": what, "before": day(move.before), "after": day(move.after)}
            said = _("With all dates, in %(title)s: %(what)s moved from %(before)s to %(after)s")
            found.append(Event(move.made_at, What.TIMES, said % moved, _by(move.by), special.url))
        if row.revoked_at is not None:
            said = (
                _("What the group %(group)s was given in %(title)s was taken back")
                if row.group
                else _("What was given in %(title)s was taken back")
            )
            told = _by(row.revoked_by)
            found.append(Event(row.revoked_at, What.TIMES, said % whom, told, special.url))
    return found


# --- Notes and looks ---------------------------------------------------------------------------


def notes(enrolment: Enrolment) -> QuerySet[Note]:
    """The notes on a student, withdrawn ones too, the newest first."""
    return Note.objects.filter(enrolment=enrolment).select_related("by")


@dataclass(frozen=True)
class Looked:
    """Who looked at what, in words, the first time within an hour."""

    at: datetime
    by: str
    page: str


# What a row of `Look` calls a page: a word, and the number of an attempt or of an activity
# (`correspondence.MARK` is another of these).
PAGE, ATTEMPT, LOG, LISTED = "student", "attempt", "log", "listed"
FILED, POLICY = "file", "policy"
OF_QUIZZES = (FILED, POLICY, correspondence.MARK)


def looks(enrolment: Enrolment) -> QuerySet[Look]:
    """The looks at a student's pages, the newest first; `looked` puts them into words."""
    return Look.objects.filter(enrolment=enrolment).select_related("by")


def listed(attempts: Iterable[Attempt], *, by: User, now: datetime) -> None:
    """Keep that somebody looked at a list which shows answers of these attempts with names."""
    pages = {(attempt.enrolment_id, f"{LISTED} {attempt.pk}") for attempt in attempts}
    correspondence.look_at_each(pages, by=by, now=now)


def filed(asked: Asked, *, by: User, now: datetime) -> None:
    """Keep that somebody took a file with everybody's answers to a quiz."""
    people = asked.finished().order_by().values_list("enrolment_id", flat=True).distinct()
    page = f"{FILED} {asked.quiz.activity_id}"
    correspondence.look_at_each([(number, page) for number in people], by=by, now=now)


def looked(rows: Iterable[Look], enrolment: Enrolment) -> list[Looked]:
    """Looks in words; one query, and one more where a quiz is named."""
    rows = list(rows)
    names = {
        str(attempt.pk): _name(attempt)
        for attempt in Attempt.objects.filter(enrolment=enrolment)
        .select_related("quiz__activity")
        .only("number", "quiz__activity__title")
    }
    of_quizzes = {row.page.partition(" ")[2] for row in rows if row.page.startswith(OF_QUIZZES)}
    titles = dict(Activity.objects.filter(pk__in=of_quizzes).values_list("pk", "title"))
    found = []
    for row in rows:
        word, _space, number = row.page.partition(" ")
        name = names.get(number, number)
        quiz = {"quiz": titles.get(int(number), number) if number in of_quizzes else ""}
        said = {
            PAGE: _("the page with everything about this student"),
            ATTEMPT: _("the answers of %(attempt)s") % {"attempt": name},
            LOG: _("the log of %(attempt)s") % {"attempt": name},
            LISTED: _("a list with an answer of %(attempt)s") % {"attempt": name},
            FILED: _("a file with everybody's answers to %(quiz)s") % quiz,
            POLICY: _("the page that says what may be seen of %(quiz)s") % quiz,
            correspondence.MARK: _("the mark of %(quiz)s, and how it came to be") % quiz,
        }.get(word, row.page)
        found.append(Looked(row.made_at, str(row.by), said))
    return found


# --- An attempt as its student sees it ---------------------------------------------------------


def as_student(attempt: Attempt, *, now: datetime) -> Result:
    """What its student may see of an attempt at `now`; of an open one, the questions and answers.

    The same read as the student's own page, without what can be pressed there. It is not told to
    anybody that the key was shown: staff looked, not the student.
    """
    result = _read_only(reports.result(attempt, now=now))
    if not attempt.is_open:
        return trials.after(result)
    return _open(result, now=now, everything=False)


def as_staff(attempt: Attempt, *, now: datetime) -> Result:
    """All that there is to see of an attempt, whatever its student may see yet."""
    result = _read_only(reports.result(attempt, now=now, items=EVERYTHING))
    return _open(result, now=now, everything=True) if attempt.is_open else trials.after(result)


def _read_only(result: Result) -> Result:
    questions = [replace(question, contestable=False) for question in result.questions]
    return replace(result, choice=None, questions=questions)


def _open(result: Result, *, now: datetime, everything: bool) -> Result:
    """An attempt under way as it stands: nothing of it is marked or decided yet.

    What its student has checked for good stands as it was shown to them; where there is one
    question at a time, they see only that one.
    """
    attempt = result.attempt
    here = reports.open_questions(attempt)
    questions: list[ReviewedQuestion] = [
        replace(question, waits=False) for question in result.questions
    ]
    if not everything:
        beside = {one.position: one.trial for one in trials.beside(attempt, here)}
        at_hand = {one.position for one in reports.at_hand(attempt, here)}
        questions = [
            _tried(question, beside[question.position])
            for question in questions
            if question.position in at_hand and question.position in beside
        ]
    answered = sum(one.answered for one in here)
    return replace(
        result,
        questions=questions,
        read_again=reports.read_again(questions) if everything else (),
        sentence=_under_way(attempt, answered, len(here), now),
        hidden="",
        waiting="",
    )


def _tried(question: ReviewedQuestion, trial: Any) -> ReviewedQuestion:
    if trial is None or not trial.tries:
        return question
    if trial.locked and trial.review is not None:
        return replace(question, review=trial.review, proofs=trial.proofs, mark=trial.mark)
    return replace(question, review={**question.review, "outcome": trial.outcome})


def _under_way(attempt: Attempt, answered: int, questions: int, now: datetime) -> str:
    said = ngettext(
        "Under way: %(answered)d of %(all)d question is answered.",
        "Under way: %(answered)d of %(all)d questions are answered.",
        questions,
    ) % {"answered": answered, "all": questions}
    if verbs.is_overdue(attempt, now):
        return f"{said} {_('Its time is over; it is closed when the student comes back, or soon.')}"
    if attempt.deadline is None:
        return f"{said} {_('It has no end.')}"
    return f"{said} {_('It ends on %(at)s.') % {'at': day(attempt.deadline)}}"
