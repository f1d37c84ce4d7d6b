"""What looks wrong with a question, and what to do about it, in words for its teacher.

A flag is a reason to look, never a verdict: each says what was seen and what it may mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from .enough import Enough
from .items import Item
from .options import Option

# Below it an option attracts nobody: a share of those asked (Haladyna and Downing 1993).
RAREST = 0.05
EASIEST = 0.95
WEAKEST = 0.15
CERTAIN = 0.10  # a correlation that is hardly chance at these sizes


class Sign(StrEnum):
    WRONG_KEY = "wrong_key"
    NEGATIVE = "negative"
    GUESSED = "guessed"
    WEAK = "weak"
    EASY = "easy"
    DEAD = "dead"


@dataclass(frozen=True)
class Flag:
    """`option` is the choice it is about, "" for the question as a whole."""

    sign: Sign
    sentence: str
    option: str = ""


WRONG_KEY = (
    "Those who did well on the rest chose this option rather than the key. Compare both with the"
    " paragraph they rest on; if the key is wrong, correct it and look at a regrade."
)
NEGATIVE = (
    "Those who did well on the rest did worse here than others. Read the question as a student"
    " would: is it ambiguous, or a trap? Then mend it, or give everybody the points."
)
GUESSED = "Fewer got it right than blind choice would. Look for a trap, or a key that is wrong."
WEAK = (
    "It hardly tells the strong from the weak. That is no fault in a question meant to be easy or"
    " to open a new topic; otherwise sharpen what it asks."
)
EASY = "Nearly everybody gets it right, so it says little about anybody. Keep it as a warm-up."
DEAD = (
    "Hardly anybody chooses this option, so it only lengthens the question. Replace it with a"
    " confusion that students really have."
)


def flags(
    item: Item,
    *,
    guess: Fraction,
    choices: Mapping[str, Option],
    right: Sequence[str] = (),
) -> list[Flag]:
    """What to look at in one question; `guess` is what blind choice earns, 0..1.

    `choices` are the options of a question with one decision, `right` the keyed ones. Nothing is
    said below the sizes of `Enough`.
    """
    found = []
    if Enough.DISCRIMINATION.told(item.n):
        for key, option in choices.items():
            if key not in right and _draws_the_strong(option, [choices[k] for k in right]):
                found.append(Flag(Sign.WRONG_KEY, WRONG_KEY, key))
        if item.discrimination is not None and item.facility is not None:
            if item.discrimination < 0:
                found.append(Flag(Sign.NEGATIVE, NEGATIVE))
            elif item.facility < float(guess) * 0.9:
                found.append(Flag(Sign.GUESSED, GUESSED))
            elif item.discrimination < WEAKEST and item.facility <= EASIEST:
                found.append(Flag(Sign.WEAK, WEAK))
        if item.facility is not None and item.facility > EASIEST:
            found.append(Flag(Sign.EASY, EASY))
        elif len(choices) > 2:
            found += [
                Flag(Sign.DEAD, DEAD, key)
                for key, option in choices.items()
                if key not in right and option.share < RAREST
            ]
    return found


def _draws_the_strong(option: Option, keys: Sequence[Option]) -> bool:
    best = max((key.point_biserial or 0.0 for key in keys), default=0.0)
    return option.point_biserial is not None and option.point_biserial > max(CERTAIN, best)
