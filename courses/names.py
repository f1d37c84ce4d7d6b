"""Names of people: which can be taken, and in what order they stand."""

import unicodedata

# A name that turns the direction of writing changes what stands beside it on every page.
UNSEEN = (
    "A name cannot hold invisible characters, such as line ends or turns of the direction of "
    "writing. Type it anew."
)
JOINERS = (
    "\u200c\u200d"  # invisible as well, and needed to write Persian and the languages of India
)
REFUSED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# To Unicode these are no letters with an accent; they stand with them all the same.
STANDS_WITH = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def fault(name: str) -> str:
    """What is wrong with a name, in a sentence; empty for one that can be taken."""
    if any(unicodedata.category(sign) in REFUSED and sign not in JOINERS for sign in name):
        return UNSEEN
    return ""


def sort_key(name: str) -> bytes:
    """What a name is sorted by: without capitals, accents and invisible signs, in UTF-8.

    As bytes, because every database and Python compare these alike; of texts each collation has
    an order of its own.
    """
    apart = unicodedata.normalize("NFKD", name.casefold()).translate(STANDS_WITH)
    kept = (sign for sign in apart if unicodedata.category(sign) not in REFUSED | {"Mn"})
    return " ".join("".join(kept).split()).encode("utf-8", "replace")
