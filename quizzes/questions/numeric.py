"""A number to type, with a unit where the author lists some; every comparison is exact.

Numbers are read as people write them: a decimal point or comma, thousands apart by spaces,
apostrophes, commas or points, any of the signs that look like a minus, powers of ten. One point
alone is a decimal point, as in English. One comma before three digits could be either: that is
asked back and never guessed.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from .base import Order, Response, Sample, Spec
from .checking import Inspection
from .typed import Typed, plainly

TOLD = "The right number earns all the points; anything else earns none."
TOLD_FIGURES = (
    "The right number earns all the points; anything else earns none."
    " It is compared to {figures} significant figures."
)
NOT_A_NUMBER = "“{text}” is not a number. Write one, such as 1500, 1.5 or 1,5."
AMBIGUOUS = "“{text}” can mean {whole} or {part}. Write one of these, without the comma."
ALONE = "Write the number alone: “{rest}” is not a part of it."
NEEDS_UNIT = "Write the unit too, one of: {units}."
NOT_A_UNIT = "“{unit}” is not one of the units here. Write one of: {units}."
HINT = "A number, such as 1500, 1.5 or 1,5."
HINT_UNITS = "A number with its unit, one of: {units}."

BAD_NUMBER = "Write a number, such as 1.5; at most 30 digits."
VALUE_OR_RANGE = "Give either a value or both ends of a range (from, to)."
BAD_RANGE = "The range ends before it begins. Exchange from and to."
BAD_TOLERANCE = "Write how far off is right: a number not below 0, or a percentage such as 5 %."
NO_TOLERANCE = "A range and significant figures allow no tolerance. Leave it out."
BAD_FIGURES = "Say how many significant figures to compare, 1 to 15."
BAD_FACTOR = "Write the number above 0 by which this unit is multiplied."
FIRST_UNIT = "The first unit is the one that values are written in. Its factor is 1."
UNIT_TWICE = "The unit “{unit}” stands here twice."
BAD_UNIT = "Write a unit of 1 to 20 characters that does not begin like a number."

MINUS = re.compile("[−–—﹣－‐‑]")  # what people and programs write for it
# Marks of other scripts that have one meaning: both Arabic ones, and commas and points as wide as
# the digits beside them.
MARKS = str.maketrans({"\u066b": ".", "\u066c": "'", "\uff0c": ",", "\uff0e": "."})
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
TEN_RAISED = re.compile(r"(?<![0-9.,'’])10([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})")
POWER = re.compile(r"([+-]?) ?10\^([+-]?[0-9]{1,2})(?![0-9])")
NUMBER = re.compile(
    r"([+-]?) ?([0-9][0-9.,'’ ]*|[.,][0-9]+)"
    r"(?:[eE]([+-]?[0-9]{1,2})(?![0-9])| ?[×x*·] ?10\^([+-]?[0-9]{1,2})(?![0-9]))?"
)
GROUPS = re.compile(r"[0-9]{1,3}(?:([ ',.])[0-9]{3})(?:\1[0-9]{3})*")
ROOM = Context(prec=400)  # more digits than any answer or key can have: nothing is rounded

SPEC = {
    "prompt": "What did NATO members spend on defence in 2010?",
    "feedback": "About two thirds of it was American.",
    "units": [
        {"unit": "bn USD", "also": ["billion USD", "billion dollars"], "factor": 1},
        {"unit": "m USD", "factor": "0.001"},
    ],
    "answers": [
        {"key": "spent", "value": "1084.5", "tolerance": "1 %", "correct": True},
        {"key": "russia", "value": 58.7, "tolerance": 0.05, "correct": False},
    ],
}
RANGE = {
    "prompt": "How many states were parties?",
    "feedback": "It depends on the year.",
    "answers": [
        {"key": "parties", "from": "-1.5", "to": 9, "correct": True},
        {"key": "all", "value": 15, "correct": False},
    ],
}
FIGURES = {
    "prompt": "What share is it?",
    "feedback": "Divide.",
    "figures": 3,
    "answers": [{"key": "share", "value": "0.06666667", "correct": True}],
}


class Line(NamedTuple):
    """A line that could be read: the number, and the unit as it was written ("" if none)."""

    number: Decimal
    unit: str


def read(text: str) -> Line:
    """The number that a line begins with, and what follows; ValueError if there is none."""
    plain = MINUS.sub("-", plainly(text)).translate(MARKS)
    plain = TEN_RAISED.sub(lambda ten: "10^" + ten[1].translate(RAISED), plain)
    if re.search(r"[0-9]\.$", plain):
        plain = plain[:-1]  # of the sentence, not of the number
    bare = POWER.match(plain)
    if bare:
        return Line(Decimal(f"{bare[1]}1E{bare[2]}"), plain[bare.end() :].strip())
    found = NUMBER.match(plain)
    if not found:
        raise ValueError(NOT_A_NUMBER.format(text=text.strip()))
    sign, digits, *powers = found.groups()
    digits = digits.strip().replace("’", "'")
    power = next((power for power in powers if power), "0")
    if re.fullmatch(r"[1-9][0-9]{0,2},[0-9]{3}", digits):
        whole, part = digits.replace(",", ""), digits.replace(",", ".")
        raise ValueError(AMBIGUOUS.format(text=digits, whole=whole, part=part + "0"))
    last = max(digits.rfind("."), digits.rfind(","))
    mark = digits[last] if last >= 0 else ""
    both = "." in digits and "," in digits
    if mark and not both and digits.count(mark) > 1:
        mark = ""  # several of one kind part thousands
    whole, part = (digits[:last], digits[last + 1 :]) if mark else (digits, "")
    grouped = not whole.isdigit() and whole != ""
    if (grouped and not GROUPS.fullmatch(whole)) or (part and not part.isdigit()):
        raise ValueError(NOT_A_NUMBER.format(text=text.strip()))
    whole = re.sub("[ ',.]", "", whole)
    number = Decimal(f"{sign}{whole or 0}.{part or 0}E{power}")
    return Line(number, plain[found.end() :].strip())


def figure(value: Any) -> Decimal:
    """A number that an author wrote, as text or bare; ValueError if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(BAD_NUMBER)
    text = str(value)
    try:
        line = read(text) if len(text) <= 30 else None
    except ValueError:
        line = None
    if line is None or line.unit:
        raise ValueError(BAD_NUMBER)
    return line.number


def off(value: Any) -> tuple[Decimal, bool]:
    """A tolerance, and whether it is in percent of the value."""
    text = str(value).strip() if isinstance(value, str) else value
    percent = isinstance(text, str) and text.endswith("%")
    number = figure(text[:-1].strip() if percent else text)
    if number < 0:
        raise ValueError(BAD_TOLERANCE)
    return number, percent


def rounded(number: Decimal, figures: int) -> Decimal:
    """A number to so many significant figures, halves away from zero."""
    if not number:
        return Decimal(0)
    place = Decimal((0, (1,), number.adjusted() - figures + 1))
    return number.quantize(place, rounding=ROUND_HALF_UP, context=ROOM)


class Numeric(Typed):
    """An answer is a value with a tolerance, or a range with both ends in it.

    `figures` compares all of the question's values to so many significant figures instead.
    Values are in the first unit; an answer in another one is multiplied by that unit's factor.
    """

    name = "numeric"
    label = "Number"
    longest = 60
    answer_fields = ("value", "tolerance", "from", "to")
    open_fields = ("units", "figures")
    nothing = "987654321"
    samples = [
        Sample(SPEC, "1084,5 bn USD", Fraction(1), "right"),
        Sample(SPEC, "1.084.500 m USD", Fraction(1), "right"),
        Sample(SPEC, "1 084 500m USD", Fraction(1), "right"),
        Sample(SPEC, "1,095.345 billion dollars", Fraction(1), "right"),
        Sample(SPEC, "1,095.346 billion dollars", Fraction(0), "wrong"),
        Sample(SPEC, "1084.5 bn USD.", Fraction(1), "right"),
        Sample(SPEC, "١٠٨٤٫٥ bn USD", Fraction(1), "right"),
        Sample(SPEC, "10³ bn USD", Fraction(0), "wrong"),
        Sample(SPEC, "58.7 bn USD", Fraction(0), "wrong"),
        Sample(RANGE, "−1,5", Fraction(1), "right"),
        Sample(RANGE, "9.0", Fraction(1), "right"),
        Sample(RANGE, "10^0", Fraction(1), "right"),
        Sample(RANGE, "10⁰.", Fraction(1), "right"),
        Sample(RANGE, "９\u200b", Fraction(1), "right"),
        Sample(RANGE, "10^1", Fraction(0), "wrong"),
        Sample(RANGE, "9.01", Fraction(0), "wrong"),
        Sample(RANGE, "15", Fraction(0), "wrong"),
        Sample(FIGURES, "0.0667", Fraction(1), "right"),
        Sample(FIGURES, "6.67e-2", Fraction(1), "right"),
        Sample(FIGURES, "6,666 × 10^-2", Fraction(0), "malformed"),
        Sample(FIGURES, "6.666 × 10^-2", Fraction(1), "right"),
        Sample(FIGURES, "66.7 × 10⁻³", Fraction(1), "right"),
        Sample(FIGURES, "0.067", Fraction(0), "wrong"),
        Sample(FIGURES, None, Fraction(0), "blank"),
        Sample(SPEC, "1084.5", Fraction(0), "malformed"),
        Sample(SPEC, "1084.5 EUR", Fraction(0), "malformed"),
        Sample(RANGE, "5 states", Fraction(0), "malformed"),
        Sample(RANGE, "five", Fraction(0), "malformed"),
        Sample(RANGE, "1,500.", Fraction(0), "malformed"),
        Sample(RANGE, "2³", Fraction(0), "malformed"),
        Sample(RANGE, "110³", Fraction(0), "malformed"),
        Sample(RANGE, "10^1.5", Fraction(0), "malformed"),
        Sample(RANGE, "①", Fraction(0), "malformed"),
        Sample(RANGE, 5, Fraction(0), "malformed"),
    ]

    def inspect(
        self, inspection: Inspection, spec: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]
    ) -> None:
        self._inspect_units(inspection, spec)
        figures = spec.get("figures")
        if figures is not None and (
            isinstance(figures, bool) or not isinstance(figures, int) or not 1 <= figures <= 15
        ):
            inspection.fault("figures", BAD_FIGURES)
        for at, answer in enumerate(answers):
            path = f"answers[{at}]"
            ranged = {"from", "to"} <= answer.keys()
            if ranged == ("value" in answer) or ("from" in answer) != ("to" in answer):
                inspection.fault(path, VALUE_OR_RANGE)
            numbers = {}
            for field in ("value", "from", "to"):
                if field in answer:
                    try:
                        numbers[field] = figure(answer[field])
                    except ValueError as fault:
                        inspection.fault(f"{path}.{field}", str(fault))
            if {"from", "to"} <= numbers.keys() and numbers["from"] > numbers["to"]:
                inspection.fault(f"{path}.to", BAD_RANGE)
            if "tolerance" in answer:
                if ranged or figures is not None:
                    inspection.fault(f"{path}.tolerance", NO_TOLERANCE)
                try:
                    off(answer["tolerance"])
                except ValueError:
                    inspection.fault(f"{path}.tolerance", BAD_TOLERANCE)

    @staticmethod
    def _inspect_units(inspection: Inspection, spec: Mapping[str, Any]) -> None:
        known: set[str] = set()
        units = inspection.listing(spec, "units", 1, 8) if "units" in spec else []
        for at, value in enumerate(units):
            path = f"units[{at}]"
            row = inspection.table(value, path, ("unit", "also", "factor"))
            also = inspection.listing(row, "also", 0, 10, path) if "also" in row else []
            for unit in (row.get("unit"), *also):
                if (
                    not isinstance(unit, str)
                    or not 1 <= len(unit) <= 20
                    or unit != " ".join(unit.split())
                    or not (unit[0].isalpha() or unit[0] in "%°$€£")
                    or not unit.isprintable()
                ):
                    inspection.fault(path, BAD_UNIT)
                elif unit in known:
                    inspection.fault(path, UNIT_TWICE.format(unit=unit))
                else:
                    known.add(unit)
            try:
                factor = figure(row.get("factor"))
            except ValueError:
                factor = Decimal(0)
            if factor <= 0:
                inspection.fault(f"{path}.factor", BAD_FACTOR)
            elif at == 0 and factor != 1:
                inspection.fault(f"{path}.factor", FIRST_UNIT)

    def keys(self, spec: Spec) -> list[str]:
        """Every way to write a unit, the author's preferred ones first."""
        units = spec.get("units", [])
        also = [other for row in units for other in row.get("also", [])]
        return [row["unit"] for row in units] + also

    def understand(self, order: Order, text: str) -> Line:
        line = read(text)
        unit = " ".join(line.unit.split())
        if not order and unit:
            raise ValueError(ALONE.format(rest=unit))
        if order and not unit:
            raise ValueError(NEEDS_UNIT.format(units=", ".join(order)))
        if order and unit not in order:
            unit = unit.removesuffix(".")
            # Only capitals can tell MW from mW; where they need not, they do not matter.
            alike = [known for known in order if known.casefold() == unit.casefold()]
            unit = alike[0] if len(alike) == 1 else unit
        if order and unit not in order:
            raise ValueError(NOT_A_UNIT.format(unit=unit, units=", ".join(order)))
        return Line(line.number, unit)

    def judge(self, spec: Spec, response: Response) -> tuple[Mapping[str, Any] | None, Fraction]:
        line = self.understand(self.keys(spec), response)
        factors = {
            name: figure(row["factor"])
            for row in spec.get("units", [])
            for name in (row["unit"], *row.get("also", []))
        }
        number = ROOM.multiply(line.number, factors.get(line.unit, Decimal(1)))
        for row in spec["answers"]:
            if self._accepts(row, number, spec.get("figures")):
                return row, Fraction(row["correct"])
        return None, Fraction(0)

    @staticmethod
    def _accepts(row: Mapping[str, Any], number: Decimal, figures: int | None) -> bool:
        if "from" in row:
            return figure(row["from"]) <= number <= figure(row["to"])
        value = figure(row["value"])
        if figures is not None:
            return rounded(number, figures) == rounded(value, figures)
        tolerance, percent = off(row.get("tolerance", 0))
        room = abs(Fraction(value)) * Fraction(tolerance) / 100 if percent else Fraction(tolerance)
        return abs(Fraction(number) - Fraction(value)) <= room

    def written(self, spec: Spec, row: Mapping[str, Any]) -> str:
        unit = f" {spec['units'][0]['unit']}" if spec.get("units") else ""
        if "from" in row:
            return f"{row['from']} to {row['to']}{unit}"
        if spec.get("figures"):
            return f"{rounded(figure(row['value']), spec['figures']):f}{unit}"
        return f"{row['value']}{unit}"

    def example(self, spec: Spec, choice: str) -> str:
        unit = f" {spec['units'][0]['unit']}" if spec.get("units") else ""
        for row in spec["answers"]:
            if row["key"] == choice:
                number = f"{figure(row.get('from', row.get('value'))):f}"
                return number.replace("-", "−") + unit
        return self.nothing + unit

    def hint(self, spec: Spec) -> str:
        if not spec.get("units"):
            return HINT
        return HINT_UNITS.format(units=", ".join(row["unit"] for row in spec["units"]))

    def told(self, spec: Spec) -> str:
        if spec.get("figures"):
            return TOLD_FIGURES.format(figures=spec["figures"])
        return TOLD
