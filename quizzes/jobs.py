"""Work in the background: asked for, taken up, finished, taken up again when it breaks off.

Nothing here depends on a scheduler or on a worker that lives: a job whose worker gives no sign of
life is taken up again, or told to have failed, by whoever looks next.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext as _

from quizzes.models.jobs import Job

KEPT = timedelta(days=7)
SLOW = timedelta(minutes=2)  # until a page says that nothing has taken it up
UNBEGUN = timedelta(hours=1)  # without a worker that takes it up
MOST_TRIES = 2
BEAT = 1.0  # seconds between signs of life
UNFINISHED = (Job.State.WAITING, Job.State.WORKING)
NO_WORKER = (
    "Nothing has begun to do it. It seems that no background worker runs here: tell whoever runs"
    " the site."
)

AnyJob = TypeVar("AnyJob", bound=Job)
Send = Callable[[int], Any]  # hands a job's key to the workers


def ask(job: AnyJob, same: Callable[[], AnyJob | None], *, send: Send) -> AnyJob:
    """Have a job done, or the one that is `same` and under way: a constraint decides the race."""
    found = same()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            job.save(force_insert=True)
            send(job.pk)
    except IntegrityError:
        found = same()  # somebody's other click was quicker
        if found is None:
            raise
        return found
    return job


def take_up(jobs: models.QuerySet[AnyJob], key: int, *, now: datetime) -> AnyJob | None:
    """Begin to do a job; None if it is done, or if somebody else is doing it."""
    with transaction.atomic():
        job: AnyJob | None = (
            jobs.select_for_update(of=("self",)).filter(pk=key, state__in=UNFINISHED).first()
        )
        if job is None or (job.state == Job.State.WORKING and not silent(job, now)):
            return None
        job.state, job.alive_at, job.done = Job.State.WORKING, now, 0
        job.tries += 1
        job.save(update_fields=["state", "alive_at", "done", "tries"])
    return job


def finish(job: Job, *, now: datetime, **fields: Any) -> bool:
    """Keep what came of it. False if somebody else has taken it up since."""
    return _end(job, now, state=Job.State.READY, **fields)


def fail(job: Job, fault: str, *, now: datetime) -> bool:
    """Say why nothing will come of it."""
    return _end(job, now, state=Job.State.FAILED, fault=fault[:300])


def _held(job: Job) -> models.QuerySet[Any]:
    # Whoever took it up last ends it: one that was only slow must not write into its place.
    jobs: Any = type(job)
    found: models.QuerySet[Any] = jobs.objects.filter(
        pk=job.pk, state=Job.State.WORKING, tries=job.tries
    )
    return found


def _end(job: Job, now: datetime, **fields: Any) -> bool:
    return bool(_held(job).update(finished_at=now, **fields))


def silent(job: Job, now: datetime) -> bool:
    return job.alive_at is None or now - job.alive_at > job.silence


@dataclass
class Progress:
    done: int = 0


@contextmanager
def alive(job: Job, *, clock: Callable[[], datetime]) -> Iterator[Progress]:
    """While it is done: a sign of life each second, with how far it has come.

    On a connection of its own. That of the work may have a statement open for as long as it takes,
    and SQLite lets nobody write beside that on the same connection.
    """
    progress, over = Progress(), threading.Event()

    def beat() -> None:
        try:
            while not over.wait(BEAT):
                _held(job).update(alive_at=clock(), done=progress.done)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"job-{job.pk}", daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        over.set()
        thread.join()


def settle(jobs: models.QuerySet[AnyJob], *, now: datetime, send: Send, broke_off: str) -> None:
    """Take up again what broke off, say what has failed, and throw away what is too old.

    `broke_off` is told of a job that did so as often as it may.
    """
    forget(jobs.model, now=now)
    for job in jobs.filter(state__in=UNFINISHED):
        if job.state == Job.State.WORKING and silent(job, now):
            if job.tries >= MOST_TRIES:
                fail(job, broke_off, now=now)
                continue
            with transaction.atomic():
                if _held(job).update(state=Job.State.WAITING, made_at=now):
                    send(job.pk)
        elif job.state == Job.State.WAITING and now - job.made_at > UNBEGUN:
            jobs.filter(pk=job.pk, state=Job.State.WAITING).update(
                state=Job.State.FAILED, finished_at=now, fault=_(NO_WORKER)
            )


def forget(model: Any, *, now: datetime) -> int:
    """Throw away the jobs of all people that were made too long ago; how many."""
    old = model.objects.filter(made_at__lt=now - KEPT)
    # A page may ask for this each second, and deleting nothing would wait for whoever writes.
    return old.delete()[0] if old.exists() else 0


def unbegun(jobs: Iterable[Job], now: datetime) -> bool:
    """Whether one of these waits longer than it should where a worker runs."""
    return any(job.state == Job.State.WAITING and now - job.made_at > SLOW for job in jobs)
