"""What it costs to write every student by every question, in the database that DATABASE_URL names.

A process of its own, like `world`. The file is written piece by piece and thrown away, as to a
browser; beside it a floor: the same marks from one bare query, as plain rows.
"""

import argparse
import csv
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from io import StringIO
from itertools import groupby
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile

import django
from django.conf import settings

if not settings.configured:
    django.setup()

from django.core.management import call_command

from courses.models import Cohort
from quizzes.exports import contents
from quizzes.exports.writing import as_csv, write_xlsx
from quizzes.models import Mark, Quiz
from quizzes.reporting.analysis import Asked, Which
from tests.benchmarks import class_that_sat
from tests.benchmarks.counting import count

QUESTIONS = 12
TIMES = 5
MOST_SECONDS = {10_000: 2.0}
MOST_MEGABYTES = 20.0
MOST_OF_FLOOR = 1.5


def thrown_away(pieces: Iterable[bytes]) -> int:
    return sum(map(len, pieces))


def floor(cohort: Cohort) -> int:
    """One query, one line an attempt."""
    rows = (
        Mark.objects.filter(item__attempt__enrolment__cohort=cohort)
        .order_by("item__attempt__enrolment__user__username", "item__attempt", "item__position")
        .values_list("item__attempt__enrolment__user__username", "item__attempt", "score")
    )
    out = StringIO()
    write = csv.writer(out)
    size = 0
    for (who, _attempt), some in groupby(rows.iterator(chunk_size=2000), lambda row: row[:2]):
        write.writerow([who, *(score for _who, _key, score in some)])
        size += out.tell()
        out.seek(0)
        out.truncate()
    return size


def seconds(act: Callable[[], object], times: int = TIMES) -> tuple[float, float]:
    """The median processor time of this process, and of the clock."""
    busy, passed = [], []
    for _ in range(times):
        before, begun = time.process_time(), time.perf_counter()
        act()
        busy.append(time.process_time() - before)
        passed.append(time.perf_counter() - begun)
    return median(busy), median(passed)


def megabytes(what: str) -> float:
    found = Path("/proc/self/status").read_text().partition(f"{what}:")[2].split()
    return int(found[0]) / 1024


def extra(act: Callable[[], object]) -> float:
    """How far the memory of this process rises above what it held before, in MB of 2^20 bytes."""
    before = megabytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    act()
    return megabytes("VmHWM") - before


def measure(size: int, cohort: Cohort) -> None:
    """In a process that has done nothing else, so that its memory tells something."""
    quiz = Quiz.objects.select_related("activity").filter(attempts__enrolment__cohort=cohort)[0]
    asked = Asked(quiz, cohort, Which.ALL)

    def marks() -> int:
        return thrown_away(as_csv(contents.marks(asked)))

    def answers() -> int:
        return thrown_away(as_csv(contents.responses(asked)))

    def sheet(path: str) -> None:
        write_xlsx([contents.marks(asked)], Path(path))

    thrown_away(as_csv(contents.grades(cohort)))  # what is loaded once, and for all
    more = extra(marks)
    length, counts = count(marks)
    bare, _passed = seconds(lambda: floor(cohort))
    busy, passed = seconds(marks)
    most = MOST_SECONDS.get(size, 0.0)
    missed = [
        *(["SLOWER THAN ALLOWED"] if most and passed > most else []),
        *(["MORE MEMORY THAN ALLOWED"] if more > MOST_MEGABYTES else []),
        *(["MORE THAN THE FLOOR ALLOWS"] if busy > MOST_OF_FLOOR * bare else []),
    ]
    print(
        f"Every student by {quiz.slots.count()} questions, {size} attempts, CSV of"
        f" {length / 1e6:.1f} MB: {passed:.2f} s by the clock"
        f"{f' (<= {most:g})' if most else ''}, {busy:.2f} s CPU,"
        f" {busy / bare:.2f} x floor (<= {MOST_OF_FLOOR:g}), {counts.queries} queries,"
        f" {more:.1f} MB more (< {MOST_MEGABYTES:g})  {' '.join(missed)}"
    )
    with NamedTemporaryFile(suffix=".xlsx") as file:
        busy, _passed = seconds(lambda: sheet(file.name), 1)
    print(f"  the same as XLSX: {busy:.2f} s CPU")
    before = megabytes("VmHWM")
    busy, passed = seconds(answers, 1)
    more = max(0.0, megabytes("VmHWM") - before)
    print(
        f"  a row an answer, CSV: {busy:.2f} s CPU, {passed:.2f} s by the clock, {more:.1f} MB more"
    )


def main(sizes: list[int]) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    quiz = Quiz.objects.filter(activity__key="reported-quiz").first()
    quiz = quiz or class_that_sat.make_quiz(QUESTIONS)
    for size in sizes:
        cohort = class_that_sat.sit(quiz, size, title=f"{size} attempts")
        sys.stdout.flush()
        subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.exports", "--of", str(cohort.pk), str(size)],
            check=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--attempts", type=int, help="one class of this size")
    parser.add_argument("--of", type=int, help="measure this cohort, which is there already")
    options = parser.parse_args()
    if options.of:
        measure(options.sizes[0], Cohort.objects.get(pk=options.of))
    else:
        main([options.attempts] if options.attempts else options.sizes)
