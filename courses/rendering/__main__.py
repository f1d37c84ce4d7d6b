"""The child process of `budget.py`: a line of JSON in, a line of JSON out, until the input ends."""

import json
import signal
import sys
from dataclasses import asdict

from courses.rendering.texts import TooHard
from courses.rendering.work import do, job_from

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

IDLE_SECONDS = 300
BUSY_SECONDS = 5  # for a child whose parent was killed while it worked; the parent's limit is 1
MEMORY_BYTES = 512 * 1024 * 1024


def main() -> None:
    """Answer until the parent goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is meant for the parent
    if resource is not None and sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    print("ready", flush=True)
    while True:
        _end_after(IDLE_SECONDS)
        line = sys.stdin.readline()
        _end_after(BUSY_SECONDS)
        if not line:
            return
        try:
            answer = asdict(do(job_from(json.loads(line))))
        except TooHard as refusal:
            answer = {"refusal": str(refusal)}
        print(json.dumps(answer), flush=True)


def _end_after(seconds: int) -> None:
    """Let the system end this process unless it comes by here again within so many seconds."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


if __name__ == "__main__":
    main()
