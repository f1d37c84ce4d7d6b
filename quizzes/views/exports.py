"""Files of a cohort for those who teach it: asked for, written, and fetched."""

from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import structlog
from django import forms
from django.http import (
    FileResponse,
    Http404,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from courses.access import teaching_in
from courses.models import Cohort, Enrolment, Group, Role
from courses.refusals import Refused
from courses.requests import Request
from quizzes import jobs
from quizzes.desk import students
from quizzes.exports import asking
from quizzes.exports.asking import (
    AT_ONCE,
    FORMS,
    OF_ALL,
    TYPES,
    WORDS,
    Book,
    Form,
    Wanted,
    What,
)
from quizzes.exports.writing import as_csv, write_xlsx
from quizzes.models import Export, Quiz
from quizzes.reporting.analysis import WHICH, Asked, Which
from quizzes.tasks import write_export
from quizzes.views.polling import polled

log = structlog.get_logger(__name__)
NO_SUCH_CHOICE = gettext_lazy("There is no such choice on this page. Choose one of these.")


class ExportForm(forms.Form):
    """What to write, in which form, and of whom; links from other pages fill it in."""

    what = forms.ChoiceField(label=gettext_lazy("What"), choices=list(WORDS.items()))
    form = forms.ChoiceField(
        label=gettext_lazy("As"),
        choices=[(Form.XLSX, "XLSX"), (Form.CSV, "CSV"), (Form.PDF, "PDF")],
    )
    quiz = forms.ChoiceField(label=gettext_lazy("Quiz"), required=False)
    attempts = forms.ChoiceField(
        label=gettext_lazy("Attempts"), required=False, choices=list(WHICH.items())
    )
    group = forms.ChoiceField(label=gettext_lazy("Group"), required=False)

    def __init__(self, cohort: Cohort, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cohort = cohort
        self.quizzes = {
            quiz.activity.key: quiz
            for quiz in Quiz.objects.filter(activity__module__course=cohort.course_id)
            .select_related("activity__module__course")
            .order_by("activity__module__position", "activity__position")
        }
        self.groups = {str(group.pk): group for group in Group.objects.filter(cohort=cohort)}
        # One name of type for all: the stubs tell choice fields apart from fields.
        fields: Mapping[str, Any] = self.fields
        fields["quiz"].choices = [("", _("none: the gradebook is of all"))] + [
            (key, quiz.activity.title) for key, quiz in self.quizzes.items()
        ]
        fields["group"].choices = [("", _("the whole cohort"))] + [
            (key, group.name) for key, group in self.groups.items()
        ]
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = NO_SUCH_CHOICE

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "what" in found and "form" in found:
            what, form = What(found["what"]), Form(found["form"])
            if form not in FORMS[what]:
                self.add_error(
                    "form",
                    _("“%(what)s” comes as %(forms)s. Choose that.")
                    % {
                        "what": WORDS[what],
                        "forms": _(" or ").join(form.upper() for form in FORMS[what]),
                    },
                )
            if what not in OF_ALL and not found.get("quiz") and "quiz" in found:
                self.add_error("quiz", _("Choose the quiz that it is to be about."))
        return found

    @property
    def wanted(self) -> Wanted:
        said = self.cleaned_data
        what, group = What(said["what"]), self.groups.get(said["group"])
        which = Which(said["attempts"] or Which.FIRST)
        about = (
            Book(self.cohort, group)
            if what in OF_ALL
            else Asked(self.quizzes[said["quiz"]], self.cohort, which, group)
        )
        return Wanted(what, Form(said["form"]), about)


@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: Request, cohort: int) -> HttpResponseBase:
    """What can be had, and what somebody has asked for; POST asks for one."""
    here = teaching_in(request.user, cohort)
    now = request.arrived_at
    if request.method == "POST":
        form = ExportForm(here.cohort, request.POST)
        if form.is_valid():
            wanted = form.wanted
            if at_once(wanted):
                return redirect(_address(wanted))
            try:
                export = asking.ask(wanted, request.user, now=now, send=write_export.enqueue)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                _note(request, wanted)
                log.info("export_asked", export=export.pk)
                return redirect(reverse("quizzes:exports", args=[cohort]) + "#mine")
        return _page(request, here, form, status=422)
    asking.settle(here.cohort, request.user, now=now, send=write_export.enqueue)
    if request.htmx:
        return _fragment(request, here)
    terms = {"what": What.GRADEBOOK, "form": Form.XLSX, "attempts": Which.FIRST}
    form = ExportForm(here.cohort, initial={**terms, **request.GET.dict()})
    return _page(request, here, form)


def _page(request: Request, here: Enrolment, form: ExportForm, status: int = 200) -> HttpResponse:
    with timezone.override(here.cohort.zone):
        return render(
            request,
            "quizzes/exports/exports.html",
            {
                **_mine(request, here.cohort),
                "instructs": here.role == Role.INSTRUCTOR,
                "form": form,
                "too_large": "large" in request.GET,
                "at_once": AT_ONCE,
            },
            status=status,
        )


def _fragment(request: Request, here: Enrolment) -> HttpResponseBase:
    """The list alone, or that it is the same as the one that the browser has."""
    shown = _mine(request, here.cohort)
    states = [(e.pk, e.state, e.done, e.tries) for e in shown["mine"]]

    def make() -> HttpResponse:
        with timezone.override(here.cohort.zone):
            return render(request, "quizzes/exports/_mine.html", shown)

    return polled(request, (states, shown["unbegun"]), make)


def _mine(request: Request, cohort: Cohort) -> dict[str, Any]:
    mine = asking.mine(cohort, request.user)
    return {
        "cohort": cohort,
        "mine": [_shown(export) for export in mine],
        "unfinished": any(export.unfinished for export in mine),
        "unbegun": jobs.unbegun(mine, request.arrived_at),
        "days": jobs.KEPT.days,
    }


def _shown(export: Export) -> Export:
    export.words = WORDS[What(export.kind)]  # type: ignore[attr-defined]
    return export


def at_once(wanted: Wanted) -> bool:
    """Whether a file is short enough to be written while its asker waits."""
    return wanted.form != Form.PDF and wanted.rows() <= AT_ONCE


def _address(wanted: Wanted) -> str:
    address = reverse("quizzes:export_file", args=[wanted.cohort.pk, wanted.what, wanted.form])
    return f"{address}?{urlencode(wanted.query)}" if wanted.query else address


@require_safe
def file(request: Request, cohort: int, what: str, form: str) -> HttpResponseBase:
    """A file at once. One that takes long is asked for on the page of exports instead."""
    here = teaching_in(request.user, cohort)
    asked = ExportForm(here.cohort, {**request.GET.dict(), "what": what, "form": form})
    if not asked.is_valid():
        raise Http404
    wanted = asked.wanted
    if not at_once(wanted):
        terms = {"what": wanted.what, "form": wanted.form, **wanted.query, "large": "1"}
        return redirect(f"{reverse('quizzes:exports', args=[cohort])}?{urlencode(terms)}")
    _note(request, wanted)
    if wanted.form == Form.CSV:
        pieces = as_csv(wanted.tables()[0])
        # What fails before the first piece is an error page, and not half a file.
        return _attached(StreamingHttpResponse(chain([next(pieces)], pieces)), wanted)
    return _attached(_xlsx(wanted), wanted)


def _attached(reply: Any, wanted: Wanted) -> HttpResponseBase:
    reply["Content-Type"] = TYPES[wanted.form]
    reply["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=wanted.name
    )
    return reply  # type: ignore[no-any-return]


def _xlsx(wanted: Wanted) -> FileResponse:
    with TemporaryDirectory(prefix="parallax-export-") as folder:
        path = Path(folder, "export.xlsx")
        write_xlsx(wanted.tables(), path)
        return FileResponse(path.open("rb"))  # it lives until it is sent


def _note(request: Request, wanted: Wanted) -> None:
    """Who took what out of the site stands in the log; whose answers, where they see it."""
    if wanted.what == What.RESPONSES and request.method != "HEAD":
        students.filed(wanted.asked, by=request.user, now=request.arrived_at)
    log.info(
        "exported",
        by=request.user.pk,
        cohort=wanted.cohort.pk,
        what=wanted.what.value,
        form=wanted.form.value,
        **wanted.query,
    )


@require_safe
def download(request: Request, cohort: int, export: int) -> HttpResponseBase:
    """A file that was written in the background, for whoever asked for it."""
    here = teaching_in(request.user, cohort)
    found = Export.objects.filter(
        pk=export, cohort=here.cohort, by=request.user, state=Export.State.READY
    ).first()
    if found is None:
        raise Http404
    reply = StreamingHttpResponse(asking.sent(found), content_type=TYPES[Form(found.form)])
    reply["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=found.name
    )
    reply["Content-Length"] = str(found.size)
    return reply
