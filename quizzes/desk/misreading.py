"""What a wrong answer says: which lens was meant and which chosen, and which misconception.

Authors tag options with a lens, a misconception, or both. In matching and classifying the answers
themselves may be the lenses: then their keys say so. What was meant is the lens of the right
choices; where they carry none, it is that of the question's module, and where that has none
either, no lens was meant.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from quizzes.questions.base import LENSES, Kind, Part, Response, Spec
from quizzes.statistics import Enough, Interval, proportion

# Where an answer came down, besides on a lens.
RIGHT = "right"
OTHER = "other"  # wrong, in the words of no lens
COLUMNS = (RIGHT, *LENSES, OTHER)
SPOKEN_FOR = frozenset(LENSES)
NO_LENS = ""
ROWS = (*LENSES, NO_LENS)

# What no count needs of a spec: most of its size.
LEFT_OUT = frozenset({"feedback", "evidence", "hints", "why"})


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that can be chosen, and what choosing it says."""

    right: bool
    lens: str
    error: str  # the misconception, in the author's words


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of a question; `meant` is None where its right choices are of several lenses.

    What the counts ask again and again is worked out once: the columns of the map where it can
    come down, the misconceptions that it offers, and the keys of what is right.
    """

    part: str
    ways: Mapping[str, Way]
    meant: str | None
    columns: frozenset[str]
    errors: frozenset[str]
    right: frozenset[str]

    def meant_in(self, lens: str) -> str | None:
        """The lens that was meant, in a module of this lens."""
        return lens if self.meant == NO_LENS else self.meant


@dataclass(frozen=True, slots=True)
class Made:
    """A decision as somebody made it: the keys that were chosen, none if it was left open."""

    decision: Decision
    chosen: frozenset[str]

    @property
    def right(self) -> bool:
        return self.chosen == self.decision.right

    @property
    def slips(self) -> list[Way]:
        """The wrong choices; one that was typed and is nobody's option is no lens's."""
        ways = [self.decision.ways.get(key, UNLISTED) for key in self.chosen]
        return [way for way in ways if not way.right]

    @property
    def columns(self) -> set[str]:
        """Where it came down: on the right, or on each lens that its wrong choices speak for."""
        return {_column(way) for way in self.slips} or {RIGHT}

    @property
    def errors(self) -> set[str]:
        return {way.error for way in self.slips if way.error}


UNLISTED = Way(right=False, lens="", error="")


def lean(spec: Any) -> Any:
    """A spec without the texts that explain it: all that `decisions` and `made` need."""
    if isinstance(spec, Mapping):
        return {key: lean(value) for key, value in spec.items() if key not in LEFT_OUT}
    return [lean(each) for each in spec] if isinstance(spec, list) else spec


def decisions(kind: Kind, spec: Spec) -> tuple[Decision, ...]:
    """The decisions that students make; none where a person marks."""
    return () if kind.by_hand else tuple(map(_decision, kind.describe(spec)))


def _decision(part: Part) -> Decision:
    ways = {
        choice.key: Way(
            choice.right,
            choice.lens or (choice.key if choice.key in LENSES else ""),
            " ".join(choice.misconception.split()),
        )
        for choice in part.choices
    }
    meant = {way.lens for way in ways.values() if way.right}
    return Decision(
        part=part.key,
        ways=ways,
        meant=meant.pop() if len(meant) == 1 else None,
        columns=frozenset(map(_column, ways.values())),
        errors=frozenset(way.error for way in ways.values() if way.error and not way.right),
        right=frozenset(key for key, way in ways.items() if way.right),
    )


def _column(way: Way) -> str:
    return RIGHT if way.right else way.lens or OTHER


def made(kind: Kind, spec: Spec, known: Iterable[Decision], response: Response) -> list[Made]:
    """How each of a question's decisions was made by an answer."""
    chosen: dict[str, set[str]] = defaultdict(set)
    for part, choice in kind.picks(spec, response):
        chosen[part].add(choice)
    return [Made(decision, frozenset(chosen[decision.part])) for decision in known]


# --- Counting ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the answers that could have come down here did."""

    hits: int
    n: int

    @property
    def told(self) -> bool:
        return Enough.FACILITY.told(self.n)

    @property
    def share(self) -> float:
        return self.hits / self.n if self.n else 0.0

    @property
    def interval(self) -> Interval | None:
        return proportion(self.hits, self.n) if self.told else None

    @property
    def rank(self) -> tuple[float, int]:
        """For lists, the worst last: the low end of the interval, so that few do not outrank many.

        What is too little to tell comes before all that is told.
        """
        return (self.interval.low if self.interval else -1.0, self.hits)


Pair = tuple[str, str]  # meant, where it came down


def is_mixed_up(pair: Pair) -> bool:
    """Whether a pair is a lens mistaken for another one: no right answer, no other kind of slip."""
    meant, column = pair
    return column in LENSES and column != meant


def offered(answer: Iterable[Made], lens: str) -> set[Pair]:
    """The places of the map where an answer could come down, in a module of this lens.

    Of the decisions that were made; those in which no lens can be mixed up are left out.
    """
    return set().union(*(_places(one.decision, lens) for one in answer if one.chosen))


def landed(answer: Iterable[Made], lens: str) -> set[Pair]:
    """The places where it did come down; right where all that meant a lens is right."""
    found = set()
    for one in answer:
        places = _places(one.decision, lens) if one.chosen else set()
        for meant in {meant for meant, _column in places}:
            found |= {(meant, column) for column in one.columns} & places
    wrong = {meant for meant, column in found if column != RIGHT}
    return found - {(meant, RIGHT) for meant in wrong}


def _places(decision: Decision, lens: str) -> set[Pair]:
    meant = decision.meant_in(lens)
    if meant is None or not decision.columns & SPOKEN_FOR - {meant}:
        return set()
    return {(meant, column) for column in decision.columns}


def errors_offered(answer: Iterable[Made]) -> set[str]:
    """The misconceptions that an answer could have fallen for, folded so that words compare."""
    return {error.casefold() for one in answer if one.chosen for error in one.decision.errors}


def errors_made(answer: Iterable[Made]) -> set[str]:
    return {error.casefold() for one in answer for error in one.errors}


@dataclass(frozen=True)
class Misread:
    """What a class mixed up: the map of lenses, and the misconceptions by their words."""

    pairs: Mapping[Pair, Share]
    errors: Mapping[str, Share]

    def worst_pairs(self) -> list[tuple[Pair, Share]]:
        """Lenses taken for others, the most certain first; those that nobody mixed up are out.

        Where no lens was meant none was taken for another: that stands in the map alone.
        """
        mixed = [(pair, share) for pair, share in self.pairs.items() if is_mixed_up(pair)]
        return _worst((pair, share) for pair, share in mixed if pair[0] != NO_LENS)

    def worst_errors(self) -> list[tuple[str, Share]]:
        return _worst(self.errors.items())


def _worst(shares: Iterable[tuple[Any, Share]]) -> list[tuple[Any, Share]]:
    met = sorted((each for each in shares if each[1].hits), key=lambda each: str(each[0]))
    return sorted(met, key=lambda each: each[1].rank, reverse=True)


def count(answers: Iterable[tuple[Collection[Made], str, int]]) -> Misread:
    """Count answers, each as (its decisions as made, its module's lens, how often).

    A decision that was left open counts nowhere, and an answer counts once at each place, however
    many of its decisions came down there. Misconceptions are told apart by their words, whatever
    the case of their letters.
    """
    hits: Counter[Pair] = Counter()
    could: Counter[Pair] = Counter()
    met: Counter[str] = Counter()
    might: Counter[str] = Counter()
    words: dict[str, str] = {}
    for answer, lens, times in answers:
        pairs = offered(answer, lens)
        for pair in pairs:
            could[pair] += times
        for pair in landed(answer, lens) if pairs else ():
            hits[pair] += times
        for error in errors_offered(answer):
            might[error] += times
        for error in errors_made(answer):
            met[error] += times
        for one in answer:
            for error in one.decision.errors:
                words[error.casefold()] = min(error, words.get(error.casefold(), error))
    return Misread(
        {pair: Share(hits[pair], n) for pair, n in could.items()},
        {words[error]: Share(met[error], n) for error, n in might.items()},
    )
