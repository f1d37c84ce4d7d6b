"""What an attempt asks and is marked out of: drawn ahead of the lock, with what that rests on."""

import random
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any

from django.db.models import BigIntegerField, Count, F, Max, QuerySet, Subquery

from courses.models import Enrolment
from courses.models.prepared import Prepared
from courses.refusals import Refused
from quizzes.models import (
    Attempt,
    CheckpointAnswer,
    Item,
    QuestionVersion,
    Quiz,
    Response,
    Reveal,
    Slot,
)
from quizzes.questions import KINDS
from quizzes.seeing import revealing
from quizzes.sitting import composing

# What an attempt is started under; its texts and its place in the course are not.
SETTINGS = [
    field.name
    for field in Quiz._meta.concrete_fields
    if not (field.is_relation or field.primary_key or field.name.startswith("intro"))
]


@dataclass(frozen=True)
class Drawn:
    """What an attempt would ask, in its order: each with the order of its options."""

    filled: Sequence[composing.Filled]
    orders: Sequence[Any]
    left_out: Collection[int]  # asked, and not counted
    # What it was drawn from; where that is another now, it is drawn again.
    basis: "Basis"

    @property
    def known(self) -> int:
        """How many questions would earn nothing, since their answers may have been seen."""
        return sum(version.pk in self.left_out for _slot, version in self.filled)


def draw(
    enrolment: Enrolment, quiz: Quiz, basis: "Basis", *, now: datetime, seed: int | None
) -> Drawn:
    """What an attempt would ask of this student now. Raises `Refused` where a slot stays empty."""
    rng = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311
    # Asked only where it decides: what is drawn, or what counts; and of nobody who is new here.
    known: Callable[[], Collection[int]] = frozenset
    if basis.has_a_past:
        known = cache(partial(revealing.known_versions, enrolment, now=now))
    filled = composing.compose(enrolment, quiz, rng=rng, known=known, slots=basis.slots)
    left_out = known() if quiz.leaves_out_known else frozenset()
    return Drawn(filled, arranged(quiz, filled, rng), left_out, basis)


def draw_ahead(
    enrolment: Enrolment, quiz: Quiz, *, now: datetime, seed: int | None
) -> Drawn | None:
    """Drawn before the lock is taken, for which everybody else waits who starts or saves.

    On SQLite one writes at a time: a class that starts together waited four fifths of its time
    for the draws of the others. None where it cannot be drawn: why is said in its turn.
    """
    basis = basis_of(enrolment, quiz)
    basis.set(quiz)
    try:
        return draw(enrolment, quiz, basis, now=now, seed=seed)
    except Refused:
        return None


def known_again(enrolment: Enrolment, quiz: Quiz, *, now: datetime) -> tuple[int, int]:
    """Of how many questions that an attempt would ask now, how many would earn nothing.

    For the page before a start, which draws anew: of pools it may be others. Some ten queries;
    (0, 0) without any where all count, or where no attempt could be put together.
    """
    ahead = draw_ahead(enrolment, quiz, now=now, seed=0) if quiz.leaves_out_known else None
    return (0, 0) if ahead is None else (ahead.known, len(ahead.filled))


def asked_before(
    enrolment: Enrolment, quiz: Any, *, now: datetime, besides: Attempt | None = None
) -> frozenset[int]:
    """The versions that this person's attempts at a quiz asked until `now`, in any cohort.

    `besides` is one that is not meant. One query.
    """
    asked = Item.objects.filter(
        attempt__quiz=quiz,
        attempt__enrolment__user=enrolment.user_id,
        attempt__started_at__lte=now,
    )
    if besides is not None:
        asked = asked.exclude(attempt=besides.pk)
    return frozenset(asked.order_by().values_list("version", flat=True))


def out_of(asked: Iterable[tuple[Decimal, int, bool]], before: Collection[int]) -> Decimal:
    """The points of an attempt's questions, each with its version and whether it counts.

    One whose answer is known earns nothing. Where an attempt `before` at this quiz asked it, it
    stays in the total all the same, or who had checked what they cannot answer would be asked the
    rest only, and get full marks for it. What was met elsewhere is left out: to practise costs
    nothing.
    """
    return sum(
        (points for points, version, counts in asked if counts or version in before), Decimal(0)
    )


@dataclass(frozen=True)
class Basis:
    """What a draw rests on and may have changed until the lock is held."""

    slots: Sequence[Slot] = field(compare=False)
    settings: tuple[Any, ...]  # as `SETTINGS` names them
    standing: tuple[Any, ...]  # as `STANDING` does
    rows: Sequence[tuple[Any, ...]]  # of the slots, all columns

    def set(self, quiz: Quiz) -> None:
        """Give a quiz that was read at another time its settings of now."""
        for name, value in zip(SETTINGS, self.settings, strict=True):
            setattr(quiz, name, value)

    @property
    def has_a_past(self) -> bool:
        """Whether this person was asked anything before."""
        return bool(self.standing[TRIED] or self.standing[IN_LESSONS])


def basis_of(enrolment: Enrolment, quiz: Quiz) -> Basis:
    """As it is now; one query."""
    slots = BASIS.all(quiz=quiz.pk, user=enrolment.user_id)
    if not slots:
        return Basis((), tuple(getattr(quiz, name) for name in SETTINGS), (None,) * 5, ())
    first = vars(slots[0])
    return Basis(
        slots,
        tuple(first[f"set_{name}"] for name in SETTINGS),
        tuple(first[f"stands_{at}"] for at in range(5)),
        [
            tuple(vars(slot)[field.attname] for field in Slot._meta.concrete_fields)
            for slot in slots
        ],
    )


def _newest(rows: QuerySet[Any], by: str, **of: Any) -> Subquery:
    return Subquery(
        rows.filter(**of).order_by().values(by).annotate(newest=Max("pk")).values("newest")[:1]
    )


TRIED, IN_LESSONS = 0, 2  # places in the following


def _standing(user: Any) -> tuple[Subquery, ...]:
    """Of one person, all that only grows and by which more answers may have been shown to them.

    Their attempts, which of them ended or were looked at, what they asked for, in lessons, and
    what they had checked. Of all questions, the newest version: a draw from before it might ask
    what has been mended.
    """
    return (
        Subquery(
            Attempt.objects.filter(enrolment__user=user)
            .order_by()
            .values("enrolment__user")
            .annotate(grows=Count("pk") + Count("submitted_at") + Count("shown_at"))
            .values("grows")[:1]
        ),
        _newest(Reveal.objects.all(), "enrolment__user", enrolment__user=user),
        _newest(CheckpointAnswer.objects.all(), "enrolment__user", enrolment__user=user),
        _newest(
            Response.objects.filter(checked=True),
            "item__attempt__enrolment__user",
            item__attempt__enrolment__user=user,
        ),
        Subquery(QuestionVersion.objects.order_by("-pk").values("pk")[:1]),
    )


# The slots of a quiz, and on each of them how the quiz is set and how its student stands: whatever
# decides a draw comes in one statement.
BASIS = Prepared[Slot](
    lambda quiz, user: (
        Slot.objects.filter(quiz=quiz)
        .select_related("section")
        .annotate(**{f"set_{name}": F(f"quiz__{name}") for name in SETTINGS})
        .annotate(**{f"stands_{at}": each for at, each in enumerate(_standing(user))})
        .order_by("position")
    ),
    quiz=BigIntegerField(),
    user=BigIntegerField(),
)


def frozen(
    attempt: Attempt,
    filled: Sequence[tuple[Slot, QuestionVersion]],
    rng: random.Random,
    *,
    left_out: Collection[int] = (),
) -> list[Item]:
    """The questions of an attempt with the order of their options, not stored yet.

    Versions in `left_out`, by primary key, are asked and do not count.
    """
    return items_of(attempt, filled, arranged(attempt.quiz, filled, rng), left_out)


def arranged(quiz: Quiz, filled: Sequence[composing.Filled], rng: random.Random) -> list[Any]:
    """The order of the options of each question."""
    return [
        KINDS[version.kind].arrange(version.spec, rng, quiz.shuffle_options)
        for _slot, version in filled
    ]


def items_of(
    attempt: Attempt,
    filled: Sequence[composing.Filled],
    orders: Sequence[Any],
    left_out: Collection[int],
) -> list[Item]:
    return [
        Item(
            attempt=attempt,
            position=position,
            version=version,
            order=order,
            points=slot.points,
            slot=slot.position,
            counts=version.pk not in left_out,
        )
        for position, ((slot, version), order) in enumerate(
            zip(filled, orders, strict=True), start=1
        )
    ]
