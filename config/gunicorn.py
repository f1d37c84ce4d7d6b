"""How gunicorn serves, for `manage.py up` and for `gunicorn -c config/gunicorn.py` alike."""

import os
import sys

from config import worker

# A worker imports some modules as late as its first failure. On a full disk Python 3.11 keeps their
# bytecode half written and takes it for whole ever after: all that needs them would stay broken.
# The commands before the server have compiled nearly everything anyway.
sys.dont_write_bytecode = True

wsgi_app = "config.wsgi:application"
bind = "127.0.0.1:8000"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
timeout = 60  # seconds in which a worker must show a sign of life
graceful_timeout = 30  # seconds for answers under way when the server is told to stop
# On some disks the heartbeat file blocks a worker for seconds; memory never does.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112
control_socket_disable = True  # nobody here steers a running server through a socket
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "warning")  # requests are logged by the site itself

_worker = None


def when_ready(server):  # type: ignore[no-untyped-def]
    """Start the background worker, unless TASK_WORKER=0: files for the desk are written there."""
    global _worker  # noqa: PLW0603  # one server, one worker
    if worker.wanted(dict(os.environ)):
        _worker = worker.begin()


def on_exit(server):  # type: ignore[no-untyped-def]
    """Stop it with the server."""
    if _worker is not None:
        worker.end(_worker)
