"""Several right answers to tick; the rule says how a mixed answer scores."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from courses.rendering.faults import Fault

from .base import NOT_A_CHOICE, Response, Sample, Spec, key_of, tokens
from .checking import Inspection
from .choices import ChoiceKind, inspect_options

RULES = {
    "exact": (
        "Tick every right answer and no wrong one: that earns all the points, anything else none."
    ),
    "net-correct": (
        "Each right tick earns an equal share of the points and each wrong tick takes one such"
        " share away; the points never fall below zero."
    ),
    "coverage": (
        "The points are the share of the right answers that you tick,"
        " times the share of your ticks that are right."
    ),
    "each-answer": (
        "Each option counts alike: you earn its share by ticking it if it is right, or by leaving"
        " it if it is wrong. Ticking nothing at all earns nothing."
    ),
    "right-only": (
        "Each right tick earns an equal share of the points, but one wrong tick loses them all."
    ),
}
SEND_A_LIST = "Send the chosen options as a list, such as [a, c]."
TWICE = "The same option came twice. Reload the page and answer again."


class Multiple(ChoiceKind):
    name = "multiple"
    label = "Several choices"

    def check(self, spec: Any, *, draft: bool = False) -> list[Fault]:
        inspection = Inspection(spec, draft=draft)
        spec = inspection.opening("rule", "options")
        inspection.word(spec, "rule", tuple(RULES))
        if not inspect_options(inspection, spec, 2, 10):
            inspection.fault("options", "At least one option must be correct.")
        return inspection.faults

    def told(self, spec: Spec) -> str:
        return RULES[spec["rule"]]

    def guess(self, spec: Spec) -> Fraction:
        """The mean over all ways to tick at least one option: at most 1023 of them."""
        keys = self.keys(spec)
        scores = [
            self.score(spec, ticks)
            for size in range(1, len(keys) + 1)
            for ticks in combinations(keys, size)
        ]
        return sum(scores, Fraction(0)) / len(scores)

    def parse(self, order: list[str], data: Mapping[str, Sequence[str]], name: str) -> Response:
        return self.parse_json(order, [token for token in data.get(name, []) if token])

    def parse_json(self, order: list[str], value: Any) -> Response:
        if value is None:
            return None
        if not isinstance(value, list):
            raise ValueError(SEND_A_LIST)
        if len(value) > len(order):
            raise ValueError(NOT_A_CHOICE)
        keys = [key_of(order, token) for token in value]
        if len(set(keys)) < len(keys):
            raise ValueError(TWICE)
        return sorted(keys) or None

    def show(self, order: list[str], response: Response) -> list[str] | None:
        answer = self.well_formed(order, response)
        if answer is None:
            return None
        return [token for key, token in tokens(order).items() if key in answer]

    def well_formed(self, order: list[str], response: Response) -> Response:
        if not isinstance(response, list) or not response:
            return None
        if not all(isinstance(key, str) and key in order for key in response):
            return None
        return sorted(response) if len(set(response)) == len(response) else None

    def score(self, spec: Spec, response: Response) -> Fraction:
        """The formulas of the five rules: t right and f wrong ticks, c right of n options."""
        right = self.right(spec)
        c, n = len(right), len(self.options(spec))
        t = sum(key in right for key in response)
        f = len(response) - t
        match spec["rule"]:
            case "exact":
                return Fraction(t == c and not f)
            case "net-correct":
                return max(Fraction(0), Fraction(t - f, c))
            case "coverage":
                return Fraction(t, c) * Fraction(t, t + f)
            case "each-answer":
                return Fraction(t + (n - c - f), n)
            case "right-only":
                return Fraction(0) if f else Fraction(t, c)
            case rule:
                raise ValueError(f"No rule is called {rule}.")

    @staticmethod
    def sample(rule: str, ticks: Response, expected: Fraction, label: str) -> Sample:
        """A case over five options, three of them right."""
        spec = {
            "prompt": "Which assumptions does Mearsheimer make?",
            "feedback": "Five in all; three of them stand here.",
            "rule": rule,
            "options": [
                {"key": "anarchy", "text": "Anarchy", "correct": True},
                {"key": "survival", "text": "Survival", "correct": True},
                {"key": "mistrust", "text": "Uncertainty about intentions", "correct": True},
                {"key": "norms", "text": "Shared norms", "correct": False},
                {"key": "trade", "text": "Gains from trade", "correct": False},
            ],
        }
        return Sample(spec, ticks, expected, label)


Multiple.samples = [
    *(
        Multiple.sample(rule, ["anarchy", "mistrust", "survival"], Fraction(1), "right")
        for rule in RULES
    ),
    *(Multiple.sample(rule, None, Fraction(0), "blank") for rule in RULES),
    *(Multiple.sample(rule, ["anarchy", "gone"], Fraction(0), "malformed") for rule in RULES),
    Multiple.sample("exact", ["anarchy", "survival"], Fraction(0), "wrong"),
    Multiple.sample("net-correct", ["anarchy", "norms", "survival"], Fraction(1, 3), "partly"),
    Multiple.sample("net-correct", ["anarchy", "norms", "trade"], Fraction(0), "wrong"),
    Multiple.sample("coverage", ["anarchy", "norms"], Fraction(1, 6), "partly"),
    Multiple.sample("coverage", ["norms"], Fraction(0), "wrong"),
    Multiple.sample("each-answer", ["anarchy"], Fraction(3, 5), "partly"),
    Multiple.sample("each-answer", ["norms", "trade"], Fraction(0), "wrong"),
    Multiple.sample("right-only", ["anarchy", "survival"], Fraction(2, 3), "partly"),
    Multiple.sample("right-only", ["anarchy", "norms", "survival"], Fraction(0), "wrong"),
]
