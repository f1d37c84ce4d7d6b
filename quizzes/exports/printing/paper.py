"""What a style sheet and an address come to on paper; see `__main__`."""

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

BASE = "http://page.invalid/"

_ROOT_RULE = re.compile(r":root[^{]*\{([^{}]*)\}")
_PROPERTY = re.compile(r"(--[\w-]+)\s*:\s*([^;]+)")
_CHART_RULE = re.compile(r"^\s*(\.chart[^{}]*)\{([^{}]*)\}", re.MULTILINE)
_VAR = re.compile(r"var\((--[\w-]+)(?:,\s*((?:[^()]|\([^()]*\))*))?\)")
_SCHEMES = re.compile(r"light-dark\(([^,()]*(?:\([^()]*\)[^,()]*)*),(?:[^()]|\([^()]*\))*\)")


def on_paper(css: str) -> str:
    """A style sheet with the colours of paper: WeasyPrint knows one scheme."""
    return _SCHEMES.sub(lambda found: found[1].strip(), css)


def of_charts(css: str) -> str:
    """The rules of a style sheet for charts, spelt out.

    WeasyPrint draws an SVG by what stands in it alone: no rule of the page reaches it, and no
    custom property.
    """
    known: dict[str, str] = {}
    for rule in _ROOT_RULE.finditer(css):  # those for print come last, and hold
        known.update((name, value.strip()) for name, value in _PROPERTY.findall(rule[1]))

    def spelt_out(text: str) -> str:
        for _depth in range(5):
            text = _VAR.sub(lambda found: known.get(found[1], found[2] or ""), text)
        return text

    rules = [f"{name.strip()} {{{spelt_out(body)}}}" for name, body in _CHART_RULE.findall(css)]
    return "svg { color: #000 } " + " ".join(rules)


def file_of(url: str, static_url: str, folders: Sequence[str]) -> Path:
    """The file behind a static address. Raises ValueError for every other address."""
    path = unquote(urlsplit(url).path)
    if not url.startswith(BASE) or not path.startswith(static_url):
        raise ValueError(f"Nothing is fetched for a PDF but static files: {url}")
    for folder in map(Path, folders):
        found = (folder / path.removeprefix(static_url)).resolve()
        if found.is_relative_to(folder.resolve()) and found.is_file():
            return found
    raise ValueError(f"There is no such static file: {url}")
