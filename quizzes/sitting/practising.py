"""A practice set: a link that draws practice questions about one difficulty, for anybody's use.

It is an address and nothing else: what it is about stands in it, and the questions are drawn when
somebody opens it, those that they have tried least first. Answers are shown at once and never
count (`quizzes.sitting.checkpoints`); only questions that no graded quiz may draw are in it.

Anybody may write such an address, so graded questions have no say in what it opens: whether there
is a set about realism taken for liberalism would tell which of the two is right in them. What close
by means is worked out for those who teach (`aimed`), and stands in the address they give out.
"""

import random
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import Count

from courses.models import Course, Enrolment, Objective
from quizzes.desk import misreading
from quizzes.desk.misreading import ROWS, Pair, is_mixed_up
from quizzes.desk.understanding import SPECS, Read
from quizzes.models import CheckpointAnswer, Question, QuestionVersion
from quizzes.questions import BY_HAND, KINDS
from quizzes.sitting.drawing import draw

SIZE = 5  # questions: a quarter of an hour at most


@dataclass(frozen=True)
class About:
    """What a set is for: lenses that are mixed up, a misconception, or an objective's key.

    `near` are keys of objectives that questions close by serve.
    """

    pair: Pair | None = None
    error: str = ""
    objective: str = ""
    near: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """It as the query of an address; `about` reads it back."""
        if self.objective:
            return urlencode({"objective": self.objective})
        near = {"near": ",".join(self.near)} if self.near else {}
        if self.pair is not None:
            return urlencode({"meant": self.pair[0], "chose": self.pair[1], **near})
        return urlencode({"error": self.error, **near})


def about(data: Mapping[str, str]) -> About | None:
    """What the query of an address asks for; None if it asks for nothing that there is."""
    pair = (data.get("meant", ""), data.get("chose", ""))
    near = tuple(filter(None, data.get("near", "").split(",")))
    if pair[0] in ROWS and is_mixed_up(pair):
        return About(pair=pair, near=near)
    error = " ".join(data.get("error", "").split())
    if error:
        return About(error=error, near=near)
    objective = data.get("objective", "")
    return About(objective=objective) if objective else None


@dataclass(frozen=True)
class Set:
    """The questions of a set, in the versions that are asked; `ready` is how many there are."""

    about: About
    objectives: Collection[Objective]
    versions: Collection[QuestionVersion]
    ready: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of the bank: `version` is what it would be asked in."""

    pk: int
    kind: str
    practice: bool
    lens: str
    version: int
    digest: str
    objectives: frozenset[int]


@dataclass(frozen=True)
class Bank:
    """The ready questions of a course with what each is for."""

    questions: Sequence[_Asked]
    objectives: Sequence[Objective]
    specs: Mapping[str, Read]


def bank(course: Course) -> Bank:
    """Three queries, and one more for specs that have not been read before."""
    links: dict[int, set[int]] = defaultdict(set)
    for question, objective in (
        Question.objectives.through.objects.filter(question__module__course=course)
        .order_by()
        .values_list("question", "objective")
    ):
        links[question].add(objective)
    questions = [
        _Asked(pk, kind, use == Question.Use.PRACTICE, lens, current, digest, frozenset(links[pk]))
        for pk, kind, use, lens, current, digest in Question.objects.ready()
        .filter(module__course=course)
        .exclude(kind__in=BY_HAND)
        .order_by("key")
        .values_list("pk", "kind", "use", "module__lens", "current", "current__digest")
    ]
    return Bank(
        questions,
        list(
            Objective.objects.filter(module__course=course).order_by("module__position", "position")
        ),
        SPECS.of({each.digest: KINDS[each.kind] for each in questions}),
    )


@dataclass(frozen=True)
class Found:
    """What of a bank is about something: practice questions on just this, and all close by."""

    objectives: Sequence[Objective]
    exact: Sequence[_Asked]
    near: Sequence[_Asked]


def find(bank: Bank, about: About) -> Found | None:
    """None where no practice question is about this, and no objective is named.

    Close by are questions that share an objective with the exact ones, or serve one of `near`.
    """
    asked = [each for each in bank.questions if each.practice]
    if about.objective:
        objectives = [each for each in bank.objectives if each.key == about.objective]
        wanted = {each.pk for each in objectives}
        exact = [each for each in asked if each.objectives & wanted]
    else:
        exact = [each for each in asked if _can_fail(bank, about, each)]
        wanted = {each.pk for each in bank.objectives if each.key in about.near}
        wanted = wanted.union(*(each.objectives for each in exact))
        objectives = [each for each in bank.objectives if each.pk in wanted]
    if not exact and not objectives:
        return None
    return Found(
        objectives,
        exact,
        [each for each in asked if each.objectives & wanted or each in exact],
    )


def aimed(bank: Bank, about: About) -> About:
    """The same, close to every question in which just this can be got wrong, graded ones too.

    For those who teach: the objectives of these questions come from what is right in them.
    """
    if about.objective:
        return about
    wanted: set[int] = set()
    for each in bank.questions:
        if _can_fail(bank, about, each):
            wanted |= each.objectives
    return replace(about, near=tuple(each.key for each in bank.objectives if each.pk in wanted))


def make(course: Course, about: About, enrolment: Enrolment | None) -> Set | None:
    """A set for somebody, with what is just this before what is close by; at most six queries."""
    found = find(bank(course), about)
    if found is None:
        return None
    versions = {each.pk: each.version for each in found.near}
    drawn = _drawn({each.pk for each in found.exact}, versions, _tries(enrolment, versions))
    known = QuestionVersion.objects.select_related("question").in_bulk(
        [versions[pk] for pk in drawn]
    )
    return Set(about, found.objectives, [known[versions[pk]] for pk in drawn], len(versions))


def _can_fail(bank: Bank, about: About, question: _Asked) -> bool:
    """Whether just this can be got wrong in a question."""
    answer = [misreading.Made(each, each.right) for each in bank.specs[question.digest].decisions]
    if about.pair is not None:
        return about.pair in misreading.offered(answer, question.lens)
    return about.error.casefold() in misreading.errors_offered(answer)


def _tries(enrolment: Enrolment | None, questions: Collection[int]) -> Mapping[int, int]:
    """How often somebody has tried each of these."""
    if enrolment is None:
        return {}
    return dict(
        CheckpointAnswer.objects.filter(enrolment=enrolment, version__question__in=questions)
        .order_by()
        .values_list("version__question")
        .annotate(times=Count("pk"))
    )


def _drawn(exact: Collection[int], near: Collection[int], tries: Mapping[int, int]) -> list[int]:
    """At most `SIZE` questions, the exact ones first; the same until somebody tries one."""
    rng = random.Random(0)  # noqa: S311  # repeatable, so that a page stays as it was
    first = min(SIZE, len(exact))
    seen = {str(pk): times for pk, times in tries.items()}
    pools = [[str(pk) for pk in exact]] * first
    others = [str(pk) for pk in near if pk not in exact]
    pools += [others] * min(SIZE - first, len(others))
    return [int(pk) for pk in draw(pools, rng=rng, seen=seen)] if pools else []


def question_in(course: Course, key: str) -> QuestionVersion | None:
    """A practice question of a course, in the version that is asked."""
    question: Question | None = (
        Question.objects.ready()
        .practice()
        .exclude(kind__in=BY_HAND)
        .filter(key=key, module__course=course)
        .select_related("current")
        .first()
    )
    return None if question is None else question.current
