"""Rows to match with answers; answers may outnumber rows and may serve several of them."""

from fractions import Fraction

from .base import Sample, Spec
from .pairs import PairKind

TOLD = (
    "Each row that you match rightly earns an equal share of the points."
    " An answer may serve once, several times or not at all."
)

SPEC = {
    "prompt": "Match each author with the approach.",
    "feedback": "Each of them founded one.",
    "prompts": [
        {"key": "waltz", "text": "Waltz", "match": "structure"},
        {"key": "keohane", "text": "Keohane", "match": "institutions"},
        {"key": "wendt", "text": "Wendt", "match": "identity"},
    ],
    "answers": [
        {"key": "structure", "text": "Structure"},
        {"key": "institutions", "text": "Institutions"},
        {"key": "identity", "text": "Identity"},
        {"key": "class", "text": "Class"},
    ],
}


class Matching(PairKind):
    name = "matching"
    label = "Matching"
    rows_in, answers_in, match_in = "prompts", "answers", "match"
    most = 10, 12
    samples = [
        Sample(
            SPEC,
            {"waltz": "structure", "keohane": "institutions", "wendt": "identity"},
            Fraction(1),
            "right",
        ),
        Sample(SPEC, {"waltz": "structure", "wendt": "class"}, Fraction(1, 3), "partly"),
        Sample(SPEC, {"waltz": "class"}, Fraction(0), "wrong"),
        Sample(SPEC, None, Fraction(0), "blank"),
        Sample(SPEC, {"waltz": "structure", "gone": "class"}, Fraction(0), "malformed"),
        Sample(SPEC, {"waltz": ["structure"]}, Fraction(0), "malformed"),
    ]

    def told(self, spec: Spec) -> str:
        return TOLD
