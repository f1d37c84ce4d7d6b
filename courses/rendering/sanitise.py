"""The last step: one allow-list of everything that a rendered text may contain.

It holds exactly what `reading.py` and the Markdown library emit. Whatever else turns up, through a
fault in either, is dropped here. Drawings are ours, not an author's, and are put in afterwards.
"""

import nh3

TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "hr", "br", "blockquote", "pre", "code"),
    *("ul", "ol", "li", "dl", "dt", "dd"),
    *("table", "thead", "tbody", "tr", "th", "td"),
    *("em", "strong", "a", "span", "small", "sup", "aside", "div"),
}
ATTRIBUTES = {
    "*": {"id"},
    "a": {"href", "rel", "aria-label"},
    "aside": {"aria-labelledby"},
    "div": {"aria-label"},
    "ol": {"start"},
}
VALUES = {
    "aside": {"role": {"note"}},
    "div": {"role": {"region"}, "tabindex": {"0"}},
    "td": {"align": {"left", "center", "right"}},
    "th": {"align": {"left", "center", "right"}, "scope": {"col"}},
}
CALLOUTS = {
    "note": "Note",
    "example": "Example",
    "key-idea": "Key idea",
    "source-note": "Source note",
    "since-then": "Since then",
}
CLASSES = {
    "a": {"cite", "term", "sidenote-ref"},
    "aside": {"callout", *(f"callout-{kind}" for kind in CALLOUTS)},
    "div": {"table-scroll"},
    "p": {"callout-title", "broken"},
    "small": {"sidenote"},
    "span": {"cites", "broken", "note", "sidenote-number"},
}

_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    tag_attribute_values=VALUES,
    allowed_classes=CLASSES,
    url_schemes={"https"},
    link_rel=None,
)


def sanitise(html: str) -> str:
    """Keep what is on the list; drop other attributes, unwrap other tags, delete scripts."""
    return _CLEANER.clean(html)
