"""What looks wrong with a question, and what to do about it, in words for its teacher.

A flag is a reason to look, never a verdict: each says what was seen and what it may mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from .enough import Enough
from .intervals import Z
from .items import Item
from .options import Option

# Below it an option attracts nobody: a share of those asked (Haladyna and Downing 1993).
RAREST = 0.05
EASIEST = 0.95
WEAKEST = 0.15
FAR_MORE = 2  # times as many as chose the key


class Sign(StrEnum):
    WRONG_KEY = "wrong_key"
    NOBODY = "nobody"
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
FAVOURITE = (
    "Far more chose this option than the key. Compare both with the paragraph they rest on; if the"
    " key is wrong, correct it and look at a regrade; if it is right, this is a confusion to teach"
    " against."
)
NOBODY = (
    "Nobody earned anything on it. Look for a key that is wrong, or for a question that cannot be"
    " answered from what was taught."
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

    `choices` are the options of a question with one decision, counted against the rest of the quiz
    (against the total a key would be lifted by itself), `right` the keyed ones. Nothing is said
    below the sizes of `Enough`.
    """
    found = []
    if Enough.DISCRIMINATION.told(item.n):
        keys = [choices[key] for key in right]
        for key, option in choices.items():
            if key in right:
                continue
            if _draws_the_strong(option, keys):
                found.append(Flag(Sign.WRONG_KEY, WRONG_KEY, key))
            elif keys and _is_favourite(option, keys):
                found.append(Flag(Sign.WRONG_KEY, FAVOURITE, key))
        sign = _of_the_whole(item, guess)
        if sign is not None:
            found.append(sign)
        if item.facility is not None and item.facility > EASIEST:
            found.append(Flag(Sign.EASY, EASY))
        elif len(choices) > 2:
            found += [
                Flag(Sign.DEAD, DEAD, key)
                for key, option in choices.items()
                if key not in right and option.share < RAREST
            ]
    return found


def _of_the_whole(item: Item, guess: Fraction) -> Flag | None:
    """The gravest of what is wrong with the marks, whether or not they correlate with anything."""
    if item.facility is None:
        return None
    if item.facility <= 0:
        return Flag(Sign.NOBODY, NOBODY)
    if item.discrimination is not None and item.discrimination < 0:
        return Flag(Sign.NEGATIVE, NEGATIVE)
    if item.facility < float(guess) * 0.9:
        return Flag(Sign.GUESSED, GUESSED)
    if (
        item.discrimination is not None
        and item.discrimination < WEAKEST
        and item.facility <= EASIEST
    ):
        return Flag(Sign.WEAK, WEAK)
    return None


def _draws_the_strong(option: Option, keys: Sequence[Option]) -> bool:
    """Whether it goes with the rest more than any key does, by more than chance would have it."""
    best = max((key.point_biserial or 0.0 for key in keys), default=0.0)
    return _is_certain(option) and (option.point_biserial or 0.0) > best


def _is_favourite(option: Option, keys: Sequence[Option]) -> bool:
    """Whether far more chose it than any key, and no key is known to draw the strong.

    A sign test among those who chose one of the two: (a - b)² > z² (a + b).
    """
    most = max(key.chosen for key in keys)
    more, both = option.chosen - most, option.chosen + most
    return (
        option.chosen >= FAR_MORE * most
        and more > 0
        and more * more > Z * Z * both
        and not any(map(_is_certain, keys))
    )


def _is_certain(option: Option) -> bool:
    """Whether it draws the strong beyond what chance explains."""
    return option.interval is not None and option.interval.low > 0
