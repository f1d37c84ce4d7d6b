"""Correcting marks after the fact: look first, commit only if nothing moved, tell who is concerned.

A preview is an object: it says who would move, and remembers a digest of all it saw. Committing
sees everything again under locks, and does nothing at all unless the digest is the same. Answers
and old marks are never touched; a correction adds marks, each naming the version whose key it used.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from courses.models import Cohort, Enrolment, Group, User
from courses.models.rewriting import rewrite
from courses.refusals import Refused
from quizzes.access import may_regrade
from quizzes.marks import grading, ledger
from quizzes.marks.rescoring import CannotRescore, Correction, Fingerprint, Key, Policy
from quizzes.models import Attempt, Item, Mark, Question, QuestionVersion, Regrade, Response
from quizzes.questions import text_of
from quizzes.reporting import sheets, tallies
from quizzes.sitting import tries
from quizzes.sitting.behaviours import Given, Rules

NOT_YOURS = (
    "Only instructors of a cohort correct its marks, and only editors those of every cohort."
)
OTHER_COURSE = "This cohort does not take the course that the question belongs to."
OTHER_PEOPLE = "This person or group is not in the cohort. Choose another, or the whole cohort."
OTHER_QUESTION = "That version belongs to another question. Choose one of this question's."
NO_POLICY = "Choose how the answers are to be marked."
NO_REASON = "Write the reason: the students concerned read it."
LONG_REASON = "The reason has {length} characters; {most} fit. Shorten it."
NOT_READY = "This question has no version to mark by. Publish it first."
MOVED = (
    "Something has moved since this preview: attempts, marks, a group, a pass mark or what lateness"
    " costs may be others now, or the site itself was updated. Nothing was changed. Look at a new"
    " preview, then commit that one."
)
WAS_ABANDONED = "This preview has been abandoned. Make a new one."
WAS_COMMITTED = "This regrade has been committed and stays. To correct it, make another one."

CHUNK = 500  # attempts at a time: all that is ever held, whatever their number
LISTED = 500  # of the attempts that move, those that a preview names
REASON_LENGTH = 300

Watch = Callable[[int, int], None]  # told (attempts done, attempts in all)


def _quiet(done: int, of: int) -> None:
    pass


# --- What a regrade would do -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One item: its newest mark, and the one it would get (the same where it stays)."""

    item: int
    revision: int
    points: Decimal
    counts: bool  # whether the item is in its attempt's total
    mark: int | None
    version: int  # whose key decides, by primary key
    before: Decimal | None
    after: Decimal | None
    added: bool  # whether a mark is to be added


@dataclass(slots=True)
class Outcome:
    """One attempt before and after, percentages and passing as people read them."""

    attempt: Attempt
    changes: list[Change] = field(default_factory=list)
    # The sum of its marks where the score says less or nothing: where that may be negative, or
    # where answers wait for their marks and all of them may get one.
    summed: Decimal | None = None
    waiting: frozenset[int] = frozenset()  # the items that count and have no mark yet

    @property
    def before(self) -> Decimal | None:
        return self.attempt.score

    @property
    def after(self) -> Decimal | None:
        """None while a question of the attempt waits for its mark."""
        marked = [change for change in self.changes if change.after is not None]
        whole = self.attempt.score if self.summed is None else self.summed
        if whole is None or self.waiting - {change.item for change in marked}:
            return None
        return grading.total(
            [
                whole,
                *(
                    (change.after or Decimal(0)) - (change.before or Decimal(0))
                    for change in marked
                    if change.counts
                ),
            ]
        )

    @property
    def moves(self) -> bool:
        return any(change.before != change.after for change in self.changes)

    def percentage(self, score: Decimal | None) -> Decimal | None:
        if score is None:
            return None
        return grading.effective(score, self.attempt.out_of, self.attempt.deduction)

    def passed(self, score: Decimal | None) -> bool:
        percentage = self.percentage(score)
        return percentage is not None and percentage >= self.attempt.quiz.pass_mark


class Survey:
    """Everything that a regrade concerns, attempt by attempt, with the sums of it."""

    def __init__(self, regrade: Regrade) -> None:
        self.regrade = regrade
        self.versions = {
            version.pk: version
            for version in QuestionVersion.objects.filter(question=regrade.question_id).only(
                "number", "kind", "spec", "digest"
            )
        }
        self.by_number = {version.number: pk for pk, version in self.versions.items()}
        new = self._key(regrade.version_id)
        self.corrections = {
            pk: Correction(Policy(regrade.policy), self._key(pk), new) for pk in self.versions
        }
        self.gives_all = regrade.policy == Policy.FULL
        only = [regrade.enrolment_id, regrade.group_id]
        self.fingerprint = Fingerprint(
            regrade.policy,
            self.versions[regrade.version_id].digest,
            regrade.cohort_id,
            *(only if any(only) else ()),
        )
        self.counted: Counter[str] = Counter()
        self.met: Counter[int] = Counter()  # attempts by the number of the version they met
        self.refused: Counter[str] = Counter()  # answers that must stay, by why
        self.earned = {"before": Fraction(0), "after": Fraction(0)}  # of this question, 0..1 each
        self.percent = {"before": Fraction(0), "after": Fraction(0)}
        self.moves: list[dict[str, Any]] = []

    def _key(self, pk: int) -> Key:
        version = self.versions[pk]
        return Key(version.number, version.kind, version.spec)

    def attempts(self) -> QuerySet[Attempt]:
        """The finished attempts in which the question was asked, in any version."""
        return _concerned(self.regrade).filter(state=Attempt.State.SUBMITTED)

    def outcomes(self, *, lock: bool = False) -> Iterator[list[Outcome]]:
        """All outcomes, some attempts at a time, in the order of their keys.

        With `lock`, attempts are locked before they are read, as every writer of one does.
        """
        rows = self.attempts().select_related("quiz").order_by("pk")
        if lock:
            rows = rows.select_for_update(of=("self",))
        chunk = list(rows[:CHUNK])
        while chunk:
            found = {attempt.pk: Outcome(attempt) for attempt in chunk}
            rules = {pk: Rules.read(one.attempt.rules) for pk, one in found.items()}
            for attempt, change in self._changes(rules):
                found[attempt].changes.append(change)
            unlike = [
                pk
                for pk, one in found.items()
                if (rules[pk].least if one.attempt.score is not None else self.gives_all)
            ]
            for pk, (whole, waiting) in _sums(unlike).items():
                found[pk].summed, found[pk].waiting = whole, waiting
            for outcome in found.values():
                self._see(outcome)
                if not lock:  # what is committed has been summed up before
                    self._sum_up(outcome)
            yield list(found.values())
            chunk = list(rows.filter(pk__gt=chunk[-1].pk)[:CHUNK])

    def _changes(self, rules: Mapping[UUID, Rules]) -> Iterator[tuple[UUID, Change]]:
        attempts = list(rules)
        # Where more than the newest answer counts, all that count are read.
        counting = [pk for pk, each in rules.items() if each.checks or each.asks]
        given = tries.given(counting) if counting else {}
        newest = Mark.objects.filter(item=OuterRef("pk")).order_by("-pk")
        answer = Response.objects.filter(item=OuterRef("pk")).order_by("-revision")
        rows = (
            Item.objects.current()
            .filter(attempt__in=attempts, version__in=list(self.versions))
            .order_by("attempt", "position")
            .values_list(
                "attempt",
                "pk",
                "version",
                "points",
                "counts",
                Subquery(answer.values("revision")[:1]),
                Subquery(answer.values("answer")[:1]),
                Subquery(newest.values("pk")[:1]),
                Subquery(newest.values("score")[:1]),
                Subquery(newest.values("version")[:1]),
                Exists(newest.filter(by__isnull=False, regrade__isnull=True)),
                Subquery(newest.values("regrade__policy")[:1]),
            )
        )
        for attempt, item, met, points, counts, revision, last, mark, before, by, *whose in rows:
            by_hand, policy = whose
            answers = given.get(item) or [Given(last)]
            after, version = self._rescore(
                met, rules[attempt], answers, points, before, by, by_hand=by_hand
            )
            # Whom people had given all points has full credit by this too, or a judgement changed
            # later would take from them alone what everybody else keeps (see `queue`).
            stands = by_hand and self.gives_all and policy != Policy.FULL
            added = after is not None and (stands or (after, version) != (before, by))
            yield (
                attempt,
                Change(item, revision or 0, points, counts, mark, version, before, after, added),
            )

    def _rescore(
        self,
        met: int,
        rules: Rules,
        given: Sequence[Given],
        points: Decimal,
        before: Decimal | None,
        by: int | None,
        *,
        by_hand: bool,
    ) -> tuple[Decimal | None, int]:
        """The score after, and the version whose key decides; those before where they stay."""
        stays = before, by or met
        number = self.versions[met].number
        self.met[number] += 1
        if before is None and not self.gives_all:
            # Nobody has marked it yet: whoever does marks it by the key that is right by then.
            self.counted["waiting"] += 1
            return stays
        self.counted["waited"] += before is None
        if by_hand and not self.gives_all:
            # A person has looked at this answer, and knew more than a key does.
            self.counted["by_hand"] += 1
            return stays
        try:
            found = self.corrections[met].rescore(
                given[-1].answer, points, rules=rules, given=given
            )
        except CannotRescore as why:
            self.refused[str(why)] += 1
            return stays
        return stays if found is None else (found.score, self.by_number[found.number])

    def _see(self, outcome: Outcome) -> None:
        """Remember all that the numbers rest on which a preview shows of an attempt."""
        attempt = outcome.attempt
        self.fingerprint.add(
            attempt.pk,
            outcome.before,
            outcome.after,
            attempt.out_of,
            attempt.deduction,
            attempt.quiz.pass_mark,
        )
        self.counted["attempts"] += 1
        for change in outcome.changes:
            self.fingerprint.add(
                change.item,
                change.revision,
                change.mark,
                change.before,
                change.after,
                change.version,
                change.counts,
            )

    def _sum_up(self, outcome: Outcome) -> None:
        before, after = outcome.before, outcome.after
        for change in outcome.changes:
            self.counted["added"] += change.added
            if change.before is None or change.after is None or not change.points:
                continue
            if change.counts:  # else it was known, which says nothing about the question
                self.counted["marked"] += 1
                self.earned["before"] += Fraction(change.before) / Fraction(change.points)
                self.earned["after"] += Fraction(change.after) / Fraction(change.points)
        if before is not None and after is not None:
            self.counted["scored"] += 1
            attempt = outcome.attempt
            self.percent["before"] += grading.exact(before, attempt.out_of, attempt.deduction)
            self.percent["after"] += grading.exact(after, attempt.out_of, attempt.deduction)
            self.counted["up"] += after > before
            self.counted["down"] += after < before
        if after is not None:
            was, now = outcome.passed(before), outcome.passed(after)
            self.counted["passes_now"] += now and not was
            self.counted["fails_now"] += was and not now
        if outcome.moves:
            self.counted["moved"] += 1
            # With those that gain or lose these are all that move.
            self.counted["unscored"] += after is None
            self.counted["first_score"] += before is None and after is not None
            self.counted["same"] += after is not None and before == after
            if len(self.moves) < LISTED:
                self.moves.append(_listed(outcome))

    def summary(self) -> dict[str, Any]:
        """What the preview keeps: plain JSON, decimals as text."""
        people = self.attempts().order_by().values("enrolment__user").distinct().count()
        return {
            **{
                name: self.counted[name]
                for name in (
                    "attempts", "moved", "added", "up", "down", "passes_now", "fails_now",
                    "waiting", "waited", "by_hand", "unscored", "first_score", "same",
                )
            },
            "students": people,
            "open": _concerned(self.regrade).filter(state=Attempt.State.OPEN).count(),
            "versions": [{"number": n, "answers": self.met[n]} for n in sorted(self.met)],
            "refusals": [
                {"sentence": why, "answers": count} for why, count in sorted(self.refused.items())
            ],
            "facility": _mean(self.earned, self.counted["marked"], 4),
            "mean": _mean(self.percent, self.counted["scored"], 2),
            "moves": self.moves,
        }  # fmt: skip


def _sums(attempts: Sequence[UUID]) -> dict[UUID, tuple[Decimal, frozenset[int]]]:
    """Of some attempts the exact sum of the newest marks, and the items without one.

    No query for none.
    """
    if not attempts:
        return {}
    newest = Mark.objects.filter(item=OuterRef("pk")).order_by("-pk").values("score")[:1]
    marks: dict[UUID, dict[int, Decimal | None]] = {pk: {} for pk in attempts}
    for pk, item, score in (
        Item.objects.current()
        .filter(attempt__in=attempts, counts=True)
        .order_by()
        .values_list("attempt", "pk", Subquery(newest))
    ):
        marks[pk][item] = score
    return {
        pk: (
            grading.summed(score for score in scores.values() if score is not None),
            frozenset(item for item, score in scores.items() if score is None),
        )
        for pk, scores in marks.items()
    }


def _mean(sums: Mapping[str, Fraction], count: int, decimals: int) -> dict[str, Any]:
    """Both means with their number; None of nothing."""
    return {
        "n": count,
        **{
            when: None if not count else str(grading.rounded(whole / count, decimals))
            for when, whole in sums.items()
        },
    }


def _listed(outcome: Outcome) -> dict[str, Any]:
    moved = [change for change in outcome.changes if change.before != change.after]
    waited = all(change.before is None for change in moved)
    before, after = outcome.before, outcome.after
    return {
        "attempt": str(outcome.attempt.pk),
        # Sums, and no totals: one question may cost points.
        "item_before": None
        if waited
        else str(grading.shown(grading.summed(c.before or Decimal(0) for c in moved))),
        "item_after": str(grading.shown(grading.summed(c.after or Decimal(0) for c in moved))),
        "points": str(grading.shown(grading.total(c.points for c in moved))),
        "before": None if before is None else str(outcome.percentage(before)),
        "after": None if after is None else str(outcome.percentage(after)),
        "score_before": None if before is None else str(grading.shown(before)),
        "score_after": None if after is None else str(grading.shown(after)),
        "passed_before": outcome.passed(before),
        "passed_after": outcome.passed(after),
    }


def gaining(regrade: Regrade, items: Collection[int]) -> int:
    """How many of these items would earn more by it, or wait for their first mark and so may.

    Seven queries at most.
    """
    survey = Survey(regrade)
    theirs = survey.attempts().filter(items__in=items).distinct()
    rules = {attempt.pk: Rules.read(attempt.rules) for attempt in theirs}
    return sum(
        change.item in items
        and (change.before is None or (change.after is not None and change.after > change.before))
        for _attempt, change in survey._changes(rules)
    )


def size(regrade: Regrade) -> int:
    """How many attempts it is about; one query."""
    return _concerned(regrade).filter(state=Attempt.State.SUBMITTED).count()


def _concerned(regrade: Regrade) -> QuerySet[Attempt]:
    asked = Item.objects.filter(attempt=OuterRef("pk"), version__question=regrade.question_id)
    found = Attempt.objects.filter(Exists(asked))
    if regrade.cohort_id is not None:
        found = found.filter(enrolment__cohort=regrade.cohort_id)
    if regrade.enrolment_id is not None:
        found = found.filter(enrolment=regrade.enrolment_id)
    if regrade.group_id is not None:
        members = Group.members.through.objects.filter(group=regrade.group_id)
        found = found.filter(enrolment__in=members.values("enrolment"))
    return found


# --- The verbs ---------------------------------------------------------------------------------


def checked(
    question: Question,
    *,
    version: QuestionVersion | None,
    policy: str,
    cohort: Cohort | None,
    by: User,
    reason: str,
    now: datetime,
    to: Enrolment | Group | None = None,
) -> Regrade:
    """A regrade on these terms, before anything is looked at. Raises `Refused`."""
    if version is None:
        version = Question.objects.select_related("current").get(pk=question.pk).current
    reason = reason.strip()
    if not may_regrade(by, cohort):
        raise Refused(_(NOT_YOURS))
    if cohort is not None and cohort.course_id != question.module.course_id:
        raise Refused(_(OTHER_COURSE))
    if to is not None and (cohort is None or to.cohort_id != cohort.pk):
        raise Refused(_(OTHER_PEOPLE))
    if version is None:
        raise Refused(_(NOT_READY))
    if version.question_id != question.pk:
        raise Refused(_(OTHER_QUESTION))
    if policy not in Regrade.Policy.values:
        raise Refused(_(NO_POLICY))
    if not reason:
        raise Refused(_(NO_REASON))
    if len(reason) > REASON_LENGTH:
        raise Refused(_(LONG_REASON).format(length=len(reason), most=REASON_LENGTH))
    return Regrade(
        question=question,
        version=version,
        cohort=cohort,
        enrolment=to if isinstance(to, Enrolment) else None,
        group=to if isinstance(to, Group) else None,
        policy=policy,
        reason=reason,
        by=by,
        made_at=now,
    )


def preview(
    question: Question,
    *,
    version: QuestionVersion | None,
    policy: str,
    cohort: Cohort | None,
    by: User,
    reason: str,
    now: datetime,
    to: Enrolment | Group | None = None,
    watch: Watch = _quiet,
) -> Regrade:
    """What marking the answers to `question` again would do; nothing is changed by looking.

    `version` is the one to mark by, the newest one for None; `cohort` is whose attempts, or None
    for all; with `to` only those of one of its people or groups. `watch` is told how far it
    is. Raises `Refused`.
    """
    regrade = checked(
        question,
        version=version,
        policy=policy,
        cohort=cohort,
        by=by,
        reason=reason,
        now=now,
        to=to,
    )
    survey = Survey(regrade)
    everything = survey.attempts().count()
    for outcomes in survey.outcomes():
        watch(survey.counted["attempts"], max(everything, survey.counted["attempts"]))
        outcomes.clear()
    regrade.digest = survey.fingerprint.digest()
    regrade.summary = survey.summary()
    regrade.save()
    return regrade


def commit(regrade: Regrade, *, by: User, now: datetime, watch: Watch = _quiet) -> Regrade:
    """Write the marks that the preview announced, all or none, with scores and ledger.

    Committing twice changes nothing more. Refused, with nothing changed, if anything that the
    preview saw has moved since. Attempts are locked in one order, then the ledger's rows in one
    order, so that no two writers wait for each other for ever.
    """
    if not may_regrade(by, regrade.cohort):
        raise Refused(_(NOT_YOURS))
    with transaction.atomic():
        locked: Regrade = Regrade.objects.select_for_update(of=("self",)).get(pk=regrade.pk)
        if locked.state == Regrade.State.COMMITTED:
            return locked
        if locked.state == Regrade.State.ABANDONED:
            raise Refused(_(WAS_ABANDONED))
        survey = Survey(locked)
        rescored: dict[tuple[int, int], UUID] = {}
        reached: set[int] = set()
        for outcomes in survey.outcomes(lock=True):
            _write(locked, outcomes, by=by, now=now)
            reached.update(outcome.attempt.enrolment_id for outcome in outcomes)
            for outcome in outcomes:
                if outcome.moves and outcome.attempt.score is not None:
                    attempt = outcome.attempt
                    rescored[attempt.enrolment_id, attempt.quiz.activity_id] = attempt.pk
            watch(survey.counted["attempts"], locked.summary.get("attempts", 0))
        if survey.fingerprint.digest() != locked.digest:
            raise Refused(_(MOVED))
        places = survey.attempts().order_by().values_list("quiz", "enrolment__cohort")
        tallies.turned(set(places.distinct()))
        _tell_ledger(rescored, now=now)
        if locked.group_id is not None:
            locked.reached.add(*reached)
        locked.state, locked.committed_at = Regrade.State.COMMITTED, now
        locked.save(update_fields=["state", "committed_at"])
    return locked


def _write(regrade: Regrade, outcomes: Sequence[Outcome], *, by: User, now: datetime) -> None:
    """Add the marks of some attempts and sum each attempt's newest marks again."""
    Mark.objects.bulk_create(
        Mark(
            item_id=change.item,
            version_id=change.version,
            score=change.after,
            by=by,
            reason=regrade.reason,
            regrade=regrade,
            made_at=now,
        )
        for outcome in outcomes
        for change in outcome.changes
        if change.added and change.after is not None
    )
    moved = {
        outcome.attempt.pk: outcome.attempt
        for outcome in outcomes
        if outcome.moves and outcome.after is not None
    }
    for pk, rows in sheets.rows(list(moved)).items():
        moved[pk].score = grading.total(
            score for *_asked, score, _answer in rows if score is not None
        )
        moved[pk].sheet = sheets.of(rows)
    rewrite(list(moved.values()), ["score", "sheet"])


def _tell_ledger(rescored: Mapping[tuple[int, int], UUID], *, now: datetime) -> None:
    """Bring the row of each (student, activity) in line; always in the same order."""
    pairs = sorted(rescored)
    for start in range(0, len(pairs), CHUNK):
        attempts = Attempt.objects.select_related("quiz__activity", "enrolment__cohort").in_bulk(
            [rescored[pair] for pair in pairs[start : start + CHUNK]]
        )
        ledger.record_all(
            [attempts[rescored[pair]] for pair in pairs[start : start + CHUNK]], now=now
        )


def abandon(regrade: Regrade, *, by: User) -> Regrade:
    """Put a preview away; doing it twice changes nothing more."""
    if not may_regrade(by, regrade.cohort):
        raise Refused(_(NOT_YOURS))
    with transaction.atomic():
        locked: Regrade = Regrade.objects.select_for_update(of=("self",)).get(pk=regrade.pk)
        if locked.state == Regrade.State.COMMITTED:
            raise Refused(_(WAS_COMMITTED))
        locked.state = Regrade.State.ABANDONED
        locked.save(update_fields=["state"])
    return locked


# --- What an instructor looks at ---------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A question that finished attempts of a cohort were asked."""

    question: Question
    prompt: str
    attempts: int
    versions: Sequence[int]  # the numbers of those that were met
    newest: int
    # Marked by the key of an older version, and by no regrade looked at since: (version, attempts).
    # Under the newest: those without the full credit that a regrade by it gave to all before them.
    behind: Sequence[tuple[int, int]] = ()

    @property
    def moved_on(self) -> bool:
        """Whether the key may have changed since somebody answered."""
        return any(number != self.newest for number in self.versions)


def asked(cohort: Cohort) -> list[Asked]:
    """The questions that a cohort has answered, those edited since first.

    Four queries, and one more where full credit was given to all.
    """
    counts: dict[int, Counter[int]] = {}
    for question, number, attempts in (
        Item.objects.filter(
            attempt__enrolment__cohort=cohort, attempt__state=Attempt.State.SUBMITTED
        )
        .order_by()
        .values_list("version__question", "version__number")
        .annotate(Count("attempt", distinct=True))
    ):
        counts.setdefault(question, Counter())[number] += attempts
    behind = _behind(cohort)
    for pk, newest, attempts in _without_full_credit(cohort):
        behind.setdefault(pk, []).append((newest, attempts))
    rows = [
        Asked(
            question,
            text_of(question.current.content["prompt"]),
            counts[question.pk].total(),
            sorted(counts[question.pk]),
            question.current.number,
            behind.get(question.pk, ()),
        )
        for question in Question.objects.filter(pk__in=list(counts), current__isnull=False)
        .select_related("current")
        .defer("spec", "current__spec", "current__public")
        if question.current is not None
    ]
    return sorted(rows, key=lambda row: (not row.behind, not row.moved_on, row.question.key))


def _committed(cohort: Cohort) -> QuerySet[Regrade]:
    return Regrade.objects.filter(Q(cohort=cohort) | Q(cohort=None), state=Regrade.State.COMMITTED)


def committed(cohort: Cohort, *, enrolment: str) -> QuerySet[Regrade]:
    """The regrades that have reached a student of the cohort; `enrolment` is the outer query's way
    to that student.

    One of a group has reached those whose attempts it looked at, whoever is in the group now.
    """
    looked_at = Regrade.reached.through.objects.filter(
        regrade=OuterRef("pk"), enrolment=OuterRef(OuterRef(enrolment))
    )
    return _committed(cohort).filter(
        Q(enrolment=None, group=None) | Q(enrolment=OuterRef(enrolment)) | Exists(looked_at)
    )


def _behind(cohort: Cohort) -> dict[int, list[tuple[int, int]]]:
    """By question: the older versions by whose keys attempts are still marked, and how many.

    What was open when a key was corrected is handed in, and marked by the key it met, after the
    regrade. A mark that a regrade to the newest version has seen and left says no more than that;
    one that a person gave stands on no key. One query.
    """
    question = "item__version__question"
    seen = committed(cohort, enrolment="item__attempt__enrolment").filter(
        question=OuterRef(question),
        version=OuterRef(f"{question}__current"),
        committed_at__gte=OuterRef("made_at"),
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for pk, number, attempts in (
        Mark.objects.filter(
            Q(by=None) | Q(regrade__isnull=False),
            ~Exists(Mark.objects.filter(item=OuterRef("item"), pk__gt=OuterRef("pk"))),
            ~Exists(seen.order_by()),
            item__replaced_at=None,
            item__attempt__enrolment__cohort=cohort,
            item__attempt__state=Attempt.State.SUBMITTED,
        )
        .exclude(version=F(f"{question}__current"))
        .order_by("version__number")
        .values_list(question, "version__number")
        .annotate(Count("item__attempt", distinct=True))
    ):
        found.setdefault(pk, []).append((number, attempts))
    return found


def _without_full_credit(cohort: Cohort) -> list[tuple[int, int, int]]:
    """How many attempts lack the full credit that was given to all before them.

    A row for each question, with the number of its newest version.

    Who was at work then, or has begun since on the version that failed, hands in later, and is
    marked by its key or by a person. They are named and not marked by the way, for no mark moves
    that nobody has looked at; an instructor marks again, or looks and leaves it. One query, two
    where there was such a regrade.
    """
    last = dict(
        _committed(cohort)
        .filter(enrolment=None, group=None, version=F("question__current"))
        .exclude(policy=Regrade.Policy.LEAVE)
        .order_by("committed_at", "pk")
        .values_list("question", "policy")
    )
    given = [question for question, policy in last.items() if policy == Regrade.Policy.FULL]
    if not given:
        return []
    marks = Mark.objects.filter(item=OuterRef("pk")).order_by("-pk")
    left = committed(cohort, enrolment="attempt__enrolment").filter(
        policy=Regrade.Policy.LEAVE,
        question=OuterRef("version__question"),
        committed_at__gte=OuterRef("since"),
    )
    by_person = Q(by__isnull=False, by_regrade=None)
    return list(
        Item.objects.current()
        .filter(
            attempt__enrolment__cohort=cohort,
            attempt__state=Attempt.State.SUBMITTED,
            version__question__in=given,
        )
        .annotate(
            score=Subquery(marks.values("score")[:1]),
            by=Subquery(marks.values("by")[:1]),
            by_regrade=Subquery(marks.values("regrade")[:1]),
            by_version=Subquery(marks.values("version")[:1]),
            since=Coalesce(Subquery(marks.values("made_at")[:1]), F("attempt__submitted_at")),
        )
        .filter(
            Q(score=None) | Q(score__lt=F("points")),
            # Else it is named as marked by an older version.
            Q(score=None) | by_person | Q(by_version=F("version__question__current")),
            ~Exists(marks.filter(regrade__policy=Regrade.Policy.FULL).order_by()),
            ~Exists(left.order_by()),
        )
        .order_by()
        .values_list("version__question", "version__question__current__number")
        .annotate(Count("attempt", distinct=True))
    )


def history(cohort: Cohort) -> list[Regrade]:
    """What has been looked at and committed for a cohort, the newest first; one query."""
    return list(
        Regrade.objects.filter(
            Q(cohort=cohort) | Q(cohort=None, question__module__course=cohort.course_id)
        )
        .select_related("question", "version", "by", "enrolment__user", "group")
        .defer("question__spec", "version__spec", "version__content", "version__public")
    )


@dataclass(frozen=True)
class Move:
    """One line of a preview: an attempt that moves, and how."""

    attempt: Attempt
    row: Mapping[str, Any]


def moves(regrade: Regrade, cohort: Cohort | None) -> list[Move]:
    """Who moves, by name; of a regrade of all cohorts only those of `cohort`. One query."""
    rows = {UUID(row["attempt"]): row for row in regrade.summary.get("moves", [])}
    found = Attempt.objects.filter(pk__in=list(rows))
    if cohort is not None:
        found = found.filter(enrolment__cohort=cohort)
    return [
        Move(attempt, rows[attempt.pk])
        for attempt in found.select_related("enrolment__user", "quiz__activity").order_by(
            "enrolment__user__name_key", "enrolment__user__username", "number"
        )
    ]


# --- What the students concerned are told ------------------------------------------------------


@dataclass(frozen=True)
class Remark:
    """One question of an attempt was marked again: when, why, and what it was worth to them."""

    at: datetime
    reason: str
    before: Decimal | None  # None if it had waited for its first mark
    after: Decimal


def remarks(attempt: Attempt) -> dict[int, list[Remark]]:
    """What regrades did to an attempt, by the position of the question; one query."""
    found: dict[int, list[Remark]] = {}
    last: dict[int, Decimal] = {}
    for position, score, regrade, reason, at in (
        Mark.objects.filter(item__attempt=attempt)
        .order_by("pk")
        .values_list("item__position", "score", "regrade", "reason", "made_at")
    ):
        if regrade is not None:
            before = grading.shown(last[position]) if position in last else None
            found.setdefault(position, []).append(Remark(at, reason, before, grading.shown(score)))
        last[position] = score
    return found
