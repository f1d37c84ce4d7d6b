"""How long the first page of the gradebook takes, in the database that DATABASE_URL names.

A process of its own, like `analysis`: the whole page, from the request to its HTML, of classes of
the sizes asked for, each student with a mark in every column.
"""

import argparse
from decimal import Decimal

import django
from django.conf import settings

if not settings.configured:
    django.setup()

from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from courses.models import Activity, Cohort, Enrolment, Record, Role, User
from tests import factories
from tests.benchmarks.analysis import milliseconds

MOST_GROWTH = 1.3  # of 10,000 students over 1,000
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


def main(sizes: list[int], columns: int) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    module = factories.make_module(factories.make_course("graded"), "graded")
    activities = Activity.objects.bulk_create(
        Activity(key=f"graded-{n}", module=module, kind="quiz", position=n, title=f"Quiz {n}")
        for n in range(1, columns + 1)
    )
    teacher = factories.make_user("grader")
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0].lstrip(".*") or "localhost"})
    client.force_login(teacher, backend="django.contrib.auth.backends.ModelBackend")
    first = 0.0
    for students in sizes:
        cohort = make_class(module, activities, students)
        factories.enrol(teacher, cohort, Role.INSTRUCTOR)
        path = f"/teach/{cohort.pk}/grades/"
        if client.get(path, secure=True).status_code != 200:
            raise SystemExit("The page is not there.")
        busy, passed = milliseconds(lambda path=path: client.get(path, secure=True))  # type: ignore[misc]
        first = first or busy
        growth = busy / first
        mark = "  MORE THAN ALLOWED" if growth > MOST_GROWTH else ""
        print(
            f"First page of grades, {columns} columns, {students} students: {busy:.0f} ms CPU,"
            f" {passed:.0f} ms by the clock, {growth:.2f} of the smallest (<= {MOST_GROWTH}){mark}",
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--attempts", type=int, default=10_000, help="of the larger class")
    parser.add_argument("--columns", type=int, default=COLUMNS)
    asked = parser.parse_args()
    main([asked.attempts // 10, asked.attempts], asked.columns)
