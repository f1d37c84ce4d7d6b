"""The API to sit a quiz: the same doors, verbs, times and refusals as the pages."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.response import Response

from courses.api import Act, Call, Endpoint, errors
from courses.refusals import Refused
from quizzes import access
from quizzes.models import Attempt
from quizzes.models import Response as Stored
from quizzes.questions import Kind
from quizzes.serializers import (
    AcknowledgementSerializer,
    AnswerSerializer,
    AttemptSerializer,
    CoverSerializer,
    ResultSerializer,
    StaleSerializer,
    StartSerializer,
    TriedSerializer,
)
from quizzes.sitting import attempts, reports, trials, trying
from quizzes.sitting.attempts import Answer, Closed, NotSaved, Saved
from quizzes.views.take import acknowledgement, tried

STILL_OPEN = "This attempt is still open. Hand it in first; then there is a result."


class Gone(exceptions.APIException):
    """The attempt takes no more answers."""

    status_code = status.HTTP_410_GONE


class QuizView(Endpoint):
    """What you are told before you start: rules, time, attempts so far."""

    @extend_schema(responses=CoverSerializer)
    def get(self, request: Call, quiz: str) -> Response:
        found = access.quiz_for(request.user, quiz)
        cover = reports.cover(found.quiz, found.place.enrolment, now=request.arrived_at)
        return Response(CoverSerializer(cover).data)


@dataclass(frozen=True)
class AttemptDetail:
    attempt: Attempt
    seconds_left: int | None
    questions: list[reports.OpenQuestion]
    asked: int
    may_answer: bool
    one_at_a_time: bool


def _shown(attempt: Attempt, request: Call) -> dict[str, Any]:
    """An attempt as its student sees it: the questions only while it is open."""
    left = None
    if attempt.is_open and attempt.deadline is not None:
        left = max(0, int((attempt.deadline - request.arrived_at).total_seconds()))
    questions = trials.beside(attempt, reports.open_questions(attempt)) if attempt.is_open else []
    detail = AttemptDetail(
        attempt,
        left,
        reports.at_hand(attempt, questions),
        asked=len(questions),
        may_answer=attempts.takes_answers(attempt, request.arrived_at),
        one_at_a_time=attempts.is_sequential(attempt),
    )
    return AttemptSerializer(detail).data


class Attempts(Endpoint):
    """Your attempts at a quiz."""

    @extend_schema(
        request=StartSerializer,
        responses={
            201: OpenApiResponse(AttemptSerializer, description="A new attempt has been started."),
            200: OpenApiResponse(AttemptSerializer, description="The one under way goes on."),
            **errors(409),
        },
    )
    def post(self, request: Call, quiz: str) -> Response:
        """Start an attempt, or go on with the one under way; nothing need be sent.

        Where the cover says so, a password is asked for to start.
        """
        found = access.quiz_for(request.user, quiz)
        enrolment = found.place.enrolment
        if enrolment is None or enrolment.teaches:
            raise exceptions.PermissionDenied(_(attempts.NOT_A_STUDENT))
        sent = StartSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        attempt = attempts.start(
            enrolment,
            found.quiz,
            now=request.arrived_at,
            password=sent.validated_data.get("password"),
        )
        # An attempt that was under way has begun before this request arrived.
        begun = attempt.started_at == request.arrived_at
        return Response(
            _shown(attempt, request),
            status=status.HTTP_201_CREATED if begun else status.HTTP_200_OK,
        )


class AttemptView(Endpoint):
    """One attempt of yours."""

    @extend_schema(responses=AttemptSerializer)
    def get(self, request: Call, attempt: UUID) -> Response:
        """The attempt with its questions and your answers so far, in tokens."""
        found = access.own_attempt(request.user, attempt)
        return Response(_shown(attempts.settle(found, now=request.arrived_at), request))


class ResponseView(Endpoint):
    """Your answer to one question of an attempt."""

    @extend_schema(
        request=AnswerSerializer,
        responses={
            200: AcknowledgementSerializer,
            409: OpenApiResponse(
                StaleSerializer, description="Another answer has been stored since `revision`."
            ),
            **errors(410),
        },
    )
    def put(self, request: Call, attempt: UUID, position: int) -> Response:
        """Save an answer. It is stored if and only if the reply says `"saved": true`.

        Sending the same again is acknowledged again and changes nothing. With an `operation` it
        is known again whatever was saved in between: the reply then names the revision that it
        made, and the newer one that stands.
        """
        try:
            outcome = attempts.save(
                request.user,
                attempt,
                answers={position: _sent(request)},
                now=request.arrived_at,
            )[position]
        except Closed as refusal:
            raise Gone(str(refusal)) from None
        except Refused as refusal:  # the attempt has no such question
            raise exceptions.NotFound(str(refusal)) from None
        if isinstance(outcome, Saved):
            return Response(acknowledgement(attempt, outcome, now=request.arrived_at))
        return _refused(attempt, outcome)


def _sent(request: Call) -> Answer:
    """The answer in the body of a request."""
    sent = AnswerSerializer(data=request.data)
    sent.is_valid(raise_exception=True)

    def read(kind: Kind, order: Any) -> Any:
        return kind.parse_json(order, sent.validated_data["answer"])

    given = sent.validated_data["answer"]
    return Answer(
        sent.validated_data["revision"],
        read,
        typed=given if isinstance(given, str) else json.dumps(given, ensure_ascii=False),
        operation=sent.validated_data.get("operation"),
        source=Stored.Source.API,
        certainty=sent.validated_data.get("certainty"),
    )


def _refused(attempt: UUID, outcome: NotSaved) -> Response:
    if outcome.reason != "malformed":
        return Response(_stale(attempt, outcome), status=status.HTTP_409_CONFLICT)
    raise exceptions.ValidationError({"answer": [outcome.message]})


class CheckView(Endpoint):
    """A try at one question of an attempt, where answers are checked one by one."""

    @extend_schema(
        request=AnswerSerializer,
        responses={
            200: TriedSerializer,
            409: OpenApiResponse(
                StaleSerializer, description="Another answer is stored, or the question is locked."
            ),
            **errors(410),
        },
    )
    def post(self, request: Call, attempt: UUID, position: int) -> Response:
        """Save an answer and have it checked. What you may see of it then is in the attempt.

        The same answer again is no second try.
        """
        try:
            outcome = trying.check(
                request.user,
                attempt,
                position=position,
                answer=_sent(request),
                now=request.arrived_at,
            )
        except Closed as refusal:
            raise Gone(str(refusal)) from None
        except Refused as refusal:
            raise exceptions.NotFound(str(refusal)) from None
        if isinstance(outcome, NotSaved):
            return _refused(attempt, outcome)
        return Response(tried(attempt, outcome, now=request.arrived_at))


class RedoView(Act):
    """Another question like one that has been checked, in practice."""

    @extend_schema(request=Act.NO_BODY, responses={200: AttemptSerializer, **errors(409, 410)})
    def post(self, request: Call, attempt: UUID, position: int) -> Response:
        """Swap a checked question for a fresh one; doing it twice swaps it once."""
        try:
            trying.redo(request.user, attempt, position=position, now=request.arrived_at)
        except Closed as refusal:
            raise Gone(str(refusal)) from None
        return Response(_shown(access.own_attempt(request.user, attempt), request))


def _stale(attempt: UUID, outcome: NotSaved) -> dict[str, Any]:
    return {
        "detail": outcome.message,
        "reason": outcome.reason,
        "saved": False,
        "attempt": str(attempt),
        "position": outcome.position,
        "revision": outcome.revision,
        "shown": outcome.shown,
        "operation": None if outcome.operation is None else str(outcome.operation),
    }


class LeaveView(Act):
    """Going on to the next question, where there is one at a time."""

    @extend_schema(request=Act.NO_BODY, responses={200: AttemptSerializer, **errors(409, 410)})
    def post(self, request: Call, attempt: UUID, position: int) -> Response:
        """Leave a question for good; doing it twice changes nothing more."""
        try:
            attempts.go_on(request.user, attempt, position=position, now=request.arrived_at)
        except Closed as refusal:
            raise Gone(str(refusal)) from None
        return Response(_shown(access.own_attempt(request.user, attempt), request))


class SubmitView(Act):
    """Handing an attempt in."""

    @extend_schema(request=Act.NO_BODY, responses={200: AttemptSerializer})
    def post(self, request: Call, attempt: UUID) -> Response:
        """Hand the attempt in and have it graded; doing it twice changes nothing more."""
        found = attempts.submit(request.user, attempt, now=request.arrived_at)
        return Response(_shown(found, request))


class ResultView(Endpoint):
    """The result of an attempt."""

    @extend_schema(responses={200: ResultSerializer, **errors(409)})
    def get(self, request: Call, attempt: UUID) -> Response:
        """As much of the result as you may see now."""
        found = access.own_attempt(request.user, attempt)
        found = attempts.settle(found, now=request.arrived_at)
        if found.is_open:
            raise Refused(_(STILL_OPEN))
        return Response(_result(found, request))


def _result(attempt: Attempt, request: Call) -> dict[str, Any]:
    shown = reports.result(attempt, now=request.arrived_at)
    attempts.note_shown(attempt, shown.items, now=request.arrived_at)
    return ResultSerializer(trials.after(shown)).data


class RevealView(Act):
    """Asking for the answers of a quiz that you could still try again."""

    @extend_schema(request=Act.NO_BODY, responses={200: ResultSerializer, **errors(409)})
    def post(self, request: Call, attempt: UUID) -> Response:
        """Show the answers, and end your attempts at the quiz: no other can be started then.

        Doing it twice changes nothing more. 409 while an attempt is open, and where the answers
        are shown anyway.
        """
        found = access.own_attempt(request.user, attempt)
        attempts.reveal(found.enrolment, found.quiz, now=request.arrived_at)
        found = access.own_attempt(request.user, attempt)
        return Response(_result(found, request))
