"""The kinds of questions, by the name that content files use."""

from collections.abc import Mapping

from .base import Choice, Kind, NeedsMarking, Part, digest, plain, text_of
from .classify import Classify
from .essay import Essay
from .eventdate import EventDate
from .gaptext import GapText
from .matching import Matching
from .multiple import Multiple
from .numeric import Numeric
from .ordering import Ordering
from .shorttext import ShortText
from .single import Single
from .truefalse import TrueFalse

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Single(),
        Multiple(),
        TrueFalse(),
        Matching(),
        Ordering(),
        Classify(),
        ShortText(),
        Numeric(),
        GapText(),
        EventDate(),
        Essay(),
    )
}

# The kinds whose answers a person marks. Only a slot that names such a question asks it: a draw
# would make a quiz wait for its markers now and then.
BY_HAND = frozenset(name for name, kind in KINDS.items() if kind.by_hand)

__all__ = [
    "BY_HAND",
    "KINDS",
    "Choice",
    "Kind",
    "NeedsMarking",
    "Part",
    "digest",
    "plain",
    "text_of",
]
