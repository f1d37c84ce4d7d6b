"""How long attempts and their questions took, as far as stored answers can tell.

The server knows when an attempt began, when each answer was stored and when it was handed in, and
nothing of what its student did in between. So the time from one stored answer (or the beginning)
to the next is given to the question of the next; a question that was returned to has the sum. What
was stored in one request for several questions cannot be told apart, so these have no time, nor
has a question without an answer, nor what passed after the last one. Pauses are in it, which is
why middles are told and no means.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, groupby

from .intervals import Interval, of_median

Save = tuple[datetime, int]  # when an answer was stored, and the version of its question


@dataclass(frozen=True)
class Spread:
    """`n` times in seconds: their quartiles, and where 5 and 95 of 100 lie."""

    n: int
    low: float  # 5 of 100 took less
    first: float  # a quarter
    median: float
    third: float  # three quarters
    high: float  # 95 of 100
    interval: Interval | None = None  # of the median


def write(started: datetime, ended: datetime, saves: Iterable[Save]) -> str:
    """The times of an attempt: the whole seconds it took, then a line "version seconds" each."""
    taken: dict[int, float] = defaultdict(float)
    untold: set[int] = set()
    before = started
    for at, together in groupby(sorted(saves), key=lambda save: save[0]):
        versions = {version for _at, version in together}
        if len(versions) == 1:
            taken[versions.pop()] += (at - before).total_seconds()
        else:
            untold |= versions
        before = at
    lines = [f"{v} {max(0, round(s))}" for v, s in taken.items() if v not in untold]
    return "\n".join([str(max(0, round((ended - started).total_seconds()))), *lines])


def read(text: str) -> dict[int, int]:
    """The seconds given to each version, as `write` wrote them."""
    lines = text.split("\n")[1:]
    return {int(v): int(s) for v, _blank, s in (line.partition(" ") for line in lines)}


@dataclass(frozen=True)
class Paces:
    """How often each number of seconds was taken: by the attempts, and by version."""

    whole: Mapping[int, int]
    versions: Mapping[int, Mapping[int, int]]


def count(paces: Iterable[str]) -> Paces:
    """Count the times of a class; an empty text is an attempt of which nothing is known."""
    heads: list[str] = []
    lines: list[str] = []
    for pace in paces:
        head, _, rest = pace.partition("\n")
        heads.append(head)
        lines.append(rest)
    whole = {int(head): times for head, times in Counter(heads).items() if head}
    versions: dict[int, dict[int, int]] = defaultdict(dict)
    # As with sheets: joined and counted at once, Python looks at different lines only.
    for line, times in Counter("\n".join(lines).split("\n")).items():
        if line:
            version, seconds = map(int, line.split(" "))
            versions[version][seconds] = times
    return Paces(whole, dict(versions))


def spread(seconds: Mapping[int, int]) -> Spread | None:
    """None without any. Between two values it is interpolated (Hyndman and Fan 1996, type 7)."""
    n = sum(seconds.values())
    if not n:
        return None
    ordered = sorted(seconds)
    ends = list(accumulate(seconds[value] for value in ordered))  # how many are no larger

    def quantile(percent: int) -> float:
        place, part = divmod(percent * (n - 1), 100)
        lower = ordered[bisect_right(ends, place)]
        upper = ordered[bisect_right(ends, min(place + 1, n - 1))]
        return (100 * lower + part * (upper - lower)) / 100  # rounded once, at the end

    low, first, median, third, high = map(quantile, (5, 25, 50, 75, 95))
    return Spread(n, low, first, median, third, high, of_median(seconds))
