"""Who a request belongs to: the session and its user, by prepared queries."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

pytestmark = pytest.mark.django_db

BACKEND = "courses.accounts.AccountBackend"


@pytest.fixture
def browser(ben) -> Client:
    client = Client()
    client.force_login(ben, backend=BACKEND)
    return client


def whoever(client: Client):
    return client.get("/").wsgi_request.user


def test_signing_in_leads_to_the_quick_way(client, ben):
    client.post("/accounts/login/", {"login": "ben", "password": "one-case-several-lenses"})
    assert client.session["_auth_user_backend"] == BACKEND
    assert whoever(client) == ben


def test_a_session_is_its_person_s(browser, ben, django_assert_num_queries):
    with django_assert_num_queries(6):
        assert whoever(browser) == ben


def test_an_expired_session_is_nobody_s(browser):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert whoever(browser).is_anonymous


def test_a_made_up_session_is_nobody_s(browser):
    browser.cookies["sessionid"] = "x" * 32
    assert whoever(browser).is_anonymous


def test_who_was_shut_out_is_out_at_once(browser, ben):
    ben.is_active = False
    ben.save()
    assert whoever(browser).is_anonymous


def test_a_new_password_ends_other_sessions(browser, ben):
    ben.set_password("another-case-other-lenses")
    ben.save()
    assert whoever(browser).is_anonymous


@pytest.mark.parametrize("key", ['"\\000abcdefgh"', '"abcdefgh\\000"', "x" * 41, "ä" * 9])
def test_a_key_that_no_session_has_is_nobody_s(client, key, django_assert_num_queries):
    """Python reads a cookie's `\\000` as a zero byte, which PostgreSQL will not be asked about."""
    jar = f"sessionid={key}; csrftoken={key}; messages={key}"

    with django_assert_num_queries(0):
        page = client.get("/accounts/login/", HTTP_COOKIE=jar)
    assert page.status_code == 200
    assert page.wsgi_request.user.is_anonymous
    assert client.get("/api/v1/courses/", HTTP_COOKIE=jar).status_code == 401
    sent = {"login": "ben", "password": "one-case-several-lenses"}
    assert client.post("/accounts/login/", sent, HTTP_COOKIE=jar).status_code in (200, 302)
