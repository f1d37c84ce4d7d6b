"""What starting and handing in fifty questions costs this process, in the DATABASE_URL's database.

A process of its own, like `world`: students start, answer and hand in by the verbs that the pages
use. Milliseconds of processor time, the database's own left out where it is another process.
"""

import argparse
import time
from datetime import timedelta

import django
from django.conf import settings

if not settings.configured:
    django.setup()

from django.core.management import call_command
from django.utils import timezone

from courses.models import Cohort, Enrolment, User
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer
from tests import factories
from tests.benchmarks import regrading, world
from tests.benchmarks.tables import spread

MOST_MILLISECONDS = 40  # to hand in and grade


def main(count: int) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    module = factories.make_module(factories.make_course("fifty"), "fifty")
    regrading.make_ground(module)
    quiz = factories.make_quiz(module, world.make_fifty(module), key="fifty-quiz")
    world.put_in_pools(quiz)
    now = timezone.now()
    cohort = Cohort.objects.create(
        course=module.course,
        title="Fifty",
        starts_on=now.date(),
        ends_on=now.date() + timedelta(days=9),
    )
    started, submitted = [], []
    answer = Answer(0, lambda kind, order: kind.parse_json(order, "b"))
    for number in range(count):
        user = User.objects.create(username=f"fifty-{number}", password="!")
        enrolment = Enrolment.objects.create(user=user, cohort=cohort, joined_at=now)
        begun = time.process_time()
        attempt = attempts.start(enrolment, quiz, now=now)
        started.append(1000 * (time.process_time() - begun))
        answers = dict.fromkeys(range(1, 51), answer)
        attempts.save(user, attempt.pk, answers=answers, now=now)
        begun = time.process_time()
        attempts.submit(user, attempt.pk, now=now)
        submitted.append(1000 * (time.process_time() - begun))
    print(f"Start of 50 questions, CPU ms: {spread(started)}")
    middle = spread(submitted)
    told = "met" if middle.median <= MOST_MILLISECONDS else "MISSED"
    print(f"Handing in 50 questions, CPU ms: {middle} (<= {MOST_MILLISECONDS} {told})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--attempts", type=int, default=20)
    main(parser.parse_args().attempts)
