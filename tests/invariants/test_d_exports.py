"""D4 once more: one mark of a student, wherever it is shown."""

import random
import re
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

import pytest
from django.urls import reverse

from courses import gradebook
from courses.models import Enrolment, Record, User
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer
from tests import factories
from tests.factories import NOON
from tests.invariants.scale import runs
from tests.quizzes.test_exports import as_number, got, read_csv, read_xlsx

ATTEMPTS = runs(1000)
TOTAL = re.compile(r'<p class="lead narrow">([\d.]+) % so far')
OWN = re.compile(r'<tr><th scope="row"><a href="/quizzes/([\w-]+)/">.*?<td class="number">.*?</td>'
                 r'<td class="number">(.*?)</td>')  # fmt: skip


def a_class(cohort, quizzes, rng: random.Random) -> None:
    """`ATTEMPTS` attempts by the site's own verbs, and some marks decided by hand."""
    left = ATTEMPTS
    for number in count(1):
        if left == 0:
            break
        # Some of them hand nothing in.
        user = User.objects.create(username=f"s{number}", name=rng.choice(["", f"Ann {number}"]))
        enrolment = factories.enrol(user, cohort)
        for quiz in quizzes:
            for _again in range(rng.choice([0, 1, 1, 2])):
                if left > 0:
                    _sit(enrolment, quiz, rng)
                    left -= 1


def _sit(enrolment: Enrolment, quiz, rng: random.Random) -> None:
    attempt = attempts.start(enrolment, quiz, now=NOON)
    given = {
        position: Answer(0, partial(_read, rng.choice("abc")))
        for position in (1, 2, 3)
        if rng.random() < 0.9
    }
    attempts.save(enrolment.user, attempt.pk, answers=given, now=NOON + timedelta(minutes=1))
    attempts.submit(enrolment.user, attempt.pk, now=NOON + timedelta(minutes=2))


def _read(token: str, kind, order):
    return kind.parse_json(order, token)


def by_hand(rng: random.Random) -> None:
    """What the ledger holds of decisions by hand, in a part of its rows."""
    for record in Record.objects.all():
        match rng.choice(["", "", "", "override", "excused"]):
            case "override":
                record.override = Decimal(rng.randrange(10_001)) / 100
            case "excused":
                record.excused = True
        record.save()


def on_page(client, cohort) -> dict[tuple[int, str], str]:
    """The marks of all pages of the gradebook, as they are printed."""
    found: dict[tuple[int, str], str] = {}
    pages = gradebook.page(gradebook.plan(cohort)).pages
    cell = re.compile(rf'/teach/{cohort.pk}/grades/(\d+)/([\w-]+)/">(.*?)</a>')
    for number in range(1, pages + 1):
        page = client.get(reverse("courses:grades", args=[cohort.pk]), {"page": number})
        for enrolment, key, mark in cell.findall(page.content.decode()):
            found[int(enrolment), key] = mark
    return found


def by_api(client, cohort) -> tuple[dict[tuple[int, str], Decimal | None], dict[int, Any]]:
    """The marks and the totals of all pages of the API's gradebook."""
    marks, totals = {}, {}
    address = f"/api/v1/cohorts/{cohort.pk}/grades/?limit=100"
    while address:
        page = client.get(address).json()
        for row in page["results"]:
            totals[row["enrolment"]] = as_number(row["total"])
            for mark in row["marks"]:
                marks[row["enrolment"], mark["activity"]] = as_number(mark["mark"])
        address = page["next"]
    return marks, totals


def shown(mark: str | None) -> Decimal | None:
    """A mark as it is printed; None for what is no number."""
    return None if mark in (None, "", "–", "…", "no mark yet", "excused") else Decimal(mark)


@pytest.mark.django_db
@pytest.mark.invariant("D4", runs=ATTEMPTS)
def test_gradebook_files_api_and_own_page_agree_on_every_mark(
    ada, cohort, module, questions, as_, settings
):
    rng = random.Random(5)
    quizzes = [
        factories.make_quiz(
            module, questions, key=f"quiz-{n}", title=f"Quiz {n}", known_questions="count"
        )
        for n in (1, 2, 3)
    ]
    a_class(cohort, quizzes, rng)
    by_hand(rng)
    teacher = as_(ada)
    page = on_page(teacher, cohort)
    api, api_totals = by_api(teacher, cohort)
    files = {
        form: {row["User name"]: row for row in read(got(teacher, cohort, "gradebook", form))}
        for form, read in (("csv", read_csv), ("xlsx", read_xlsx))
    }
    differences = []
    for enrolment in gradebook.students(cohort):
        student, name = as_(enrolment.user), enrolment.user.username
        own = student.get(reverse("courses:own_grades", args=["lenses"])).content.decode()
        mine = dict(OWN.findall(own))
        said = student.get(reverse("api:modules", args=["lenses"])).json()["results"]
        alone = student.get(reverse("api:own_grades", args=["lenses"])).json()
        my_own = {mark["activity"]: mark["mark"] for mark in alone["marks"]}
        steps = {step["key"]: step["score"] for part in said for step in part["steps"]}
        for quiz in quizzes:
            key, title = quiz.activity.key, quiz.activity.title
            everywhere = {
                shown(page[enrolment.pk, key]),
                as_number(files["csv"][name][title]),
                as_number(files["xlsx"][name].get(title)),
                as_number(steps[key]),
                api[enrolment.pk, key],
                as_number(my_own[key]),
                shown(mine[key]),
            }
            if len(everywhere) != 1:
                differences.append((name, key, everywhere))
        total = TOTAL.search(own)
        totals = {
            None if total is None else Decimal(total[1]),
            as_number(files["csv"][name]["Total"]),
            as_number(files["xlsx"][name].get("Total")),
            api_totals[enrolment.pk],
            as_number(alone["total"]),
        }
        if len(totals) != 1:
            differences.append((name, "total", totals))
    assert differences == []
    assert len(page) == 3 * len(files["csv"]) > 0
