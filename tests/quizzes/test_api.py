"""Sitting a quiz by the API: the same doors, times, refusals and rows as on the pages."""

import json
import random
import re
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.models import Enrolment, GradeColumn, Record
from quizzes import simulation
from quizzes.authoring import publish
from quizzes.models import Attempt, Item, Mark, Question, Quiz, Response
from quizzes.questions import KINDS
from quizzes.sitting import reports
from tests import factories
from tests.contract import Api

QUIZ = "quizzes/realism-quiz/"


@pytest.fixture
def api(ben, quiz) -> Api:
    return Api(ben)


@pytest.fixture
def started(api) -> dict:
    return api.send("post", f"{QUIZ}attempts/").json()


def path_of(attempt: dict, rest: str = "") -> str:
    return f"attempts/{attempt['id']}/{rest}"


def answer(api: Api, attempt: dict, position: int, value, revision: int = 0):
    body = {"revision": revision, "answer": value}
    return api.send("put", path_of(attempt, f"responses/{position}/"), json.dumps(body))


# --- A whole attempt ---------------------------------------------------------------------------


def test_of_a_hidden_column_it_is_not_said_whether_an_attempt_passes(api, cohort, quiz, started):
    api.send("post", path_of(started, "submit/"))
    (shown,) = api.ask(QUIZ).json()["attempts"]
    assert (shown["passed"], shown["counts"]) == (False, True)
    GradeColumn.objects.create(cohort=cohort, activity=quiz.activity, hidden=True)
    (hidden,) = api.ask(QUIZ).json()["attempts"]
    assert [hidden[name] for name in ("percentage", "passed", "counts")] == [None, None, None]


def test_a_student_sits_the_quiz_and_reads_why(api, ben, quiz):
    cover = api.ask(QUIZ).json()
    assert cover["questions"] == 3
    assert cover["receipt"][0] == "You have 30 min from the moment you start."
    assert cover["open_attempt"] is None
    assert cover["refusal"] == ""

    started = api.send("post", f"{QUIZ}attempts/")
    assert started.status_code == 201
    attempt = started.json()
    assert attempt["state"] == "open"
    assert 1790 <= attempt["seconds_left"] <= 1800
    assert [question["answer"] for question in attempt["questions"]] == [None] * 3

    saved = answer(api, attempt, 1, "a").json()
    assert saved["saved"] is True
    assert saved["attempt"] == attempt["id"]
    assert (saved["position"], saved["revision"], saved["shown"]) == (1, 1, "a")
    assert answer(api, attempt, 2, "b").json()["revision"] == 1
    assert answer(api, attempt, 2, None, revision=1).json()["shown"] is None
    assert answer(api, attempt, 2, "a", revision=2).json()["revision"] == 3
    again = api.ask(path_of(attempt)).json()
    assert [question["answer"] for question in again["questions"]] == ["a", "a", None]
    assert [question["revision"] for question in again["questions"]] == [1, 3, 0]

    submitted = api.send("post", path_of(attempt, "submit/"))
    assert submitted.status_code == 200
    assert submitted.json()["state"] == "submitted"
    assert submitted.json()["questions"] == []

    result = api.ask(path_of(attempt, "result/")).json()
    assert "outcome" not in result["questions"][0]["review"]
    result = api.send("post", path_of(attempt, "reveal/")).json()
    assert (result["score"], result["out_of"], result["percentage"]) == ("2.00", "3.00", "66.67")
    assert result["passed"] is True
    assert [question["review"]["outcome"] for question in result["questions"]] == [
        "right",
        "right",
        "blank",
    ]
    [proof] = result["questions"][0]["proofs"]
    assert proof["url"] == "/courses/lenses/lessons/anarchy/#anarchy"
    assert proof["source"] == "Waltz 1979"
    assert Record.objects.get(enrolment__user=ben).score == Decimal("66.67")
    [past] = api.ask(QUIZ).json()["attempts"]
    assert (past["percentage"], past["passed"], past["counts"]) == ("66.67", True, True)


def test_starting_again_goes_on_with_the_attempt_under_way(api, started):
    again = api.send("post", f"{QUIZ}attempts/")

    assert again.status_code == 200
    assert again.json()["id"] == started["id"]
    assert api.ask(QUIZ).json()["open_attempt"] == started["id"]
    assert Attempt.objects.count() == 1


def test_no_more_attempts_than_allowed(api):
    for _ in (1, 2):
        attempt = api.send("post", f"{QUIZ}attempts/").json()
        api.send("post", path_of(attempt, "submit/"))

    refused = api.send("post", f"{QUIZ}attempts/")

    assert refused.status_code == 409
    assert refused.json()["detail"] == api.ask(QUIZ).json()["refusal"]
    assert Attempt.objects.count() == 2


def test_matching_and_ordering_are_answered_in_tokens(ben, module, lesson):
    question = factories.make_question(
        module, "in-order", kind="ordering", spec=factories.ordering()
    )
    factories.make_quiz(module, [question], key="order-quiz")
    api = Api(ben)
    attempt = api.send("post", "quizzes/order-quiz/attempts/").json()
    order = Item.objects.get().order
    right = [
        question_token
        for key in ("nato", "pact", "cst")
        for question_token, item in zip("abc", order, strict=True)
        if item == key
    ]

    assert answer(api, attempt, 1, [right[0], None]).json()["shown"] == [right[0], None, None]
    assert answer(api, attempt, 1, right, revision=1).json()["shown"] == right
    api.send("post", path_of(attempt, "submit/"))

    assert api.ask(path_of(attempt, "result/")).json()["percentage"] == "100.00"


# --- Saving ------------------------------------------------------------------------------------


def test_the_same_answer_again_is_acknowledged_again_and_adds_nothing(api, started):
    first = answer(api, started, 1, "b")
    again = answer(api, started, 1, "b")

    assert again.status_code == 200
    assert again.json() == first.json()
    assert Response.objects.count() == 1


def test_a_stale_answer_is_told_what_is_stored(api, started):
    answer(api, started, 1, "b")

    stale = answer(api, started, 1, "c")

    assert stale.status_code == 409
    assert stale.json()["saved"] is False
    assert (stale.json()["revision"], stale.json()["shown"]) == (1, "b")
    assert stale.json()["detail"].startswith("This answer was changed in another window.")
    assert answer(api, started, 1, "c", revision=1).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"answer": "a"},
        {"revision": 0},
        {"revision": None, "answer": "a"},
        {"revision": -1, "answer": "a"},
        {"revision": True, "answer": "a"},
        {"revision": "zero", "answer": "a"},
        {"revision": 10**30, "answer": "a"},
        {"revision": 1e308, "answer": "a"},
        {"revision": [0], "answer": "a"},
        {"revision": "0", "answer": "a"},
        {"revision": "\u0660", "answer": "a"},
        {"revision": 0, "answer": "a", "operation": True},
        {"revision": 0, "answer": "a", "operation": 1},
        {"revision": 0, "answer": "a", "operation": "\u0660" * 32},
        {"revision": 0, "answer": "a", "certainty": "1"},
        {"revision": 0, "answer": "z"},
        {"revision": 0, "answer": "option-1"},
        {"revision": 0, "answer": ["a"]},
        {"revision": 0, "answer": {"a": "b"}},
        {"revision": 0, "answer": 1},
        {"revision": 0, "answer": "a", "score": 1},
        {"revision": 0, "answer": "a", "user": 1},
        ["a"],
        "a",
        None,
    ],
)
def test_a_malformed_answer_is_refused_in_words_and_the_last_good_one_stays(api, started, body):
    answer(api, started, 1, "b")

    refused = api.send("put", path_of(started, "responses/1/"), json.dumps(body))

    assert refused.status_code == 422
    assert refused.json()["detail"]
    assert [row.answer for row in Response.objects.all()] == ["option-2"]


@pytest.mark.parametrize("position", [0, 4, 32768, 2**63, 10**40])
def test_an_attempt_has_only_its_own_questions(api, started, as_, ben, position):
    assert answer(api, started, position, "a").status_code == 404
    page = reverse("quizzes:attempt", args=[started["id"]])
    assert as_(ben).post(page, {f"q{position}.revision": "0"}).status_code == 302


def test_a_number_of_thousands_of_digits_is_no_position(started, as_, ben):
    page = reverse("quizzes:attempt", args=[started["id"]])
    form = f"q{'9' * 5000}.revision=0&q1=b&q1.revision=0"

    sent = as_(ben).post(page, form, content_type="application/x-www-form-urlencoded")

    assert sent.status_code == 302
    assert Response.objects.count() == 1


def test_a_closed_attempt_takes_no_answer(api, started):
    answer(api, started, 1, "b")
    api.send("post", path_of(started, "submit/"))

    late = answer(api, started, 1, "a", revision=1)

    assert late.status_code == 410
    assert "handed in" in late.json()["detail"]
    assert Response.objects.count() == 1


@pytest.mark.invariant("C1", "B6")
def test_the_deadline_holds_by_the_servers_clock(api, started):
    answer(api, started, 1, "a")
    past = timezone.now() - timedelta(minutes=1)
    Attempt.objects.update(deadline=past, closes_at=past + timedelta(seconds=10))

    late = answer(api, started, 1, "b", revision=1)

    assert late.status_code == 410
    assert late.json()["detail"].startswith("Time is up.")
    assert api.ask(path_of(started)).json()["state"] == "submitted"
    assert api.ask(path_of(started, "result/")).json()["score"] == "1.00"


def test_an_answer_that_arrived_within_the_grace_counts(api, started):
    now = timezone.now()
    Attempt.objects.update(deadline=now, closes_at=now + timedelta(seconds=10))

    assert answer(api, started, 1, "a").status_code == 200


def test_handing_in_twice_changes_nothing_more(api, started):
    first = api.send("post", path_of(started, "submit/"))
    again = api.send("post", path_of(started, "submit/"))

    assert again.status_code == 200
    assert again.json() == first.json()
    assert Mark.objects.count() == 3


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"\xff\xfe", "application/json", 400),
        (b"{", "application/json", 400),
        (b" " * 70_000, "application/json", 413),
        (b"<a/>", "application/xml", 415),
        (b"q1=a", "application/x-www-form-urlencoded", 415),
        (b'{"revision": 0, "answer": "a"}', "application/json", 422),
        (b"[]", "application/json", 422),
    ],
)
def test_an_act_that_takes_no_body_does_nothing_with_one(api, started, body, kind, status):
    for act in ("submit/", "reveal/", "responses/1/leave/", "responses/1/redo/"):
        reply = api.generic("POST", f"/api/v1/{path_of(started, act)}", body, kind)
        assert (reply.status_code, bool(reply.json()["detail"])) == (status, True), act
    assert Attempt.objects.get().is_open


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_an_act_is_done_without_a_body_or_with_an_empty_one(api, started, body):
    path = f"/api/v1/{path_of(started, 'submit/')}"
    assert api.generic("POST", path, body, "application/json").status_code == 200
    assert api.generic("POST", path, b"", "").status_code == 200


def test_there_is_no_result_while_the_attempt_is_open(api, started):
    early = api.ask(path_of(started, "result/"))

    assert early.status_code == 409
    assert early.json() == {
        "detail": "This attempt is still open. Hand it in first; then there is a result."
    }


def test_page_and_api_write_the_same_rows(api, started, as_, ben):
    """An answer given on the page goes on by the API, and the other way round."""
    page = as_(ben)
    save = reverse("quizzes:save", args=[started["id"], 1])
    on_page = page.post(
        save, {"q1": "b", "q1.revision": "0"}, headers={"accept": "application/json"}
    )

    assert answer(api, started, 1, "b").json() == on_page.json()
    assert answer(api, started, 1, "c", revision=1).json()["revision"] == 2
    stale = page.post(save, {"q1": "a", "q1.revision": "1"}, headers={"accept": "application/json"})
    assert stale.status_code == 409
    assert stale.json()["shown"] == "c"


@pytest.mark.invariant("D4")
def test_page_and_api_tell_the_same_result(api, started, ben):
    answer(api, started, 1, "a")
    api.send("post", path_of(started, "submit/"))

    told = api.ask(path_of(started, "result/")).json()

    attempt = Attempt.objects.select_related(
        "quiz__activity__module__course", "enrolment__cohort"
    ).get()
    shown = reports.result(attempt, now=timezone.now())
    assert told["percentage"] == str(shown.percentage)
    assert told["score"] == str(shown.score)
    assert told["passed"] is shown.passed
    assert told["sentence"] == shown.sentence
    assert [question["review"] for question in told["questions"]] == [
        question.review for question in shown.questions
    ]
    assert told["next"] is None


# --- Doors -------------------------------------------------------------------------------------

OWN = ["", "result/", "submit/", "responses/1/"]


def call(api: Api, path: str):
    if path.endswith("submit/"):
        return api.send("post", path)
    if "/responses/" in path:
        return api.send("put", path, json.dumps({"revision": 0, "answer": "a"}))
    return api.ask(path)


@pytest.mark.parametrize("rest", OWN)
@pytest.mark.parametrize("person", ["ada", "cleo", "eve", "adam"])
def test_an_attempt_is_its_students_alone(request, started, person, rest):
    other = Api(request.getfixturevalue(person))
    foreign = call(other, path_of(started, rest))
    missing = call(other, path_of({"id": uuid4()}, rest))

    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert Attempt.objects.get().is_open
    assert Response.objects.count() == 0


def test_who_teaches_or_edits_looks_but_does_not_sit(ada, cleo, adam, quiz):
    for person in (ada, cleo, adam):
        api = Api(person)
        assert api.ask(QUIZ).status_code == 200
        refused = api.send("post", f"{QUIZ}attempts/")
        assert refused.status_code == 403
        assert refused.json()["detail"] == api.ask(QUIZ).json()["refusal"]
    assert Attempt.objects.count() == 0


def test_strangers_see_no_quiz(eve, quiz):
    api = Api(eve)

    assert api.ask(QUIZ).content == api.ask("quizzes/nothing/").content
    assert api.ask(QUIZ).status_code == 404
    assert api.send("post", f"{QUIZ}attempts/").status_code == 404


def test_nobody_sits_a_quiz_without_signing_in(started):
    for path in (QUIZ, *(path_of(started, rest) for rest in OWN)):
        assert call(Api(), path).status_code == 401
    assert Api().send("post", f"{QUIZ}attempts/").status_code == 401


def test_withdrawing_ends_the_attempt_for_the_student_at_once(api, ben_here, started):
    Enrolment.objects.filter(pk=ben_here.pk).update(withdrawn_at=factories.NOON)

    for rest in OWN:
        assert call(api, path_of(started, rest)).status_code == 404


def test_a_session_must_prove_that_a_save_is_its_own(ben, started):
    forged = answer(Api(ben, enforce_csrf_checks=True), started, 1, "a")

    assert forged.status_code == 403
    assert Response.objects.count() == 0


# --- Nothing of the key ------------------------------------------------------------------------


def mirror(spec: dict) -> dict:
    """The same question with another key: other right option, feedback, evidence."""
    changed = json.loads(json.dumps(spec))
    for option in changed["options"]:
        option["correct"] = not option["correct"] if option["key"] in RIGHT_AND_WRONG else False
        option["feedback"] = "Quite another and much longer word about this."
        option["misconception"] = ""
        option["evidence"] = factories.evidence("not-chaos")
    changed["feedback"] = "Something else."
    return changed


RIGHT_AND_WRONG = ("option-1", "option-3")
VARYING = re.compile(rb"[0-9a-f-]{36}|\d{4}-\d\d-\d\dT[^\"]*|\"seconds_left\":\d+")


def heard(api: Api) -> list[tuple[int, bytes, list[str]]]:
    """Everything that a student is told from the cover to handing in, without ids and times."""
    cover, start = api.ask(QUIZ), api.send("post", f"{QUIZ}attempts/")
    attempt = start.json()
    told = [cover, start]
    for value in ("a", "c", "z", None):
        told += [answer(api, attempt, 1, value), answer(api, attempt, 2, value)]
    told += [
        api.ask(path_of(attempt)),
        api.ask(path_of(attempt, "result/")),
        api.ask(QUIZ),
        api.ask("courses/lenses/modules/"),
        api.ask("courses/lenses/lessons/anarchy/"),
        api.ask("schema/"),
    ]
    return [
        (reply.status_code, VARYING.sub(b"*", reply.content), sorted(reply.headers))
        for reply in told
    ]


def test_until_the_reveal_a_student_hears_the_same_whatever_the_key(api, ben, questions, quiz):
    before = heard(api)
    Response.objects.all().delete()
    Attempt.objects.all().delete()
    Record.objects.all().delete()
    for question in questions:
        question.spec = mirror(question.spec)
        question.save()
        publish(question, now=factories.NOON)

    assert heard(api) == before
    [item] = Item.objects.filter(position=1)
    assert [option["correct"] for option in item.version.spec["options"]] == [False, False, True]


def test_in_an_exam_only_the_total_is_told_before_the_close(api, quiz):
    Quiz.objects.update(review="exam")
    attempt = api.send("post", f"{QUIZ}attempts/").json()
    answer(api, attempt, 1, "a")
    api.send("post", path_of(attempt, "submit/"))

    result = api.ask(path_of(attempt, "result/"))

    told = result.json()
    assert told["score"] == "1.00"
    assert told["hidden"] == (
        "The right answers and the explanations follow when the quiz has closed for everybody."
    )
    assert told["read_again"] == []
    for question in told["questions"]:
        assert question["mark"] is None
        assert question["proofs"] == []
        assert set(question["review"]) == {"kind", "prompt", "rule", "choices"}
        assert {field for row in question["review"]["choices"] for field in row} == {
            "token",
            "html",
            "chosen",
        }
    assert b"option-" not in result.content


def test_stable_keys_stay_on_the_server(api, started):
    answer(api, started, 1, "a")
    assert b"option-" not in api.ask(path_of(started)).content
    api.send("post", path_of(started, "submit/"))
    assert b"option-" not in api.ask(path_of(started, "result/")).content


# --- Costs and rubbish -------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 3])
def test_the_queries_do_not_grow_with_the_questions(
    ben, module, questions, size, django_assert_num_queries
):
    factories.make_quiz(module, questions[:size], key=f"quiz-of-{size}")
    api, path = Api(ben), f"quizzes/quiz-of-{size}/"

    with django_assert_num_queries(7):
        api.ask(path)
    with django_assert_num_queries(16):
        attempt = api.send("post", f"{path}attempts/").json()
    with django_assert_num_queries(4):
        api.ask(path_of(attempt))
    with django_assert_num_queries(7):
        answer(api, attempt, 1, "b")  # failed, so that it is asked whether an attempt is left
    with django_assert_num_queries(14):
        api.send("post", path_of(attempt, "submit/"))
    with django_assert_num_queries(8):
        api.ask(path_of(attempt, "result/"))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from("abcz"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
ALL_KINDS = {
    **{name: factories.sample(name) for name in KINDS},
    "reasoned": factories.sample("truefalse", 6),
}


@pytest.fixture
def of_all_kinds(ben, module, lesson) -> tuple[Api, dict]:
    made: list[Question] = [
        factories.make_question(
            module,
            f"of-kind-{name}",
            kind="truefalse" if name == "reasoned" else name,
            spec=spec,
        )
        for name, spec in ALL_KINDS.items()
    ]
    factories.make_quiz(module, made, key="all-kinds", review="practice")
    api = Api(ben)
    return api, api.send("post", "quizzes/all-kinds/attempts/").json()


@pytest.mark.parametrize(("knows", "score"), [(1.0, "11.00"), (0.0, "0.00")])
def test_every_kind_is_answered_and_reviewed_as_the_schema_says(of_all_kinds, knows, score):
    api, attempt = of_all_kinds
    for item in Item.objects.filter(attempt=attempt["id"]).select_related("version"):
        kind = KINDS[item.version.kind]
        if kind.by_hand:
            continue  # left blank, it waits for nobody
        if knows or kind.name != "ordering":  # one swap leaves some neighbours in order
            given = simulation.respond(kind, item.version.spec, knows, random.Random(1))
            tokens = kind.show(item.order, given)
            assert answer(api, attempt, item.position, tokens).json()["shown"] == tokens
    result = api.send("post", path_of(attempt, "submit/")).json()
    result = api.ask(path_of(attempt, "result/")).json()
    assert result["score"] == score
    assert [question["review"]["kind"] for question in result["questions"]] == [
        *KINDS,
        "truefalse",
    ]


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(position=st.integers(1, len(ALL_KINDS)), value=ANYTHING)
def test_whatever_is_sent_is_stored_as_shown_or_refused(of_all_kinds, position, value):
    api, attempt = of_all_kinds
    stored = api.ask(path_of(attempt)).json()["questions"][position - 1]

    reply = answer(api, attempt, position, value, revision=stored["revision"])

    now = api.ask(path_of(attempt)).json()["questions"][position - 1]
    if reply.status_code == 200:
        assert now["answer"] == reply.json()["shown"]
        assert now["revision"] == reply.json()["revision"]
    else:
        assert reply.status_code in (400, 422)
        assert reply.json()["detail"]
        assert now == stored
