"""How a command sees the work go by, to show a progress bar."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

Thing = TypeVar("Thing")


class Watch(Protocol):
    """Passes things on, one by one, while they are worked on."""

    def __call__(self, things: Sequence[Thing], doing: str) -> Iterable[Thing]: ...


def unwatched(things: Sequence[Thing], doing: str) -> Iterable[Thing]:
    return things
