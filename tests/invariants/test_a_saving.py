"""A3, A4, A6, A7, B4 and C3: what becomes of saves that are repeated, stale, broken or late."""

import threading
import time
import uuid
from contextlib import suppress
from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection, models, transaction
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quizzes.models import Attempt, Item, LateAnswer, Mark, Response
from quizzes.questions import KINDS
from quizzes.questions.base import NeedsMarking
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer, NotSaved, Saved
from quizzes.times.availability import GRACE
from tests.factories import NOON, minutes
from tests.invariants.scale import SCALE, runs

JSON = {"HTTP_ACCEPT": "application/json"}
OPERATIONS = [uuid.UUID(int=number) for number in range(1, 5)]
MANY = settings(
    max_examples=runs(2000),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=SCALE < 1,
)

Row = tuple[str | None, uuid.UUID | None]


def choose(token: str | None, base: int | None, operation: uuid.UUID | None = None) -> Answer:
    return Answer(base, lambda kind, order: kind.parse_json(order, token), operation)


def send(ben, attempt, answer: Answer, now=NOON) -> Saved | NotSaved:
    return attempts.save(ben, attempt.pk, answers={1: answer}, now=now)[1]


def rows(item: Item) -> list[tuple[str | None, uuid.UUID | None]]:
    """What is stored of a question, first to last, in the tokens of its page."""
    kind = KINDS["single"]
    return [
        (kind.show(item.order, row.answer), row.operation)
        for row in Response.objects.filter(item=item).order_by("revision")
    ]


@pytest.fixture
def attempt(ben_here, quiz) -> Attempt:
    return attempts.start(ben_here, quiz, now=NOON)


@pytest.fixture
def under_way(ben_here, quiz) -> Attempt:
    """For requests, which are judged by the clock on the wall."""
    return attempts.start(ben_here, quiz, now=timezone.now())


def model(stored: list[Row], token, base, operation) -> tuple:
    """What must be said to a save; what must be stored is added to `stored`."""
    current = len(stored)
    standing = stored[-1][0] if stored else None
    if base is None:
        return ("malformed", current)
    known = [place for place, row in enumerate(stored, 1) if operation and row[1] == operation]
    if known:
        if stored[known[0] - 1][0] != token:
            return ("malformed", current)
        return ("saved", known[0], current)
    again = token == standing and base in (current, current - 1)
    if again and (operation is None or not stored):
        return ("saved", current, current)
    if base != current and not again:
        return ("stale", current, standing)
    stored.append((token, operation))
    return ("saved", current + 1, current + 1)


def said(outcome: Saved | NotSaved) -> tuple:
    if isinstance(outcome, Saved):
        return ("saved", outcome.revision, outcome.newest)
    if outcome.reason == "stale":
        return ("stale", outcome.revision, outcome.shown)
    return (outcome.reason, outcome.revision)


SENT = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", None]),
        st.sampled_from([0, 0, 0, -1, -2, 1, None]),  # from the revision that stands
        st.sampled_from([*OPERATIONS, None]),
        st.integers(1, 3),  # how often, because no answer was heard
    ),
    min_size=1,
    max_size=7,
)


@pytest.mark.invariant("A3", "A4", runs=runs(2000))
@pytest.mark.django_db
@MANY
@given(sent=SENT, order=st.randoms(use_true_random=False))
def test_saves_in_any_order_and_number_do_what_the_simple_model_does(ben, attempt, sent, order):
    item = attempt.items.get(position=1)
    Response.objects.filter(item=item).delete()
    stored: list[Row] = []
    earlier = []
    for token, lag, operation, times in sent:
        base = None if lag is None else max(0, len(stored) + lag)
        earlier += [(token, base, operation)] * times
        # Between them comes again what was sent long ago.
        for save in [*earlier[-times:], order.choice(earlier)]:
            before = rows(item)
            outcome = send(ben, attempt, choose(*save))
            assert said(outcome) == model(stored, *save)
            if isinstance(outcome, Saved):
                assert (outcome.digest, outcome.operation) == (attempts.digest(save[0]), save[2])
            assert rows(item)[: len(before)] == before
        assert rows(item) == stored


@pytest.mark.invariant("A3")
@pytest.mark.django_db
def test_a_save_sent_again_after_a_newer_one_is_acknowledged_and_told_what_stands(ben, attempt):
    first, second = OPERATIONS[:2]
    send(ben, attempt, choose("a", 0, first))
    send(ben, attempt, choose("b", 1, second))
    again = send(ben, attempt, choose("a", 0, first))
    assert (again.revision, again.shown, again.newest, again.stands) == (1, "a", 2, "b")
    stale = send(ben, attempt, choose("c", 1, OPERATIONS[2]))
    assert (stale.reason, stale.shown, stale.operation) == ("stale", "b", second)


@pytest.mark.django_db
def test_one_name_for_two_different_answers_is_refused(ben, attempt):
    send(ben, attempt, choose("a", 0, OPERATIONS[0]))
    other = send(ben, attempt, choose("b", 1, OPERATIONS[0]))
    assert (other.reason, other.message) == ("malformed", attempts.OTHER_ANSWER)


@pytest.mark.django_db
def test_a_form_with_a_name_is_stored_once_however_often_it_is_sent(as_, ben, under_way):
    bens, address = as_(ben), reverse("quizzes:attempt", args=[under_way.pk])
    form = {"q1": "a", "q1.revision": "0", "q2": "b", "q2.revision": "0", "q3.revision": "0"}
    for _ in range(3):
        assert bens.post(address, {**form, "operation": str(OPERATIONS[0])}).status_code == 302
    assert [(row.revision, row.source) for row in Response.objects.all()] == [(1, "form")] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["1", "0b8f3f3e-5d0c-4c1a-9d6e-2f1a7c3b9e1x", "x" * 36, "a" * 999])
def test_a_name_that_is_no_uuid_is_told_so_and_nothing_is_stored(as_, ben, under_way, name):
    bens = as_(ben)
    form = {"q1": "a", "q1.revision": "0", "operation": name}
    told = bens.post(reverse("quizzes:save", args=[under_way.pk, 1]), form, **JSON)
    assert (told.status_code, told.json()["reason"]) == (422, "malformed")
    assert "no UUID" in told.json()["message"]
    page = bens.post(reverse("quizzes:attempt", args=[under_way.pk]), form)
    assert (page.status_code, b"no UUID" in page.content) == (422, True)
    assert b'value="a" checked' in page.content
    assert (
        bens.put(
            reverse("api:response", args=[under_way.pk, 1]),
            {"revision": 0, "answer": "a", "operation": name},
            "application/json",
        ).status_code
        == 422
    )
    assert Response.objects.count() == 0


# --- What is broken concerns its own question only ---------------------------------------------

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)


@pytest.mark.invariant("A7", runs=runs(1000))
@pytest.mark.parametrize("name", KINDS)
@settings(
    max_examples=runs(1000),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=SCALE < 1,
)
@given(junk=JUNK)
@example(junk="x" * 100_000)
@example(junk=[["a"] * 10] * 1000)
def test_whatever_is_sent_is_read_or_refused_by_its_kind(name, junk):
    kind = KINDS[name]
    spec = kind.samples[0].spec
    order = list(kind.keys(spec)) if not isinstance(kind.keys(spec), dict) else kind.keys(spec)
    for read in (
        lambda: kind.parse_json(order, junk),
        lambda: kind.parse(order, {"q1": [str(junk)], "q1.a": [str(junk)]}, "q1"),
    ):
        try:
            response = read()
        except ValueError:
            continue  # the student is told
        with suppress(NeedsMarking):
            assert 0 <= kind.grade(spec, response) <= 1


@pytest.mark.invariant("A7")
@pytest.mark.django_db
def test_what_is_broken_keeps_no_other_answer_from_being_stored_and_replaces_none(ben, attempt):
    send(ben, attempt, choose("a", 0))
    outcomes = attempts.save(
        ben, attempt.pk, answers={1: choose("nonsense", 1), 2: choose("b", 0)}, now=NOON
    )
    assert (said(outcomes[1]), said(outcomes[2])) == (("malformed", 1), ("saved", 1, 1))
    assert [row.revision for row in Response.objects.all()] == [1, 1]
    done = attempts.submit(ben, attempt.pk, now=NOON)
    assert done.score == 1


# --- Nothing that was acknowledged is taken away ------------------------------------------------


def everything_it_hangs_on(attempt: Attempt) -> list[models.Model]:
    """The rows without which the attempt would not be there, as the models' own links say."""
    found: dict[tuple, models.Model] = {}
    ahead: list[models.Model] = [attempt, attempt.items.get(position=1)]
    while ahead:
        row = ahead.pop()
        if (type(row), row.pk) in found:
            continue
        found[type(row), row.pk] = row
        ahead += [
            getattr(row, field.name)
            for field in row._meta.concrete_fields
            if isinstance(field, models.ForeignKey) and not field.null
        ]
    return list(found.values())


@pytest.mark.invariant("A6")
@pytest.mark.django_db
def test_nothing_that_an_answered_attempt_hangs_on_can_be_deleted(ben, attempt):
    send(ben, attempt, choose("a", 0))
    hangs_on = everything_it_hangs_on(attempt)
    kinds = {type(row).__name__ for row in hangs_on}
    assert {"Attempt", "Item", "Quiz", "Enrolment", "User", "Cohort", "Course", "Module"} <= kinds
    assert {"QuestionVersion", "Question", "Activity"} <= kinds
    for row in hangs_on:
        with transaction.atomic(), suppress(models.ProtectedError, models.RestrictedError):
            row.delete()
            pytest.fail(f"{type(row).__name__} could be deleted")
    assert Response.objects.count() == 1


@pytest.mark.invariant("A6")
@pytest.mark.django_db
def test_administrators_delete_and_change_no_answer(adam):
    request = RequestFactory().get("/")
    request.user = adam
    for model, desk in admin.site._registry.items():
        if model in (Attempt, Item, Response, LateAnswer, Mark):
            assert not desk.has_delete_permission(request)
            assert not desk.has_change_permission(request)
        for inline in desk.get_inline_instances(request):
            if inline.model in (Item, Response, LateAnswer, Mark):
                assert not inline.can_delete
                assert not inline.has_change_permission(request)


# --- After the end -----------------------------------------------------------------------------


@pytest.mark.invariant("B4")
@pytest.mark.django_db
def test_every_write_of_an_attempt_sent_once_more_after_its_end_changes_nothing(as_, ben, quiz):
    bens = as_(ben)
    started = bens.post(reverse("quizzes:quiz", args=[quiz.activity.key]))
    attempt = Attempt.objects.get()
    page = started["Location"]
    writes = []

    def post(path: str, fields: dict, **headers) -> int:
        writes.append((path, fields, headers))
        return bens.post(path, fields, **headers).status_code

    for position, token in ((1, "b"), (2, "a"), (3, "c")):
        fields = {f"q{position}": token, f"q{position}.revision": 0}
        fields["operation"] = str(OPERATIONS[position])
        assert post(f"{page}questions/{position}/", fields, **JSON) == 200
    assert post(f"{page}questions/1/", {"q1": "a", "q1.revision": 1}, **JSON) == 200
    assert post(f"{page}questions/1/", {"q1": "c", "q1.revision": 0}, **JSON) == 409
    whole = {"q1": "a", "q1.revision": 2, "q2": "c", "q2.revision": 1, "q3.revision": 1}
    assert post(page, whole) == 302
    assert post(f"{page}submit/", {}) == 302

    def stored() -> list:
        kept = (Attempt, Item, Response, Mark)
        return [list(one.objects.order_by("pk").values_list()) for one in kept]

    before = stored()
    assert len(before[2]) == 6
    other = as_(ben)  # another browser
    for path, fields, headers in writes * 2:
        for client in (bens, other):
            reply = client.post(path, fields, **headers)
            if headers:
                assert (reply.status_code, reply.json()["reason"]) == (410, "closed")
            else:
                assert reply["Location"] == reverse("quizzes:result", args=[attempt.pk])
    put = bens.put(
        reverse("api:response", args=[attempt.pk, 1]),
        {"revision": 3, "answer": "b"},
        "application/json",
    )
    assert put.status_code == 410
    assert stored() == before


@pytest.mark.invariant("C3")
@pytest.mark.django_db
def test_an_answer_after_the_end_is_kept_once_as_late_and_never_counts(ben, attempt):
    send(ben, attempt, choose("b", 0))
    late = attempt.closes_at + minutes(1)
    for times in range(3):
        with pytest.raises(attempts.Closed) as told:
            send(ben, attempt, choose("a", 1, OPERATIONS[0]), now=late)
        assert (attempts.KEPT_AS_LATE in str(told.value)) == (times == 0)
    with pytest.raises(attempts.Closed):
        send(ben, attempt, choose("b", 0), now=late)  # it was stored in time: nothing is late
    kept = LateAnswer.objects.get()
    assert (kept.answer, kept.arrived_at, kept.operation) == ("option-1", late, OPERATIONS[0])
    attempt.refresh_from_db()
    assert (attempt.score, Response.objects.count()) == (0, 1)


@pytest.mark.invariant("C3")
@pytest.mark.django_db
def test_what_comes_after_the_end_and_cannot_be_read_is_kept_as_it_came(as_, ben, attempt):
    Attempt.objects.update(deadline=NOON, closes_at=NOON)
    bens, page = as_(ben), reverse("quizzes:save", args=[attempt.pk, 1])
    long = "A whole essay\0. " * 3000
    for typed, new in ((long, True), (long, False), ("Żółć", True)):
        said = bens.post(page, {"q1": typed, "q1.revision": 0}, **JSON)
        assert said.status_code == 410
        assert (attempts.KEPT_AS_LATE in said.json()["message"]) == new
    put = bens.put(
        reverse("api:response", args=[attempt.pk, 1]),
        {"revision": 0, "answer": ["x", 1]},
        "application/json",
    )
    assert put.status_code == 410
    whole, short, listed = LateAnswer.objects.order_by("pk")
    assert whole.unread.startswith("A whole essay. A whole essay. ")
    assert (len(whole.unread), whole.unread[-1]) == (1_000, "…")
    assert (short.unread, listed.unread, listed.answer) == ("Żółć", '["x", 1]', None)
    log = bens.get(reverse("quizzes:log", args=[attempt.pk])).content.decode()
    assert "Too late, and no answer to this question: kept here as it came" in log
    assert "Żółć" in log
    attempt.refresh_from_db()
    assert (attempt.score, Response.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_late_answers_are_kept_up_to_a_number_and_then_it_is_said(ben, attempt):
    late = attempt.closes_at + minutes(1)
    for number in range(attempts.MOST_LATE + 1):
        with pytest.raises(attempts.Closed) as told:
            send(ben, attempt, choose("ab"[number % 2], 0, uuid.uuid4()), now=late)
        assert (attempts.NOT_KEPT in str(told.value)) == (number == attempts.MOST_LATE)
    assert LateAnswer.objects.count() == attempts.MOST_LATE


@pytest.mark.invariant("C3")
@pytest.mark.django_db(transaction=True)
def test_a_save_that_arrived_in_time_and_waited_for_the_lock_is_accepted(as_, ben, attempt):
    hold = 10.0 if SCALE == 1 else 1.5  # seconds, the end in their midst
    held = threading.Event()

    def keep_the_lock() -> None:
        with transaction.atomic():
            Attempt.objects.select_for_update().get(pk=attempt.pk)
            held.set()
            time.sleep(hold)
        connection.close()

    end = timezone.now() + timedelta(seconds=hold / 2)
    Attempt.objects.update(deadline=end - GRACE, closes_at=end)
    bens = as_(ben)
    holder = threading.Thread(target=keep_the_lock)
    holder.start()
    held.wait(10)
    fields = {"q1": "a", "q1.revision": 0}
    in_time = bens.post(reverse("quizzes:save", args=[attempt.pk, 1]), fields, **JSON)
    assert timezone.now() > end
    holder.join()
    too_late = bens.post(
        reverse("quizzes:save", args=[attempt.pk, 2]), {"q2": "a", "q2.revision": 0}, **JSON
    )
    assert (in_time.status_code, in_time.json()["saved"]) == (200, True)
    assert (too_late.status_code, LateAnswer.objects.get().item.position) == (410, 2)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score) == ("submitted", 1)
