"""Statements to sort into bins: lenses, organisations, whatever divides the matter.

Unlike an answer to match, a bin is a class: it usually takes several statements, all bins stay in
view, and they keep the author's order, since a list of lenses or of periods has one of its own.
"""

import random
from fractions import Fraction

from .base import Sample, Spec, shuffled
from .pairs import PairKind

TOLD = (
    "Each statement that you place rightly earns an equal share of the points."
    " A choice may take one statement, several or none."
)

SPEC = {
    "prompt": "Under which lens does each statement stand?",
    "feedback": "Look for what moves states: power, rules or ideas.",
    "statements": [
        {"key": "self-help", "text": "Nobody comes to the rescue", "bin": "realism"},
        {"key": "gains", "text": "What the other gains is what I lose", "bin": "realism"},
        {
            "key": "shadow",
            "text": "They will meet again, so keep the bargain",
            "bin": "institutions",
        },
        {"key": "friend", "text": "Who you are decides whom you fear", "bin": "constructivism"},
    ],
    "bins": [
        {"key": "realism", "text": "Realism"},
        {"key": "institutions", "text": "Institutionalism"},
        {"key": "constructivism", "text": "Constructivism"},
    ],
}


class Classify(PairKind):
    name = "classify"
    label = "Classifying"
    rows_in, answers_in, match_in = "statements", "bins", "bin"
    most = 12, 6
    samples = [
        Sample(
            SPEC,
            {
                "self-help": "realism",
                "gains": "realism",
                "shadow": "institutions",
                "friend": "constructivism",
            },
            Fraction(1),
            "right",
        ),
        Sample(
            SPEC,
            {"self-help": "realism", "gains": "institutions", "shadow": "institutions"},
            Fraction(1, 2),
            "partly",
        ),
        Sample(SPEC, {"friend": "realism"}, Fraction(0), "wrong"),
        Sample(SPEC, None, Fraction(0), "blank"),
        Sample(SPEC, {"gains": "gone"}, Fraction(0), "malformed"),
        Sample(SPEC, {"realism": "gains"}, Fraction(0), "malformed"),
        Sample(SPEC, [["gains", "realism"]], Fraction(0), "malformed"),
    ]

    def arrange(self, spec: Spec, rng: random.Random, shuffle: bool) -> dict[str, list[str]]:
        """Statements are always shuffled: authors tend to write them bin by bin."""
        keys = self.keys(spec)
        return {"rows": shuffled(keys["rows"], rng), "answers": keys["answers"]}

    def told(self, spec: Spec) -> str:
        return TOLD
