"""A word or a phrase to type, compared with forms that the author accepts (see forms.py)."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from . import forms
from .base import Order, Response, Sample, Spec
from .checking import Inspection
from .typed import Typed

TOLD = "The right words earn all the points; anything else earns none. {comparing}"

SPEC = {
    "prompt": "Which loose union of former Soviet republics was founded in December 1991?",
    "feedback": "It came before any treaty on defence.",
    "edits": 1,
    "answers": [
        {
            "key": "cis",
            "accept": ["(the )?Commonwealth [of] Independent States", "CIS"],
            "correct": True,
            "feedback": "Eleven republics founded it at Alma-Ata.",
        },
        {
            "key": "csto",
            "accept": ["[the] (Collective Security Treaty Organisation|CSTO)", "ODKB"],
            "correct": False,
            "feedback": "That one is of 2002.",
            "misconception": "the CIS is taken for the CSTO",
        },
    ],
}
STRICT = {
    "prompt": "Which article of the charter is meant? Copy its name.",
    "feedback": "Capital letters tell it from a common word.",
    "exact": ["case", "accents"],
    "answers": [{"key": "casus", "accept": ["Casus Fœderis"], "correct": True}],
}


class ShortText(Typed):
    name = "short-text"
    label = "Short text"
    answer_fields = ("accept",)
    open_fields = ("exact", "edits")
    nothing = "no idea"
    samples = [
        Sample(SPEC, "the Commonwealth of Independent States", Fraction(1), "right"),
        Sample(SPEC, " commonwealth,  INDEPENDENT\u00a0states. ", Fraction(1), "right"),
        Sample(SPEC, "C.I.S.", Fraction(1), "right"),
        Sample(SPEC, "Comonwealth of Independent States", Fraction(1), "right"),
        Sample(SPEC, "Comonwealth of Independant States", Fraction(0), "wrong"),
        Sample(SPEC, "CSTO", Fraction(0), "wrong"),
        Sample(SPEC, "CIA", Fraction(0), "wrong"),
        Sample(SPEC, "…", Fraction(0), "wrong"),
        Sample(STRICT, "Casus Fœderis", Fraction(1), "right"),
        Sample(STRICT, "casus fœderis", Fraction(0), "wrong"),
        Sample(STRICT, "Casus Foederis", Fraction(0), "wrong"),
        Sample(SPEC, None, Fraction(0), "blank"),
        Sample(SPEC, ["CIS"], Fraction(0), "malformed"),
        Sample(SPEC, "C" * 201, Fraction(0), "malformed"),
        Sample(SPEC, "CIS\x00", Fraction(0), "malformed"),
    ]

    def inspect(
        self, inspection: Inspection, spec: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]
    ) -> None:
        exact = forms.inspect_comparing(inspection, spec)
        forms.inspect_forms(inspection, answers, "answers", exact)

    def understand(self, order: Order, text: str) -> str:
        return text

    def judge(self, spec: Spec, response: Response) -> tuple[Mapping[str, Any] | None, Fraction]:
        exact, edits = spec.get("exact", ()), spec.get("edits", 0)
        row = forms.find(spec["answers"], response, exact=exact, edits=edits)
        return row, Fraction(row is not None and row["correct"])

    def written(self, spec: Spec, row: Mapping[str, Any]) -> str:
        return forms.written(row)

    def hint(self, spec: Spec) -> str:
        return ""

    def told(self, spec: Spec) -> str:
        return TOLD.format(comparing=forms.told(spec))
