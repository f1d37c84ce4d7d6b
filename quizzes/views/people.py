"""Bringing people into a cohort by address or from a file: a look first, then all of it or none.

Here and not in `courses`, because who joins a group may get other times in a quiz.
"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses import roster, rosterfile
from courses.access import teaching_in
from courses.models import Role
from courses.refusals import Refused
from courses.requests import Request
from courses.rosterfile import Fault, Reading
from courses.tasks import mail_invitations
from quizzes.times import reopening, timing

MOST_FAULTS = 100


def _typed(request: Request) -> str:
    """The text that came, by file or by hand. Raises ValueError with a sentence."""
    text = request.POST.get("text", "")
    file = request.FILES.get("file")
    if file is None:
        return text
    if text.strip():
        raise ValueError(_("Choose a file or write into the field, not both. Empty one of them."))
    if (file.size or 0) > rosterfile.LARGEST_FILE:
        raise ValueError(
            rosterfile.TOO_LARGE.format(
                size=(file.size or 0) // 1000, most=rosterfile.LARGEST_FILE // 1000
            )
        )
    return rosterfile.decode(file.read())


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request, cohort: int) -> HttpResponse:
    """Add people; POST looks at what was typed, or does what the preview said (`digest`)."""
    place = teaching_in(request.user, cohort)
    if place.role != Role.INSTRUCTOR:
        raise Http404
    here, now = place.cohort, request.arrived_at
    preview, reading, trouble, text = None, Reading(), "", ""
    asks_although = False
    if request.method == "POST":
        try:
            text = _typed(request)
        except ValueError as problem:
            text = request.POST.get("text", "")
            reading = Reading(faults=[Fault(str(problem))])
        else:
            reading = rosterfile.read(text)
        if "digest" in request.POST:
            try:
                done = timing.bring_in(
                    here,
                    reading,
                    digest=request.POST["digest"],
                    by=request.user,
                    now=now,
                    although_seen="although_seen" in request.POST,
                )
            except Refused as refusal:
                trouble = str(refusal)
                asks_although = isinstance(refusal, reopening.Seen)
            else:
                if done.invited:
                    mail_invitations.enqueue(list(done.invited), request.build_absolute_uri("/"))
                messages.success(
                    request,
                    _("Done: %(enrolled)d enrolled, %(changed)d changed, %(invited)d invited.")
                    % {
                        "enrolled": done.enrolled,
                        "changed": done.changed,
                        "invited": len(done.invited),
                    },
                )
                return redirect("courses:roster", cohort)
        preview = roster.plan(here, reading, now=now)
    faults = [] if preview is None else preview.faults
    return render(
        request,
        "quizzes/teach/add_people.html",
        {
            "cohort": here,
            "instructs": True,
            "preview": preview if preview is not None and (preview.steps or not faults) else None,
            "ignored": reading.ignored,
            "faults": faults[:MOST_FAULTS],
            "more_faults": max(0, len(faults) - MOST_FAULTS),
            # Too much of it is not sent back: whoever wrote it has the file.
            "text": text if len(text) <= rosterfile.LARGEST_TEXT else "",
            "trouble": trouble,
            "asks_although": asks_although,
            "most": rosterfile.MOST_ROWS,
        },
        status=422 if faults or trouble else 200,
    )
