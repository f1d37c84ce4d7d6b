"""The reference data: people, events, members, organisations, figures, and what was corrected."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from courses import access, authoring, charts, dashboards
from courses import reference as reads
from courses.charts import scale
from courses.forms import TimelineForm, YearForm
from courses.models import Base, Course, Figure, Finding, Operation, Organisation, Person, Quantity
from courses.requests import Request


def _courses(request: Request) -> QuerySet[Course]:
    return dashboards.visible_courses(request.user, editor=access.is_editor(request.user))


@require_safe
def hub(request: Request) -> HttpResponse:
    """What there is to look up, and how much of it."""
    counts = {
        "people": Person.objects.count(),
        "organisations": Organisation.objects.count(),
        "quantities": Quantity.objects.count(),
        "findings": Finding.objects.count(),
        "events": len(reads.facts().events),
    }
    return render(request, "courses/reference/hub.html", {"counts": counts})


@require_safe
def people(request: Request) -> HttpResponse:
    """Everybody the lessons name, with the lessons that name them."""
    letters = reads.people(_courses(request))
    return render(request, "courses/reference/people.html", {"letters": letters})


@require_safe
def timeline(request: Request) -> HttpResponse:
    """The events: of all time or closer up, of one organisation, under one lens."""
    facts = reads.facts()
    first, last = reads.years(facts)
    named = {key for event in facts.events.values() for key in event.organisations}
    form = TimelineForm(
        request.GET.dict(),
        first=first,
        last=last,
        organisations=sorted(
            ((key, facts.organisations[key].label) for key in named), key=lambda pair: pair[1]
        ),
    )
    good = form.is_valid()
    window = reads.window(
        facts,
        first=form.cleaned_data["begins"] if good else first,
        last=form.cleaned_data["ends"] if good else last,
        organisation=form.cleaned_data["organisation"] if good else "",
        lens=form.cleaned_data["lens"] if good else "",
    )
    context = {
        "form": form,
        "window": window,
        "drawing": mark_safe(scale.draw(window.drawn, window.first, window.last)),  # noqa: S308
        "closer": window.closer,
        "wider": window.wider(first, last),
        "all_years": (first, last),
    }
    status = 200 if good else 422
    return render(request, "courses/reference/timeline.html", context, status=status)


@require_safe
def members(request: Request) -> HttpResponse:
    """Who belonged to which organisation, at the end of a year that the reader slides to."""
    facts = reads.facts()
    spelt = [year for year, _ in scale.years_of(facts.spells)]
    first, last = (min(spelt), request.arrived_at.year) if spelt else (1949, 2026)
    form = YearForm(request.GET.dict(), first=first, last=last)
    good = form.is_valid()
    year = form.cleaned_data["year"] if good else last
    drawing = ""
    together = [key for key in ("cis", "cst", "csto", "guam", "sco") if key in facts.organisations]
    spec = {"organisations": together, "from": "1991", "to": str(last)}
    if not charts.check("membership", spec, facts):
        drawing = charts.draw(
            "membership",
            spec,
            key="spells",
            title="Spells of membership since 1991",
            description=(
                "For each state a row, with a bar for each spell in one of the organisations that "
                "grew up in the post-Soviet space. The table below has the same dates."
            ),
            facts=facts,
        )
    context = {
        "form": form,
        "matrix": reads.matrix(facts, year),
        "first": first,
        "last": last,
        "before": year - 1 if year > first else None,
        "after": year + 1 if year < last else None,
        "drawing": mark_safe(drawing),  # noqa: S308
    }
    template = "_matrix.html" if request.htmx and good else "members.html"
    return render(request, f"courses/reference/{template}", context, status=200 if good else 422)


@require_safe
def organisations(request: Request) -> HttpResponse:
    """Each organisation with its dates, organs, operations; and the bases."""
    facts = reads.facts()
    entries = []
    rows = Organisation.objects.select_related(
        "source", "finding", "reference", "successor_of"
    ).prefetch_related("bodies", "operations")
    for row in rows:
        spec = {"organisation": row.key}
        drawing = ""
        if len(row.bodies.all()) > 2:
            drawing = charts.draw(
                "organs",
                spec,
                key=f"organs-{row.key}",
                title=f"Organs: {row}",
                description=(
                    "Boxes for the bodies, the highest on top, with lines to whom they answer."
                ),
                facts=facts,
            )
        entries.append((row, mark_safe(drawing)))  # noqa: S308
    context = {
        "entries": entries,
        "operations": Operation.objects.prefetch_related("organisations").select_related(
            "source", "finding", "reference"
        ),
        "bases": Base.objects.select_related("host", "user", "source", "finding", "reference"),
    }
    return render(request, "courses/reference/organisations.html", context)


@require_safe
def quantities(request: Request) -> HttpResponse:
    """The figures that the texts give, each with who vouches for it; series also as bars."""
    facts = reads.facts()
    rows = Quantity.objects.select_related("source", "finding", "reference")
    drawings = [
        mark_safe(authoring.draw(figure, facts))  # noqa: S308
        for figure in Figure.objects.filter(kind="bars")
        if not charts.check(figure.kind, figure.spec, facts)
    ]
    context = {"rows": rows, "drawings": drawings}
    return render(request, "courses/reference/quantities.html", context)


@require_safe
def lenses(request: Request) -> HttpResponse:
    """The matrices of case by lens; each cell opens the paragraph that it rests on."""
    facts = reads.facts()
    drawings = [
        mark_safe(authoring.draw(figure, facts))  # noqa: S308
        for figure in Figure.objects.filter(kind="lens-matrix")
        if not charts.check(figure.kind, figure.spec, facts)
    ]
    return render(request, "courses/reference/lenses.html", {"drawings": drawings})


@require_safe
def notes(request: Request) -> HttpResponse:
    """What the two texts get wrong and what has changed since, and where the lessons say so."""
    found = reads.notes(_courses(request), request.arrived_at.date())
    context = {"groups": reads.findings(found), "notes": found}
    return render(request, "courses/reference/notes.html", context)
