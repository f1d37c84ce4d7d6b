"""Finds what is wrong with a spec and says so to its author, each fault at its path."""

from collections.abc import Mapping, Sequence
from typing import Any

from courses.rendering.faults import Fault

from .base import KEY, LENSES, TELLTALE, plain

EVIDENCE = ("lesson", "paragraph", "source", "locator", "why")
MOST_HINTS = 5  # each one is a try more


class Inspection:
    """Walks one spec, collecting faults; survives any shape it meets."""

    def __init__(self, spec: Any, *, draft: bool) -> None:
        self.draft = draft
        self.faults: list[Fault] = []
        try:
            self.spec = plain(spec)
        except ValueError as error:
            self.spec = {}
            self.fault("spec", str(error))

    def fault(self, path: str, message: str) -> None:
        self.faults.append(Fault(path, message, None))

    def table(self, value: Any, path: str, fields: Sequence[str]) -> dict[str, Any]:
        """`value` as a mapping that has no other than these fields."""
        if not isinstance(value, Mapping):
            self.fault(path or "spec", "Write this as a mapping with fields.")
            return {}
        for field in value:
            if field not in fields:
                here = f"{path}.{field}" if path else field
                self.fault(here, f"Unknown field. Known here: {', '.join(fields)}.")
        return dict(value)

    def rows(
        self,
        table: Mapping[str, Any],
        field: str,
        fields: Sequence[str],
        low: int,
        high: int,
        path: str = "",
    ) -> list[dict[str, Any]]:
        """The `low` to `high` rows of `table[field]`, each with its own key.

        Each has its own text too, if "text" is among its `fields`.
        """
        whole = f"{path}.{field}" if path else field
        rows = [
            self.table(row, f"{whole}[{at}]", fields)
            for at, row in enumerate(self.listing(table, field, low, high, path))
        ]
        keys: set[str] = set()
        texts: set[str] = set()
        for at, row in enumerate(rows):
            path = f"{whole}[{at}]"
            key = self.key(row, path)
            text = self.text(row, "text", path) if "text" in fields else ""
            if key and key in keys:
                self.fault(f"{path}.key", f"The key {key} is taken by an entry above.")
            if text and text in texts:
                self.fault(f"{path}.text", "An entry above reads the same.")
            keys.add(key)
            texts.add(text)
        return rows

    def listing(
        self, table: Mapping[str, Any], field: str, low: int, high: int, path: str = ""
    ) -> list[Any]:
        """The list of `low` to `high` entries in `field`; [] if it is none."""
        value = table.get(field)
        if not isinstance(value, list) or not low <= len(value) <= high:
            here = f"{path}.{field}" if path else field
            self.fault(here, f"Give a list of {low} to {high} entries.")
        return value if isinstance(value, list) else []

    def key(self, row: Mapping[str, Any], path: str) -> str:
        """The row's stable key, or "" if it has none that will do."""
        key = row.get("key")
        if not isinstance(key, str) or len(key) > 80 or not KEY.fullmatch(key):
            self.fault(
                f"{path}.key",
                "Give a key of lower-case words joined by hyphens, at most 80 characters;"
                " quote it if it is a number, yes, no, true or false.",
            )
            return ""
        if key in TELLTALE:
            self.fault(f"{path}.key", "Name the key after what the entry says, not its rightness.")
        return key

    def text(
        self, table: Mapping[str, Any], field: str, path: str = "", *, needed: bool = True
    ) -> str:
        """The text in `field`, without outer space; "" if it is missing or no text."""
        here = f"{path}.{field}" if path else field
        value = table.get(field, "")
        if not isinstance(value, str):
            self.fault(here, "Write this as text; quote it if it looks like a number or yes/no.")
            return ""
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            self.fault(here, "This holds a character that cannot be stored. Remove it.")
        text = value.strip()
        if needed and not text:
            self.fault(here, "Missing. Write this text.")
        return text

    def word(self, table: Mapping[str, Any], field: str, known: Sequence[str]) -> str:
        """The word in `field`, one of those known."""
        value = table.get(field)
        if not isinstance(value, str) or value not in known:
            self.fault(field, f"Choose one of: {', '.join(known)}.")
            return ""
        return value

    def flag(self, table: Mapping[str, Any], field: str, path: str = "") -> bool:
        """The true or false in `field`."""
        value = table.get(field)
        if not isinstance(value, bool):
            self.fault(f"{path}.{field}" if path else field, "Say true or false.")
        return value is True

    def opening(self, *fields: str) -> dict[str, Any]:
        """The spec itself: prompt, hints, general feedback and the kind's own `fields`."""
        spec = self.table(self.spec, "", ("prompt", "feedback", *fields, "hints"))
        self.text(spec, "prompt")
        self.text(spec, "feedback", needed=not self.draft)
        if "hints" in spec:
            for at, hint in enumerate(self.listing(spec, "hints", 1, MOST_HINTS)):
                self.text({f"hints[{at}]": hint}, f"hints[{at}]")
        return spec

    def explanation(self, row: Mapping[str, Any], path: str) -> None:
        """What is said about one row afterwards, and the passage that decides it."""
        self.comment(row, path)
        self.grounds(row, path)

    def comment(self, row: Mapping[str, Any], path: str) -> None:
        """What is said about one row afterwards."""
        self.text(row, "feedback", path, needed=not self.draft)
        self.text(row, "misconception", path, needed=False)
        if row.get("lens", "") not in ("", *LENSES):
            self.fault(f"{path}.lens", f"Choose one of: {', '.join(LENSES)}, or leave it empty.")

    def grounds(self, row: Mapping[str, Any], path: str) -> None:
        """The passage that decides one row."""
        evidence = row.get("evidence")
        if evidence is None:
            if not self.draft:
                self.fault(f"{path}.evidence", "Missing. Name the paragraph that decides this.")
            return
        here = f"{path}.evidence"
        evidence = self.table(evidence, here, EVIDENCE)
        for field in EVIDENCE:
            # A work without pages has no locator.
            self.text(evidence, field, here, needed=field != "locator" and not self.draft)
