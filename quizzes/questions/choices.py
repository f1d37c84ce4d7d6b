"""What single choice, several choices and true or false share: options to tick."""

import random
from collections.abc import Collection
from typing import Any

from quizzes.seeing.visibility import Item

from .base import (
    Choice,
    Content,
    Kind,
    Part,
    Response,
    Spec,
    explain,
    shuffled,
    text_of,
    tokens,
)
from .checking import Inspection

OPTION = ("key", "text", "correct", "feedback", "misconception", "lens", "evidence")


class ChoiceKind(Kind):
    """A question with options; a response is a key or a list of keys."""

    def options(self, spec: Spec) -> list[dict[str, Any]]:
        """The options in the author's order."""
        return list(spec["options"])

    def chosen(self, response: Response) -> list[str]:
        """The keys in a well-formed response."""
        return response or []

    def right(self, spec: Spec) -> list[str]:
        """The keys of the right options."""
        return [option["key"] for option in self.options(spec) if option["correct"]]

    def explained(self, spec: Spec) -> list[Any]:
        return self.options(spec)

    def describe(self, spec: Spec) -> list[Part]:
        choices = tuple(
            Choice(
                option["key"],
                option["text"],
                option["correct"],
                option.get("misconception", ""),
                option.get("lens", ""),
            )
            for option in self.options(spec)
        )
        return [Part("", spec["prompt"], choices)]

    def picks(self, spec: Spec, response: Response) -> list[tuple[str, str]]:
        answer = self.well_formed(self.keys(spec), response)
        return [("", key) for key in self.chosen(answer)]

    def keys(self, spec: Spec) -> list[str]:
        return [option["key"] for option in self.options(spec)]

    def arrange(self, spec: Spec, rng: random.Random, shuffle: bool) -> list[str]:
        return shuffled(self.keys(spec), rng) if shuffle else self.keys(spec)

    def layout(self, content: Content, order: list[str], response: Response) -> dict[str, Any]:
        names = tokens(order)
        options = {option["key"]: option for option in self.options(content)}
        return {
            "choices": [
                {
                    "token": names[key],
                    "html": options[key]["text"],
                    "chosen": key in self.chosen(response),
                }
                for key in order
            ]
        }

    def marked(
        self, content: Content, order: list[str], response: Response, items: Collection[Item]
    ) -> dict[str, Any]:
        options = {option["key"]: option for option in self.options(content)}
        choices = self.layout(content, order, response)["choices"]
        return {
            "choices": [
                choice
                | explain(
                    options[key], items, chosen=choice["chosen"], right=options[key]["correct"]
                )
                for key, choice in zip(order, choices, strict=True)
            ]
        }

    def solution(self, content: Content) -> list[str]:
        return [option["text"] for option in self.options(content) if option["correct"]]

    def answer_text(self, content: Content, response: Response) -> str:
        answer = self.chosen(self.well_formed(self.keys(content), response))
        options = self.options(content)
        return "; ".join(text_of(option["text"]) for option in options if option["key"] in answer)


def inspect_options(inspection: Inspection, spec: dict[str, Any], low: int, high: int) -> int:
    """Check the options of `spec` and count the right ones."""
    right = 0
    for at, option in enumerate(inspection.rows(spec, "options", OPTION, low, high)):
        path = f"options[{at}]"
        right += inspection.flag(option, "correct", path)
        inspection.explanation(option, path)
    return right
