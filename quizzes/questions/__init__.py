"""The kinds of questions, by the name that content files use."""

from collections.abc import Mapping

from .base import Kind, digest, plain
from .single import Single

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (Single(),)}

__all__ = ["KINDS", "Kind", "digest", "plain"]
