"""The data of the exam, and who edits meanwhile: processes of their own, since Django takes one
database for good.
"""

import json
import sys
import time
from datetime import timedelta
from pathlib import Path

import django
from django.conf import settings

if not settings.configured:
    django.setup()

from django.core.management import call_command
from django.utils import timezone

from config import bootstrap
from courses import authoring
from courses.management.commands import up
from courses.models import Cohort, Enrolment, Lesson, Role, User
from tests import factories
from tests.benchmarks.world import CSRF, cookie

QUESTIONS = 20
EVERY = 5  # seconds from one edit to the next


def make(plan: Path, students: int) -> None:
    """A cohort of students who are signed in, and a quiz that is long enough."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    with bootstrap.only_one(settings.BASE_DIR):
        up.Command().collect_static()
    now = timezone.now()
    course = factories.make_course()
    module = factories.make_module(course)
    factories.make_source()
    factories.make_term()
    # Its text names a checkpoint, and the checkpoint's evidence its paragraphs: lesson first.
    lesson = factories.make_lesson(module)
    factories.make_question(module, "anarchy-check", use="practice")
    authoring.content_saved(lesson)
    questions = [
        factories.make_question(
            module, f"exam-{number}", spec=factories.single(f"Question {number}?")
        )
        for number in range(1, QUESTIONS + 1)
    ]
    quiz = factories.make_quiz(module, questions, time_limit=2 * 3600, attempts_allowed=1)
    cohort = Cohort.objects.create(
        course=course,
        title="Exam",
        starts_on=(now - timedelta(days=14)).date(),
        ends_on=(now + timedelta(days=180)).date(),
    )
    names = [f"student-{number}" for number in range(students)]
    people = User.objects.bulk_create(
        User(username=name, name=name) for name in [*names, "teacher"]
    )
    Enrolment.objects.bulk_create(
        Enrolment(
            user=user,
            cohort=cohort,
            joined_at=now,
            role=Role.INSTRUCTOR if user.username == "teacher" else Role.STUDENT,
        )
        for user in people
    )
    cookies = [cookie(user) for user in people]
    plan.write_text(
        json.dumps(
            {
                "csrf": CSRF,
                "students": cookies[:-1],
                "teacher": cookies[-1],
                "quiz": quiz.activity.get_absolute_url(),
                "dashboard": f"/teach/{cohort.pk}/",
            }
        )
    )


def edit() -> None:
    """Save a lesson as the editors' desk does, again and again."""
    while True:
        authoring.content_saved(Lesson.objects.select_related("activity").get())
        time.sleep(EVERY)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        edit()
