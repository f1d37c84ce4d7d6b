"""What matching and classifying share: rows, each of which takes one of the same answers."""

import random
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any, ClassVar

from courses.rendering.faults import Fault
from quizzes.seeing.visibility import Item

from .base import (
    NOT_A_CHOICE,
    Choice,
    Content,
    Kind,
    Part,
    Response,
    Spec,
    explain,
    key_of,
    shuffled,
    text_of,
    tokens,
)
from .checking import Inspection

CHOOSE_ONE = "Choose one answer only for each row."
SEND_A_MAPPING = "Send the answer chosen for each row, such as {a: c, b: a}."

ROW = ("key", "text", "feedback", "evidence")


class PairKind(Kind):
    """A response maps row keys to answer keys; rows left open are absent from it."""

    rows_in: ClassVar[str]
    answers_in: ClassVar[str]
    match_in: ClassVar[str]
    """The fields of the spec with the rows, the answers, and each row's right answer."""
    most: ClassVar[tuple[int, int]]
    """The greatest numbers of rows and of answers."""

    def check(self, spec: Any, *, draft: bool = False) -> list[Fault]:
        inspection = Inspection(spec, draft=draft)
        spec = inspection.opening(self.rows_in, self.answers_in)
        rows = inspection.rows(spec, self.rows_in, (*ROW, self.match_in), 2, self.most[0])
        answers = inspection.rows(spec, self.answers_in, ("key", "text"), 2, self.most[1])
        known = [answer.get("key") for answer in answers]
        for at, row in enumerate(rows):
            path = f"{self.rows_in}[{at}]"
            if row.get(self.match_in) not in known:
                mend = f"Name the key of one of the {self.answers_in}."
                inspection.fault(f"{path}.{self.match_in}", mend)
            inspection.explanation(row, path)
        return inspection.faults

    def explained(self, spec: Spec) -> list[Any]:
        return list(spec[self.rows_in])

    def describe(self, spec: Spec) -> list[Part]:
        return [
            Part(
                prompt["key"],
                prompt["text"],
                tuple(
                    Choice(answer["key"], answer["text"], answer["key"] == prompt[self.match_in])
                    for answer in spec[self.answers_in]
                ),
            )
            for prompt in spec[self.rows_in]
        ]

    def picks(self, spec: Spec, response: Response) -> list[tuple[str, str]]:
        return list((self.well_formed(self.keys(spec), response) or {}).items())

    def guess(self, spec: Spec) -> Fraction:
        return Fraction(1, len(spec[self.answers_in]))

    def keys(self, spec: Spec) -> dict[str, list[str]]:
        return {
            "rows": [prompt["key"] for prompt in spec[self.rows_in]],
            "answers": [answer["key"] for answer in spec[self.answers_in]],
        }

    def arrange(self, spec: Spec, rng: random.Random, shuffle: bool) -> dict[str, list[str]]:
        """Answers are always shuffled: authors tend to write them beside their rows."""
        keys = self.keys(spec)
        rows = shuffled(keys["rows"], rng) if shuffle else keys["rows"]
        return {"rows": rows, "answers": shuffled(keys["answers"], rng)}

    def layout(
        self, content: Content, order: dict[str, list[str]], response: Response
    ) -> dict[str, Any]:
        rows, answers = tokens(order["rows"]), tokens(order["answers"])
        row_html = {prompt["key"]: prompt["text"] for prompt in content[self.rows_in]}
        answer_html = {answer["key"]: answer["text"] for answer in content[self.answers_in]}
        chosen = response or {}
        return {
            "rows": [
                {
                    "token": token,
                    "html": row_html[key],
                    "chosen": answers[chosen[key]] if key in chosen else None,
                }
                for key, token in rows.items()
            ],
            "answers": [
                {"token": token, "html": answer_html[key]} for key, token in answers.items()
            ],
        }

    def marked(
        self,
        content: Content,
        order: dict[str, list[str]],
        response: Response,
        items: Collection[Item],
    ) -> dict[str, Any]:
        prompts = {prompt["key"]: prompt for prompt in content[self.rows_in]}
        layout = self.layout(content, order, response)
        rows = []
        for key, row in zip(order["rows"], layout["rows"], strict=True):
            chosen = (response or {}).get(key)
            right = chosen == prompts[key][self.match_in]
            said = explain(prompts[key], items, chosen=chosen is not None, right=right)
            if Item.RIGHT_ANSWER in items:
                said["match"] = tokens(order["answers"])[prompts[key][self.match_in]]
            rows.append(row | said)
        return layout | {"rows": rows}

    def parse(
        self, order: dict[str, list[str]], data: Mapping[str, Sequence[str]], name: str
    ) -> Response:
        value = {}
        for row in tokens(order["rows"]).values():
            sent = [token for token in data.get(f"{name}.{row}", []) if token]
            if len(sent) > 1:
                raise ValueError(CHOOSE_ONE)
            value[row] = sent[0] if sent else None
        return self.parse_json(order, value)

    def parse_json(self, order: dict[str, list[str]], value: Any) -> Response:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise ValueError(SEND_A_MAPPING)
        if len(value) > len(order["rows"]):
            raise ValueError(NOT_A_CHOICE)
        response = {
            key_of(order["rows"], row): key_of(order["answers"], answer)
            for row, answer in value.items()
            if answer is not None
        }
        return response or None

    def show(self, order: dict[str, list[str]], response: Response) -> dict[str, str] | None:
        chosen = self.well_formed(order, response)
        if chosen is None:
            return None
        rows, answers = tokens(order["rows"]), tokens(order["answers"])
        return {rows[row]: answers[answer] for row, answer in chosen.items()}

    def well_formed(self, order: dict[str, list[str]], response: Response) -> Response:
        if not isinstance(response, dict) or not response:
            return None
        for row, answer in response.items():
            if row not in order["rows"] or answer not in order["answers"]:
                return None
        return response

    def shares(self, spec: Spec, response: Response) -> list[bool]:
        return [response.get(row["key"]) == row[self.match_in] for row in spec[self.rows_in]]

    def score(self, spec: Spec, response: Response) -> Fraction:
        right = self.shares(spec, response)
        return Fraction(sum(right), len(right))

    def solution(self, content: Content) -> list[str]:
        answers = {answer["key"]: answer["text"] for answer in content[self.answers_in]}
        return [f"{row['text']} → {answers[row[self.match_in]]}" for row in content[self.rows_in]]

    def answer_text(self, content: Content, response: Response) -> str:
        chosen = self.well_formed(self.keys(content), response) or {}
        answers = {answer["key"]: text_of(answer["text"]) for answer in content[self.answers_in]}
        return "; ".join(
            f"{text_of(prompt['text'])} → {answers[chosen[prompt['key']]]}"
            for prompt in content[self.rows_in]
            if prompt["key"] in chosen
        )
