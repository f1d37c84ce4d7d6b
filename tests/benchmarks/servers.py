"""gunicorn as `manage.py up` runs it, and what it and its database use of the machine.

Linux only: everything is read from /proc.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

ROOT = Path(__file__).parent.parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
START_WITHIN = 60  # seconds
STOP_WITHIN = 20


@dataclass(frozen=True)
class Server:
    """A running gunicorn and the database behind it (None for SQLite, which has no process)."""

    process: subprocess.Popen[bytes]
    port: int
    database: "Database | None"

    def workers(self) -> list[int]:
        pid = self.process.pid
        children = [int(child) for child in _read(f"/proc/{pid}/task/{pid}/children").split()]
        # The background worker is none of them.
        return [
            child for child in children if "config.worker" not in _read(f"/proc/{child}/cmdline")
        ]

    def cpu_seconds(self) -> float:
        """Processor time so far, of all processes of the server and of its database."""
        own = sum(_cpu_seconds(pid) for pid in (self.process.pid, *self.workers()))
        return own + (self.database.cpu_seconds() if self.database else 0.0)


@dataclass
class Database:
    """A PostgreSQL database whose server runs on this machine."""

    url: str
    name: str

    def __post_init__(self) -> None:
        self.connection = psycopg.connect(self.url, autocommit=True)
        # A backend that has ended keeps its share: its last reading stays.
        self._seen: dict[int, float] = {}

    def cpu_seconds(self) -> float:
        rows = self.connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s", [self.name]
        )
        for (pid,) in rows:
            self._seen[pid] = _cpu_seconds(pid)
        return sum(self._seen.values())

    def processes_are_here(self) -> bool:
        (pid,) = self.connection.execute("SELECT pg_backend_pid()").fetchone() or (0,)
        return "postgres" in _read(f"/proc/{pid}/comm")


def megabytes(pid: int, what: str) -> float:
    """`VmRSS` (now) or `VmHWM` (at most, so far) of a process, in MB of 2^20 bytes."""
    found = re.search(rf"^{what}:\s+(\d+) kB$", _read(f"/proc/{pid}/status"), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def _cpu_seconds(pid: int) -> float:
    # The command's name may hold spaces; the numbers follow its closing bracket.
    numbers = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return sum(map(int, numbers[11:13])) / TICKS if numbers else 0.0


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:  # the process has ended
        return ""


@contextmanager
def serve(
    application: str,
    environ: Mapping[str, str],
    log: Path,
    *,
    workers: int = 2,
    database: Database | None = None,
) -> Iterator[Server]:
    """Run gunicorn on a free port of loopback, and stop it whatever happens.

    Raises RuntimeError when it does not come up.
    """
    with socket.socket() as place, log.open("ab") as output:
        place.bind(("127.0.0.1", 0))
        place.listen(2048)
        port = place.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py"]
        process = subprocess.Popen(
            [*command, "--bind", f"fd://{place.fileno()}", application],
            cwd=ROOT,
            env={"TASK_WORKER": "0", **environ, "WEB_CONCURRENCY": str(workers)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[place.fileno()],
        )
    try:
        server = Server(process, port, database)
        _wait(server, workers, log)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(server: Server, workers: int, log: Path) -> None:
    """Until every worker has loaded the application: it then sleeps in a poll."""
    patience = time.monotonic() + START_WITHIN
    idle, before = 0, -1.0
    while time.monotonic() < patience and server.process.poll() is None:
        time.sleep(0.2)
        now = sum(_cpu_seconds(pid) for pid in server.workers())
        calm = len(server.workers()) == workers and now > 0.3 and now - before < 0.02
        idle, before = idle + 1 if calm else 0, now
        if idle == 5:
            return
    end = log.read_text("utf-8", "replace")[-1500:]
    raise RuntimeError(f"gunicorn did not start. The end of its log:\n{end}")
