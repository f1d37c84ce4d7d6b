"""How long the first page of the gradebook takes, in the database that DATABASE_URL names.

A process of its own, like `analysis`: the whole page, from the request to its HTML, of classes of
the sizes asked for, each student with a mark in every column. It is looked at as it is most of the
time, and after a mark that was written; beside it the floor, a bare site's page of the same length.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import django
from django.conf import settings

if not settings.configured:
    django.setup()

from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from courses import progress
from courses.models import Activity, Cohort, Enrolment, Record, Role, User
from tests import factories
from tests.benchmarks.analysis import milliseconds

MOST_GROWTH = 1.3  # of 10,000 students over 1,000
MOST_FLOORS = 3.0
FLOOR = "tests.benchmarks.floor.settings"
TIMES = 25
COLUMNS = 10
BATCH = 1000


def make_class(module, activities: list[Activity], students: int) -> Cohort:
    now = timezone.now()
    cohort = factories.make_cohort(module.course, f"{students} students")
    for start in range(0, students, BATCH):
        numbers = range(start, min(start + BATCH, students))
        users = User.objects.bulk_create(
            User(username=f"g{cohort.pk}-{n}", name=f"Student {n * 7919 % 10007}", password="!")
            for n in numbers
        )
        enrolments = Enrolment.objects.bulk_create(
            Enrolment(user=user, cohort=cohort, joined_at=now) for user in users
        )
        Record.objects.bulk_create(
            Record(
                enrolment=enrolment,
                activity=activity,
                started_at=now,
                score=Decimal((enrolment.pk * 37 + activity.pk * 101) % 10_001).scaleb(-2),
            )
            for enrolment in enrolments
            for activity in activities
        )
    return cohort


def signed_in(person: User) -> Client:
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0].lstrip(".*") or "localhost"})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def asking(client: Client, path: str) -> tuple[Callable[[], object], int]:
    """What asks for a page, and the page's length in bytes."""
    response = client.get(path, secure=True)
    if response.status_code != 200:
        raise SystemExit(f"{path} is not there.")
    return lambda: client.get(path, secure=True), len(response.content)


def after_a_mark(student: Enrolment, activity: Activity, ask: Callable[[], object]) -> None:
    with transaction.atomic():
        progress.hold(student, activity)
    ask()


def floor(length: int) -> float:
    """Milliseconds of a bare site's page of so many bytes, in a process with its settings."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.gradebook", "--floor", str(length)],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": FLOOR},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def main(sizes: list[int], columns: int) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    module = factories.make_module(factories.make_course("graded"), "graded")
    activities = Activity.objects.bulk_create(
        Activity(key=f"graded-{n}", module=module, kind="quiz", position=n, title=f"Quiz {n}")
        for n in range(1, columns + 1)
    )
    teacher = factories.make_user("grader")
    client = signed_in(teacher)
    first = 0.0
    for students in sizes:
        cohort = make_class(module, activities, students)
        factories.enrol(teacher, cohort, Role.INSTRUCTOR)
        student = cohort.enrolments.students().first()
        ask, length = asking(client, f"/teach/{cohort.pk}/grades/")

        busy, passed = milliseconds(ask, TIMES)
        anew, _passed = milliseconds(partial(after_a_mark, student, activities[0], ask))
        bare = floor(length)
        first = first or busy
        print(
            f"First page of grades, {columns} columns, {students} students: {busy:.0f} ms CPU,"
            f" {passed:.0f} ms by the clock,"
            f" {told(busy / first, MOST_GROWTH, 'of the smallest')},"
            f" {told(busy / bare, MOST_FLOORS, f'of the floor of {bare:.1f} ms')};"
            f" with a mark written before each {anew:.0f} ms",
            flush=True,
        )


def told(ratio: float, most: float, what: str) -> str:
    mark = "  MORE THAN ALLOWED" if ratio > most else ""
    return f"{ratio:.2f} {what} (<= {most}){mark}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--attempts", type=int, default=10_000, help="of the larger class")
    parser.add_argument("--columns", type=int, default=COLUMNS)
    parser.add_argument("--floor", type=int, help="only a bare page of so many bytes")
    asked = parser.parse_args()
    if asked.floor:
        grader = signed_in(User.objects.get(username="grader"))
        print(milliseconds(asking(grader, f"/text/{asked.floor}/")[0], TIMES)[0])
    else:
        main([asked.attempts // 10, asked.attempts], asked.columns)
