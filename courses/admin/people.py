"""People: users, cohorts and who is in them; and the ledger, to look at."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import Count, ManyToManyField, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses import enrolment
from courses.admin.editing import ChosenRows, FewRows, LabelledRow, PlainChoices, ReadOnlyAdmin
from courses.models import Cohort, Enrolment, Record, Role, User
from courses.models.people import new_join_code
from courses.refusals import Refused, ToBeMeant

PASSWORD_FIELDS = ("usable_password", "password1", "password2")


@admin.register(User)
class UserAdmin(PlainChoices, ChosenRows, DjangoUserAdmin):
    list_display = ["username", "name", "email", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_superuser", "is_active"]
    search_fields = ["username", "name", "email"]
    list_per_page = 50
    filter_horizontal = ()  # its two lists cannot be told apart by a screen reader
    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (gettext_lazy("Person"), {"fields": ("name", "email")}),
        (
            gettext_lazy("Permissions"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups")},
        ),
        (gettext_lazy("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    "username",
                    "name",
                    "email",
                    "usable_password",
                    "password1",
                    "password2",
                ),
            },
        ),
    )


class EnrolledInline(admin.TabularInline):
    """Who is in the cohort. Each has a page of their own: a form of 400 rows would be too large."""

    model = Enrolment
    formset = FewRows
    verbose_name_plural = gettext_lazy("People in this cohort")
    fields = ("user", "role", "time_factor", "joined_at", "withdrawn_at")
    readonly_fields = ("user", "role", "time_factor", "joined_at", "withdrawn_at")
    show_change_link = True
    can_delete = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrolment]:
        return super().get_queryset(request).select_related("user", "cohort")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class EnrolForm(LabelledRow):
    person = forms.CharField(
        label=gettext_lazy("person"),
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text=gettext_lazy("Their user name or e-mail address."),
    )

    def clean_person(self) -> str:
        """Who is meant; kept on the row, so that the constraint on twice the same is checked."""
        said: str = self.cleaned_data["person"]
        found = list(User.objects.filter(Q(username=said) | Q(email__iexact=said))[:2])
        if not found:
            raise forms.ValidationError(
                _("Nobody here is called “%s”. Check the name, or add the person under Users.")
                % said
            )
        if len(found) > 1:
            raise forms.ValidationError(_("Several people share this address. Give a user name."))
        self.instance.user = found[0]
        cohort = self.instance.cohort
        if cohort.pk and Enrolment.objects.filter(user=found[0], cohort=cohort).exists():
            raise forms.ValidationError(_("%s is in this cohort already.") % found[0])
        return said


class EnrolInline(admin.TabularInline):
    model = Enrolment
    form = EnrolForm
    formset = FewRows
    verbose_name = gettext_lazy("person")
    verbose_name_plural = gettext_lazy("Enrol somebody")
    fields = ["person", "role", "time_factor"]
    can_delete = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrolment]:
        return super().get_queryset(request).none()


@admin.register(Cohort)
class CohortAdmin(PlainChoices, ChosenRows):
    list_display = [
        "title",
        "course",
        "starts_on",
        "ends_on",
        "students",
        "join_code",
        "joining_open",
    ]
    list_filter = ["course", "joining_open"]
    list_select_related = ["course"]
    list_per_page = 50
    search_fields = ["title", "join_code", "course__title"]
    date_hierarchy = "starts_on"
    fields = ["course", "title", "starts_on", "ends_on", "time_zone", "join_code", "joining_open"]
    readonly_fields = ["join_code"]
    actions = ["change_join_code"]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [EnrolInline] if obj is None else [EnrolledInline, EnrolInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cohort]:
        studies = Q(enrolments__role=Role.STUDENT, enrolments__withdrawn_at__isnull=True)
        found: QuerySet[Cohort] = super().get_queryset(request)
        return found.annotate(students=Count("enrolments", filter=studies))

    @admin.display(description=gettext_lazy("students"), ordering="students")
    def students(self, cohort: Any) -> str:
        return format_html(
            "<a href='{}?cohort__id__exact={}'>{}</a>",
            reverse("admin:courses_enrolment_changelist"),
            cohort.pk,
            cohort.students,
        )

    @admin.action(description=gettext_lazy("Change the join code"), permissions=["change"])
    def change_join_code(self, request: HttpRequest, cohorts: QuerySet[Cohort]) -> None:
        for cohort in cohorts:
            Cohort.objects.filter(pk=cohort.pk).update(join_code=new_join_code())
        self.message_user(request, _("The old codes let nobody in any more."), messages.SUCCESS)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            row.joined_at = row.joined_at or timezone.now()
            row.save()
        formset.save_m2m()


class EnrolmentForm(forms.ModelForm):
    def clean_role(self) -> str:
        """By the rule of the cohort's own page; the transaction is that of the whole form."""
        role: str = self.cleaned_data["role"]
        try:
            enrolment.may_become(self.instance, role=role)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return role


@admin.register(Enrolment)
class EnrolmentAdmin(ChosenRows):
    list_display = ["user", "cohort", "role", "time_factor", "joined_at", "withdrawn_at"]
    list_filter = ["cohort", "role", ("withdrawn_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "cohort"]
    list_per_page = 50
    search_fields = ["user__username", "user__name", "user__email", "cohort__title"]
    form = EnrolmentForm
    fields = ["user", "cohort", "role", "time_factor", "joined_at", "withdrawn_at"]
    readonly_fields = ["user", "cohort", "joined_at", "withdrawn_at"]
    actions = ["withdraw", "reinstate"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """On the cohort's page, where people are enrolled by name."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: their work would go too. People are withdrawn."""
        return False

    @admin.action(description=gettext_lazy("Withdraw (their work stays)"), permissions=["change"])
    def withdraw(self, request: HttpRequest, enrolments: QuerySet[Enrolment]) -> None:
        now, out = timezone.now(), 0
        for row in enrolments:
            try:
                enrolment.withdraw(row, now=now)
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                out += 1
        self._say(request, out, ngettext("%d is out.", "%d are out.", out))

    @admin.action(description=gettext_lazy("Let back in"), permissions=["change"])
    def reinstate(
        self, request: HttpRequest, enrolments: QuerySet[Enrolment]
    ) -> HttpResponse | None:
        """Those whose return has to be meant are asked about on a page of their own."""
        now, back = timezone.now(), 0
        asked: list[tuple[Enrolment, str]] = []
        for row in enrolments:
            try:
                enrolment.reinstate(row, now=now, although_seen="although_seen" in request.POST)
            except ToBeMeant as refusal:
                asked.append((row, str(refusal)))
            except Refused as refusal:
                self.message_user(request, f"{row.user}: {refusal}", messages.ERROR)
            else:
                back += 1
        self._say(request, back, ngettext("%d is in.", "%d are in.", back))
        if not asked:
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Let back in"),
            "opts": self.opts,
            "asked": asked,
            "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/courses/reinstate.html", context)

    def _say(self, request: HttpRequest, count: int, sentence: str) -> None:
        if count:
            self.message_user(request, sentence % count, messages.SUCCESS)


@admin.register(Record)
class RecordAdmin(ReadOnlyAdmin):
    list_display = ["person", "activity", "started_at", "completed_at", "score"]
    list_filter = ["enrolment__cohort", "activity"]
    list_select_related = ["enrolment__user", "enrolment__cohort", "activity"]
    search_fields = ["enrolment__user__username", "enrolment__user__name", "activity__title"]

    @admin.display(description=gettext_lazy("person"), ordering="enrolment__user__name_key")
    def person(self, record: Record) -> str:
        return str(record.enrolment.user)
