"""The date of an event to type: its year, its month or its day."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from courses import dates
from courses.dates import MONTHS, PartialDate

from .base import Order, Response, Sample, Spec
from .checking import Inspection
from .typed import Typed, plainly

PRECISIONS = ("year", "month", "day")
FINENESS = {"years": "year", "months": "month", "days": "day"}
TOLD = "The right {precision} earns all the points."
TOLD_SAME = " The right {precision} alone earns {credit} of them."
IN_WORDS = {
    Fraction(1, 4): "a quarter",
    Fraction(1, 3): "a third",
    Fraction(1, 2): "half",
    Fraction(2, 3): "two thirds",
    Fraction(3, 4): "three quarters",
}
TOLD_NEAR = " A date at most {within} {unit} away earns {credit} of them."
HINTS = {
    "year": "The year, such as 1955.",
    "month": "The month and the year, such as 1955-05 or May 1955.",
    "day": "The day, such as 1955-05-14 or 14 May 1955.",
}
NOT_A_DATE = (
    "“{text}” is not a date that can be read here. Write it like 1955-05-14 or 14 May 1955; "
    "May 1955 or 1955 if you know no more."
)
COARSE = "The {precision} is asked for; write the answer as exactly as that."
CREDIT = "Write the share of the points, above 0 and below 1, such as 1/2."
WITHIN = "Write how far off at most, a whole number from 0 to 1000."
FINE = "The {precision} is asked for, so nearness cannot be told in {unit}."
FULL = "A date 0 {unit} away is the right one already. Give a greater distance."
TWICE = "An entry above has the same date. Leave it to one of them."

WORDS = re.compile(
    r"(?:(?P<day>[0-9]{1,2})(?:(?:st|nd|rd|th)?(?: of)?|\.)? )?"
    r"(?P<month>[a-z]{3,9})(?:\.|,)?(?: of)? (?P<year>[0-9]{4})"
    r"|(?P<month2>[a-z]{3,9})\.? (?:the )?(?P<day2>[0-9]{1,2})(?:st|nd|rd|th)?,?"
    r" (?P<year2>[0-9]{4})"
)
FIGURES = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
# Said around a date without changing it. What changes it (“c.”, “before”, “BCE”) is not read.
AROUND = re.compile(r"(?:(?:in|on|the) )*(?P<date>.+?)(?: (?:ce|a\.?d\.?))?[.,]?")

DAY = {
    "prompt": "When was the Collective Security Treaty signed?",
    "feedback": "It was signed at Tashkent.",
    "precision": "day",
    "partial": [
        {"within": 0, "unit": "months", "credit": "1/2"},
        {"within": 3, "unit": "days", "credit": "3/4"},
        {"within": 1, "unit": "years", "credit": "1/4"},
    ],
    "answers": [
        {"key": "signed", "date": "1992-05-15", "correct": True},
        {
            "key": "in-force",
            "date": "1994-04-20",
            "correct": False,
            "feedback": "Then it entered into force.",
        },
    ],
}
YEAR = {
    "prompt": "In which year was the charter signed?",
    "feedback": "Ten years after the treaty.",
    "precision": "year",
    "answers": [{"key": "charter", "date": "2002~", "correct": True}],
}


def read(text: str) -> PartialDate:
    """The date that a student means; ValueError if that is not plain.

    Days and months in figures alone are read in the order of ISO 8601 and in no other, also
    without their zeros. A date that is asked for is not answered by “about”.
    """
    around = AROUND.fullmatch(plainly(text).lower())
    plain = around["date"] if around else ""
    figures = FIGURES.fullmatch(plain)
    if figures:
        plain = f"{figures['year']}-{figures['month']:0>2}-{figures['day']:0>2}"
    try:
        if "~" in plain:
            raise ValueError(plain)
        found = WORDS.fullmatch(plain)
        if not found:
            return dates.parse(plain)
        named = found["month"] or found["month2"]
        month = next(
            at for at, name in enumerate(MONTHS, start=1) if name.lower().startswith(named)
        )
        day, year = found["day"] or found["day2"], found["year"] or found["year2"]
        return dates.parse(f"{year}-{month:02}" + (f"-{int(day):02}" if day else ""))
    except (ValueError, StopIteration):
        raise ValueError(NOT_A_DATE.format(text=" ".join(text.split()))) from None


def apart(one: PartialDate, other: PartialDate, unit: str) -> int | None:
    """How many years, months or days lie between two dates; None if one is not known so well.

    Years and months are those of the calendar: December and the January after it are a month and
    a year apart.
    """
    if unit == "years":
        return abs(one.year - other.year)
    if one.month is None or other.month is None:
        return None
    if unit == "months":
        return abs(12 * (one.year - other.year) + one.month - other.month)
    if one.day is None or other.day is None:
        return None
    return abs((one.first - other.first).days)


def share(value: Any) -> Fraction:
    """A partial credit that an author wrote; ValueError unless it is between 0 and 1."""
    try:
        credit = Fraction(str(value)) if len(str(value)) <= 10 else Fraction(0)
    except (ValueError, ZeroDivisionError):
        raise ValueError(CREDIT) from None
    if isinstance(value, bool) or not 0 < credit < 1:
        raise ValueError(CREDIT)
    return credit


class EventDate(Typed):
    """An answer's date is in EDTF, as exact as `precision` asks; “about” is shown, not compared.

    Something finer than asked for is compared at the asked precision. Something coarser is never
    right, but may earn what `partial` gives for nearness: the greatest credit that applies.
    """

    name = "event-date"
    label = "Date of an event"
    longest = 40
    answer_fields = ("date",)
    open_fields = ("precision", "partial")
    nothing = "1066-10-14"
    samples = [
        Sample(DAY, "1992-05-15", Fraction(1), "right"),
        Sample(DAY, "15 May 1992", Fraction(1), "right"),
        Sample(DAY, " May 15th, 1992 ", Fraction(1), "right"),
        Sample(DAY, "15 May, 1992", Fraction(1), "right"),
        Sample(DAY, "the 15th of May 1992 CE", Fraction(1), "right"),
        Sample(DAY, "On May the 15th, 1992.", Fraction(1), "right"),
        Sample(DAY, "1992-5-15", Fraction(1), "right"),
        Sample(DAY, "１９９２-05-15\u200b", Fraction(1), "right"),
        Sample(DAY, "18.  may 1992", Fraction(3, 4), "partly"),
        Sample(DAY, "1 May 1992", Fraction(1, 2), "partly"),
        Sample(DAY, "May 1992", Fraction(1, 2), "partly"),
        Sample(DAY, "in May, 1992", Fraction(1, 2), "partly"),
        Sample(DAY, "1991", Fraction(1, 4), "partly"),
        Sample(DAY, "in 1992", Fraction(1, 4), "partly"),
        Sample(DAY, "20 April 1994", Fraction(0), "wrong"),
        Sample(DAY, "1990", Fraction(0), "wrong"),
        Sample(YEAR, "2002", Fraction(1), "right"),
        Sample(YEAR, "7 Oct 2002", Fraction(1), "right"),
        Sample(YEAR, "2002 AD", Fraction(1), "right"),
        Sample(YEAR, "٢٠٠٢", Fraction(1), "right"),
        Sample(YEAR, "2003", Fraction(0), "wrong"),
        Sample(DAY, None, Fraction(0), "blank"),
        Sample(DAY, "15/05/1992", Fraction(0), "malformed"),
        Sample(DAY, "31 June 1992", Fraction(0), "malformed"),
        Sample(DAY, "5-15-1992", Fraction(0), "malformed"),
        Sample(DAY, "1992-15-5", Fraction(0), "malformed"),
        Sample(DAY, "1992-5", Fraction(0), "malformed"),
        Sample(YEAR, "2002~", Fraction(0), "malformed"),
        Sample(YEAR, "c. 2002", Fraction(0), "malformed"),
        Sample(YEAR, "2002 BCE", Fraction(0), "malformed"),
        Sample(YEAR, "before 2002", Fraction(0), "malformed"),
        Sample(YEAR, 2002, Fraction(0), "malformed"),
    ]

    def inspect(
        self, inspection: Inspection, spec: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]
    ) -> None:
        precision = inspection.word(spec, "precision", PRECISIONS)
        known: set[tuple[int | None, ...]] = set()
        for at, answer in enumerate(answers):
            path = f"answers[{at}].date"
            try:
                date = dates.parse(str(answer.get("date", "")))
            except ValueError as fault:
                inspection.fault(path, str(fault))
                continue
            if precision and PRECISIONS.index(date.certainty) < PRECISIONS.index(precision):
                inspection.fault(path, COARSE.format(precision=precision))
            elif precision:
                parts = _to(date, precision)
                if parts in known:
                    inspection.fault(path, TWICE)
                known.add(parts)
        partial = inspection.listing(spec, "partial", 1, 6) if "partial" in spec else []
        for at, value in enumerate(partial):
            path = f"partial[{at}]"
            row = inspection.table(value, path, ("within", "unit", "credit"))
            within, unit = row.get("within"), row.get("unit")
            if isinstance(within, bool) or not isinstance(within, int) or not 0 <= within <= 1000:
                inspection.fault(f"{path}.within", WITHIN)
            if not isinstance(unit, str) or unit not in FINENESS:
                inspection.fault(f"{path}.unit", f"Choose one of: {', '.join(FINENESS)}.")
            elif precision:
                fine = PRECISIONS.index(FINENESS[unit]) - PRECISIONS.index(precision)
                if fine > 0:
                    inspection.fault(f"{path}.unit", FINE.format(precision=precision, unit=unit))
                elif fine == 0 and within == 0:
                    inspection.fault(f"{path}.within", FULL.format(unit=unit))
            try:
                share(row.get("credit"))
            except ValueError as fault:
                inspection.fault(f"{path}.credit", str(fault))

    def understand(self, order: Order, text: str) -> PartialDate:
        return read(text)

    def judge(self, spec: Spec, response: Response) -> tuple[Mapping[str, Any] | None, Fraction]:
        given, precision = read(response), spec["precision"]
        rows = [(row, dates.parse(str(row["date"]))) for row in spec["answers"]]
        for row, date in rows:
            if _to(given, precision) == _to(date, precision):
                return row, Fraction(row["correct"])
        earned = [
            share(near["credit"])
            for row, date in rows
            for near in spec.get("partial", [])
            if row["correct"]
            and (distance := apart(given, date, near["unit"])) is not None
            and distance <= near["within"]
        ]
        return None, max(earned, default=Fraction(0))

    def written(self, spec: Spec, row: Mapping[str, Any]) -> str:
        return dates.in_words(str(row["date"]))

    def example(self, spec: Spec, choice: str) -> str:
        for row in spec["answers"]:
            if row["key"] == choice:
                return str(row["date"]).rstrip("~")
        return self.nothing

    def hint(self, spec: Spec) -> str:
        return HINTS[spec["precision"]]

    def told(self, spec: Spec) -> str:
        told = TOLD.format(precision=spec["precision"])
        for row in spec.get("partial", []):
            unit, credit = row["unit"], share(row["credit"])
            earns = IN_WORDS.get(credit, credit)
            if row["within"] == 0:
                told += TOLD_SAME.format(precision=FINENESS[unit], credit=earns)
            else:
                unit = FINENESS[unit] if row["within"] == 1 else unit
                told += TOLD_NEAR.format(within=row["within"], unit=unit, credit=earns)
        return told


def _to(date: PartialDate, precision: str) -> tuple[int | None, ...]:
    return (date.year, date.month, date.day)[: PRECISIONS.index(precision) + 1]
