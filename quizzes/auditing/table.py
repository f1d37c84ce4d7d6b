"""What each module comes to, as a table for whoever writes it."""

from collections import defaultdict
from typing import Any

from courses.content_io.catalogue import Catalogue
from quizzes.auditing.bank import choices, entries, is_judging
from quizzes.auditing.language import lix, words
from quizzes.auditing.lessons import prose
from quizzes.content import by_objective
from quizzes.models import Question

HEADS = (
    *("module", "lessons", "words", "LIX", "claims", "objectives", "graded", "fewest each"),
    *("practice", "judging", "key longest", "key first"),
)


def module_table(catalogue: Catalogue) -> list[list[Any]]:
    """A heading and a row for each module, in the order of the course.

    Words are those of its shortest and its longest lesson, citations left out; LIX is the mean,
    "key longest" is how often of how many single-choice questions the key is the longest option.
    """
    lessons, objectives, claims, questions = (defaultdict(list) for _ in range(4))
    for key, values in catalogue.rows("courses.activity"):
        if values["kind"] == "lesson":
            lessons[values["module"]].append(key)
    module_of = {key: module for module, keys in lessons.items() for key in keys}
    for key, values in catalogue.rows("courses.objective"):
        objectives[values["module"]].append(key)
    for key, values in catalogue.rows("courses.claim"):
        claims[module_of.get(values["lesson"])].append(key)
    for _, entry in entries(catalogue):
        questions[entry.values["module"]].append(entry.values)
    there = by_objective(catalogue)
    modules = sorted(
        catalogue.rows("courses.module"),
        key=lambda row: (row[1]["course"], row[1]["position"]),
    )
    table: list[list[Any]] = [list(HEADS)]
    for key, _ in modules:
        asked = questions[key]
        practice = [values for values in asked if values["use"] == Question.Use.PRACTICE]
        single = choices(catalogue, key)
        texts = [prose(catalogue, lesson[0]) for lesson in lessons[key]]
        table.append(
            [
                key[0],
                len(lessons[key]),
                _range([len(words(text)) for text in texts]),
                _mean([lix(text) for text in texts]),
                len(claims[key]),
                len(objectives[key]),
                len(asked) - len(practice),
                min((len(there.get(one, ())) for one in objectives[key]), default=0),
                len(practice),
                sum(is_judging(catalogue, values) for values in asked),
                f"{sum(choice.is_longest for choice in single)}/{len(single)}",
                f"{sum(choice.right == 0 for choice in single)}/{len(single)}",
            ]
        )
    return table


def _range(counts: list[int]) -> str:
    return f"{min(counts)}-{max(counts)}" if counts else "0"


def _mean(numbers: list[float]) -> str:
    return f"{sum(numbers) / len(numbers):.0f}" if numbers else ""
