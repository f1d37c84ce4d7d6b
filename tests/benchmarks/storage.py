"""What finished attempts of ten questions take in the DATABASE_URL's database, history and all.

A process of its own, like `world`: it has many students sit a quiz by the verbs that the pages
use, every question answered once, and divides what the database grew by.
"""

import argparse
from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

import django
from django.conf import settings

if not settings.configured:
    django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from courses.models import Cohort, Enrolment, User
from quizzes.models import Quiz
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer
from tests import factories
from tests.benchmarks import regrading

MOST_BYTES = 4096
QUESTIONS = 10
BATCH = 100


def sizes() -> Mapping[str, int]:
    """Bytes of each table with its indexes, without what is free to be used again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("VACUUM")
            cursor.execute(
                "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_schema USING (name)"
                " GROUP BY tbl_name"
            )
        else:
            cursor.execute("VACUUM FULL")
            cursor.execute(
                "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
                " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
        return dict(cursor.fetchall())


def make_quiz() -> Quiz:
    """A quiz of ten questions with four options each."""
    module = factories.make_module(factories.make_course("storage"), "storage")
    regrading.make_ground(module)
    questions = [
        factories.make_question(
            module,
            f"storage-{number}",
            spec=factories.single(f"Question {number}?", wrong=("Two", "Three", "Four")),
        )
        for number in range(QUESTIONS)
    ]
    return factories.make_quiz(module, questions, key="storage-quiz")


def sit(enrolment: Enrolment, quiz: Quiz) -> None:
    """Start, answer each question once as the page's script does, hand in."""
    now = timezone.now()
    attempt = attempts.start(enrolment, quiz, now=now)
    for position in range(1, QUESTIONS + 1):
        answer = Answer(0, lambda kind, order: kind.parse_json(order, "b"), operation=uuid4())
        attempts.save(enrolment.user, attempt.pk, answers={position: answer}, now=now)
    attempts.submit(enrolment.user, attempt.pk, now=now)


def main(count: int) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    quiz = make_quiz()
    today = timezone.now().date()
    cohort = Cohort.objects.create(
        course=quiz.activity.module.course,
        title="Storage",
        starts_on=today,
        ends_on=today + timedelta(days=9),
    )
    users = User.objects.bulk_create(
        User(username=f"stored-{number}", password="!") for number in range(count)
    )
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(user=user, cohort=cohort, joined_at=timezone.now()) for user in users
    )
    before = sizes()
    for start in range(0, count, BATCH):
        with transaction.atomic():
            for enrolment in enrolments[start : start + BATCH]:
                sit(enrolment, quiz)
    grown = {name: (size - before.get(name, 0)) / count for name, size in sizes().items()}
    each = sum(grown.values())
    told = "met" if each <= MOST_BYTES else "MISSED"
    parts = ", ".join(f"{name} {size:.0f}" for name, size in grown.items() if size >= 1)
    print(
        f"Stored for a finished attempt of {QUESTIONS}: {each:.0f} bytes"
        f" (<= {MOST_BYTES} {told}; {parts})"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--attempts", type=int, default=1000)
    main(parser.parse_args().attempts)
