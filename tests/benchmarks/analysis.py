"""How long the statistics of ten questions take, in the database that DATABASE_URL names.

A process of its own, like `world`. Always current: nothing is kept between two readings but the
sheets that were written with the scores. Beside them, what the same takes from the rows.
"""

import argparse
import time
from collections.abc import Callable
from statistics import median

import django
from django.conf import settings

if not settings.configured:
    django.setup()

from django.core.management import call_command

from quizzes import analysis
from quizzes.analysis import Asked
from quizzes.models import Attempt
from tests.benchmarks import class_that_sat

MOST = {1_000: 60, 10_000: 300}  # milliseconds of this process's time
TIMES = 9
QUESTIONS = 10


def milliseconds(act: Callable[[], object], times: int = TIMES) -> tuple[float, float]:
    """The median processor time of this process, and of the clock."""
    busy, passed = [], []
    for _ in range(times):
        before, begun = time.process_time(), time.perf_counter()
        act()
        busy.append(1000 * (time.process_time() - before))
        passed.append(1000 * (time.perf_counter() - begun))
    return median(busy), median(passed)


def main(sizes: list[int]) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    quiz = class_that_sat.make_quiz(QUESTIONS)
    for attempts in sizes:
        cohort = class_that_sat.sit(quiz, attempts, title=f"{attempts} attempts")
        asked = Asked(quiz, cohort)
        before = analysis.report(asked)
        busy, passed = milliseconds(lambda asked=asked: analysis.report(asked))  # type: ignore[misc]
        most = MOST.get(attempts, 0)
        mark = "  MORE THAN ALLOWED" if most and busy > most else ""
        print(
            f"Statistics of {QUESTIONS} questions, {attempts} attempts: {busy:.0f} ms CPU"
            f" (<= {most}){mark}, {passed:.0f} ms by the clock",
            flush=True,
        )
        Attempt.objects.filter(enrolment__cohort=cohort).update(sheet="")
        if analysis.report(asked) != before:
            raise SystemExit("The rows and the sheets disagree.")
        busy, _passed = milliseconds(lambda asked=asked: analysis.report(asked), 1)  # type: ignore[misc]
        print(f"  the same from the rows, without sheets: {busy:.0f} ms CPU", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", type=int, nargs="*", default=[1_000, 10_000])
    main(parser.parse_args().sizes)
