"""Checks of a spec that names rows of the reference data."""

from collections.abc import Collection
from typing import Any

from courses import dates
from courses.charts.drawing import inside
from courses.rendering.faults import Fault

NOT_KEYS = "This must be a list of keys, such as [nato, csto]."
NO_SUCH = "No {what} has the key “{key}”. Mend the key, or add the {what} first."
TWICE = "“{key}” is named twice. Keep one."
BACKWARDS = "This ends before it begins. Exchange the two, or mend one."


def is_known(key: Any, known: Collection[str]) -> bool:
    """Whether something is a key at all, and one of these."""
    return isinstance(key, str) and key in known


def check_keys(value: Any, path: str, what: str, known: Collection[str]) -> list[Fault]:
    """Faults of a list of keys of which each must be known and stand once."""
    if not isinstance(value, list | tuple) or not value:
        return [Fault(path, NOT_KEYS)]
    faults = []
    seen: set[str] = set()
    for at, key in enumerate(value):
        place = f"{path}[{at}]"
        if not is_known(key, known):
            faults.append(Fault(place, NO_SUCH.format(what=what, key=key)))
        elif key in seen:
            faults.append(Fault(place, TWICE.format(key=key)))
        else:
            seen.add(key)
    return faults


def check_span(spec: Any) -> list[Fault]:
    """Faults of the dates `from` and `to`, either of which may be left out."""
    faults = []
    known: dict[str, dates.PartialDate] = {}
    for name in ("from", "to"):
        if name not in spec:
            continue
        try:
            known[name] = dates.parse(str(spec[name]))
        except ValueError as error:
            faults.append(Fault(inside("", name), str(error)))
    if len(known) == 2 and known["to"].last < known["from"].first:
        faults.append(Fault("to", BACKWARDS))
    return faults


def overlaps(begins: str, ends: str, spec: Any) -> bool:
    """Whether a time that lasts from `begins` to `ends` touches the span of a checked spec.

    An empty date is open to its side.
    """
    too_late = (
        "to" in spec and begins and dates.parse(begins).first > dates.parse(str(spec["to"])).last
    )
    if too_late:
        return False
    if "from" in spec and ends:
        return dates.parse(ends).last >= dates.parse(str(spec["from"])).first
    return True
