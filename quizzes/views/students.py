"""A student of a cohort, and each of their attempts, for those who teach them; and who looked.

A look is kept with every page (`correspondence.look`). Nothing else changes by looking.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from courses import correspondence
from courses.access import place_in
from courses.forms import MessageForm, NoteForm
from courses.models import Enrolment, Note, Role
from courses.refusals import Refused
from courses.requests import Request
from quizzes import access
from quizzes.access import TaughtStudent
from quizzes.desk import students
from quizzes.desk.students import What

EVENTS = 50
MESSAGES = 10
NOTES = 10
LOOKS = 20
NO_SUCH_ACT = "The page did not say what to do. Use one of its buttons."


@dataclass(frozen=True)
class Part:
    """One page of one of the lists, with the addresses of its neighbours."""

    found: Page[Any]
    words: str
    before: str
    after: str


def _part(request: Request, rows: Any, size: int, *, term: str, words: str) -> Part:
    found = Paginator(rows, size).get_page(request.GET.get(term))

    def link(number: int) -> str:
        query = request.GET.copy()
        query[term] = str(number)
        return f"?{query.urlencode()}"

    return Part(
        found,
        words,
        link(found.number - 1) if found.has_previous() else "",
        link(found.number + 1) if found.has_next() else "",
    )


def _look(request: Request, enrolment: Enrolment, page: str) -> None:
    if request.method == "GET":
        correspondence.look(enrolment, by=request.user, page=page, now=request.arrived_at)


@require_http_methods(["GET", "HEAD", "POST"])
def student(request: Request, cohort: int, enrolment: int) -> HttpResponse:
    """All that is known of a student in this cohort; POST writes one thing, named by `act`."""
    found = access.taught_student(request.user, cohort, enrolment)
    act = request.POST.get("act", "") if request.method == "POST" else None
    message = MessageForm(request.POST if act == "message" else None, prefix="message")
    note = NoteForm(request.POST if act == "note" else None, prefix="note")
    trouble = ""
    if act is not None:
        done = None
        try:
            done = _act(request, found, act, message, note)
        except Refused as refusal:
            if act == "message":
                message.add_error("body", str(refusal))
            elif act == "note":
                note.add_error("body", str(refusal))
            else:
                trouble = str(refusal)
        if done is not None:
            said, at = done
            messages.success(request, said)
            return redirect(f"{reverse('quizzes:student', args=[cohort, enrolment])}#{at}")
    _look(request, found.enrolment, students.PAGE)
    with timezone.override(found.enrolment.cohort.zone):
        page = _page(request, found)
        page |= {"message": message, "note": note, "forms": (message, note), "trouble": trouble}
        return render(
            request,
            "quizzes/students/student.html",
            page,
            status=200 if act is None else 422,
        )


def _act(
    request: Request, found: TaughtStudent, act: str, message: MessageForm, note: NoteForm
) -> tuple[str, str] | None:
    """Do what was asked: what to say then and where to go on; None for a form with faults."""
    about: dict[str, Any] = {"by": request.user, "now": request.arrived_at}
    student = found.enrolment
    if act == "message":
        if not message.is_valid():
            return None
        page = ""
        if correspondence.by_mail():
            page = request.build_absolute_uri(
                reverse("courses:messages", args=[student.cohort.course.key])
            )
        correspondence.say(student, body=message.cleaned_data["body"], page=page, **about)
        # Whoever answers has read what is answered, as far as it was on the page.
        correspondence.read_by_staff(student, last=_number(request, "last"), **about)
        return _("Sent to %(person)s.") % {"person": student.user}, "messages"
    if act == "note":
        if not note.is_valid():
            return None
        correspondence.note(student, body=note.cleaned_data["body"], **about)
        return _("The note is added."), "notes"
    if act == "withdraw":
        one = (
            Note.objects.filter(pk=_number(request, "note"), enrolment=student)
            .select_related("enrolment")
            .first()
        )
        if one is None:
            raise Http404
        correspondence.withdraw_note(one, **about)
        return _("The note is withdrawn."), "notes"
    if act == "read":
        correspondence.read_by_staff(student, last=_number(request, "last"), **about)
        return _("Marked as read."), "messages"
    raise Refused(_(NO_SUCH_ACT))


def _number(request: Request, name: str) -> int:
    """A number of ours that a form carries; 0, which nothing has, for what is none."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def _page(request: Request, found: TaughtStudent) -> dict[str, Any]:
    enrolment = found.enrolment
    instructs = found.teacher.role == Role.INSTRUCTOR
    told = students.student(enrolment, now=request.arrived_at)
    what = request.GET.get("what", "")
    if what not in list(What):
        what = ""
    events = [event for event in told.events if what in ("", event.what)]
    events_page = _part(request, events, EVENTS, term="page", words=_("Pages of the timeline"))
    thread_page = _part(
        request,
        correspondence.thread(enrolment),
        MESSAGES,
        term="messages",
        words=_("Pages of the messages"),
    )
    notes_page = _part(
        request, students.notes(enrolment), NOTES, term="notes", words=_("Pages of the notes")
    )
    thread = list(thread_page.found.object_list)
    page: dict[str, Any] = {
        "cohort": enrolment.cohort,
        "instructs": instructs,
        "student": enrolment,
        "found": told,
        "events": events_page.found.object_list,
        "events_page": events_page,
        "filters": _filters(request, what),
        "thread": thread,
        "thread_page": thread_page,
        "new": [one.pk for one in thread if one.read_at is None and one.by_id == enrolment.user_id],
        "notes": list(notes_page.found.object_list),
        "notes_page": notes_page,
    }
    if instructs:
        looks_page = _part(
            request, students.looks(enrolment), LOOKS, term="looks", words=_("Pages of the looks")
        )
        page["looks_page"] = looks_page
        page["looked"] = students.looked(looks_page.found.object_list, enrolment)
    return page


def _filters(request: Request, chosen: str) -> list[tuple[str, str, bool]]:
    """(link, words, whether it is the one) of what the timeline can show."""
    words = {
        "": _("All"),
        What.READING: _("Reading"),
        What.ATTEMPTS: _("Attempts"),
        What.MARKS: _("Marks"),
        What.TIMES: _("Times"),
        What.MESSAGES: _("Messages"),
    }
    found = []
    for what, said in words.items():
        query = request.GET.copy()
        query.pop("page", None)
        query["what"] = str(what)
        found.append((f"?{query.urlencode()}", said, what == chosen))
    return found


AS_STUDENT = (
    "This is what %(person)s may see of this attempt now. You can look at it without a trace but "
    "one: that you looked is kept."
)
LEFT = "%(person)s has left the cohort and sees nothing of this; on coming back it would be this."
AS_STAFF = (
    "This is all that there is to see, key and marks included, whatever %(person)s may see yet. "
    "That you looked is kept."
)


@require_safe
def attempt(request: Request, cohort: int, attempt: UUID) -> HttpResponse:
    """An attempt as its student may see it now, or with `as=staff` all of it; nothing to press."""
    found = access.attempt_in(request.user, cohort, attempt)
    teacher = access.teaching_in(request.user, cohort)
    now = request.arrived_at
    everything = request.GET.get("as") == "staff"
    _look(request, found.enrolment, f"{students.ATTEMPT} {found.pk}")
    read = students.as_staff if everything else students.as_student
    notice = AS_STUDENT
    if everything:
        notice = AS_STAFF
    elif found.enrolment.withdrawn_at is not None:
        notice = LEFT
    with timezone.override(found.enrolment.cohort.zone):
        return render(
            request,
            "quizzes/students/attempt.html",
            {
                "attempt": found,
                "quiz": found.quiz,
                "activity": found.quiz.activity,
                "module": found.quiz.activity.module,
                "course": found.quiz.activity.module.course,
                "cohort": found.enrolment.cohort,
                "instructs": teacher.role == Role.INSTRUCTOR,
                "everything": everything,
                "notice": _(notice) % {"person": found.enrolment.user},
                "result": read(found, now=now),
            },
        )


@require_safe
def looks(request: Request, course: str) -> HttpResponse:
    """A student's own page: who has looked at their work."""
    place = place_in(request.user, course)
    enrolment = place.enrolment
    if enrolment is None or enrolment.teaches:
        raise Http404
    page = _part(
        request, students.looks(enrolment), LOOKS, term="looks", words=_("Pages of the looks")
    )
    times = page.found.paginator.count
    said = ngettext("%(count)d look is kept.", "%(count)d looks are kept.", times)
    with timezone.override(enrolment.cohort.zone):
        return render(
            request,
            "quizzes/students/looks.html",
            {
                "course": place.course,
                "page": page,
                "looked": students.looked(page.found.object_list, enrolment),
                "first_line": said % {"count": times} if times else _("No look is kept yet."),
            },
        )
