"""The reference data, people, findings and claims: a corrected date corrects what shows it."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses.admin.content import texts_naming
from courses.admin.editing import (
    ContentAdmin,
    EditingForm,
    WithHistory,
    YamlField,
    markdown,
)
from courses.models import (
    Base,
    Body,
    Claim,
    Event,
    Finding,
    Membership,
    Operation,
    Organisation,
    OutlineItem,
    Person,
    Quantity,
    State,
)
from courses.models.content import Paragraph
from courses.rendering import Fault, Library

PROVENANCE: Any = (
    _("Where it comes from"),
    {
        "fields": (
            "source",
            "locator",
            "printed",
            "finding",
            "reference",
            "reference_locator",
            "note",
        )
    },
)


class NoteForm(EditingForm):
    class Meta:
        widgets = {"note": markdown(rows=3)}


class SummaryForm(EditingForm):
    class Meta:
        widgets = {"summary": markdown(), "note": markdown(rows=3)}


class SourcedAdmin(WithHistory, ContentAdmin):
    form: type[EditingForm] = NoteForm
    page = ""  # the name of the page that shows these rows
    list_select_related = True
    search_fields = ["key", "note", "printed"]
    autocomplete_fields = ["source", "reference"]

    def view_on_site(self, row: Any) -> str:
        return f"{reverse(f'courses:{self.page}')}#{row._meta.model_name}-{row.key}"


@admin.register(Organisation)
class OrganisationAdmin(SourcedAdmin):
    form = SummaryForm
    page = "organisations"
    list_display = ["name", "abbreviation", "begins", "ends", "key"]
    search_fields = ["key", "name", "abbreviation"]
    fieldsets = (
        (None, {"fields": ("key", "name", "abbreviation", "begins", "ends", "summary")}),
        (_("How it works"), {"fields": ("seat", "decision_rule", "highest_body", "successor_of")}),
        PROVENANCE,
    )


@admin.register(Membership)
class MembershipAdmin(SourcedAdmin):
    list_display = ["state", "organisation", "role", "begins", "ends", "how_ended"]
    list_filter = ["organisation", "role", "how_ended"]
    search_fields = ["key", "state__name"]
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("key", "organisation", "state", "role"),
                    *("begins", "ends", "how_ended"),
                )
            },
        ),
        PROVENANCE,
    )

    def view_on_site(self, row: Any) -> str:
        return reverse("courses:members")


class EventForm(EditingForm):
    lenses = YamlField(required=False, help_text=_("A list such as [realism]; empty for none."))

    class Meta:
        widgets = {
            "summary": markdown(),
            "note": markdown(rows=3),
            "organisations": forms.CheckboxSelectMultiple,
        }

    def clean_lenses(self) -> Any:
        return self.cleaned_data.get("lenses") or []


@admin.register(Event)
class EventAdmin(SourcedAdmin):
    form = EventForm
    page = "timeline"
    list_display = ["title", "date", "until", "key"]
    list_filter = ["organisations"]
    search_fields = ["key", "title", "summary"]
    fieldsets = (
        (None, {"fields": ("key", "date", "until", "title", "summary")}),
        (_("Found under"), {"fields": ("organisations", "lenses")}),
        PROVENANCE,
    )


@admin.register(Body)
class BodyAdmin(SourcedAdmin):
    list_display = ["name", "abbreviation", "organisation", "tier", "position"]
    list_filter = ["organisation", "tier"]
    search_fields = ["key", "name", "abbreviation"]
    fieldsets = (
        (None, {"fields": ("key", "organisation", "name", "abbreviation", "role")}),
        (_("Its place"), {"fields": ("tier", "parent", "position", "begins", "ends")}),
        PROVENANCE,
    )

    def view_on_site(self, row: Any) -> str:
        return f"{reverse('courses:organisations')}#organisation-{row.organisation.key}"


class OperationForm(EditingForm):
    class Meta:
        widgets = {"note": markdown(rows=3), "organisations": forms.CheckboxSelectMultiple}


@admin.register(Operation)
class OperationAdmin(SourcedAdmin):
    form = OperationForm
    page = "organisations"
    list_display = ["name", "kind", "begins", "ends", "key"]
    list_filter = ["kind", "organisations"]
    search_fields = ["key", "name", "purpose"]
    fieldsets = (
        (None, {"fields": ("key", "name", "kind", "purpose", "begins", "ends", "organisations")}),
        PROVENANCE,
    )


@admin.register(Base)
class BaseAdmin(SourcedAdmin):
    page = "organisations"
    list_display = ["name", "host", "user", "begins", "ends", "key"]
    search_fields = ["key", "name", "also_called", "place"]
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("key", "name", "also_called", "place"),
                    *("host", "user", "begins", "ends"),
                )
            },
        ),
        PROVENANCE,
    )


@admin.register(Quantity)
class QuantityAdmin(SourcedAdmin):
    page = "quantities"
    list_display = ["subject", "value", "unit", "as_of", "standing", "series"]
    list_filter = ["standing", "series"]
    search_fields = ["key", "subject", "series"]
    fieldsets = (
        (None, {"fields": ("key", "subject", "value", "unit", "as_of", "standing")}),
        (_("Shown with"), {"fields": ("series", "position", "organisation", "state")}),
        PROVENANCE,
    )


@admin.register(State)
class StateAdmin(ContentAdmin):
    list_display = ["name", "code", "key"]
    search_fields = ["key", "name", "code"]
    fields = ["key", "name", "code"]


class PersonForm(EditingForm):
    class Meta:
        widgets = {"known_for": markdown(rows=3)}


@admin.register(Person)
class PersonAdmin(WithHistory, ContentAdmin):
    form = PersonForm
    list_display = ["name", "role", "lens", "key"]
    list_filter = ["role", "lens"]
    search_fields = ["key", "name", "known_for"]
    autocomplete_fields = ["source"]
    fields = ["key", "name", "role", "lens", "known_for", "source", "locator"]

    def view_on_site(self, person: Person) -> str:
        return f"{reverse('courses:people')}#person-{person.key}"

    def needed_by(self, row: Person) -> Iterable[Any]:
        yield from texts_naming(rf"\[\[person: *{row.key} *[]|]")


@admin.register(Finding)
class FindingAdmin(WithHistory, ContentAdmin):
    form = EditingForm
    list_display = ["__str__", "severity", "lesson", "opened"]
    list_filter = ["severity", "opened"]
    list_select_related = ["lesson__activity"]
    search_fields = ["key", "title", "printed", "better"]
    autocomplete_fields = ["source", "reference"]
    fieldsets = (
        (None, {"fields": ("key", "severity", "title", "source", "locator", "printed")}),
        (_("Better supported"), {"fields": ("better", "reference", "opened", "lesson")}),
    )

    def view_on_site(self, finding: Finding) -> str:
        return f"{reverse('courses:notes')}#finding-{finding.key}"


@admin.register(OutlineItem)
class OutlineItemAdmin(ContentAdmin):
    list_display = ["key", "lesson", "text"]
    list_filter = ["lesson__activity__module"]
    list_select_related = ["lesson__activity"]
    search_fields = ["key", "text"]
    fields = ["key", "lesson", "position", "text"]


class ClaimForm(EditingForm):
    def faults(self, known: Library) -> Iterator[Fault]:
        yield from super().faults(known)
        lesson, anchor = self.cleaned_data.get("lesson"), self.cleaned_data.get("paragraph")
        there = Paragraph.objects.filter(lesson=lesson).values_list("anchor", flat=True)
        if lesson and anchor and anchor not in set(there):
            sentence = _("The lesson has no paragraph “%(anchor)s”. It has: %(there)s.")
            yield Fault("paragraph", sentence % {"anchor": anchor, "there": ", ".join(there)})
        item = self.cleaned_data.get("item")
        if lesson and item and item.lesson_id != lesson.pk:
            yield Fault("item", str(_("This point of the outline belongs to another lesson.")))


@admin.register(Claim)
class ClaimAdmin(ContentAdmin):
    form = ClaimForm
    list_display = ["statement", "lesson", "paragraph", "standing", "finding"]
    list_filter = ["standing", "lesson__activity__module"]
    list_select_related = ["lesson__activity", "finding"]
    search_fields = ["key", "statement", "paragraph"]
    autocomplete_fields = ["source", "item"]
    fieldsets = (
        (None, {"fields": ("key", "statement", "standing")}),
        (_("Where it is taught"), {"fields": ("lesson", "paragraph", "item")}),
        (_("What it rests on"), {"fields": ("source", "locator", "finding")}),
    )

    def view_on_site(self, claim: Claim) -> str:
        return f"{claim.lesson.activity.get_absolute_url()}#{claim.paragraph}"
