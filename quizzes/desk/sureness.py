"""How sure a class was, and how often right: the certainty of everybody in a cohort."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from courses.names import sort_key
from quizzes.desk.calibration import Level
from quizzes.desk.misreading import Share
from quizzes.desk.understanding import Terms
from quizzes.models import Attempt, Mark, QuestionVersion, Response
from quizzes.questions import KINDS, text_of
from quizzes.sitting.trials import LEVELS

SUREST = max(LEVELS)


@dataclass(frozen=True)
class Sure:
    """A question with those who were very sure of their answer; `share` of them were wrong."""

    key: str
    prompt: str
    retired: bool
    share: Share


@dataclass(frozen=True)
class Sureness:
    """A class: its answers by level, and the questions with sure and wrong answers."""

    levels: Sequence[Level]
    unsaid: int  # answers where it was asked and not said
    questions: Sequence[Sure]

    @property
    def answers(self) -> int:
        return sum(level.of for level in self.levels)

    @property
    def sure_and_wrong(self) -> int:
        return sum(each.share.hits for each in self.questions)


@dataclass(frozen=True)
class SureAnswer:
    """An answer that its student was very sure of, and that was wrong."""

    attempt: Attempt
    answer: str


def of(terms: Terms) -> Sureness:
    """Two queries, and one more for the questions that are shown.

    As on a student's own page: of several tries the first one counts, only what is wholly right
    is right, and only what is wholly wrong makes a sure answer a wrong one. `terms.every` changes
    nothing: each attempt asked anew how sure its student was.
    """
    groups = (
        _first(_responses(terms))
        .annotate(key=_key_that_counts())
        .values("key", "answer", "certainty")
        .annotate(times=Count("pk"))
        .order_by()
    )
    found = [(row["key"], row["answer"], row["certainty"], row["times"]) for row in groups]
    versions = QuestionVersion.objects.select_related("question").defer("content", "question__spec")
    keys = versions.in_bulk({key for key, *_rest in found})
    counts = {level: [0, 0] for level in LEVELS}
    unsaid = 0
    sure: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for key, answer, certainty, times in found:
        kind = KINDS[keys[key].kind]
        outcome = "blank" if kind.by_hand else kind.outcome(keys[key].spec, answer)
        if outcome == "blank":
            continue
        if certainty not in counts:
            unsaid += times
            continue
        counts[certainty][0] += times * (outcome == "right")
        counts[certainty][1] += times
        if certainty == SUREST:
            sure[keys[key].question_id][0] += times * (outcome == "wrong")
            sure[keys[key].question_id][1] += times
    newest = {version.question_id: version for _pk, version in sorted(keys.items())}
    rows = [
        Sure(
            newest[question].question.key,
            text_of(newest[question].public["prompt"]),
            newest[question].question.status == "retired",
            Share(wrong, n),
        )
        for question, (wrong, n) in sure.items()
        if wrong
    ]
    rows.sort(key=lambda row: row.key)
    rows.sort(key=lambda row: row.share.rank, reverse=True)
    levels = [Level(at, str(LEVELS[at]), right, n) for at, (right, n) in counts.items()]
    return Sureness(levels, unsaid, rows)


def behind(terms: Terms, question: str) -> list[SureAnswer]:
    """The sure and wrong answers to a question, by the names of their students; three queries."""
    rows = list(
        _first(_responses(terms).filter(item__version__question__key=question))
        .filter(certainty=SUREST)
        .annotate(key=_key_that_counts())
        .order_by()
        .values_list("item__attempt", "item__version", "key", "answer")
    )
    versions = QuestionVersion.objects.in_bulk({pk for row in rows for pk in row[1:3]})
    attempts: Mapping[UUID, Attempt] = Attempt.objects.select_related("enrolment__user").in_bulk(
        [attempt for attempt, *_rest in rows]
    )
    found = []
    for attempt, met, key, answer in rows:
        kind = KINDS[versions[key].kind]
        if not kind.by_hand and kind.outcome(versions[key].spec, answer) == "wrong":
            text = kind.answer_text(versions[met].content, answer)
            found.append(SureAnswer(attempts[attempt], text))
    return sorted(
        found, key=lambda row: (sort_key(str(row.attempt.enrolment.user)), row.attempt.number)
    )


def _responses(terms: Terms) -> QuerySet[Response]:
    """All answers in finished attempts that ask for certainty."""
    found = Response.objects.filter(
        item__replaced_at=None,
        item__attempt__state=Attempt.State.SUBMITTED,
        item__attempt__rules__certainty__in=("ask", "score"),
        item__attempt__enrolment__in=terms.students().values("pk"),
    )
    if terms.module is not None:
        found = found.filter(item__version__question__module=terms.module)
    return found


def _first(responses: QuerySet[Response]) -> QuerySet[Response]:
    """Of each question the first try, or where nothing was tried the newest answer."""
    beside = Response.objects.filter(item=OuterRef("item"))
    tried = Q(checked=True) & ~Exists(
        beside.filter(checked=True, revision__lt=OuterRef("revision"))
    )
    newest = Q(checked=False) & ~Exists(
        beside.filter(Q(checked=True) | Q(revision__gt=OuterRef("revision")))
    )
    return responses.filter(tried | newest)


def _key_that_counts() -> Any:
    """The version whose key the newest mark used, else the one that was asked."""
    newest = Mark.objects.filter(item=OuterRef("item")).order_by("-pk")
    return Coalesce(
        Subquery(newest.values("version")[:1]), F("item__version"), output_field=BigIntegerField()
    )
