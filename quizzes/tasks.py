"""What workers do: entry points of the background, each for one verb."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from courses.access import teaching_in
from courses.models import Group
from courses.refusals import Refused
from quizzes import jobs
from quizzes.access import regrading_cohort, taught_quiz
from quizzes.exports import asking
from quizzes.exports.asking import Book, Form, Wanted, What
from quizzes.exports.printing import pdf
from quizzes.marks import correcting
from quizzes.models import Export
from quizzes.models.jobs import Job
from quizzes.reporting.analysis import Asked, Which
from quizzes.views import analysis

log = structlog.get_logger(__name__)


NOT_THERE = "What it was about is not there any more, or you no longer teach this cohort."
FAULT = "It could not be done; the site's log says why. Tell whoever runs the site."


@contextmanager
def in_words(job: Job) -> Iterator[None]:
    """Whatever goes wrong stands in the job's row, in words."""
    try:
        yield
    except Http404:
        jobs.fail(job, _(NOT_THERE), now=timezone.now())
    except Refused as refusal:
        jobs.fail(job, str(refusal), now=timezone.now())
    except Exception:
        log.exception("job_failed", kind=type(job).__name__, job=job.pk)
        jobs.fail(job, _(FAULT), now=timezone.now())


@task()
def write_export(key: int) -> None:
    """Write a file that somebody asked for. Never raises."""
    export = asking.take_up(key, now=timezone.now())
    if export is None:
        return
    with in_words(export):
        with jobs.alive(export, clock=timezone.now) as progress:
            wanted = wanted_of(export)
            if wanted.form == Form.PDF:
                content = printed(export)
                size = len(content)
            else:
                content, size = asking.written(wanted, progress)
        asking.finish(export, content, size=size, rows=progress.done, now=timezone.now())


@task()
def regrade(key: int) -> None:
    """Look at a regrade of many attempts, or commit it. Never raises."""
    job = correcting.take_up(key, now=timezone.now())
    if job is None:
        return
    with in_words(job):
        regrading_cohort(job.by, job.cohort_id)
        correcting.do(job, clock=timezone.now)


def wanted_of(export: Export) -> Wanted:
    """What somebody asked for, if they still teach there and it is still there (else `Http404`)."""
    cohort = teaching_in(export.by, export.cohort_id).cohort
    terms: dict[str, str] = export.query
    group = None
    if "group" in terms:
        group = Group.objects.filter(cohort=cohort, pk=terms["group"]).first()
        if group is None:
            raise Http404
    what, form = What(export.kind), Form(export.form)
    if "quiz" not in terms:
        return Wanted(what, form, Book(cohort, group))
    quiz = taught_quiz(export.by, cohort.pk, terms["quiz"]).quiz
    which = Which(terms.get("attempts", Which.FIRST))
    return Wanted(what, form, Asked(quiz, cohort, which, group))


def printed(export: Export) -> bytes:
    """The page of the quiz report, as its asker sees it, on paper."""
    request: Any = HttpRequest()
    request.method, request.user, request.arrived_at = "GET", export.by, timezone.now()
    terms: dict[str, str] = export.query
    request.GET = QueryDict(mutable=True)
    request.GET.update({name: terms[name] for name in ("attempts", "group") if name in terms})
    page = analysis.report(request, cohort=export.cohort_id, activity=terms["quiz"])
    return pdf(page.content.decode(), static_url=settings.STATIC_URL, folders=static_folders())


def static_folders() -> list[str]:
    """Where the files behind the static addresses lie: as collected, and in their sources."""
    found = [str(settings.STATIC_ROOT)]
    for finder in get_finders():
        found += [str(storage.location) for storage in getattr(finder, "storages", {}).values()]
    return found
