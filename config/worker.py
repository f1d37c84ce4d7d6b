"""The background worker beside gunicorn: `manage.py db_worker`, kept alive.

gunicorn starts this program and holds the other end of its standard input. When gunicorn goes, by
whatever way, the input ends, and so does the worker; an export that it was writing is taken up
again by whoever looks next.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread

ROOT = Path(__file__).resolve().parent.parent
COMMAND = (sys.executable, "manage.py", "db_worker", "--skip-checks", "--verbosity", "0")
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before it is started again
STEADY = 30.0  # seconds after which it counts as having run
PATIENCE = 10.0  # seconds for what it is doing, when it is told to stop


def wanted(environ: dict[str, str]) -> bool:
    """Whether a server starts a worker: unless TASK_WORKER=0 says that one runs elsewhere."""
    return environ.get("TASK_WORKER", "1") not in ("0", "no", "false", "off")


def begin() -> "subprocess.Popen[bytes]":
    """Start this program beside the calling server. Its input ends with the server."""
    return subprocess.Popen(  # our own program
        [sys.executable, "-m", "config.worker"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        # Ctrl-C in a terminal is meant for the server, which then ends the worker in its own time.
        start_new_session=True,
    )


def end(program: "subprocess.Popen[bytes]") -> None:
    """Tell it to stop, and wait until it has."""
    if program.stdin is not None:
        program.stdin.close()
    try:
        program.wait(PATIENCE + 5)
    except subprocess.TimeoutExpired:
        program.kill()


def main() -> None:
    over = Event()
    Thread(target=_watch, args=(over,), daemon=True).start()
    pause = FIRST_PAUSE
    while not over.is_set():
        begun = time.monotonic()
        worker = subprocess.Popen(COMMAND, cwd=ROOT, stdin=subprocess.DEVNULL)  # noqa: S603
        while worker.poll() is None:
            if over.wait(0.5):
                _stop(worker)
                return
        pause = FIRST_PAUSE if time.monotonic() - begun > STEADY else min(2 * pause, LONGEST_PAUSE)
        print(
            f"Parallax: the background worker ended ({worker.returncode}); another is started"
            f" in {pause:g} s",
            file=sys.stderr,
            flush=True,
        )
        over.wait(pause)


def _watch(over: Event) -> None:
    while os.read(0, 1024):
        pass
    over.set()


def _stop(worker: "subprocess.Popen[bytes]") -> None:
    for patience in (PATIENCE, 2.0):  # told once it ends what it does, told twice it leaves it
        worker.terminate()
        try:
            worker.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        return
    worker.kill()
    worker.wait()


if __name__ == "__main__":
    main()
