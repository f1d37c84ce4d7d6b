"""How long the first page of the gradebook takes, in the database that DATABASE_URL names.

A process of its own, like `analysis`: the whole page, from the request to its HTML, of classes of
the sizes asked for, each student with a mark in every column. It is looked at as it is most of the
time, and after a mark that was written. Beside it, in turns, the floor: a bare Django view of the
same students, columns and links, by a loop of a template. A text of the page's length is told too;
it says how much of the page is the table, and has no goal.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from statistics import median

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
from tests.benchmarks.tables import paired

MOST_GROWTH = 1.3  # of 10,000 students over 1,000
MOST_FLOORS = 3.0
FLOOR = "tests.benchmarks.floor.settings"
ROUNDS, TIMES = 7, 5
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


@contextmanager
def floor() -> Iterator[Callable[[str], float]]:
    """What a page of the bare site costs, in milliseconds: a process with its settings."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.gradebook", "--floor"],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": FLOOR},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        paths, answers = process.stdin, process.stdout

        def ask(path: str) -> float:
            print(path, file=paths, flush=True)
            return float(answers.readline() or "nan")

        yield ask


def be_the_floor() -> None:
    """A path by line comes in, the milliseconds of it go out."""
    grader = signed_in(User.objects.get(username="grader"))
    for line in sys.stdin:
        ask, _length = asking(grader, line.strip())
        print(milliseconds(ask, TIMES)[0], flush=True)


@dataclass
class Taken:
    """Milliseconds in each round of one class."""

    students: int
    page: list[float] = field(default_factory=list)
    passed: list[float] = field(default_factory=list)  # by the clock
    anew: list[float] = field(default_factory=list)  # after a mark
    table: list[float] = field(default_factory=list)  # the floor
    text: list[float] = field(default_factory=list)


def main(sizes: list[int], columns: int) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    module = factories.make_module(factories.make_course("graded"), "graded")
    activities = Activity.objects.bulk_create(
        Activity(key=f"graded-{n}", module=module, kind="quiz", position=n, title=f"Quiz {n}")
        for n in range(1, columns + 1)
    )
    teacher = factories.make_user("grader")
    client = signed_in(teacher)
    cohorts = {}
    for students in sizes:
        cohort = make_class(module, activities, students)
        factories.enrol(teacher, cohort, Role.INSTRUCTOR)
        cohorts[cohort] = Taken(students)
    with floor() as bare:
        for _ in range(ROUNDS):
            for cohort, taken in cohorts.items():
                student = cohort.enrolments.students().first()
                ask, length = asking(client, f"/teach/{cohort.pk}/grades/")
                busy, passed = milliseconds(ask, TIMES)
                taken.page.append(busy)
                taken.passed.append(passed)
                taken.table.append(bare(f"/grades/{cohort.pk}/"))
                taken.text.append(bare(f"/text/{length}/"))
                after = partial(after_a_mark, student, activities[0], ask)
                taken.anew.append(milliseconds(after, TIMES)[0])
    first = next(iter(cohorts.values()))
    for taken in cohorts.values():
        growth = paired(taken.page, first.page).median
        floors = paired(taken.page, taken.table).median
        print(
            f"First page of grades, {columns} columns, {taken.students} students:"
            f" {median(taken.page):.0f} ms CPU, {median(taken.passed):.0f} ms by the clock;"
            f" {told(growth, MOST_GROWTH)} of the smallest class;"
            f" {told(floors, MOST_FLOORS)} of the floor, a bare view of the same table"
            f" ({median(taken.table):.0f} ms);"
            f" {paired(taken.page, taken.text).median:.2f} of a text as long"
            f" ({median(taken.text):.1f} ms);"
            f" with a mark written before each {median(taken.anew):.0f} ms",
            flush=True,
        )


def told(ratio: float, most: float) -> str:
    return f"{ratio:.2f} (<= {most}){'  MORE THAN ALLOWED' if ratio > most else ''}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--attempts", type=int, default=10_000, help="of the larger class")
    parser.add_argument("--columns", type=int, default=COLUMNS)
    parser.add_argument("--floor", action="store_true", help="be the bare site, see `floor`")
    asked = parser.parse_args()
    if asked.floor:
        be_the_floor()
    else:
        main([asked.attempts // 10, asked.attempts], asked.columns)
