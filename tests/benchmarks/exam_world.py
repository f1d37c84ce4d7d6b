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
from courses.models import Activity, Cohort, Course, Enrolment, Lesson, Role, User
from quizzes.models import Quiz
from tests.benchmarks.world import CSRF, cookie

EVERY = 5  # seconds from one edit to the next


def make(plan: Path, students: int) -> None:
    """A cohort of students who are signed in, and a quiz that is long enough."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_content", interactive=False)
    with bootstrap.only_one(settings.BASE_DIR):
        up.Command().collect_static()
    now = timezone.now()
    cohort = Cohort.objects.create(
        course=Course.objects.get(),
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
    Quiz.objects.update(time_limit=4 * 3600, attempts_allowed=None)
    cookies = [cookie(user) for user in people]
    plan.write_text(
        json.dumps(
            {
                "csrf": CSRF,
                "students": cookies[:-1],
                "teacher": cookies[-1],
                "quiz": Activity.objects.get(key="realism-quiz").get_absolute_url(),
                "dashboard": f"/teach/{cohort.pk}/",
            }
        )
    )


def edit() -> None:
    """Save a lesson as the editors' desk does, again and again."""
    while True:
        for lesson in Lesson.objects.select_related("activity").order_by("pk")[:5]:
            authoring.content_saved(lesson)
            time.sleep(EVERY)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        edit()
