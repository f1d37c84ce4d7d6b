"""Answering a quiz page as a browser without scripts would: from its HTML alone."""

from html.parser import HTMLParser

Fields = list[tuple[str, str]]


class AttemptPage(HTMLParser):
    """The page of an open attempt: for each question, the fields of one answer.

    Ticks the first choice, types where there is nothing to choose, and gives the n-th drop-down
    list its n-th option, so that no place of an ordering is given twice.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.questions: dict[int, Fields] = {}
        self._position = 0
        self._ticked = False
        self._selects = 0
        self._select = ""
        self._options: list[str] = []
        self._option: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "fieldset" and "data-position" in given:
            self._position = int(given["data-position"])
            self.questions[self._position] = []
            self._ticked, self._selects = False, 0
        elif not self._position:
            return
        elif tag == "input" and given["name"].endswith(".revision"):
            self._add(given["name"], given["value"])
        elif tag == "input" and given.get("type") == "text":
            self._add(given["name"], "1949")  # words, a number and a date at once
        elif tag == "input" and not self._ticked:
            self._ticked = True
            self._add(given["name"], given["value"])
        elif tag == "select":
            self._select, self._options = given["name"], []
        elif tag == "option":
            self._option = given.get("value")
            if self._option is not None:
                self._options.append(self._option)

    def handle_data(self, data: str) -> None:
        if self.get_starttag_text() == "<option>" and self._option is None and data.strip():
            self._options.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            answers = [option for option in self._options if option]
            self._add(self._select, answers[self._selects % len(answers)])
            self._selects += 1
        elif tag == "fieldset":
            self._position = 0

    def _add(self, name: str, value: str) -> None:
        self.questions[self._position].append((name, value))
