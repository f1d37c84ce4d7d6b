"""The data to measure on, in the empty database that DATABASE_URL names.

Run as a process of its own, since Django takes one database for good: it fills the database,
counts statements and HTML, and writes what the measuring process needs to know as JSON.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
from django.conf import settings

if not settings.configured:
    django.setup()

from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from config import bootstrap
from courses.management.commands import up
from courses.models import Activity, Cohort, Course, Enrolment, Lesson, Module, User
from quizzes import simulation
from quizzes.models import Question, Quiz, Slot
from quizzes.sitting import attempts
from tests import factories
from tests.benchmarks.counting import Counts, count
from tests.benchmarks.forms import AttemptPage

FLOOR_BACKEND = "django.contrib.auth.backends.ModelBackend"
ONE_POST = "whole attempt of 10, one post"
CSRF = "m" * 32  # any secret will do, as long as cookie and form agree


@dataclass(frozen=True)
class Step:
    """One request of a sitting, as counted."""

    name: str
    counts: Counts
    size: int  # bytes of HTML


def browser(user: User, backend: str = settings.AUTHENTICATION_BACKENDS[0]) -> Client:
    """A client in which `user` is signed in, as people are by the sign-in page."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, backend=backend)
    return client


def cookie(user: User, backend: str = settings.AUTHENTICATION_BACKENDS[0]) -> str:
    """The Cookie header of a new session of `user`."""
    session = browser(user, backend).cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"


def ask(client: Client, name: str, path: str, fields: Any = None) -> tuple[Any, Step]:
    """Ask for a page (or post `fields`) and count; the first time warms caches up."""
    if fields is None:
        client.get(path)
        response, counts = count(lambda: client.get(path))
    else:
        headers = {"Accept": "application/json"} if name == "save" else {}
        response, counts = count(lambda: client.post(path, fields, headers=headers))
    if response.status_code not in (200, 302):
        raise RuntimeError(f"{name} was answered with {response.status_code}")
    return response, Step(name, counts, len(response.content))


def sitting(client: Client, quiz: str) -> Iterator[Step]:
    """A whole attempt by the pages of a quiz (its address): every question answered once."""
    started, step = ask(client, "start", quiz, {})
    yield step
    address = started.headers["Location"]
    page, step = ask(client, "attempt", address)
    yield step
    for position, fields in AttemptPage(page.content.decode()).questions.items():
        answer: dict[str, list[str]] = {}
        for name, value in fields:
            answer.setdefault(name, []).append(value)
        saved, step = ask(client, "save", f"{address}questions/{position}/", answer)
        if not saved.json()["saved"]:
            raise RuntimeError("an answer was not saved")
        yield step
    submitted, step = ask(client, "submit", f"{address}submit/", {})
    yield step
    yield ask(client, "result", submitted.headers["Location"])[1]


def one_post(client: Client, quiz: str) -> Iterator[Step]:
    """The same with all answers in one post, as a browser without scripts sends them."""
    started, step = ask(client, "start", quiz, {})
    yield step
    address = started.headers["Location"]
    page, step = ask(client, "attempt", address)
    yield step
    answers: dict[str, list[str]] = {}
    for fields in AttemptPage(page.content.decode()).questions.values():
        for name, value in fields:
            answers.setdefault(name, []).append(value)
    yield ask(client, "answers", address, answers)[1]
    submitted, step = ask(client, "submit", f"{address}submit/", {})
    yield step
    yield ask(client, "result", submitted.headers["Location"])[1]


def counted(client: Client, lesson: str, ten: str, twelve: str) -> dict[str, Any]:
    """What a newcomer's requests cost in statements, by name; `save` at most."""
    steps = {name: ask(client, name, path)[1] for name, path in (("home", "/"), ("lesson", lesson))}
    flow = list(one_post(client, ten))
    steps["attempt of 10"] = next(step for step in flow if step.name == "attempt")
    whole = sum((step.counts for step in flow), Counts())
    steps[ONE_POST] = Step(ONE_POST, whole, 0)
    steps["quiz"] = ask(client, "quiz", twelve)[1]
    flow = list(sitting(client, twelve))
    for step in flow:
        name = "attempt of 12" if step.name == "attempt" else step.name
        if name not in steps or step.counts.queries > steps[name].counts.queries:
            steps[name] = step
    whole = sum((step.counts for step in flow if step.name != "attempt"), Counts())
    steps["whole attempt of 12"] = Step("whole", whole, 0)
    return {name: asdict(step) for name, step in steps.items()}


def make_short_quiz(whole: Quiz, size: int) -> Quiz:
    """A quiz of the first `size` slots of another."""
    activity = Activity.objects.create(
        key=f"bench-quiz-{size}",
        module=whole.activity.module,
        kind=Activity.Kind.QUIZ,
        position=99,
        title=f"Quiz of {size}",
        required=False,
    )
    quiz: Quiz = Quiz.objects.create(activity=activity, time_limit=4 * 3600, attempts_allowed=None)
    Slot.objects.bulk_create(
        Slot(
            quiz=quiz,
            position=slot.position,
            question_id=slot.question_id,
            objective_id=slot.objective_id,
            points=slot.points,
        )
        for slot in whole.slots.order_by("position")[:size]
    )
    return quiz


def make_plain_quiz(module: Module, size: int) -> Quiz:
    """A quiz that asks everybody the same `size` questions with one right option each."""
    questions = Question.objects.filter(
        current__kind="single", use=Question.Use.GRADED, module=module
    ).order_by("key")[:size]
    quiz = factories.make_quiz(module, questions, key=f"bench-plain-{size}")
    quiz.attempts_allowed = None
    quiz.time_limit = 4 * 3600
    quiz.save()
    return quiz


def make_fifty(module: Module) -> list[Question]:
    """Questions for the longest quiz whose cost is bounded."""
    return [
        factories.make_question(module, f"fifty-{number}", spec=factories.single(f"Q{number}?"))
        for number in range(50)
    ]


def put_in_pools(quiz: Quiz) -> None:
    """Let every slot of a quiz draw what its module has, instead of naming its question."""
    quiz.slots.update(question=None, module=quiz.activity.module_id)


def make(students: int) -> dict[str, Any]:
    """Fill the database and say what is in it."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_content", interactive=False)
    with bootstrap.only_one(settings.BASE_DIR):
        up.Command().collect_static()
    now = timezone.now()
    course = Course.objects.get()
    cohort = Cohort.objects.create(
        course=course,
        title="Bench",
        starts_on=(now - timedelta(days=14)).date(),
        ends_on=(now + timedelta(days=180)).date(),
    )
    for _ in simulation.populate(cohort, size=students, now=now):
        pass
    twelve = Quiz.objects.select_related("activity__module").get(activity__key="realism-quiz")
    # Rounds are many, and a slow machine must not run out of a student's time.
    Quiz.objects.update(attempts_allowed=None, time_limit=4 * 3600)
    ten = make_short_quiz(twelve, 10)
    plain = make_plain_quiz(twelve.activity.module, 10)
    people = []
    for enrolment in Enrolment.objects.filter(cohort=cohort).select_related("user"):
        attempt = attempts.start(enrolment, ten, now=now)
        people.append(
            {
                "cookie": cookie(enrolment.user),
                "floor": cookie(enrolment.user, FLOOR_BACKEND),
                "attempt": f"/attempts/{attempt.pk}/",
            }
        )
    longest = max(
        Lesson.objects.select_related("activity__module__course"),
        key=lambda lesson: sum(len(part[1]) for part in lesson.parts),
    )
    newcomer = User.objects.create(username="newcomer", name="New Comer")
    Enrolment.objects.create(user=newcomer, cohort=cohort, joined_at=now)
    lesson, quiz = (found.activity.get_absolute_url() for found in (longest, twelve))
    return {
        "csrf": CSRF,
        "people": people,
        "lesson": lesson,
        "quiz": quiz,
        "plain": {"pk": plain.pk, "address": plain.activity.get_absolute_url()},
        "counted": counted(browser(newcomer), lesson, ten.activity.get_absolute_url(), quiz),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("plan", type=Path)
    parser.add_argument("--students", type=int, required=True)
    options = parser.parse_args()
    options.plan.write_text(json.dumps(make(options.students)))
