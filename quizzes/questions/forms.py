"""What authors accept as a typed answer, and how a typed answer is compared with it.

A form is a text with a little syntax, and no regular expression:

    the Commonwealth [of] Independent States    a part in brackets may be there or not
    (the )?Commonwealth                         so may one in parentheses with a question mark
    (NATO|North Atlantic Alliance)              a bar stands between alternatives
    North (Atlantic (Treaty|Alliance)|allies)   all of it nests

A form is spelt out into the plain answers that it stands for, at most `MOST` of them, which are
then looked up in a set: the time to compare grows with the length of the answer and with nothing
else, whatever author and student write.

Form and answer are folded first. White space and punctuation never matter: a hyphen or a dash is a
space, full stops, apostrophes and signs that nobody sees are nothing. Capitals and accents matter
only where the author says so (`exact`).
"""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA

from .checking import Inspection
from .typed import plainly

MOST = 200
LONGEST_FORM = 200
EXACT = ("case", "accents")

OPEN_PART = "“{form}” opens a part with “{sign}” that it does not close. Close it."
STRAY_END = (
    "“{form}” closes a part with “{sign}” that it did not open. Delete it, or open the part."
)
TOO_MANY = "“{form}” stands for more than {most} answers. Divide it into several forms."
TOO_LONG_FORM = "This form has more than {most} characters. Divide it."
EMPTY_FORM = "“{form}” may stand for no answer at all. Leave some letter or digit always there."
TAKEN = "“{answer}” is accepted by an entry above too. Leave it to one of them."

TOLD = {
    (): "Capital letters, accents and punctuation do not matter.",
    ("case",): "Accents and punctuation do not matter; capital letters do.",
    ("accents",): "Capital letters and punctuation do not matter; accents do.",
    ("case", "accents"): "Punctuation does not matter; capital letters and accents do.",
}
TOLD_EDITS = " Up to {slips} of spelling is forgiven in a longer word or phrase, none in a number."

# Letters that Unicode does not take apart into a plain one and an accent.
PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
    | {"Ø": "O", "Đ": "D", "Ð": "D", "Ł": "L", "Þ": "Th", "Æ": "Ae", "Œ": "Oe"}
)
NOTHING = frozenset(".'’‘ʼ´`")  # the signs that people type for an apostrophe


def fold(text: str, exact: Sequence[str] = ()) -> str:
    """A text as it is compared: see the module's own words. Linear in its length."""
    text = unicodedata.normalize("NFKC", plainly(text))
    if "accents" not in exact:
        apart = unicodedata.normalize("NFD", text.translate(PLAIN_LETTERS))
        text = "".join(sign for sign in apart if not unicodedata.combining(sign))
    if "case" not in exact:
        text = text.casefold()
    kept = (
        sign if sign.isalnum() or unicodedata.combining(sign) else " "
        for sign in text
        if sign not in NOTHING
    )
    return " ".join("".join(kept).split())


def spelt_out(form: str) -> list[str]:
    """The plain answers that a form stands for, in the author's order: the fullest one first.

    ValueError with a sentence for the author if the form cannot be read.
    """
    # Each level: the sign that opened it, its finished alternatives, the one being written.
    levels: list[tuple[str, list[str], list[str]]] = [("", [], [""])]
    at = 0
    while at < len(form):
        sign = form[at]
        at += 1
        opened, finished, current = levels[-1]
        if sign in "([":
            levels.append((sign, [], [""]))
        elif sign == "|":
            finished += current
            levels[-1] = (opened, finished, [""])
        elif sign in ")]":
            if opened != {")": "(", "]": "["}[sign]:
                raise ValueError(STRAY_END.format(form=form, sign=sign))
            part = finished + current
            if sign == "]" or form[at : at + 1] == "?":
                at += sign == ")"
                part = [*part, ""]
            levels.pop()
            opened, finished, current = levels[-1]
            if len(current) * len(part) > MOST:
                raise ValueError(TOO_MANY.format(form=form, most=MOST))
            joined = [before + after for before in current for after in part]
            levels[-1] = (opened, finished, joined)
        else:
            levels[-1] = (opened, finished, [before + sign for before in current])
        if len(levels[-1][1]) + len(levels[-1][2]) > MOST:
            raise ValueError(TOO_MANY.format(form=form, most=MOST))
    opened, finished, current = levels[-1]
    if opened:
        raise ValueError(OPEN_PART.format(form=form, sign=opened))
    return list(dict.fromkeys(" ".join(answer.split()) for answer in finished + current))


@lru_cache(maxsize=1024)
def _folded(accept: tuple[str, ...], exact: tuple[str, ...]) -> frozenset[str]:
    return frozenset(fold(answer, exact) for form in accept for answer in spelt_out(form))


def find(
    answers: Sequence[Mapping[str, Any]], text: str, *, exact: Sequence[str] = (), edits: int = 0
) -> Mapping[str, Any] | None:
    """The entry whose forms accept `text`, or None.

    One that accepts it as it stands comes before one that accepts it with up to `edits` slips (a
    letter too many, too few, another one, or two that changed places: optimal string alignment).
    The nearest entry wins, then the author's order. A form of fewer than 4 characters forgives no
    slip and one of fewer than 8 only one, or “CST” would pass for “CSTO”. No slip is forgiven in a
    digit: Article 5 is not a misspelt Article 51.
    """
    given = fold(text, exact)
    forms = [_folded(tuple(answer["accept"]), tuple(exact)) for answer in answers]
    for answer, accepted in zip(answers, forms, strict=True):
        if given in accepted:
            return answer
    best, distance = None, edits + 1
    for answer, accepted in zip(answers, forms, strict=True):
        for form in accepted:
            allowed = min(edits, len(form) // 4) if digits(form) == digits(given) else 0
            slips = OSA.distance(given, form, score_cutoff=allowed)
            if slips <= allowed and slips < distance:
                best, distance = answer, slips
    return best


def digits(text: str) -> str:
    """The digits of a folded text, in their order."""
    return "".join(filter(str.isdecimal, text))


def written(answer: Mapping[str, Any]) -> str:
    """An entry as the solution writes it: its first form, in full."""
    return spelt_out(answer["accept"][0])[0]


def inspect_forms(
    inspection: Inspection,
    answers: Sequence[Mapping[str, Any]],
    path: str,
    exact: Sequence[str],
) -> None:
    """Check the forms of all `answers`, which stand at `path`."""
    taken: set[str] = set()
    for at, answer in enumerate(answers):
        own: set[str] = set()
        accept = inspection.listing(answer, "accept", 1, 30, f"{path}[{at}]")
        for place, form in enumerate(accept):
            here = f"{path}[{at}].accept"
            text = inspection.text({f"accept[{place}]": form}, f"accept[{place}]", f"{path}[{at}]")
            if not text:
                continue
            if len(text) > LONGEST_FORM:
                inspection.fault(f"{here}[{place}]", TOO_LONG_FORM.format(most=LONGEST_FORM))
                continue
            try:
                plain = spelt_out(text)
            except ValueError as fault:
                inspection.fault(f"{here}[{place}]", str(fault))
                continue
            folded = {fold(answer, exact): answer for answer in plain}
            if "" in folded:
                inspection.fault(f"{here}[{place}]", EMPTY_FORM.format(form=text))
            for known in sorted(taken & folded.keys() - {""}):
                inspection.fault(f"{here}[{place}]", TAKEN.format(answer=folded[known]))
            own |= folded.keys()
        taken |= own


def inspect_comparing(inspection: Inspection, spec: Mapping[str, Any]) -> list[str]:
    """Check `exact` and `edits`; what is to be compared exactly."""
    exact = inspection.listing(spec, "exact", 0, 2) if "exact" in spec else []
    if any(word not in EXACT for word in exact):
        inspection.fault("exact", f"List what matters, out of: {', '.join(EXACT)}.")
    edits = spec.get("edits", 0)
    if isinstance(edits, bool) or not isinstance(edits, int) or not 0 <= edits <= 2:
        inspection.fault("edits", "Say how many slips to forgive: 0, 1 or 2.")
    return [word for word in exact if isinstance(word, str)]


def told(spec: Mapping[str, Any]) -> str:
    """How typed words are compared, for the student."""
    exact, edits = spec.get("exact", []), spec.get("edits", 0)
    said = TOLD[tuple(word for word in EXACT if word in exact)]
    if edits:
        said += TOLD_EDITS.format(slips="one slip" if edits == 1 else "two slips")
    return said
