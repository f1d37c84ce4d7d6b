"""Session, user and one row; then a text of a given length, a form of it, or one row written.

A page of a class's grades as Django's own paginator and a plain loop of a template make it.

And a whole attempt as plainly as Django can: started, answered in one post, marked, shown, in the
site's own tables and with none of its promises (no draw, no times, no revisions, no rules).
"""

from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from courses.models import Activity, Course, Enrolment, Record, Role, User
from quizzes.models import Attempt, Item, Mark, QuestionVersion, Response

SENTENCE = "No authority stands above states, and nobody comes to the rescue of any of them. "


@lru_cache(maxsize=64)
def prose(length: int) -> SafeString:
    """Paragraphs of `length` characters in all, HTML included."""
    paragraph = f"<p>{SENTENCE * 4}</p>\n"
    return mark_safe((paragraph * (length // len(paragraph) + 1))[:length])


@login_required
def text(request: HttpRequest, length: int) -> HttpResponse:
    return render(request, "page.html", {"row": Course.objects.get(pk=1), "text": prose(length)})


@login_required
def form(request: HttpRequest, questions: int, length: int) -> HttpResponse:
    """So many questions of four radio buttons each, by a plain loop of the template."""
    row = Course.objects.get(pk=1)
    part = prose(max(0, length // questions // 5 - 70))
    numbers = range(questions)
    return render(
        request, "form.html", {"row": row, "questions": numbers, "part": part, "choices": "abcd"}
    )


@login_required
def grades(request: HttpRequest, cohort: int) -> HttpResponse:
    """The first 30 students of a class with their marks; no total, no mean, no rules."""
    columns = Activity.objects.filter(module__course__cohorts=cohort, kind=Activity.Kind.QUIZ)
    columns = columns.order_by("module__position", "position").values_list("pk", "key", "title")
    students = Enrolment.objects.filter(cohort=cohort, role=Role.STUDENT)
    students = students.order_by("user__name").values_list("pk", "user__name")
    page = Paginator(students, 30).get_page(1)
    marks = {
        (student, activity): score
        for student, activity, score in Record.objects.filter(
            enrolment__in=[pk for pk, _name in page]
        ).values_list("enrolment_id", "activity_id", "score")
    }
    rows = [
        (pk, name, [(key, marks.get((pk, activity))) for activity, key, _title in columns])
        for pk, name in page
    ]
    return render(request, "grades.html", {"columns": columns, "page": page, "rows": rows})


@login_required
def write(request: HttpRequest) -> HttpResponse:
    """One row read and one written, as durably as the site writes."""
    with transaction.atomic():
        Course.objects.get(pk=1)
        User.objects.filter(username=request.user.get_username()).update(last_login=timezone.now())
    return HttpResponse("saved")


@login_required
def start(request: HttpRequest, quiz: int) -> HttpResponse:
    with transaction.atomic():
        enrolment = Enrolment.objects.get(user=request.user.pk)
        # Each has one version here.
        versions = list(QuestionVersion.objects.filter(question__slots__quiz=quiz))
        found = Attempt.objects.create(
            quiz_id=quiz,
            enrolment=enrolment,
            number=Attempt.objects.filter(quiz=quiz, enrolment=enrolment).count() + 1,
            started_at=timezone.now(),
            out_of=len(versions),
        )
        Item.objects.bulk_create(
            Item(attempt=found, position=position, version=version, order=[], points=1)
            for position, version in enumerate(versions, 1)
        )
    return redirect(f"/attempts/{found.pk}/")


@login_required
def attempt(request: HttpRequest, attempt: UUID) -> HttpResponse:
    """The form of an attempt; POST stores the answers, marks them and hands in."""
    found = Attempt.objects.get(pk=attempt, enrolment__user=request.user.pk)
    items = list(found.items.select_related("version"))
    if request.method != "POST":
        return render(request, "attempt.html", {"attempt": found, "items": items})
    now = timezone.now()
    answers = {item: request.POST.get(f"q{item.position}") for item in items}
    scores = {
        item: Decimal(
            any(o["key"] == answers[item] and o["correct"] for o in item.version.spec["options"])
        )
        for item in items
    }
    with transaction.atomic():
        Response.objects.bulk_create(
            Response(item=item, revision=1, answer=answer, saved_at=now, source="form")
            for item, answer in answers.items()
        )
        Mark.objects.bulk_create(
            Mark(item=item, version=item.version, score=score, made_at=now)
            for item, score in scores.items()
        )
        found.state, found.submitted_at = Attempt.State.SUBMITTED, now
        found.score = sum(scores.values(), Decimal(0))
        found.save()
    return redirect(f"/attempts/{found.pk}/result/")


@login_required
def result(request: HttpRequest, attempt: UUID) -> HttpResponse:
    found = Attempt.objects.get(pk=attempt, enrolment__user=request.user.pk)
    items = list(found.items.select_related("version").prefetch_related("responses", "marks"))
    return render(request, "result.html", {"attempt": found, "items": items})
