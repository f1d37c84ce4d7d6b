"""B5 to B7 and C6: what closes an attempt, and what does not."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.models import Record
from courses.refusals import Refused
from quizzes.models import Attempt, Item, Mark, QuestionVersion, Response
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer, Closed
from tests import factories
from tests.factories import NOON, minutes
from tests.invariants.scale import runs
from tests.races import at_once

ROOT = Path(__file__).parent.parent.parent
OVERDUE, POISONED, KILLS, STEPS = runs(1000), 5, runs(50), runs(200)


def save(user, attempt, position, token, base=0, now=NOON):
    answer = Answer(base, lambda kind, order: kind.parse_json(order, token))
    return attempts.save(user, attempt.pk, answers={position: answer}, now=now)[position]


def overdue_attempts(cohort, quiz, number: int) -> list[Attempt]:
    """Attempts whose time was up long ago, each with one right answer of three."""
    versions = [slot.question.current for slot in quiz.slots.select_related("question__current")]
    first = len(Attempt.objects.all())
    made = []
    for place in range(first, first + number):
        who = factories.enrol(factories.make_user(f"late-{place}"), cohort)
        made.append(
            Attempt.objects.create(
                quiz=quiz,
                enrolment=who,
                number=1,
                started_at=NOON,
                deadline=NOON + minutes(30),
                closes_at=NOON + minutes(31),
                out_of=3,
            )
        )
    Item.objects.bulk_create(
        Item(
            attempt=attempt,
            position=position,
            version=version,
            order=["option-1", "option-2", "option-3"],
            points=1,
        )
        for attempt in made
        for position, version in enumerate(versions, start=1)
    )
    Response.objects.bulk_create(
        Response(item=item, revision=1, answer="option-1", saved_at=NOON)
        for item in Item.objects.filter(attempt__in=made, position=1)
    )
    return made


def state() -> list[tuple]:
    """Every row that an attempt has, to be compared byte for byte."""
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Attempt, Item, Response, Mark, Record)
    ]


# --- B5: the sweeper ---------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.invariant("B5", "A9", "D5", runs=OVERDUE)
def test_what_is_overdue_is_closed_and_graded_though_some_are_broken(cohort, quiz):
    fine = overdue_attempts(cohort, quiz, OVERDUE)
    broken = overdue_attempts(cohort, quiz, POISONED)
    # Some cannot be closed at all, some only not graded.
    Attempt.objects.filter(pk__in=[one.pk for one in broken[:2]]).update(out_of=0)
    vanished = QuestionVersion.objects.first()
    vanished.pk, vanished.kind, vanished.digest, vanished.number = None, "vanished", "-", 99
    vanished.save()
    Item.objects.filter(attempt__in=broken[2:], position=2).update(version=vanished)

    with pytest.raises(CommandError, match="2 attempts could not be closed"):
        call_command("close_overdue")

    closed = Attempt.objects.filter(pk__in=[one.pk for one in fine])
    assert set(closed.values_list("state", "score", "submitted_at")) == {
        ("submitted", Decimal(1), NOON + minutes(30))
    }
    assert Mark.objects.filter(item__attempt__in=fine).count() == 3 * OVERDUE
    assert Record.objects.filter(score=Decimal("33.33")).count() == OVERDUE
    waiting = Attempt.objects.filter(pk__in=[one.pk for one in broken[2:]])
    assert set(waiting.values_list("state", "score")) == {("submitted", None)}
    assert set(
        Attempt.objects.filter(pk__in=[one.pk for one in broken[:2]]).values_list("state")
    ) == {("open",)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.invariant("B5", "D6", runs=2)
def test_two_sweepers_at_once_close_each_attempt_once(cohort, quiz):
    made = overdue_attempts(cohort, quiz, 10)
    at_once(*[lambda: call_command("close_overdue")] * 2)
    assert set(Attempt.objects.values_list("state", "score")) == {("submitted", Decimal(1))}
    assert Mark.objects.count() == 3 * len(made)
    before = state()
    call_command("close_overdue")
    assert state() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.invariant("B5", "D6", runs=KILLS)
def test_a_sweeper_killed_at_any_moment_leaves_no_attempt_half_closed(cohort, quiz):
    chosen = random.Random(8)
    made = overdue_attempts(cohort, quiz, 30)
    for _kill in range(KILLS):
        sweeper = sweep_apart()
        assert sweeper.stdout is not None
        sweeper.stdout.readline()  # it has begun
        time.sleep(chosen.uniform(0, 0.1))
        os.kill(sweeper.pid, signal.SIGKILL)
        sweeper.communicate()
        for attempt in Attempt.objects.filter(pk__in=[one.pk for one in made]):
            marks = Mark.objects.filter(item__attempt=attempt).count()
            assert (attempt.state, attempt.score, marks) in {
                ("open", None, 0),
                ("submitted", Decimal(1), 3),
            }
        if not Attempt.objects.open().exists():
            made = overdue_attempts(cohort, quiz, 30)
    call_command("close_overdue")
    assert set(Attempt.objects.values_list("state", "score")) == {("submitted", Decimal(1))}
    assert Mark.objects.count() == 3 * Attempt.objects.count() == 3 * Record.objects.count()


def sweep_apart() -> subprocess.Popen:
    """The sweeper in a process of its own, on the database of this test."""
    has = connection.settings_dict
    where = (
        f"sqlite:///{has['NAME']}"
        if connection.vendor == "sqlite"
        else f"postgres://{has['USER']}:{has['PASSWORD']}@{has['HOST']}:{has['PORT']}/{has['NAME']}"
    )
    sweep = (
        "import django; django.setup();"
        "from django.core.management import call_command;"
        "print('begins', flush=True); call_command('close_overdue')"
    )
    return subprocess.Popen(
        [sys.executable, "-c", sweep],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": where, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


# --- B6: without the sweeper -------------------------------------------------------------------


@pytest.fixture
def late(ben, ben_here, quiz) -> Attempt:
    """ben's attempt, with one right answer, past its end; nobody has noticed."""
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    save(ben, attempt, 1, "a", now=timezone.now())
    past = timezone.now() - timedelta(minutes=5)
    Attempt.objects.update(deadline=past, closes_at=past + timedelta(seconds=10))
    attempt.refresh_from_db()
    return attempt


DOORS = {
    "page": ("get", "/attempts/{pk}/", {}),
    "form": ("post", "/attempts/{pk}/", {"q1": "b", "q1.revision": "1"}),
    "save": ("post", "/attempts/{pk}/questions/1/", {"q1": "b", "q1.revision": "1"}),
    "asked to confirm": ("get", "/attempts/{pk}/submit/", {}),
    "hand in": ("post", "/attempts/{pk}/submit/", {}),
    "result": ("get", "/attempts/{pk}/result/", {}),
    "cover": ("get", "/quizzes/realism-quiz/", {}),
    "new attempt": ("post", "/quizzes/realism-quiz/", {}),
    "API attempt": ("get", "/api/v1/attempts/{pk}/", {}),
    "API save": ("put", "/api/v1/attempts/{pk}/responses/1/", {"revision": 1, "answer": "b"}),
    "API hand in": ("post", "/api/v1/attempts/{pk}/submit/", {}),
    "API result": ("get", "/api/v1/attempts/{pk}/result/", {}),
}


@pytest.mark.django_db
@pytest.mark.invariant("B6", "A9")
@pytest.mark.parametrize("door", DOORS)
def test_whoever_meets_an_overdue_attempt_finds_it_closed(as_, ben, late, door):
    method, url, data = DOORS[door]
    more = {"content_type": "application/json"} if url.startswith("/api") else {}
    reply = getattr(as_(ben), method)(url.format(pk=late.pk), data, **more)
    assert reply.status_code < 500
    found = Attempt.objects.get(pk=late.pk)
    assert (found.state, found.score, found.submitted_at) == ("submitted", 1, late.deadline)
    assert list(Response.objects.values_list("answer", flat=True)) == ["option-1"]


@pytest.mark.django_db
@pytest.mark.invariant("B6", "C2")
def test_who_asks_when_it_ends_is_told_that_it_has(as_, ben, late):
    told = as_(ben).get(f"/attempts/{late.pk}/deadline/").json()
    assert (told["open"], told["seconds_left"]) == (False, 0)


# --- B7: looking does nothing ------------------------------------------------------------------

STUDENTS = {"attempt", "position", "activity", "course", "lesson", "question"}


def student_addresses(values: dict[str, object]) -> list[str]:
    """Every address of the site that a student's work could be named in, filled in."""

    def walk(resolver, spaces=(), names=frozenset()):
        for pattern in resolver.url_patterns:
            found = names | set(pattern.pattern.converters)
            if isinstance(pattern, URLPattern):
                if found and found <= STUDENTS and pattern.name:
                    yield reverse(
                        ":".join([*spaces, pattern.name]),
                        kwargs={name: values[name] for name in found},
                    )
            else:
                space = (pattern.namespace,) if pattern.namespace else ()
                yield from walk(pattern, (*spaces, *space), found)

    return sorted(set(walk(get_resolver())))


@pytest.mark.django_db
@pytest.mark.invariant("B7")
@pytest.mark.parametrize("overdue", [False, True])
def test_who_teaches_or_administers_changes_no_attempt_by_any_address(
    as_, ben, ben_here, cleo, ada, adam, quiz, lesson, overdue, request
):
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    save(ben, attempt, 1, "a", now=timezone.now())
    if overdue:
        past = timezone.now() - timedelta(minutes=5)
        Attempt.objects.update(deadline=past, closes_at=past + timedelta(seconds=10))
    values = {"attempt": attempt.pk, "position": 1, "activity": "realism-quiz"}
    values |= {"course": "lenses", "lesson": "anarchy", "question": "anarchy-check"}
    form = {"q1": "b", "q1.revision": "1", "finish": "1", "answer": "b", "reason": "No."}
    sent = {"revision": 1, "answer": "b"}
    before = state()
    urls = student_addresses(values)
    assert f"/attempts/{attempt.pk}/questions/1/" in urls
    for person in (cleo, ada, adam):
        client = as_(person)
        for url in urls:
            for reply in (
                client.get(url),
                client.post(url, form),
                client.put(url, sent, content_type="application/json"),
            ):
                assert reply.status_code < 500, url
            assert state()[:4] == before[:4], (person.username, url)
    assert Record.objects.filter(enrolment=ben_here).count() == 1


# --- C6: the server's clock steps --------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.invariant("C6", runs=STEPS)
@settings(max_examples=STEPS, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from(["save", "submit", "sweep", "start"]),
            st.sampled_from([0, -300, 300]),
            st.integers(0, 120),
        ),
        min_size=2,
        max_size=8,
    )
)
def test_a_step_of_the_clock_neither_reopens_nor_closes_twice(ben, ben_here, quiz, acts):
    with transaction.atomic():
        attempt = attempts.start(ben_here, quiz, now=NOON)
        # The end comes soon, so that the steps go to and fro across it.
        now = attempt.deadline - timedelta(seconds=60)
        closed = None
        for act, step, after in acts:
            now += timedelta(seconds=step + after)
            try:
                if act == "save":
                    revision = Response.objects.filter(item__attempt=attempt).count()
                    save(ben, attempt, 1, "ab"[revision % 2], base=revision, now=now)
                elif act == "submit":
                    attempts.submit(ben, attempt.pk, now=now)
                elif act == "start":
                    attempts.start(ben_here, quiz, now=now)
                else:
                    for found in Attempt.objects.overdue(now):
                        attempts.close(found, now=now)
            except (Closed, Refused):
                pass
            attempt.refresh_from_db()
            assert attempt.submitted_at is None or attempt.submitted_at <= attempt.deadline
            rows = [
                list(model.objects.filter(**of).values_list())
                for model, of in (
                    (Attempt, {"pk": attempt.pk}),
                    (Mark, {"item__attempt": attempt}),
                    (Response, {"item__attempt": attempt}),
                )
            ]
            assert closed is None or rows == closed
            closed = None if attempt.is_open else rows
        transaction.set_rollback(True)
