"""How long the statistics of ten questions take, in the database that DATABASE_URL names.

A process of its own, like `world`. Always current: first counted anew from the sheets that were
written with the scores, then from the counts that were kept; the two must say the same. Beside
them, what it takes from the rows, how each grows with the class, and this process's memory.
"""

import argparse
import resource
import time
from collections.abc import Callable, Mapping
from itertools import pairwise
from statistics import median

import django
from django.conf import settings

if not settings.configured:
    django.setup()

from django.core.management import call_command

from quizzes.models import Attempt
from quizzes.reporting import analysis
from quizzes.reporting.analysis import Asked
from tests.benchmarks import class_that_sat
from tests.benchmarks.counting import count

MOST = {1_000: 60, 10_000: 300}  # milliseconds of this process's time
MOST_KEPT = 25
FROM_ROWS = 10_000  # attempts at most that have rows, from which they are read as well
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


def main(sizes: list[int], from_rows: int) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    quiz = class_that_sat.make_quiz(QUESTIONS)
    anew: dict[int, float] = {}
    kept: dict[int, float] = {}
    for attempts in sizes:
        rows = attempts <= from_rows
        cohort = class_that_sat.sit(quiz, attempts, title=f"{attempts} attempts", rows=rows)
        asked = Asked(quiz, cohort)
        before = analysis.report(asked)
        anew[attempts], passed = milliseconds(lambda asked=asked: analysis.report(asked, anew=True))  # type: ignore[misc]
        say(f"Statistics of {QUESTIONS} questions, {attempts} attempts", anew, MOST, passed)
        kept[attempts], passed = milliseconds(lambda asked=asked: analysis.report(asked))  # type: ignore[misc]
        say("  from the counts that were kept", kept, dict.fromkeys(MOST, MOST_KEPT), passed)
        found, counts = count(lambda asked=asked: analysis.report(asked))  # type: ignore[misc]
        if found != before or found != analysis.report(asked, anew=True):
            raise SystemExit("What was kept and what is counted anew disagree.")
        print(f"  the same, in {counts.queries} queries", flush=True)
        if rows:
            Attempt.objects.filter(enrolment__cohort=cohort).update(sheet="")
            if analysis.report(asked, anew=True) != before:
                raise SystemExit("The rows and the sheets disagree.")
            busy, _passed = milliseconds(lambda asked=asked: analysis.report(asked, anew=True), 1)  # type: ignore[misc]
            print(f"  from the rows, without sheets: {busy:.0f} ms CPU", flush=True)
    for smaller, larger in pairwise(sizes):
        slope = 1000 * (anew[larger] - anew[smaller]) / (larger - smaller)
        print(
            f"Growth from {smaller} to {larger}: {anew[larger] / anew[smaller]:.1f}x counted anew"
            f" ({slope:.0f} microseconds for each attempt more),"
            f" {kept[larger] / kept[smaller]:.2f}x from what was kept",
            flush=True,
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Most memory of this process, which made the classes as well: {peak:.0f} MB")


def say(what: str, took: Mapping[int, float], most: Mapping[int, int], passed: float) -> None:
    """One line; `took` by size, the newest last."""
    size, busy = list(took.items())[-1]
    limit = f" (<= {most[size]})" if size in most else ""
    mark = "  MORE THAN ALLOWED" if size in most and busy > most[size] else ""
    print(f"{what}: {busy:.0f} ms CPU{limit}{mark}, {passed:.0f} ms by the clock", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--from-rows", type=int, default=FROM_ROWS)
    asked = parser.parse_args()
    main(asked.sizes, asked.from_rows)
