"""Lessons: their length, their language, their parts, and what they say of the present."""

import re
from collections.abc import Iterator
from datetime import date

from courses import dates
from courses.content_io.catalogue import Catalogue, Key
from courses.content_io.reading import Complaint, Entry
from courses.rendering import Fault
from quizzes.auditing.language import lix, words

WORDS = (800, 1500)
LIX = (28.0, 50.0)
"""Plainer than a scholarly article, and still an argument."""

LENGTH = "The body has {words} words without its citations; {least} to {most} are asked for."
LANGUAGE = (
    "The body has a readability index (LIX) of {lix:.0f}; {least:.0f} to {most:.0f} is asked for."
    " Shorten the sentences, or the words."
)
NO_CHECKPOINT = "There is no checkpoint. Put one in: {{ checkpoint: key }}."
SENTENCES = "The summary has {number} sentences; three are asked for."
NO_EXAMPLE = "Nothing is worked through. Put in a call-out “example”, a figure or a table."
NO_START = (
    "“{title}” does not say since when it holds. End its first paragraph with"
    " {{: #id valid-from=2012-12-19 }}."
)
PAST = (
    "“{title}” was to be looked at again by {day}. Look, mend it if need be, and give it another"
    " valid-to."
)

_END = re.compile(r"(?<![ .(“][A-Z])[.!?][”’)]*(?=\s|$)")
_ABBREVIATION = re.compile(r"\b(?:fn|ch|p|pp|cf|e\.g|i\.e|vol|St|U\.S|U\.N)\.$")


def entries(catalogue: Catalogue) -> Iterator[tuple[Key, Entry]]:
    yield from catalogue.entries.get("courses.lesson", {}).items()


def length_and_language(catalogue: Catalogue) -> Iterator[Complaint]:
    for key, entry in entries(catalogue):
        text = prose(catalogue, key[0])
        length = len(words(text))
        if not WORDS[0] <= length <= WORDS[1]:
            sentence = LENGTH.format(words=length, least=WORDS[0], most=WORDS[1])
            yield entry.complaint(Fault("body", sentence))
        if not LIX[0] <= lix(text) <= LIX[1]:
            sentence = LANGUAGE.format(lix=lix(text), least=LIX[0], most=LIX[1])
            yield entry.complaint(Fault("body", sentence))


def prose(catalogue: Catalogue, lesson: str) -> str:
    """What a lesson's paragraphs say, with their lists and tables, and without the drawings."""
    return " ".join(passage.prose for passage in catalogue.passages.get(lesson, []))


def shape(catalogue: Catalogue) -> Iterator[Complaint]:
    for _, entry in entries(catalogue):
        body = entry.values.get("body", "")
        if "{{ checkpoint:" not in body:
            yield entry.complaint(Fault("body", NO_CHECKPOINT))
        if not any(sign in body for sign in ("!!! example", "{{ figure:", "\n|", "\n    |")):
            yield entry.complaint(Fault("body", NO_EXAMPLE))
        number = sentences(entry.values.get("summary", ""))
        if number != 3:
            yield entry.complaint(Fault("summary", SENTENCES.format(number=number)))


def sentences(text: str) -> int:
    """How many sentences a short text has; a full stop after "fn" or a capital ends none."""
    return sum(not _ABBREVIATION.search(text[: found.start() + 1]) for found in _END.finditer(text))


def out_of_date(catalogue: Catalogue, today: date) -> Iterator[Complaint]:
    """Notes on what has changed since that do not say from when, or that are due for a look."""
    for key, entry in entries(catalogue):
        told: set[str] = set()
        passages = catalogue.passages.get(key[0], [])
        dated = {passage.callout_title for passage in passages if passage.valid_from}
        for passage in passages:
            if passage.callout == "since-then" and passage.callout_title not in dated | told:
                told.add(passage.callout_title)
                yield entry.complaint(Fault("body", NO_START.format(title=passage.callout_title)))
            if passage.valid_to and dates.parse(passage.valid_to).last < today:
                day = dates.in_words(passage.valid_to)
                name = passage.callout_title or passage.anchor
                yield entry.complaint(Fault("body", PAST.format(title=name, day=day)))
