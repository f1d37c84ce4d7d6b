"""What holds for every page: headers, probes, error pages, the checks at the start."""

import json
import sqlite3

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from courses.checks import has_wal_reset_bug, sqlite_is_safe
from courses.models import Cohort, Enrolment, Record, User
from quizzes.desk import overview
from quizzes.models import Attempt, Response
from quizzes.sitting import attempts
from tests import factories

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url", ["/", "/accounts/login/", "/nothing-here/", "/healthz", "/join/", "/api/v1/courses/"]
)
def test_every_reply_carries_the_security_headers(client, url):
    response = client.get(url)
    sent = dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))
    assert sent == dict(part.split(" ", 1) for part in POLICY.split("; "))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert "camera=()" in response["Permissions-Policy"]
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_the_probes_answer(client):
    assert json.loads(client.get("/healthz").content) == {"alive": True}
    assert json.loads(client.get("/readyz").content) == {"ready": True}


@pytest.mark.django_db
def test_a_page_that_is_not_there_helps_on(client):
    response = client.get("/nothing-here/")
    assert response.status_code == 404
    assert b'<a href="/"' in response.content


@pytest.mark.django_db
def test_an_address_that_is_no_page_says_what_to_do(as_, ben):
    bens = as_(ben)
    address = "/courses/lenses/lessons/anarchy/done/"
    page = bens.get(address)
    assert (page.status_code, page["Allow"]) == (405, "POST")
    assert b"<h1" in page.content
    assert b"Go back to that page" in page.content
    assert b'<a href="/"' in page.content
    told = bens.get(address, HTTP_ACCEPT="application/json")
    assert (told.status_code, told["Allow"], told.json()["reason"]) == (405, "POST", "method")
    assert b"in that way" in bens.put("/glossary/").content


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", ["q1.revision=0&q1=" + "x" * 1_100_000, "&".join(f"k{i}=1" for i in range(3100))]
)
def test_what_is_too_large_is_called_so(as_, ben, ben_here, quiz, body):
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    url, form = f"/attempts/{attempt.pk}/questions/1/", "application/x-www-form-urlencoded"
    told = as_(ben).post(url, body, content_type=form, HTTP_ACCEPT="application/json")
    reply = told.json()
    assert (told.status_code, reply["saved"], reply["reason"]) == (413, False, "too_large")
    assert (reply["attempt"], reply["position"]) == (str(attempt.pk), 1)
    assert "too large" in reply["message"]
    page = as_(ben).post(url, body, content_type=form)
    assert page.status_code == 413
    assert b"too large" in page.content
    assert b"Sign out" in page.content


@pytest.mark.django_db
def test_a_failure_shows_a_friendly_page(monkeypatch, as_, ben):
    monkeypatch.setattr("courses.dashboards.studying", lambda user: 1 / 0)
    client = Client(raise_request_exception=False)
    client.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get("/")
    assert response.status_code == 500
    assert b"<h1" in response.content
    assert b"ZeroDivisionError" not in response.content


@pytest.fixture
def read_only_database(transactional_db):
    """The database refuses to be written to, as on a full or read-only disk."""
    on, off = (
        ("PRAGMA query_only=ON", "PRAGMA query_only=OFF")
        if connection.vendor == "sqlite"
        else ("SET default_transaction_read_only=on", "SET default_transaction_read_only=off")
    )

    def switch(command: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(command)

    yield lambda read_only: switch(on if read_only else off)
    switch(off)


def test_on_a_read_only_database_a_save_fails_loudly_until_it_can_be_stored_again(
    read_only_database, as_, ben, ben_here, quiz
):
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    bens = as_(ben)
    bens.raise_request_exception = False
    url = f"/attempts/{attempt.pk}/"

    def save():
        fields = {"q1": "a", "q1.revision": "0"}
        return bens.post(f"{url}questions/1/", fields, HTTP_ACCEPT="application/json")

    read_only_database(True)
    response = save()
    reply = json.loads(response.content)
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert (reply["saved"], reply["reason"]) == (False, "unavailable")
    assert "what was saved before is safe" in reply["message"]
    page = bens.post("/courses/lenses/lessons/anarchy/done/")
    assert page.status_code == 503
    assert b"what was saved before is safe" in page.content
    assert bens.get(url).status_code == 200
    assert bens.get("/courses/lenses/lessons/anarchy/").status_code == 200
    read_only_database(False)
    assert json.loads(save().content)["revision"] == 1


@pytest.mark.django_db
def test_a_strange_host_is_refused(client):
    assert client.get("/", HTTP_HOST="evil.example").status_code == 400


@pytest.mark.django_db
def test_the_front_page_names_the_demo_people_in_demo_mode_only(client, settings):
    assert b"parallax-demo" not in client.get("/").content
    settings.DEMO = True
    content = client.get("/").content
    assert b"parallax-demo" in content
    assert b"ben" in content


@pytest.mark.django_db(transaction=True)
def test_the_database_is_set_up_as_the_design_says():
    found = [message for message in sqlite_is_safe(databases=["default"]) if message.is_serious()]
    assert [message.msg for message in found if message.id != "courses.W001"] == []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            values = [
                cursor.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]
        assert values == ["wal", 2, 1, 20000]


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db(transaction=True)
def test_a_setting_that_did_not_take_is_named():
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=NORMAL")
    try:
        messages = sqlite_is_safe(databases=["default"])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
    assert "SQLite's synchronous is 1, but must be 2." in [message.msg for message in messages]


@pytest.mark.parametrize(
    ("version", "broken"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 6), False),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
    ],
)
def test_sqlite_versions_with_the_wal_reset_bug_are_known(version, broken):
    assert has_wal_reset_bug(version) == broken


def test_this_machine_is_warned_if_its_sqlite_has_the_bug(db):
    warned = "courses.W001" in [message.id for message in sqlite_is_safe(databases=["default"])]
    expected = connection.vendor == "sqlite" and has_wal_reset_bug(sqlite3.sqlite_version_info)
    assert warned == expected


@pytest.mark.django_db
class TestDemo:
    def test_it_is_refused_outside_demo_mode(self, quiz):
        with pytest.raises(CommandError, match="demo mode only"):
            call_command("demo")
        assert not Cohort.objects.exists()

    def test_it_needs_a_course(self, settings):
        settings.DEMO = True
        with pytest.raises(CommandError, match="load_content"):
            call_command("demo")

    def test_students_read_and_answer_through_the_verbs(self, settings, quiz, capsys):
        settings.DEMO = True
        call_command("demo", students=12)
        cohort = Cohort.objects.get()
        assert Enrolment.objects.filter(cohort=cohort).count() == 12 + 3
        assert Record.objects.exists()
        finished = Attempt.objects.submitted()
        assert finished.count() == Attempt.objects.count() > 0
        assert "join code" in capsys.readouterr().out
        now = timezone.now()
        taught = overview.read_class(cohort, now=now)
        assert all(person.last is None or person.last < now for person in taught.people)
        seen = sum(person.silent_days is None for person in taught.people)
        assert len(taught.people) / 2 < seen < len(taught.people), "most are here, not all"

    def test_again_it_changes_nothing(self, settings, quiz, capsys):
        settings.DEMO = True
        call_command("demo", students=2)
        before = (User.objects.count(), Attempt.objects.count())
        call_command("demo", students=2)
        assert (User.objects.count(), Attempt.objects.count()) == before
        assert "nothing was changed" in capsys.readouterr().out

    def test_the_same_seed_gives_the_same_scores(self, settings, quiz):
        settings.DEMO = True
        runs = []
        for _ in range(2):
            call_command("demo", students=5)
            runs.append(list(Record.objects.order_by("pk").values_list("score", flat=True)))
            Response.objects.all().delete()
            Attempt.objects.all().delete()
            Enrolment.objects.all().delete()
            Cohort.objects.all().delete()
        assert runs[0] == runs[1]

    def test_the_four_people_can_sign_in(self, settings, quiz, client):
        settings.DEMO = True
        call_command("demo", students=1)
        for name in ("ben", "ada", "cleo", "adam"):
            form = {"login": name, "password": "parallax-demo"}
            response = client.post("/accounts/login/", form)
            assert (response.status_code, response["Location"]) == (302, "/"), name
            client.logout()


@pytest.mark.django_db
def test_overdue_attempts_are_closed_by_the_scheduler(ben_here, quiz, capsys):
    attempt = attempts.start(ben_here, quiz, now=factories.NOON - factories.minutes(60 * 24 * 400))
    call_command("close_overdue")
    attempt.refresh_from_db()
    assert attempt.state == "submitted"
    assert "Closed 1 overdue attempts." in capsys.readouterr().out
