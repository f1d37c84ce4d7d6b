"""The API to sit a quiz: the same doors, verbs, times and refusals as the pages."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.response import Response

from courses.api import Call, Endpoint, errors
from courses.refusals import Refused
from quizzes import access, attempts, reports
from quizzes.attempts import Answer, Closed, NotSaved, Saved
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
)
from quizzes.views.take import acknowledgement

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


def _shown(attempt: Attempt, request: Call) -> dict[str, Any]:
    """An attempt as its student sees it: the questions only while it is open."""
    left = None
    if attempt.is_open and attempt.deadline is not None:
        left = max(0, int((attempt.deadline - request.arrived_at).total_seconds()))
    questions = reports.open_questions(attempt) if attempt.is_open else []
    return AttemptSerializer(AttemptDetail(attempt, left, questions)).data


class Attempts(Endpoint):
    """Your attempts at a quiz."""

    @extend_schema(
        request=None,
        responses={
            201: OpenApiResponse(AttemptSerializer, description="A new attempt has been started."),
            200: OpenApiResponse(AttemptSerializer, description="The one under way goes on."),
            **errors(409),
        },
    )
    def post(self, request: Call, quiz: str) -> Response:
        """Start an attempt, or go on with the one under way."""
        found = access.quiz_for(request.user, quiz)
        enrolment = found.place.enrolment
        if enrolment is None or enrolment.teaches:
            raise exceptions.PermissionDenied(_(attempts.NOT_A_STUDENT))
        attempt = attempts.start(enrolment, found.quiz, now=request.arrived_at)
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
        sent = AnswerSerializer(data=request.data)
        sent.is_valid(raise_exception=True)

        def read(kind: Kind, order: Any) -> Any:
            return kind.parse_json(order, sent.validated_data["answer"])

        try:
            outcome = attempts.save(
                request.user,
                attempt,
                answers={
                    position: Answer(
                        sent.validated_data["revision"],
                        read,
                        operation=sent.validated_data.get("operation"),
                        source=Stored.Source.API,
                    )
                },
                now=request.arrived_at,
            )[position]
        except Closed as refusal:
            raise Gone(str(refusal)) from None
        except Refused as refusal:  # the attempt has no such question
            raise exceptions.NotFound(str(refusal)) from None
        if isinstance(outcome, Saved):
            return Response(acknowledgement(attempt, outcome, now=request.arrived_at))
        if outcome.reason == "stale":
            return Response(_stale(attempt, outcome), status=status.HTTP_409_CONFLICT)
        raise exceptions.ValidationError({"answer": [outcome.message]})


def _stale(attempt: UUID, outcome: NotSaved) -> dict[str, Any]:
    return {
        "detail": outcome.message,
        "saved": False,
        "attempt": str(attempt),
        "position": outcome.position,
        "revision": outcome.revision,
        "shown": outcome.shown,
        "operation": None if outcome.operation is None else str(outcome.operation),
    }


class SubmitView(Endpoint):
    """Handing an attempt in."""

    @extend_schema(request=None, responses={200: AttemptSerializer})
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
        return Response(ResultSerializer(reports.result(found, now=request.arrived_at)).data)
