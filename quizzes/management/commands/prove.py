"""`manage.py prove`: the invariants' suites, as often as is stated, and a table of what ran."""

import os
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import bootstrap
from tests.invariants.ids import INVARIANTS

NEEDS = ("pytest", "pytest_django", "hypothesis", "playwright")


class Command(BaseCommand):
    help = "Prove the invariants: each suite as often as is stated, on a database of its own."
    requires_system_checks = ()  # the site's own database is not touched

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("invariants", nargs="*", help="such as B1 C2; all without one")
        parser.add_argument(
            "--scale", type=float, default=1.0, help="a part of the stated runs, up to 1"
        )
        parser.add_argument(
            "--without-browser", action="store_true", help="leave out what needs Chromium"
        )
        parser.add_argument(
            "--parallel",
            action="store_true",
            help="use every core, and leave out what only a quiet machine can tell",
        )

    def handle(
        self,
        *args: Any,
        invariants: list[str],
        scale: float,
        without_browser: bool,
        parallel: bool,
        **options: Any,
    ) -> None:
        wanted = [name.upper() for name in invariants]
        unknown = [name for name in wanted if name not in INVARIANTS]
        if unknown:
            raise CommandError(
                f"There is no invariant {', '.join(unknown)}. Known: {', '.join(INVARIANTS)}."
            )
        if not 0 < scale <= 1:
            raise CommandError("The scale is a part of the stated runs: above 0, at most 1.")
        missing = [name for name in NEEDS if find_spec(name) is None]
        if missing:
            raise CommandError(
                f"Proving needs the packages for development ({', '.join(missing)} missing). "
                "Install config/requirements/dev.txt."
            )
        command = [
            *(sys.executable, "-m", "pytest", "-q", "-p", "tests.invariants.proving"),
            f"--invariants={','.join(wanted)}",
            *(["--ignore=tests/browser"] if without_browser else []),
            *(["-m", "not only_to_prove", *bootstrap.in_parallel()] if parallel else []),
            "tests",
        ]
        done = subprocess.run(  # noqa: S603  # our own words, and names checked above
            command,
            cwd=settings.BASE_DIR,
            env=os.environ | {"PROVE_SCALE": str(scale)},
            check=False,
        )
        if done.returncode:
            raise CommandError("Not everything was proved: the table and the lines above say what.")
