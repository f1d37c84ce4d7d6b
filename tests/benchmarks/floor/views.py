"""Session, user and one row; then a text of a given length, a form of it, or one row written."""

from functools import lru_cache

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from courses.models import Course, User

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
def write(request: HttpRequest) -> HttpResponse:
    """One row read and one written, as durably as the site writes."""
    with transaction.atomic():
        Course.objects.get(pk=1)
        User.objects.filter(username=request.user.get_username()).update(last_login=timezone.now())
    return HttpResponse("saved")
