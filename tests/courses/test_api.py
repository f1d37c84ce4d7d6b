"""Reading courses by the API, and what all of the API shares: doors, tokens, refusals, schema."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from knox.models import AuthToken

from courses import tokens
from courses.models import Enrolment, Lesson, User
from courses.refusals import Refused
from tests import factories
from tests.contract import Api

READABLE = [
    "courses/",
    "courses/lenses/",
    "courses/lenses/modules/",
    "courses/lenses/lessons/",
    "courses/lenses/lessons/anarchy/",
    "terms/",
    "terms/anarchy/",
    "sources/",
    "sources/waltz1979/",
]
COURSE_ONLY = [path for path in READABLE if path.startswith("courses/lenses/")]


@pytest.fixture(autouse=True)
def no_limits_from_other_tests(db):
    cache.clear()


# --- Reading -----------------------------------------------------------------------------------


def test_a_student_reads_the_course_and_her_place_in_it(ben, lesson, quiz):
    api = Api(ben)

    assert [row["key"] for row in api.ask("courses/").json()["results"]] == ["lenses"]
    course = api.ask("courses/lenses/").json()
    assert course["role"] == "student"
    assert course["progress"]["done"] == 0
    assert course["progress"]["total"] == 2
    assert course["progress"]["next"]["key"] == "anarchy"

    [module] = api.ask("courses/lenses/modules/").json()["results"]
    assert module["lens"] == "realism"
    assert [step["url"] for step in module["steps"]] == [
        reverse("courses:lesson", args=["lenses", "anarchy"]),
        reverse("quizzes:quiz", args=["realism-quiz"]),
    ]


def test_a_lesson_comes_as_html_and_as_plain_paragraphs_with_what_they_rest_on(ben, lesson):
    lesson.objectives.add(factories.make_objective(lesson.activity.module))

    found = Api(ben).ask("courses/lenses/lessons/anarchy/").json()

    assert found["lesson"]["title"] == "Anarchy"
    assert found["lesson"]["url"] == "/courses/lenses/lessons/anarchy/"
    assert [part["kind"] for part in found["parts"]] == ["html", "checkpoint", "html"]
    assert found["parts"][1]["url"] == "/checkpoints/anarchy/anarchy-check/"
    assert found["parts"][0]["html"] == lesson.parts[0][1]
    first = found["paragraphs"][0]
    assert first["anchor"] == "anarchy"
    assert first["text"].startswith("No authority stands above states")
    assert {"source": "waltz1979", "term": None, "locator": "ch. 6"} in first["mentions"]
    assert {"source": None, "term": "anarchy", "locator": ""} in first["mentions"]
    assert [row["key"] for row in found["sources"]] == ["waltz1979"]
    assert [row["key"] for row in found["terms"]] == ["anarchy"]
    assert [row["key"] for row in found["objectives"]] == ["explain-anarchy"]


def test_terms_and_sources_name_the_paragraphs_of_ones_own_courses_only(ben, eve, lesson):
    place = {
        "title": "Anarchy",
        "url": "/courses/lenses/lessons/anarchy/#anarchy",
        "locator": "ch. 6",
    }

    assert Api(ben).ask("sources/waltz1979/").json()["places"] == [place]
    assert Api(ben).ask("terms/anarchy/").json()["places"] == [{**place, "locator": ""}]
    assert Api(eve).ask("sources/waltz1979/").json()["places"] == []
    assert Api(eve).ask("terms/anarchy/").json()["places"] == []


@pytest.mark.parametrize("path", READABLE)
def test_nobody_reads_without_signing_in(lesson, path):
    response = Api().ask(path)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response.json()["detail"].startswith("Sign in on the site first")


@pytest.mark.parametrize("path", COURSE_ONLY)
def test_what_is_not_yours_and_what_is_not_there_answer_alike(eve, ben, lesson, path):
    foreign = Api(eve).ask(path)
    missing = Api(eve).ask(path.replace("lenses", "nothing"))

    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert Api(ben).ask(path).status_code == 200


@pytest.mark.parametrize("path", COURSE_ONLY)
def test_an_unpublished_course_is_for_editors_alone(ben, adam, course, lesson, path):
    course.published = False
    course.save()

    assert Api(ben).ask(path).status_code == 404
    assert Api(adam).ask(path).status_code == 200


def test_withdrawing_bites_on_the_next_request(ben, ben_here, lesson):
    api = Api(ben)
    assert api.ask("courses/lenses/").status_code == 200

    Enrolment.objects.filter(pk=ben_here.pk).update(withdrawn_at=factories.NOON)

    assert api.ask("courses/lenses/").status_code == 404
    assert api.ask("courses/").json()["results"] == []


@pytest.mark.parametrize("path", READABLE)
def test_reading_writes_nothing(ben, lesson, path):
    api = Api(ben)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert api.ask(path).status_code == 200

    assert [q["sql"] for q in queries if not q["sql"].startswith("SELECT")] == []


# --- Lists -------------------------------------------------------------------------------------


def test_lists_come_in_pages(ben, lesson):
    for number in (1, 2, 3):
        factories.make_term(f"term-{number}", title=f"Term {number}", lens="realism")
    api = Api(ben)

    page = api.ask("terms/?limit=2&offset=1").json()

    assert page["count"] == 4
    assert [row["term"]["key"] for row in page["results"]] == ["term-1", "term-2"]
    assert page["next"].endswith("/api/v1/terms/?limit=2&offset=3")
    chosen = api.ask("terms/?lens=realism").json()["results"]
    assert [row["term"]["key"] for row in chosen] == ["term-1", "term-2", "term-3"]
    assert api.ask("sources/?kind=article").json()["count"] == 0
    assert api.ask("courses/lenses/lessons/?module=realism").json()["count"] == 1
    assert api.ask("courses/lenses/lessons/?module=elsewhere").json()["count"] == 0


@pytest.mark.parametrize(
    "question",
    [
        "terms/?limit=0",
        "terms/?limit=1000000",
        "terms/?limit=ten",
        "terms/?offset=-1",
        "terms/?offset=" + "9" * 5000,
        "terms/?lens=marxism",
        "terms/?lens=%00",
        "terms/?lens=%ED%A0%80",
        "sources/?kind=rumour",
        "courses/lenses/lessons/?module=%00",
        "courses/lenses/lessons/?module=a'b",
        "courses/?format=xml",
        "courses/lenses/lessons/?body=x",
        "courses/lenses/lessons/?activity__quiz__slots__question__spec__contains=correct",
        "courses/lenses/modules/?questions__spec__options__0__correct=true",
        "courses/lenses/?expand=questions",
        "courses/?ordering=modules__questions__spec",
        "courses/?%E2%80%AE=1",
    ],
)
def test_only_the_named_parameters_are_taken_and_others_are_told(ben, lesson, question):
    response = Api(ben).ask(question)

    assert response.status_code == 422
    assert response.json()["detail"]


def test_lists_take_as_many_queries_for_three_rows_as_for_one(
    ben, lesson, module, course, django_assert_num_queries
):
    # Session and person, then the door, then the rows.
    expected = {
        "courses/": 4,
        "courses/lenses/": 4,
        "courses/lenses/modules/": 7,
        "courses/lenses/lessons/": 5,
        "courses/lenses/lessons/anarchy/": 9,
        "terms/": 5,
        "sources/": 4,
    }
    api = Api(ben)
    for path, queries in expected.items():
        with django_assert_num_queries(queries):
            api.ask(path)

    for number in (2, 3):
        other = factories.make_module(course, f"module-{number}")
        factories.make_source(f"source-{number}", cited_through_id=None)
        factories.make_term(f"term-{number}", title=f"Term {number}")
        factories.make_lesson(
            other,
            f"lesson-{number}",
            "One [@waltz1979]. {: #one }\n\n"
            f"Two [@source-{number}] and [[term-{number}]].\n{{: #two }}\n",
        )
        more = factories.make_course(f"course-{number}", title=f"Course {number}")
        factories.enrol(ben, factories.make_cohort(more, f"Cohort {number}"))
    Lesson.objects.get(activity__key="anarchy").objectives.add(
        *(factories.make_objective(module, f"objective-{number}") for number in (1, 2, 3))
    )
    for path, queries in expected.items():
        with django_assert_num_queries(queries):
            api.ask(path)


# --- Tokens ------------------------------------------------------------------------------------


def make_token(user: User, days: int = 30) -> str:
    return tokens.issue(user, days=days, now=timezone.now())[1]


def test_a_signed_in_person_makes_a_token_that_opens_the_api_without_a_session(ben, lesson):
    made = Api(ben).send("post", "tokens/", {"days": 7})

    assert made.status_code == 201
    text = made.json()["token"]
    assert Api(token=text).ask("courses/lenses/").status_code == 200
    [stored] = AuthToken.objects.all()
    assert text not in (stored.digest, stored.token_key)
    assert stored.digest == tokens.hash_token(text)
    assert timedelta(days=6) < stored.expiry - timezone.now() <= timedelta(days=7)
    listed = Api(token=text).ask("tokens/")
    assert [row["id"] for row in listed.json()["results"]] == [made.json()["id"]]
    assert text not in listed.content.decode()


def test_a_token_is_asked_for_with_one_query(ben, lesson, django_assert_num_queries):
    api = Api(token=make_token(ben))
    with django_assert_num_queries(1 + 1):  # whose token it is; the page of courses is empty
        assert api.ask("courses/?offset=1000").status_code == 200


def test_no_password_buys_a_token(ben):
    """So the limits on guessing and the second factor of the page hold for the API too."""
    for body in ({"username": "ben", "password": factories.PASSWORD}, {}, None):
        assert Api().send("post", "tokens/", body).status_code == 401
    basic = Api()
    basic.defaults["HTTP_AUTHORIZATION"] = "Basic YmVuOm9uZS1jYXNlLXNldmVyYWwtbGVuc2Vz"
    assert basic.ask("courses/").status_code == 401


def test_a_token_cannot_make_tokens(ben):
    response = Api(token=make_token(ben)).send("post", "tokens/")

    assert response.status_code == 403
    assert "Sign in on the site" in response.json()["detail"]
    assert AuthToken.objects.count() == 1


def test_a_revoked_token_opens_nothing(ben, ada):
    api = Api(token=make_token(ben))
    [row] = api.ask("tokens/").json()["results"]

    assert Api(ada).send("delete", f"tokens/{row['id']}/").status_code == 404
    assert api.ask("courses/").status_code == 200
    assert api.send("delete", f"tokens/{row['id']}/").status_code == 204
    assert api.ask("courses/").status_code == 401
    assert Api(ben).send("delete", f"tokens/{row['id']}/").status_code == 404


def deactivate(user: User) -> None:
    user.is_active = False
    user.save()


def change_password(user: User) -> None:
    user.set_password("another-password-altogether")
    user.save()


def expire_tokens(user: User) -> None:
    AuthToken.objects.filter(user=user).update(expiry=timezone.now())


def delete_tokens(user: User) -> None:
    AuthToken.objects.filter(user=user).delete()


@pytest.mark.parametrize("event", [deactivate, change_password, expire_tokens, delete_tokens])
def test_a_token_ends_at_once_with_what_it_rested_on(ben, event):
    api = Api(token=make_token(ben))
    assert api.ask("courses/").status_code == 200

    event(ben)

    assert api.ask("courses/").status_code == 401


def test_every_bad_token_is_refused_in_the_same_words(ben):
    expired, other = make_token(ben), make_token(ben)
    AuthToken.objects.filter(digest=tokens.hash_token(expired)).update(expiry=timezone.now())
    answers = {
        Api(token=token).ask("courses/").content
        for token in (expired, other[:-1] + "x", "a", "ab\xff", "\x00", "é", "9" * 3000)
    }

    assert len(answers) == 1
    assert b"make a new one" in answers.pop()
    for header in ("Token", "Token a b", "Bearer x", "Token " + "a " * 3000, "\xff"):
        api = Api()
        api.defaults["HTTP_AUTHORIZATION"] = header
        assert api.ask("courses/").status_code == 401


def test_roles_bite_on_the_next_request_of_a_token(ben, course, lesson):
    course.published = False
    course.save()
    ben.is_staff = True
    ben.save()
    ben.user_permissions.add(Permission.objects.get(codename="change_lesson"))
    api = Api(token=make_token(ben))
    assert api.ask("courses/lenses/").status_code == 200

    ben.user_permissions.clear()

    assert api.ask("courses/lenses/").status_code == 404


def test_a_person_has_ten_tokens_at_most_and_dead_ones_do_not_count(ben):
    for _ in range(tokens.LIMIT):
        make_token(ben)
    assert Api(ben).send("post", "tokens/").status_code == 409
    with pytest.raises(Refused):
        make_token(ben)

    expire_tokens(ben)

    assert Api(ben).send("post", "tokens/").status_code == 201
    assert AuthToken.objects.count() == 1


def test_making_tokens_has_a_limit(ben, ada):
    api = Api(ben)
    statuses = []
    for _ in range(21):
        statuses.append(api.send("post", "tokens/").status_code)
        AuthToken.objects.all().delete()

    assert statuses == [201] * 20 + [429]
    refused = api.send("post", "tokens/")
    assert int(refused["Retry-After"]) > 0
    assert Api(ada).send("post", "tokens/").status_code == 201
    assert api.ask("tokens/").status_code == 200


@pytest.mark.parametrize(
    "body", [{"days": 0}, {"days": 366}, {"days": "ten"}, {"days": None}, {"user": 1}, [], "x", 1]
)
def test_a_token_cannot_be_asked_for_otherwise(ben, body):
    response = Api(ben).send("post", "tokens/", json.dumps(body))

    assert response.status_code == 422
    assert response.json()["detail"]
    assert AuthToken.objects.count() == 0


def test_a_session_must_prove_that_the_request_is_its_own_and_a_token_need_not(ben):
    cross_site = Api(ben, enforce_csrf_checks=True).send("post", "tokens/")
    assert cross_site.status_code == 403
    assert "CSRF" in cross_site.json()["detail"]

    text = make_token(ben)
    api = Api(token=text, enforce_csrf_checks=True)
    [row] = api.ask("tokens/").json()["results"]
    assert api.send("delete", f"tokens/{row['id']}/").status_code == 204


# --- Refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["nonsense", "courses", "courses/lenses/lessons/a/b/", "", "v2/"])
def test_an_unknown_address_says_so_in_json(ben, path):
    for method in ("get", "post", "put", "patch", "delete"):
        response = Api(ben).send(method, path)
        assert response.status_code == 404
        assert "nothing at this address" in response.json()["detail"]
    assert Api().ask(path).status_code == 401


def test_other_methods_and_other_types_are_refused_in_json(ben, lesson):
    api = Api(ben)

    for method in ("put", "patch", "delete"):
        assert api.send(method, "courses/").status_code == 405
    form = api.post("/api/v1/tokens/", {"days": 3})
    assert form.status_code == 415
    assert "detail" in form.json()
    html = api.get("/api/v1/courses/", HTTP_ACCEPT="text/html")
    assert html.status_code == 406


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"days": NaN}', 400),
        (b'{"days": Infinity}', 400),
        (b'{"days": 1e999}', 422),
        (b'{"days": ' + b"9" * 4000 + b"}", 422),
        (b'{"days": ' + b"9" * 5000 + b"}", 400),
        (b'{"days": ' + b"[" * 30000 + b"]" * 30000 + b"}", 400),
        (b'{"days": ' + b"[" * 17 + b"]" * 17 + b"}", 400),
        (b'{"days": "\\u0000"}', 400),
        (b'{"days": "\\ud800"}', 400),
        (b'{"\\udfff": 1}', 400),
        (b'{"days": 1, "days\\u0000": 2}', 400),
        (b" " * 70_000, 413),
        (b"null", 422),
        (b"", 201),
    ],
)
def test_a_broken_body_gets_a_sentence(ben, body, status):
    response = Api(ben).send("post", "tokens/", body)

    assert response.status_code == status
    assert status == 201 or response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"days": 3, "days": 300}', "names \u201cdays\u201d twice"),
        (b'{"days": ' + b"9" * 5000 + b"}", "more digits"),
    ],
)
def test_what_python_would_pass_over_or_say_of_itself_is_said_plainly(ben, body, words):
    response = Api(ben).send("post", "tokens/", body)

    assert response.status_code == 400
    assert words in response.json()["detail"]


@pytest.mark.parametrize("charset", ["base64", "rot13", "nonsense", "utf-16", "hex"])
def test_a_strange_charset_does_no_harm(ben, charset):
    """JSON is UTF-8, whatever a header says."""
    api, json_in_it = Api(ben), f"application/json; charset={charset}"

    assert api.generic("POST", "/api/v1/tokens/", b"{}", json_in_it).status_code == 201
    assert api.generic("GET", "/api/v1/tokens/?limit=1", b"", json_in_it).status_code == 200


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    body=st.binary(max_size=60)
    | ANYTHING.map(lambda value: json.dumps(value).encode())
    | ANYTHING.map(lambda value: json.dumps({"days": value}).encode())
)
def test_no_body_whatever_breaks_the_api(ben, body):
    cache.clear()
    AuthToken.objects.all().delete()

    response = Api(ben).send("post", "tokens/", body)

    assert response.status_code in (201, 400, 422)
    assert response.status_code == 201 or response.json()["detail"]


# --- Schema and its page -----------------------------------------------------------------------


def test_the_schema_has_no_fault_and_no_warning(tmp_path):
    call_command("spectacular", file=str(tmp_path / "s.yml"), validate=True, fail_on_warn=True)


def test_the_schema_and_its_page_are_for_people_who_are_signed_in(ben):
    assert Api(ben).ask("schema/").status_code == 200
    assert Api().ask("schema/").status_code == 401
    page = Api(ben).ask("docs/")
    assert page.status_code == 200
    assert "style" not in page.content.decode().replace("stylesheet", "")
    assert page.content.decode().count("<script") == page.content.decode().count("<script src=")
    script = Api(ben).ask("docs/?script=")
    assert script["Content-Type"] == "application/javascript"
    assert "/api/v1/schema/" in script.content.decode().replace("\\u002D", "-")
    away = Api().ask("docs/")
    assert away.status_code == 302
    assert away["Location"] == "/accounts/login/?next=/api/v1/docs/"
