"""A text of some length, which a person marks by a rubric.

The rubric has criteria, each with levels worth whole points; the marker chooses one level of each
criterion, and the share of all points is what the answer earns. Nothing else can say it, so
grading a text without such a choice raises `NeedsMarking` and never gives 0.

A response is the text as it was typed, its line breaks written as one newline each: a form sends
two signs for each of them and a script one, and both mean the same answer.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from courses.rendering.faults import Fault
from quizzes.seeing.visibility import Item

from .base import (
    Choice,
    Content,
    Kind,
    NeedsMarking,
    Order,
    Part,
    Response,
    Sample,
    Spec,
    Unreadable,
)
from .checking import Inspection
from .typed import BAD_SIGN, BLANKS, IN_ITS_PLACE, ONE_LINE, UNSTORABLE, posted

LONGEST = 20_000  # characters, whatever the words: what a text of 2000 long words needs
MOST_WORDS = 2000
SPARE = Fraction(6, 5)  # of the most words: what is still taken, and left to the marker to judge
MOST_POINTS = 100

TOLD = (
    "A person marks this by a rubric, so its points come later. Write {least} to {most} words;"
    " more than {taken} are not taken."
)
TOO_MANY = "This answer has {count} words; at most {taken} are taken. Shorten it."
TOO_LONG = "This answer has more than {most} characters. Shorten it."
WORDS = "Say how many words, as two whole numbers from 1 to {most}: the least, then the most."
POINTS = "Give whole points from 0 to {most}."
SAME_POINTS = "A level above is worth as much. Give each level its own points."
NO_NOTHING = "One level must be worth 0 points: an answer may do nothing for this criterion."
UNJUDGED = "Choose a level for each criterion. Not chosen yet: {criteria}."
NO_LEVEL = "“{level}” is no level of “{criterion}”. Reload the page and choose again."
NO_CRITERION = "The rubric has no criterion “{criterion}”. Reload the page and choose again."

SPEC = {
    "prompt": "Is NATO's enlargement explained better by threat or by identity? Argue for one.",
    "feedback": "Both have a case; what counts is whether the other one is answered.",
    "words": {"least": 5, "most": 100},
    "rubric": [
        {
            "key": "claim",
            "text": "Takes a position",
            "levels": [
                {"key": "none", "text": "No position can be found.", "points": 0},
                {"key": "vague", "text": "A position that would fit any case.", "points": 1},
                {"key": "clear", "text": "One clear position on this case.", "points": 2},
            ],
        },
        {
            "key": "objection",
            "text": "Answers the other side",
            "levels": [
                {"key": "ignored", "text": "The other side does not occur.", "points": 0},
                {"key": "answered", "text": "Its best argument is answered.", "points": 3},
            ],
        },
    ],
}
TEXT = "Identity explains who asked to join.\nThreat alone would have kept Russia's neighbours out."


class Essay(Kind):
    name = "essay"
    label = "Essay"
    by_hand = True
    samples = [
        Sample(SPEC, TEXT, Fraction(1), "right", {"claim": "clear", "objection": "answered"}),
        Sample(SPEC, TEXT, Fraction(4, 5), "partly", {"claim": "vague", "objection": "answered"}),
        Sample(SPEC, TEXT, Fraction(2, 5), "partly", {"claim": "clear", "objection": "ignored"}),
        Sample(SPEC, "No idea.", Fraction(0), "wrong", {"claim": "none", "objection": "ignored"}),
        Sample(SPEC, None, Fraction(0), "blank"),
        Sample(SPEC, [TEXT], Fraction(0), "malformed"),
        Sample(SPEC, "word " * 121, Fraction(0), "malformed"),
        Sample(SPEC, "w" * (LONGEST + 1), Fraction(0), "malformed"),
        Sample(SPEC, "Identity\x00", Fraction(0), "malformed"),
    ]

    def check(self, spec: Any, *, draft: bool = False) -> list[Fault]:
        inspection = Inspection(spec, draft=draft)
        spec = inspection.opening("words", "rubric")
        words = inspection.table(spec.get("words"), "words", ("least", "most"))
        least: Any = words.get("least")
        most: Any = words.get("most")
        if not (_whole(least, 1, MOST_WORDS) and _whole(most, 1, MOST_WORDS) and least <= most):
            inspection.fault("words", WORDS.format(most=MOST_WORDS))
        fields = ("key", "text", "levels", "feedback", "evidence")
        for at, row in enumerate(inspection.rows(spec, "rubric", fields, 1, 8)):
            path = f"rubric[{at}]"
            inspection.text(row, "feedback", path, needed=False)
            inspection.grounds(row, path)
            worth: set[Any] = set()
            levels = inspection.rows(row, "levels", ("key", "text", "points"), 2, 6, path)
            for place, level in enumerate(levels):
                here, points = f"{path}.levels[{place}].points", level.get("points")
                if not _whole(points, 0, MOST_POINTS):
                    inspection.fault(here, POINTS.format(most=MOST_POINTS))
                elif points in worth:
                    inspection.fault(here, SAME_POINTS)
                else:
                    worth.add(points)
            if levels and 0 not in worth:
                inspection.fault(f"{path}.levels", NO_NOTHING)
        return inspection.faults

    def explained(self, spec: Spec) -> list[Any]:
        return list(spec["rubric"])

    def describe(self, spec: Spec) -> list[Part]:
        """Each criterion as a decision of the marker, its best level as the right one."""
        return [
            Part(
                row["key"],
                row["text"],
                tuple(
                    Choice(level["key"], level["text"], level["points"] == _best(row))
                    for level in row["levels"]
                ),
            )
            for row in spec["rubric"]
        ]

    def picks(self, spec: Spec, response: Response) -> list[tuple[str, str]]:
        """None: the text itself chooses no level, its marker does."""
        return []

    def guess(self, spec: Spec) -> Fraction:
        """Nobody writes an essay blindly."""
        return Fraction(0)

    def public(self, content: Content) -> dict[str, Any]:
        """The rubric is not in it: it says what a good answer says."""
        return {name: content[name] for name in ("prompt", "words")}

    def keys(self, spec: Spec) -> dict[str, list[str]]:
        """There is nothing to arrange. What reading an answer needs stands here, as with dates."""
        return {
            "criteria": [row["key"] for row in spec["rubric"]],
            "words": [str(taken(spec))],
        }

    def arrange(self, spec: Spec, rng: random.Random, shuffle: bool) -> dict[str, list[str]]:
        return self.keys(spec)

    def told(self, spec: Spec) -> str:
        return TOLD.format(**spec["words"], taken=taken(spec))

    def present(self, content: Content, order: Order, response: Response = None) -> dict[str, Any]:
        """As for every kind; what was refused stays as it was typed."""
        page = super().present(content, order)
        if isinstance(response, str):
            page |= self.layout(content, order, response)
        return page

    def layout(self, content: Content, order: Order, response: Response) -> dict[str, Any]:
        text = response or ""
        words = content["words"]
        return {
            "essay": {
                "text": text,
                "count": count(text),
                "least": words["least"],
                "most": words["most"],
                "longest": LONGEST,
            }
        }

    def marked(
        self, content: Content, order: Order, response: Response, items: Collection[Item]
    ) -> dict[str, Any]:
        """The text, and the rubric with the right answer: it says what one would have been."""
        page = self.layout(content, order, response)
        if Item.RIGHT_ANSWER in items:
            page["rubric"] = [
                {
                    "html": row["text"],
                    "levels": [
                        {"html": level["text"], "points": level["points"]}
                        for level in row["levels"]
                    ],
                }
                | (
                    {"feedback": row.get("feedback", ""), "evidence": row.get("evidence")}
                    if Item.SPECIFIC_FEEDBACK in items
                    else {}
                )
                for row in content["rubric"]
            ]
        return page

    def parse(self, order: Order, data: Mapping[str, Sequence[str]], name: str) -> Response:
        return self.parse_json(order, posted(data, name))

    def parse_json(self, order: Order, value: Any) -> Response:
        if value is None:
            return None
        if not isinstance(value, str):
            raise ValueError(ONE_LINE)
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        if not text.strip(BLANKS):
            return None
        shown = UNSTORABLE.sub(IN_ITS_PLACE, text)
        if shown != text:
            raise Unreadable(BAD_SIGN, shown)
        if len(text) > LONGEST:
            raise Unreadable(TOO_LONG.format(most=LONGEST), text)
        most = int(order["words"][0])
        if count(text) > most:
            raise Unreadable(TOO_MANY.format(count=count(text), taken=most), text)
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
        raise NeedsMarking

    def rubric(self, spec: Spec) -> list[Any]:
        return list(spec["rubric"])

    def weigh(self, spec: Spec, judgement: Mapping[str, str]) -> Fraction:
        return rubric_fraction(spec, judgement)

    def solution(self, content: Content) -> list[str]:
        """Each criterion with its best level."""
        return [
            f"{row['text']}: {level['text']}"
            for row in content["rubric"]
            for level in row["levels"]
            if level["points"] == _best(row)
        ]

    def answer_text(self, content: Content, response: Response) -> str:
        return response if isinstance(response, str) else ""


def count(text: str) -> int:
    """The words of a text: what white space divides."""
    return len(text.split())


def taken(spec: Spec) -> int:
    """The most words that are taken at all."""
    return int(spec["words"]["most"] * SPARE)


def rubric_points(spec: Spec) -> int:
    """All the points of a rubric."""
    return sum(_best(row) for row in spec["rubric"])


def rubric_fraction(spec: Spec, chosen: Mapping[str, str]) -> Fraction:
    """The fraction 0..1 that levels {criterion: level} earn.

    ValueError with a sentence for the marker if a criterion has no level, or one that the rubric
    does not know.
    """
    rows = {row["key"]: row for row in spec["rubric"]}
    for criterion in chosen:
        if criterion not in rows:
            raise ValueError(NO_CRITERION.format(criterion=criterion))
    open_ = [row["text"] for key, row in rows.items() if key not in chosen]
    if open_:
        raise ValueError(UNJUDGED.format(criteria=", ".join(open_)))
    earned = 0
    for key, level in chosen.items():
        worth = {one["key"]: one["points"] for one in rows[key]["levels"]}
        if level not in worth:
            raise ValueError(NO_LEVEL.format(level=level, criterion=rows[key]["text"]))
        earned += worth[level]
    return Fraction(earned, rubric_points(spec))


def _best(row: Mapping[str, Any]) -> int:
    return max(int(level["points"]) for level in row["levels"])


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
