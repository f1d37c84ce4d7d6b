"""What is wrong with a text, in words for the person who wrote it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing an author has to mend.

    `field` names the place: a model field ("body") or a path into a spec ("options[2].text").
    `message` is a whole sentence: what is wrong and what to do about it.
    `line` counts from 1 within that field's text; None where a line says nothing.
    """

    field: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        place = self.field if self.line is None else f"{self.field}, line {self.line}"
        return f"{place}: {self.message}"
