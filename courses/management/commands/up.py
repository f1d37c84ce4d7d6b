"""`manage.py up`: all that lies between a fresh clone and a page in the browser."""

import errno
import hashlib
import ipaddress
import os
import re
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core import checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from config import bootstrap
from courses.content_io.comparing import NOTHING
from courses.models import Cohort, Course

# What no page of ours links to. Compressing it would double the time of the first start.
UNUSED_STATIC = [
    "rest_framework",  # the API answers in JSON only
    "redoc",
    "htm*-4*",
    "jquery.js",  # the admin's unminified twins
    "select2.full.js",
    "xregexp.js",
]


class Address(NamedTuple):
    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """Read "8000", "127.0.0.1:8000", "[::1]:8000" or "localhost:8000". Raises CommandError."""
    found = re.fullmatch(r"(?:(?:\[(?P<six>[^\]]+)\]|(?P<host>[^:\[\]]+)):)?(?P<port>\d+)", text)
    if not found or not 1 <= int(found["port"]) <= 65535:
        raise CommandError(
            f"“{text}” is not an address to serve at. Write a port, or a host and a port: 8000,"
            " 127.0.0.1:8000, [::1]:8000 (ports go from 1 to 65535)."
        )
    return Address(found["six"] or found["host"] or "127.0.0.1", int(found["port"]))


def numeric_address(address: Address) -> tuple[socket.AddressFamily, str]:
    """The family and the number that a host name stands for, IPv4 first. Raises CommandError."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise CommandError(f"“{address.host}” is no address of this machine ({error}).") from error
    family, _, _, _, place = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return family, str(place[0])


def refuse_public_demo(number: str, *, said_here: bool, environ: Mapping[str, str]) -> None:
    """Keep the demo, whose passwords anyone can read, on loopback unless told otherwise twice.

    Raises CommandError.
    """
    if ipaddress.ip_address(number.split("%")[0]).is_loopback:
        return
    if not (said_here and environ.get("DEMO_PUBLIC") == "yes"):
        raise CommandError(
            "the demo's passwords are printed on its first page, so it serves this machine only"
            " (127.0.0.1). To show it to others all the same, say so twice: set DEMO_PUBLIC=yes in"
            " the environment and add --public-demo. For a site of your own, add --no-demo."
        )


def take_port(address: Address, family: socket.AddressFamily, number: str) -> socket.socket:
    """A socket that listens at `address`: the port is ours before any slow work begins.

    Whoever opens the page meanwhile waits instead of being refused. Raises CommandError.
    """
    place = socket.socket(family, socket.SOCK_STREAM)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((number, address.port))
        place.listen(2048)
    except OSError as error:
        place.close()
        if error.errno == errno.EADDRINUSE:
            raise CommandError(
                f"port {address.port} is taken: something else already serves at {address}. Stop"
                f" it, or choose another port: python3 manage.py up {address.port % 65535 + 1}"
            ) from error
        if error.errno == errno.EACCES:
            raise CommandError(
                f"this user may not serve at port {address.port}: ports below 1024 belong to the"
                " administrator. Choose a higher one."
            ) from error
        if error.errno == errno.EADDRNOTAVAIL:
            raise CommandError(f"“{address.host}” is no address of this machine.") from error
        raise
    return place


def check_workers(environ: Mapping[str, str]) -> None:
    """Raises CommandError when WEB_CONCURRENCY is no number of worker processes."""
    if not re.fullmatch(r"[1-9]\d{0,2}", environ.get("WEB_CONCURRENCY", "2")):
        raise CommandError(
            f"WEB_CONCURRENCY is “{environ['WEB_CONCURRENCY']}”, but must be a number of worker"
            " processes: 1, 2, 3, ..."
        )


@contextmanager
def database_faults_in_words() -> Iterator[None]:
    """Turn what a database says when it cannot be written into a CommandError with advice."""
    try:
        yield
    except OperationalError as error:
        name = settings.DATABASES["default"]["NAME"]
        said = str(error).strip()
        if re.search(r"read-?only", said):
            advice = "is read-only. Give this user the right to write to it (and to its folder)"
        elif "unable to open" in said:
            advice = "cannot be opened. Check that its folder exists and that this user may write"
        elif "locked" in said:
            advice = "is locked by another program. Stop that one, or wait until it is done"
        else:
            advice = "does not answer. Check DATABASE_URL and that the server runs"
        raise CommandError(f"the database {name} {advice}. (It said: {said})") from error


def check_writable(connection: BaseDatabaseWrapper) -> None:
    """Raise OperationalError when the database cannot be reached or written."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # On a read-only file, SQLite refuses no BEGIN; only a write tells.
            cursor.execute("BEGIN IMMEDIATE")
            try:
                cursor.execute("CREATE TABLE parallax_may_write (x)")
            finally:
                cursor.execute("ROLLBACK")
        else:
            cursor.execute("SHOW transaction_read_only")
            if cursor.fetchone()[0] == "on":
                raise OperationalError("every transaction here is read-only")


def refuse_demo_people() -> None:
    """Raise CommandError when a site that is no demo holds the demo's people."""
    if Cohort.objects.filter(demo=True).exists():
        raise CommandError(
            "this database holds the demo's people, whose password anyone can read. Give the site"
            " a database of its own by DATABASE_URL, for example"
            f" DATABASE_URL=sqlite:///{settings.BASE_DIR}/.data/site.sqlite3"
        )


def digest_of(files: Iterator[tuple[str, Path]]) -> str:
    """One digest for names and contents of `files`."""
    total = hashlib.sha256()
    for name, path in sorted(files):
        total.update(f"{name}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def static_sources() -> Iterator[tuple[str, Path]]:
    for finder in get_finders():
        for name, storage in finder.list(UNUSED_STATIC):
            yield name, Path(storage.path(name))


def content_sources() -> Iterator[tuple[str, Path]]:
    folder = settings.BASE_DIR / "fixtures"
    for path in folder.rglob("*.yaml"):
        yield str(path.relative_to(folder)), path


class Command(BaseCommand):
    help = "Sets up what is missing (database, static files, course, demo) and serves the site."
    requires_system_checks = ()  # run below, once there is a database to check

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", nargs="?", default="8000", help="port, or host:port")
        parser.add_argument("--dev", action="store_true", help="reload when the code changes")
        parser.add_argument("--no-demo", action="store_true", help="start without the demo")
        parser.add_argument("--public-demo", action="store_true", help="see DEMO_PUBLIC")

    def handle(self, *args: Any, **options: Any) -> None:
        address = parse_address(options["address"])
        family, number = numeric_address(address)
        if settings.DEMO:
            refuse_public_demo(number, said_here=options["public_demo"], environ=os.environ)
        check_workers(os.environ)
        port = take_port(address, family, number)
        try:
            # Two of these on one folder take turns, so that neither sees the other's half.
            with bootstrap.only_one(settings.BASE_DIR), database_faults_in_words():
                self.prepare()
        except KeyboardInterrupt:
            sys.exit("\nParallax: stopped. The same command takes up again from here.")
        connection.close()
        if options["dev"]:
            port.close()
            self.become("manage.py", "runserver", str(address), "--skip-checks")
        self.say(f"open http://{address}/   (Ctrl-C stops the server)")
        port.set_inheritable(True)
        bind = f"fd://{port.fileno()}"
        self.become("-m", "gunicorn", "-c", "config/gunicorn.py", "--bind", bind)

    def prepare(self) -> None:
        """Every step looks first whether it has anything to do."""
        check_writable(connection)
        self.migrate()
        self.check_database()
        if not settings.DEMO:
            refuse_demo_people()
        if not settings.DEBUG:
            self.collect_static()
        self.load_course()
        if settings.DEMO and not Cohort.objects.filter(demo=True).exists():
            self.say("making the demo cohort, this once")
            call_command("demo")

    def migrate(self) -> None:
        executor = MigrationExecutor(connection)
        steps = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if steps:
            self.say(f"preparing the database ({len(steps)} steps)")
            call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)

    def check_database(self) -> None:
        """Say in a line what the database is not fit for. Raises CommandError for an error.

        Only these checks depend on where the site runs; the others are the tests' matter, and
        would import every view for nothing.
        """
        for message in checks.run_checks(tags=[checks.Tags.database], databases=["default"]):
            if message.is_serious():
                raise CommandError(f"{message.msg} {message.hint or ''}")
            self.say(f"note: {message.msg} {message.hint or ''}")

    def collect_static(self) -> None:
        """Name the static files by their contents and compress them, when any has changed."""
        folder = Path(settings.STATIC_ROOT)
        stamp = folder.with_name(folder.name + ".stamp")
        digest = digest_of(static_sources())
        if stamp.exists() and stamp.read_text() == digest and folder.exists():
            return
        self.say("compressing the static files")
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED_STATIC)
        stamp.write_text(digest)

    def load_course(self) -> None:
        """Fill an empty site; never touch one whose content somebody may have edited.

        The stamp spares the comparison while neither the files nor the database are others.
        """
        stamp = settings.BASE_DIR / ".data" / "content.stamp"
        database = f"{connection.vendor} {settings.DATABASES['default']['NAME']}"
        digest = f"{digest_of(content_sources())} {database}"
        if not Course.objects.exists():
            self.say("loading the course")
            call_command("load_content", interactive=False, stdout=StringIO())
        elif (stamp.exists() and stamp.read_text() == digest) or self.content_differs():
            return
        stamp.write_text(digest)

    def content_differs(self) -> bool:
        """Whether the content files are not what the site has; say how to load them then."""
        found = StringIO()
        try:
            call_command("load_content", dry_run=True, interactive=False, stdout=found)
        except CommandError:
            self.say(
                "note: fixtures/ has faults; `python3 manage.py load_content` names them. The site"
                " serves what it has."
            )
            return True
        if NOTHING in found.getvalue():
            return False
        self.say(
            "note: fixtures/ and the site differ; `python3 manage.py load_content` shows how, and"
            " loads them."
        )
        return True

    def say(self, sentence: str) -> None:
        self.stdout.write(f"Parallax: {sentence}")
        self.stdout.flush()

    def become(self, *arguments: str) -> None:
        """Go on as another program, so that signals and exit code are its own."""
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606  # no input of others
