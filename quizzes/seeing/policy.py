"""What a student may do and see in a quiz at any moment, and why, for those who teach.

The functions that the student's own pages ask, asked for a moment of one's choosing: by the rules
as they stand today, and by what had been done by then. Nothing is written; an attempt whose time
is up by then is looked at as if somebody had closed it.
"""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from courses.models import Enrolment
from quizzes.marks import grading
from quizzes.models import Attempt, Item, Quiz, Reveal
from quizzes.seeing import visibility
from quizzes.seeing.revealing import Tried
from quizzes.seeing.visibility import Item as Visible
from quizzes.seeing.visibility import Phase, Policy, Role
from quizzes.sitting import attempts as verbs
from quizzes.sitting import reports
from quizzes.sitting.behaviours import Rules
from quizzes.times import availability, ends, holding
from quizzes.times.conditions import Conditions, End, Origin


@dataclass(frozen=True)
class Seen:
    """One attempt through its student's eyes."""

    attempt: Attempt
    state: str
    phase: Phase
    items: frozenset[Visible]
    why: Sequence[str]
    percentage: Decimal | None  # what it is worth so far, whether or not it is shown
    counts: bool
    waits_elsewhere: bool  # for another quiz that asks the same, and for nothing else

    def shows(self, item: Visible) -> str:
        """In a word, or nothing where it is hidden: of a total that is not there yet, why."""
        if item not in self.items:
            return ""
        if item in (Visible.SCORE, Visible.OVERALL_FEEDBACK) and self.percentage is None:
            return _("shown once it is marked")
        return _("shown")

    @property
    def in_words(self) -> str:
        if self.waits_elsewhere:
            return _("handed in, and the student is asked the same in another quiz")
        return visibility.PHASES_IN_WORDS[self.phase]


@dataclass(frozen=True)
class Moment:
    """A student in a quiz at one moment."""

    student: Enrolment
    at: datetime
    refusal: str  # why no attempt can be started; "" if one can
    open_attempt: Attempt | None
    receipt: Sequence[str]
    would_count: Sequence[str]
    attempts: Sequence[Seen]

    @property
    def table(self) -> list[tuple[str, list[str], bool]]:
        """(item in words, what each attempt shows of it, shown to staff), in the matrix's own
        order."""
        staff = visibility.visible("", "", Role.STAFF)
        return [
            (words, [seen.shows(item) for seen in self.attempts], item in staff)
            for item, words in visibility.ITEMS_IN_WORDS.items()
        ]


def moment(student: Enrolment, quiz: Quiz, *, at: datetime) -> Moment:
    """A student's quiz at `at`, from the past or the future; ten queries at most, no write."""
    everything = list(
        Attempt.objects.filter(enrolment__user=student.user_id, started_at__lte=at)
        .select_related("quiz__activity__module", "enrolment__cohort")
        .order_by("number")
    )
    then = [_as_of(attempt, at) for attempt in everything]
    mine = [
        attempt
        for attempt in then
        if attempt.quiz_id == quiz.pk and attempt.enrolment_id == student.pk
    ]
    others = [attempt for attempt in then if attempt.is_open and attempt not in mine]
    elsewhere = _asked_elsewhere(mine, others)
    asked = Reveal.objects.filter(quiz=quiz, enrolment=student, made_at__lte=at).first()
    person = holding.person(student, quiz)
    holds = person.at(at)
    open_attempt = next((attempt for attempt in mine if attempt.is_open), None)
    why_not = verbs.refusal(student, holds, mine, quiz=quiz, now=at, revealed=asked is not None)
    so_far = Tried(len(mine), open_attempt is not None, revealed=asked is not None)
    end = End(holds.closes_at.value)
    if quiz.review == Quiz.Review.EXAM:
        end = ends.last_ends([quiz], cohorts={student.cohort_id}, now=at)[quiz.pk]
    look = _Look(student, quiz, holds, asked, end, at, person.hidden)
    handed_in = [attempt for attempt in mine if attempt.state == Attempt.State.SUBMITTED]
    worth = {attempt.pk: _worth(attempt) for attempt in handed_in}
    scores = [worth[attempt.pk] for attempt in handed_in]
    best = grading.best(scores, quiz.grade_method)
    counting = {handed_in[at].pk for at in grading.counting(scores, quiz.grade_method)}
    return Moment(
        student=student,
        at=at,
        refusal="" if why_not is None or open_attempt else why_not.sentence,
        open_attempt=open_attempt,
        receipt=verbs.deadline_for(student, holds, now=at).parts,
        would_count=_would_count(
            quiz, person.of(open_attempt) if open_attempt else holds, best, at
        ),
        attempts=[
            look.at_attempt(
                attempt,
                replace(so_far, elsewhere=attempt.pk in elsewhere),
                worth.get(attempt.pk),
                counts=attempt.pk in counting,
            )
            for attempt in mine
        ],
    )


def _as_of(attempt: Attempt, at: datetime) -> Attempt:
    """A copy of an attempt as it stood, or will stand, at a moment after its start."""
    then = copy(attempt)
    if then.submitted_at is not None and then.submitted_at > at:
        then.state, then.submitted_at, then.score = Attempt.State.OPEN, None, None
    if then.is_open and verbs.is_overdue(then, at):
        in_time, then.submitted_at = availability.ended(
            Rules.read(then.rules).at_zero,
            now=at,
            deadline=then.deadline,
            closes_at=then.closes_at,
        )
        then.state = Attempt.State.SUBMITTED if in_time else Attempt.State.ABANDONED
    return then


def _asked_elsewhere(mine: Sequence[Attempt], others: Sequence[Attempt]) -> Collection[object]:
    """Those of `mine` whose questions one of the open `others` asks too; one query if there are."""
    if not mine or not others:
        return ()
    under_way = {attempt.pk for attempt in others}
    versions: dict[object, set[int]] = {}
    asked: set[int] = set()
    for attempt, version, counts in (
        Item.objects.current()
        .filter(attempt__in=[*under_way, *(attempt.pk for attempt in mine)])
        .order_by()
        .values_list("attempt", "version", "counts")
    ):
        if attempt in under_way:
            asked |= {version} if counts else set()
        else:
            versions.setdefault(attempt, set()).add(version)
    return [attempt for attempt, found in versions.items() if found & asked]


def _worth(attempt: Attempt) -> Decimal | None:
    if attempt.score is None:
        return None
    return grading.effective(attempt.score, attempt.out_of, attempt.deduction)


def _would_count(quiz: Quiz, holds: Conditions, best: Decimal | None, at: datetime) -> list[str]:
    said = [
        _("What counts is the %(method)s.") % {"method": quiz.get_grade_method_display()},
        _("Nothing counts yet.")
        if best is None
        else _("At this moment that is %(best)s %%.") % {"best": f"{best.normalize():f}"},
    ]
    less = holds.deduction(at)
    if less:
        said.append(
            _("What is handed in at this moment loses %(less)s %% of its score for lateness.")
            % {"less": f"{less.normalize():f}"}
        )
    elif holds.is_late(at):
        said.append(_("What is handed in at this moment is marked as late, and loses nothing."))
    return said


ENDS: Mapping[Origin, str] = {
    Origin.COHORT: "that is when it closes for the cohort {whose}",
    Origin.GROUP: "because of what the group {whose} was given",
    Origin.PERSON: "because of {whose}'s extension",
    Origin.QUIZ: "because somebody has an attempt under way until then",
    Origin.EXAM: "“{whose}”, which may ask the same questions, is not over before that",
}


@dataclass(frozen=True)
class _Look:
    """What is the same for all attempts of a student in a quiz."""

    student: Enrolment
    quiz: Quiz
    holds: Conditions
    asked: Reveal | None
    end: End
    at: datetime
    hidden: bool  # the marks, from students

    def at_attempt(
        self, attempt: Attempt, so_far: Tried, percentage: Decimal | None, *, counts: bool
    ) -> Seen:
        again = so_far.may_earn(self.holds, now=self.at)
        phase = visibility.phase(
            finished_at=attempt.submitted_at, now=self.at, closes_at=self.end.at, again=again
        )
        return Seen(
            attempt=attempt,
            state=self._state(attempt),
            phase=phase,
            items=reports.visible_to_student(
                attempt, self.end.at, again=again, now=self.at, hidden=self.hidden
            ),
            why=self._why(attempt, so_far, phase),
            percentage=percentage,
            counts=counts,
            waits_elsewhere=phase == Phase.AGAIN
            and not replace(so_far, elsewhere=False).may_earn(self.holds, now=self.at),
        )

    def _clock(self, instant: datetime) -> str:
        return availability.clock(instant, zone=self.student.cohort.zone, beside=self.at)

    def _state(self, attempt: Attempt) -> str:
        if attempt.submitted_at is None:
            if attempt.deadline is None:
                return _("Under way; nothing ends it.")
            return _("Under way until %(end)s.") % {"end": self._clock(attempt.deadline)}
        figures = {"end": self._clock(attempt.submitted_at)}
        if attempt.state == Attempt.State.ABANDONED:
            return _("Ended at %(end)s without being handed in.") % figures
        return _("Handed in at %(end)s.") % figures

    def _why(self, attempt: Attempt, so_far: Tried, phase: Phase) -> list[str]:
        """The rules in the order in which they are asked, each with what it says here."""
        if phase == Phase.DURING:
            return [_("The attempt is under way, so nothing of the answers is shown.")]
        said = [*self._may_earn(so_far)]
        if phase == Phase.AGAIN:
            if self.quiz.review != Policy.PRACTICE:
                said.append(
                    _("So this student may still earn credit, and the answers stay hidden.")
                )
            return said
        said.append(_("So this student cannot earn credit any more."))
        if self.quiz.review == Policy.EXAM:
            said.append(self._end())
        if phase == Phase.JUST_AFTER:
            said.append(_("It was handed in less than two minutes ago, which goes before a close."))
        return said

    def _may_earn(self, so_far: Tried) -> list[str]:
        who = {"who": str(self.student.user)}
        if so_far.under_way:
            return [_("%(who)s has an attempt at this quiz under way.") % who]
        if so_far.elsewhere:
            return [_("%(who)s sits another quiz in which one of these questions counts.") % who]
        if self.asked is not None:
            return [
                _("%(who)s asked for the answers at %(at)s, which ended the attempts.")
                % (who | {"at": self._clock(self.asked.made_at)})
            ]
        allowed, close = self.holds.attempts_allowed, self.holds.closes_at
        figures = {"used": so_far.used, "allowed": allowed.value}
        said = [
            _("Any number of attempts is allowed; %(used)d used.") % figures
            if allowed.value is None
            else _("%(used)d of %(allowed)d attempts are used.") % figures
        ]
        if raised := self.holds.attempts_in_words(zone=self.student.cohort.zone, beside=self.at):
            said.append(raised)
        if close.value is None:
            said.append(_("The quiz never closes for %(who)s.") % who)
        else:
            sentence = (
                _("For %(who)s the quiz closed at %(at)s%(because)s.")
                if close.value <= self.at
                else _("For %(who)s the quiz closes at %(at)s%(because)s.")
            )
            because = ""
            if close.is_special:
                because = _(", which %(whom)s given: %(reason)s") % {
                    "whom": _("this student was")
                    if close.origin == Origin.PERSON
                    else _("the group %(group)s was") % {"group": close.group},
                    "reason": close.reason.strip().rstrip(".!"),
                }
            said.append(sentence % (who | {"at": self._clock(close.value), "because": because}))
        return said

    def _end(self) -> str:
        because = _(ENDS[self.end.origin]).format(whose=self.end.whose)
        if self.end.at is None:
            return _("For somebody it never closes: %(because)s.") % {"because": because}
        sentence = (
            _("It closed for everybody at %(at)s: %(because)s.")
            if self.end.at <= self.at
            else _("It is closed for everybody at %(at)s: %(because)s.")
        )
        return sentence % {"at": self._clock(self.end.at), "because": because}


# --- The presets -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Preset:
    """One preset with its part of the matrix."""

    name: str
    meant_for: str
    told: str
    phases: Sequence[str]
    rows: Sequence[tuple[str, Sequence[bool]]]  # an item in words, and whether each phase shows it


def presets() -> list[Preset]:
    """Every preset, from the data that decides what is shown."""
    return [
        Preset(
            name=policy.value,
            meant_for=visibility.PRESETS_IN_WORDS[policy],
            told=visibility.TOLD[policy],
            phases=list(visibility.PHASES_IN_WORDS.values()),
            rows=[
                (
                    words,
                    [item in visibility.visible(policy, phase, Role.STUDENT) for phase in Phase],
                )
                for item, words in visibility.ITEMS_IN_WORDS.items()
            ],
        )
        for policy in Policy
    ]
