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
