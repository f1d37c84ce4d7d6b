"""What every page for editing content shares, in both apps.

A text has its preview and its checks beside it; saving makes the checks of the loader and refuses
with a sentence at the field; what depends on a row is derived once, after all of it is stored; and
of two people who edit one row, the second is told before anything of the first is lost.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.formsets import INITIAL_FORM_COUNT, TOTAL_FORM_COUNT, ManagementForm
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin

from courses import authoring, rendering, yaml_text
from courses.forms import PlainDecimalField
from courses.rendering import Fault, Library

# --- Widgets and fields ------------------------------------------------------------------------


class PreviewedInput(forms.Textarea):
    """A text area with its preview beside it, kept up to date by editing.js.

    `kind` says how the text is rendered. The preview is asked for at `address()`, together with
    the form's other fields named in `along`. Without scripts it is a text area.
    """

    template_name = "admin/courses/previewed_input.html"

    def __init__(
        self,
        kind: str,
        *,
        rows: int = 6,
        along: Iterable[str] = (),
        address: Callable[[], str] = lambda: reverse("courses:preview"),
    ) -> None:
        super().__init__({"rows": rows, "spellcheck": "true"})
        self.kind = kind
        self.along = tuple(along)
        self.address = address

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """What was typed with the line ends that files have; a browser sends others."""
        text = data.get(name)
        if not isinstance(text, str):
            return text
        return text.replace("\r\n", "\n") if text.strip() else ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context |= {
            "kind": self.kind,
            "along": " ".join(self.along),
            "address": self.address(),
            "style": static("courses/site.css"),
        }
        return context


# What names a row in a form: a number that its column can hold.
ROW = re.compile(r"[0-9]{1,18}")


class Sought(AutocompleteSelect):
    """A row that is found by typing; what names no row, which was refused, is not looked up."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        return super().optgroups(name, [one for one in value if ROW.fullmatch(str(one))], attrs)


class YamlField(forms.CharField):
    """JSON data that people read and write as YAML. What they typed is shown as they typed it."""

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else "" if value is None else yaml_text.write(value)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        if text.strip() in self.empty_values:
            return None
        try:
            return yaml_text.read(text)
        except ValueError as fault:
            raise ValidationError(str(fault)) from fault

    def run_validators(self, value: Any) -> None:
        """None of a text field's validators fits data."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


# --- Forms -------------------------------------------------------------------------------------


def version_of(row: models.Model, inlines: Iterable[str] = ()) -> str:
    """A digest of everything an editor can change in a stored row, its named relations included."""

    def values(row: models.Model) -> dict[str, Any]:
        plain = {
            field.attname: field.value_from_object(row)
            for field in row._meta.concrete_fields
            if field.editable and not field.primary_key
        }
        many = {
            field.name: sorted(getattr(row, field.name).values_list("pk", flat=True))
            for field in row._meta.many_to_many
        }
        return plain | many

    whole = [values(row), *(values(part) for name in inlines for part in getattr(row, name).all())]
    written = json.dumps(whole, default=str, sort_keys=True)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class EditingForm(forms.ModelForm):
    """Checks every text of a row as the loader would, and refuses to overwrite another's work."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    inlines: tuple[str, ...] = ()
    """Relations edited on the same page, by accessor."""
    fixed: tuple[str, ...] = ("key",)
    """Fields that are chosen once: what refers to the row would break."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, PreviewedInput) and isinstance(field, forms.CharField):
                field.strip = False  # a text in a file ends with a line end
        if self.instance.pk is None:
            return
        self.fields["version"].initial = version_of(self.instance, self.inlines)
        for name in self.fixed:
            if name in self.fields:
                self.fields[name].disabled = True
                self.fields[name].help_text = _("Chosen once. Links and fixtures rest on it.")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self._refuse_to_overwrite()
        return cleaned

    def _refuse_to_overwrite(self) -> None:
        if self.instance.pk is None:
            return
        # Locked, so that of two who save at the same moment one waits and then is told.
        stored = type(self.instance)._base_manager.select_for_update().get(pk=self.instance.pk)
        current = version_of(stored, self.inlines)
        if self.cleaned_data.get("version", "") == current:
            return
        self.add_error(
            None,
            format_html(
                _(
                    "{} after you had opened this page. Nothing is saved yet, and what you typed"
                    " is still here. Look at <a href='{}' target='_blank'>their version in a new"
                    " tab</a>, carry over what should stay, and save again: that replaces theirs."
                ),
                _last_editor(stored),
                reverse(
                    f"admin:{stored._meta.app_label}_{stored._meta.model_name}_change",
                    args=[stored.pk],
                ),
            ),
        )
        data = cast("QueryDict", self.data).copy()
        data[self.add_prefix("version")] = current
        self.data = data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        texts = any(isinstance(field.widget, PreviewedInput) for field in self.fields.values())
        for fault in self.faults(authoring.library() if texts else Library()):
            where = fault.field.partition(".")[0].partition("[")[0]
            line = _("Line %d: ") % fault.line if fault.line else ""
            self.add_error(where if where in self.fields else None, f"{line}{fault.message}")

    def faults(self, known: Library) -> Iterator[Fault]:
        """What is wrong with the texts that were typed, field by field."""
        for name, field in self.fields.items():
            text = self.cleaned_data.get(name)
            if isinstance(field.widget, PreviewedInput) and isinstance(text, str):
                yield from check_text(text, field.widget.kind, known, field=name)


class LabelledRow(forms.ModelForm):
    """A row of a table: the column's heading is its label, said to screen readers too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget: Any = getattr(field.widget, "widget", field.widget)  # the admin wraps choices
            widget.attrs["aria-label"] = capfirst(field.label or "")
        if self.instance.pk is not None and "key" in self.fields:
            self.fields["key"].disabled = True


class FewRows(forms.BaseInlineFormSet):
    """Rows edited on the page of another: those that are stored, and no more than so many new ones.

    More than that no page of ours sends. Then no row is looked at, so that none is changed or lost.
    """

    most_new = 100

    @cached_property
    def management_form(self) -> ManagementForm:
        form: ManagementForm = super().management_form
        if self.is_bound and form.is_valid():
            most = len(self.get_queryset()) + self.most_new
            counts = (TOTAL_FORM_COUNT, INITIAL_FORM_COUNT)
            if any(form.cleaned_data[count] not in range(most + 1) for count in counts):
                form.add_error(None, self._unlike_ours())
                form.cleaned_data |= dict.fromkeys(counts, 0)
        return form

    def full_clean(self) -> None:
        if not self.is_bound or self.management_form.is_valid():
            return super().full_clean()
        self._errors: list[Any] = []
        self._non_form_errors = self.error_class(
            [self._unlike_ours()],
            error_class="nonform",
            renderer=self.renderer,  # type: ignore[attr-defined]  # the stubs leave it out
        )
        return None

    def _unlike_ours(self) -> str:
        return _(
            "These rows were not sent as the page sends them, or more than %(most)d new ones at"
            " once. None is changed. Open the page again, and add fewer at a time."
        ) % {"most": self.most_new}


def check_text(text: str, kind: str, known: Library, *, field: str) -> list[Fault]:
    """The faults of one Markdown text of kind "body" or "short"; too hard a text is one fault."""
    try:
        if kind == "body":
            return list(rendering.render(text, known, field=field).faults)
        return rendering.render_short(text, known, field=field)[1]
    except rendering.TooHard as refusal:
        return [Fault(field, str(refusal))]


def _last_editor(row: models.Model) -> str:
    history = getattr(row, "history", None)
    last = history.select_related("history_user").first() if history is not None else None
    if last is None:
        return _("Somebody saved this")
    return _("%(who)s saved this at %(when)s,") % {
        "who": last.history_user or _("The loader"),
        "when": date_format(timezone.localtime(last.history_date), "H:i"),
    }


# --- Pages -------------------------------------------------------------------------------------


class PlainChoices:
    """A choice of another row can be looked at from here; it is edited on its own page.

    Numbers are typed as on every other page.
    """

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if isinstance(db_field, models.DecimalField):
            kwargs.setdefault("form_class", PlainDecimalField)
        if db_field.name in getattr(self, "autocomplete_fields", ()):
            kwargs.setdefault("widget", Sought(db_field, self.admin_site))  # type: ignore[attr-defined]
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_add_related = False
            field.widget.can_change_related = False
            field.widget.can_delete_related = False
        return field


class ChosenRows(admin.ModelAdmin):
    """Does nothing with rows chosen in a list that no list could have named."""

    def response_action(self, request: HttpRequest, *args: Any, **terms: Any) -> Any:
        chosen = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
        if all(ROW.fullmatch(one) for one in chosen):
            return super().response_action(request, *args, **terms)
        sentence = _(
            "The page did not say which rows are meant. Nothing has changed. Choose again."
        )
        self.message_user(request, sentence, messages.ERROR)
        return None


class ContentAdmin(PlainChoices, ChosenRows):
    """Edits a row of content and derives what depends on it once, when all of it is stored."""

    form = EditingForm
    change_form_template = "admin/courses/editing.html"
    list_per_page = 50

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self.derive(request, form.instance)

    def derive(self, request: HttpRequest, row: Any) -> None:
        """Bring everything up to date that shows something of the row just stored."""
        authoring.content_saved(row)

    def needed_by(self, row: Any) -> Iterable[models.Model]:
        """Rows whose text would break without this one, where the database cannot know it."""
        return ()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        for row in objs:
            for user in self.needed_by(row):
                name = user._meta.verbose_name
                address = reverse(
                    f"admin:{user._meta.app_label}_{user._meta.model_name}_change", args=[user.pk]
                )
                protected.append(format_html("{}: <a href='{}'>{}</a>", name, address, user))
        # That a row is needed is the truer reason than that nobody may delete what needs it.
        return deleted, counts, set() if protected else lacking, protected


class WithHistory(SimpleHistoryAdmin):
    """Every earlier version one click away."""

    object_history_list_template = "admin/courses/history_list.html"

    def history_view(self, request: HttpRequest, object_id: str, *args: Any) -> HttpResponse:
        """The history; an address that is no row's number is not there, and no fault of ours."""
        if not object_id.isdecimal():
            raise Http404
        page: HttpResponse = super().history_view(request, object_id, *args)
        return page

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Keep what a row said before its first edit, which a plain loaddata does not record."""
        if change and not obj.history.exists():
            stored = type(obj)._base_manager.get(pk=obj.pk)
            type(obj).history.bulk_history_create(
                [stored], default_change_reason=_("as it was before its first edit")
            )
        super().save_model(request, obj, form, change)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Looked at here, written by the site alone."""

    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def markdown(kind: str = "short", *, rows: int = 6) -> PreviewedInput:
    return PreviewedInput(kind, rows=rows)
