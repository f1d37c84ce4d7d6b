"""A student takes a quiz: cover, attempt, saving, handing in, result; and checkpoints."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import dashboards
from courses.models import Enrolment
from courses.refusals import Refused
from courses.requests import Request
from quizzes import access
from quizzes.marks import contests
from quizzes.models import Attempt, QuestionVersion, Response
from quizzes.questions import KINDS, Kind
from quizzes.questions.base import Unreadable
from quizzes.sitting import attempts, checkpoints, presence, reports, trials, trying
from quizzes.sitting.attempts import Answer, Closed, NotSaved, Saved
from quizzes.sitting.behaviours import Rules
from quizzes.sitting.trials import CERTAINTIES
from quizzes.times import availability

# How the browser's script asks for a typed acknowledgement instead of a page.
JSON = "application/json"
UUID_LENGTH = 36
NO_UUID = (
    "The name of this save (“operation”) is no UUID, like"
    " 0b8f3f3e-5d0c-4c1a-9d6e-2f1a7c3b9e10. Send one, or none."
)


@require_http_methods(["GET", "HEAD", "POST"])
def quiz(request: Request, activity: str) -> HttpResponse:
    """What the student is told before starting; POST starts, or goes on with the open attempt."""
    found = access.quiz_for(request.user, activity)
    enrolment = found.place.enrolment
    wrong_password = ""
    if request.method == "POST":
        try:
            if enrolment is None or enrolment.teaches:
                raise Refused(attempts.NOT_A_STUDENT)
            attempt = attempts.start(
                enrolment,
                found.quiz,
                now=request.arrived_at,
                password=request.POST.get("password"),
            )
        except Refused as refusal:
            if not (isinstance(refusal, attempts.NotStarted) and refusal.is_of_password):
                messages.error(request, str(refusal))
                return redirect("quizzes:quiz", activity)
            wrong_password = str(refusal)
        else:
            return redirect("quizzes:attempt", attempt.pk)
    steps = dashboards.module_steps(found.quiz.activity.module, enrolment)
    _, previous, following = dashboards.neighbours(steps, activity)
    zone = enrolment.cohort.zone if enrolment else timezone.get_default_timezone()
    with timezone.override(zone):
        return render(
            request,
            "quizzes/take/quiz.html",
            {
                "previous": previous,
                "next": following,
                "activity": found.quiz.activity,
                "module": found.quiz.activity.module,
                "course": found.place.course,
                "place": found.place,
                "quiz": found.quiz,
                "cover": reports.cover(found.quiz, enrolment, now=request.arrived_at),
                "wrong_password": wrong_password,
            },
            status=422 if wrong_password else 200,
        )


@require_http_methods(["GET", "HEAD", "POST"])
def attempt(request: Request, attempt: UUID) -> HttpResponse:
    """The page of an open attempt; POST saves the whole form at once (the way without scripts)."""
    now = request.arrived_at
    refused: Mapping[int, NotSaved] = {}
    if request.method == "POST":
        positions = _named(request)
        to_check = request.POST.get("check", "")
        try:
            outcomes = attempts.save(
                request.user,
                attempt,
                answers={
                    position: replace(_answer(request, position), checked=str(position) == to_check)
                    for position in positions
                },
                now=now,
            )
        except Closed as refusal:
            messages.error(request, str(refusal))
            return redirect("quizzes:result", attempt)
        except NoOperation as refusal:
            outcomes = {
                position: NotSaved(position, "malformed", str(refusal), 0, None)
                for position in positions
            }
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("quizzes:attempt", attempt)
        refused = {
            position: outcome
            for position, outcome in outcomes.items()
            if isinstance(outcome, NotSaved)
        }
        if not refused:
            if not _arrived(request, attempt, positions):
                messages.error(request, _(NOTHING_CAME))
                return redirect("quizzes:attempt", attempt)
            if "next" in request.POST:
                return _go_on(request, attempt)
            if to_check:
                return _back_to(attempt, to_check)
            if "redo" in request.POST:
                return redo(request, attempt, _number(request.POST["redo"]))
            if "finish" in request.POST:
                return redirect("quizzes:submit", attempt)
            messages.success(request, _("All answers on the page are saved."))
            return redirect("quizzes:attempt", attempt)
    found = attempts.settle(access.own_attempt(request.user, attempt), now=now)
    if not found.is_open:
        return redirect("quizzes:result", attempt)
    with timezone.override(found.enrolment.cohort.zone):
        if attempts.is_in_grace(found, now):
            return render(request, "quizzes/take/grace.html", _grace_page(found))
        return render(
            request,
            "quizzes/take/attempt.html",
            _attempt_page(found, request, refused),
            status=422 if refused else 200,
        )


def _number(text: str) -> int:
    """A position that somebody named; 0, which no question has, for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


# A field of a question, `q1`, `q1.revision` or what stands for no field of it, such as `q1[]`.
FIELD = re.compile(r"q([0-9]{1,5})(?:[^0-9].*)?", re.DOTALL)
NOTHING_CAME = (
    "What is on the page did not come with your request. Look at your answers, and try again."
)


def _named(request: Request) -> list[int]:
    """The questions of which a posted form has any field, in its order."""
    found = (FIELD.fullmatch(name) for name in request.POST)
    return list(dict.fromkeys(int(match[1]) for match in found if match))


def _arrived(request: Request, attempt: UUID, positions: Sequence[int]) -> bool:
    """Whether a form brought what its page asks: at least what it wants checked, and not nothing.

    Nothing is right where all that stands on the page is checked for good.
    """
    if "check" in request.POST:
        return request.POST["check"] in map(str, positions)
    if positions:
        return True
    found = access.own_attempt(request.user, attempt)
    shown = reports.at_hand(found, trials.beside(found, reports.open_questions(found)))
    return all(question.trial is not None and question.trial.locked for question in shown)


def _back_to(attempt: UUID, position: object) -> HttpResponse:
    return redirect(f"{reverse('quizzes:attempt', args=[attempt])}#q{position}")


def _go_on(request: Request, attempt: UUID) -> HttpResponse:
    """The next question, where there is one at a time; `next` names the one that is left."""
    try:
        position = _number(request.POST["next"])
        attempts.go_on(request.user, attempt, position=position, now=request.arrived_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("quizzes:attempt", attempt)


def _grace_page(found: Attempt) -> dict[str, Any]:
    questions = reports.open_questions(found)
    return {
        "attempt": found,
        "activity": found.quiz.activity,
        "sentence": attempts.grace_in_words(found),
        "answered": sum(question.answered for question in questions),
        "questions": len(questions),
    }


def _attempt_page(
    found: Attempt, request: Request, refused: Mapping[int, NotSaved]
) -> dict[str, Any]:
    # What was answered to a question that stands there no more says nothing about the next one.
    typed = {
        position: _reader(request, position)
        for position, outcome in refused.items()
        if outcome.reason != "swapped"
    }
    sure = {
        position: CERTAINTIES.get(request.POST.get(f"q{position}.certainty", ""))
        for position in typed
    }
    questions = trials.beside(found, reports.open_questions(found, typed=typed), given=sure)
    for position in refused.keys() - {question.position for question in questions}:
        messages.error(request, refused[position].message)
    now = request.arrived_at
    shown = reports.at_hand(found, questions)
    one_at_a_time = attempts.is_sequential(found)
    return {
        "attempt": found,
        "quiz": found.quiz,
        "activity": found.quiz.activity,
        "course": found.quiz.activity.module.course,
        "questions": questions,
        "shown": shown,
        "one_at_a_time": one_at_a_time,
        "checks": Rules.read(found.rules).checks,
        "next": shown[0].position if one_at_a_time and shown[0] is not questions[-1] else None,
        "at_zero": attempts.at_zero_in_words(found),
        "answered": sum(question.answered for question in questions),
        "refused": [
            reports.Unsaved(
                question.position,
                why.message,
                question.stored,
                invalid=why.reason == "malformed",
            )
            for question in questions
            if (why := refused.get(question.position))
        ],
        "now": now,
        "seconds_left": _seconds_left(found.deadline, now),
    }


SAY_HOW_SURE = "Choose one of the three levels for how sure you are, or none."


class NoOperation(Refused):
    """What should name a save does not."""


def _answer(request: Request, position: int, source: str = Response.Source.FORM) -> Answer:
    """What a form says of one question: fields `qN`, `qN.<token>` and `qN.revision`.

    `operation` is the client's own name for the request, a UUID: the same when it sends it again.
    Raises `NoOperation` when it is something else.
    """
    bases = request.POST.getlist(f"q{position}.revision")
    base = bases[0] if len(bases) == 1 else ""
    return Answer(
        int(base) if base.isascii() and base.isdecimal() and len(base) < 7 else None,
        _reader(request, position),
        operation=_operation(request),
        source=source,
        typed=_typed(request, position),
        certainty=CERTAINTIES.get(request.POST.get(f"q{position}.certainty", "")),
    )


def _typed(request: Request, position: int) -> str:
    """What came as the answer to one question, for people to read."""
    others = {f"q{position}.{name}" for name in OF_EACH}
    return "\n".join(
        value
        for name, values in request.POST.lists()
        if _is_of(name, position) and name not in others
        for value in values
    )


def _is_of(name: str, position: int) -> bool:
    """Whether a field is of this question: `q1` and `q1.text` are of the first, `q12` is not."""
    mine = f"q{position}"
    return name.startswith(mine) and not name[len(mine) :][:1].isdecimal()


def _reader(request: Request, position: int) -> Callable[[Kind, Any], Any]:
    data = dict(request.POST.lists())

    def read(kind: Kind, order: Any) -> Any:
        sure = request.POST.getlist(f"q{position}.certainty")
        if len(sure) > 1 or not CERTAINTIES.keys() >= set(sure):
            raise ValueError(_(SAY_HOW_SURE))
        fields = Fields(data)
        response = kind.parse(order, fields, f"q{position}")
        if fields.unread(position):
            raise ValueError(_(NOT_ON_PAGE))
        return response

    return read


NOT_ON_PAGE = (
    "What came is no answer to the question on this page. Reload the page and answer again."
)
OF_EACH = ("revision", "certainty")  # what every question has beside its answer


class Fields(dict[str, list[str]]):
    """A posted form that knows which of its fields were read.

    An answer to another kind of question has fields that this one does not read. Without a look at
    them it would count as blank, and wipe out what is stored.
    """

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__(fields)
        self.read: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        """As of any dict."""
        self.read.add(name)
        return super().get(name, default)

    def unread(self, position: int) -> set[str]:
        """The fields of one question that have not been read."""
        mine = {name for name in self if _is_of(name, position)}
        return mine - self.read - {f"q{position}.{name}" for name in OF_EACH}


def _operation(request: Request) -> UUID | None:
    given = request.POST.getlist("operation")
    if given in ([], [""]):
        return None
    try:
        if len(given) == 1 and len(given[0]) == UUID_LENGTH:
            return UUID(given[0])
    except ValueError:
        pass
    raise NoOperation(NO_UUID)


@require_POST
def check(request: Request, attempt: UUID, position: int) -> HttpResponse:
    """Store an answer as a try; JSON for the page's script, else back to the question.

    The JSON is the acknowledgement of a save with `state`, `tries` and `left` in it; what may be
    shown of the question now stands on the page.
    """
    try:
        source = Response.Source.PAGE if _asks_json(request) else Response.Source.FORM
        answer = _answer(request, position, source)
        outcome = trying.check(
            request.user, attempt, position=position, answer=answer, now=request.arrived_at
        )
    except Closed as refusal:
        return _refuse(request, attempt, position, "closed", str(refusal), status=410)
    except Refused as refusal:
        return _refuse(request, attempt, position, "malformed", str(refusal), status=422)
    if isinstance(outcome, NotSaved):
        return _refuse(
            request,
            attempt,
            position,
            outcome.reason,
            outcome.message,
            status=422 if outcome.reason == "malformed" else 409,
            revision=outcome.revision,
            shown=outcome.shown,
            operation=_text(outcome.operation),
        )
    if not _asks_json(request):
        return _back_to(attempt, position)
    return JsonResponse(tried(attempt, outcome, now=request.arrived_at))


def tried(attempt: UUID, outcome: trying.Checked, *, now: datetime) -> dict[str, Any]:
    """The typed acknowledgement of a try, for page and API."""
    return {
        **acknowledgement(attempt, outcome.saved, now=now),
        "state": outcome.standing.state,
        "tries": outcome.standing.tries,
        "left": outcome.standing.left,
    }


@require_POST
def redo(request: Request, attempt: UUID, position: int) -> HttpResponse:
    """In practice, swap a checked question for a fresh one, and go back to it."""
    try:
        trying.redo(request.user, attempt, position=position, now=request.arrived_at)
    except Closed as refusal:
        return _refuse(request, attempt, position, "closed", str(refusal), status=410)
    except Refused as refusal:
        return _refuse(request, attempt, position, "malformed", str(refusal), status=422)
    if _asks_json(request):
        return JsonResponse({"swapped": True, "attempt": str(attempt), "position": position})
    return _back_to(attempt, position)


@require_POST
def save(request: Request, attempt: UUID, position: int) -> HttpResponse:
    """Save one answer and acknowledge it: JSON for the page's script, else back to the page.

    Only a reply with `saved: true` that names attempt, question, revision, operation and the
    digest of the answer means “stored”. `newest` is the revision that stands now: if it is
    another one, `stands` says what it holds.
    """
    try:
        source = Response.Source.PAGE if _asks_json(request) else Response.Source.FORM
        outcome = attempts.save(
            request.user,
            attempt,
            answers={position: _answer(request, position, source)},
            now=request.arrived_at,
        )[position]
    except Closed as refusal:
        return _refuse(request, attempt, position, "closed", str(refusal), status=410)
    except Refused as refusal:
        return _refuse(request, attempt, position, "malformed", str(refusal), status=422)
    if isinstance(outcome, Saved):
        if not request.accepts("text/html") or _asks_json(request):
            return JsonResponse(acknowledgement(attempt, outcome, now=request.arrived_at))
        return redirect(f"{reverse('quizzes:attempt', args=[attempt])}#q{position}")
    status = 422 if outcome.reason == "malformed" else 409
    return _refuse(
        request,
        attempt,
        position,
        outcome.reason,
        outcome.message,
        status=status,
        revision=outcome.revision,
        shown=outcome.shown,
        operation=_text(outcome.operation),
    )


def _asks_json(request: Request) -> bool:
    return JSON in request.headers.get("Accept", "")


def _text(operation: UUID | None) -> str | None:
    return None if operation is None else str(operation)


def acknowledgement(attempt: UUID, outcome: Saved, *, now: datetime) -> dict[str, Any]:
    """The typed acknowledgement that page and API give for a stored answer.

    It carries the attempt's end, so that a page that saves learns at once when that is moved.
    """
    return {
        "saved": True,
        "attempt": str(attempt),
        "position": outcome.position,
        "revision": outcome.revision,
        "saved_at": outcome.saved_at.isoformat(),
        "shown": outcome.shown,
        "digest": outcome.digest,
        "certainty": outcome.certainty,
        "operation": _text(outcome.operation),
        "newest": outcome.newest,
        "stands": outcome.stands,
        "deadline": None if outcome.deadline is None else outcome.deadline.isoformat(),
        "seconds_left": _seconds_left(outcome.deadline, now),
    }


def _seconds_left(deadline: datetime | None, now: datetime) -> int | None:
    """By the server's clock: the browser's is not asked."""
    return None if deadline is None else max(0, int((deadline - now).total_seconds()))


@require_http_methods(["GET", "HEAD", "POST"])
def deadline(request: Request, attempt: UUID) -> JsonResponse:
    """The end of an open attempt as it stands now, for its page to ask again and again.

    By POST the page tells on the way that it is there: `unsaved` answers that wait in it, and
    `failures`, the saves in a row that did not come through.
    """
    found = access.own_attempt(request.user, attempt)
    now = request.arrived_at
    if request.method == "POST":
        told = [_told(request.POST.get(name, "")) for name in ("unsaved", "failures")]
        if None in told:
            return JsonResponse({"attempt": str(found.pk), "message": _(SAY_HOW_MANY)}, status=422)
        if attempts.takes_answers(found, now):
            presence.tell(found, unsaved=told[0] or 0, failures=told[1] or 0, now=now)
    return JsonResponse(
        {
            "attempt": str(found.pk),
            "open": found.is_open and not attempts.is_overdue(found, now),
            "answering": attempts.takes_answers(found, now),
            "deadline": None if found.deadline is None else found.deadline.isoformat(),
            "seconds_left": _seconds_left(found.deadline, now),
        }
    )


SAY_HOW_MANY = "Say how many answers are “unsaved”, and how many “failures” there were, in digits."


def _told(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None


def _refuse(
    request: Request,
    attempt: UUID,
    position: int,
    reason: str,
    message: str,
    *,
    status: int,
    **stored: Any,
) -> HttpResponse:
    if _asks_json(request):
        body = {
            "saved": False,
            "attempt": str(attempt),
            "position": position,
            "reason": reason,
            "message": message,
            **stored,
        }
        return JsonResponse(body, status=status)
    messages.error(request, message)
    return redirect(f"{reverse('quizzes:attempt', args=[attempt])}#q{position}")


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: Request, attempt: UUID) -> HttpResponse:
    """Ask once more, naming what is blank; POST hands the attempt in."""
    if request.method == "POST":
        attempts.submit(request.user, attempt, now=request.arrived_at)
        return redirect("quizzes:result", attempt)
    found = attempts.settle(access.own_attempt(request.user, attempt), now=request.arrived_at)
    if not found.is_open:
        return redirect("quizzes:result", attempt)
    questions = reports.open_questions(found)
    blank = [question.position for question in questions if not question.answered]
    at_hand = {question.position for question in reports.at_hand(found, questions)}
    with timezone.override(found.enrolment.cohort.zone):
        return render(
            request,
            "quizzes/take/submit.html",
            {
                "attempt": found,
                "quiz": found.quiz,
                "activity": found.quiz.activity,
                "questions": questions,
                "blank": blank,
                "ends": found.deadline
                and availability.clock(
                    found.deadline, zone=found.enrolment.cohort.zone, beside=request.arrived_at
                ),
                # One at a time, there is no way back to what was left blank.
                "open": [position for position in blank if position in at_hand],
                "sentence": ngettext(
                    "%(count)d question has no answer yet.",
                    "%(count)d questions have no answer yet.",
                    len(blank),
                )
                % {"count": len(blank)}
                if blank
                else _("Every question has an answer."),
            },
        )


@require_safe
def result(request: Request, attempt: UUID) -> HttpResponse:
    """What the policy lets the student see of a finished attempt."""
    found = attempts.settle(access.own_attempt(request.user, attempt), now=request.arrived_at)
    if found.is_open:
        return redirect("quizzes:attempt", attempt)
    shown = reports.result(found, now=request.arrived_at)
    attempts.note_shown(found, shown.items, now=request.arrived_at)
    with timezone.override(found.enrolment.cohort.zone):
        return render(
            request,
            "quizzes/take/result.html",
            {
                "attempt": found,
                "quiz": found.quiz,
                "activity": found.quiz.activity,
                "module": found.quiz.activity.module,
                "course": found.quiz.activity.module.course,
                "result": contests.beside(trials.after(shown)),
            },
        )


NOT_SURE = "Nothing was changed: tick that you know what follows, then press the button again."


@require_POST
def reveal(request: Request, attempt: UUID) -> HttpResponse:
    """Show the answers of the quiz to a student who could still try again, and end their attempts.

    The form stands on the result, with what follows in words and a box to tick.
    """
    found = access.own_attempt(request.user, attempt)
    try:
        if "sure" not in request.POST:
            raise Refused(_(NOT_SURE))
        attempts.reveal(found.enrolment, found.quiz, now=request.arrived_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("quizzes:result", attempt)


@require_http_methods(["GET", "HEAD", "POST"])
def checkpoint(request: Request, lesson: str, question: str) -> HttpResponse:
    """A question in the text: a page of its own, or the piece of the lesson that htmx puts in."""
    found = access.checkpoint_for(request.user, lesson, question)
    page = question_to_try(request, found.version, found.place.enrolment, action=request.path)
    page |= {"lesson": found.lesson, "course": found.place.course}
    template = "quizzes/take/_checkpoint.html" if request.htmx else "quizzes/take/checkpoint.html"
    # htmx swaps only replies that say OK, so the piece with an error in it says so too.
    status = 422 if page["error"] and not request.htmx else 200
    return render(request, template, page, status=status)


def question_to_try(
    request: Request,
    version: QuestionVersion,
    enrolment: Enrolment | None,
    *,
    action: str,
    name: str = "answer",
) -> dict[str, Any]:
    """A question to try, for `_checkpoint.html`; if it is posted, what became of the try."""
    kind = KINDS[version.kind]
    order = checkpoints.order_of(version)
    outcome, error, response = None, "", None
    if request.method == "POST":
        try:
            response = kind.parse(order, dict(request.POST.lists()), name)
            if response is None:
                raise ValueError(_("Choose an answer first."))
        except ValueError as problem:
            error = str(problem)
            if isinstance(problem, Unreadable):
                response = problem.typed
        else:
            outcome = checkpoints.answer(
                version, enrolment, response=response, now=request.arrived_at
            )
    return {
        "presented": kind.present(version.content, order, response),
        "name": name,
        "tried": outcome,
        "error": error,
        "action": action,
    }
