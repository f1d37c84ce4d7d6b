"""`manage.py regrade`: mark the answers to a question again, once it has been seen who moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from courses.models import Cohort, User
from courses.refusals import Refused
from quizzes.marks import regrading
from quizzes.marks.regrading import Watch
from quizzes.models import Question, QuestionVersion, Regrade


@contextmanager
def progress(doing: str) -> Iterator[Watch]:
    """A bar for what takes longer than half a second; it counts attempts."""
    with tqdm(desc=doing, unit="attempt", leave=False, disable=None, delay=0.5) as bar:

        def watch(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        yield watch


class Command(BaseCommand):
    help = (
        "Show what marking the answers to a question again would do: who moves, and the statistics"
        " before and after. With --commit, do it too, all of it or nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("question", help="the question's key")
        parser.add_argument("--policy", required=True, choices=Regrade.Policy.values)
        parser.add_argument("--cohort", help="its number or title; every cohort without it")
        parser.add_argument("--version", type=int, help="mark by this version; else by the newest")
        parser.add_argument("--reason", required=True, help="the students concerned read it")
        parser.add_argument("--by", required=True, help="the login of who answers for it")
        parser.add_argument("--commit", action="store_true", help="change the marks")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Django's own --version has no place here; ours is a question's.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def handle(self, *args: Any, **options: Any) -> None:
        question = (
            Question.objects.select_related("module", "current")
            .filter(key=options["question"])
            .first()
        )
        if question is None:
            raise CommandError(f"There is no question “{options['question']}”.")
        by = User.objects.filter(username=options["by"]).first()
        if by is None:
            raise CommandError(f"There is no account “{options['by']}”.")
        try:
            with progress("Looking") as watch:
                regrade = regrading.preview(
                    question,
                    version=_version(question, options["version"]),
                    policy=options["policy"],
                    cohort=_cohort(options["cohort"]),
                    by=by,
                    reason=options["reason"],
                    now=timezone.now(),
                    watch=watch,
                )
            for line in _told(regrade):
                self.stdout.write(line)
            if not options["commit"]:
                self.stdout.write(
                    f"Nothing was changed. This is preview {regrade.pk}; with --commit, the marks"
                    " are changed."
                )
                return
            with progress("Marking") as watch:
                regrading.commit(regrade, by=by, now=timezone.now(), watch=watch)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("The marks are changed, and the students concerned can see why.")


def _version(question: Question, number: int | None) -> QuestionVersion | None:
    if number is None:
        return None
    found = question.versions.filter(number=number).first()
    if found is None:
        raise CommandError(f"Question “{question.key}” has no version {number}.")
    return found


def _cohort(wanted: str | None) -> Cohort | None:
    """By number or title. Raises CommandError where that is none, or more than one."""
    if wanted is None:
        return None
    found = Cohort.objects.filter(title=wanted)
    if wanted.isdecimal() and len(wanted) < 18:
        found = found | Cohort.objects.filter(pk=int(wanted))
    match list(found[:2]):
        case [cohort]:
            return cohort
        case []:
            raise CommandError(f"There is no cohort “{wanted}”. Give its number or its title.")
        case _:
            raise CommandError(f"More than one cohort is called “{wanted}”. Give its number.")


def _told(regrade: Regrade) -> Iterator[str]:
    """The preview in lines: the counts, the statistics, and who moves."""
    summary = regrade.summary
    yield (
        f"{regrade.question.key}, by the key of version {regrade.version.number}:"
        f" {regrade.get_policy_display()}"
    )
    for words, name in (
        ("attempts concerned", "attempts"),
        ("attempts that move", "moved"),
        ("up", "up"),
        ("down", "down"),
        ("move while their totals wait", "unscored"),
        ("get their first total", "first_score"),
        ("move and keep their totals", "same"),
        ("pass now", "passes_now"),
        ("fail now", "fails_now"),
        ("still open", "open"),
        ("wait for a mark", "waiting"),
        ("wait for a mark and get it", "waited"),
        ("marked by hand, so they stay", "by_hand"),
    ):
        yield f"  {summary[name]:>6} {words}"
    for refusal in summary["refusals"]:
        yield f"  {refusal['answers']:>6} stay: {refusal['sentence']}"
    for words, name in (("facility", "facility"), ("mean percentage", "mean")):
        before, after = summary[name]["before"], summary[name]["after"]
        yield f"  {words}: {before or '-'} before, {after or '-'} after"
    for move in regrading.moves(regrade, None):
        row = move.row
        yield (
            f"  {move.attempt.enrolment.user}, attempt {move.attempt.number} at"
            f" {move.attempt.quiz}: {row['item_before'] or 'waiting'} -> {row['item_after']} of"
            f" {row['points']}; {_percent(row['before'])} -> {_percent(row['after'])}"
        )
    if summary["moved"] > len(summary["moves"]):
        yield f"  and {summary['moved'] - len(summary['moves'])} more"


def _percent(shown: str | None) -> str:
    return "waiting" if shown is None else f"{shown} %"
