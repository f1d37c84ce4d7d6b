"""`manage.py demo`: a cohort to look at, with people to sign in as."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from tqdm import tqdm

from courses.demo_people import DEMO_COHORT, DEMO_PASSWORD, DEMO_PEOPLE
from courses.models import Cohort, Course, Enrolment, Role, User
from quizzes import simulation
from quizzes.models import Attempt, Quiz
from quizzes.sitting import attempts
from quizzes.times import timing


class Command(BaseCommand):
    help = "Make a demo cohort: four people to sign in as, and simulated students."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--students", type=int, default=40, help="how many (40)")
        parser.add_argument("--seed", type=int, default=2011, help="the same gives the same cohort")

    def handle(self, *args: Any, students: int, seed: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "The demo's accounts have a password that everybody knows, so they are made in "
                "demo mode only. Set DEMO=1 if nobody's real work is on this site."
            )
        if Cohort.objects.filter(demo=True).exists():
            self.stdout.write("The demo cohort is there already; nothing was changed.")
            return
        course = Course.objects.filter(published=True).order_by("pk").first()
        if course is None:
            raise CommandError("There is no published course yet. Run `manage.py load_content`.")
        # All or nothing: an interrupted run leaves no half-made cohort behind.
        with transaction.atomic():
            cohort = self._make(course, students, seed)
        self.stdout.write(
            f"{cohort.title}: {students} simulated students, join code {cohort.join_code}."
        )

    def _make(self, course: Course, students: int, seed: int) -> Cohort:
        now = timezone.now()
        cohort = Cohort.objects.create(
            course=course,
            title=DEMO_COHORT,
            starts_on=(now - timedelta(days=14)).date(),
            ends_on=(now + timedelta(days=180)).date(),
            time_zone=settings.TIME_ZONE,
            demo=True,
        )
        for person in DEMO_PEOPLE:
            self._add(person.username, person.name, person.role, cohort, now)
        working = simulation.populate(cohort, size=students, now=now, seed=seed)
        for _ in tqdm(working, total=students, desc="Demo cohort", unit="student"):
            pass
        for attempt in Attempt.objects.filter(enrolment__cohort=cohort).overdue(now):
            attempts.close(attempt, now=now)
        # Some essays are marked and some wait, so that both can be looked at.
        teachers = Enrolment.objects.filter(
            cohort=cohort, role__in=(Role.INSTRUCTOR, Role.ASSISTANT)
        ).select_related("cohort", "user")
        if teachers:
            simulation.mark_some(list(teachers), share=0.4, now=now, seed=seed)
            by = next(each for each in teachers if each.role == Role.INSTRUCTOR)
            self._plan(cohort, by, now, seed)
        return cohort

    def _plan(self, cohort: Cohort, by: Enrolment, now: datetime, seed: int) -> None:
        """One quiz that was due, one that will be, and a few who only clicked through."""
        quizzes = Quiz.objects.filter(
            activity__module__course=cohort.course, activity__required=True
        ).order_by("activity__module__position", "activity__position")
        for quiz, days in zip(quizzes, (-2, 4), strict=False):
            timing.set_schedule(
                cohort,
                quiz,
                opens_at=None,
                due_at=now + timedelta(days=days),
                closes_at=None,
                by=by.user,
                now=now,
            )
        for quiz in quizzes[2:3]:  # which some have not come to
            simulation.hurry_some(cohort, quiz, count=3, now=now - timedelta(days=1), seed=seed)

    def _add(self, username: str, name: str, role: str, cohort: Cohort, now: Any) -> None:
        user, created = User.objects.get_or_create(
            username=username,
            defaults={"name": name, "email": f"{username}@parallax.example"},
        )
        if created:
            user.set_password(DEMO_PASSWORD)
            user.is_staff = user.is_superuser = role == "admin"
            user.save()
        if role in Role.values:
            Enrolment.objects.get_or_create(
                user=user, cohort=cohort, defaults={"role": role, "joined_at": now}
            )
