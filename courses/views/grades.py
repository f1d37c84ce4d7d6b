"""The gradebook: the page of a class, one mark, one column, the weights, and a student's own."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from courses import access, correspondence, gradebook, weighing
from courses.forms import PlainDecimalField, PlainIntegerField
from courses.gradebook import (
    CategoryChange,
    Cell,
    Column,
    ColumnChange,
    Plan,
    Weights,
)
from courses.models import Activity, Cohort, Enrolment, Group, Role
from courses.refusals import Refused
from courses.requests import Request

# --- The class ---------------------------------------------------------------------------------


@require_safe
def grades(request: Request, cohort: int) -> HttpResponse:
    """Students by graded activities; `group`, `module`, `category`, `sort`, `page` from the URL."""
    here = access.teaching_in(request.user, cohort)
    plan = gradebook.plan(here.cohort)
    groups = list(Group.objects.filter(cohort=here.cohort))
    group = _chosen(request, groups)
    places = _places(request, plan)
    sort = request.GET.get("sort", "name")
    try:
        page = gradebook.page(plan, group=group, sort=sort, number=_number(request))
    except LookupError:
        raise Http404 from None
    instructs = here.role == Role.INSTRUCTOR
    base = reverse("courses:grades", args=[cohort])
    modules = {column.activity.module_id: column.activity.module for column in plan.columns}
    seen = weighing.shares(plan.released)
    return render(
        request,
        "courses/teach/grades.html",
        {
            "cohort": here.cohort,
            "instructs": instructs,
            "plan": plan,
            "page": page,
            "first_line": _first_line(page),
            "group": group,
            "groups": groups,
            "modules": list(modules.values()),
            "asked": {name: request.GET.get(name, "") for name in ("module", "category", "sort")},
            "filtered": len(places) < len(plan.columns),
            "heads": [
                _head(request, sort, plan.columns[place], base) | {"released": seen[place]}
                for place in places
            ],
            "sorts": {by: _sort(request, sort, by) for by in ("name", "total")},
            # Found once: thirty searches for an address take as long as a query.
            "people": reverse("quizzes:student", args=[cohort, 0]).removesuffix("0/"),
            "rows": [(row, _tds(row, base, plan, places)) for row in page.rows],
            "statistics": [(plan.columns[place], page.statistics[place]) for place in places],
            "previous": _kept(request, page=str(page.number - 1)) if page.number > 1 else "",
            "next": _kept(request, page=str(page.number + 1)) if page.number < page.pages else "",
            "in_words": _(weighing.IN_WORDS),
            "dropping": _(weighing.DROPPING_IN_WORDS) if plan.drops else "",
        },
    )


def _chosen(request: Request, groups: Sequence[Group]) -> Group | None:
    number = request.GET.get("group", "")
    group = next((group for group in groups if str(group.pk) == number), None)
    if number and group is None:
        raise Http404
    return group


def _places(request: Request, plan: Plan) -> list[int]:
    """Which columns the URL asks for. What it does not know is 404."""
    module, category = request.GET.get("module", ""), request.GET.get("category", "")
    if module and module not in {column.activity.module.key for column in plan.columns}:
        raise Http404
    if category and category not in {"none", *(str(each.pk) for each in plan.categories)}:
        raise Http404

    def asked(column: Column) -> bool:
        own = "none" if column.category is None else str(column.category.pk)
        return module in ("", column.activity.module.key) and category in ("", own)

    return [place for place, column in enumerate(plan.columns) if asked(column)]


def _number(request: Request) -> int:
    number = request.GET.get("page", "1")
    if not number.isascii() or not number.isdecimal() or len(number) > 6:
        raise Http404
    return int(number)


def _kept(request: Request, **more: str) -> str:
    """The terms of this view as a query, so that links keep them."""
    names = ("group", "module", "category", "sort")
    terms = {name: request.GET[name] for name in names if request.GET.get(name)} | more
    return f"?{urlencode(terms)}"


def _sort(request: Request, sort: str, by: str) -> tuple[str, str]:
    """The link that sorts by a column, downwards the second time, and its aria-sort."""
    down = sort == by
    order = {by: "ascending", f"-{by}": "descending"}.get(sort, "")
    return _kept(request, sort=f"-{by}" if down else by), order


def _head(request: Request, sort: str, column: Column, base: str) -> dict[str, Any]:
    link, order = _sort(request, sort, column.activity.key)
    return {
        "column": column,
        "link": link,
        "order": order,
        "page": f"{base}columns/{column.activity.key}/",
    }


def _first_line(page: gradebook.Page) -> str:
    if not page.students:
        return _("Nobody studies here at the moment, so there are no marks to show.")
    there = sum(statistic.n for statistic in page.statistics)
    most = page.students * len(page.plan.columns)
    people = ngettext("%(n)d student", "%(n)d students", page.students) % {"n": page.students}
    if not most:
        return _("%(people)s, and nothing in the course is graded yet.") % {"people": people}
    return _(
        "%(people)s: %(there)d of %(most)d marks are there, %(rest)d are missing or excused."
    ) % {
        "people": people,
        "there": there,
        "most": most,
        "rest": most - there,
    }


def _notes(cell: Cell) -> list[str]:
    """What is to be known of a mark, in words."""
    notes = []
    if cell.counts_late:
        notes.append(_("late"))
    if cell.override is not None:
        notes.append(_("by hand"))
    if cell.dropped:
        notes.append(_("dropped"))
    return notes


def _mark(cell: Cell) -> str:
    if cell.excused:
        return _("excused")
    if cell.effective is None:
        return "…" if cell.started else "–"
    return f"{cell.effective.normalize():f}"


def _own_mark(cell: Cell) -> str:
    """The same for the student, whose page has room for words."""
    return _("no mark yet") if _mark(cell) == "…" else _mark(cell)


# By hand: through a template three hundred cells cost more than all the rest of the page, and
# escaping what is a number or a key would be half of that.
def _td(cell: Cell, base: str, row: gradebook.Row, column: Column) -> str:
    dropped = " dropped" if cell.dropped else ""
    words = _notes(cell)
    notes = f' <span class="small">{escape(", ".join(words))}</span>' if words else ""
    link = f"{base}{row.enrolment.pk}/{column.activity.key}/"
    mark = escape(_mark(cell)) if cell.effective is None else _mark(cell)
    return f'<td class="number{dropped}"><a href="{link}">{mark}</a>{notes}</td>'


def _tds(row: gradebook.Row, base: str, plan: Plan, places: Sequence[int]) -> SafeString:
    cells = [_td(row.cells[at], base, row, plan.columns[at]) for at in places]
    return mark_safe("".join(cells))  # noqa: S308  # words are escaped, numbers and keys need not be


# --- One mark ----------------------------------------------------------------------------------


class DecisionForm(forms.Form):
    """What somebody decides by hand."""

    act = forms.ChoiceField(
        label=gettext_lazy("What counts"),
        choices=[
            ("give", gettext_lazy("This mark")),
            ("excuse", gettext_lazy("Nothing: excused")),
            ("back", gettext_lazy("What was earned")),
        ],
        initial="give",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what is to count.")},
    )
    percentage = PlainDecimalField(
        label=gettext_lazy("Mark, in per cent"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={
            "invalid": gettext_lazy("Type a number such as 72.5."),
            "min_value": gettext_lazy("A mark is not below 0."),
            "max_value": gettext_lazy("A mark is not above 100."),
            "max_decimal_places": gettext_lazy("Type at most two decimals."),
            "max_digits": gettext_lazy("Type a number from 0 to 100 with at most two decimals."),
            "max_whole_digits": gettext_lazy("A mark is not above 100."),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=gradebook.REASON,
        help_text=gettext_lazy("The student reads it beside the mark."),
        error_messages={
            "required": gettext_lazy("Give a reason: the student reads it beside the mark.")
        },
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if (
            cleaned.get("act") == "give"
            and cleaned.get("percentage") is None
            and "percentage" not in self.errors
        ):
            self.add_error("percentage", _("Type the mark, in per cent."))
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
def grade(request: Request, cohort: int, enrolment: int, activity: str) -> HttpResponse:
    """One student's mark in one column: how it came to be, and what to make of it by hand."""
    here = access.teaching_in(request.user, cohort)
    instructs = here.role == Role.INSTRUCTOR
    plan = gradebook.plan(here.cohort)
    column = plan.column(activity)
    student = (
        Enrolment.objects.students()
        .filter(cohort=here.cohort, pk=enrolment)
        .select_related("user", "cohort")
        .first()
    )
    if column is None or student is None:
        raise Http404
    if request.method == "POST" and not instructs:
        raise PermissionDenied(_(gradebook.NOT_HERE))
    if request.method == "GET":
        page = f"{correspondence.MARK} {column.activity.pk}"
        correspondence.look(student, by=request.user, page=page, now=request.arrived_at)
    history = gradebook.changes(student, column.activity)
    newest = history[0].number if history else 0
    form = DecisionForm(request.POST) if request.method == "POST" else DecisionForm()
    seen = request.POST.get("seen", "")
    if form.is_bound and form.is_valid():
        try:
            _decide(request, student, column.activity, form.cleaned_data, seen)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            history = gradebook.changes(student, column.activity)
            newest = history[0].number if history else 0
        else:
            messages.success(request, _("Stored. It counts from now on."))
            return redirect(request.path)
    (row,) = gradebook.rows(plan, [student])
    at = plan.place[column.activity.pk]
    with timezone.override(here.cohort.zone):
        return render(
            request,
            "courses/teach/grade.html",
            {
                "cohort": here.cohort,
                "instructs": instructs,
                "student": student,
                "column": column,
                "row": row,
                "cell": row.cells[at],
                "history": history,
                "newest": newest,
                "form": form,
            },
            status=422 if form.is_bound else 200,
        )


def _decide(
    request: Request, student: Enrolment, activity: Activity, sent: dict[str, Any], seen: str
) -> None:
    gradebook.decide(
        student,
        activity,
        percentage=sent["percentage"] if sent["act"] == "give" else None,
        excused=sent["act"] == "excuse",
        reason=sent["reason"],
        seen=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 6 else -1,
        by=request.user,
        now=request.arrived_at,
    )


# --- One column --------------------------------------------------------------------------------


PRESS_ONE = gettext_lazy("Press one of the buttons of this page.")


class ZeroForm(forms.Form):
    """A 0 for those without a mark: how many the page told of, and why."""

    expected = forms.IntegerField(
        min_value=0,
        max_value=999_999,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), PRESS_ONE),
    )
    reason = forms.CharField(required=False)  # that it is missing, or too long, the rule says


@require_http_methods(["GET", "HEAD", "POST"])
def column(request: Request, cohort: int, activity: str) -> HttpResponse:
    """One column: hidden or released, and a 0 for those who are without a mark."""
    here = access.teaching_in(request.user, cohort)
    instructs = here.role == Role.INSTRUCTOR
    plan = gradebook.plan(here.cohort)
    found = plan.column(activity)
    if found is None:
        raise Http404
    trouble = ""
    if request.method == "POST":
        if not instructs:
            raise PermissionDenied(_(gradebook.NOT_HERE))
        try:
            messages.success(request, _change_column(request, here.cohort, found))
        except Refused as refusal:
            trouble = str(refusal)
        else:
            return redirect(request.path)
    missing = list(gradebook.without_mark(here.cohort, found.activity))
    return render(
        request,
        "courses/teach/grade_column.html",
        {
            "cohort": here.cohort,
            "instructs": instructs,
            "column": found,
            "statistic": gradebook.statistics(plan)[plan.place[found.activity.pk]],
            "missing": missing,
            "trouble": trouble,
            "typed": request.POST.get("reason", ""),
        },
        status=422 if trouble else 200,
    )


def _change_column(request: Request, cohort: Cohort, found: Column) -> str:
    act = request.POST.get("act", "")
    if act in ("hide", "release"):
        gradebook.show(cohort, found.activity, hidden=act == "hide", by=request.user)
        return _("Hidden from students.") if act == "hide" else _("Released: students see it now.")
    if act == "zero":
        form = ZeroForm(request.POST)
        if not form.is_valid():
            raise Refused(" ".join(str(said) for said in chain(*form.errors.values())))
        count = gradebook.zero_missing(
            cohort, found.activity, by=request.user, now=request.arrived_at, **form.cleaned_data
        )
        return ngettext(
            "A 0 was written for %(n)d student.", "A 0 was written for %(n)d students.", count
        ) % {"n": count}
    raise Refused(str(PRESS_ONE))


# --- Weights -----------------------------------------------------------------------------------

NEW = -1  # the key of a category that is not stored yet
NAME_IT = "Give the new category a name."


class CategoryForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Category"), max_length=80, required=False)
    weight = PlainDecimalField(
        label=gettext_lazy("Weight"),
        required=False,
        min_value=0,
        max_digits=6,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 7}),
    )
    drop_lowest = PlainIntegerField(
        label=gettext_lazy("Lowest marks that do not count"),
        required=False,
        min_value=0,
        max_value=99,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 4}),
    )
    remove = forms.BooleanField(label=gettext_lazy("Remove"), required=False)

    def __init__(self, *args: Any, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.new = new

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.new:
            said = any(cleaned.get(name) is not None for name in ("weight", "drop_lowest"))
            if said and not cleaned.get("title"):
                self.add_error("title", _(NAME_IT))
        elif not cleaned.get("remove") and not cleaned.get("title"):
            self.add_error("title", _("Give every category a name."))
        return cleaned

    def change(self, key: int) -> CategoryChange | None:
        sent = self.cleaned_data
        if sent["remove"] or not sent["title"]:
            return None
        weight = Decimal(1) if sent["weight"] is None else sent["weight"]
        return CategoryChange(key, sent["title"], weight, sent["drop_lowest"] or 0)


class ColumnForm(forms.Form):
    weight = PlainDecimalField(
        label=gettext_lazy("Weight"),
        required=False,
        min_value=0,
        max_digits=6,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 7}),
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Category"),
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = choices  # type: ignore[attr-defined]


class WeightForms:
    """The form of all weights: a row for each category and one for a new one, then the columns."""

    def __init__(self, plan: Plan, data: Any) -> None:
        self.plan = plan
        known: list[tuple[int, dict[str, Any]]] = [
            (
                each.pk,
                {"title": each.title, "weight": each.weight, "drop_lowest": each.drop_lowest},
            )
            for each in plan.categories
        ]
        self.categories = [
            (key, CategoryForm(data, prefix=f"c{key}", initial=initial, new=key == NEW))
            for key, initial in [*known, (NEW, {})]
        ]
        choices = [
            ("", _("by itself")),
            *((str(each.pk), each.title) for each in plan.categories),
            (str(NEW), _("the new category")),
        ]
        self.columns = [
            (
                column,
                ColumnForm(
                    data,
                    prefix=f"a{column.activity.pk}",
                    initial={
                        "weight": column.weight if column.own_weight else None,
                        "category": column.category.pk if column.category else "",
                    },
                    choices=choices,
                ),
            )
            for column in plan.columns
        ]

    @property
    def forms(self) -> list[forms.Form]:
        return [form for _key, form in [*self.categories, *self.columns]]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """(id of the field, sentence) of everything that is wrong."""
        return [
            (form[name].id_for_label, str(error))
            for form in self.forms
            for name, errors in form.errors.items()
            for error in errors
        ]

    def is_valid(self) -> bool:
        """Whether all of it can be taken; every form is asked, so that each says its own."""
        checked = [form.is_valid() for form in self.forms]
        new = dict(self.categories)[NEW]
        chosen = any(
            form.is_bound and form.cleaned_data.get("category") == str(NEW)
            for _column, form in self.columns
        )
        # A title that is wrong in itself has said so.
        if chosen and "title" not in new.errors and not new.cleaned_data["title"]:
            new.add_error("title", _(NAME_IT))
            return False
        return all(checked)

    def weights(self) -> Weights:
        """What was typed, once it is valid. A column in a category that goes stands by itself."""
        categories = [
            change for key, form in self.categories if (change := form.change(key)) is not None
        ]
        kept = {category.key for category in categories}
        columns = []
        for column, form in self.columns:
            wanted = form.cleaned_data["category"]
            key = int(wanted) if wanted else None
            columns.append(
                ColumnChange(
                    column.activity.pk,
                    form.cleaned_data["weight"],
                    key if key in kept else None,
                )
            )
        return Weights(categories, columns)


@require_http_methods(["GET", "HEAD", "POST"])
def weights(request: Request, cohort: int) -> HttpResponse:
    """Weights, categories and what they would do; to try them stores nothing."""
    here = access.teaching_in(request.user, cohort)
    instructs = here.role == Role.INSTRUCTOR
    plan = gradebook.plan(here.cohort)
    posted = request.method == "POST"
    if posted and not instructs:
        raise PermissionDenied(_(gradebook.NOT_HERE))
    sent = request.POST if posted else request.GET
    typed = WeightForms(plan, sent if posted or "try" in sent else None)
    trouble, comparison, after = "", None, plan
    bound = posted or "try" in sent
    valid = bound and typed.is_valid()
    if valid:
        wanted = typed.weights()
        after = gradebook.with_weights(plan, wanted)
        if posted:
            try:
                gradebook.store_weights(
                    here.cohort, wanted, seen=sent.get("seen", ""), by=request.user
                )
            except Refused as refusal:
                trouble = str(refusal)
            else:
                messages.success(request, _("Stored. All totals are weighed so from now on."))
                return redirect("courses:grades", cohort)
        comparison = gradebook.compare(plan, after)
    return render(
        request,
        "courses/teach/grade_weights.html",
        {
            "cohort": here.cohort,
            "instructs": instructs,
            "plan": plan,
            "after": after,
            "typed": typed,
            "columns": list(zip(typed.columns, after.columns, strict=True)),
            "comparison": comparison,
            "trouble": trouble,
            "tried": [
                (name, sent[name])
                for name in sent
                if name.startswith(("a", "c", "c-")) and name != "csrfmiddlewaretoken"
            ],
            # Of what was seen: a second press after a refusal is refused as well.
            "seen": sent.get("seen", "") if posted else gradebook.fingerprint(plan),
            "in_words": _(weighing.IN_WORDS),
            "dropping": _(weighing.DROPPING_IN_WORDS),
        },
        status=422 if trouble or (bound and not valid) else 200,
    )


# --- A student's own ---------------------------------------------------------------------------


@require_safe
def own(request: Request, course: str) -> HttpResponse:
    """A student's own marks, as the gradebook has them."""
    enrolment = access.studying_in(request.user, course)
    found = gradebook.own(enrolment)
    reasons = gradebook.decided(enrolment)
    with timezone.override(enrolment.cohort.zone):
        return render(
            request,
            "courses/grades.html",
            {
                "course": enrolment.cohort.course,
                "cohort": enrolment.cohort,
                "own": found,
                "rows": [
                    {
                        "column": column,
                        "share": share,
                        "cell": cell,
                        "mark": "" if cell is None else _own_mark(cell),
                        "notes": [] if cell is None else _notes(cell),
                        "why": reasons.get(column.activity.pk)
                        if cell is not None and cell.by_hand
                        else None,
                    }
                    for column, share, cell in zip(
                        found.plan.columns, found.shares, found.cells, strict=True
                    )
                ],
                "categories": [
                    (category, found.categories.get(category.pk))
                    for category in found.plan.categories
                ],
                "hidden": sum(cell is None for cell in found.cells),
                "in_words": _(weighing.IN_WORDS),
                "dropping": _(weighing.DROPPING_IN_WORDS) if found.plan.drops else "",
            },
        )
