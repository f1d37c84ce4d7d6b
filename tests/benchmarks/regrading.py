"""How long a regrade of many attempts takes, and how much memory, in the DATABASE_URL's database.

A process of its own, like `world`: it makes a cohort that has sat one quiz, moves a key, looks at
the preview and commits it, and prints one line for each.
"""

import argparse
import resource
import time
from datetime import timedelta
from decimal import Decimal

import django
from django.conf import settings

if not settings.configured:
    django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from courses.models import Activity, Cohort, Enrolment, Module, Record, Source, Term, User
from quizzes import authoring
from quizzes.marks import regrading
from quizzes.models import Attempt, Item, Mark, Question, QuestionVersion, Quiz, Response, Slot
from tests import factories

MOST_SECONDS = 20  # for the preview of 10,000 attempts
BATCH = 2000
LESSON = """\
## Anarchy {: #anarchy-heading }

No authority stands above states [@waltz1979, ch. 6].
{: #anarchy }
"""


def sat(versions: list[QuestionVersion], quiz: Quiz, attempts: int) -> Cohort:
    """A cohort in which every student has handed in one attempt, every other one right."""
    now = timezone.now()
    cohort = Cohort.objects.create(
        course=quiz.activity.module.course,
        title="Regrading",
        starts_on=now.date(),
        ends_on=now.date() + timedelta(days=90),
    )
    for start in range(0, attempts, BATCH):
        with transaction.atomic():
            _sit(cohort, versions, quiz, range(start, min(start + BATCH, attempts)))
    return cohort


def _sit(cohort: Cohort, versions: list[QuestionVersion], quiz: Quiz, numbers: range) -> None:
    now = timezone.now()
    users = User.objects.bulk_create(
        User(username=f"regraded-{number}", password="!") for number in numbers
    )
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(user=user, cohort=cohort, joined_at=now) for user in users
    )
    attempts = Attempt.objects.bulk_create(
        Attempt(
            quiz=quiz,
            enrolment=enrolment,
            number=1,
            state=Attempt.State.SUBMITTED,
            started_at=now,
            submitted_at=now,
            score=Decimal(place % 2 * len(versions)),
            out_of=len(versions),
        )
        for place, enrolment in enumerate(enrolments)
    )
    Record.objects.bulk_create(
        Record(enrolment=enrolment, activity=quiz.activity, started_at=now)
        for enrolment in enrolments
    )
    items = Item.objects.bulk_create(
        Item(attempt=attempt, position=position, version=version, order=[], points=1)
        for attempt in attempts
        for position, version in enumerate(versions, start=1)
    )
    right = {
        version.pk: next(option["key"] for option in version.spec["options"] if option["correct"])
        for version in versions
    }
    places = range(len(items))
    Response.objects.bulk_create(
        Response(item=items[n], revision=1, answer=right[items[n].version_id], saved_at=now)
        for n in places
        if n // len(versions) % 2
    )
    Mark.objects.bulk_create(
        Mark(
            item=items[n],
            version=items[n].version,
            score=n // len(versions) % 2,
            made_at=now,
        )
        for n in places
    )


def make_ground(module: Module) -> None:
    """What the questions of a module cite, where the database has none of it."""
    if not Source.objects.filter(key="waltz1979").exists():
        factories.make_source()
    if not Term.objects.filter(key="anarchy").exists():
        factories.make_term()
    if not Activity.objects.filter(key="anarchy").exists():
        factories.make_lesson(module, body=LESSON)


def make_course() -> None:
    """A quiz of three questions, where the database is empty."""
    module = factories.make_module(factories.make_course())
    make_ground(module)
    questions = [
        factories.make_question(module, f"anarchy-{n}", spec=factories.single(f"Question {n}?"))
        for n in range(3)
    ]
    factories.make_quiz(module, questions)


def move_key(question: Question) -> None:
    """Make another option right."""
    options = question.spec["options"]
    right = [option["correct"] for option in options]
    for option, correct in zip(options, [right[-1], *right[:-1]], strict=True):
        option["correct"] = correct
    question.save()
    authoring.publish(question, now=timezone.now())


def timed(name: str, act: object) -> object:
    """Do something and say how long it took and by how much the process grew."""
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    done = act()  # type: ignore[operator]
    seconds = time.perf_counter() - begun
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{name}: {seconds:.1f} s, {grown:+.1f} MB", flush=True)
    return done


def main(attempts: int) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    if not Question.objects.exists():
        make_course()
    questions = list(
        Question.objects.ready()
        .graded()
        .filter(kind="single")
        .select_related("current", "module")
        .order_by("pk")[:3]
    )
    slot = Slot.objects.select_related("quiz__activity__module__course").order_by("pk")[0]
    cohort = sat([question.current for question in questions], slot.quiz, attempts)
    move_key(questions[0])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # else a new database knows of no rows yet, and joins as for few
    editor = User.objects.create_superuser("regrader")

    def look(of: Cohort) -> regrading.Regrade:
        return regrading.preview(
            questions[0],
            version=None,
            policy="new",
            cohort=of,
            by=editor,
            reason="The key was wrong.",
            now=timezone.now(),
        )

    # Once before: what grows from here on is not what Python and Django need to begin with.
    look(cohort)
    regrade = timed(
        f"Regrade preview of {attempts} attempts (<= {MOST_SECONDS} s)", lambda: look(cohort)
    )
    timed(
        f"Regrade commit of {attempts} attempts",
        lambda: regrading.commit(regrade, by=editor, now=timezone.now()),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--attempts", type=int, default=10_000)
    main(parser.parse_args().attempts)
