"""The rows of the live view, as text: by the template's own means they cost six times as much, on a
machine that has an exam to hold meanwhile.
"""

from datetime import datetime
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from quizzes.desk.live import Row

register = template.Library()

NOBODY = "00000000-0000-0000-0000-000000000000"


@register.simple_tag(takes_context=True)
def room_rows(context: Context) -> SafeString:
    """A table row for each of `rows`: triples of a row, its state in words, and how that looks.

    Of the page: `cohort`, `activity`, `instructs`. Everything that anybody typed is escaped.
    """
    cohort = context["cohort"]
    log = reverse("quizzes:students_log", args=[cohort.pk, NOBODY])
    more = ""
    if context["instructs"]:
        address = reverse("quizzes:extend", args=[cohort.pk, context["activity"].key])
        more = (
            f'<a id="more-{{0}}" href="{address}?whom=person-{{0}}&amp;minutes=10"'
            f' aria-label="{escape(_("More time"))}: {{1}}">{escape(_("More time"))}</a>'
        )
    until, zone = escape(_("until")), cohort.zone
    today = context["now"].astimezone(zone).date()

    def clock(at: datetime, form: str) -> str:
        return at.astimezone(zone).strftime(form)

    def heard(at: datetime) -> str:
        """To the second if it was today; else with its day, or it would look like today's."""
        if at.astimezone(zone).date() == today:
            return clock(at, "%H:%M:%S")
        return date_format(at.astimezone(zone), "j M, H:i")

    def line(row: Row, words: Any, look: str) -> str:
        number, name = row.enrolment.pk, escape(row.enrolment.user)
        who: str = name
        far = left = act = ""
        if row.attempt is not None:
            address = log.replace(NOBODY, str(row.attempt.pk))
            who = f'<a id="log-{number}" href="{address}">{name}</a>'
            far = f"{row.answered} / {row.asked}"
        if row.seconds_left is not None and row.ends_at is not None:
            why = "; ".join(escape(reason) for reason in row.why)
            left = (
                f'<span data-left="{row.seconds_left}">{escape(row.left)}</span>'
                f' <span class="quiet">{until} {clock(row.ends_at, "%H:%M")}</span>'
                + (f' <span class="small">{why}</span>' if why else "")
            )
            act = more.format(number, name)
        troubles = " ".join(
            f'<span class="badge wrong">{escape(trouble)}</span>' for trouble in row.troubles
        )
        return (
            f'<tr><th scope="row">{who}</th>'
            f'<td><span class="badge {look}">{escape(words)}</span></td>'
            f'<td class="number">{far}</td><td class="number">{row.unsaved or ""}</td>'
            f"<td>{heard(row.heard_at) if row.heard_at else ''}</td>"
            f"<td>{left}</td><td>{troubles}</td><td>{act}</td></tr>\n"
        )

    return mark_safe("".join(line(*row) for row in context["rows"]))  # noqa: S308
