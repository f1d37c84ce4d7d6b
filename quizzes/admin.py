"""The bank and the quizzes at the editors' desk, and what people did, to look at."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from courses import yaml_text
from courses.admin import content, people
from courses.admin.editing import (
    ContentAdmin,
    EditingForm,
    FewRows,
    LabelledRow,
    PlainChoices,
    PreviewedInput,
    ReadOnlyAdmin,
    WithHistory,
    YamlField,
    check_text,
    markdown,
)
from courses.authoring import library, sign_of
from courses.models import (
    Activity,
    Cohort,
    Enrolment,
    Group,
    Lesson,
    Objective,
    Paragraph,
    Source,
    Term,
)
from courses.refusals import Refused
from courses.rendering import Fault, Library
from courses.rendering import render as render_body
from courses.rendering.texts import TooHard
from quizzes import authoring
from quizzes.forms import although_seen_field
from quizzes.models import (
    Attempt,
    Band,
    Contest,
    Evidence,
    Item,
    Override,
    Question,
    QuestionVersion,
    Quiz,
    Regrade,
    Schedule,
    Section,
    Slot,
    Tag,
)
from quizzes.questions import BY_HAND, KINDS, text_of
from quizzes.seeing.visibility import PRESETS_IN_WORDS
from quizzes.seeing.visibility import Item as Shown
from quizzes.sitting import composing
from quizzes.times import dates, reopening, returning, timing

# --- What rests on a text ----------------------------------------------------------------------


def question_links(questions: Iterable[Question]) -> str:
    """The questions' keys, each a link to its page here."""
    return format_html_join(
        ", ",
        "<a href='{}'>{}</a>",
        (
            (reverse("admin:quizzes_question_change", args=[question.pk]), question.key)
            for question in questions
        ),
    )


def paragraphs() -> set[tuple[int, str, str]]:
    """Every paragraph there is, as it reads now: its lesson, its id, its digest."""
    return set(Paragraph.objects.order_by().values_list("lesson", "anchor", "digest"))


def quizzes_saying(how: str, what: str) -> QuerySet[Quiz]:
    """Quizzes in one of whose texts something stands, looked for in this way ("contains"...)."""
    found = Q()
    for text in ("intro", "sections__intro", "bands__text"):
        found |= Q(**{f"{text}__{how}": what})
    return Quiz.objects.filter(found).distinct()


class TellsWhatRests:
    """Saving a text says which questions rest on a paragraph that now reads differently."""

    def derive(self, request: HttpRequest, row: Any) -> None:
        before = paragraphs()
        super().derive(request, row)  # type: ignore[misc]
        if isinstance(row, Term | Source):
            authoring.render_quizzes(quizzes_saying("contains", sign_of(row)))
        changed = {(lesson, anchor) for lesson, anchor, _digest in before - paragraphs()}
        touched = sorted(
            {
                evidence.question
                for evidence in Evidence.objects.stale().select_related("question")
                if (evidence.lesson_id, evidence.anchor) in changed
            },
            key=str,
        )
        if touched:
            messages.warning(
                request,
                format_html(
                    ngettext(
                        "{} question rests on paragraphs you changed: {}. Check its evidence.",
                        "{} questions rest on paragraphs you changed: {}. Check their evidence.",
                        len(touched),
                    ),
                    len(touched),
                    question_links(touched),
                ),
            )

    def needed_by(self, row: Any) -> Iterable[Any]:
        yield from super().needed_by(row)  # type: ignore[misc]
        if isinstance(row, Term | Source):
            sign = rf"\[\[{row.key}[]|]" if isinstance(row, Term) else rf"@{row.key}([^a-z0-9-]|$)"
            written = Question.objects.annotate(written=Cast("spec", TextField()))
            yield from written.filter(written__regex=sign)
            yield from quizzes_saying("regex", sign).select_related("activity")


class LessonForm(content.LessonForm):
    def faults(self, known: Library) -> Iterator[Fault]:
        """Also: no paragraph leaves while a question names it, for the loader would refuse that."""
        yield from super().faults(known)
        body = self.cleaned_data.get("body")
        if self.instance.pk is None or not body:
            return
        try:
            anchors = {passage.anchor for passage in render_body(body, known).passages}
        except TooHard:
            return  # among the faults already
        resting = Evidence.objects.filter(lesson=self.instance.pk).select_related("question")
        missing: dict[str, set[str]] = {}
        for row in resting:
            if row.anchor not in anchors:
                missing.setdefault(row.anchor, set()).add(row.question.key)
        for anchor, keys in sorted(missing.items()):
            yield Fault(
                "body",
                _(
                    "The paragraph “%(anchor)s” is gone, but these questions rest on it:"
                    " %(keys)s. Put {: #%(anchor)s } after the text that now says this, or give"
                    " the questions other evidence first."
                )
                % {"anchor": anchor, "keys": ", ".join(sorted(keys))},
            )


class LessonAdmin(TellsWhatRests, content.LessonAdmin):
    form = LessonForm
    change_form_template = "admin/quizzes/lesson.html"

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        lesson = kwargs.get("obj")
        if lesson is not None:
            context["resting"] = resting_on(lesson)
        return super().render_change_form(request, context, *args, **kwargs)


def resting_on(lesson: Lesson) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Paragraph by paragraph, the questions that rest on it: (key, address, to be checked)."""
    stale = set(Evidence.objects.stale().filter(lesson=lesson).values_list("pk", flat=True))
    places = dict(lesson.paragraphs.values_list("anchor", "position"))
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    for row in Evidence.objects.filter(lesson=lesson).select_related("question"):
        keys = found.setdefault(row.anchor, {})
        address = reverse("admin:quizzes_question_change", args=[row.question_id])
        known = keys.get(row.question.key, ("", False))[1]
        keys[row.question.key] = (address, known or row.pk in stale)
    return [
        (anchor, [(key, *rest) for key, rest in sorted(keys.items())])
        for anchor, keys in sorted(found.items(), key=lambda pair: places.get(pair[0], 0))
    ]


class TermAdmin(TellsWhatRests, content.TermAdmin):
    pass


class SourceAdmin(TellsWhatRests, content.SourceAdmin):
    pass


# The courses app cannot know of questions, so the pages that should say more are replaced here.
for model, desk in ((Lesson, LessonAdmin), (Term, TermAdmin), (Source, SourceAdmin)):
    admin.site.unregister(model)
    admin.site.register(model, desk)


# --- The bank ----------------------------------------------------------------------------------


def spec_faults(kind: str, text: str, spec: Any, *, draft: bool) -> list[Fault]:
    """What is wrong with a question, each fault with its line in the YAML that was typed."""
    return [
        Fault("spec", str(fault), yaml_text.line_of(text, fault.field))
        for fault in authoring.check(kind, spec, authoring.ground(), draft=draft)
    ]


class QuestionForm(EditingForm):
    kind = forms.ChoiceField(choices=[(kind.name, kind.label) for kind in KINDS.values()])
    spec = YamlField(
        widget=PreviewedInput(
            "question",
            rows=36,
            along=["kind", "status"],
            address=lambda: reverse("admin:quizzes_question_preview"),
        ),
        label=gettext_lazy("Question"),
        help_text=gettext_lazy("Text, options, answers, feedback and evidence, as YAML."),
    )

    class Meta:
        widgets = {
            "objectives": forms.CheckboxSelectMultiple,
            "tags": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        objectives = self.fields.get("objectives")
        if isinstance(objectives, forms.ModelChoiceField) and self.instance.pk is not None:
            objectives.queryset = Objective.objects.filter(module=self.instance.module_id)

    def faults(self, known: Library) -> Iterator[Fault]:
        data = self.cleaned_data
        if data.get("kind") and data.get("spec") is not None:
            draft = data.get("status") == Question.Status.DRAFT
            text = self["spec"].data or ""
            yield from spec_faults(data["kind"], text, data["spec"], draft=draft)
            if data["kind"] in BY_HAND and data.get("use") == Question.Use.PRACTICE:
                yield Fault("use", authoring.NOT_FOR_PRACTICE)
        if data.get("status") and self.initial.get("status") == Question.Status.READY:
            asking = authoring.quizzes_asking(self.instance)
            yield from authoring.still_asked(asking, status=data["status"])


class StaleFilter(admin.SimpleListFilter):
    title = gettext_lazy("evidence")
    parameter_name = "evidence"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("stale", _("to be checked")), ("fresh", _("checked"))]

    def queryset(self, request: Any, queryset: QuerySet[Question]) -> QuerySet[Question]:
        stale = Evidence.objects.stale().values("question")
        if self.value() == "stale":
            return queryset.filter(pk__in=stale)
        if self.value() == "fresh":
            return queryset.exclude(pk__in=stale)
        return queryset


@admin.register(Question)
class QuestionAdmin(WithHistory, ContentAdmin):
    form = QuestionForm
    change_form_template = "admin/quizzes/question.html"
    delete_confirmation_template = "admin/quizzes/question_delete.html"
    list_display = ["key", "asks", "kind", "module", "use", "status", "difficulty"]
    list_filter = ["module", "kind", "use", "status", "bloom", "tags", StaleFilter]
    list_select_related = ["module", "current"]
    search_fields = ["key", "spec"]
    fieldsets = (
        (None, {"fields": (("key", "module"), ("kind", "use", "status"), "spec")}),
        (
            gettext_lazy("What it tests"),
            {"fields": (("bloom", "difficulty"), "objectives", "tags")},
        ),
    )
    actions = ["evidence_checked"]

    @admin.display(description=gettext_lazy("asks"))
    def asks(self, question: Question) -> str:
        return text_of(question.current.content["prompt"])[:120] if question.current else "—"

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("preview/", wrap(self.preview), name="quizzes_question_preview"),
            path(
                "<int:pk>/evidence-checked/",
                wrap(require_POST(self.one_checked)),
                name="quizzes_question_checked",
            ),
            *super().get_urls(),
        ]

    def derive(self, request: HttpRequest, row: Question) -> None:
        version = authoring.publish(row, now=timezone.now())
        self.message_user(
            request, _("Version %d is what attempts get from now on.") % version.number
        )

    def needed_by(self, row: Question) -> Iterable[Any]:
        yield from content.texts_naming(rf"checkpoint *: *{row.key} *\}}")

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        question = kwargs.get("obj")
        if question is not None:
            context["stale"] = (
                Evidence.objects.stale()
                .filter(question=question)
                .select_related("lesson__activity__module__course")
            )
            context["versions"] = question.versions.order_by("-number")
        return super().render_change_form(request, context, *args, **kwargs)

    # --- evidence

    @admin.action(
        description=gettext_lazy("Evidence checked: it still holds"), permissions=["change"]
    )
    def evidence_checked(self, request: HttpRequest, questions: QuerySet[Question]) -> None:
        now = timezone.now()
        self._say_checked(
            request, sum(authoring.reaffirm(question, now=now) for question in questions)
        )

    def one_checked(self, request: HttpRequest, pk: int) -> HttpResponse:
        question = get_object_or_404(Question, pk=pk)
        if not self.has_change_permission(request, question):
            return HttpResponse(_("You may look at this question, not change it."), status=403)
        self._say_checked(request, authoring.reaffirm(question, now=timezone.now()))
        return redirect("admin:quizzes_question_change", pk)

    def _say_checked(self, request: HttpRequest, count: int) -> None:
        self.message_user(
            request,
            ngettext(
                "%d piece of evidence is taken as checked now.",
                "%d pieces of evidence are taken as checked now.",
                count,
            )
            % count,
            messages.SUCCESS,
        )

    # --- preview

    def preview(self, request: HttpRequest) -> HttpResponse:
        """The question as a student sees it, and below what its author would like to know."""
        if not self.has_view_permission(request):
            return HttpResponse(_("You may not see the bank."), status=403)
        text, kind_name = request.POST.get("text", ""), request.POST.get("with_kind", "")
        draft = request.POST.get("with_status") == Question.Status.DRAFT
        page: dict[str, Any] = {}
        try:
            spec = yaml_text.read(text)
        except ValueError as fault:
            faults = [Fault("spec", str(fault))]
        else:
            faults = spec_faults(kind_name, text, spec, draft=draft)
            kind = KINDS.get(kind_name)
            if kind is not None and kind.check(spec, draft=True) == []:
                page = self._as_shown(kind, spec)
        return render(request, "admin/quizzes/question_preview.html", {"faults": faults, **page})

    def _as_shown(self, kind: Any, spec: Any) -> dict[str, Any]:
        html, _faults = authoring.inspect(kind.name, spec, authoring.ground(), draft=True)
        order = kind.keys(html)
        return {
            "presented": kind.present(html, order),
            "review": kind.review(html, order, None, items=frozenset(Shown)),
            "solution": kind.solution(html),
            "explained": kind.explained(html),
        }


@admin.register(Tag)
class TagAdmin(ContentAdmin):
    list_display = ["title", "key"]
    search_fields = ["title", "key"]

    def derive(self, request: HttpRequest, row: Tag) -> None:
        """No text names a tag."""


@admin.register(QuestionVersion)
class QuestionVersionAdmin(ReadOnlyAdmin):
    list_display = ["question", "number", "kind", "made_at", "digest"]
    list_filter = ["kind", "question__module"]
    list_select_related = ["question"]
    search_fields = ["question__key", "digest"]
    date_hierarchy = "made_at"
    fields = ["question", "number", "kind", "made_at", "digest", "written"]

    @admin.display(description=gettext_lazy("question"))
    def written(self, version: QuestionVersion) -> str:
        return format_html("<pre>{}</pre>", yaml_text.write(version.spec))


# --- Settings that move the ends of attempts under way -----------------------------------------


def say_moved(request: HttpRequest, moved: int) -> None:
    if moved:
        messages.info(
            request,
            ngettext(
                "The end of %d attempt under way has moved with it.",
                "The ends of %d attempts under way have moved with it.",
                moved,
            )
            % moved,
        )


class AsksFirst(forms.ModelForm):
    """Asks for a tick where saving lets somebody earn with answers that others may have seen."""

    although_seen = although_seen_field(forms.HiddenInput())
    ask: Callable[..., None] = staticmethod(reopening.same_chances)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        if self.errors or self.instance.pk is None:
            return
        try:
            self.ask(
                type(self.instance)._base_manager.get(pk=self.instance.pk),
                self.instance,
                although_seen=self.cleaned_data["although_seen"],
                now=timezone.now(),
            )
        except reopening.Seen as refusal:
            self.add_error(None, str(refusal))
            self.fields["although_seen"].widget = forms.CheckboxInput()


class MovesEnds:
    """Saving a row brings the attempts that it concerns in line with it, in one transaction.

    With a form that `AsksFirst`.
    """

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        own = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if not self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            return own
        return [*own, (None, {"fields": ["although_seen"]})]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        if change:
            moved = timing.settings_changed(
                form.instance, now=timezone.now(), fields=form.changed_data
            )
            say_moved(request, moved)


class CohortForm(AsksFirst):
    """Refuses days that would leave a quiz which opens after them."""

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors or self.instance.pk is None:
            return
        was = Cohort.objects.get(pk=self.instance.pk)
        try:
            dates.fitting_days(was, self.instance, now=timezone.now())
        except Refused as refusal:
            self.add_error(None, str(refusal))


class CohortAdmin(MovesEnds, people.CohortAdmin):
    form = CohortForm

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Whoever is enrolled while the cohort's times change is not missed."""
        Cohort.objects.select_for_update(no_key=True).order_by().get(pk=form.instance.pk)
        super().save_formset(request, form, formset, change)


class EnrolmentForm(AsksFirst, people.EnrolmentForm):
    ask = staticmethod(returning.as_they_become)


class EnrolmentAdmin(MovesEnds, people.EnrolmentAdmin):
    form = EnrolmentForm


admin.site.unregister([Cohort, Enrolment])
admin.site.register(Cohort, CohortAdmin)
admin.site.register(Enrolment, EnrolmentAdmin)


# --- Quizzes -----------------------------------------------------------------------------------


POOL = ("objective", "tag", "module", "lens", "difficulty_from", "difficulty_to")


class SlotForm(LabelledRow):
    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        question = data.get("question")
        pool = any(data.get(name) not in (None, "") for name in POOL)
        if question and pool:
            self.add_error(
                "question", _("Choose a question or a pool, not both. Empty one of the two.")
            )
        elif not question and not pool and not self.errors:
            self.add_error(
                "question",
                _(
                    "Choose a question, or what to draw by: an objective, tag, module, lens or"
                    " difficulty."
                ),
            )
        if question and question.status != Question.Status.READY:
            self.add_error(
                "question", _("This question is not ready. Choose another, or ready it.")
            )
        least, most = data.get("difficulty_from"), data.get("difficulty_to")
        if least is not None and most is not None and least > most:
            self.add_error(
                "difficulty_from", _("This is above the other end. Change the two round.")
            )
        self._check_pin(question, data.get("pinned"))
        return data

    def _check_pin(self, question: Question | None, pinned: int | None) -> None:
        if pinned is None:
            return
        if question is None:
            self.add_error(
                "pinned", _("Only a fixed question has a version to keep to. Empty this.")
            )
        elif not question.versions.filter(number=pinned).exists():
            self.add_error(
                "pinned",
                _("“%(question)s” has no version %(number)d. Write one that it has, or nothing.")
                % {"question": question, "number": pinned},
            )

    def _get_validation_exclusions(self) -> set[str]:
        # `clean` says in words what the constraint would.
        return {*super()._get_validation_exclusions(), "objective"}  # type: ignore[misc]


class Rows(FewRows):
    """Parts of a quiz, which say so where a screen reader asks what is deleted."""

    @property
    def kept(self) -> list[Any]:
        """The forms of the rows that will be there after saving."""
        return [
            form
            for form in self.forms
            if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")
        ]

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            what = form._meta.model._meta.verbose_name
            form.fields["DELETE"].widget.attrs["aria-label"] = _("Delete this %s") % what


class SlotFormSet(Rows):
    def clean(self) -> None:
        super().clean()
        quiz: Quiz = self.instance
        fixed: set[Any] = set()
        for form in self.kept:
            question = form.cleaned_data.get("question")
            if question in fixed:
                raise forms.ValidationError(
                    _("The question “%s” stands in two slots. Keep one of them.") % question
                )
            if question:
                fixed.add(question)
                if question.use == Question.Use.PRACTICE and quiz.review != Quiz.Review.PRACTICE:
                    form.add_error(
                        "question",
                        _(
                            "This question is for practice: a lesson shows its answer. Choose"
                            " another."
                        ),
                    )
        if not self.is_filled_in(quiz):
            return
        slots = sorted((form.instance for form in self.kept), key=lambda slot: slot.position)
        if not slots:
            raise forms.ValidationError(
                _("This quiz has no slots. Add one with a question, or with what to draw by.")
            )
        if problem := composing.problem(quiz, slots):
            raise forms.ValidationError(problem)

    def is_filled_in(self, quiz: Quiz) -> bool:
        """Whether there is no fault yet that has to be mended first."""
        return quiz.activity_id is not None and not any(form.errors for form in self.forms)


class TextRows(Rows):
    """Rows with a Markdown text, checked as the loader would."""

    text = ""

    def clean(self) -> None:
        super().clean()
        typed = [form for form in self.kept if form.cleaned_data.get(self.text)]
        known = library() if typed else Library()
        for form in typed:
            for fault in check_text(form.cleaned_data[self.text], "short", known, field=self.text):
                form.add_error(self.text, fault.message)


class SectionRows(TextRows):
    text = "intro"


class BandRows(TextRows):
    text = "text"


def _title(section: Any) -> str:
    """A section within its own quiz."""
    return str(section.title)


class PartInline(PlainChoices, admin.TabularInline):
    """Rows of a quiz, with the choices fetched once for all of them."""

    form = LabelledRow
    extra = 0
    formfield_overrides = {TextField: {"widget": forms.Textarea({"rows": 3, "cols": 48})}}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("quiz__activity")

    def get_formset(self, request: Any, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        for name, field in formset.form.base_fields.items():
            if isinstance(field, forms.ModelChoiceField):
                if name == "section":
                    field.queryset = Section.objects.filter(quiz=obj)
                    field.label_from_instance = _title  # type: ignore[method-assign, assignment]
                choices: Any = field.choices
                field.choices = list(choices)
        return formset


class SectionInline(PartInline):
    model = Section
    formset = SectionRows
    fields = ["position", "key", "title", "intro"]


class BandInline(PartInline):
    model = Band
    formset = BandRows
    verbose_name = gettext_lazy("band of overall feedback")
    verbose_name_plural = gettext_lazy("overall feedback, by the percentage that it begins at")
    fields = ["floor", "text"]


class SlotInline(PartInline):
    model = Slot
    form = SlotForm
    formset = SlotFormSet
    fields = ["position", "section", "question", *POOL, "points", "pinned"]

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "question":
            kwargs["queryset"] = Question.objects.order_by("module", "key")
        if db_field.name == "objective":
            kwargs["queryset"] = db_field.related_model.objects.select_related("module")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class QuizForm(AsksFirst, EditingForm):
    fixed = ("activity",)
    inlines = ("slots", "sections", "bands")

    class Meta:
        widgets = {"intro": markdown()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        activity = self.fields.get("activity")
        if isinstance(activity, forms.ModelChoiceField):
            mine = Q(kind=Activity.Kind.QUIZ, quiz=None) | Q(quiz=self.instance.pk)
            activity.queryset = Activity.objects.filter(mine)


PRESETS = " ".join(
    f"{policy.value.capitalize()}: {words}" for policy, words in PRESETS_IN_WORDS.items()
)


@admin.register(Quiz)
class QuizAdmin(MovesEnds, WithHistory, ContentAdmin):
    form = QuizForm
    list_display = ["activity", "module", "time_limit", "attempts_allowed", "pass_mark", "review"]
    list_filter = ["activity__module", "review", "grade_method"]
    list_select_related = ["activity__module"]
    search_fields = ["activity__title", "activity__key", "intro"]
    fieldsets = (
        (None, {"fields": ("activity", "intro")}),
        (
            gettext_lazy("What counts"),
            {
                "fields": (
                    ("attempts_allowed", "grade_method"),
                    ("pass_mark", "known_questions"),
                ),
                "description": gettext_lazy(
                    "How often somebody may try, which of the attempts counts, and from which"
                    " percentage on it passes."
                ),
            },
        ),
        (
            gettext_lazy("Answering"),
            {
                "fields": (
                    ("behaviour", "penalty"),
                    ("certainty", "navigation"),
                    ("shuffle_questions", "shuffle_options"),
                    "review",
                ),
                "description": format_lazy(
                    "{} {}",
                    gettext_lazy(
                        "When an answer is checked, in which order questions come, and what is"
                        " shown when. An attempt keeps what held when it was started."
                    ),
                    PRESETS,
                ),
            },
        ),
        (
            gettext_lazy("Time"),
            {
                "fields": (
                    "time_limit",
                    ("at_zero", "grace_period"),
                    ("late_penalty", "late_most"),
                    ("delay_first", "delay_later"),
                ),
                "description": gettext_lazy(
                    "How long an attempt takes at most, what happens at its end, what lateness"
                    " costs, and how long to wait before trying again. When the quiz opens, is due"
                    " and closes is set for each cohort, on the pages of those who teach it."
                ),
            },
        ),
        (
            gettext_lazy("Questions"),
            {
                "fields": (),
                "description": gettext_lazy(
                    "Each slot below asks the question that it names; or it names none and draws"
                    " one for each attempt that fits everything else it names: objective, tag,"
                    " module, lens (that of the question's module), difficulty. Difficulty goes"
                    " from 0 (nobody is right) to 1 (everybody is). Sections put slots under a"
                    " heading: save a new one first, then choose it in its slots. Pinned is the"
                    " number of a version to keep to; empty is the newest that is ready. What is"
                    " said at the end depends on the highest band whose floor, in percent, the"
                    " attempt reaches."
                ),
            },
        ),
    )
    inlines = [SectionInline, SlotInline, BandInline]

    @admin.display(description=gettext_lazy("module"), ordering="activity__module__position")
    def module(self, quiz: Quiz) -> str:
        return quiz.activity.module.title

    def view_on_site(self, quiz: Quiz) -> str:
        return quiz.activity.get_absolute_url()

    def derive(self, request: HttpRequest, row: Quiz) -> None:
        authoring.render_quizzes([row])


# --- What people did ---------------------------------------------------------------------------


class ItemInline(admin.TabularInline):
    model = Item
    formset = FewRows
    fields = ("position", "version", "points")
    readonly_fields = ("position", "version", "points")
    can_delete = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        return (
            super()
            .get_queryset(request)
            .select_related(
                "version__question", "attempt__quiz__activity", "attempt__enrolment__user"
            )
        )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ["person", "quiz", "number", "state", "started_at", "submitted_at", "score"]
    list_filter = ["state", "quiz__activity", "enrolment__cohort"]
    list_select_related = ["quiz__activity", "enrolment__user", "enrolment__cohort"]
    search_fields = ["enrolment__user__username", "enrolment__user__name", "quiz__activity__title"]
    date_hierarchy = "started_at"
    inlines = [ItemInline]

    @admin.display(description=gettext_lazy("person"), ordering="enrolment__user__name_key")
    def person(self, attempt: Attempt) -> str:
        return str(attempt.enrolment.user)


# --- Who takes what when: written by those who teach, on their pages, which move open attempts ---


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    list_display = ["quiz", "cohort", "opens_at", "due_at", "closes_at"]
    list_filter = ["cohort", "quiz__activity"]
    list_select_related = ["quiz__activity", "cohort"]


@admin.register(Override)
class OverrideAdmin(ReadOnlyAdmin):
    list_display = ["whom", "quiz", "reason", "by", "made_at", "expires_at", "revoked_at"]
    list_filter = ["quiz__activity", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["quiz__activity", "enrolment__user", "enrolment__cohort", "group", "by"]
    search_fields = ["enrolment__user__username", "enrolment__user__name", "group__name", "reason"]
    date_hierarchy = "made_at"

    @admin.display(description=gettext_lazy("for whom"))
    def whom(self, override: Override) -> str:
        return str(override.group if override.enrolment is None else override.enrolment.user)


@admin.register(Group)
class GroupAdmin(ReadOnlyAdmin):
    list_display = ["name", "cohort"]
    list_filter = ["cohort"]
    list_select_related = ["cohort"]
    search_fields = ["name"]


@admin.register(Regrade)
class RegradeAdmin(ReadOnlyAdmin):
    list_display = ["question", "policy", "version", "cohort", "state", "by", "made_at"]
    list_filter = ["state", "policy", "cohort"]
    list_select_related = ["question", "version__question", "cohort", "by"]
    search_fields = ["question__key", "reason"]
    date_hierarchy = "made_at"
    exclude = ["summary"]


@admin.register(Contest)
class ContestAdmin(ReadOnlyAdmin):
    list_display = ["person", "question", "state", "made_at", "answered_by"]
    list_filter = ["state", "enrolment__cohort"]
    list_select_related = ["enrolment__user", "item__version__question", "answered_by"]
    search_fields = ["enrolment__user__username", "item__version__question__key", "reason"]
    date_hierarchy = "made_at"
    raw_id_fields = ["item", "enrolment", "regrade"]

    @admin.display(description=gettext_lazy("person"), ordering="enrolment__user__name_key")
    def person(self, contest: Contest) -> str:
        return str(contest.enrolment.user)

    @admin.display(description=gettext_lazy("question"))
    def question(self, contest: Contest) -> str:
        return str(contest.item.version)
