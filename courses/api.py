"""The API to read courses, and what all of the API shares.

An endpoint does what a page does, through the same doors, reads and verbs; it only speaks JSON.
What is not there and what is not yours answer alike.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, generics, status
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle, UserRateThrottle
from rest_framework.views import APIView, exception_handler

from courses import access, dashboards, gradebook, tokens
from courses.dashboards import SourceEntry, TermEntry
from courses.gradebook import Cell, Column, Plan, Row, Statistic
from courses.models import (
    Course,
    Enrolment,
    Group,
    Lesson,
    Mention,
    Objective,
    Paragraph,
    Source,
    Term,
    User,
)
from courses.refusals import Refused
from courses.serializers import (
    ColumnSerializer,
    CourseDetailSerializer,
    CourseSerializer,
    ErrorSerializer,
    GradesQuery,
    GradesSerializer,
    IssuedTokenSerializer,
    LessonLineSerializer,
    LessonSerializer,
    LessonsQuery,
    ModuleSerializer,
    NewTokenSerializer,
    Nothing,
    OwnGradesSerializer,
    PageQuery,
    Query,
    SourceEntrySerializer,
    SourcesQuery,
    TermEntrySerializer,
    TermsQuery,
    TokenSerializer,
)

NOTHING_HERE = "There is nothing at this address, or it is not yours to see."
WHO_ARE_YOU = "Sign in on the site first, or send a token in the header: Authorization: Token …"
MAKE_TOKENS_SIGNED_IN = (
    "A token cannot make tokens. Sign in on the site and make one there, for example on the page "
    "that describes this API."
)

# The names of faults that belong to no one field.
UNNAMED = ("", "unknown", "non_field_errors")

# --- What all endpoints share ------------------------------------------------------------------


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


class Body(BaseParser):
    """JSON in UTF-8, and no more of it than any request of ours could need.

    The library's own parser has no limit of size, dies of deep nesting, and lets through what no
    database can store.
    """

    media_type = "application/json"
    LARGEST = 65_536  # bytes
    DEEPEST = 16

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        sent = stream.read(self.LARGEST + 1)
        if len(sent) > self.LARGEST:
            raise TooLarge(_("The body is too large: at most %d bytes are read.") % self.LARGEST)
        try:
            value = json.loads(
                sent.decode("utf-8"),
                parse_int=_whole,
                parse_constant=_no_constant,
                object_pairs_hook=_once_each,
            )
        except (ValueError, RecursionError) as problem:
            why = "nested too deeply" if isinstance(problem, RecursionError) else str(problem)
            raise exceptions.ParseError(_("The body is not JSON: %s.") % _ascii(why)) from None
        layer = [value]
        for _depth in range(self.DEEPEST):
            layer = [inner for outer in layer for inner in _inside(outer)]
        if layer:
            raise exceptions.ParseError(_("The body is not JSON that we read: nested too deeply."))
        return value


def _whole(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:  # Python reads no more than some thousands of digits
        raise exceptions.ParseError(
            _("The body holds a number with far more digits than any that is asked for.")
        ) from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of the body. Of a name that stands there twice, nobody knows which is meant."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise exceptions.ParseError(
                _("The body names “%s” twice in one object. Send each name once.")
                % _ascii(name[:80])
            )
        found[name] = value
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode("ascii")


def _inside(value: Any) -> Sequence[Any]:
    """What stands one level deeper; refuses text that cannot be stored."""
    if isinstance(value, str) and any(
        letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value
    ):
        raise exceptions.ParseError(
            _("The body holds a character that no text has: NUL, or half of a surrogate pair.")
        )
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else ()


class Call(Request):
    """A request of a signed-in person, as the handlers of endpoints get it (for types only)."""

    user: User
    arrived_at: datetime


class Endpoint(APIView):
    """An address of the API. `query` names the parameters that it knows; others are refused."""

    request: Call
    parser_classes = [Body]
    query: type[Query] = Query

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        sent = self.query(data=request.query_params.dict())
        sent.is_valid(raise_exception=True)
        self.asked = sent.validated_data


class Act(Endpoint):
    """An address to do one thing by POST, which takes no body, or one that says nothing.

    Whoever sends more means something that will not happen, so that nothing does.
    """

    NO_BODY = {
        "application/json": {
            "type": "object",
            "additionalProperties": False,
            "description": "Nothing is asked for: leave the body out, or send `{}`.",
        }
    }

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        Nothing(data=request.data).is_valid(raise_exception=True)


class Pages(LimitOffsetPagination):
    """Pages of a list by `limit` and `offset`, as the endpoint has already checked them."""

    default_limit = 50

    def get_limit(self, request: Request) -> int:
        return int(request.parser_context["view"].asked["limit"])

    def get_offset(self, request: Request) -> int:
        return int(request.parser_context["view"].asked["offset"])

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        page = {
            "count": {"type": "integer"},
            "next": address,
            "previous": address,
            "results": schema,
        }
        return {"type": "object", "required": list(page), "properties": page}


class Listing(Endpoint, generics.ListAPIView[Any]):
    """An address with a list in pages; a subclass gives `rows`."""

    pagination_class = Pages
    query = PageQuery

    def get_queryset(self) -> Any:
        return self.rows(self.request.user, **self.kwargs)

    def rows(self, user: Any, **place: str) -> Any:
        raise NotImplementedError


def refuse(problem: Exception, context: dict[str, Any]) -> Response | None:
    """The one shape of every refusal: `detail`, a sentence, and sometimes `fields`."""
    if isinstance(problem, Http404):
        problem = exceptions.NotFound(_(NOTHING_HERE))
    if isinstance(problem, exceptions.NotAuthenticated):
        problem.detail = exceptions.ErrorDetail(_(WHO_ARE_YOU), "not_authenticated")
    if isinstance(problem, Refused):
        return Response({"detail": str(problem)}, status=status.HTTP_409_CONFLICT)
    if isinstance(problem, exceptions.ValidationError):
        fields = problem.detail if isinstance(problem.detail, dict) else {"": problem.detail}
        words = [
            f"{name}: {message}" if name not in UNNAMED else str(message)
            for name, messages in fields.items()
            for message in messages
        ]
        return Response(
            {"detail": " ".join(words), "fields": fields},
            status=status.HTTP_422_UNPROCESSABLE_ENTITY,
        )
    return exception_handler(problem, context)


class Nowhere(Endpoint):
    """What every unknown address of the API answers."""

    @extend_schema(exclude=True)
    def get(self, request: Call, **_rest: Any) -> Response:
        raise Http404

    post = put = patch = delete = get


def errors(*codes: int) -> dict[int, OpenApiResponse]:
    """Documents those refusals of an operation that not all operations know."""
    return {code: OpenApiResponse(ErrorSerializer, description=MEANINGS[code]) for code in codes}


MEANINGS = {
    400: "The body is not JSON, or holds text that cannot be stored.",
    401: "Nobody is signed in, or the token is not valid.",
    403: "The person may not do this here, or the proof against cross-site requests is missing.",
    404: NOTHING_HERE,
    406: "The answer is JSON, and the header Accept does not take it.",
    409: "What is stored stands against it; the sentence says what.",
    410: "The attempt is closed and takes no more answers.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "Something sent is not what it should be; `fields` says what.",
    429: "Too many requests. The header Retry-After says how many seconds to wait.",
    503: "The database cannot be written at the moment. Nothing was stored; try again soon.",
}


def document_errors(result: dict[str, Any], **_rest: Any) -> dict[str, Any]:
    """Add the refusals that any operation may give to all of them, in one place."""
    responses = result["components"].setdefault("responses", {})
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for code in (400, 401, 403, 404, 406, 413, 415, 422, 503):
        responses[f"Error{code}"] = {"description": MEANINGS[code], "content": body}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            codes = [401, 406, 422, 503]
            if method != "get":
                codes.append(403)
            if "{" in path:
                codes.append(404)
            if "requestBody" in operation:
                codes += [400, 413, 415]
            for code in codes:
                reference = {"$ref": f"#/components/responses/Error{code}"}
                operation["responses"].setdefault(str(code), reference)
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


class TokenScheme(KnoxTokenScheme):
    """Describes our tokens in the schema."""

    target_class = "courses.tokens.TokenAuthentication"
    name = "token"


# --- Courses, modules, lessons -----------------------------------------------------------------


class Courses(Listing):
    """The courses that you study, teach or edit."""

    serializer_class = CourseSerializer

    def rows(self, user: Any, **place: str) -> QuerySet[Course]:
        return dashboards.visible_courses(user, editor=access.is_editor(user))


@dataclass(frozen=True)
class CourseDetail:
    course: Course
    role: str
    progress: dashboards.CourseProgress


class CourseView(Endpoint):
    """One course, your role in it, and how far you have come."""

    @extend_schema(responses=CourseDetailSerializer)
    def get(self, request: Call, course: str) -> Response:
        place = access.place_in(request.user, course)
        detail = CourseDetail(
            place.course,
            place.enrolment.role if place.enrolment else "editor",
            dashboards.course_progress(place.course, place.enrolment),
        )
        return Response(CourseDetailSerializer(detail).data)


class Modules(Listing):
    """The modules of a course with their steps, and what you have done of them."""

    serializer_class = ModuleSerializer

    def rows(self, user: Any, **place: str) -> list[dashboards.ModuleMap]:
        found = access.place_in(user, place["course"])
        return dashboards.course_map(found.course, found.enrolment)


@extend_schema(parameters=[LessonsQuery])
class Lessons(Listing):
    """The lessons of a course, in order."""

    serializer_class = LessonLineSerializer
    query = LessonsQuery

    def rows(self, user: Any, **place: str) -> QuerySet[Lesson]:
        found = access.place_in(user, place["course"])
        lessons: QuerySet[Lesson] = (
            Lesson.objects.filter(activity__module__course=found.course)
            .select_related("activity__module__course")
            .only("question", "words", "activity")
            .order_by("activity__module__position", "activity__position", "pk")
        )
        if "module" in self.asked:
            lessons = lessons.filter(activity__module__key=self.asked["module"])
        return lessons


@dataclass(frozen=True)
class LessonDetail:
    """A lesson with its text twice: as the page shows it, and as plain paragraphs."""

    lesson: Lesson
    parts: Sequence[dict[str, str | None]]
    paragraphs: QuerySet[Paragraph]
    objectives: QuerySet[Objective]
    sources: QuerySet[Source]
    terms: QuerySet[Term]


class LessonView(Endpoint):
    """A lesson: its text as HTML and as plain paragraphs, and what these rest on."""

    @extend_schema(responses=LessonSerializer)
    def get(self, request: Call, course: str, lesson: str) -> Response:
        place = access.place_in(request.user, course)
        found = access.lesson_in(place, lesson)
        found.activity.module.course = place.course
        mentions = Mention.objects.select_related("source", "term").order_by("pk")
        detail = LessonDetail(
            lesson=found,
            parts=[_part(lesson, kind, value) for kind, value in found.parts],
            paragraphs=found.paragraphs.prefetch_related(Prefetch("mentions", mentions)),
            objectives=found.objectives.all(),
            sources=Source.objects.filter(mentions__paragraph__lesson=found)
            .select_related("cited_through")
            .distinct(),
            terms=Term.objects.filter(mentions__paragraph__lesson=found).distinct(),
        )
        return Response(LessonSerializer(detail).data)


def _part(lesson: str, kind: str, value: str) -> dict[str, str | None]:
    if kind == "html":
        return {"kind": kind, "html": value, "question": None, "url": None}
    url = reverse("quizzes:checkpoint", args=[lesson, value])
    return {"kind": kind, "html": None, "question": value, "url": url}


# --- Terms and sources -------------------------------------------------------------------------


def _entries(user: Any, read: Callable[[QuerySet[Course]], Any]) -> list[Any]:
    """The glossary or the list of sources as the page shows it to this person, without groups."""
    courses = dashboards.visible_courses(user, editor=access.is_editor(user))
    return [entry for _group, entries in read(courses) for entry in entries]


def _named(found: Sequence[Any]) -> Any:
    if not found:
        raise Http404
    return found[0]


@extend_schema(parameters=[TermsQuery])
class Terms(Listing):
    """The glossary, with the paragraphs of your courses that use each term."""

    serializer_class = TermEntrySerializer
    query = TermsQuery

    def rows(self, user: Any, **place: str) -> list[TermEntry]:
        entries = _entries(user, dashboards.glossary)
        lens = self.asked.get("lens")
        return [entry for entry in entries if lens is None or entry.term.lens == lens]


class TermView(Endpoint):
    """One term of the glossary."""

    @extend_schema(responses=TermEntrySerializer)
    def get(self, request: Call, term: str) -> Response:
        entries = _entries(request.user, dashboards.glossary)
        entry = _named([entry for entry in entries if entry.term.key == term])
        return Response(TermEntrySerializer(entry).data)


@extend_schema(parameters=[SourcesQuery])
class Sources(Listing):
    """The list of sources, with the paragraphs of your courses that cite each."""

    serializer_class = SourceEntrySerializer
    query = SourcesQuery

    def rows(self, user: Any, **place: str) -> list[SourceEntry]:
        entries = _entries(user, dashboards.bibliography)
        kind = self.asked.get("kind")
        return [entry for entry in entries if kind is None or entry.source.kind == kind]


class SourceView(Endpoint):
    """One source."""

    @extend_schema(responses=SourceEntrySerializer)
    def get(self, request: Call, source: str) -> Response:
        entries = _entries(request.user, dashboards.bibliography)
        entry = _named([entry for entry in entries if entry.source.key == source])
        return Response(SourceEntrySerializer(entry).data)


# --- Grades ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HeadedColumn:
    column: Column
    statistic: Statistic


class GradeColumns(Listing):
    """The columns of a cohort's gradebook: what they weigh, and the mean of their marks.

    For those who teach in the cohort.
    """

    serializer_class = ColumnSerializer

    def rows(self, user: Any, **place: Any) -> list[HeadedColumn]:
        plan = gradebook.plan(access.taught_cohort(user, place["cohort"]))
        both = zip(plan.columns, gradebook.statistics(plan), strict=True)
        return [HeadedColumn(column, statistic) for column, statistic in both]


@dataclass(frozen=True)
class CategoryTotal:
    title: str
    total: Decimal | None


@dataclass(frozen=True)
class StudentMark:
    column: Column
    cell: Cell
    share: Decimal | None = None
    hidden: bool = False
    reason: str = ""


@dataclass(frozen=True)
class StudentGrades:
    row: Row
    categories: Sequence[CategoryTotal]
    marks: Sequence[StudentMark]


def _by_category(plan: Plan, totals: Mapping[int, Decimal]) -> list[CategoryTotal]:
    return [CategoryTotal(each.title, totals.get(each.pk)) for each in plan.categories]


@extend_schema(parameters=[GradesQuery])
class Grades(Listing):
    """The students of a cohort by name, with their marks in every column of its gradebook.

    For those who teach in the cohort.
    """

    serializer_class = GradesSerializer
    query = GradesQuery

    def rows(self, user: Any, **place: Any) -> QuerySet[Enrolment]:
        cohort = access.taught_cohort(user, place["cohort"])
        group = None
        if "group" in self.asked:
            group = Group.objects.filter(cohort=cohort, pk=self.asked["group"]).first()
            if group is None:
                raise Http404
        self.plan = gradebook.plan(cohort)
        return gradebook.students(cohort, group)

    def paginate_queryset(self, queryset: Any) -> Any:
        """The students of one page first, and only then their marks."""
        students = super().paginate_queryset(queryset) or []
        return [
            StudentGrades(
                row,
                _by_category(self.plan, row.categories),
                list(map(StudentMark, self.plan.columns, row.cells)),
            )
            for row in gradebook.rows(self.plan, students)
        ]


@dataclass(frozen=True)
class OwnGrades:
    total: Decimal | None
    counted: int
    categories: Sequence[CategoryTotal]
    marks: Sequence[StudentMark]


class OwnGradesView(Endpoint):
    """Your own grades in a course that you study."""

    @extend_schema(responses=OwnGradesSerializer)
    def get(self, request: Call, course: str) -> Response:
        enrolment = access.studying_in(request.user, course)
        own = gradebook.own(enrolment)
        decided = gradebook.decided(enrolment)
        reasons = {activity: change.reason for activity, change in decided.items()}
        marks = [
            StudentMark(
                column,
                cell or gradebook.UNTOUCHED,
                share,
                hidden=cell is None,
                reason=reasons.get(column.activity.pk, "") if cell and cell.by_hand else "",
            )
            for column, cell, share in zip(own.plan.columns, own.cells, own.shares, strict=True)
        ]
        found = OwnGrades(own.total, own.counted, _by_category(own.plan, own.categories), marks)
        return Response(OwnGradesSerializer(found).data)


# --- Tokens ------------------------------------------------------------------------------------


class SignedInOnThePage(BasePermission):
    """Session only, so that a token which leaked cannot outlive itself in another."""

    message = MAKE_TOKENS_SIGNED_IN

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method != "POST" or request.auth is None


class TokenThrottle(UserRateThrottle):
    scope = "tokens"
    rate = "20/hour"


class Tokens(Listing):
    """Your tokens. Only a person signed in on the site can make one."""

    serializer_class = TokenSerializer
    permission_classes = [IsAuthenticated, SignedInOnThePage]

    def get_throttles(self) -> list[BaseThrottle]:
        return [TokenThrottle()] if self.request.method == "POST" else []

    def rows(self, user: Any, **place: str) -> QuerySet[Any]:
        return tokens.live(user, now=self.request.arrived_at)

    @extend_schema(
        request=NewTokenSerializer, responses={201: IssuedTokenSerializer, **errors(409, 429)}
    )
    def post(self, request: Call) -> Response:
        """Make a token. Its text is shown this once: only a digest of it is kept."""
        wanted = NewTokenSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        token, text = tokens.issue(request.user, now=request.arrived_at, **wanted.validated_data)
        issued = {"id": tokens.handle(token), "expiry": token.expiry, "token": text}
        return Response(IssuedTokenSerializer(issued).data, status=status.HTTP_201_CREATED)


class TokenView(Endpoint):
    """One of your tokens."""

    @extend_schema(responses={204: None})
    def delete(self, request: Call, token: str) -> Response:
        """Revoke a token: it opens nothing from the next request on."""
        tokens.revoke(request.user, token)
        return Response(status=status.HTTP_204_NO_CONTENT)
