"""Draws questions into the slots of an attempt."""

import random
from collections.abc import Collection, Mapping, Sequence

EMPTY = "Slot {place} has no question to draw from. Add one, or remove the slot."
TOO_FEW = (
    "There are too few different questions for all slots: {places} would stay empty."
    " Add questions to their pools, or remove slots."
)


def draw(
    slots: Sequence[Sequence[str]],
    *,
    rng: random.Random,
    seen: Mapping[str, int] = {},
    used: Mapping[str, int] = {},
    known: Collection[str] = (),
) -> list[str]:
    """One question key for each slot out of its pool, none twice.

    `seen` counts how often this student has met a question, `used` how often anybody has, and
    `known` are those whose answer this student was shown. Questions never met come first, then
    those met least; of these the ones least used, and among equals chance decides. The known ones
    come after all others. A slot with a fixed question is a pool of one. ValueError, with a
    sentence for the teacher, if the pools cannot fill every slot.

    The sets of questions that fit into slots together form a transversal matroid. So it is enough
    to offer the questions one by one, the best first, and to keep each that still fits after
    moving others between slots: no other draw has better questions, rank for rank. Costs at most
    questions × slots × the longest pool.
    """
    for place, pool in enumerate(slots, start=1):
        if not pool:
            raise ValueError(EMPTY.format(place=place))

    homes: dict[str, list[int]] = {}
    for slot, pool in enumerate(slots):
        for question in dict.fromkeys(pool):
            homes.setdefault(question, []).append(slot)

    # Sorted first, so that the draw depends on the seed alone and not on the pools' order.
    offered = sorted(homes)
    rng.shuffle(offered)
    offered.sort(key=lambda key: (key in known, seen.get(key, 0), used.get(key, 0)))
    for question in offered:
        rng.shuffle(homes[question])

    drawn: dict[int, str] = {}

    def settle(question: str, tried: set[int]) -> bool:
        """Give `question` a slot, moving others where that helps."""
        for slot in homes[question]:
            if slot in tried:
                continue
            tried.add(slot)
            if slot not in drawn or settle(drawn[slot], tried):
                drawn[slot] = question
                return True
        return False

    for question in offered:
        if len(drawn) == len(slots):
            break
        settle(question, set())

    missing = [place for place in range(1, len(slots) + 1) if place - 1 not in drawn]
    if missing:
        places = f"slot{'s' if len(missing) > 1 else ''} {', '.join(map(str, missing))}"
        raise ValueError(TOO_FEW.format(places=places))
    return [drawn[slot] for slot in range(len(slots))]
