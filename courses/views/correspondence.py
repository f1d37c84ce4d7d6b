"""Messages: a student's own page, and for those who teach a list of who has written."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from courses import access, correspondence
from courses.forms import MessageForm
from courses.models import Role
from courses.refusals import Refused
from courses.requests import Request

PAGE = 20  # messages, or students, on one page


@require_http_methods(["GET", "HEAD", "POST"])
def own(request: Request, course: str) -> HttpResponse:
    """A student's messages with those who teach them; what is on the screen counts as read."""
    place = access.place_in(request.user, course)
    enrolment = place.enrolment
    if enrolment is None or enrolment.teaches:
        raise Http404
    now = request.arrived_at
    form = MessageForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            correspondence.say(enrolment, by=request.user, body=form.cleaned_data["body"], now=now)
        except Refused as refusal:
            form.add_error("body", str(refusal))
        else:
            messages.success(request, _("Sent to those who teach you."))
            return redirect("courses:messages", course)
    page = Paginator(correspondence.thread(enrolment), PAGE).get_page(request.GET.get("page"))
    # Read now: as the page shows them, those that are new are marked as new.
    shown = list(page.object_list)
    new = [one.pk for one in shown if one.read_at is None and one.by_id != request.user.pk]
    if new and request.method == "GET":
        correspondence.read_by_student(enrolment, shown=new, now=now)
    with timezone.override(enrolment.cohort.zone):
        return render(
            request,
            "courses/messages.html",
            {
                "course": place.course,
                "cohort": enrolment.cohort,
                "form": form,
                "page": page,
                "thread": shown,
                "new": new,
                "first_line": _own_in_words(page.paginator.count, len(new)),
            },
            status=422 if form.is_bound else 200,
        )


def _own_in_words(written: int, new: int) -> str:
    if new:
        return ngettext("%(count)d new message.", "%(count)d new messages.", new) % {"count": new}
    if written:
        return _("No new message.")
    return _("Nobody has written yet. Here you reach those who teach you.")


@require_safe
def cohort(request: Request, cohort: int) -> HttpResponse:
    """Who has written and waits to be read; `show=all` for everybody with messages."""
    here = access.teaching_in(request.user, cohort)
    everybody = request.GET.get("show") == "all"
    rows = correspondence.lines(here.cohort, waiting=not everybody)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    with timezone.override(here.cohort.zone):
        return render(
            request,
            "courses/teach/messages.html",
            {
                "cohort": here.cohort,
                "instructs": here.role == Role.INSTRUCTOR,
                "everybody": everybody,
                "page": page,
                "lines": correspondence.told(list(page.object_list)),
                "first_line": _lines_in_words(page.paginator.count, everybody=everybody),
            },
        )


def _lines_in_words(students: int, *, everybody: bool) -> str:
    if everybody:
        return ngettext(
            "There are messages with %(count)d student.",
            "There are messages with %(count)d students.",
            students,
        ) % {"count": students}
    if not students:
        return _("No message waits to be read.")
    return ngettext(
        "%(count)d student has written and waits to be read.",
        "%(count)d students have written and wait to be read.",
        students,
    ) % {"count": students}
