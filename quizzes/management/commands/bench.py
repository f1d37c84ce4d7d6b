"""`manage.py bench`: what the site's pages cost, beside a bare Django view."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tests.benchmarks import bench


class Command(BaseCommand):
    help = (
        "Measure processor time, requests a second, queries and memory, on a database of its own."
    )
    requires_system_checks = ()  # the site's own database is not touched

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--quick", action="store_true", help="a short run, to see that it works"
        )
        parser.add_argument(
            "--postgres",
            default=os.environ.get("BENCH_POSTGRES_URL"),
            help="address of a PostgreSQL server on this machine (or BENCH_POSTGRES_URL)",
        )

    def handle(self, *args: Any, quick: bool, postgres: str | None, **options: Any) -> None:
        try:
            bench.run(
                postgres=postgres,
                size=bench.QUICK if quick else bench.WHOLE,
                say=self.say,
            )
        except (bench.BenchError, RuntimeError) as error:
            raise CommandError(str(error)) from error

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
