"""The background worker of a real server: it writes what was asked for, and ends with it."""

import os
import signal
import sys
import time
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from quizzes.exports import asking, contents
from quizzes.exports.asking import Form, Wanted, What
from quizzes.exports.writing import as_csv
from quizzes.models import Export
from quizzes.reporting.analysis import Asked, Which
from quizzes.tasks import write_export
from tests.invariants.test_kill import site
from tests.quizzes.reporting.test_analysis import make_class

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform != "linux", reason="finds processes by /proc"),
]
PATIENCE = 120  # seconds, on a busy machine


def until(what) -> None:
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end
        time.sleep(0.2)


def worker_of(server: int) -> int:
    """The process that is kept alive beside the server, or 0."""
    for child in Path(f"/proc/{server}/task/{server}/children").read_text().split():
        with suppress(OSError):
            if "config.worker" in Path(f"/proc/{child}/cmdline").read_text():
                return int(child)
    return 0


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_file_that_was_asked_for_gets_ready_and_the_worker_ends_with_its_server(
    tmp_path, ada, quiz, cohort, end
):
    make_class(quiz, cohort, 3, size=3)
    client = Client()
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    wanted = Wanted(What.MARKS, Form.CSV, Asked(quiz, cohort, Which.ALL))
    with site(tmp_path, workers=1, TASK_WORKER="1") as server:
        worker = worker_of(server.process.pid)
        assert worker
        export = asking.ask(wanted, ada, now=timezone.now(), send=write_export.enqueue)
        until(lambda: Export.objects.get(pk=export.pk).state == "ready")
        connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        connection.request(
            "GET",
            f"/teach/{cohort.pk}/exports/{export.pk}/",
            headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"},
        )
        content = connection.getresponse().read()
        connection.close()
        assert content == b"".join(as_csv(contents.marks(Asked(quiz, cohort, Which.ALL))))
        os.kill(server.process.pid, end)
        server.process.wait(PATIENCE)
    until(lambda: not Path(f"/proc/{worker}").exists())


def test_a_server_that_is_told_so_starts_none(tmp_path, quiz):
    with site(tmp_path, workers=1) as server:
        assert worker_of(server.process.pid) == 0
