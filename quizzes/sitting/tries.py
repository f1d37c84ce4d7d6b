"""The stored answers of an attempt as the behaviours read them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, UUIDField

from courses.models.prepared import Prepared
from quizzes.models import Attempt, Response
from quizzes.questions import KINDS, Kind
from quizzes.questions.base import Spec
from quizzes.sitting.behaviours import Given, Rules, Standing, judge


@dataclass(frozen=True, slots=True)
class Try:
    """The last try at a question, in one word how it went, and how the question stands."""

    last: Given
    outcome: str  # as `Kind.outcome`
    standing: Standing


# item, answer, checked, certainty, when it was stored
Stored = tuple[int, Any, bool, int | None, datetime]


def stored(attempts: Collection[UUID]) -> list[Stored]:
    """Every answer to each item in their order; one query."""
    if len(attempts) == 1:
        return OF_ONE.all(attempt=next(iter(attempts)))
    return list(_answers(item__attempt__in=attempts))


def _answers(**of: Any) -> QuerySet[Response, Stored]:
    return (
        Response.objects.filter(**of, item__replaced_at=None)
        .order_by("item", "revision")
        .values_list("item", "answer", "checked", "certainty", "saved_at")
    )


OF_ONE = Prepared[Stored](lambda attempt: _answers(item__attempt=attempt), attempt=UUIDField())


def given(attempts: Collection[UUID]) -> dict[int, list[Given]]:
    """The answers to each item (by its id) that decide anything; one query."""
    return deciding(stored(attempts))


def deciding(answers_of: Iterable[Stored]) -> dict[int, list[Given]]:
    """Every checked one and the newest: what else was saved in between decides nothing."""
    found: dict[int, list[Given]] = {}
    for item, answer, checked, certainty, _at in answers_of:
        answers = found.setdefault(item, [])
        if answers and not answers[-1].checked:
            answers.pop()
        answers.append(Given(answer, checked, certainty))
    return found


def standings(attempt: Attempt, positions: Collection[int] | None = None) -> dict[int, Try]:
    """By position, the last try of each question that has been tried.

    What was saved after it is not looked at. One query, none where nothing is checked.
    """
    rules = Rules.read(attempt.rules)
    if not rules.checks:
        return {}
    tried = Response.objects.filter(item__attempt=attempt, item__replaced_at=None, checked=True)
    if positions is not None:
        tried = tried.filter(item__position__in=positions)
    answers: dict[int, list[Given]] = {}
    keys: dict[int, tuple[Kind, Spec]] = {}
    for position, name, spec, answer, certainty in tried.order_by("revision").values_list(
        "item__position", "item__version__kind", "item__version__spec", "answer", "certainty"
    ):
        keys[position] = (KINDS[name], spec)
        answers.setdefault(position, []).append(Given(answer, True, certainty))
    found = {}
    for position, tries in answers.items():
        kind, spec = keys[position]
        outcome = kind.outcome(spec, tries[-1].answer)
        found[position] = Try(tries[-1], outcome, judge(rules, kind, spec, tries))
    return found
