"""Items to bring into order.

A response lists item keys by place, with None for a place still open. The page saves after every
change, so a student is nearly always half-way through when a save arrives, and on a bad network
that save may be the last one. A half-filled order is therefore an answer: it is kept, shown again
and graded for what stands. Two items in one place are not: the page says so, and what was saved
before stays.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import factorial
from typing import Any

from courses.rendering.faults import Fault
from quizzes.seeing.visibility import Item

from .base import (
    NOT_A_CHOICE,
    Choice,
    Content,
    Kind,
    Order,
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

RULES = {
    "exact": "The whole order must be right: it earns all the points, anything else none.",
    "adjacent": (
        "Each pair of neighbours in the right order earns an equal share of the points,"
        " wherever the pair stands."
    ),
}
CHOOSE_ONE = "Choose one place only for each item."
NOT_A_PLACE = "That is not one of the places on this page. Reload the page and answer again."
OWN_PLACE = "Two items have place {place}. Give every item its own place."
TWICE = "The same item came twice. Give every item its own place."
SEND_A_LIST = "Send the items by place, with null for a place still open, such as [b, null, a]."

ITEM = ("key", "text", "feedback", "evidence")


class Ordering(Kind):
    name = "ordering"
    label = "Ordering"

    def check(self, spec: Any, *, draft: bool = False) -> list[Fault]:
        inspection = Inspection(spec, draft=draft)
        spec = inspection.opening("rule", "items")
        inspection.word(spec, "rule", tuple(RULES))
        for at, item in enumerate(inspection.rows(spec, "items", ITEM, 3, 8)):
            inspection.explanation(item, f"items[{at}]")
        return inspection.faults

    def explained(self, spec: Spec) -> list[Any]:
        return list(spec["items"])

    def describe(self, spec: Spec) -> list[Part]:
        places = range(1, len(spec["items"]) + 1)
        return [
            Part(
                item["key"],
                item["text"],
                tuple(Choice(str(place), str(place), place == right) for place in places),
            )
            for right, item in enumerate(spec["items"], start=1)
        ]

    def picks(self, spec: Spec, response: Response) -> list[tuple[str, str]]:
        places = self.well_formed(self.keys(spec), response) or []
        return [(key, str(place)) for place, key in enumerate(places, start=1) if key is not None]

    def guess(self, spec: Spec) -> Fraction:
        """Of n items, one order in n! is right; one neighbour in n of a random order is kept."""
        count = len(spec["items"])
        return Fraction(1, factorial(count) if spec["rule"] == "exact" else count)

    def keys(self, spec: Spec) -> list[str]:
        return [item["key"] for item in spec["items"]]

    def arrange(self, spec: Spec, rng: random.Random, shuffle: bool) -> list[str]:
        """Always shuffled, and blindly: the right order comes up as often as any other.

        To rule it out would tell the student one order that is wrong. Nobody earns by leaving
        the items as they stand, since an untouched question is blank.
        """
        return shuffled(self.keys(spec), rng)

    def told(self, spec: Spec) -> str:
        return RULES[spec["rule"]]

    def present(self, content: Content, order: Order, response: Response = None) -> dict[str, Any]:
        """As for every kind; places of which one is given twice stay as they were chosen."""
        page = super().present(content, order, response)
        if isinstance(response, dict):
            page |= self._placed(content, order, response)
        return page

    def layout(self, content: Content, order: list[str], response: Response) -> dict[str, Any]:
        places = {key: place for place, key in enumerate(response or [], start=1)}
        return self._placed(content, order, places)

    @staticmethod
    def _placed(content: Content, order: list[str], places: Mapping[str, int]) -> dict[str, Any]:
        html = {item["key"]: item["text"] for item in content["items"]}
        return {
            "items": [
                {"token": token, "html": html[key], "place": places.get(key)}
                for key, token in tokens(order).items()
            ],
            "places": list(range(1, len(order) + 1)),
        }

    def marked(
        self, content: Content, order: list[str], response: Response, items: Collection[Item]
    ) -> dict[str, Any]:
        """An item counts as correct if it stands at its place, whatever the rule."""
        right = {item["key"]: place for place, item in enumerate(content["items"], start=1)}
        texts = {item["key"]: item for item in content["items"]}
        layout = self.layout(content, order, response)
        rows = []
        for key, row in zip(order, layout["items"], strict=True):
            place = row["place"]
            said = explain(texts[key], items, chosen=place is not None, right=place == right[key])
            if Item.RIGHT_ANSWER in items:
                said["right_place"] = right[key]
            rows.append(row | said)
        page = layout | {"items": rows}
        if content["rule"] == "adjacent" and response is not None and Item.CORRECTNESS in items:
            kept = self._kept(content, response)
            page["pairs"] = {
                "kept": [[texts[key]["text"] for key in pair] for pair in kept],
                "of": len(right) - 1,
            }
        return page

    def _kept(self, spec: Spec, response: Response) -> list[tuple[str, str]]:
        """The neighbours in the right order that also are neighbours in `response`."""
        given = set(pairwise(response))
        return [pair for pair in pairwise(self.keys(spec)) if pair in given]

    def parse(self, order: list[str], data: Mapping[str, Sequence[str]], name: str) -> Response:
        numbers = {str(place): place for place in range(1, len(order) + 1)}
        places: dict[str, int] = {}
        for token in tokens(order).values():
            sent = [place for place in data.get(f"{name}.{token}", []) if place]
            if not sent:
                continue
            if len(sent) > 1:
                raise ValueError(CHOOSE_ONE)
            if sent[0] not in numbers:
                raise ValueError(NOT_A_PLACE)
            places[token] = numbers[sent[0]]
        value: list[str | None] = [None] * len(order)
        for token, place in places.items():
            if value[place - 1] is not None:
                chosen = {key_of(order, token): place for token, place in places.items()}
                raise Unreadable(OWN_PLACE.format(place=place), chosen)
            value[place - 1] = token
        return self.parse_json(order, value)

    def parse_json(self, order: list[str], value: Any) -> Response:
        if value is None:
            return None
        if not isinstance(value, list):
            raise ValueError(SEND_A_LIST)
        if len(value) > len(order):
            raise ValueError(NOT_A_CHOICE)
        places = [None if token is None else key_of(order, token) for token in value]
        filled = [key for key in places if key is not None]
        if len(set(filled)) < len(filled):
            raise ValueError(TWICE)
        places += [None] * (len(order) - len(places))
        return places if filled else None

    def show(self, order: list[str], response: Response) -> list[str | None] | None:
        places = self.well_formed(order, response)
        if places is None:
            return None
        names = tokens(order)
        return [None if key is None else names[key] for key in places]

    def well_formed(self, order: list[str], response: Response) -> Response:
        if not isinstance(response, list) or len(response) != len(order):
            return None
        filled = [key for key in response if key is not None]
        if not filled or not all(isinstance(key, str) and key in order for key in filled):
            return None
        return response if len(set(filled)) == len(filled) else None

    def score(self, spec: Spec, response: Response) -> Fraction:
        keys = self.keys(spec)
        if spec["rule"] == "exact":
            return Fraction(response == keys)
        return Fraction(len(self._kept(spec, response)), len(keys) - 1)

    def solution(self, content: Content) -> list[str]:
        return [item["text"] for item in content["items"]]

    def answer_text(self, content: Content, response: Response) -> str:
        texts = {item["key"]: text_of(item["text"]) for item in content["items"]}
        places = self.well_formed(self.keys(content), response) or []
        return "; ".join(
            f"{place}. {texts[key]}" for place, key in enumerate(places, start=1) if key is not None
        )

    @staticmethod
    def sample(rule: str, places: Response, expected: Fraction, label: str) -> Sample:
        """A case over four items."""
        spec = {
            "prompt": "Bring these events into order, the earliest first.",
            "feedback": "Three of them fall into one decade.",
            "rule": rule,
            "items": [
                {"key": "nato", "text": "The Washington Treaty is signed"},
                {"key": "rome", "text": "The Treaty of Rome is signed"},
                {"key": "wall", "text": "The Berlin Wall falls"},
                {"key": "maastricht", "text": "The Maastricht Treaty is signed"},
            ],
        }
        return Sample(spec, places, expected, label)


Ordering.samples = [
    *(
        Ordering.sample(rule, ["nato", "rome", "wall", "maastricht"], Fraction(1), "right")
        for rule in RULES
    ),
    *(Ordering.sample(rule, None, Fraction(0), "blank") for rule in RULES),
    *(
        Ordering.sample(rule, ["nato", "nato", None, None], Fraction(0), "malformed")
        for rule in RULES
    ),
    Ordering.sample("exact", ["nato", "rome", "wall", None], Fraction(0), "wrong"),
    Ordering.sample("adjacent", ["wall", "maastricht", "nato", "rome"], Fraction(2, 3), "partly"),
    Ordering.sample("adjacent", [None, "nato", "rome", None], Fraction(1, 3), "partly"),
    Ordering.sample("adjacent", ["maastricht", "wall", "rome", "nato"], Fraction(0), "wrong"),
    Ordering.sample("adjacent", ["nato", "rome"], Fraction(0), "malformed"),
]
