"""A load on one server: signed-in people asking over connections that stay open."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import count
from urllib.parse import urlencode

CONNECTIONS = 4
PATIENCE = 30  # seconds for one answer


@dataclass(frozen=True)
class Ask:
    """One request: of whom (a Cookie header), what, and the status it must be answered with."""

    cookie: str
    path: str
    method: str = "GET"
    fields: Sequence[tuple[str, str]] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    body: bytes
    location: str


@dataclass(frozen=True)
class Load:
    replies: Sequence[Reply]
    seconds: float


def send(port: int, asks: Sequence[Ask]) -> Load:
    """Send all of `asks`, `CONNECTIONS` at a time; replies come in the order of the asks.

    Raises RuntimeError when one is not answered as it must be.
    """
    replies: list[Reply | None] = [None] * len(asks)
    numbers = count()

    def work(_: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            while (number := next(numbers)) < len(asks):
                replies[number] = _exchange(connection, asks[number])
        finally:
            connection.close()

    start = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(work, range(CONNECTIONS)))  # the list brings up what a thread raised
    seconds = time.perf_counter() - start
    return Load([reply for reply in replies if reply is not None], seconds)


def _exchange(connection: HTTPConnection, ask: Ask) -> Reply:
    headers = {"Cookie": ask.cookie, "Accept-Encoding": "identity", **ask.headers}
    body = None
    if ask.method == "POST":
        body = urlencode(ask.fields)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(ask.method, ask.path, body, headers)
    response = connection.getresponse()
    content = response.read()
    if response.status != ask.status:
        start = content[:300].decode("utf-8", "replace")
        raise RuntimeError(
            f"{ask.method} {ask.path} was answered with {response.status}, not {ask.status}:"
            f" {start}"
        )
    return Reply(content, response.headers.get("Location") or "")
