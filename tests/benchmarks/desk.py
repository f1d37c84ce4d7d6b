"""How long the pages of an instructor's desk take, in the database that DATABASE_URL names.

A process of its own, like `gradebook`: whole pages, from the request to the HTML, of a class of
every size asked for that is half-way through a course of eight modules. A third of its marks
fail, some of its students have stopped, and some guess; the questions name lenses.
"""

import argparse
import random
from datetime import datetime, timedelta
from decimal import Decimal

import django
from django.conf import settings

if not settings.configured:
    django.setup()

from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from courses.models import Activity, Cohort, Enrolment, Module, Record, Role, User
from quizzes.models import Attempt, Question, Quiz
from quizzes.questions.base import LENSES
from quizzes.reporting import sheets
from tests import factories
from tests.benchmarks import regrading
from tests.benchmarks.analysis import milliseconds
from tests.benchmarks.counting import count

# Milliseconds of this process's time, with a thousand students or as many attempts.
MOST = {"overview": 250, "understanding": 100, "objectives": 100}
MODULES, LESSONS, QUESTIONS = 8, 4, 10
BATCH = 200
TIMES = 5


def make_course() -> list[Quiz]:
    """Modules of some lessons and a quiz each; a question in two names a lens in its options."""
    course = factories.make_course("desk")
    first = factories.make_module(course, "desk-0", lens=LENSES[0])
    regrading.make_ground(first)
    quizzes = []
    for place in range(MODULES):
        lens = LENSES[place % len(LENSES)]
        module = first if not place else factories.make_module(course, f"desk-{place}", lens=lens)
        Activity.objects.bulk_create(
            Activity(
                key=f"desk-{place}-lesson-{n}",
                module=module,
                kind="lesson",
                position=10 + n,
                title=f"Lesson {n} of {place}",
            )
            for n in range(LESSONS)
        )
        aim = factories.make_objective(module, f"desk-aim-{place}")
        questions = [
            factories.make_question(
                module, f"desk-{place}-{n}", spec=_spec(place, n), objectives=[aim]
            )
            for n in range(QUESTIONS)
        ]
        quizzes.append(
            factories.make_quiz(module, questions, f"desk-quiz-{place}", title=f"Quiz {place}")
        )
    return quizzes


def _spec(place: int, n: int) -> dict[str, object]:
    spec = factories.single(f"Question {n} of {place}?", wrong=("War", "A world state", "Chaos"))
    for at, option in enumerate(spec["options"]):
        if n % 2:
            option["lens"] = LENSES[(place + at) % len(LENSES)]
        elif at:
            option["misconception"] = f"Mistake {at} about {place}"
    return spec


def sit(quizzes: list[Quiz], students: int, *, seed: int = 1) -> Cohort:
    """A cohort of so many, each somewhere in the course, with an attempt or two at each quiz."""
    now, rng = timezone.now(), random.Random(seed)
    course = quizzes[0].activity.module.course
    starts = (now - timedelta(days=60)).date()
    cohort = factories.make_cohort(course, f"{students} students", starts_on=starts)
    questions = {
        quiz: list(Question.objects.filter(slots__quiz=quiz).order_by("slots__position"))
        for quiz in quizzes
    }
    steps = {
        module: list(Activity.objects.filter(module=module, kind="lesson"))
        for module in Module.objects.filter(course=course)
    }
    for start in range(0, students, BATCH):
        users = User.objects.bulk_create(
            User(username=f"desk-{cohort.pk}-{n}", name=f"Student {n}", password="!")
            for n in range(start, min(start + BATCH, students))
        )
        enrolments = Enrolment.objects.bulk_create(
            Enrolment(user=user, cohort=cohort, joined_at=now - timedelta(days=60))
            for user in users
        )
        records, attempts = [], []
        for enrolment in enrolments:
            reached = rng.randint(0, 2 * MODULES)
            for place, quiz in enumerate(quizzes[:reached]):
                at = now - timedelta(days=40) + timedelta(days=5 * place, hours=rng.random() * 90)
                records += [
                    Record(enrolment=enrolment, activity=step, started_at=at, completed_at=at)
                    for step in steps[quiz.activity.module]
                    if rng.random() < 0.9
                ]
                tries = [
                    _attempt(quiz, questions[quiz], enrolment, number, at, rng)
                    for number in range(1, rng.choice((1, 1, 2)) + 1)
                ]
                attempts += tries
                best = max((one.score or Decimal(0)) * 10 for one in tries)
                records.append(
                    Record(
                        enrolment=enrolment,
                        activity=quiz.activity,
                        started_at=at,
                        completed_at=at if best >= quiz.pass_mark else None,
                        score=best,
                    )
                )
        Record.objects.bulk_create(records)
        Attempt.objects.bulk_create(attempts)
    return cohort


def _attempt(
    quiz: Quiz,
    questions: list[Question],
    enrolment: Enrolment,
    number: int,
    at: datetime,
    rng: random.Random,
) -> Attempt:
    began = at + timedelta(hours=number)
    hasty = rng.random() < 0.08
    strength = 0.2 if hasty else rng.uniform(0.2, 1.0)
    rows, score = [], Decimal(0)
    for place, question in enumerate(questions, start=1):
        keys = [option["key"] for option in question.spec["options"]]
        answer = keys[0] if rng.random() < strength else rng.choice(keys)
        mark = Decimal(answer == keys[0])
        score += mark
        rows.append((question.current_id or 0, place, Decimal(1), mark, answer))
    return Attempt(
        quiz=quiz,
        enrolment=enrolment,
        number=number,
        state=Attempt.State.SUBMITTED,
        started_at=began,
        submitted_at=began + timedelta(minutes=1 if hasty else rng.uniform(8, 25)),
        score=score,
        out_of=QUESTIONS,
        sheet=sheets.of(rows),
    )


def main(sizes: list[int]) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    quizzes = make_course()
    teacher = factories.make_user("desk-teacher")
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0].lstrip(".*") or "localhost"})
    client.force_login(teacher, backend="django.contrib.auth.backends.ModelBackend")
    for students in sizes:
        cohort = sit(quizzes, students)
        factories.enrol(teacher, cohort, Role.INSTRUCTOR)
        attempts = Attempt.objects.filter(enrolment__cohort=cohort)
        print(f"A class of {students} students, {attempts.count()} attempts", flush=True)
        one = attempts.order_by("enrolment").values_list("enrolment", flat=True)[0]
        for name, path in {
            "overview": "",
            "help": "help/",
            "one module": "modules/desk-1/",
            "one student": f"students/{one}/",
            "understanding": "understanding/",
            "objectives": "understanding/objectives/",
            "one mistake": "understanding/answers/?error=Mistake+1+about+1",
        }.items():
            print(f"  {name}: {measured(client, f'/teach/{cohort.pk}/{path}', name, students)}")


def measured(client: Client, path: str, name: str, students: int) -> str:
    reply, counts = count(lambda: client.get(path, secure=True))
    if reply.status_code != 200:
        raise SystemExit(f"{path} is not there.")
    busy, passed = milliseconds(lambda: client.get(path, secure=True), TIMES)
    most = MOST.get(name) if students <= 1000 else None
    mark = "" if most is None else f" (<= {most}){'  MORE THAN ALLOWED' if busy > most else ''}"
    return (
        f"{busy:.0f} ms CPU{mark}, {passed:.0f} ms by the clock, {counts.queries} queries,"
        f" {len(reply.content) / 1024:.0f} KiB"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--attempts", type=int, default=10_000, help="of the larger class, about")
    asked = parser.parse_args().attempts
    main([asked // 100, asked // 10])
