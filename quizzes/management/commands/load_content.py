"""`manage.py load_content`: the content files onto the site, checked, shown, all or nothing."""

import sys
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from courses.content_io import applying, comparing
from courses.content_io.catalogue import Plan
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
            asked = self.asked(plan, options, now=timezone.now())
            if options["dry_run"]:
                for line in [*asked, DRY]:
                    self.say(line)
                return
            if asked:
                raise not_meant(asked)
            asks = plan.touches_existing and options["interactive"] and sys.stdin.isatty()
            if asks and input(ASK).strip().lower() not in ("y", "yes"):
                self.say(STOPPED)
                return
            try:
                # The answer may have been long in coming: what is asked is asked anew.
                with transaction.atomic():
                    now = timezone.now()
                    if asked := self.asked(plan, options, now=now):
                        raise not_meant(asked)
                    said = applying.apply(plan, PARTS, now=now, watch=self.watch)
            except Refused as refusal:
                raise CommandError(str(refusal)) from refusal
            for line in said:
                self.say(line)
            if not plan.is_empty:
                self.say(DONE)

    def asked(self, plan: Plan, options: dict[str, Any], *, now: datetime) -> list[str]:
        """What has to be meant in a plan and was not said to be, in sentences."""
        return [] if options["although_seen"] else [*map(str, to_be_meant(plan, now=now))]


def not_meant(asked: list[str]) -> CommandError:
    return CommandError("\n".join([*asked, MEAN_IT]))
