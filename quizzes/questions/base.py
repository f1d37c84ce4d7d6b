"""What a kind of question can do. The rest of the engine knows questions by this contract only.

A *spec* is the author's JSON, with the key in it. *Content* is the same spec with every text
replaced by sanitised HTML. An *order* is the arrangement of stable keys that an attempt froze.
A *response* is JSON in stable keys, None when blank. The browser and the API never see stable
keys: they see *tokens*, the letters a, b, c by presented place, which say nothing.
"""

import hashlib
import html
import json
import random
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from string import ascii_lowercase
from typing import Any, ClassVar

from courses.rendering.faults import Fault
from quizzes.seeing.visibility import Item

# JSON has no type that the checker could follow through these walks; each kind narrows its own.
Spec = Mapping[str, Any]
Content = Mapping[str, Any]
Order = Any
Response = Any

LENSES = ("realism", "institutionalism", "constructivism")
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
TELLTALE = frozenset({"correct", "incorrect", "right", "wrong"})

# The fields that hold Markdown, wherever they stand; "short" may have paragraphs.
TEXTS = {
    "prompt": "short",
    "text": "inline",
    "feedback": "inline",
    "why": "inline",
    "hints": "short",
}

# The fields that decide a score or explain it, wherever they stand.
SECRET = frozenset(
    {"answer", "bin", "correct", "evidence", "feedback", "hints", "lens", "match", "misconception"}
)

NOT_A_CHOICE = "That is not one of the choices on this page. Reload the page and answer again."


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen, for statistics: `text` as in the spec or content given."""

    key: str
    text: str
    right: bool
    misconception: str = ""
    lens: str = ""


@dataclass(frozen=True)
class Part:
    """One decision that a question asks for: the question itself, a row or an item."""

    key: str
    text: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Sample:
    """A case that a kind must grade so; `label` is right, partly, wrong, blank or malformed."""

    spec: Spec
    response: Response
    expected: Fraction
    label: str
    judgement: Mapping[str, str] | None = None  # what its marker chose, where one has to


class Unreadable(ValueError):  # noqa: N818 (it reads as what it says)
    """What was given says nothing here; `typed` is to stay on the page that says so.

    It is what the kind's `present` fills in: a response, or what would be one but for the fault.
    """

    def __init__(self, message: str, typed: Any) -> None:
        super().__init__(message)
        self.typed = typed


class NeedsMarking(ValueError):  # noqa: N818 (it reads as what it says)
    """A person has to say what this answer earns, and nobody has: it is worth no number yet."""

    def __init__(self) -> None:
        super().__init__("This answer waits to be marked by a person.")


class Kind(ABC):
    """A kind of question: what is asked, what an answer looks like, how it scores 0..1."""

    name: ClassVar[str]
    label: ClassVar[str]
    by_hand: ClassVar[bool] = False
    """Whether answers are marked by a person. A blank one earns nothing and waits for nobody."""
    samples: ClassVar[list[Sample]]

    # --- the author's side

    @abstractmethod
    def check(self, spec: Any, *, draft: bool = False) -> list[Fault]:
        """What is wrong with `spec`, whatever it is. A draft may lack feedback and evidence."""

    @abstractmethod
    def explained(self, spec: Spec) -> list[Mapping[str, Any]]:
        """The rows that carry a key, feedback and evidence, in the author's order."""

    @abstractmethod
    def describe(self, spec: Spec) -> list[Part]:
        """The decisions and choices of the question with their key, for statistics."""

    @abstractmethod
    def picks(self, spec: Spec, response: Response) -> list[tuple[str, str]]:
        """The (part key, choice key) pairs that `response` chose, in the words of `describe`."""

    @abstractmethod
    def guess(self, spec: Spec) -> Fraction:
        """The fraction that blind choice earns on average."""

    def evidence(self, spec: Spec) -> Iterator[tuple[str, Mapping[str, str]]]:
        """(option key, evidence) of each option that has evidence."""
        for row in self.explained(spec):
            if row.get("evidence"):
                yield row["key"], row["evidence"]

    def texts(self, spec: Spec) -> list[tuple[str, str, str]]:
        """Every (path, Markdown text, "inline" or "short") of the spec."""
        found: list[tuple[str, str, str]] = []

        def note(path: str, text: str, mode: str) -> str:
            found.append((path, text, mode))
            return text

        self.rewrite(spec, note)
        return found

    def rewrite(self, spec: Spec, change: Callable[[str, str, str], str]) -> dict[str, Any]:
        """A copy of `spec` with each text replaced by `change(path, text, mode)`.

        With a renderer as `change` the result is the question's content.
        """
        copy: dict[str, Any] = _rewrite(spec, change, "")
        return copy

    def public(self, content: Content) -> dict[str, Any]:
        """The part of `content` that `present` needs: no key, explanation or evidence is in it.

        Rows stand in the order of their keys, since an author's order may be the answer.
        """
        return {
            field: _without_key(value) for field, value in content.items() if field not in SECRET
        }

    # --- the student's side

    @abstractmethod
    def keys(self, spec: Spec) -> Order:
        """All stable keys in the author's order, in the shape of an order."""

    @abstractmethod
    def arrange(self, spec: Spec, rng: random.Random, shuffle: bool) -> Order:
        """The order to freeze on an attempt. It does not depend on which answers are right."""

    @abstractmethod
    def told(self, spec: Spec) -> str:
        """How answers score, in words, for the student before answering."""

    @abstractmethod
    def layout(self, content: Content, order: Order, response: Response) -> dict[str, Any]:
        """What is to be seen of the choices and of `response`, without a trace of the key."""

    @abstractmethod
    def parse_json(self, order: Order, value: Any) -> Response:
        """The response that `value` means, in tokens; null or empty is None.

        ValueError with a sentence for the student if it means none.
        """

    @abstractmethod
    def parse(self, order: Order, data: Mapping[str, Sequence[str]], name: str) -> Response:
        """The same from a posted form whose fields are called `name` or `name.<token>`."""

    @abstractmethod
    def show(self, order: Order, response: Response) -> Any:
        """The response in tokens, as `parse_json` takes it; None if blank."""

    def present(self, content: Content, order: Order, response: Response = None) -> dict[str, Any]:
        """All that a student may see before anything is revealed, with the answer so far."""
        return {
            "kind": self.name,
            "prompt": content["prompt"],
            "rule": self.told(content),
            **self.layout(content, order, self.well_formed(order, response)),
        }

    # --- grading and after

    @abstractmethod
    def well_formed(self, order: Order, response: Response) -> Response:
        """`response` if it is an answer to this arrangement, else None. Never raises."""

    @abstractmethod
    def score(self, spec: Spec, response: Response) -> Fraction:
        """The fraction that a well-formed `response` earns."""

    @abstractmethod
    def marked(
        self, content: Content, order: Order, response: Response, items: Collection[Item]
    ) -> dict[str, Any]:
        """The layout with what `items` allow to be said about each row."""

    @abstractmethod
    def solution(self, content: Content) -> list[str]:
        """The right answer as lines of HTML."""

    @abstractmethod
    def answer_text(self, content: Content, response: Response) -> str:
        """The response as plain text for an export; "" if blank."""

    def shares(self, spec: Spec, response: Response) -> list[bool] | None:
        """Which parts of a well-formed response are right, for kinds whose parts count alike.

        None for all other kinds: what an answer earns there is not a sum over its parts.
        """
        return None

    def fits(self, spec: Spec, response: Response) -> bool:
        """Whether `response` is blank or can be read against this version of the question."""
        return response is None or self.well_formed(self.keys(spec), response) is not None

    def rubric(self, spec: Spec) -> list[Mapping[str, Any]]:
        """The criteria that a marker goes by, with their levels; none where nobody has to."""
        return []

    def weigh(self, spec: Spec, judgement: Mapping[str, str]) -> Fraction:
        """The fraction 0..1 that a marker's levels {criterion: level} earn.

        ValueError with a sentence for the marker if they do not fit the rubric.
        """
        raise ValueError("This question has no rubric to mark it by.")

    def waits(self, spec: Spec, response: Response) -> bool:
        """Whether only a person can say what `response` earns."""
        return self.by_hand and self.well_formed(self.keys(spec), response) is not None

    def grade(self, spec: Spec, response: Response) -> Fraction:
        """The fraction 0..1 that `response` earns; blank and malformed answers earn 0.

        Raises `NeedsMarking` where only a person can say (`waits`).
        """
        answer = self.well_formed(self.keys(spec), response)
        return Fraction(0) if answer is None else self.score(spec, answer)

    def outcome(self, spec: Spec, response: Response, earned: Fraction | None = None) -> str:
        """One word for the answer: "blank", "wrong", "partly", "right", or "waits" for a person.

        `earned` is the fraction that a person gave it, if one has.
        """
        if self.well_formed(self.keys(spec), response) is None:
            return "blank"
        if earned is None:
            if self.waits(spec, response):
                return "waits"
            earned = self.grade(spec, response)
        return "right" if earned == 1 else "partly" if earned else "wrong"

    def review(
        self,
        content: Content,
        order: Order,
        response: Response,
        *,
        items: Collection[Item],
        earned: Fraction | None = None,
    ) -> dict[str, Any]:
        """What the student sees afterwards: `present` plus exactly what `items` allow.

        `earned` is the fraction that a person gave, where answers are marked by hand.

        `outcome` and each row's `correct`, `feedback`, `misconception`, `lens` and `evidence`,
        the general `feedback` and the `solution` are absent, not empty, while hidden. Options
        that were not chosen are explained only together with the right answer.
        """
        if Item.ATTEMPT not in items:
            return {"kind": self.name}
        answer = self.well_formed(order, response)
        page = self.present(content, order, response)
        page |= self.marked(content, order, answer, items)
        if Item.CORRECTNESS in items:
            page["outcome"] = self.outcome(content, response, earned)
        if Item.GENERAL_FEEDBACK in items:
            page["feedback"] = content.get("feedback", "")
        if Item.RIGHT_ANSWER in items:
            page["solution"] = self.solution(content)
        return page


def tokens(keys: Sequence[str]) -> dict[str, str]:
    """Each stable key's token: a letter by presented place."""
    return dict(zip(keys, ascii_lowercase, strict=False))


def key_of(order: Sequence[str], token: Any) -> str:
    """The stable key behind a token; ValueError if the page offered no such choice."""
    for key, known in tokens(order).items():
        if known == token:
            return key
    raise ValueError(NOT_A_CHOICE)


def shuffled(keys: Sequence[str], rng: random.Random) -> list[str]:
    """The keys in random order; the same for the same seed wherever the author put them."""
    keys = sorted(keys)
    rng.shuffle(keys)
    return keys


def explain(
    row: Mapping[str, Any], items: Collection[Item], *, chosen: bool, right: bool
) -> dict[str, Any]:
    """What `items` allow to be said about one row that was chosen or not, right or not."""
    said: dict[str, Any] = {}
    if not chosen and Item.RIGHT_ANSWER not in items:
        return said
    if Item.CORRECTNESS in items or Item.RIGHT_ANSWER in items:
        said["correct"] = right
    if Item.SPECIFIC_FEEDBACK in items:
        said |= {
            "feedback": row.get("feedback", ""),
            "misconception": row.get("misconception", ""),
            "lens": row.get("lens", ""),
            "evidence": row.get("evidence"),
        }
    return said


def text_of(markup: str) -> str:
    """Sanitised HTML as one line of plain text."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", markup)).split())


def plain(spec: Any) -> Any:
    """A copy as the database stores it: plain JSON, every mapping's keys text.

    YAML reads the keys `true:` and `false:` as booleans; this gives them their names back.
    ValueError if JSON cannot hold the value.
    """
    try:
        return json.loads(json.dumps(spec, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"The spec cannot be stored as JSON: {error}.") from None


def digest(kind: str, spec: Any) -> str:
    """The address of a question version: SHA-256 over kind and canonical JSON, in hex."""
    canonical = json.dumps(
        [kind, plain(spec)], sort_keys=True, separators=(",", ":"), ensure_ascii=True
    )
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _without_key(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {field: inner for field, inner in value.items() if field not in SECRET}
    if isinstance(value, list):
        return sorted(map(_without_key, value), key=lambda row: row["key"])
    return value


def _rewrite(value: Any, change: Callable[[str, str, str], str], path: str) -> Any:
    if isinstance(value, Mapping):
        copy: dict[str, Any] = {}
        for field, inner in value.items():
            inner_path = f"{path}.{field}" if path else str(field)
            if field in TEXTS and isinstance(inner, str):
                copy[field] = change(inner_path, inner, TEXTS[field])
            elif field in TEXTS and isinstance(inner, list):
                copy[field] = [
                    change(f"{inner_path}[{at}]", text, TEXTS[field])
                    if isinstance(text, str)
                    else text
                    for at, text in enumerate(inner)
                ]
            else:
                copy[field] = _rewrite(inner, change, inner_path)
        return copy
    if isinstance(value, list | tuple):
        return [_rewrite(inner, change, f"{path}[{at}]") for at, inner in enumerate(value)]
    return value
