"""A1 and A8: what was acknowledged outlives killed processes and full disks.

Real server processes on the test's own database; Linux alone can tell them how large a file may
grow.
"""

import marshal
import os
import random
import resource
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from json import loads
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from courses.checks import postgresql_is_safe
from quizzes.marks import grading
from quizzes.models import Attempt, Item, Mark, Response
from quizzes.questions import KINDS
from quizzes.sitting import attempts
from tests import factories
from tests.benchmarks.servers import ROOT, Server, serve
from tests.invariants.scale import SCALE, runs

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform != "linux", reason="reads and limits processes by /proc"),
]

KILLS = 500 if SCALE == 1 else max(4, runs(80))
STUDENTS = 6
BETWEEN = 200 if SCALE == 1 else 20  # acknowledged saves from one kill to the next, on average
PATIENCE = 5  # seconds for one answer of the server
CSRF = "m" * 32
TOKENS = "abc"


def database_url() -> str:
    """The test's own database, for another process."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@contextmanager
def site(folder: Path, *, workers: int = 2, **more: str) -> Iterator[Server]:
    environ = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "STATIC_ROOT": str(folder),
        "DEMO": "0",
        "PYTHONPATH": str(ROOT),
        "LOG_LEVEL": "CRITICAL",
        **more,
    }
    with serve("config.wsgi:application", environ, folder / "log", workers=workers) as server:
        yield server


@dataclass
class Sitting:
    """One student's browser: it sends each save until it is acknowledged, then the next."""

    port: int
    attempt: str
    cookie: str
    stop: threading.Event
    # Acknowledged, in their order: (position, revision, answer in tokens, operation).
    acknowledged: list[tuple[int, int, str, str]] = field(default_factory=list)
    lost: int = 0  # requests without an answer
    refused: list[str] = field(default_factory=list)
    handed_in: bool = False

    def post(self, path: str, fields: dict[str, Any]) -> tuple[int, bytes]:
        """Ask until something comes back. Raises TimeoutError after a minute without it."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            server = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            with closing(server), suppress(OSError, HTTPException):
                body = urlencode({**fields, "csrfmiddlewaretoken": CSRF})
                headers = {
                    "Cookie": self.cookie,
                    "Accept": "application/json",
                    "Content-Type": "application/x-www-form-urlencoded",
                }
                server.request("POST", path, body, headers)
                reply = server.getresponse()
                return reply.status, reply.read()
            self.lost += 1
            time.sleep(0.02)
        raise TimeoutError(path)

    def work(self) -> None:
        chance = random.Random(self.attempt)
        bases = {1: 0, 2: 0, 3: 0}
        while not self.stop.is_set():
            position, token = chance.choice((1, 2, 3)), chance.choice(TOKENS)
            operation = str(uuid.UUID(int=chance.getrandbits(128)))
            status, body = self.post(
                f"{self.attempt}questions/{position}/",
                {
                    f"q{position}": token,
                    f"q{position}.revision": bases[position],
                    "operation": operation,
                },
            )
            reply = loads(body)
            if status != 200 or reply["operation"] != operation or reply["shown"] != token:
                self.refused.append(f"{status} {body[:200]!r}")
                return
            bases[position] = reply["revision"]
            self.acknowledged.append((position, reply["revision"], token, operation))
        status, body = self.post(f"{self.attempt}submit/", {})
        self.handed_in = status == 302


@pytest.fixture
def sittings(cohort, quiz) -> Callable[[int], list[Sitting]]:
    def begin(port: int) -> list[Sitting]:
        made = []
        for number in range(STUDENTS):
            user = factories.make_user(f"student-{number}")
            attempt = attempts.start(factories.enrol(user, cohort), quiz, now=timezone.now())
            client = Client()
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            cookie = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"
            made.append(Sitting(port, f"/attempts/{attempt.pk}/", cookie, threading.Event()))
        return made

    return begin


def kill_now_and_then(server: Server, people: list[Sitting], kills: int) -> int:
    """Kill a worker at a random moment, again and again; how many."""
    chance = random.Random(1)
    killed: set[int] = set()
    enough = 0  # acknowledgements before the next kill
    patience = time.monotonic() + 60 + 10 * kills
    while len(killed) < kills and time.monotonic() < patience:
        time.sleep(chance.uniform(0, 0.05))
        if sum(len(one.acknowledged) for one in people) < enough:
            continue
        alive = [pid for pid in server.workers() if pid not in killed]
        if len(alive) < 2:
            continue  # one at least is to serve
        victim = chance.choice(alive)
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
            killed.add(victim)
            enough = sum(len(one.acknowledged) for one in people) + chance.randint(1, 2 * BETWEEN)
    return len(killed)


def assert_nothing_is_lost(sitting: Sitting) -> None:
    """All acknowledged saves are stored as they were acknowledged, and the newest are graded."""
    pk = sitting.attempt.split("/")[2]
    items = {item.position: item for item in Item.objects.filter(attempt=pk)}
    kind = KINDS["single"]
    stored = {
        (row.item_id, row.revision): (kind.show(items[1].order, row.answer), str(row.operation))
        for row in Response.objects.filter(item__attempt=pk)
    }
    newest: dict[int, int] = {}
    for position, revision, token, operation in sitting.acknowledged:
        assert stored[items[position].pk, revision] == (token, operation)
        newest[position] = revision
    # Each save was sent until it was acknowledged, so nothing else may be there.
    assert len(stored) == len(sitting.acknowledged)
    attempt = Attempt.objects.get(pk=pk)
    marks = dict(Mark.objects.filter(item__attempt=pk).values_list("item", "score"))
    for position, item in items.items():
        token = stored.get((item.pk, newest.get(position, 0)), (None, ""))[0]
        assert marks[item.pk] == grading.mark(1 if token == "a" else 0, item.points)
    assert (attempt.state, attempt.score) == ("submitted", sum(marks.values()))


@pytest.mark.invariant("A1", runs=KILLS)
def test_no_acknowledged_answer_is_lost_when_workers_are_killed(sittings, tmp_path, capsys):
    with site(tmp_path, workers=3) as server:
        people = sittings(server.port)
        threads = [threading.Thread(target=one.work) for one in people]
        for thread in threads:
            thread.start()
        killed = kill_now_and_then(server, people, KILLS)
        for one in people:
            one.stop.set()
        for thread in threads:
            thread.join(60)
    acknowledged = sum(len(one.acknowledged) for one in people)
    unanswered = sum(one.lost for one in people)
    with capsys.disabled():
        print(f"\n{killed} kills, {acknowledged} acknowledged, {unanswered} without an answer")
    assert [one.refused for one in people] == [[]] * STUDENTS
    assert [one.handed_in for one in people] == [True] * STUDENTS
    assert (killed, acknowledged > KILLS) == (KILLS, True)
    for one in people:
        assert_nothing_is_lost(one)


@pytest.mark.invariant("A1")
def test_every_commit_is_on_the_disk_before_it_is_acknowledged():
    """Killing a process is no power cut: for that the database itself must be told to wait."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            found = []
            for name in ("synchronous", "journal_mode", "foreign_keys"):
                cursor.execute(f"PRAGMA {name}")
                found.append(cursor.fetchone()[0])
            assert found == [2, "wal", 1]  # 2 is FULL
        else:
            # Ours to ask for; whether the server writes through at all is its owner's to say.
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone()[0] == "on"


@pytest.mark.invariant("A1")
@pytest.mark.only_on("postgresql")
def test_a_server_that_answers_before_it_has_written_is_warned_of():
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        off = ["fsync"] if cursor.fetchone()[0] == "off" else []
        cursor.execute("SET synchronous_commit = off")
        try:
            messages = postgresql_is_safe(databases=["default"])
        finally:
            cursor.execute("RESET synchronous_commit")
    assert [message.msg for message in messages] == [
        f"PostgreSQL's {name} is off: a power cut may lose saved answers."
        for name in [*off, "synchronous_commit"]
    ]


# --- The disk is full, or may not be written ----------------------------------------------------


@contextmanager
def no_room() -> Iterator[None]:
    """The database may not grow by a page."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # other tests may have left thousands of pages free
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count={cursor.fetchone()[0]}")
        yield
        cursor.execute("PRAGMA max_page_count=1073741823")


@contextmanager
def read_only() -> Iterator[None]:
    """What a file system answers that has been made read-only under a running site."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only=1")
        yield
        cursor.execute("PRAGMA query_only=0")


@pytest.mark.invariant("A8")
@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("trouble", [no_room, read_only])
def test_a_save_that_cannot_be_stored_says_so_and_reads_go_on(as_, ben, ben_here, quiz, trouble):
    attempt = attempts.start(ben_here, quiz, now=timezone.now())
    bens, page = as_(ben), f"/attempts/{attempt.pk}/"
    bens.raise_request_exception = False

    def save(revision: int) -> Any:
        # In one row after the other, until there is no place left in the pages that there are.
        fields = {"q1": TOKENS[revision % 3], "q1.revision": revision, "operation": uuid.uuid4()}
        return bens.post(f"{page}questions/1/", fields, headers={"Accept": "application/json"})

    assert save(0).json()["saved"] is True
    revision = 1
    with trouble():
        while (reply := save(revision)).status_code == 200:
            revision += 1
            assert revision < 2000
        assert (reply.status_code, reply.json()["saved"]) == (503, False)
        assert (reply.json()["reason"], "Retry-After" in reply) == ("unavailable", True)
        assert bens.get(f"{page}deadline/").json()["open"] is True
        assert bens.get(page).status_code == 200
    assert Response.objects.count() == revision
    assert save(revision).json()["revision"] == revision + 1
    assert bens.post(f"{page}submit/", {}).status_code == 302
    attempt.refresh_from_db()
    assert attempt.score == (1 if TOKENS[revision % 3] == "a" else 0)


@pytest.mark.invariant("A8", runs=runs(20))
@pytest.mark.only_on("sqlite")
def test_workers_whose_files_may_not_grow_say_so_and_recover_without_a_restart(sittings, tmp_path):
    """`write` itself fails, as on a full disk, and works again later."""
    bytecode = tmp_path / "bytecode"
    with site(tmp_path, workers=1, PYTHONPYCACHEPREFIX=str(bytecode)) as server:
        one = sittings(server.port)[0]
        (worker,) = server.workers()

        def save(base: int) -> tuple[int, Any]:
            fields = {"q1": "a", "q1.revision": base, "operation": uuid.UUID(int=base + 1)}
            status, body = one.post(f"{one.attempt}questions/1/", fields)
            return status, loads(body)

        assert save(0)[1]["saved"] is True
        for number in range(1, 1 + runs(20)):
            # The first 503 is also the first time that the handler of failures is imported.
            resource.prlimit(worker, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
            status, told = save(number)
            assert (status, told["saved"], told["reason"]) == (503, False, "unavailable")
            with closing(HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)) as reading:
                reading.request("GET", f"{one.attempt}deadline/", headers={"Cookie": one.cookie})
                assert loads(reading.getresponse().read())["open"] is True
            everything = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(worker, resource.RLIMIT_FSIZE, everything)
            status, told = save(number)
            assert (status, told.get("revision")) == (200, number + 1)
        assert server.workers() == [worker]
    assert Response.objects.count() == 1 + runs(20)
    for compiled in bytecode.rglob("*.pyc"):
        marshal.loads(compiled.read_bytes()[16:])  # raises EOFError if cut off
