"""`manage.py load_content`: the content files onto the site, checked, shown, all or nothing."""

import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from courses.content_io import applying, comparing
from courses.refusals import Refused
from quizzes.content import PARTS, to_be_meant
from quizzes.management.content import ContentCommand, plain_database_errors

DRY = "Nothing was changed: this was a dry run."
STOPPED = "Nothing was changed."
DONE = "Done: the site is as in the files."
MEAN_IT = "Nothing was changed. Give --although-seen too if you mean it."
ASK = "Change the site so? [y/N] "


class Command(ContentCommand):
    help = "Check the content files, show what will change on the site, and load them."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="Check and show only.")
        parser.add_argument(
            "--yes",
            "--no-input",
            action="store_false",
            dest="interactive",
            help="Do not ask before changing what the site has already.",
        )
        parser.add_argument(
            "--although-seen",
            action="store_true",
            help="Let more be earned in an exam even if students may have seen its answers.",
        )

    def handle(self, **options: Any) -> None:
        with plain_database_errors():
            plan = comparing.compare(self.examine(options["paths"], with_site=True))
            for line in comparing.tell(plan):
                self.say(line)
            if plan.is_empty:
                self.say(comparing.NOTHING)
            meant = options["although_seen"]
            asked = [] if meant else [*map(str, to_be_meant(plan, now=timezone.now()))]
            if options["dry_run"]:
                for line in [*asked, DRY]:
                    self.say(line)
                return
            refuse(asked)
            asks = plan.touches_existing and options["interactive"] and sys.stdin.isatty()
            if asks and input(ASK).strip().lower() not in ("y", "yes"):
                self.say(STOPPED)
                return
            now = timezone.now()  # the answer may have been long in coming

            def ask() -> None:
                if not meant:
                    refuse([*map(str, to_be_meant(plan, now=now))])

            try:
                said = applying.apply(plan, PARTS, now=now, watch=self.watch, ask=ask)
            except Refused as refusal:
                raise CommandError(str(refusal)) from refusal
            for line in said:
                self.say(line)
            if not plan.is_empty:
                self.say(DONE)


def refuse(asked: list[str]) -> None:
    """CommandError if anything has to be meant."""
    if asked:
        raise CommandError("\n".join([*asked, MEAN_IT]))
