"""One right answer among several."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from courses.rendering.faults import Fault

from .base import NOT_A_CHOICE, Response, Sample, Spec, key_of, tokens
from .checking import Inspection
from .choices import ChoiceKind, inspect_options

TOLD = "One answer is right. It earns all the points; any other earns none."
CHOOSE_ONE = "Choose one answer only."

SPEC = {
    "prompt": "Which assumption does Waltz start from?",
    "feedback": "Anarchy comes first.",
    "options": [
        {"key": "anarchy", "text": "Anarchy", "correct": True},
        {"key": "trust", "text": "Trust", "correct": False},
        {"key": "trade", "text": "Trade", "correct": False},
    ],
}


class Single(ChoiceKind):
    name = "single"
    label = "Single choice"
    samples = [
        Sample(SPEC, "anarchy", Fraction(1), "right"),
        Sample(SPEC, "trust", Fraction(0), "wrong"),
        Sample(SPEC, None, Fraction(0), "blank"),
        Sample(SPEC, "gone", Fraction(0), "malformed"),
        Sample(SPEC, ["anarchy"], Fraction(0), "malformed"),
    ]

    def check(self, spec: Any, *, draft: bool = False) -> list[Fault]:
        inspection = Inspection(spec, draft=draft)
        if inspect_options(inspection, inspection.opening("options"), 3, 5) != 1:
            inspection.fault("options", "Exactly one option must be correct.")
        return inspection.faults

    def chosen(self, response: Response) -> list[str]:
        return [] if response is None else [response]

    def told(self, spec: Spec) -> str:
        return TOLD

    def guess(self, spec: Spec) -> Fraction:
        return Fraction(1, len(self.options(spec)))

    def parse(self, order: list[str], data: Mapping[str, Sequence[str]], name: str) -> Response:
        sent = [token for token in data.get(name, []) if token]
        if len(sent) > 1:
            raise ValueError(CHOOSE_ONE)
        return self.parse_json(order, sent[0] if sent else None)

    def parse_json(self, order: list[str], value: Any) -> Response:
        if value is None:
            return None
        if not isinstance(value, str):
            raise ValueError(NOT_A_CHOICE)
        return key_of(order, value)

    def show(self, order: list[str], response: Response) -> str | None:
        answer = self.well_formed(order, response)
        return None if answer is None else tokens(order)[answer]

    def well_formed(self, order: list[str], response: Response) -> Response:
        return response if isinstance(response, str) and response in order else None

    def score(self, spec: Spec, response: Response) -> Fraction:
        return Fraction(response in self.right(spec))
