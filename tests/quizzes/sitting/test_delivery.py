"""What happens at zero, pauses, lateness, passwords, one question at a time, and the preview."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.models import Record
from courses.refusals import Refused
from quizzes.marks import grading
from quizzes.models import Acceptance, Attempt, Item, PasswordTry, Quiz, Response, Schedule
from quizzes.questions import KINDS
from quizzes.sitting import attempts, previewing, reports
from quizzes.sitting.attempts import Answer, Closed, NotSaved, NotStarted, Saved
from quizzes.times import timing
from tests import factories
from tests.contract import Api
from tests.editing import typed
from tests.factories import NOON, minutes

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
JSON = {"HTTP_ACCEPT": "application/json"}


def change(row, **fields):
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    return row


def save(ben, attempt, position=1, token="a", base=0, now=NOON):
    answer = Answer(base, lambda kind, order: kind.parse_json(order, token))
    return attempts.save(ben, attempt.pk, answers={position: answer}, now=now)[position]


def start(ben_here, quiz, now=NOON, **more) -> Attempt:
    return attempts.start(ben_here, quiz, now=now, **more)


def state(attempt) -> tuple:
    attempt.refresh_from_db()
    return attempt.state, attempt.submitted_at, attempt.score


# --- Zero ---------------------------------------------------------------------------------------


@pytest.fixture
def gracious(quiz):
    return change(quiz, at_zero="grace", grace_period=3600)


@pytest.fixture
def strict(quiz):
    return change(quiz, at_zero="abandon")


def test_in_the_grace_nothing_can_be_answered_and_what_is_saved_can_be_handed_in(
    ben, ben_here, gracious
):
    attempt = start(ben_here, gracious)
    assert attempt.closes_at == NOON + minutes(90)
    assert type(save(ben, attempt, now=NOON + minutes(30.1))) is Saved
    with pytest.raises(Closed, match="Your time ended at 12:30 UTC. What was saved by then can"):
        save(ben, attempt, 2, now=NOON + minutes(31))
    assert state(attempt)[0] == "open"
    attempts.submit(ben, attempt.pk, now=NOON + minutes(60))
    assert state(attempt) == ("submitted", NOON + minutes(60), 1)


def test_the_page_of_a_grace_says_both_times_and_hands_in(as_, ben, ben_here, gracious):
    now = timezone.now()
    attempt = start(ben_here, gracious, now=now - minutes(40))
    bens = as_(ben)
    page = bens.get(reverse("quizzes:attempt", args=[attempt.pk]), follow=True).content.decode()
    ends, closes = (at.strftime("%H:%M UTC") for at in (attempt.deadline, attempt.closes_at))
    assert f"Your time ended at {ends}" in page
    assert f"can still be handed in until {closes}" in page
    assert 'name="q1"' not in page
    cover = bens.get(reverse("quizzes:quiz", args=["realism-quiz"])).content.decode()
    assert f"can still be handed in until {closes}" in cover
    assert ("Hand in your attempt" in cover, "is under way" in cover) == (True, False)
    told = bens.get(reverse("quizzes:deadline", args=[attempt.pk])).json()
    assert (told["open"], told["answering"], told["seconds_left"]) == (True, False, 0)
    shown = Api(ben).ask(f"attempts/{attempt.pk}/").json()
    assert (shown["state"], shown["may_answer"]) == ("open", False)
    bens.post(reverse("quizzes:submit", args=[attempt.pk]))
    assert state(attempt)[0] == "submitted"


@pytest.mark.parametrize(
    ("way", "after", "ended"), [("grace", 91, minutes(90)), ("abandon", 31, minutes(30))]
)
def test_what_is_not_handed_in_does_not_count_whoever_meets_it(
    as_, ben, ben_here, quiz, way, after, ended
):
    change(quiz, at_zero=way, grace_period=3600, attempts_allowed=None)
    now = timezone.now()
    begun = now - minutes(after)
    readers = [
        lambda attempt: attempts.submit(ben, attempt.pk, now=now),
        lambda attempt: attempts.settle(attempt, now=now),
        lambda attempt: call_command("close_overdue"),
        lambda attempt: start(ben_here, quiz, now=now),
        lambda attempt: reports.cover(quiz, ben_here, now=now),
        lambda attempt: Api(ben).ask(f"attempts/{attempt.pk}/"),
        lambda attempt: as_(ben).get(reverse("quizzes:result", args=[attempt.pk])),
    ]
    for reader in readers:
        Attempt.objects.filter(state="open").update(
            state="submitted", submitted_at=begun, score=0, quiz=quiz
        )
        attempt = start(ben_here, quiz, now=begun)
        save(ben, attempt, now=begun)
        reader(attempt)
        assert state(attempt) == ("abandoned", begun + ended, None)
    with pytest.raises(Closed, match="was not handed in, so it does not count"):
        save(ben, attempt, now=now)


def test_the_abandoned_use_an_attempt_up_and_are_in_no_score(as_, ben, ben_here, strict):
    first = start(ben_here, strict)
    save(ben, first)
    second = start(ben_here, strict, now=NOON + minutes(40))
    attempts.submit(ben, second.pk, now=NOON + minutes(41))
    assert (state(first)[0], state(second)[2]) == ("abandoned", 0)
    record = Record.objects.get()
    assert (record.score, record.completed_at) == (0, NOON + minutes(41))
    with pytest.raises(NotStarted, match="You have used all attempts: 2 of 2."):
        start(ben_here, strict, now=NOON + minutes(42))
    cover = reports.cover(strict, ben_here, now=NOON + minutes(42))
    assert [(past.abandoned, past.percentage, past.counts) for past in cover.attempts] == [
        (True, None, False),
        (False, 0, True),
    ]
    shown = reports.result(first, now=NOON + 5 * DAY)
    assert (shown.percentage, shown.passed, shown.questions[0].mark) == (None, None, None)
    assert "outcome" not in shown.questions[0].review
    page = as_(ben).get(reverse("quizzes:result", args=[first.pk])).content
    assert b"Not handed in" in page


def test_an_instructor_counts_one_after_all_with_a_reason(as_, ada, cleo, ben, ben_here, strict):
    attempt = start(ben_here, strict)
    save(ben, attempt)
    attempts.close(attempt, now=NOON + DAY)
    for reason, who, error in (("", ada, Refused), ("ill", cleo, PermissionDenied)):
        with pytest.raises(error):
            attempts.accept(attempt, reason=reason, by=who, now=NOON + DAY)
    page = reverse("quizzes:timing", args=[ben_here.cohort_id, "realism-quiz"])
    act = {"act": "accept", "attempt": attempt.pk}
    empty = as_(ada).post(page, act)
    assert (empty.status_code, b"Give a reason" in empty.content) == (422, True)
    for _again in range(2):
        assert as_(ada).post(page, act | {"reason": "The lift stood still"}).status_code == 302
    assert state(attempt) == ("submitted", NOON + minutes(30), 1)
    assert Record.objects.get().score == Decimal("33.33")
    trace = Acceptance.objects.get()
    assert (trace.by, trace.reason) == (ada, "The lift stood still")
    assert b"The lift stood still" in as_(ada).get(page).content
    result = as_(ben).get(reverse("quizzes:result", args=[attempt.pk])).content
    assert b"The lift stood still" in result


def test_more_time_in_the_grace_opens_the_questions_again(ada, ben, ben_here, gracious):
    attempt = start(ben_here, gracious)
    late = NOON + minutes(40)
    assert attempts.is_in_grace(attempt, late)
    timing.give_override(
        gracious, to=ben_here, changes={"time_limit": 3600}, reason="ill", by=ada, now=late
    )
    attempt.refresh_from_db()
    assert (attempt.deadline, attempt.closes_at) == (NOON + minutes(60), NOON + minutes(120))
    assert type(save(ben, attempt, now=late)) is Saved


def test_what_happens_at_zero_is_fixed_at_the_start(ben, ben_here, strict):
    attempt = start(ben_here, strict)
    change(strict, at_zero="submit")
    attempts.close(attempt, now=NOON + DAY)
    assert state(attempt)[0] == "abandoned"


# --- Pauses -------------------------------------------------------------------------------------


def test_the_cover_and_the_start_say_when_the_next_attempt_may_begin(ben, ben_here, quiz):
    change(quiz, delay_first=3600, delay_later=7200, attempts_allowed=None)
    attempts.submit(ben, start(ben_here, quiz).pk, now=NOON + minutes(10))
    sentence = "Your next attempt may start at 13:10 UTC: you wait 1 h between two attempts."
    with pytest.raises(NotStarted) as refused:
        start(ben_here, quiz, now=NOON + minutes(11))
    assert (str(refused.value), refused.value.code) == (sentence, "too_soon")
    assert reports.cover(quiz, ben_here, now=NOON + minutes(11)).refusal == sentence
    left = start(ben_here, quiz, now=NOON + minutes(70))
    # Left open it ended at 13:40; whoever comes back the next day has waited already.
    assert start(ben_here, quiz, now=NOON + DAY).number == left.number + 1


# --- Lateness -----------------------------------------------------------------------------------


@pytest.fixture
def late(ada, ben, ben_here, quiz, cohort) -> Attempt:
    """All right, and handed in twelve hours after it was due: 10 % less."""
    change(quiz, late_penalty=10, late_most=50, time_limit=None)
    schedule(cohort, quiz, ada, due=NOON)
    attempt = start(ben_here, quiz, now=NOON)
    for position in (1, 2, 3):
        save(ben, attempt, position)
    return attempts.submit(ben, attempt.pk, now=NOON + DAY / 2)


def schedule(cohort, quiz, by, due=None, now=NOON, **more):
    times = {"opens_at": None, "due_at": due, "closes_at": None}
    return timing.set_schedule(cohort, quiz, by=by, now=now, **times, **more)


def test_lateness_is_told_before_and_taken_after_everywhere_alike(as_, ada, ben, ben_here, late):
    receipt = reports.cover(late.quiz, ben_here, now=NOON + 2 * DAY).receipt
    assert any("costs 10 % of your score, at most 50 %" in sentence for sentence in receipt)
    assert (late.score, late.deduction, Record.objects.get().score) == (3, 10, 90)
    result = reports.result(late, now=NOON + DAY)
    assert (result.percentage, result.lateness) == (
        90,
        "100 % less 10 % of it for lateness: 90 %.",
    )
    assert Api(ben).ask(f"attempts/{late.pk}/result/").json()["percentage"] == "90.00"
    assert reports.cover(late.quiz, ben_here, now=NOON + DAY).attempts[0].percentage == 90
    assert b"less 10 %" in as_(ben).get(reverse("quizzes:result", args=[late.pk])).content


def test_the_ledger_follows_when_due_times_of_finished_attempts_change(ada, ben_here, late, cohort):
    def stands():
        late.refresh_from_db()
        return late.deduction, Record.objects.get().score

    schedule(cohort, late.quiz, ada, due=NOON - DAY)
    assert stands() == (20, 80)
    override = timing.give_override(
        late.quiz, to=ben_here, changes={"due_at": NOON + DAY}, reason="ill", by=ada, now=NOON - DAY
    )
    assert stands() == (0, 100)
    timing.revoke_override(override, by=ada, now=NOON)
    assert stands() == (20, 80)
    schedule(cohort, late.quiz, ada)
    assert stands() == (0, 100)


@pytest.mark.parametrize("classmates", [2, 4])
def test_a_new_due_time_costs_the_same_for_a_whole_class(
    ada, late, cohort, classmates, django_assert_num_queries
):
    for number in range(classmates):
        user = factories.make_user(f"student-{number}")
        attempt = start(factories.enrol(user, cohort), late.quiz, now=NOON)
        attempts.submit(user, attempt.pk, now=NOON + DAY / 2)
    with django_assert_num_queries(28):
        schedule(cohort, late.quiz, ada, due=NOON - DAY)
    assert set(Attempt.objects.values_list("deduction", flat=True)) == {20}


def test_a_late_policy_changed_later_prices_no_attempt_anew(ada, ben_here, late, cohort):
    """What was told at the start holds, also when the due time moves; D1 and D2."""

    def stands():
        late.refresh_from_db()
        return late.deduction, Record.objects.get().score

    for penalty in (0, 30):
        change(late.quiz, late_penalty=penalty, late_most=100)
        timing.settings_changed(late.quiz, now=NOON + DAY)
        assert stands() == (10, 90)
        schedule(cohort, late.quiz, ada, due=NOON - DAY)
        assert stands() == (20, 80)
        schedule(cohort, late.quiz, ada, due=NOON)
    # One from before the rules were kept has only the quiz to go by.
    change(late, rules={})
    timing.settings_changed(late.quiz, now=NOON + DAY)
    assert stands() == (30, 70)


def test_a_policy_that_comes_later_costs_nothing_where_there_was_none(ada, ben, ben_here, quiz):
    schedule(ben_here.cohort, quiz, ada, due=NOON)
    attempt = start(ben_here, quiz)
    change(quiz, late_penalty=10)
    attempts.submit(ben, attempt.pk, now=NOON + minutes(20))
    timing.settings_changed(quiz, now=NOON + DAY)
    attempt.refresh_from_db()
    assert attempt.deduction == 0


def test_a_person_given_more_attempts_has_not_used_them_up(ada, ben, ben_here, quiz):
    timing.give_override(
        quiz, to=ben_here, changes={"attempts_allowed": 3}, reason="ill", by=ada, now=NOON
    )
    for _attempt in range(2):
        attempts.submit(ben, start(ben_here, quiz).pk, now=NOON)
    assert Record.objects.get().completed_at is None
    cover = Api(ben).ask("quizzes/realism-quiz/").json()
    assert cover["attempts_allowed"] == 3


def test_a_quiz_that_has_closed_tells_no_time_that_is_left(ben_here, quiz, cohort, ada):
    timing.set_schedule(cohort, quiz, opens_at=None, due_at=None, closes_at=NOON, by=ada, now=NOON)
    cover = reports.cover(quiz, ben_here, now=NOON + minutes(1))
    assert (cover.receipt, cover.refusal) == ((), "The quiz closed at 12:00 UTC.")


# --- Password -----------------------------------------------------------------------------------


@pytest.fixture
def guarded(ada, quiz, cohort):
    schedule(cohort, quiz, ada, password=" bandwagon ")
    return quiz


def test_an_attempt_starts_with_the_password_and_goes_on_without(as_, ben, ben_here, guarded):
    bens, cover = as_(ben), "/quizzes/realism-quiz/"
    assert b'name="password"' in bens.get(cover).content
    wrong = bens.post(cover, {"password": "<hegemony>"})
    said = b"This is not the password of this quiz. Check it with your instructor."
    assert wrong.status_code == 422
    assert b'<li><a href="#password">' + said in wrong.content
    assert b'<p class="error" id="password_error">' + said in wrong.content
    assert (
        b'aria-describedby="password_error password_helptext" aria-invalid="true"' in wrong.content
    )
    assert b"hegemony" not in wrong.content
    assert b"bandwagon" not in wrong.content
    bens.post(cover, {"password": "bandwagon"})
    attempt = Attempt.objects.get()
    assert start(ben_here, guarded, now=timezone.now()) == attempt


def test_wrong_passwords_are_counted_on_page_and_api_alike(
    as_, ada, ben, ben_here, cohort, module, questions, guarded
):
    bens, api, path = as_(ben), Api(ben), "quizzes/realism-quiz/attempts/"
    assert api.ask("quizzes/realism-quiz/").json()["asks_password"] is True
    assert api.send("post", path, "{}").status_code == 409
    for _try in range(5):
        bens.post("/quizzes/realism-quiz/", {"password": "no"})
        assert api.send("post", path, json.dumps({"password": "no"})).status_code == 409
    late = api.send("post", path, json.dumps({"password": "bandwagon"}))
    assert late.json()["detail"].startswith("Too many wrong passwords: 10 within 10 minutes.")
    assert PasswordTry.objects.count() == 10
    # Each quiz has its own password, and its own count.
    other = factories.make_quiz(module, questions, key="other-quiz")
    schedule(cohort, other, ada, password="hegemony")
    assert start(ben_here, other, now=timezone.now(), password="hegemony").is_open
    soon = timezone.now() + minutes(11)
    assert start(ben_here, guarded, now=soon, password="bandwagon").is_open
    assert PasswordTry.objects.count() == 0


def test_the_password_is_set_beside_the_times(as_, ada, cohort, guarded):
    page = reverse("quizzes:timing", args=[cohort.pk, "realism-quiz"])
    assert b'value="bandwagon"' in as_(ada).get(page).content
    shown = as_(ada).get(page).context["shown"]
    as_(ada).post(page, {"act": "schedule", "schedule-password": "balance", "shown": shown})
    assert Schedule.objects.get().password == "balance"


# --- One question at a time ---------------------------------------------------------------------


@pytest.fixture
def sequential(quiz):
    return change(quiz, navigation="sequential")


def test_one_question_at_a_time_and_no_way_back(as_, ben, ben_here, sequential):
    bens, now = as_(ben), timezone.now()
    attempt = start(ben_here, sequential, now=now)
    page = reverse("quizzes:attempt", args=[attempt.pk])

    def names():
        return set(re.findall(r'name="(q\d+)"', bens.get(page).content.decode()))

    assert names() == {"q1"}
    submit = reverse("quizzes:submit", args=[attempt.pk])
    asked = bens.get(submit)
    assert asked.context["open"] == [1]
    assert f"Your time ends at {attempt.deadline:%H:%M UTC}" in asked.content.decode()
    for _twice in range(2):
        form = {"q1": "a", "q1.revision": "0", "next": "1"}
        bens.post(page, form)
    assert names() == {"q2"}
    assert Item.objects.filter(left_at__isnull=False).count() == 1
    for position, reason in ((1, "left"), (3, "not_yet")):
        url = reverse("quizzes:save", args=[attempt.pk, position])
        form = {f"q{position}": "b", f"q{position}.revision": "1"}
        refused = bens.post(url, form, **JSON)
        assert (refused.status_code, refused.json()["reason"]) == (409, reason)
    assert bens.post(page, {"q1": "b", "q1.revision": "1"}).status_code == 422
    assert [response.item.position for response in Response.objects.all()] == [1]
    bens.post(page, {"q2": "a", "q2.revision": "0", "next": "2"})
    last = bens.get(page).content
    assert (b'name="next"' in last, b'name="finish"' in last) == (False, True)
    bens.post(submit)
    assert state(attempt)[2] == 2


def test_the_api_knows_one_question_at_a_time_too(ben, ben_here, sequential):
    api, attempt = Api(ben), start(ben_here, sequential, now=timezone.now())
    path = f"attempts/{attempt.pk}/"

    def seen():
        shown = api.ask(path).json()
        return [question["position"] for question in shown["questions"]], shown["asked"]

    assert seen() == ([1], 3)
    body = json.dumps({"revision": 0, "answer": "a"})
    early = api.send("put", f"{path}responses/2/", body)
    assert (early.status_code, early.json()["reason"]) == (409, "not_yet")
    assert api.send("post", f"{path}responses/2/leave/").status_code == 409
    for _twice in range(2):
        assert api.send("post", f"{path}responses/1/leave/").status_code == 200
    assert seen() == ([2], 3)
    left = api.send("put", f"{path}responses/1/", body)
    assert (left.status_code, left.json()["reason"]) == (409, "left")
    assert api.send("post", f"{path}responses/2/leave/").status_code == 200
    last = api.send("post", f"{path}responses/3/leave/")
    assert last.json()["detail"].startswith("This is the last question.")
    api.send("post", f"{path}submit/")
    assert api.send("post", f"{path}responses/3/leave/").status_code == 410


def test_going_on_is_for_attempts_with_one_question_at_a_time(ben, ben_here, quiz):
    attempt = start(ben_here, quiz)
    with pytest.raises(Refused, match="all questions stand on one page"):
        attempts.go_on(ben, attempt.pk, position=1, now=NOON)
    assert not isinstance(save(ben, attempt, 3), NotSaved)


# --- The editors' desk --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "change_to", "expected"),
    [
        ("courses_enrolment", {"time_factor": "2.00"}, minutes(60)),
        ("courses_cohort", {"ends_on": "2026-10-04"}, minutes(5)),
        ("quizzes_quiz", {"time_limit": "600"}, minutes(10)),
    ],
)
def test_a_change_in_the_admin_moves_open_attempts_at_once(
    as_, adam, ben_here, quiz, monkeypatch, model, change_to, expected
):
    attempt = start(ben_here, quiz)
    monkeypatch.setattr(timezone, "now", lambda: NOON + minutes(5))
    rows = {"courses_enrolment": ben_here, "courses_cohort": ben_here.cohort, "quizzes_quiz": quiz}
    url = reverse(f"admin:{model}_change", args=[rows[model].pk])
    adams = as_(adam)
    saved = adams.post(url, typed(adams.get(url), **change_to), follow=True)
    assert saved.redirect_chain
    attempt.refresh_from_db()
    assert attempt.deadline == NOON + expected
    assert b"The end of 1 attempt under way has moved with it." in saved.content


# --- The preview --------------------------------------------------------------------------------


def test_a_preview_shows_grades_and_leaves_no_trace(as_, ada, cleo, adam, quiz):
    for who in (ada, cleo, adam):
        client = as_(who)
        client.get("/")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            drawn = client.get("/quizzes/realism-quiz/preview/?seed=7")
            answers = {"q1": "a", "q2": "b", "q3": "a"}
            result = client.post("/quizzes/realism-quiz/preview/?seed=7", answers)
        writes = [
            query["sql"]
            for query in seen.captured_queries
            if re.match(r"\s*(INSERT|UPDATE|DELETE|REPLACE)", query["sql"])
        ]
        assert writes == []
        assert b"Question number 1?" in drawn.content
        assert b"save.js" not in drawn.content
        assert b"66.67" in result.content
        assert b"Anarchy is the lack of a ruler." in result.content
    assert (Attempt.objects.count(), Response.objects.count(), Record.objects.count()) == (0, 0, 0)


def test_a_preview_draws_by_its_seed_and_again_by_another(as_, ada, quiz):
    change(quiz, shuffle_questions=True, shuffle_options=True)
    client = as_(ada)

    def order(seed):
        return [
            question.presented["prompt"]
            for question in client.get(f"/quizzes/realism-quiz/preview/?seed={seed}").context[
                "questions"
            ]
        ]

    assert order("1") == order("1")
    assert len({tuple(order(str(seed))) for seed in range(8)}) > 1
    again = client.get("/quizzes/realism-quiz/preview/")
    assert re.fullmatch(r"/quizzes/realism-quiz/preview/\?seed=[0-9a-f]{6}", again["Location"])
    assert client.post("/quizzes/realism-quiz/preview/?seed=1", {"q1": "zz"}).status_code == 422


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("deferred", False),
        ("immediate", "Students check each answer once and are told at once"),
        ("interactive", "Students check each answer, get hints and may try again for less"),
        ("practice", "Students check each answer at once and may ask for another question"),
    ],
)
def test_a_preview_says_what_students_have_besides(as_, ada, quiz, behaviour, said):
    Quiz.objects.update(behaviour=behaviour)
    page = as_(ada).get(reverse("quizzes:preview", args=["realism-quiz"]), follow=True)
    told = page.content.decode()
    assert (said or "You see what a student would see.") in told
    assert ("Students check each answer" in told) is bool(said)


def test_a_preview_asks_how_sure_and_marks_by_the_scale_as_for_a_student(as_, ada, quiz):
    Quiz.objects.update(certainty="score")
    drawn = as_(ada).get("/quizzes/realism-quiz/preview/?seed=7")
    assert [one.trial.asks for one in drawn.context["questions"]] == [True, True, True]
    fields = {f"q{at}": "a" for at in (1, 2, 3)} | {"q1.certainty": "3", "q2.certainty": "1"}
    told = as_(ada).post("/quizzes/realism-quiz/preview/?seed=7", fields).context["result"]
    seen = previewing.draw(Quiz.objects.get(), seed="7", now=NOON)
    earned = {
        item.position: KINDS[item.version.kind].grade(
            item.version.spec, KINDS[item.version.kind].parse_json(item.order, "a")
        )
        for item in seen.items
    }
    scale = {1: {1: 3, 0: -6}, 2: {1: 1, 0: 0}, 3: {1: 1, 0: 0}}
    assert [q.mark for q in told.questions] == [
        grading.rounded(Fraction(scale[at][earned[at]], 3)) for at in (1, 2, 3)
    ]


def test_a_preview_is_not_for_students(as_, ben, eve, quiz):
    for who in (ben, eve):
        assert as_(who).get("/quizzes/realism-quiz/preview/?seed=1").status_code == 404
