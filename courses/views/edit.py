"""What an editor sees before saving."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from courses import access, authoring, rendering
from courses.rendering import Fault


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Markdown as the page will show it, with the checks that saving and loading make."""
    if not access.is_editor(request.user):
        raise Http404
    text = request.POST.get("text", "")
    kind = request.POST.get("kind", "body")
    faults: list[Fault] = []
    html = ""
    try:
        if kind == "body":
            rendered = rendering.render(text, authoring.library(), prefix="preview-")
            html, faults = rendered.html, list(rendered.faults)
        else:
            html, faults = rendering.render_short(text, authoring.library(), field="text")
    except rendering.TooHard as refusal:
        faults = [Fault("text", str(refusal), None)]
    return render(
        request,
        "courses/_preview.html",
        {"html": mark_safe(html), "faults": faults},  # noqa: S308  # sanitised by rendering
    )
