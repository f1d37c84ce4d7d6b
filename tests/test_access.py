"""Every address of the site, asked as every role. An address that is not in a table fails.

The columns are: nobody (signed out), eve (of another course), zoe (a fellow student), ben (whose
attempt it is), cleo (assistant), ada (instructor), adam (administrator). What is not there and
what is not yours look the same: 404.
"""

import re
import uuid
from collections.abc import Iterator

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from courses.models import Lesson
from quizzes.sitting import attempts
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

ROLES = ("nobody", "eve", "zoe", "ben", "cleo", "ada", "adam")
COURSE = {"course": "lenses"}
LESSON = {"course": "lenses", "activity": "anarchy"}
QUIZ = {"activity": "realism-quiz"}
ATTEMPT = {"attempt": "<attempt>"}
ANSWER = {"attempt": "<attempt>", "position": 1}
CONTESTED = {"cohort": "<cohort>", "version": "<version>"}
STUDENT = {"cohort": "<cohort>", "enrolment": "<enrolment>"}
REGRADE = {"cohort": "<cohort>", "regrade": "<regrade>"}
REGRADE_QUESTION = {"cohort": "<cohort>", "question": "anarchy-1"}
MARKED = {"cohort": "<cohort>", "question": "anarchy-essay"}
CHECKPOINT = {"lesson": "anarchy", "question": "anarchy-check"}

# Name, arguments, and the status of GET and of POST without fields, by role.
# fmt: off
PAGES = [
    # nobody, eve, zoe, ben, cleo, ada, adam
    ("courses:home", {},
     (200, 200, 200, 200, 200, 200, 200),
     (405, 405, 405, 405, 405, 405, 405)),
    ("courses:join", {},
     (302, 200, 200, 200, 200, 200, 200),
     (302, 422, 422, 422, 422, 422, 422)),
    ("courses:mail", {},
     (302, 200, 200, 200, 200, 200, 200),
     (302, 422, 422, 422, 422, 422, 422)),
    ("courses:style", {},
     (302, 404, 404, 404, 404, 404, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:glossary", {},
     (302, 200, 200, 200, 200, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:sources", {},
     (302, 200, 200, 200, 200, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:reference", {},
     (302, 200, 200, 200, 200, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:people", {},
     (302, 200, 200, 200, 200, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:timeline", {},
     (302, 200, 200, 200, 200, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:members", {},
     (302, 200, 200, 200, 200, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:organisations", {},
     (302, 200, 200, 200, 200, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:quantities", {},
     (302, 200, 200, 200, 200, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:lenses", {},
     (302, 200, 200, 200, 200, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:notes", {},
     (302, 200, 200, 200, 200, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:course", COURSE,
     (302, 404, 200, 200, 200, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:lesson", LESSON,
     (302, 404, 200, 200, 200, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:lesson_done", LESSON,
     (302, 405, 405, 405, 405, 405, 405),
     (302, 404, 302, 302, 302, 302, 404)),
    ("courses:lesson_sources", LESSON,
     (302, 404, 200, 200, 200, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:overview", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:invitation", {},  # no link was opened
     (404, 404, 404, 404, 404, 404, 404),
     (404, 404, 404, 404, 404, 404, 404)),
    ("courses:new_cohort", {},
     (302, 404, 404, 404, 404, 200, 200),
     (302, 404, 404, 404, 404, 422, 422)),
    ("courses:roster", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 404, 404, 404, 403, 422, 404)),
    ("courses:invited", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 404, 404, 404, 403, 422, 404)),
    ("courses:announced", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 404, 404, 404, 403, 422, 404)),
    ("quizzes:add_people", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 404, 200, 404),
     (302, 404, 404, 404, 404, 422, 404)),
    ("quizzes:dates", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 404, 404, 404, 403, 422, 404)),
    ("quizzes:settings", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 404, 200, 404),
     (302, 404, 404, 404, 404, 422, 404)),
    ("courses:own_grades", COURSE,
     (302, 404, 200, 200, 404, 404, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:grades", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:grade_weights", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 404, 404, 404, 403, 422, 404)),
    ("courses:grade_column", {"cohort": "<cohort>", **QUIZ},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 404, 404, 404, 403, 422, 404)),
    ("courses:grade", {**STUDENT, **QUIZ},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 404, 404, 404, 403, 422, 404)),
    ("courses:preview", {},
     (302, 405, 405, 405, 405, 405, 405),
     (302, 404, 404, 404, 404, 404, 400)),
    ("quizzes:quiz", QUIZ,
     (302, 404, 200, 200, 200, 200, 200),
     (302, 404, 302, 302, 302, 302, 302)),
    ("quizzes:preview", QUIZ,
     (302, 404, 404, 404, 302, 302, 302),
     (302, 404, 404, 404, 302, 302, 302)),
    ("quizzes:attempt", ATTEMPT,
     (302, 404, 404, 200, 404, 404, 404),
     (302, 404, 404, 302, 404, 404, 404)),
    ("quizzes:save", ANSWER,
     (302, 405, 405, 405, 405, 405, 405),
     (302, 404, 404, 302, 404, 404, 404)),
    ("quizzes:check", ANSWER,
     (302, 405, 405, 405, 405, 405, 405),
     (302, 404, 404, 302, 404, 404, 404)),
    ("quizzes:redo", ANSWER,
     (302, 405, 405, 405, 405, 405, 405),
     (302, 404, 404, 302, 404, 404, 404)),
    ("quizzes:understanding", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:understanding_answers", {"cohort": "<cohort>"},  # it does not say which
     (302, 404, 404, 404, 404, 404, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:mastery", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:mastery_of", {"cohort": "<cohort>", "objective": "nothing"},
     (302, 404, 404, 404, 404, 404, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:class_certainty", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:practice_set", COURSE,  # it does not say of what
     (302, 404, 404, 404, 404, 404, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:practice_question", {**COURSE, "question": "anarchy-check"},
     (302, 404, 200, 200, 200, 200, 200),
     (302, 404, 422, 422, 422, 422, 422)),
    ("quizzes:certainty", COURSE,
     (302, 404, 200, 200, 200, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:deadline", ATTEMPT,
     (302, 404, 404, 200, 404, 404, 404),
     (302, 404, 404, 422, 404, 404, 404)),
    ("quizzes:live", {"cohort": "<cohort>", **QUIZ},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:extend", {"cohort": "<cohort>", **QUIZ},
     (302, 404, 404, 404, 403, 200, 404),
     (302, 404, 404, 404, 403, 422, 404)),
    ("quizzes:timing", {"cohort": "<cohort>", **QUIZ},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 404, 404, 404, 403, 422, 404)),
    ("quizzes:policy", {"cohort": "<cohort>", **QUIZ},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:report", {"cohort": "<cohort>", **QUIZ},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:report_attempts", {"cohort": "<cohort>", **QUIZ},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:response_model", {"cohort": "<cohort>", **QUIZ},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 404, 404, 404, 404, 302, 404)),
    ("quizzes:report_question", {"cohort": "<cohort>", **QUIZ, "question": "anarchy-1"},
     (302, 404, 404, 404, 404, 404, 404),  # nobody has handed in
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:help", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:module", {"cohort": "<cohort>", "module": "realism"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:exports", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 404, 404, 404, 422, 422, 404)),
    ("quizzes:export_file", {"cohort": "<cohort>", "what": "gradebook", "form": "csv"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:export", {"cohort": "<cohort>", "export": 1},  # nobody has asked for one
     (302, 404, 404, 404, 404, 404, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:presets", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:groups", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 404, 404, 404, 403, 422, 404)),
    ("quizzes:submit", ATTEMPT,
     (302, 404, 404, 200, 404, 404, 404),
     (302, 404, 404, 302, 404, 404, 404)),
    ("quizzes:result", ATTEMPT,
     (302, 404, 404, 302, 404, 404, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:reveal", ATTEMPT,
     (302, 405, 405, 405, 405, 405, 405),
     (302, 404, 404, 302, 404, 404, 404)),
    ("quizzes:log", ATTEMPT,
     (302, 404, 404, 200, 404, 404, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:log_table", ATTEMPT,
     (302, 404, 404, 200, 404, 404, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:students_log", {"cohort": "<cohort>", **ATTEMPT},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:students_log_table", {"cohort": "<cohort>", **ATTEMPT},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("courses:messages", COURSE,
     (302, 404, 200, 200, 404, 404, 404),
     (302, 404, 422, 422, 404, 404, 404)),
    ("courses:cohort_messages", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:student", STUDENT,
     (302, 404, 404, 404, 200, 200, 404),
     (302, 404, 404, 404, 422, 422, 404)),
    ("quizzes:students_attempt", {"cohort": "<cohort>", **ATTEMPT},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:looks", COURSE,
     (302, 404, 200, 200, 404, 404, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:contest", ANSWER,
     (302, 404, 404, 302, 404, 404, 404),
     (302, 404, 404, 302, 404, 404, 404)),
    ("quizzes:regrades", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 404, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:regrade_question", REGRADE_QUESTION,
     (302, 404, 404, 404, 404, 200, 200),
     (302, 404, 404, 404, 404, 422, 422)),
    ("quizzes:regrade", REGRADE,
     (302, 404, 404, 404, 404, 200, 200),
     (302, 404, 404, 404, 404, 422, 422)),
    ("quizzes:regrade_job", {"cohort": "<cohort>", "job": "<job>"},
     (302, 404, 404, 404, 404, 200, 200),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:contested", CONTESTED,
     (302, 404, 404, 404, 404, 200, 200),
     (302, 404, 404, 404, 404, 422, 422)),
    ("quizzes:marking", {"cohort": "<cohort>"},
     (302, 404, 404, 404, 200, 200, 404),
     (302, 405, 405, 405, 405, 405, 405)),
    ("quizzes:mark", MARKED,
     (302, 404, 404, 404, 200, 200, 404),
     (302, 404, 404, 404, 422, 422, 404)),
    ("quizzes:moderation", MARKED,
     (302, 404, 404, 404, 404, 200, 404),
     (302, 404, 404, 404, 404, 422, 404)),
    ("quizzes:checkpoint", CHECKPOINT,
     (302, 404, 200, 200, 200, 200, 200),
     (302, 404, 422, 422, 422, 422, 422)),
    ("healthz", {},
     (200, 200, 200, 200, 200, 200, 200),
     (405, 405, 405, 405, 405, 405, 405)),
    ("readyz", {},
     (200, 200, 200, 200, 200, 200, 200),
     (405, 405, 405, 405, 405, 405, 405)),
]
# fmt: on

# The API: a stranger gets 401 and JSON, never a page. Status of GET, POST, PUT and DELETE without
# a body; a method that an address does not have answers 405 to everybody who is signed in.
# fmt: off
NEVER = (401, 405, 405, 405, 405, 405, 405)
ALL = (401, 200, 200, 200, 200, 200, 200)
THEIRS = (401, 404, 200, 200, 200, 200, 200)
NOWHERE = (401, 404, 404, 404, 404, 404, 404)
API = [
    # nobody, eve, zoe, ben, cleo, ada, adam
    ("api:courses", {}, ALL, NEVER, NEVER, NEVER),
    ("api:course", COURSE, THEIRS, NEVER, NEVER, NEVER),
    ("api:modules", COURSE, THEIRS, NEVER, NEVER, NEVER),
    ("api:lessons", COURSE, THEIRS, NEVER, NEVER, NEVER),
    ("api:lesson", {"course": "lenses", "lesson": "anarchy"}, THEIRS, NEVER, NEVER, NEVER),
    ("api:own_grades", COURSE, (401, 404, 200, 200, 404, 404, 404), NEVER, NEVER, NEVER),
    ("api:grades", {"cohort": "<cohort>"},
     (401, 404, 404, 404, 200, 200, 404), NEVER, NEVER, NEVER),
    ("api:grade_columns", {"cohort": "<cohort>"},
     (401, 404, 404, 404, 200, 200, 404), NEVER, NEVER, NEVER),
    ("api:terms", {}, ALL, NEVER, NEVER, NEVER),
    ("api:term", {"term": "anarchy"}, ALL, NEVER, NEVER, NEVER),
    ("api:sources", {}, ALL, NEVER, NEVER, NEVER),
    ("api:source", {"source": "waltz1979"}, ALL, NEVER, NEVER, NEVER),
    ("api:quiz", {"quiz": "realism-quiz"}, THEIRS, NEVER, NEVER, NEVER),
    ("api:attempts", {"quiz": "realism-quiz"},
     NEVER, (401, 404, 201, 200, 403, 403, 403), NEVER, NEVER),
    ("api:attempt", ATTEMPT, (401, 404, 404, 200, 404, 404, 404), NEVER, NEVER, NEVER),
    ("api:check", ANSWER, NEVER, (401, 422, 422, 422, 422, 422, 422), NEVER, NEVER),
    ("api:redo", ANSWER, NEVER, (401, 404, 404, 409, 404, 404, 404), NEVER, NEVER),
    ("api:response", ANSWER, NEVER, NEVER, (401, 422, 422, 422, 422, 422, 422), NEVER),
    ("api:leave", ANSWER, NEVER, (401, 404, 404, 409, 404, 404, 404), NEVER, NEVER),
    ("api:result", ATTEMPT, (401, 404, 404, 409, 404, 404, 404), NEVER, NEVER, NEVER),
    ("api:reveal", ATTEMPT, NEVER, (401, 404, 404, 409, 404, 404, 404), NEVER, NEVER),
    ("api:submit", ATTEMPT, NEVER, (401, 404, 404, 200, 404, 404, 404), NEVER, NEVER),
    ("api:tokens", {}, ALL, (401, 201, 201, 201, 201, 201, 201), NEVER, NEVER),
    ("api:token", {"token": "abcd1234"}, NEVER, NEVER, NEVER, NOWHERE),
    ("api:schema", {}, ALL, NEVER, NEVER, NEVER),
    ("api:docs", {},
     (302, 200, 200, 200, 200, 200, 200), (302, 405, 405, 405, 405, 405, 405),
     (302, 405, 405, 405, 405, 405, 405), (302, 405, 405, 405, 405, 405, 405)),
    ("api:nowhere", {}, NOWHERE, NOWHERE, NOWHERE, NOWHERE),
]
# fmt: on
METHODS = ("get", "post", "put", "delete")

# django-allauth's own pages: signed out, and signed in (the same for everybody who is).
ACCOUNT_PAGES = {
    "account_login": (200, 302),
    "account_logout": (302, 200),
    "account_inactive": (200, 200),
    "account_signup": (200, 302),
    "account_reauthenticate": (302, 200),
    "account_email": (302, 200),
    "account_email_verification_sent": (200, 200),
    "account_change_password": (302, 200),
    "account_set_password": (302, 302),
    "account_reset_password": (200, 200),
    "account_confirm_login_code": (302, 302),
    "account_confirm_email": (200, 200),
    "account_reset_password_from_key_done": (200, 200),
    "account_reset_password_from_key": (200, 200),
    "account_reset_password_done": (200, 200),
    "mfa_index": (302, 200),
    "mfa_authenticate": (302, 302),
    "mfa_reauthenticate": (302, 302),
    "mfa_activate_totp": (302, 302),
    "mfa_deactivate_totp": (302, 404),
    "mfa_view_recovery_codes": (302, 404),
    "mfa_generate_recovery_codes": (302, 302),
    "mfa_download_recovery_codes": (302, 404),
}
ACCOUNT_ARGUMENTS = {
    "account_confirm_email": {"key": "nonsense"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "nonsense"},
}


def addresses(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    """The full name of every address; one without a name is a fault of its own."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield ":".join([*spaces, pattern.name or f"unnamed {pattern.pattern}"])
        else:
            space = (pattern.namespace,) if pattern.namespace else ()
            yield from addresses(pattern, spaces + space)


@pytest.fixture
def roles(as_, ada, ben, cleo, eve, adam, cohort) -> dict[str, Client]:
    zoe = factories.make_user("zoe")
    factories.enrol(zoe, cohort)
    people = (None, eve, zoe, ben, cleo, ada, adam)
    return dict(zip(ROLES, (as_(person) for person in people), strict=True))


@pytest.fixture
def known(ben_here, quiz, cohort, ada) -> dict[str, object]:
    quiz.time_limit = None
    quiz.save()
    attempt = attempts.start(ben_here, quiz, now=NOON)
    item = attempt.items.select_related("version").get(position=1)
    factories.make_contest(item, ben_here)
    factories.make_waiting_essay(ben_here, quiz.activity.module)
    return {
        "<attempt>": attempt.pk,
        "<cohort>": cohort.pk,
        "<enrolment>": ben_here.pk,
        "<version>": item.version_id,
        "<regrade>": (regrade := factories.make_regrade(item.version, cohort, by=ada)).pk,
        "<job>": factories.make_regrade_job(regrade, cohort, by=ada).pk,
        "<nothing>": uuid.uuid4(),
    }


def address(name: str, arguments: dict, known: dict[str, object]) -> str:
    return reverse(
        name, kwargs={key: known.get(value, value) for key, value in dict(arguments).items()}
    )


def statuses(roles: dict[str, Client], method: str, url: str) -> tuple[int, ...]:
    # The API takes JSON; an empty form would be no body of its own, and refused for that alone.
    sent = {} if method == "get" or "/api/" not in url else {"content_type": "application/json"}
    return tuple(getattr(client, method)(url, **sent).status_code for client in roles.values())


def test_every_address_is_in_a_table():
    listed = {name for name, *_ in PAGES} | set(ACCOUNT_PAGES) | {name for name, *_ in API}
    unknown = {
        name for name in addresses(get_resolver()) if name not in listed and "admin:" not in name
    }
    assert unknown == set()


ROWS = [*PAGES, *API]
AT_A_TIME = 12  # rows for one making of the world, which costs as much as asking for three


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(ROWS[start : start + AT_A_TIME], id=ROWS[start][0])
        for start in range(0, len(ROWS), AT_A_TIME)
    ],
)
def test_each_role_gets_what_the_table_says(roles, known, rows):
    found = []
    for name, arguments, *expected in rows:
        url = address(name, arguments, known)
        with transaction.atomic():  # what one row's requests did, the next does not find
            asked = [statuses(roles, method, url) for method in METHODS[: len(expected)]]
            transaction.set_rollback(True)
        found.append((name, arguments, *asked))
    assert found == rows


@pytest.mark.parametrize("name", ACCOUNT_PAGES)
def test_account_pages(as_, ben, name):
    url = reverse(name, kwargs=ACCOUNT_ARGUMENTS.get(name, {}))
    assert (as_(None).get(url).status_code, as_(ben).get(url).status_code) == ACCOUNT_PAGES[name]


def test_the_editing_site_is_for_administrators_alone(roles, known, lesson, checkpoint):
    """All of its addresses: everybody else is sent to sign in, whatever is there or not."""
    sign_in = {reverse("admin:login"), reverse("account_login")}
    refused = 0
    for name in addresses(get_resolver()):
        if not name.startswith("admin:") or name in {"admin:login", "admin:logout"}:
            continue
        lessons = ContentType.objects.get_for_model(Lesson)
        for arguments in ([], [lesson.pk], [lessons.pk, lesson.pk], ["courses"]):
            try:
                url = reverse(name, args=arguments)
            except NoReverseMatch:
                continue
            for role in ROLES[:-1]:
                response = roles[role].get(url)
                assert response.status_code == 302, (role, url)
                assert response["Location"].split("?")[0] in sign_in, (role, url)
                refused += 1
            assert roles["adam"].get(url).status_code in {200, 301, 302, 403, 404, 405}, url
    assert refused > 100


@pytest.mark.parametrize("role", ROLES[1:])
def test_what_is_not_there_looks_like_what_is_not_yours(roles, role):
    nothing = uuid.uuid4()
    for url in (
        reverse("courses:course", args=["nothing"]),
        reverse("courses:lesson", args=["lenses", "nothing"]),
        reverse("quizzes:overview", args=[999_999]),
        reverse("quizzes:quiz", args=["nothing"]),
        reverse("quizzes:attempt", args=[nothing]),
        reverse("quizzes:result", args=[nothing]),
        reverse("quizzes:checkpoint", args=["anarchy", "anarchy-1"]),
    ):
        assert roles[role].get(url).status_code == 404


def test_a_foreign_and_a_missing_attempt_give_the_same_page(roles, known):
    foreign = roles["eve"].get(address("quizzes:attempt", ATTEMPT, known))
    missing = roles["eve"].get(reverse("quizzes:attempt", args=[known["<nothing>"]]))
    # Each page carries a fresh form token of fixed length, and nothing else that differs.
    token = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
    assert len(foreign.content) == len(missing.content)
    assert token.sub(b"", foreign.content) == token.sub(b"", missing.content)


def test_withdrawing_bites_on_the_next_request(roles, known, ben_here):
    url = address("quizzes:attempt", ATTEMPT, known)
    assert roles["ben"].get(url).status_code == 200
    ben_here.withdrawn_at = NOON
    ben_here.save()
    assert roles["ben"].get(url).status_code == 404
    assert roles["ben"].get(reverse("courses:course", args=["lenses"])).status_code == 404


def test_deactivating_bites_on_the_next_request(roles, ben):
    ben.is_active = False
    ben.save()
    response = roles["ben"].get(reverse("courses:join"))
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/join/")


def test_an_unpublished_course_is_for_editors_alone(roles, course, lesson, quiz):
    course.published = False
    course.save()
    for url in ("/courses/lenses/", "/courses/lenses/lessons/anarchy/", "/quizzes/realism-quiz/"):
        assert statuses(roles, "get", url) == (302, 404, 404, 404, 404, 404, 200)


def test_who_was_signed_out_while_writing_comes_back_to_the_page_and_is_told(
    client, ben_here, quiz
):
    sat = attempts.start(ben_here, quiz, now=NOON)
    page = reverse("quizzes:attempt", args=[sat.pk])
    sent = reverse("quizzes:save", args=[sat.pk, 1])
    asked = client.post(sent, {"q1": "a"}, headers={"Referer": f"http://testserver{page}"})
    assert (asked.status_code, asked["Location"]) == (302, f"/accounts/login/?next={page}")
    assert "what you sent has not been taken" in client.get(asked["Location"]).content.decode()
    for elsewhere in ("https://example.org/attempts/", "", "http://[", "http://testserver"):
        asked = client.post(sent, {}, headers={"Referer": elsewhere})
        assert asked["Location"] == f"/accounts/login/?next={sent}"
