"""Regrades of many attempts: looked at and committed in the background (`quizzes.jobs`).

A preview tells how far it is. A commit tells it on PostgreSQL alone: it is one transaction, beside
which SQLite lets nobody write, not even that. It keeps all that `regrading.commit` promises,
however often its worker dies: what it did is all there or not at all, and done twice it is done
once.
"""

from collections.abc import Callable, Collection
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from courses.models import Cohort, Enrolment, Group, User
from courses.refusals import Refused
from quizzes import jobs
from quizzes.access import may_regrade
from quizzes.jobs import UNFINISHED, Progress, Send
from quizzes.marks import regrading
from quizzes.models import Contest, Question, Regrade, RegradeJob

AT_ONCE = 1_000  # attempts; of more, nobody waits for the answer
BROKE_OFF = (
    "It broke off twice, and no mark has been changed by that. Tell whoever runs the site;"
    " meanwhile `manage.py regrade` does the same."
)


# --- Asking ------------------------------------------------------------------------------------


def look(
    question: Question,
    *,
    version: int | None,
    policy: str,
    everybody: bool,
    reason: str,
    cohort: Cohort,
    by: User,
    now: datetime,
    send: Send,
    contests: Collection[int] = (),
    to: Enrolment | Group | None = None,
) -> Regrade | RegradeJob:
    """A preview, or the job that makes it where it takes long. Raises `Refused`.

    `version` is the number of the one to mark by, the newest one for None; `cohort` whose page
    asks; `to` whose attempts alone, of its people and groups; `contests` those that it answers,
    which a job brings together with its preview itself.
    """
    terms: dict[str, Any] = {
        "everybody": everybody,
        "policy": policy,
        "question": question.pk,
        "reason": reason,
        "version": version,
    }
    if to is not None:
        terms["group" if isinstance(to, Group) else "enrolment"] = to.pk
    if contests:
        terms["contests"] = sorted(contests)
    regrade = regrading.checked(**_terms(terms, cohort), by=by, now=now)
    whole = regrading.size(regrade)
    if whole <= AT_ONCE:
        return regrading.preview(**_terms(terms, cohort), by=by, now=now)
    job = RegradeJob(cohort=cohort, by=by, terms=terms, whole=whole, made_at=now)
    mine = RegradeJob.objects.filter(cohort=cohort, by=by, terms=terms, commits=False)
    return _ask(job, mine, now=now, send=send)


def commit(
    regrade: Regrade, *, cohort: Cohort, by: User, now: datetime, send: Send
) -> Regrade | RegradeJob:
    """Commit a preview, or have it committed where that takes long. Raises `Refused`."""
    whole: int = regrade.summary.get("attempts", 0)
    if whole <= AT_ONCE or regrade.state != Regrade.State.PREVIEW:
        return regrading.commit(regrade, by=by, now=now)
    if not may_regrade(by, regrade.cohort):
        raise Refused(_(regrading.NOT_YOURS))
    job = RegradeJob(cohort=cohort, by=by, regrade=regrade, commits=True, whole=whole, made_at=now)
    return _ask(job, RegradeJob.objects.filter(regrade=regrade, commits=True), now=now, send=send)


def _ask(job: RegradeJob, alike: QuerySet[RegradeJob], *, now: datetime, send: Send) -> RegradeJob:
    jobs.settle(alike, now=now, send=send, broke_off=_(BROKE_OFF))
    return jobs.ask(job, alike.filter(state__in=UNFINISHED).first, send=send)


def _terms(terms: dict[str, Any], cohort: Cohort) -> dict[str, Any]:
    """As `regrading.preview` takes them."""
    question = Question.objects.select_related("module", "current").get(pk=terms["question"])
    to: Enrolment | Group | None = None
    if "group" in terms:
        to = Group.objects.get(pk=terms["group"])
    elif "enrolment" in terms:
        to = Enrolment.objects.get(pk=terms["enrolment"])
    return {
        "to": to,
        "question": question,
        "version": question.versions.filter(number=terms["version"]).first(),
        "policy": terms["policy"],
        "cohort": None if terms["everybody"] else cohort,
        "reason": terms["reason"],
    }


# --- Doing -------------------------------------------------------------------------------------


def take_up(key: int, *, now: datetime) -> RegradeJob | None:
    """Begin; None if it is done, or if somebody else is at it."""
    rows = RegradeJob.objects.select_related("cohort__course", "by")
    return jobs.take_up(rows, key, now=now)


def do(job: RegradeJob, *, clock: Callable[[], datetime]) -> None:
    """Look, or commit. Raises `Refused`."""
    telling = not job.commits or connection.features.has_select_for_update
    with jobs.alive(job, clock=clock) if telling else nullcontext(Progress()) as progress:

        def watch(done: int, of: int) -> None:
            progress.done = done

        if job.commits:
            previewed = Regrade.objects.select_related("cohort").get(jobs=job)
            regrade = regrading.commit(previewed, by=job.by, now=clock(), watch=watch)
        else:
            terms = _terms(job.terms, job.cohort)
            regrade = regrading.preview(**terms, by=job.by, now=clock(), watch=watch)
    with transaction.atomic():
        if jobs.finish(job, now=clock(), regrade=regrade, done=job.whole or 0):
            answered = Contest.objects.filter(pk__in=job.terms.get("contests", ()))
            answered.filter(regrade__isnull=True).update(regrade=regrade)


# --- Looking -----------------------------------------------------------------------------------


def under_way(regrade: Regrade, *, now: datetime, send: Send) -> RegradeJob | None:
    """The job that commits a regrade at this moment, or is about to."""
    commits = RegradeJob.objects.filter(regrade=regrade, commits=True)
    jobs.settle(commits, now=now, send=send, broke_off=_(BROKE_OFF))
    return commits.filter(state__in=UNFINISHED).first()


@dataclass(frozen=True)
class Lately:
    """What a cohort's pages have asked for in the background."""

    looking: list[RegradeJob]  # not looked at yet, or never: those that failed
    commits: dict[int, RegradeJob]  # by the number of the regrade, the last one of each


def lately(cohort: Cohort, *, now: datetime, send: Send) -> Lately:
    """What is under way in the background for a cohort, and what has failed there."""
    rows = RegradeJob.objects.filter(cohort=cohort).exclude(state=RegradeJob.State.READY)
    found = list(rows.select_related("by"))  # the newest first
    if any(job.unfinished for job in found):
        jobs.settle(rows, now=now, send=send, broke_off=_(BROKE_OFF))
        found = list(rows.select_related("by"))
    looking: list[RegradeJob] = []
    commits: dict[int, RegradeJob] = {}
    for job in found:
        if job.regrade_id is None:
            looking.append(job)
        else:
            commits.setdefault(job.regrade_id, job)
    return Lately(looking, commits)


def found(cohort: Cohort, key: int, *, now: datetime, send: Send) -> RegradeJob | None:
    """A job that a page of the cohort asked for, as it is now."""
    rows = RegradeJob.objects.filter(cohort=cohort, pk=key)
    jobs.settle(rows, now=now, send=send, broke_off=_(BROKE_OFF))
    return rows.select_related("cohort__course", "by", "regrade").first()


def question_of(job: RegradeJob) -> Question:
    """What the job is about."""
    key = job.terms["question"] if job.regrade is None else job.regrade.question_id
    question: Question = Question.objects.get(pk=key)
    return question
