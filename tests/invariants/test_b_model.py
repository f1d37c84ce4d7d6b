"""B8: whatever people do in whatever order, the engine does what a simple model of it does."""

import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.http import Http404
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from courses import dashboards, enrolment
from courses.models import Enrolment, Record, Role
from courses.refusals import Refused
from quizzes import access
from quizzes.marks import queue, regrading
from quizzes.models import Attempt, Item, Mark, Question, Quiz, Response, Slot
from quizzes.seeing import visibility
from quizzes.sitting import attempts, reports, trying
from quizzes.sitting.attempts import Answer, Closed, NotSaved, Saved
from quizzes.times import timing
from tests import factories
from tests.factories import NOON
from tests.invariants.model import (
    ESSAY,
    KEYS,
    PASS,
    POINTS,
    TO_HAND_IN,
    Model,
    RefusedByModel,
    Settings,
    Student,
)
from tests.invariants.scale import PROVING, runs
from tests.regrading import correct

pytestmark = pytest.mark.django_db

# Review and behaviour; an exam tells nothing while it goes on.
HOW = [
    ("exam", "deferred"),
    ("homework", "deferred"),
    ("homework", "immediate"),
    ("homework", "interactive"),
    ("homework", "practice"),
]
RUNS = runs(1000 // len(HOW))  # of each
STEPS = 50 if PROVING else 20

WHO = st.sampled_from(["ben", "zoe"])
POSITION = st.sampled_from([1, 2, 3])
ASKED = st.sampled_from(list(POINTS))
TOKENS = ["a", "b", "c", None]
ESSAYS = {token: f"In favour of {token}, for reasons." for token in "abc"}
LEVELS = {
    "good": {"claim": "clear", "objection": "answered"},
    "fair": {"claim": "clear", "objection": "ignored"},
}
METHODS = st.sampled_from(["highest", "average", "first", "last"])
MINUTES = st.integers(0, 90).map(lambda minutes: minutes * 60)

CHANGES = st.one_of(
    *(
        st.tuples(st.just(act), values)
        for act, values in {
            "change_limit": st.integers(1, 90),
            "change_close": MINUTES,
            "change_due": st.integers(-3000, 90),
            "change_late_policy": st.sampled_from([0, 10, 30]),
            "change_method": METHODS,
            "change_attempts": st.integers(1, 4),
            "change_factor": st.sampled_from(["1", "1.25", "1.33", "2", "1.333"]),
            "schedule": st.tuples(st.none() | MINUTES, st.none() | st.integers(0, 3000)),
            "withdraw": st.none(),
            "reinstate": st.none(),
        }.items()
    )
)


class Engine(RuleBasedStateMachine):
    """Every rule does one thing to both and compares the replies; then all rows are compared."""

    # What the fixtures made: people by name, ada, the quiz, its cohort and questions.
    world: dict
    how: tuple[str, str]  # of `HOW`

    @initialize(
        method=METHODS,
        sequential=st.booleans(),
        at_zero=st.sampled_from(["submit", "grace", "abandon"]),
        leaves_out=st.booleans(),
        late_penalty=st.sampled_from([0, 10]),
        seed=st.integers(0, 5),
    )
    def begin(self, seed, **settings):
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        quiz = self.world["quiz"]
        held = Settings(*self.how, **settings, late_most=15)
        known = Quiz.Known.LEAVE_OUT if held.leaves_out else Quiz.Known.COUNT
        Quiz.objects.filter(pk=quiz.pk).update(
            review=held.review,
            grade_method=held.method,
            behaviour=held.behaviour,
            navigation="sequential" if held.sequential else "free",
            at_zero=held.at_zero,
            grace_period=TO_HAND_IN,
            known_questions=known,
            late_penalty=held.late_penalty,
            late_most=held.late_most,
        )
        for position, points in POINTS.items():
            quiz.slots.filter(position=position).update(points=points)
        self.cohort = self.world["cohort"]
        self.seed = seed
        self.model = Model(
            held,
            cohort_close=int((self.cohort.closes_at - NOON).total_seconds()),
            students={"ben": Student(), "zoe": Student()},
        )
        self.ids = {}  # attempts by who and number
        self.orders = {}  # the keys of the options in the order shown, by attempt and position
        self.last = None  # the last save, to be sent again
        self.preview = None
        for who in self.model.students:
            self.start(who)

    def teardown(self):
        if hasattr(self, "transaction"):
            try:
                if sys.exc_info()[0] is None:
                    self.recount()
            finally:
                transaction.set_rollback(True)
                self.transaction.__exit__(None, None, None)

    # --- Help ---

    @property
    def now(self):
        return NOON + timedelta(seconds=self.model.now)

    @property
    def quiz(self):
        return Quiz.objects.select_related("activity__module__course").get(pk=self.world["quiz"].pk)

    def user(self, who):
        return self.world[who]

    def enrolled(self, who):
        return Enrolment.objects.select_related("cohort", "user").get(
            user=self.user(who), cohort=self.cohort
        )

    def refused_too(self, refusal, act):
        """The engine refuses what the model refused, and for the same reason."""
        expected = {
            "gone": (Http404, Enrolment.DoesNotExist),
            "closed": (Closed, Refused),
            "used up": (Refused,),
            "finish first": (Refused,),
            "nothing to choose": (Refused,),
            "nothing new": (Refused,),
            "no redo": (Refused,),
            "not its turn": (Refused,),
            "counts already": (Refused,),
            "nothing to mark": (Http404,),
            "closes before it is due": (Refused,),
        }
        with pytest.raises(expected[str(refusal)]):
            act()

    def sitting(self, who):
        """The attempt that somebody would have on the screen: their newest."""
        mine = self.model.of(who)
        return mine[-1] if mine else None

    def id_of(self, sitting):
        return self.ids[sitting.who, sitting.number]

    # --- What students do ---

    @rule(who=WHO)
    def start(self, who):
        def act():
            return attempts.start(self.enrolled(who), self.quiz, now=self.now, seed=self.seed)

        try:
            sitting = self.model.start(who)
        except RefusedByModel as refusal:
            self.refused_too(refusal, act)
            return
        attempt = act()
        self.ids.setdefault((who, sitting.number), attempt.pk)
        assert attempt.pk == self.id_of(sitting)
        for position, order in Item.objects.filter(attempt=attempt).values_list(
            "position", "order"
        ):
            self.orders[attempt.pk, position] = order

    def send(self, who, pk, position, shown, base, check):
        answer = Answer(base, lambda kind, order: kind.parse_json(order, shown))
        if not check:
            kept = attempts.save(self.user(who), pk, answers={position: answer}, now=self.now)
            return kept[position]
        done = trying.check(self.user(who), pk, position=position, answer=answer, now=self.now)
        return done if isinstance(done, NotSaved) else done.saved

    def save_both(self, sitting, position, token, base, check):
        pk = self.id_of(sitting)
        shown, option = token, None
        if token is not None and position == ESSAY:
            shown = option = ESSAYS[token]
        elif token is not None:
            option = self.orders[pk, position]["abc".index(token)]

        def act():
            return self.send(sitting.who, pk, position, shown, base, check)

        try:
            outcome = self.model.save(sitting, position, option, base, check=check)
        except RefusedByModel as refusal:
            self.refused_too(refusal, act)
            return
        reply = act()
        revision = sitting.asked[position].revision
        if outcome in ("saved", "again"):
            assert (type(reply), reply.revision, reply.shown) == (Saved, revision, shown)
        elif outcome in ("left", "not_yet"):
            assert (type(reply), reply.reason) == (NotSaved, outcome)
        else:
            assert (type(reply), reply.reason, reply.revision) == (NotSaved, outcome, revision)

    @precondition(lambda self: self.model.sittings)
    @rule(
        who=WHO,
        position=ASKED,
        token=st.sampled_from(TOKENS),
        behind=st.sampled_from([0, 0, 0, 0, 1, -1]),
        check=st.booleans(),
    )
    def save(self, who, position, token, behind, check):
        """Or check, where answers are checked; one at a time, mostly the question at hand."""
        sitting = self.sitting(who)
        if sitting is not None:
            if sitting.rules.sequential and behind == 0:
                position = sitting.at_hand
            base = max(0, sitting.asked[position].revision - behind)
            self.last = (sitting, position, token, base, check)
            self.save_both(*self.last)

    @precondition(lambda self: any(one.is_open for one in self.model.sittings))
    @rule(who=WHO, tokens=st.tuples(*[st.sampled_from("aaabc")] * ESSAY), check=st.booleans())
    def work_through(self, who, tokens, check):
        """All questions in their order, or short runs would hardly answer any."""
        sitting = self.model.under_way(who)
        for position, token in zip(POINTS, tokens, strict=True):
            if sitting is not None:
                base = sitting.asked[position].revision
                self.save_both(sitting, position, token, base, check and position != ESSAY)
                if sitting.rules.sequential:
                    self.go_on(who, 0)

    @precondition(lambda self: self.last is not None)
    @rule()
    def repeat(self):
        """The same save once more, perhaps long after: its acknowledgement was lost."""
        self.save_both(*self.last)

    def both(self, expected, act):
        """Do it in the model, then in the engine; their answers, or the same refusal."""
        try:
            wanted = expected()
        except RefusedByModel as refusal:
            self.refused_too(refusal, act)
            return None, None
        return wanted, act()

    @precondition(lambda self: self.model.settings.behaviour == "practice")
    @rule(who=WHO, position=POSITION)
    def redo(self, who, position):
        sitting = self.sitting(who)
        if sitting is not None:
            pk = self.id_of(sitting)
            self.both(
                lambda: self.model.redo(sitting, position),
                lambda: trying.redo(self.user(who), pk, position=position, now=self.now, seed=1),
            )

    @precondition(lambda self: self.model.settings.sequential)
    @rule(who=WHO, ahead=st.sampled_from([0, 0, 0, 1, -1]))
    def go_on(self, who, ahead):
        sitting = self.sitting(who)
        if sitting is not None:
            pk, position = self.id_of(sitting), min(max(1, sitting.at_hand + ahead), ESSAY)
            wanted, got = self.both(
                lambda: self.model.go_on(sitting, position),
                lambda: attempts.go_on(self.user(who), pk, position=position, now=self.now),
            )
            assert wanted == got

    @precondition(lambda self: self.model.sittings)
    @rule(who=WHO)
    def submit(self, who):
        sitting = self.sitting(who)
        if sitting is None:
            return

        def act():
            return attempts.submit(self.user(who), self.id_of(sitting), now=self.now)

        try:
            self.model.submit(sitting)
        except RefusedByModel as refusal:
            self.refused_too(refusal, act)
            return
        assert act().score == sitting.score

    @precondition(lambda self: self.model.sittings)
    @rule(who=WHO)
    def look(self, who):
        """The student opens the attempt, and its result if there is one."""
        sitting = self.sitting(who)
        if sitting is None:
            return
        if not self.model.students[who].here:
            with pytest.raises(Http404):
                access.own_attempt(self.user(who), self.id_of(sitting))
            return
        self.model.settle(sitting)
        found = access.own_attempt(self.user(who), self.id_of(sitting))
        found = attempts.settle(found, now=self.now)
        assert found.is_open == sitting.is_open
        if sitting.is_open:
            shown = [question.shown for question in reports.open_questions(found)]
            assert shown == [
                one.answer
                if one.answer is None or at == ESSAY
                else "abc"[self.orders[found.pk, at].index(one.answer)]
                for at, one in sitting.asked.items()
            ]
            return
        result = reports.result(found, now=self.now)
        attempts.note_shown(found, result.items, now=self.now)
        sitting.shown |= self.model.shows_key(sitting)
        assert visibility.reveals_key(result.items) == self.model.shows_key(sitting)
        percentage = sitting.percentage
        assert (result.percentage, result.passed) == (
            percentage,
            None if percentage is None else percentage >= PASS,
        )

    @rule(who=WHO)
    def reveal(self, who):
        def act():
            return attempts.reveal(self.enrolled(who), self.quiz, now=self.now)

        try:
            self.model.reveal(who)
        except RefusedByModel as refusal:
            self.refused_too(refusal, act)
        else:
            act()

    # --- Time ---

    @rule(
        seconds=st.one_of(st.integers(0, 90), st.integers(0, 900), st.sampled_from([2400, 90_000]))
    )
    def tick(self, seconds):
        self.model.now += seconds

    @precondition(lambda self: any(one.is_open for one in self.model.sittings))
    @rule(who=WHO, around=st.integers(-1, 1))
    def tick_to_the_last_moment(self, who, around):
        """Where mistakes live: a second before the end of the grace, at it, and after it."""
        sitting = self.model.under_way(who)
        if sitting is not None:
            late = sitting.end + 10 if self.model.now <= sitting.end else sitting.closes
            self.model.now = max(self.model.now, late + around)

    @rule()
    def sweep(self):
        late = list(Attempt.objects.overdue(self.now))
        for attempt in late:
            attempts.close(attempt, now=self.now)
        assert self.model.sweep() == len(late)

    # --- What instructors do ---

    @rule(who=WHO, change=CHANGES)
    def instruct(self, who, change):
        """One rule for all of them, so that students get a turn too.

        Whether answers that were seen may be asked for again is a question put to people
        (`tests/quizzes/times/test_reopening.py`); here they say yes.
        """
        act, value = change
        getattr(self, act)(who, value)

    def give(self, who, **changes):
        timing.give_override(
            self.quiz,
            to=self.enrolled(who),
            changes=changes,
            reason="ill",
            by=self.world["ada"],
            now=self.now,
            although_seen=True,
        )

    def change_limit(self, who, minutes):
        if self.model.students[who].here:
            self.give(who, time_limit=minutes * 60)
            self.model.students[who].limit = minutes * 60
            self.model.moved(who)

    def change_close(self, who, after):
        if self.model.students[who].here:
            close = self.model.now + after
            self.both(
                lambda: self.model.give(who, close=close),
                lambda: self.give(who, closes_at=NOON + timedelta(seconds=close)),
            )

    def change_due(self, who, minutes):
        if self.model.students[who].here:
            due = self.model.now + minutes * 60
            self.both(
                lambda: self.model.give(who, due=due),
                lambda: self.give(who, due_at=NOON + timedelta(seconds=due)),
            )

    def change_late_policy(self, _who, penalty):
        """At the editors' desk; it holds for attempts that start from now on."""
        Quiz.objects.filter(pk=self.world["quiz"].pk).update(late_penalty=penalty)
        timing.settings_changed(self.quiz, now=self.now)
        self.model.settings = replace(self.model.settings, late_penalty=penalty)
        self.model.moved(*self.model.students)

    def change_method(self, _who, method):
        """At the editors' desk; it holds for what was handed in before, too."""
        Quiz.objects.filter(pk=self.world["quiz"].pk).update(grade_method=method)
        timing.settings_changed(self.quiz, now=self.now)
        self.model.change_method(method)

    def one_of(self, who, newest):
        mine = self.model.of(who)
        return mine[-1 if newest else 0] if mine else None

    @precondition(lambda self: any(not one.is_open for one in self.model.sittings))
    @rule(who=WHO, newest=st.booleans())
    def accept(self, who, newest):
        """Count an attempt after all that was not handed in."""
        sitting = self.one_of(who, newest)
        if sitting is not None:
            attempt = Attempt.objects.select_related("enrolment__cohort").get(
                pk=self.id_of(sitting)
            )
            self.both(
                lambda: self.model.accept(sitting),
                lambda: attempts.accept(
                    attempt, reason="The power failed.", by=self.world["ada"], now=self.now
                ),
            )

    @precondition(lambda self: any(not one.is_open for one in self.model.sittings))
    @rule(who=WHO, newest=st.booleans(), judgement=st.sampled_from(list(LEVELS)))
    def judge(self, who, newest, judgement):
        """A person marks the essay."""
        sitting = self.one_of(who, newest)
        if sitting is not None:
            item = Item.objects.get(attempt=self.id_of(sitting), position=ESSAY).pk
            base = len(sitting.asked[ESSAY].judged)
            ada = Enrolment.objects.select_related("cohort", "user").get(role=Role.INSTRUCTOR)
            self.both(
                lambda: self.model.judge(sitting, judgement),
                lambda: queue.mark(
                    item,
                    by=ada,
                    role="first",
                    base=base,
                    levels=LEVELS[judgement],
                    reason="Read again.",
                    now=self.now,
                ),
            )

    def change_attempts(self, who, allowed):
        if self.model.students[who].here:
            self.give(who, attempts_allowed=allowed)
            self.model.students[who].allowed = allowed
            self.model.tell_ledger(who)

    def change_factor(self, who, factor):
        def act():
            timing.change_time_factor(
                self.enrolled(who),
                factor=Decimal(factor),
                reason="reads slowly",
                by=self.world["ada"],
                now=self.now,
                although_seen=True,
            )

        if factor == "1.333":
            with pytest.raises(Refused):
                act()
        elif self.model.students[who].here:
            act()
            self.model.students[who].factor = Decimal(factor)
            self.model.moved(who)

    def schedule(self, _who, times):
        after, early = times
        close = None if after is None else self.model.now + after
        due = None if early is None else self.model.now - early * 60
        self.both(
            lambda: self.model.plan(due=due, close=close),
            lambda: timing.set_schedule(
                self.cohort,
                self.quiz,
                opens_at=None,
                due_at=None if due is None else NOON + timedelta(seconds=due),
                closes_at=None if close is None else NOON + timedelta(seconds=close),
                by=self.world["ada"],
                now=self.now,
                although_seen=True,
            ),
        )

    def withdraw(self, who, _nothing):
        enrolment.withdraw(self.enrolled(who), now=self.now)
        self.model.students[who].here = False

    def reinstate(self, who, _nothing):
        enrolment.reinstate(self.enrolled(who), now=self.now, although_seen=True)
        self.model.students[who].here = True

    def question(self, position):
        return Question.objects.select_related("module", "current").get(
            pk=self.world["questions"][position - 1].pk
        )

    @rule(position=POSITION, right=st.sampled_from(KEYS))
    def edit_question(self, position, right):
        correct(self.question(position), right)
        self.model.right[position] = right

    @rule(position=POSITION)
    def preview_regrade(self, position):
        regrade = regrading.preview(
            self.question(position),
            version=None,
            policy="new",
            cohort=self.cohort,
            by=self.world["ada"],
            reason="The key was wrong.",
            now=self.now,
        )
        self.preview = (
            regrade,
            position,
            self.model.right[position],
            self.model.seen_by_regrade(position),
        )

    @precondition(lambda self: self.preview is not None)
    @rule()
    def commit_regrade(self):
        (regrade, position, key, seen), self.preview = self.preview, None
        if self.model.seen_by_regrade(position) != seen:
            with pytest.raises(Refused, match="Something has moved"):
                regrading.commit(regrade, by=self.world["ada"], now=self.now)
            return
        regrading.commit(regrade, by=self.world["ada"], now=self.now)
        self.model.regrade(position, key)

    # --- After every step ---

    @invariant()
    def all_rows_are_as_in_the_model(self):
        if not hasattr(self, "model"):
            return
        found = {
            (
                attempt.pk,
                attempt.state,
                attempt.deadline,
                attempt.closes_at,
                attempt.submitted_at,
                attempt.score,
                attempt.out_of,
                attempt.deduction,
            )
            for attempt in Attempt.objects.all()
        }
        assert found == {
            (
                self.id_of(one),
                one.state,
                NOON + timedelta(seconds=one.end),
                NOON + timedelta(seconds=one.closes),
                None if one.submitted is None else NOON + timedelta(seconds=one.submitted),
                one.score,
                one.out_of,
                one.deduction,
            )
            for one in self.model.sittings
        }
        newest = Response.objects.filter(item=OuterRef("pk")).order_by("-revision")
        rows = (
            Item.objects.order_by()
            .annotate(
                stands=Q(replaced_at__isnull=True),
                at_hand=Q(left_at__isnull=True),
                revision=Subquery(newest.values("revision")[:1]) - F("begins"),
                answer=Subquery(newest.values("answer")[:1]),
                answers=Count("responses", distinct=True),
                given=Count("marks", distinct=True),
            )
            .values_list(
                "attempt",
                "position",
                "stands",
                "at_hand",
                "counts",
                "revision",
                "answers",
                "answer",
                "given",
            )
        )
        assert Counter(rows) == Counter(
            (
                self.id_of(sitting),
                one.position,
                all(one is not each for each in sitting.replaced),
                not one.left,
                one.counts,
                len(one.answers) or None,
                len(one.answers),
                one.answer,
                one.given,
            )
            for sitting in self.model.sittings
            for one in [*sitting.asked.values(), *sitting.replaced]
        )
        ledger = Record.objects.values_list("enrolment__user__username", "score", "completed_at")
        assert {(who, score, done is not None) for who, score, done in ledger} == {
            (who, student.counting, student.completed)
            for who, student in self.model.students.items()
            if student.begun
        }

    def recount(self):
        """The dashboard's numbers, again from nothing but the marks of finished attempts."""
        if not hasattr(self, "model"):
            return
        roster = dashboards.roster(self.cohort)
        at = next(
            place
            for place, column in enumerate(roster.columns)
            if column.activity.pk == self.world["quiz"].activity_id
        )
        counted = {}
        for who, student in self.model.students.items():
            finished = Attempt.objects.filter(
                enrolment__user=self.user(who), score__isnull=False
            ).order_by("number")
            totals = [
                sum(
                    Mark.objects.filter(item=item).order_by("-pk").values_list("score")[0][0]
                    for item in attempt.items.current().filter(counts=True)
                )
                for attempt in finished
            ]
            scores = [one.score for one in self.model.of(who)]
            assert totals == [score for score in scores if score is not None]
            if student.here:
                counted[who] = student.counting
        assert {row.enrolment.user.username: row.cells[at].score for row in roster.rows} == counted
        scores = [score for score in counted.values() if score is not None]
        assert (roster.columns[at].scored, roster.columns[at].mean) == (
            len(scores),
            dashboards.mean(scores),
        )


@pytest.mark.invariant("B8", "A9", "C5", "D2", "D3", "D7", "D8", runs=RUNS)
@pytest.mark.parametrize("how", HOW, ids=" ".join)
def test_the_engine_does_what_the_model_does(how, ada, ben, cohort, module, quiz, questions):
    zoe = factories.make_user("zoe")
    factories.enrol(zoe, cohort)
    for question in questions:
        correct(question, KEYS[0], hints=["Who rules above states?"])
    essay = factories.make_question(
        module, "anarchy-essay", kind="essay", spec=factories.sample("essay")
    )
    Slot.objects.create(quiz=quiz, position=ESSAY, question=essay)

    way = how

    class Here(Engine):
        how = way
        world = {
            "ada": ada,
            "ben": ben,
            "zoe": zoe,
            "cohort": cohort,
            "quiz": quiz,
            "questions": questions,
        }

    # No search for an explanation: it takes minutes, and the steps say enough.
    phases = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
    run_state_machine_as_test(
        Here, settings=settings(max_examples=RUNS, stateful_step_count=STEPS, phases=phases)
    )
