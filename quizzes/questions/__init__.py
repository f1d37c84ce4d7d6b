"""The kinds of questions, by the name that content files use."""

from collections.abc import Mapping

from .base import Choice, Kind, Part, digest, plain, text_of
from .matching import Matching
from .multiple import Multiple
from .ordering import Ordering
from .single import Single
from .truefalse import TrueFalse

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (Single(), Multiple(), TrueFalse(), Matching(), Ordering())
}

__all__ = ["KINDS", "Choice", "Kind", "Part", "digest", "plain", "text_of"]
