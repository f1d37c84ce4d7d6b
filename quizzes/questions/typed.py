"""What short texts, numbers and dates share: one line to type, and a list of answers to expect.

A response is the line as it was typed. What the line says is read anew whenever it is graded, so
that a mended reading needs no stored answer to be touched.
"""

import random
import re
import unicodedata
from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from html import escape
from typing import Any, ClassVar

from courses.rendering.faults import Fault
from quizzes.seeing.visibility import Item

from .base import Choice, Content, Kind, Order, Part, Response, Spec, Unreadable, explain
from .checking import Inspection

# What makes a line blank; the page's script counts the same signs.
BLANKS = " \t\r\n\u00a0"
OTHER = "other"

ONE_LINE = "Send the answer as text."
ONE_ANSWER = "Give one answer only."
TOO_LONG = "This answer has more than {most} characters. Shorten it."
BAD_SIGN = "This answer holds a character that cannot be stored. Delete it and type it again."
RESERVED = "“other” stands for every answer that is not listed. Choose another key."
NONE_RIGHT = "At least one answer must be correct."

EXPLAINED = ("key", "correct", "feedback", "misconception", "lens", "evidence")


# What no database takes, and what stands for it where the line is shown again.
UNSTORABLE, IN_ITS_PLACE = re.compile("[\x00\ud800-\udfff]"), "\ufffd"


def line(value: Any, most: int) -> str | None:
    """A typed line as it is to be stored, None if blank; ValueError if it cannot be."""
    if not isinstance(value, str):
        raise ValueError(ONE_LINE)
    if not value.strip(BLANKS):
        return None
    shown = UNSTORABLE.sub(IN_ITS_PLACE, value)
    if len(value) > most:
        raise Unreadable(TOO_LONG.format(most=most), shown)
    if shown != value:
        raise Unreadable(BAD_SIGN, shown)
    return value


# What shows nothing and comes along when a line is copied; directions of writing among them.
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def plainly(text: str) -> str:
    """A line for numbers and dates: digits of any script as ours, nothing unseen, single spaces.

    Only decimal digits become others: each of them has one value and is written like ours, from
    the highest place down. Powers, fractions and numbers in circles stay as they are.
    """
    seen = UNSEEN.sub("", text)
    digits = (str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in seen)
    return " ".join("".join(digits).split())


def posted(data: Mapping[str, Sequence[str]], name: str) -> str:
    """The one line that a form sends under `name`; "" if none is filled in."""
    sent = [text for text in data.get(name, []) if text.strip(BLANKS)]
    if len(sent) > 1:
        raise ValueError(ONE_ANSWER)
    return sent[0] if sent else ""


def choices(rows: Sequence[Mapping[str, Any]], texts: Sequence[str]) -> tuple[Choice, ...]:
    """Rows of expected answers, and all others as one, for statistics."""
    return (
        *(
            Choice(
                row["key"],
                text,
                row["correct"],
                row.get("misconception", ""),
                row.get("lens", ""),
            )
            for row, text in zip(rows, texts, strict=True)
        ),
        Choice(OTHER, "any other answer", False),
    )


def inspect_rightness(inspection: Inspection, rows: Sequence[Mapping[str, Any]], path: str) -> None:
    """Check that each row says whether it is right, that one is, and that no key is reserved."""
    right = 0
    for at, row in enumerate(rows):
        right += inspection.flag(row, "correct", f"{path}[{at}]")
        if row.get("key") == OTHER:
            inspection.fault(f"{path}[{at}].key", RESERVED)
    if not right:
        inspection.fault(path, NONE_RIGHT)


class Typed(Kind):
    longest: ClassVar[int] = 200
    """The most characters of an answer."""
    answer_fields: ClassVar[tuple[str, ...]]
    """What a row of `answers` says besides the explanation."""
    open_fields: ClassVar[tuple[str, ...]]
    """What the spec says besides prompt and answers. Students may know it: no key is in it."""
    nothing: ClassVar[str]
    """An answer that can be read and is not to be expected."""

    @abstractmethod
    def inspect(
        self, inspection: Inspection, spec: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]
    ) -> None:
        """Check the kind's own fields and what each answer accepts."""

    @abstractmethod
    def understand(self, order: Order, text: str) -> Any:
        """What a line says; ValueError with a sentence for the student if it says nothing."""

    @abstractmethod
    def judge(self, spec: Spec, response: Response) -> tuple[Mapping[str, Any] | None, Fraction]:
        """The row that a well-formed response falls under, if any, and what it earns."""

    @abstractmethod
    def written(self, spec: Spec, row: Mapping[str, Any]) -> str:
        """An expected answer as one would write it, in plain text."""

    @abstractmethod
    def hint(self, spec: Spec) -> str:
        """How to write an answer; "" if that needs no words."""

    def check(self, spec: Any, *, draft: bool = False) -> list[Fault]:
        inspection = Inspection(spec, draft=draft)
        spec = inspection.opening(*self.open_fields, "answers")
        fields = (*EXPLAINED, *self.answer_fields)
        answers = inspection.rows(spec, "answers", fields, 1, 12)
        inspect_rightness(inspection, answers, "answers")
        self.inspect(inspection, spec, answers)
        for at, answer in enumerate(answers):
            inspection.explanation(answer, f"answers[{at}]")
        return inspection.faults

    def explained(self, spec: Spec) -> list[Any]:
        return list(spec["answers"])

    def describe(self, spec: Spec) -> list[Part]:
        texts = [self.written(spec, row) for row in spec["answers"]]
        return [Part("", spec["prompt"], choices(spec["answers"], texts))]

    def picks(self, spec: Spec, response: Response) -> list[tuple[str, str]]:
        answer = self.well_formed(self.keys(spec), response)
        if answer is None:
            return []
        row, _ = self.judge(spec, answer)
        return [("", OTHER if row is None else row["key"])]

    def example(self, spec: Spec, choice: str) -> str:
        """An answer that falls under this choice of `describe`, for made-up students."""
        for row in spec["answers"]:
            if row["key"] == choice:
                return self.written(spec, row)
        return self.nothing

    def guess(self, spec: Spec) -> Fraction:
        """Nobody types the right answer blindly."""
        return Fraction(0)

    def public(self, content: Content) -> dict[str, Any]:
        return {name: content[name] for name in ("prompt", *self.open_fields) if name in content}

    def keys(self, spec: Spec) -> list[str]:
        """There is nothing to arrange; what is needed to understand a line stands here instead."""
        return []

    def arrange(self, spec: Spec, rng: random.Random, shuffle: bool) -> list[str]:
        return self.keys(spec)

    def present(self, content: Content, order: Order, response: Response = None) -> dict[str, Any]:
        """As for every kind; what cannot be read stays as it was typed."""
        page = super().present(content, order)
        if isinstance(response, str):
            page |= self.layout(content, order, response)
        return page

    def layout(self, content: Content, order: Order, response: Response) -> dict[str, Any]:
        field = {"text": response or "", "hint": self.hint(content), "longest": self.longest}
        return {"field": field}

    def marked(
        self, content: Content, order: Order, response: Response, items: Collection[Item]
    ) -> dict[str, Any]:
        row, earned = (None, Fraction(0)) if response is None else self.judge(content, response)
        field = self.layout(content, order, response)["field"]
        page = {
            "field": field
            | explain(row or {}, items, chosen=response is not None, right=earned == 1)
        }
        if Item.RIGHT_ANSWER in items:
            page["forms"] = [
                {"html": escape(self.written(content, form))}
                | explain(form, items, chosen=False, right=True)
                for form in content["answers"]
                if form["correct"]
            ]
        return page

    def parse(self, order: Order, data: Mapping[str, Sequence[str]], name: str) -> Response:
        return self.parse_json(order, posted(data, name))

    def parse_json(self, order: Order, value: Any) -> Response:
        text = None if value is None else line(value, self.longest)
        if text is not None:
            try:
                self.understand(order, text)
            except ValueError as problem:
                raise Unreadable(str(problem), text) from None
        return text

    def show(self, order: Order, response: Response) -> str | None:
        text: str | None = self.well_formed(order, response)
        return text

    def well_formed(self, order: Order, response: Response) -> Response:
        try:
            return self.parse_json(order, response)
        except ValueError:
            return None

    def score(self, spec: Spec, response: Response) -> Fraction:
        return self.judge(spec, response)[1]

    def solution(self, content: Content) -> list[str]:
        return [escape(self.written(content, row)) for row in content["answers"] if row["correct"]]

    def answer_text(self, content: Content, response: Response) -> str:
        return self.well_formed(self.keys(content), response) or ""
