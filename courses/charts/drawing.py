"""What every drawing shares: escaping, wrapping by counted widths, checks of a spec's shape.

An SVG has no line breaks of its own and the server has no fonts, so lines are broken by adding up
typical widths. They are guesses on the wide side: a line that comes out short looks better than one
that leaves its box.
"""

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from html import escape
from typing import Any

from courses.rendering.faults import Fault

WIDTH = 360  # user units of every drawing: a small telephone shows them one to a pixel
FONT = 14
LINE = 18  # from one line of text to the next
MAX_TEXT = 300

NOT_OBJECT = "This must be an object with the keys {keys}."
MISSING = "“{key}” is missing. Add it."
UNKNOWN = "“{key}” means nothing here. The keys are {keys}."
NOT_TEXT = "This must be text. Put it in quotation marks."
EMPTY = "This is empty. Write a few words."
TOO_LONG = "This text has {length} characters of at most {most}. Shorten it."
NOT_LIST = "This must be a list of {number}."
NOT_NUMBER = "This must be a number of at most 8 signs."


@dataclass(frozen=True)
class Drawing:
    """One kind's share of a figure: the inside of its SVG, and the same data as HTML."""

    height: int
    svg: str
    data: str
    data_name: str  # "table" or "list"
    note: str = ""


def width_of(text: str) -> float:
    """Roughly how wide a line is, in user units, at the size FONT."""
    return FONT * sum(map(_share, text))


def _share(sign: str) -> float:
    if unicodedata.combining(sign):
        return 0.0
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.05
    if sign in " .,:;'’‘|!()[]fijlrtI":
        return 0.36
    if sign in "mwMW—%@":
        return 0.95
    return 0.72 if sign.isupper() else 0.58


def wrap(text: str, width: float) -> list[str]:
    """Break a text into lines of at most `width` units; a word longer than that is cut."""
    lines = [""]
    for word in text.split():
        for piece in _pieces(word, width):
            longer = f"{lines[-1]} {piece}".strip()
            if width_of(longer) <= width or not lines[-1]:
                lines[-1] = longer
            else:
                lines.append(piece)
    return lines


def _pieces(word: str, width: float) -> Iterator[str]:
    piece = ""
    for sign in word:
        if piece and width_of(piece + sign) > width:
            yield piece
            piece = ""
        piece += sign
    if piece:
        yield piece


def lines_svg(lines: Sequence[str], x: float, y: float, *, kind: str, anchor: str = "start") -> str:
    """Lines of text, the first with its base line at `y`."""
    aligned = "" if anchor == "start" else f' text-anchor="{anchor}"'
    if len(lines) == 1:
        place = f'x="{number(x)}" y="{number(y)}"'
        return f'<text class="{kind}" {place}{aligned}>{escape(lines[0])}</text>'
    spans = "".join(
        f'<tspan x="{number(x)}" y="{number(y + LINE * row)}">{escape(line)}</tspan>'
        for row, line in enumerate(lines)
    )
    return f'<text class="{kind}"{aligned}>{spans}</text>'


def number(value: float | Decimal) -> str:
    """A coordinate, always with a full stop and never with an exponent."""
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def shown(value: object) -> str:
    """A number of the data as people read it: 3, 2.5, −1."""
    plain = format(Decimal(str(value)).normalize(), "f")
    return "0" if plain in ("-0", "0") else plain.replace("-", "−")


def check_object(
    spec: object, path: str, keys: Collection[str], optional: Collection[str] = ()
) -> list[Fault]:
    """Faults of an object's keys. `path` is empty for the spec itself."""
    names = ", ".join([*keys, *optional])
    if not isinstance(spec, Mapping):
        return [Fault(path or "spec", NOT_OBJECT.format(keys=names))]
    faults = [Fault(path or "spec", MISSING.format(key=key)) for key in keys if key not in spec]
    return faults + [
        Fault(inside(path, str(key)), UNKNOWN.format(key=key, keys=names))
        for key in spec
        if key not in keys and key not in optional
    ]


def check_text(value: object, path: str, *, empty: bool = False) -> list[Fault]:
    """Faults of a piece of text."""
    if not isinstance(value, str):
        return [Fault(path, NOT_TEXT)]
    if not value.strip() and not empty:
        return [Fault(path, EMPTY)]
    if len(value) > MAX_TEXT:
        return [Fault(path, TOO_LONG.format(length=len(value), most=MAX_TEXT))]
    return []


def check_list(value: object, path: str, length: int) -> list[Fault]:
    """Faults of a list that must have so many items."""
    if isinstance(value, list | tuple) and len(value) == length:
        return []
    return [Fault(path, NOT_LIST.format(number=length))]


def check_number(value: Any, path: str) -> list[Fault]:
    """Faults of a number of the data: finite, of a size that fits its box."""
    try:
        fits = not isinstance(value, bool | str) and abs(Decimal(str(value))) < 10**6
        fits = fits and len(shown(value)) <= 8
    except (InvalidOperation, ValueError):
        fits = False
    return [] if fits else [Fault(path, NOT_NUMBER)]


def inside(path: str, key: str) -> str:
    """The path of a key within the object at `path`."""
    return f"{path}.{key}" if path else key
