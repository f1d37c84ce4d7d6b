"""B8: whatever people do in whatever order, the engine does what a simple model of it does."""

import sys
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
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
from courses.models import Enrolment, Record
from courses.refusals import Refused
from quizzes import access, attempts, regrading, reports, timing, visibility
from quizzes.attempts import Answer, Closed, NotSaved, Saved
from quizzes.models import Attempt, Item, Mark, Question, Quiz, Response
from tests import factories
from tests.factories import NOON
from tests.invariants.model import KEYS, PASS, POINTS, Model, RefusedByModel, Student, percentage
from tests.invariants.scale import PROVING, runs
from tests.regrading import correct

pytestmark = pytest.mark.django_db

RUNS = runs(1000)
STEPS = 50 if PROVING else 20

WHO = st.sampled_from(["ben", "zoe"])
POSITION = st.sampled_from([1, 2, 3])
MINUTES = st.integers(0, 90).map(lambda minutes: minutes * 60)


class Engine(RuleBasedStateMachine):
    """Every rule does one thing to both and compares the replies; then all rows are compared."""

    # What the fixtures made: people by name, ada, the quiz, its cohort and questions.
    world: dict

    @initialize(
        review=st.sampled_from(["homework", "exam"]),
        method=st.sampled_from(["highest", "average", "first", "last"]),
        seed=st.integers(0, 5),
    )
    def begin(self, review, method, seed):
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        quiz = self.world["quiz"]
        # Which questions a student knows is a rule of its own (E3); here all of them count.
        Quiz.objects.filter(pk=quiz.pk).update(
            review=review, grade_method=method, known_questions=Quiz.Known.COUNT
        )
        for position, points in POINTS.items():
            quiz.slots.filter(position=position).update(points=points)
        self.cohort = self.world["cohort"]
        self.seed = seed
        self.model = Model(
            review,
            method,
            cohort_close=int((self.cohort.closes_at - NOON).total_seconds()),
            students={"ben": Student(), "zoe": Student()},
        )
        self.ids = {}  # attempts by who and number
        self.orders = {}  # the keys of the options in the order shown, by attempt and position
        self.last = None  # the last save, to be sent again
        self.preview = None

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

    def send(self, who, pk, position, token, base):
        answer = Answer(base, lambda kind, order: kind.parse_json(order, token))
        return attempts.save(self.user(who), pk, answers={position: answer}, now=self.now)[position]

    def save_both(self, sitting, position, token, base):
        pk = self.id_of(sitting)
        option = None if token is None else self.orders[pk, position]["abc".index(token)]
        try:
            outcome = self.model.save(sitting, position, option, base)
        except RefusedByModel as refusal:
            self.refused_too(refusal, lambda: self.send(sitting.who, pk, position, token, base))
            return
        reply = self.send(sitting.who, pk, position, token, base)
        past = sitting.answers[position]
        if outcome == "stale":
            assert (type(reply), reply.reason, reply.revision) == (NotSaved, "stale", len(past))
        else:
            assert (type(reply), reply.revision, reply.shown) == (Saved, len(past), token)

    @precondition(lambda self: self.model.sittings)
    @rule(
        who=WHO,
        position=POSITION,
        token=st.sampled_from(["a", "b", "c", None]),
        behind=st.sampled_from([0, 0, 0, 0, 1, -1]),
    )
    def save(self, who, position, token, behind):
        sitting = self.sitting(who)
        if sitting is not None:
            base = max(0, len(sitting.answers[position]) - behind)
            self.last = (sitting, position, token, base)
            self.save_both(*self.last)

    @precondition(lambda self: self.last is not None)
    @rule()
    def repeat(self):
        """The same save once more, perhaps long after: its acknowledgement was lost."""
        self.save_both(*self.last)

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
            keys = [sitting.answer(position) for position in (1, 2, 3)]
            assert shown == [
                None if key is None else "abc"[self.orders[found.pk, position].index(key)]
                for position, key in enumerate(keys, start=1)
            ]
            return
        result = reports.result(found, now=self.now)
        assert visibility.reveals_key(result.items) == self.model.shows_key(sitting)
        assert (result.percentage, result.passed) == (
            percentage(sitting.score),
            percentage(sitting.score) >= PASS,
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

    @rule(seconds=st.one_of(st.integers(0, 90), st.integers(0, 2400)))
    def tick(self, seconds):
        self.model.now += seconds

    @precondition(lambda self: any(one.is_open for one in self.model.sittings))
    @rule(who=WHO, around=st.integers(-1, 1))
    def tick_to_the_last_moment(self, who, around):
        """Where mistakes live: a second before the end of the grace, at it, and after it."""
        sitting = self.model.under_way(who)
        if sitting is not None:
            self.model.now = max(self.model.now, sitting.end + 10 + around)

    @rule()
    def sweep(self):
        late = list(Attempt.objects.overdue(self.now))
        for attempt in late:
            attempts.close(attempt, now=self.now)
        assert self.model.sweep() == len(late)

    # --- What instructors do ---

    def give(self, who, **changes):
        timing.give_override(
            self.quiz,
            to=self.enrolled(who),
            changes=changes,
            reason="ill",
            by=self.world["ada"],
            now=self.now,
        )

    @rule(who=WHO, minutes=st.integers(1, 90))
    def change_limit(self, who, minutes):
        if self.model.students[who].here:
            self.give(who, time_limit=minutes * 60)
            self.model.students[who].limit = minutes * 60
            self.model.moved(who)

    @rule(who=WHO, after=MINUTES)
    def change_close(self, who, after):
        if self.model.students[who].here:
            close = self.model.now + after
            self.give(who, closes_at=NOON + timedelta(seconds=close))
            self.model.students[who].close = close
            self.model.moved(who)

    @rule(who=WHO, allowed=st.integers(1, 4))
    def change_attempts(self, who, allowed):
        if self.model.students[who].here:
            self.give(who, attempts_allowed=allowed)
            self.model.students[who].allowed = allowed

    @rule(who=WHO, factor=st.sampled_from(["1", "1.25", "1.33", "2", "1.333"]))
    def change_factor(self, who, factor):
        def act():
            timing.change_time_factor(
                self.enrolled(who),
                factor=Decimal(factor),
                reason="reads slowly",
                by=self.world["ada"],
                now=self.now,
            )

        if factor == "1.333":
            with pytest.raises(Refused):
                act()
        elif self.model.students[who].here:
            act()
            self.model.students[who].factor = Decimal(factor)
            self.model.moved(who)

    @rule(after=st.none() | MINUTES)
    def schedule(self, after):
        close = None if after is None else self.model.now + after
        timing.set_schedule(
            self.cohort,
            self.quiz,
            opens_at=None,
            due_at=None,
            closes_at=None if close is None else NOON + timedelta(seconds=close),
            by=self.world["ada"],
            now=self.now,
        )
        self.model.schedule = close
        self.model.moved(*self.model.students)

    @rule(who=WHO)
    def withdraw(self, who):
        enrolment.withdraw(self.enrolled(who), now=self.now)
        self.model.students[who].here = False

    @rule(who=WHO)
    def reinstate(self, who):
        enrolment.reinstate(self.enrolled(who))
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
            (attempt.pk, attempt.state, attempt.deadline, attempt.submitted_at, attempt.score)
            for attempt in Attempt.objects.all()
        }
        assert found == {
            (
                self.id_of(one),
                "open" if one.is_open else "submitted",
                NOON + timedelta(seconds=one.end),
                None if one.submitted is None else NOON + timedelta(seconds=one.submitted),
                None if one.is_open else one.score,
            )
            for one in self.model.sittings
        }
        newest = Response.objects.filter(item=OuterRef("pk")).order_by("-revision")
        rows = (
            Item.objects.order_by()
            .annotate(
                revision=Subquery(newest.values("revision")[:1]),
                answer=Subquery(newest.values("answer")[:1]),
                answers=Count("responses", distinct=True),
                given=Count("marks", distinct=True),
            )
            .values_list("attempt", "position", "revision", "answers", "answer", "given")
        )
        assert set(rows) == {
            (
                self.id_of(one),
                position,
                len(one.answers[position]) or None,
                len(one.answers[position]),
                one.answer(position),
                one.given.get(position, 0),
            )
            for one in self.model.sittings
            for position in (1, 2, 3)
        }
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
                enrolment__user=self.user(who), submitted_at__isnull=False
            ).order_by("number")
            totals = [
                sum(
                    Mark.objects.filter(item=item).order_by("-pk").values_list("score")[0][0]
                    for item in attempt.items.all()
                )
                for attempt in finished
            ]
            assert totals == [one.score for one in self.model.of(who) if not one.is_open]
            if student.here:
                counted[who] = student.counting
        assert {row.enrolment.user.username: row.cells[at].score for row in roster.rows} == counted
        scores = [score for score in counted.values() if score is not None]
        assert (roster.columns[at].scored, roster.columns[at].mean) == (
            len(scores),
            dashboards.mean(scores),
        )


@pytest.mark.invariant("B8", "A9", "C5", "D2", "D3", "D7", "D8", runs=RUNS)
def test_the_engine_does_what_the_model_does(ada, ben, cohort, quiz, questions):
    zoe = factories.make_user("zoe")
    factories.enrol(zoe, cohort)

    class Here(Engine):
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
