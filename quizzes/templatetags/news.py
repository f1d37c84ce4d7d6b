"""A student's news of their quizzes, for pages of `courses`, which does not know of quizzes."""

from typing import Any

from django import template
from django.utils import timezone

from courses.models import Enrolment
from quizzes.marks import news

register = template.Library()


@register.inclusion_tag("quizzes/take/_news.html")
def quiz_news(enrolment: Enrolment) -> dict[str, Any]:
    """What was marked again or answered lately; nothing where nothing was."""
    return {"news": news.of(enrolment, now=timezone.now())}
