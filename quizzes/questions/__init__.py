"""The kinds of questions, by the name that content files use."""

from collections.abc import Mapping

from .base import Choice, Kind, Part, digest, plain, text_of
from .classify import Classify
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
    )
}

__all__ = ["KINDS", "Choice", "Kind", "Part", "digest", "plain", "text_of"]
