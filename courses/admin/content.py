"""Content: courses and all that stands in them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, URLField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses import authoring, charts
from courses.admin.editing import (
    ContentAdmin,
    EditingForm,
    FewRows,
    LabelledRow,
    PlainChoices,
    PreviewedInput,
    WithHistory,
    YamlField,
    markdown,
)
from courses.models import (
    Activity,
    Course,
    Figure,
    Lesson,
    Module,
    Objective,
    Source,
    Term,
)
from courses.rendering import Fault, Library


def texts_naming(pattern: str) -> Iterator[Any]:
    """Lessons and rows with a short text in which the regular expression is found."""
    yield from Lesson.objects.filter(
        Q(body__regex=pattern) | Q(summary__regex=pattern) | Q(read_on__regex=pattern)
    ).select_related("activity")
    for model, text, _html in authoring.SHORT_TEXTS:
        yield from model.objects.filter(**{f"{text}__regex": pattern})


class CourseForm(EditingForm):
    class Meta:
        widgets = {"summary": markdown()}


@admin.register(Course)
class CourseAdmin(WithHistory, ContentAdmin):
    form = CourseForm
    list_display = ["title", "key", "language", "published"]
    list_filter = ["published", "language"]
    search_fields = ["title", "key"]
    fields = ["key", "title", "summary", "language", "published"]

    def view_on_site(self, course: Course) -> str:
        return course.get_absolute_url()


class ObjectiveInline(PlainChoices, admin.TabularInline):
    model = Objective
    form = LabelledRow
    formset = FewRows
    extra = 0
    fields = ["position", "key", "verb", "statement", "bloom"]
    # Deleting has its own page, which says what would break.
    can_delete = False
    show_change_link = True


class ModuleForm(EditingForm):
    inlines = ("objectives",)

    class Meta:
        widgets = {"summary": markdown(), "prerequisites": forms.CheckboxSelectMultiple}


@admin.register(Module)
class ModuleAdmin(WithHistory, ContentAdmin):
    form = ModuleForm
    list_display = ["title", "course", "position", "lens", "key"]
    list_filter = ["course", "lens"]
    list_select_related = ["course"]
    search_fields = ["title", "key"]
    fields = ["key", "course", "position", "title", "lens", "summary", "prerequisites"]
    inlines = [ObjectiveInline]

    def view_on_site(self, module: Module) -> str:
        return module.course.get_absolute_url()

    def derive(self, request: HttpRequest, row: Module) -> None:
        super().derive(request, row)
        for lesson in Lesson.objects.filter(objectives__module=row).distinct():
            authoring.content_saved(lesson)


@admin.register(Objective)
class ObjectiveAdmin(ContentAdmin):
    list_display = ["statement", "module", "position", "bloom", "key"]
    list_filter = ["module", "bloom"]
    list_select_related = ["module"]
    search_fields = ["key", "statement", "verb"]
    fields = ["key", "module", "position", "verb", "statement", "bloom"]

    def needed_by(self, row: Objective) -> Iterable[Any]:
        yield from row.lessons.select_related("activity")


class SourceForm(EditingForm):
    class Meta:
        widgets = {"note": markdown()}


@admin.register(Source)
class SourceAdmin(WithHistory, ContentAdmin):
    form = SourceForm
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    list_display = ["label", "title", "year", "kind", "cited_through", "key"]
    list_filter = ["kind", ("cited_through", admin.EmptyFieldListFilter)]
    list_select_related = ["cited_through"]
    search_fields = ["key", "label", "authors", "title", "container"]
    fieldsets = (
        (None, {"fields": ("key", "kind", "label", "authors", "year", "title")}),
        (_("Where"), {"fields": ("container", "publisher", "details", "url", "cited_through")}),
        (_("Note"), {"fields": ("note",)}),
    )

    def view_on_site(self, source: Source) -> str:
        return f"{reverse('courses:sources')}#source-{source.key}"

    def needed_by(self, row: Source) -> Iterable[Any]:
        yield from texts_naming(rf"@{row.key}([^a-z0-9-]|$)")


class TermForm(EditingForm):
    class Meta:
        widgets = {"definition": markdown(), "see_also": forms.CheckboxSelectMultiple}


@admin.register(Term)
class TermAdmin(WithHistory, ContentAdmin):
    form = TermForm
    list_display = ["title", "lens", "key"]
    list_filter = ["lens"]
    search_fields = ["key", "title", "definition"]
    fields = ["key", "title", "definition", "lens", "see_also"]

    def view_on_site(self, term: Term) -> str:
        return f"{reverse('courses:glossary')}#term-{term.key}"

    def needed_by(self, row: Term) -> Iterable[Any]:
        yield from (text for text in texts_naming(rf"\[\[{row.key}[]|]") if text != row)


class FigureForm(EditingForm):
    kind = forms.ChoiceField(choices=[(name, name) for name in charts.CHARTS])
    spec = YamlField(
        widget=PreviewedInput("figure", rows=18, along=["kind", "title", "description"]),
        help_text=_("The data that is drawn, as YAML."),
    )

    def faults(self, known: Library) -> Iterator[Fault]:
        yield from super().faults(known)
        kind, spec = self.cleaned_data.get("kind"), self.cleaned_data.get("spec")
        if kind and spec is not None:
            for fault in charts.check(kind, spec, authoring.facts_for(kind)):
                yield Fault("spec", str(fault))


@admin.register(Figure)
class FigureAdmin(WithHistory, ContentAdmin):
    form = FigureForm
    list_display = ["title", "kind", "key"]
    list_filter = ["kind"]
    search_fields = ["key", "title", "description"]
    fields = ["key", "title", "description", "kind", "spec"]

    def needed_by(self, row: Figure) -> Iterable[Any]:
        yield from texts_naming(rf"figure *: *{row.key} *}}}}")


class ActivityForm(EditingForm):
    fixed = ("key", "kind")


@admin.register(Activity)
class ActivityAdmin(ContentAdmin):
    form = ActivityForm
    list_display = ["title", "module", "kind", "position", "required", "weight", "key"]
    list_filter = ["module", "kind", "required"]
    list_select_related = ["module"]
    search_fields = ["key", "title"]
    fields = ["key", "module", "kind", "position", "title", "required", "weight"]


class LessonForm(EditingForm):
    fixed = ("activity",)

    class Meta:
        widgets = {
            "question": forms.TextInput(attrs={"class": "editing-wide"}),
            "objectives": forms.CheckboxSelectMultiple,
            "body": markdown("body", rows=32),
            "summary": markdown(),
            "read_on": markdown(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        objectives = self.fields.get("objectives")
        if isinstance(objectives, forms.ModelChoiceField) and self.instance.pk is not None:
            objectives.queryset = Objective.objects.filter(module=self.instance.activity.module)
        activity = self.fields.get("activity")
        if isinstance(activity, forms.ModelChoiceField):
            mine = Q(kind=Activity.Kind.LESSON, lesson=None) | Q(lesson=self.instance.pk)
            activity.queryset = Activity.objects.filter(mine)


@admin.register(Lesson)
class LessonAdmin(WithHistory, ContentAdmin):
    form = LessonForm
    list_display = ["activity", "module", "question", "words"]
    list_filter = ["activity__module"]
    list_select_related = ["activity__module"]
    search_fields = ["activity__title", "activity__key", "question", "body"]
    fieldsets = (
        (None, {"fields": ("activity", "question", "body")}),
        (_("At the end"), {"fields": ("summary", "read_on")}),
        (_("What a learner can do afterwards"), {"fields": ("objectives",)}),
    )

    @admin.display(description=_("module"), ordering="activity__module__position")
    def module(self, lesson: Lesson) -> str:
        return lesson.activity.module.title

    def view_on_site(self, lesson: Lesson) -> str:
        return lesson.activity.get_absolute_url()
