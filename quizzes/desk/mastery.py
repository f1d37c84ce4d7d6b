"""Who can do what an objective says: of the newest answers, how many are right.

The rule: looked at are a student's newest `LAST` answers to questions of the objective, a blank
one too. Somebody has it with at least `NEEDED` of them wholly right; with fewer than `NEEDED`
answers it is too early to say. Older answers do not count: who has learnt it since, has it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from quizzes.statistics import Enough, Interval, proportion
from quizzes.statistics.intervals import of_mean

LAST = 3
NEEDED = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """One student at one objective: of `of` answers `right`; `share` 0..1 of their points."""

    right: int
    of: int
    share: float

    @property
    def early(self) -> bool:
        return self.of < NEEDED

    @property
    def mastered(self) -> bool:
        return self.right >= NEEDED


def standing(newest: Iterable[tuple[int, int]]) -> Standing:
    """From (mark, worth) of the newest answers, at most `LAST` of them, at least one."""
    marks = [(max(mark, 0), worth) for mark, worth in newest]
    worth = sum(each for _mark, each in marks)
    return Standing(
        right=sum(mark >= of > 0 for mark, of in marks),
        of=len(marks),
        share=sum(mark for mark, _of in marks) / worth if worth else 0.0,
    )


@dataclass(frozen=True)
class Mastery:
    """A class at one objective. `share` is the mean over its `n` students, each once."""

    n: int
    share: float | None
    interval: Interval | None
    mastered: int
    judged: int  # students with answers enough

    @property
    def told(self) -> bool:
        return Enough.FACILITY.told(self.n)

    @property
    def mastered_interval(self) -> Interval | None:
        if not Enough.FACILITY.told(self.judged):
            return None
        return proportion(self.mastered, self.judged)


def of_class(students: Iterable[Standing]) -> Mastery:
    """The students that have answered anything on it."""
    found = list(students)
    n = len(found)
    judged = [each for each in found if not each.early]
    share = sum(each.share for each in found) / n if n else None
    interval = None
    if share is not None and Enough.FACILITY.told(n):
        spread = sqrt(sum((each.share - share) ** 2 for each in found) / (n - 1))
        interval = of_mean(share, spread, n, lowest=0.0, highest=1.0)
    return Mastery(n, share, interval, sum(each.mastered for each in judged), len(judged))
