"""A statement to judge: single choice between True and False, always in that order.

With `reasons` the student also chooses the reason that carries the judgement. A response is then
{"answer": side, "reason": key}, either part absent while it is open; else it is the side alone.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from courses.rendering.faults import Fault
from quizzes.seeing.visibility import Item

from .base import (
    NOT_A_CHOICE,
    Choice,
    Content,
    Order,
    Part,
    Response,
    Sample,
    Spec,
    explain,
    key_of,
    shuffled,
    text_of,
    tokens,
)
from .checking import Inspection
from .choices import OPTION
from .single import CHOOSE_ONE, Single

TOLD = "The statement is either true or false. The right judgement earns all the points."
TOLD_REASON = (
    "The statement is either true or false. The right judgement earns half of the points, and the"
    " reason that carries it the other half. A reason for the wrong judgement earns nothing."
)
LABELS = {"true": "True", "false": "False"}
SIDE = ("feedback", "misconception", "lens", "evidence")
PARTS = ("answer", "reason")

ONE_REASON = "Exactly one reason must be correct."
RESERVED = "The keys true and false stand for the judgement. Choose another."
SEND_BOTH = "Send the judgement and the reason, such as {answer: a, reason: c}."

SPEC = {
    "prompt": "Under anarchy there is no authority above states.",
    "feedback": "Anarchy means the lack of a ruler, not of order.",
    "answer": True,
    "true": {"feedback": "Indeed."},
    "false": {"feedback": "Anarchy is not disorder."},
}
REASONED = SPEC | {
    "reasons": [
        {"key": "no-ruler", "text": "The word means that nobody rules", "correct": True},
        {"key": "war", "text": "Everybody fights everybody", "correct": False},
        {"key": "law", "text": "There is no law at all", "correct": False},
    ],
}


class TrueFalse(Single):
    name = "truefalse"
    label = "True or false"
    samples = [
        Sample(SPEC, "true", Fraction(1), "right"),
        Sample(SPEC, "false", Fraction(0), "wrong"),
        Sample(SPEC | {"answer": False}, "false", Fraction(1), "right"),
        Sample(SPEC, None, Fraction(0), "blank"),
        Sample(SPEC, True, Fraction(0), "malformed"),
        Sample(SPEC, {"answer": "true"}, Fraction(0), "malformed"),
        Sample(REASONED, {"answer": "true", "reason": "no-ruler"}, Fraction(1), "right"),
        Sample(REASONED, {"answer": "true", "reason": "war"}, Fraction(1, 2), "partly"),
        Sample(REASONED, {"answer": "true"}, Fraction(1, 2), "partly"),
        Sample(REASONED, {"answer": "false", "reason": "no-ruler"}, Fraction(0), "wrong"),
        Sample(REASONED, {"reason": "no-ruler"}, Fraction(0), "wrong"),
        Sample(REASONED, None, Fraction(0), "blank"),
        Sample(REASONED, {}, Fraction(0), "malformed"),
        Sample(REASONED, "true", Fraction(0), "malformed"),
        Sample(REASONED, {"answer": "no-ruler"}, Fraction(0), "malformed"),
    ]

    def check(self, spec: Any, *, draft: bool = False) -> list[Fault]:
        inspection = Inspection(spec, draft=draft)
        spec = inspection.opening("answer", *LABELS, "reasons")
        inspection.flag(spec, "answer")
        for side in LABELS:
            inspection.explanation(inspection.table(spec.get(side, {}), side, SIDE), side)
        if "reasons" in spec:
            right = 0
            for at, reason in enumerate(inspection.rows(spec, "reasons", OPTION, 2, 6)):
                path = f"reasons[{at}]"
                right += inspection.flag(reason, "correct", path)
                inspection.explanation(reason, path)
                if reason.get("key") in LABELS:
                    inspection.fault(f"{path}.key", RESERVED)
            if right != 1:
                inspection.fault("reasons", ONE_REASON)
        return inspection.faults

    def options(self, spec: Spec) -> list[dict[str, Any]]:
        return [
            {
                **spec.get(side, {}),  # a draft may lack it
                "key": side,
                "text": label,
                "correct": spec.get("answer") is (side == "true"),  # not in what is public
            }
            for side, label in LABELS.items()
        ]

    @staticmethod
    def reasons(spec: Spec) -> list[dict[str, Any]]:
        return list(spec.get("reasons", ()))

    def explained(self, spec: Spec) -> list[Any]:
        return [*self.options(spec), *self.reasons(spec)]

    def describe(self, spec: Spec) -> list[Part]:
        parts = super().describe(spec)
        if self.reasons(spec):
            choices = tuple(
                Choice(
                    reason["key"],
                    reason["text"],
                    reason["correct"],
                    reason.get("misconception", ""),
                    reason.get("lens", ""),
                )
                for reason in self.reasons(spec)
            )
            parts.append(Part("reason", "Why?", choices))
        return parts

    def picks(self, spec: Spec, response: Response) -> list[tuple[str, str]]:
        answer = self.well_formed(self.keys(spec), response)
        if not isinstance(answer, dict):
            return [] if answer is None else [("", answer)]
        return [
            ("" if part == "answer" else part, answer[part]) for part in PARTS if part in answer
        ]

    def guess(self, spec: Spec) -> Fraction:
        """Half of the judgements are right, and of these one reason in so many."""
        count = len(self.reasons(spec))
        return Fraction(1, 4) + Fraction(1, 4 * count) if count else Fraction(1, 2)

    def keys(self, spec: Spec) -> Order:
        reasons = [reason["key"] for reason in self.reasons(spec)]
        return {"answer": list(LABELS), "reason": reasons} if reasons else list(LABELS)

    def arrange(self, spec: Spec, rng: random.Random, shuffle: bool) -> Order:
        keys = self.keys(spec)
        if isinstance(keys, dict) and shuffle:
            keys["reason"] = shuffled(keys["reason"], rng)
        return keys

    def told(self, spec: Spec) -> str:
        return TOLD_REASON if self.reasons(spec) else TOLD

    def layout(self, content: Content, order: Order, response: Response) -> dict[str, Any]:
        if not isinstance(order, dict):
            return super().layout(content, order, response)
        chosen, names = response or {}, tokens(order["reason"])
        texts = {reason["key"]: reason["text"] for reason in self.reasons(content)}
        return super().layout(content, order["answer"], chosen.get("answer")) | {
            "reasons": [
                {"token": names[key], "html": texts[key], "chosen": key == chosen.get("reason")}
                for key in order["reason"]
            ]
        }

    def marked(
        self, content: Content, order: Order, response: Response, items: Collection[Item]
    ) -> dict[str, Any]:
        if not isinstance(order, dict):
            return super().marked(content, order, response, items)
        reasons = {reason["key"]: reason for reason in self.reasons(content)}
        rows = self.layout(content, order, response)["reasons"]
        return super().marked(content, order["answer"], (response or {}).get("answer"), items) | {
            "reasons": [
                row
                | explain(reasons[key], items, chosen=row["chosen"], right=reasons[key]["correct"])
                for key, row in zip(order["reason"], rows, strict=True)
            ]
        }

    def parse(self, order: Order, data: Mapping[str, Sequence[str]], name: str) -> Response:
        if not isinstance(order, dict):
            return super().parse(order, data, name)
        value = {}
        for part in PARTS:
            sent = [token for token in data.get(f"{name}.{part}", []) if token]
            if len(sent) > 1:
                raise ValueError(CHOOSE_ONE)
            value[part] = sent[0] if sent else None
        return self.parse_json(order, value)

    def parse_json(self, order: Order, value: Any) -> Response:
        if not isinstance(order, dict):
            return super().parse_json(order, value)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise ValueError(SEND_BOTH)
        if not set(value) <= set(PARTS):
            raise ValueError(NOT_A_CHOICE)
        response = {
            part: key_of(order[part], value[part]) for part in PARTS if value.get(part) is not None
        }
        return response or None

    def show(self, order: Order, response: Response) -> Any:
        if not isinstance(order, dict):
            return super().show(order, response)
        answer = self.well_formed(order, response)
        if answer is None:
            return None
        return {part: tokens(order[part])[key] for part, key in answer.items()}

    def well_formed(self, order: Order, response: Response) -> Response:
        if not isinstance(order, dict):
            return super().well_formed(order, response)
        if not isinstance(response, dict) or not response or not set(response) <= set(PARTS):
            return None
        return response if all(key in order[part] for part, key in response.items()) else None

    def score(self, spec: Spec, response: Response) -> Fraction:
        if not isinstance(response, dict):
            return super().score(spec, response)
        if response.get("answer") not in self.right(spec):
            return Fraction(0)
        right = [reason["key"] for reason in self.reasons(spec) if reason["correct"]]
        return Fraction(1, 2) + Fraction(response.get("reason") in right, 2)

    def solution(self, content: Content) -> list[str]:
        right = [reason["text"] for reason in self.reasons(content) if reason["correct"]]
        return super().solution(content) + right

    def answer_text(self, content: Content, response: Response) -> str:
        texts = {row["key"]: row["text"] for row in self.explained(content)}
        return "; ".join(text_of(texts[key]) for _, key in self.picks(content, response))
