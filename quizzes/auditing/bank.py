"""The bank as a whole: enough questions, none asked twice, no key given away by its form."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from courses.content_io.catalogue import Catalogue, Key, Values
from courses.content_io.reading import Complaint, Entry
from courses.rendering import Fault
from quizzes.auditing.chance import at_least
from quizzes.models import Question

A_LESSON = 8
JUDGING = 40
UNLIKELY = 0.01
"""Below this probability, the form of the keys is no accident."""
ALIKE = 88.0
"""Two texts of this likeness, 0..100, are one question in other words."""

TOO_FEW = "{number} questions rest on this lesson; {least} are asked for."
TOO_FEW_JUDGE = "{number} questions ask to judge a source; {least} are asked for."
GIVEN_AWAY = (
    "In {number} of {count} single-choice questions the right option is {how}; chance would have it"
    " about {expected:.0f} times (probability {chance:.4f}). Rewrite some: {examples}."
)
LIKE = "This is nearly the same as “{other}” ({score:.0f} % alike). Rewrite one, or drop it."

READY = Question.Status.READY
_MARKS = re.compile(r"\[\[(?:[^\]|]*\|)?([^\]]*)\]\]|\[@[^\]]*\]|[*_`]")


def entries(catalogue: Catalogue) -> Iterator[tuple[Key, Entry]]:
    for key, entry in catalogue.entries.get("quizzes.question", {}).items():
        if entry.values["status"] == READY:
            yield key, entry


def lessons_of(values: Values) -> set[str]:
    """The lessons that a question's evidence leads to."""
    found: set[str] = set()
    waiting = [values["spec"]]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            evidence = part.get("evidence")
            if isinstance(evidence, dict) and "lesson" in evidence:
                found.add(evidence["lesson"])
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return found


def number(catalogue: Catalogue) -> Iterator[Complaint]:
    counts: dict[str, int] = defaultdict(int)
    for _, entry in entries(catalogue):
        for lesson in lessons_of(entry.values):
            counts[lesson] += 1
    for key, entry in catalogue.entries.get("courses.lesson", {}).items():
        if counts[key[0]] < A_LESSON:
            sentence = TOO_FEW.format(number=counts[key[0]], least=A_LESSON)
            yield entry.complaint(Fault("activity", sentence))


def is_judging(catalogue: Catalogue, values: Values) -> bool:
    """Whether a question asks to judge a source: one of its objectives' verb is “judge”."""
    return any(
        (catalogue.get("courses.objective", key) or {}).get("verb") == "judge"
        for key in values["objectives"]
    )


def judging(catalogue: Catalogue) -> Iterator[Complaint]:
    there = sum(is_judging(catalogue, entry.values) for _, entry in entries(catalogue))
    first = next((entry for _, entry in entries(catalogue)), None)
    if first and there < JUDGING:
        sentence = TOO_FEW_JUDGE.format(number=there, least=JUDGING)
        yield Complaint(first.file, 0, "", "", sentence)


@dataclass(frozen=True)
class Choice:
    """A single-choice question as a guesser sees it: lengths of its options, and which is right."""

    entry: Entry
    lengths: tuple[int, ...]
    right: int

    @property
    def is_longest(self) -> bool:
        """Strictly: where two share the greatest length, a guesser learns nothing."""
        return all(
            self.lengths[self.right] > length
            for at, length in enumerate(self.lengths)
            if at != self.right
        )


def choices(catalogue: Catalogue, module: Key | None = None) -> list[Choice]:
    """The graded and practice questions of kind “single”, of one module or all."""
    found = []
    for _, entry in entries(catalogue):
        if entry.values["kind"] != "single" or module not in (None, entry.values["module"]):
            continue
        options = entry.values["spec"]["options"]
        right = next(at for at, option in enumerate(options) if option["correct"])
        lengths = tuple(len(plain(option["text"])) for option in options)
        found.append(Choice(entry, lengths, right))
    return found


def length_of_key(catalogue: Catalogue) -> Iterator[Complaint]:
    yield from _given_away(choices(catalogue), lambda choice: choice.is_longest, "the longest")


def place_of_key(catalogue: Catalogue) -> Iterator[Complaint]:
    """As written. Delivery shuffles, but a quiz may choose not to."""
    yield from _given_away(choices(catalogue), lambda choice: choice.right == 0, "the first")


def _given_away(found: Sequence[Choice], tells, how: str) -> Iterator[Complaint]:  # type: ignore[no-untyped-def]
    told = [choice for choice in found if tells(choice)]
    chances = [1 / len(choice.lengths) for choice in found]
    chance = at_least(len(told), chances)
    if told and chance < UNLIKELY:
        examples = ", ".join(choice.entry.name for choice in told[:12])
        sentence = GIVEN_AWAY.format(
            number=len(told),
            count=len(found),
            how=how,
            expected=sum(chances),
            chance=chance,
            examples=examples,
        )
        yield Complaint(told[0].entry.file, 0, "", "", sentence)


def near_duplicates(catalogue: Catalogue) -> Iterator[Complaint]:
    """Questions that are another one in other words, by the likeness of all that they say."""
    # Words sorted once and compared by `ratio` are what `token_sort_ratio` sorts for each pair.
    found = [
        (entry, " ".join(sorted(said(entry.values).split()))) for _, entry in entries(catalogue)
    ]
    texts = [text for _, text in found]
    for at, (entry, text) in enumerate(found[1:], start=1):
        match = process.extractOne(text, texts[:at], scorer=fuzz.ratio, score_cutoff=ALIKE)
        if match:
            other = found[match[2]][0]
            sentence = LIKE.format(other=other.name, score=match[1])
            yield entry.complaint(Fault("spec.prompt", sentence))


def said(values: Values) -> str:
    """The prompt and every text to choose from, as one string."""
    spec = values["spec"]
    parts = [spec.get("prompt") or spec.get("statement") or "", spec.get("text") or ""]
    parts += _offered(spec)
    return plain(" ".join(parts)).lower()


LISTS = ("options", "prompts", "statements", "answers", "bins", "items", "reasons", "gaps")


def _offered(part: Values) -> Iterator[str]:
    """Every text to choose from, and every answer to expect, of a spec or one of its rows."""
    for name in LISTS:
        for row in part.get(name) or []:
            if isinstance(row, dict):
                own = (row.get(field) for field in ("text", "value", "from", "to", "date"))
                yield from (str(value) for value in own if value is not None)
                yield from map(str, row.get("accept") or [])
                yield from _offered(row)


def plain(text: str) -> str:
    """A text as it is read: without marks of emphasis, links and citations."""
    return " ".join(_MARKS.sub(lambda found: found.group(1) or "", text).split())
