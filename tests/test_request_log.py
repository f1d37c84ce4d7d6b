"""One line for each request, fit for a machine to read."""

import logging

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from config.middleware import address

pytestmark = pytest.mark.django_db


def lines(caplog) -> list[tuple]:
    return [
        (record.levelname, *(record.msg[name] for name in ("method", "path", "code", "user_id")))
        for record in caplog.records
        if record.name == "config.middleware"
    ]


def test_a_request_is_one_line(caplog, as_, ben):
    with caplog.at_level(logging.INFO):
        as_(ben).get("/join/?code=JKMN2345")
        as_(None).get("/healthz")
        as_(ben).get("/nothing-here/")
    assert lines(caplog) == [
        ("INFO", "GET", "/join/", 200, str(ben.pk)),
        ("INFO", "GET", "/healthz", 200, None),
        ("WARNING", "GET", "/nothing-here/", 404, str(ben.pk)),
    ]


def test_a_request_whose_person_cannot_be_read_is_a_line_too(caplog, monkeypatch, as_, ben):
    bens = as_(ben)
    bens.raise_request_exception = False

    def away(store):
        raise OperationalError("the database is away")

    monkeypatch.setattr("config.sessions.SessionStore._get_session_from_db", away)
    assert bens.get("/").status_code == 503
    assert lines(caplog) == [("ERROR", "GET", "/", 503, None)]


def test_every_line_of_a_request_carries_its_id(caplog, as_, ben):
    with caplog.at_level(logging.INFO):
        for _ in range(2):
            as_(ben).get("/")
    first, second = [
        record.msg["request_id"] for record in caplog.records if record.name == "config.middleware"
    ]
    assert len(first) == len(second) == 32
    assert first != second


def test_the_log_holds_no_password(caplog, client, ben):
    with caplog.at_level(logging.INFO):
        client.post("/accounts/login/", {"login": "ben", "password": "one-case-several-lenses"})
    assert "one-case" not in caplog.text


@pytest.mark.parametrize(
    ("proxies", "forwarded", "believed"),
    [
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "6.6.6.6, 9.9.9.9", "9.9.9.9"),
        (2, "6.6.6.6, 9.9.9.9, 10.0.0.1", "9.9.9.9"),
        (2, "6.6.6.6", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(settings, proxies, forwarded, believed):
    settings.TRUSTED_PROXIES = proxies
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert address(RequestFactory().get("/", headers=headers)) == believed
