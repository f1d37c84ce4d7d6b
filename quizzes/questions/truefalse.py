"""A statement to judge: single choice between True and False, always in that order."""

import random
from fractions import Fraction
from typing import Any

from courses.rendering.faults import Fault

from .base import Sample, Spec
from .checking import Inspection
from .single import Single

TOLD = "The statement is either true or false. The right judgement earns all the points."
LABELS = {"true": "True", "false": "False"}
SIDE = ("feedback", "misconception", "lens", "evidence")

SPEC = {
    "prompt": "Under anarchy there is no authority above states.",
    "feedback": "Anarchy means the lack of a ruler, not of order.",
    "answer": True,
    "true": {"feedback": "Indeed."},
    "false": {"feedback": "Anarchy is not disorder."},
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
    ]

    def check(self, spec: Any, *, draft: bool = False) -> list[Fault]:
        inspection = Inspection(spec, draft=draft)
        spec = inspection.opening("answer", *LABELS)
        inspection.flag(spec, "answer")
        for side in LABELS:
            inspection.explanation(inspection.table(spec.get(side, {}), side, SIDE), side)
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

    def arrange(self, spec: Spec, rng: random.Random, shuffle: bool) -> list[str]:
        return self.keys(spec)

    def told(self, spec: Spec) -> str:
        return TOLD
