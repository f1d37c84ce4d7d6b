"""How well somebody knows what they know: how sure they were, and how often they were right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, JSONField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from courses.charts import calibration as chart
from courses.models import Course, User
from quizzes.models import Attempt, Item, Mark
from quizzes.questions import KINDS, text_of
from quizzes.reporting import telling
from quizzes.seeing import revealing
from quizzes.seeing.visibility import Item as Visible
from quizzes.sitting import reports, tries
from quizzes.sitting.behaviours import Rules
from quizzes.sitting.reports import Proof
from quizzes.sitting.trials import LEVELS
from quizzes.statistics import Interval, proportion

ENOUGH = 5  # answers at a level: below that, one more answer moves the share by a fifth
LISTED = 20  # of the answers that were sure and wrong, the newest

# Where the share right belongs if a level was meant: between the chances at which it is the best
# choice on the classic scale (`behaviours.scaled`).
BANDS = {1: (0.0, 2 / 3), 2: (2 / 3, 4 / 5), 3: (4 / 5, 1.0)}


@dataclass(frozen=True)
class Level:
    level: int
    label: str
    right: int
    of: int

    @property
    def share(self) -> float | None:
        """The share right, 0..1; None while there are too few answers to tell."""
        return self.right / self.of if self.of >= ENOUGH else None

    @property
    def percent(self) -> int | None:
        return None if self.share is None else round(100 * self.share)

    @property
    def interval(self) -> Interval | None:
        """Where the share right lies (Wilson); None while there are too few answers to tell."""
        return proportion(self.right, self.of) if self.of >= ENOUGH else None

    @property
    def between(self) -> str:
        return telling.within(self.interval, telling.percent)

    @property
    def verdict(self) -> str:
        """What chance alone does not explain: the whole interval lies outside what was claimed."""
        low, high = BANDS[self.level]
        found = self.interval
        if found is None:
            return _("too few to tell")
        if found.high < low:
            return _("surer than right")
        if found.low > high:
            return _("more right than sure")
        if low <= found.low and found.high <= high:
            return _("as sure as right")
        return _("as sure as right, as far as can be told")


@dataclass(frozen=True)
class Slip:
    """An answer that its student was very sure of, and that was wrong."""

    prompt: str  # plain text
    attempt: UUID
    quiz: str
    position: int
    proofs: Sequence[Proof]

    @property
    def lessons(self) -> list[tuple[str, str]]:
        """(lesson, address) to read again, each lesson once, at the first paragraph it rests on."""
        first: dict[str, str] = {}
        for proof in self.proofs:
            first.setdefault(proof.lesson, proof.url)
        return list(first.items())


@dataclass(frozen=True)
class Calibration:
    levels: Sequence[Level]
    unsaid: int  # answers without a word on certainty
    slips: Sequence[Slip]
    enough: int
    svg: str

    @property
    def answers(self) -> int:
        return sum(level.of for level in self.levels)


def of(user: User, course: Course, *, now: datetime) -> Calibration:
    """What somebody's finished attempts in a course say; at most twelve queries.

    Only of questions whose rightness they may see, and of none that they are being asked at the
    moment. Of several tries the first one counts: after it they knew more.
    """
    mine = Attempt.objects.filter(enrolment__user=user, quiz__activity__module__course=course)
    pasts = revealing.pasts(mine.order_by("-submitted_at", "pk"), now=now)
    seen = {
        attempt.pk: items
        for attempt, past in pasts
        if attempt.state == Attempt.State.SUBMITTED
        and Rules.read(attempt.rules).asks
        and Visible.CORRECTNESS in (items := past.visible)
    }
    counts = {level: [0, 0] for level in LEVELS}
    unsaid, slips = 0, []
    given = tries.given(list(seen)) if seen else {}
    for item, attempt, kind, spec in _asked(user, list(seen)) if seen else ():
        answers = given.get(item)
        if not answers or KINDS[kind].by_hand:
            continue
        outcome = KINDS[kind].outcome(spec, answers[0].answer)
        if outcome == "blank":
            continue
        if answers[0].certainty not in counts:
            unsaid += 1
            continue
        count = counts[answers[0].certainty]
        count[0] += outcome == "right"
        count[1] += 1
        if answers[0].certainty == max(LEVELS) and outcome == "wrong":
            slips.append((item, attempt))
    levels = [Level(at, _(LEVELS[at]), right, of) for at, (right, of) in counts.items()]
    order = {attempt.pk: place for place, (attempt, _past) in enumerate(pasts)}
    slips.sort(key=lambda slip: order[slip[1]])
    return Calibration(
        levels=levels,
        unsaid=unsaid,
        slips=_slips([item for item, _attempt in slips[:LISTED]], seen, given),
        enough=ENOUGH,
        svg=chart.draw(
            [
                chart.Bar(level.label, level.share, level.of, *BANDS[level.level])
                for level in levels
            ],
            said=_("How often you were right at each level of certainty; the table says the same."),
        ),
    )


def _key_that_counts(field: str) -> Coalesce:
    """A field of the version whose key the newest mark used, else of the one that was asked."""
    newest = Mark.objects.filter(item=OuterRef("pk")).order_by("-pk")
    return Coalesce(
        Subquery(newest.values(f"version__{field}")[:1]),
        F(f"version__{field}"),
        output_field=JSONField(),
    )


def _asked(user: User, attempts: Sequence[UUID]) -> Any:
    """(item, attempt, kind, spec) of the questions that may be spoken of."""
    at_work = Item.objects.current().filter(
        attempt__enrolment__user=user, attempt__state=Attempt.State.OPEN
    )
    return (
        Item.objects.current()
        .filter(~Q(version__in=at_work.order_by().values("version")), attempt__in=attempts)
        .annotate(key=_key_that_counts("spec"))
        .order_by("attempt", "position")
        .values_list("pk", "attempt", "version__kind", "key")
    )


def _slips(items: Sequence[int], seen: Any, given: Any) -> list[Slip]:
    """The answers to these items, in their order, with what they rest on; three queries."""
    if not items:
        return []
    rows = {
        row.pk: row
        for row in Item.objects.filter(pk__in=items)
        .select_related("attempt__quiz__activity")
        .annotate(kind=F("version__kind"), content=_key_that_counts("content"))
    }
    proofs = reports.proofs_of(list(rows.values()))
    found = []
    for pk in items:
        row = rows[pk]
        may_see = seen[row.attempt_id]
        answer = given[pk][0].answer
        review = KINDS[row.kind].review(row.content, row.order, answer, items=may_see)
        found.append(
            Slip(
                prompt=text_of(row.content["prompt"]),
                attempt=row.attempt_id,
                quiz=row.attempt.quiz.activity.title,
                position=row.position,
                proofs=reports.shown_proofs(row, review, may_see, proofs),
            )
        )
    return found
