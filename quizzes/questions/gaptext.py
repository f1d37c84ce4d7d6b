"""A text with gaps to fill: each is typed, by the rules of short text, or chosen from a list.

The author writes the text with the gaps' keys in braces:

    text: The treaty was signed at {place} in {year}.

A gap has either `answers` to type, with the forms that they accept, or `options` to choose from.
"""

import random
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from html import escape
from typing import Any

from courses.rendering.faults import Fault
from quizzes.seeing.visibility import Item

from . import forms
from .base import (
    Choice,
    Content,
    Kind,
    Part,
    Response,
    Sample,
    Spec,
    Unreadable,
    explain,
    key_of,
    shuffled,
    text_of,
    tokens,
)
from .checking import Inspection
from .typed import OTHER, choices, inspect_rightness, line, posted

Order = Mapping[str, Sequence[str]]

LONGEST = 100
TOLD = "Each gap that you fill rightly earns an equal share of the points."
IN_GAP = "Gap {number}: {fault}"
SEND_A_MAPPING = "Send what fills each gap, such as {a: Tashkent, b: c}."

ONE_RIGHT = "Exactly one option must be correct."
EITHER = "Give a gap either answers to type or options to choose from."
ONCE = "The text names the gap {{{key}}} {times} times. Name it once, in braces, in plain text."
NO_GAP = "The text names {{{key}}}, which is not the key of a gap."

MARKER = re.compile(r"\{([a-z0-9]+(?:-[a-z0-9]+)*)\}", re.ASCII)
GAP = ("key", "answers", "options", "evidence")
ANSWER = ("key", "accept", "correct", "feedback", "misconception", "lens")
CHOICE = ("key", "text", "correct", "feedback", "misconception", "lens")

SPEC = {
    "prompt": "Fill in the gaps.",
    "feedback": "The treaty came before the organisation.",
    "text": "The treaty was signed at {place} in 1992; the *organisation* is of {year}.",
    "edits": 1,
    "gaps": [
        {
            "key": "place",
            "answers": [
                {"key": "tashkent", "accept": ["Tashkent", "Toshkent"], "correct": True},
                {
                    "key": "minsk",
                    "accept": ["Minsk"],
                    "correct": False,
                    "feedback": "The CIS was agreed near there.",
                    "misconception": "the CIS is taken for the treaty",
                },
            ],
        },
        {
            "key": "year",
            "options": [
                {"key": "y1999", "text": "1999", "correct": False},
                {"key": "y2002", "text": "2002", "correct": True},
                {"key": "y2010", "text": "2010", "correct": False},
            ],
        },
    ],
}


class GapText(Kind):
    """A response maps gap keys to what was typed or to an option's key; open gaps are absent.

    An order maps each gap, as they stand in the text, to its options; [] where it is typed.
    """

    name = "gap-text"
    label = "Text with gaps"
    samples = [
        Sample(SPEC, {"place": "Tashkent", "year": "y2002"}, Fraction(1), "right"),
        Sample(SPEC, {"place": "tashkend", "year": "y2002"}, Fraction(1), "right"),
        Sample(SPEC, {"place": "Minsk", "year": "y2002"}, Fraction(1, 2), "partly"),
        Sample(SPEC, {"place": "Toshkent"}, Fraction(1, 2), "partly"),
        Sample(SPEC, {"place": "Almaty", "year": "y1999"}, Fraction(0), "wrong"),
        Sample(SPEC, None, Fraction(0), "blank"),
        Sample(SPEC, {}, Fraction(0), "malformed"),
        Sample(SPEC, {"place": " "}, Fraction(0), "malformed"),
        Sample(SPEC, {"year": "2002"}, Fraction(0), "malformed"),
        Sample(SPEC, {"gone": "Tashkent"}, Fraction(0), "malformed"),
        Sample(SPEC, {"place": ["Tashkent"]}, Fraction(0), "malformed"),
        Sample(SPEC, "Tashkent", Fraction(0), "malformed"),
    ]

    def check(self, spec: Any, *, draft: bool = False) -> list[Fault]:
        inspection = Inspection(spec, draft=draft)
        spec = inspection.opening("text", "gaps", "exact", "edits")
        text = inspection.text(spec, "text")
        exact = forms.inspect_comparing(inspection, spec)
        gaps = inspection.rows(spec, "gaps", GAP, 1, 12)
        named = MARKER.findall(text)
        for at, gap in enumerate(gaps):
            path = f"gaps[{at}]"
            key = gap.get("key")
            if isinstance(key, str) and named.count(key) != 1:
                inspection.fault(f"{path}.key", ONCE.format(key=key, times=named.count(key)))
            if ("answers" in gap) == ("options" in gap):
                inspection.fault(path, EITHER)
            elif "answers" in gap:
                rows = inspection.rows(gap, "answers", ANSWER, 1, 12, path)
                inspect_rightness(inspection, rows, f"{path}.answers")
                forms.inspect_forms(inspection, rows, f"{path}.answers", exact)
            else:
                rows = inspection.rows(gap, "options", CHOICE, 2, 8, path)
                right = [
                    inspection.flag(row, "correct", f"{path}.options[{place}]")
                    for place, row in enumerate(rows)
                ]
                if sum(right) != 1:
                    inspection.fault(f"{path}.options", ONE_RIGHT)
            for name in ("answers", "options"):
                listed = gap.get(name)
                for place, row in enumerate(listed if isinstance(listed, list) else ()):
                    if isinstance(row, Mapping):
                        inspection.comment(row, f"{path}.{name}[{place}]")
            inspection.grounds(gap, path)
        keys = [gap.get("key") for gap in gaps]
        for key in dict.fromkeys(named):
            if key not in keys:
                inspection.fault("text", NO_GAP.format(key=key))
        return inspection.faults

    def explained(self, spec: Spec) -> list[Any]:
        """A gap carries the evidence; what it says of an answer stands with the answer."""
        return list(spec["gaps"])

    @staticmethod
    def _in_text(spec: Spec) -> list[Mapping[str, Any]]:
        """The gaps as they follow each other in the text."""
        places = {key: at for at, key in reversed(list(enumerate(MARKER.findall(spec["text"]))))}
        return sorted(spec["gaps"], key=lambda gap: places.get(gap["key"], len(places)))

    @staticmethod
    def _rows(gap: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        return list(gap["options"] if "options" in gap else gap["answers"])

    @staticmethod
    def _choices(gap: Mapping[str, Any]) -> tuple[Choice, ...]:
        if "options" not in gap:
            return choices(gap["answers"], [forms.written(row) for row in gap["answers"]])
        return choices(gap["options"], [row["text"] for row in gap["options"]])[:-1]

    def describe(self, spec: Spec) -> list[Part]:
        return [
            Part(gap["key"], f"Gap {number}", self._choices(gap))
            for number, gap in enumerate(self._in_text(spec), start=1)
        ]

    def picks(self, spec: Spec, response: Response) -> list[tuple[str, str]]:
        answer = self.well_formed(self.keys(spec), response) or {}
        picked = []
        for gap in self._in_text(spec):
            if gap["key"] in answer:
                row = self._judge(spec, gap, answer[gap["key"]])
                picked.append((gap["key"], OTHER if row is None else row["key"]))
        return picked

    def example(self, gap: Mapping[str, Any], choice: str) -> str:
        """An answer that falls under this choice of `describe`, for made-up students."""
        for row in gap.get("answers", ()):
            if row["key"] == choice:
                return forms.written(row)
        return choice if "options" in gap else "no idea"

    @staticmethod
    def _judge(spec: Spec, gap: Mapping[str, Any], given: str) -> Mapping[str, Any] | None:
        if "options" in gap:
            options: list[Mapping[str, Any]] = gap["options"]
            return next(row for row in options if row["key"] == given)
        exact, edits = spec.get("exact", ()), spec.get("edits", 0)
        return forms.find(gap["answers"], given, exact=exact, edits=edits)

    def guess(self, spec: Spec) -> Fraction:
        """A gap to choose is guessed once in so many times, a gap to type never."""
        chances = [
            Fraction(1, len(gap["options"])) if "options" in gap else Fraction(0)
            for gap in spec["gaps"]
        ]
        return Fraction(sum(chances), len(chances))

    def public(self, content: Content) -> dict[str, Any]:
        gaps = [
            {"key": gap["key"]}
            | (
                {
                    "options": sorted(
                        ({"key": row["key"], "text": row["text"]} for row in gap["options"]),
                        key=lambda row: str(row["key"]),
                    )
                }
                if "options" in gap
                else {}
            )
            for gap in self._in_text(content)
        ]
        fields = ("prompt", "text", "exact", "edits")
        return {name: content[name] for name in fields if name in content} | {"gaps": gaps}

    def keys(self, spec: Spec) -> Any:
        """Pairs, since a mapping would not keep its order in every database."""
        return [
            [gap["key"], [row["key"] for row in gap.get("options", ())]]
            for gap in self._in_text(spec)
        ]

    def arrange(self, spec: Spec, rng: random.Random, shuffle: bool) -> Any:
        return [
            [key, shuffled(options, rng) if shuffle else options]
            for key, options in self.keys(spec)
        ]

    def told(self, spec: Spec) -> str:
        if any("options" not in gap for gap in spec["gaps"]):
            return f"{TOLD} {forms.told(spec)}"
        return TOLD

    def present(self, content: Content, order: Any, response: Response = None) -> dict[str, Any]:
        """As for every kind; what is too long stays as it was typed."""
        page = super().present(content, order, response)
        if self._fills(order, response):
            page |= self.layout(content, order, response)
        return page

    def layout(self, content: Content, order: Any, response: Response) -> dict[str, Any]:
        """`pieces` of HTML, each followed by the gap that it names; the last one by none.

        A piece may close an element that an earlier one opened.
        """
        gaps = {gap["key"]: gap for gap in content["gaps"]}
        names = tokens([key for key, _ in order])
        given = response or {}
        rows = []
        for key, options in order:
            letters = tokens(options)
            texts = {row["key"]: row["text"] for row in gaps[key].get("options", ())}
            filled = given.get(key)
            rows.append(
                {
                    "token": names[key],
                    "chosen": filled is not None,
                    "text": "" if options or filled is None else filled,
                    "choices": [
                        {
                            "token": letters[option],
                            "html": texts[option],
                            "chosen": option == filled,
                        }
                        for option in options
                    ],
                    "longest": LONGEST,
                }
            )
        return {"pieces": list(_pieces(content["text"], names)), "gaps": rows}

    def marked(
        self, content: Content, order: Any, response: Response, items: Collection[Item]
    ) -> dict[str, Any]:
        gaps = {gap["key"]: gap for gap in content["gaps"]}
        layout = self.layout(content, order, response)
        rows = []
        for (key, _), row in zip(order, layout["gaps"], strict=True):
            gap, filled = gaps[key], (response or {}).get(key)
            picked = None if filled is None else self._judge(content, gap, filled)
            right = picked is not None and picked["correct"]
            about = {"evidence": gap.get("evidence"), **(picked or {})}
            said = explain(about, items, chosen=filled is not None, right=right)
            if Item.RIGHT_ANSWER in items:
                said["match"] = self._right(gap)
            rows.append(row | said)
        return layout | {"gaps": rows}

    def _right(self, gap: Mapping[str, Any]) -> str:
        """The right answer to a gap as HTML."""
        row = next(row for row in self._rows(gap) if row["correct"])
        return str(row["text"]) if "options" in gap else escape(forms.written(row))

    def parse(self, order: Any, data: Mapping[str, Sequence[str]], name: str) -> Response:
        names = tokens([key for key, _ in order])
        return self.parse_json(
            order, {names[key]: posted(data, f"{name}.{names[key]}") or None for key, _ in order}
        )

    def parse_json(self, order: Any, value: Any) -> Response:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise ValueError(SEND_A_MAPPING)
        keys, options = [key for key, _ in order], dict(order)
        response, faults = {}, []
        for token, given in value.items():
            key = key_of(keys, token)
            if given is None:
                continue
            try:
                filled = key_of(options[key], given) if options[key] else line(given, LONGEST)
            except Unreadable as problem:
                faults.append(IN_GAP.format(number=keys.index(key) + 1, fault=problem))
                filled = problem.typed
            if filled is not None:
                response[key] = filled
        if faults:
            raise Unreadable(" ".join(faults), response)
        return response or None

    def show(self, order: Any, response: Response) -> dict[str, str] | None:
        answer = self.well_formed(order, response)
        if answer is None:
            return None
        names, options = tokens([key for key, _ in order]), dict(order)
        return {
            names[key]: tokens(options[key])[given] if options[key] else given
            for key, given in answer.items()
        }

    def well_formed(self, order: Any, response: Response) -> Response:
        if not response or not self._fills(order, response):
            return None
        options = dict(order)
        try:
            typed = [line(given, LONGEST) for key, given in response.items() if not options[key]]
        except ValueError:
            return None
        return None if None in typed else response

    @staticmethod
    def _fills(order: Any, response: Response) -> bool:
        """Whether these are answers to the gaps of `order`, however long."""
        options = dict(order)
        return isinstance(response, dict) and all(
            key in options and isinstance(given, str) and given in (options[key] or [given])
            for key, given in response.items()
        )

    def shares(self, spec: Spec, response: Response) -> list[bool]:
        right = []
        for gap in spec["gaps"]:
            filled = response.get(gap["key"])
            row = None if filled is None else self._judge(spec, gap, filled)
            right.append(row is not None and bool(row["correct"]))
        return right

    def score(self, spec: Spec, response: Response) -> Fraction:
        right = self.shares(spec, response)
        return Fraction(sum(right), len(right))

    def solution(self, content: Content) -> list[str]:
        right = {gap["key"]: self._right(gap) for gap in content["gaps"]}
        filled = MARKER.sub(
            lambda found: f"<b>{right[found[1]]}</b>" if found[1] in right else found[0],
            content["text"],
        )
        return [filled]

    def answer_text(self, content: Content, response: Response) -> str:
        answer = self.well_formed(self.keys(content), response) or {}
        said = []
        for number, gap in enumerate(self._in_text(content), start=1):
            if gap["key"] in answer:
                texts = {row["key"]: text_of(row["text"]) for row in gap.get("options", ())}
                given = answer[gap["key"]]
                said.append(f"{number}. {texts.get(given, given)}")
        return "; ".join(said)


def _pieces(markup: str, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Sanitised HTML taken apart at the gaps; one that hides in a tag stands at the end."""
    open_gaps, piece = dict(names), ""
    for part in re.split(r"(<[^>]*>|\{[a-z0-9-]+\})", markup):
        key = part[1:-1]
        if part.startswith("{") and key in open_gaps:
            yield {"html": piece, "token": open_gaps.pop(key)}
            piece = ""
        else:
            piece += part
    for token in open_gaps.values():
        yield {"html": piece, "token": token}
        piece = " "
    yield {"html": piece, "token": None}
