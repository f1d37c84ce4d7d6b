"""The cast and their world.

ada teaches, ben learns, cleo assists, all in one cohort; eve studies something else and has no
business here; adam administers. The course has one module with a lesson, a checkpoint in it and a
quiz of three questions whose first option is right.
"""

import os
from collections.abc import Callable

import hypothesis
import pytest
from django.db import connection
from django.test import Client

from courses import authoring
from courses.models import Cohort, Course, Enrolment, Lesson, Module, Role, User
from quizzes.models import Question, Quiz
from tests import factories
from tests.invariants.scale import EXAMPLES, SCALE
from tests.shelf import Shelf

# The machine is shared and slow at times; a slow example is not a wrong one.
hypothesis.settings.register_profile("site", deadline=None, max_examples=EXAMPLES)
hypothesis.settings.load_profile("site")

# Playwright's synchronous door runs an event loop in this thread; our database calls are our own.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what asks about the other database's own ways, and what only `prove` asks."""
    foreign = [
        item
        for item in items
        if any(connection.vendor not in mark.args for mark in item.iter_markers("only_on"))
        or (SCALE < 1 and item.get_closest_marker("only_to_prove"))
    ]
    if foreign:
        config.hook.pytest_deselected(items=foreign)
        items[:] = [item for item in items if item not in foreign]
    if hasattr(config, "workerinput"):
        items[:] = longest_first(items, config.workerinput["workercount"])


def longest_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """The order for `workers`, who begin with equal parts of the list and then take off the ends.

    Whoever opens browsers loads the course on the way; the other sets sites up meanwhile.
    """
    browser = [item for item in items if item.path.parent.name == "browser"]
    set_up = [item for item in items if item.path.name in ("test_bootstrap.py", "test_fixtures.py")]
    set_up.sort(key=lambda item: "test_up_serves" not in item.name)
    taken = {*browser, *set_up}
    quick = [item for item in items if item not in taken]
    second = max(0, len(items) // workers - len(browser))
    return [*browser, *quick[:second], *set_up, *quick[second:]]


@pytest.fixture(scope="session")
def static_root(tmp_path_factory) -> str:
    return str(tmp_path_factory.mktemp("static"))


@pytest.fixture(autouse=True)
def quick_tests(settings, static_root):
    """Cheap passwords and plain static files; nothing else differs from production."""
    settings.STATIC_ROOT = static_root
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session")
def shelf(tmp_path_factory) -> Shelf:
    """The course of the fixtures: `shelf.fill()` puts it into a test's empty database."""
    folder = tmp_path_factory.getbasetemp()
    # Under xdist, each worker's folder lies in the run's.
    return Shelf(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)


@pytest.fixture
def course(db) -> Course:
    return factories.make_course()


@pytest.fixture
def module(course: Course) -> Module:
    return factories.make_module(course, lens="realism")


@pytest.fixture
def lesson(module: Module) -> Lesson:
    """Its text names a checkpoint, and the checkpoint's evidence its paragraphs: lesson first."""
    factories.make_source()
    factories.make_term()
    lesson = factories.make_lesson(module)
    factories.make_question(
        module,
        "anarchy-check",
        use="practice",
        spec=factories.single(prompt="Is anarchy chaos?", right="No", wrong=("Yes", "Always")),
    )
    authoring.content_saved(lesson)
    lesson.refresh_from_db()
    return lesson


@pytest.fixture
def checkpoint(lesson: Lesson) -> Question:
    return Question.objects.get(key="anarchy-check")


@pytest.fixture
def questions(module: Module, lesson: Lesson) -> list[Question]:
    return factories.make_questions(
        module,
        ["anarchy-1", "anarchy-2", "anarchy-3"],
        [factories.single(f"Question number {number}?") for number in (1, 2, 3)],
    )


@pytest.fixture
def quiz(module: Module, questions: list[Question]) -> Quiz:
    return factories.make_quiz(module, questions)


@pytest.fixture
def cohort(course: Course) -> Cohort:
    return factories.make_cohort(course, join_code="JKMN2345")


@pytest.fixture
def ada(cohort: Cohort) -> User:
    user = factories.make_user("ada", "Ada Lindqvist")
    factories.enrol(user, cohort, Role.INSTRUCTOR)
    return user


@pytest.fixture
def ben(cohort: Cohort) -> User:
    user = factories.make_user("ben", "Ben Okafor")
    factories.enrol(user, cohort)
    return user


@pytest.fixture
def ben_here(ben: User, cohort: Cohort) -> Enrolment:
    return Enrolment.objects.select_related("cohort", "user").get(user=ben, cohort=cohort)


@pytest.fixture
def cleo(cohort: Cohort) -> User:
    user = factories.make_user("cleo", "Cleo Marchetti")
    factories.enrol(user, cohort, Role.ASSISTANT)
    return user


@pytest.fixture
def eve(db) -> User:
    user = factories.make_user("eve", "Eve Stranger")
    elsewhere = factories.make_course("elsewhere", title="Another course")
    factories.enrol(user, factories.make_cohort(elsewhere, "Elsewhere"))
    return user


@pytest.fixture
def adam(db) -> User:
    return factories.make_user("adam", "Adam Novák", is_staff=True, is_superuser=True)


@pytest.fixture
def as_() -> Callable[[User | None], Client]:
    """A browser without scripts in which somebody is signed in (or nobody)."""

    def sign_in(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
