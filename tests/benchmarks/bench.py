"""The measuring itself: paired rounds of the site and a bare floor, on one database."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.benchmarks import figures
from tests.benchmarks.client import Ask, Reply, send
from tests.benchmarks.forms import AttemptPage, Fields
from tests.benchmarks.servers import ROOT, Database, Server, megabytes, serve
from tests.benchmarks.tables import paired, spread, table

LOOPBACK = {"127.0.0.1", "::1", "localhost"}

# The floor is a text of the page's length; for this row, a plain form of 40 radio buttons, as it
# was when the goal was set. The row beside the text stays, without a goal: a template of so many
# buttons alone costs twice the text, so its multiple tells of forms rather than of the page.
FORM = "attempt of 10, to a form"

# What to reach: processor time as a multiple of the floor's; statements; bytes of HTML.
ONE_POST = "whole attempt of 10, one post"
MOST_CPU = {"lesson": 1.5, FORM: 1.5, "save": 2.5, ONE_POST: 1.6}
MOST_QUERIES = {
    "lesson": 6,
    "attempt of 10": 8,
    "start": 20,
    "save": 6,
    "submit": 20,
    "whole attempt of 12": 110,
    ONE_POST: 45,
}
MOST_WRITES = {"lesson": 0, "save": 2, ONE_POST: 12}
# The goal of 20 KiB holds for a lesson's prose; the longest have a figure and its table besides.
MOST_BYTES = {"lesson": 30 * 1024}
MOST_MEGABYTES = 100
MOST_GROWTH = 1.0  # megabytes between half of the requests and all of them

Say = Callable[[str], None]


class BenchError(Exception):
    """The benchmark cannot run here; the message says why and what to do."""


@dataclass(frozen=True)
class Size:
    """How much is asked: bounds of count and of time (seconds for the rounds)."""

    students: int
    rounds: int
    requests: int  # of each page in one round
    memory: int  # requests to one worker
    seconds: int
    regraded: int  # attempts
    reported: tuple[int, ...]  # attempts of a class, one class each


WHOLE = Size(
    students=24,
    rounds=7,
    requests=192,
    memory=10_000,
    seconds=600,
    regraded=10_000,
    reported=(1_000, 10_000),
)
QUICK = Size(
    students=8,
    rounds=3,
    requests=64,
    memory=1_000,
    seconds=120,
    regraded=1_000,
    reported=(1_000,),
)


@dataclass(frozen=True)
class Measured:
    """One run: milliseconds of processor time for each request, and requests a second."""

    cpu: float
    rate: float


def run(*, postgres: str | None, size: Size, say: Say) -> None:
    """Measure on SQLite, then on PostgreSQL if its address is given. Raises `BenchError`."""
    if not Path("/proc/self/stat").exists():
        raise BenchError("The benchmark reads processor time from /proc, so it needs Linux.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="parallax-bench-")))
        say(figures.report() + "\n")
        # Before the minutes that SQLite takes: a wrong address is told at once.
        other = stack.enter_context(_postgres(postgres)) if postgres else None
        say(f"SQLite, {size.rounds} rounds; every run beside the floor's\n")
        _measure(f"sqlite:///{folder / 'bench.sqlite3'}", None, folder, size, say)
        if other:
            url, database = other
            say(f"\nPostgreSQL, {size.rounds} rounds\n")
            if not database.processes_are_here():
                say("Its processes are out of sight: their processor time is left out.")
            _measure(url, database, folder, size, say)


@contextmanager
def _postgres(url: str) -> Iterator[tuple[str, Database]]:
    """An empty database of our own beside the one that `url` names, dropped at the end."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or parts.hostname not in LOOPBACK:
        raise BenchError(
            "The benchmark makes and drops a database of its own, so it takes a PostgreSQL server"
            " on this machine only, for example postgres://postgres@127.0.0.1:5432/postgres"
        )
    name = f"parallax_bench_{secrets.token_hex(4)}"
    try:
        keeper = psycopg.connect(url, autocommit=True)
    except psycopg.OperationalError as error:
        raise BenchError(f"PostgreSQL does not answer: {str(error).strip()}") from error
    with keeper:
        keeper.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            database = Database(url, name)
            yield urlunsplit(parts._replace(path=f"/{name}")), database
            database.connection.close()
        finally:
            keeper.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _measure(url: str, database: Database | None, folder: Path, size: Size, say: Say) -> None:
    # Only what the site needs: a setting left in the shell must not change what is measured.
    kept = ("PATH", "HOME", "LANG", "SECRET_KEY", "STATIC_ROOT", "TMPDIR")
    environ = {name: os.environ[name] for name in kept if name in os.environ}
    environ |= {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEMO": "0",
        "PYTHONPATH": str(ROOT),
    }
    plan = _fill(environ, folder, size)
    with ExitStack() as stack:
        site, floor = (
            stack.enter_context(serve(name, environ, folder / "log", database=database))
            for name in ("config.wsgi:application", "tests.benchmarks.floor.wsgi:application")
        )
        rounds = Rounds(site, floor, plan, size)
        rounds.run()
    say(rounds.report())
    say("")
    say(report_counts(plan["counted"]))
    say("")
    with serve("config.wsgi:application", environ, folder / "log", workers=1) as site:
        say(report_memory(site, Rounds(site, site, plan, size), size))
    # Last, since they move a key and its marks, and fill tables.
    say(_row("regrading", environ, size.regraded))
    say(_row("fifty", environ, size.students))
    say(_row("desk", environ, size.reported[-1]))
    say(_row("exports", environ, size.reported[-1]))
    say(_row("gradebook", environ, size.reported[-1]))
    say(_row("storage", environ, size.regraded // 20))


def _fill(environ: Mapping[str, str], folder: Path, size: Size) -> dict[str, Any]:
    plan = folder / "plan.json"
    made = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.world", plan, "--students", str(size.students)],
        cwd=ROOT,
        env=dict(environ) | {"LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise BenchError(f"The data could not be made:\n{made.stdout[-800:]}{made.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(plan.read_text())
    return found


def _row(name: str, environ: Mapping[str, str], attempts: int) -> str:
    """What a benchmark with a process of its own says of so many attempts."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.benchmarks.{name}", "--attempts", str(attempts)],
        cwd=ROOT,
        env=dict(environ) | {"LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"This could not be measured ({name}):\n{done.stderr[-3000:]}")
    return done.stdout.strip()


class Rounds:
    """Rounds of everything that is measured, each run with the floor's right beside it."""

    def __init__(self, site: Server, floor: Server, plan: Mapping[str, Any], size: Size) -> None:
        self.site, self.floor, self.plan, self.size = site, floor, plan, size
        self.people: Sequence[Mapping[str, str]] = plan["people"]
        # The same person, signed in by Django's own backend.
        self.floor_cookies = {person["cookie"]: person["floor"] for person in self.people}
        self.ours: dict[str, list[Measured]] = defaultdict(list)
        self.floors: dict[str, list[Measured]] = defaultdict(list)
        self.bytes: dict[str, int] = {}
        self.turn = 0

    def run(self) -> None:
        """As many rounds as asked for, or as fit into the time; the first, unmeasured, warms up."""
        patience = time.monotonic() + self.size.seconds
        self.round(keep=False)
        for _ in range(self.size.rounds):
            if time.monotonic() > patience and self.ours:
                break
            self.round(keep=True)

    def round(self, *, keep: bool) -> None:
        cookies = [person["cookie"] for person in self.people]
        self.read("home", cookies, "/", keep)
        self.read("lesson", cookies, self.plan["lesson"], keep)
        self.read("quiz", cookies, self.plan["quiz"], keep)
        tens = [self.get(person["cookie"], person["attempt"]) for person in self.people]
        self.pair("attempt of 10", self.often(tens), keep)
        self.pair(FORM, self.often(tens), keep)
        started = self.pair(
            "start", [self.post(cookie, self.plan["quiz"], [], 302) for cookie in cookies], keep
        )
        addresses = [reply.location for reply in started]
        opened = [self.get(*pair) for pair in zip(cookies, addresses, strict=True)]
        pages = self.pair("attempt of 12", self.often(opened), keep)[: len(addresses)]
        saves = [
            self.post(cookie, f"{address}questions/{position}/", fields, 200)
            for cookie, address, page in zip(cookies, addresses, pages, strict=True)
            for position, fields in AttemptPage(page.body.decode()).questions.items()
        ]
        self.pair("save", saves, keep)
        submits = [
            self.post(cookie, f"{address}submit/", [], 302)
            for cookie, address in zip(cookies, addresses, strict=True)
        ]
        results = [reply.location for reply in self.pair("submit", submits, keep)]
        seen = [self.get(*pair) for pair in zip(cookies, results, strict=True)]
        self.pair("result", self.often(seen), keep)
        self.whole(cookies, keep)

    def whole(self, cookies: Sequence[str], keep: bool) -> None:
        """Whole attempts with all answers in one post, and the floor's, which hand in with it."""
        plain = self.plan["plain"]
        theirs = [self.floor_cookies[cookie] for cookie in cookies]
        floor = partial(self._flow, self.floor, theirs, f"/start/{plain['pk']}/", submits=False)
        site = partial(self._flow, self.site, cookies, plain["address"], submits=True)
        self.turn += 1
        for mine, flow in ((False, floor), (True, site))[:: 1 if self.turn % 2 else -1]:
            measured = flow()
            if keep:
                (self.ours if mine else self.floors)[ONE_POST].append(measured)

    def _flow(
        self, server: Server, cookies: Sequence[str], quiz: str, *, submits: bool
    ) -> Measured:
        stages: list[Measured] = []

        def ask(asks: Sequence[Ask]) -> Sequence[Reply]:
            replies, measured = self._one(server, asks)
            stages.append(measured)
            return replies

        started = ask([self.post(cookie, quiz, [], 302) for cookie in cookies])
        addresses = [reply.location for reply in started]
        pages = ask([self.get(*pair) for pair in zip(cookies, addresses, strict=True)])
        answered = ask(
            [
                self.post(cookie, address, self._answers(page), 302)
                for cookie, address, page in zip(cookies, addresses, pages, strict=True)
            ]
        )
        if submits:
            answered = ask(
                [
                    self.post(cookie, f"{address}submit/", [], 302)
                    for cookie, address in zip(cookies, addresses, strict=True)
                ]
            )
        ask([self.get(c, reply.location) for c, reply in zip(cookies, answered, strict=True)])
        return Measured(
            sum(stage.cpu for stage in stages), 1 / sum(1 / stage.rate for stage in stages)
        )

    @staticmethod
    def _answers(page: Reply) -> Fields:
        questions = AttemptPage(page.body.decode()).questions
        return [field for fields in questions.values() for field in fields]

    def read(self, name: str, cookies: Sequence[str], path: str, keep: bool) -> None:
        self.pair(name, self.often([self.get(cookie, path) for cookie in cookies]), keep)

    def often(self, asks: Sequence[Ask]) -> Sequence[Ask]:
        """The asks again and again, until they are as many as a run has."""
        times = -(-self.size.requests // len(asks))
        return list(asks) * times

    def get(self, cookie: str, path: str) -> Ask:
        return Ask(cookie, path)

    def post(self, cookie: str, path: str, fields: Any, status: int) -> Ask:
        headers = {"X-CSRFToken": self.plan["csrf"]}
        if status == 200:
            headers["Accept"] = "application/json"
        return Ask(cookie, path, "POST", fields, status, headers)

    def pair(self, name: str, asks: Sequence[Ask], keep: bool) -> Sequence[Reply]:
        """Measure the site and the floor, in turns first; the floor asks as often, for as much."""
        self.turn += 1
        floor_first = self.turn % 2
        if name not in self.bytes:
            self.bytes[name] = 0  # known once the site has answered
            floor_first = False
        beside = None
        if floor_first:
            beside = self._one(self.floor, self._floor_asks(name, asks))[1]
        replies, measured = self._one(self.site, asks)
        self.bytes[name] = max(len(reply.body) for reply in replies)
        if beside is None:
            beside = self._one(self.floor, self._floor_asks(name, asks))[1]
        if keep:
            self.ours[name].append(measured)
            self.floors[name].append(beside)
        return replies

    def _floor_asks(self, name: str, asks: Sequence[Ask]) -> Sequence[Ask]:
        cookies = [self.floor_cookies[ask.cookie] for ask in asks]
        if asks[0].method == "POST":
            return [self.post(cookie, "/write/", [], 200) for cookie in cookies]
        path = f"/form/10/{self.bytes[name]}/" if name == FORM else f"/text/{self.bytes[name]}/"
        return [self.get(cookie, path) for cookie in cookies]

    @staticmethod
    def _one(server: Server, asks: Sequence[Ask]) -> tuple[Sequence[Reply], Measured]:
        before = server.cpu_seconds()
        load = send(server.port, asks)
        used = server.cpu_seconds() - before
        return load.replies, Measured(1000 * used / len(asks), len(asks) / load.seconds)

    def report(self) -> str:
        rows = []
        for name, ours in self.ours.items():
            floors = self.floors[name]
            ratio = paired([run.cpu for run in ours], [run.cpu for run in floors])
            most = MOST_CPU.get(name)
            rows.append(
                [
                    name,
                    spread([run.cpu for run in ours]),
                    spread([run.cpu for run in floors]),
                    ratio,
                    "" if most is None else verdict(ratio.median, most),
                    f"{spread([run.rate for run in ours]).median:.0f}",
                    f"{spread([run.rate for run in floors]).median:.0f}",
                    self.bytes.get(name) or "",
                ]
            )
        head = ["", "CPU ms", "floor CPU ms", "ratio", "goal", "req/s", "floor req/s", "bytes"]
        return table(head, rows)


def verdict(value: float, most: float) -> str:
    return f"<= {most:g} {'met' if value <= most else 'MISSED'}"


def report_counts(counted: Mapping[str, Any]) -> str:
    """Statements and bytes for each page, against what is to be reached."""
    rows = []
    for name, step in counted.items():
        counts = step["counts"]
        queries = counts["reads"] + counts["writes"]
        goals = [
            f"{what} {verdict(value, goal[name])}"
            for what, value, goal in (
                ("queries", queries, MOST_QUERIES),
                ("writes", counts["writes"], MOST_WRITES),
                ("bytes", step["size"], MOST_BYTES),
            )
            if name in goal
        ]
        row = [name, queries, counts["writes"], counts["control"], step["size"] or ""]
        rows.append([*row, ", ".join(goals)])
    return table(["", "queries", "of these writes", "BEGIN/COMMIT", "bytes", "goal"], rows)


def report_memory(site: Server, rounds: Rounds, size: Size) -> str:
    """What one worker holds after half of the requests and after all of them."""
    (worker,) = site.workers()
    cookies = [person["cookie"] for person in rounds.people]
    pages = ["/", rounds.plan["lesson"], rounds.plan["quiz"]]
    mixed = [rounds.get(cookie, path) for cookie in cookies for path in pages]
    mixed += [rounds.get(person["cookie"], person["attempt"]) for person in rounds.people]
    marks = [megabytes(worker, "VmRSS")]
    for _ in range(2):
        left = size.memory // 2
        while left > 0:
            send(site.port, mixed[:left])
            left -= len(mixed)
        marks.append(megabytes(worker, "VmRSS"))
    most = megabytes(worker, "VmHWM")
    return (
        f"Memory of one worker: {marks[0]:.1f} MB at the start, {marks[1]:.1f} after"
        f" {size.memory // 2} requests, {marks[2]:.1f} after {size.memory}"
        f" (at most {most:.1f}, {verdict(most, MOST_MEGABYTES)};"
        f" growth {marks[2] - marks[1]:+.1f}, {verdict(marks[2] - marks[1], MOST_GROWTH)})"
    )
