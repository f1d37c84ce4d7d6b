"""What an editor sees before saving."""

from django.http import Http404, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import access, authoring, charts, rendering, yaml_text
from courses.rendering import Fault
from courses.rendering.texts import Part
from courses.requests import Request


@require_POST
def preview(request: Request) -> HttpResponse:
    """A text as its page will show it, with the checks that saving and loading make.

    `kind` is "body" for a lesson, "short" for prose of a few paragraphs, "figure" for a drawing's
    data in YAML, whose kind, title and description come as `with_kind` and so on.
    """
    if not access.is_editor(request.user):
        raise Http404
    previewer = PREVIEWERS.get(request.POST.get("kind", ""))
    if previewer is None:
        return HttpResponseBadRequest(_("Say what kind of text this is: body, short or figure."))
    try:
        parts, faults = previewer(request.POST)
    except rendering.TooHard as refusal:
        parts, faults = [], [Fault("text", str(refusal))]
    return render(request, "courses/_preview.html", {"parts": parts, "faults": faults})


def body(data: QueryDict) -> tuple[list[Part], list[Fault]]:
    rendered = rendering.render(data.get("text", ""), authoring.library())
    return rendered.parts, rendered.faults


def short(data: QueryDict) -> tuple[list[Part], list[Fault]]:
    html, faults = rendering.render_short(data.get("text", ""), authoring.library(), field="text")
    return [("html", html)] if html else [], faults


def figure(data: QueryDict) -> tuple[list[Part], list[Fault]]:
    text, kind = data.get("text", ""), data.get("with_kind", "")
    try:
        spec = yaml_text.read(text)
    except ValueError as fault:
        return [], [Fault("spec", str(fault))]
    facts = authoring.facts_for(kind)
    faults = [
        Fault(fault.field, str(fault), yaml_text.line_of(text, fault.field))
        for fault in charts.check(kind, spec, facts)
    ]
    if faults:
        return [], faults
    drawing = charts.draw(
        kind,
        spec,
        key="preview",
        title=data.get("with_title", ""),
        description=data.get("with_description", ""),
        facts=facts,
    )
    return [("html", drawing)], []


PREVIEWERS = {"body": body, "short": short, "figure": figure}
