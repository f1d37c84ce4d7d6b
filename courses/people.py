"""Reads: who is in a cohort, by filters, sorted, page by page."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Cohort, Enrolment, Role

PER_PAGE = 50
STATES = ("in", "withdrawn", "all")
SORTS = {
    "name": ("user__name_key", "user__username", "pk"),
    "-name": ("-user__name_key", "-user__username", "-pk"),
    "role": ("role", "user__name_key", "user__username", "pk"),
    "-role": ("-role", "user__name_key", "user__username", "pk"),
    "joined": ("joined_at", "pk"),
    "-joined": ("-joined_at", "-pk"),
}


@dataclass(frozen=True)
class Choice:
    """Which of a cohort's people to show, and in what order; empty fields leave nobody out."""

    role: str = ""
    group: int | None = None
    state: str = "in"
    name: str = ""
    sort: str = "name"
    page: int = 1


@dataclass(frozen=True)
class Counts:
    students: int
    assistants: int
    instructors: int
    withdrawn: int

    @property
    def sentence(self) -> str:
        """The first line of the page, in words."""
        if not self.students:
            said = _("Nobody studies here yet.")
        else:
            said = ngettext(
                "%(n)d student is in this cohort.", "%(n)d students are in this cohort.",
                self.students,
            ) % {"n": self.students}  # fmt: skip
        if self.withdrawn:
            said += " " + ngettext(
                "%(n)d person is withdrawn; their work is kept.",
                "%(n)d people are withdrawn; their work is kept.",
                self.withdrawn,
            ) % {"n": self.withdrawn}
        return said


@dataclass(frozen=True)
class People:
    counts: Counts
    page: Page[Enrolment]  # with their users and groups


def counts(cohort: Cohort) -> Counts:
    """How many are in a cohort, by role; one query."""
    inside = Q(withdrawn_at__isnull=True)
    found = Enrolment.objects.filter(cohort=cohort).aggregate(
        **{role: Count("pk", filter=inside & Q(role=role)) for role in Role.values},
        withdrawn=Count("pk", filter=~inside),
    )
    return Counts(
        found[Role.STUDENT], found[Role.ASSISTANT], found[Role.INSTRUCTOR], found["withdrawn"]
    )


def people(cohort: Cohort, choice: Choice) -> People:
    """One page of a cohort's people; four queries for any size."""
    rows = Enrolment.objects.filter(cohort=cohort).select_related("user", "cohort")
    if choice.state != "all":
        rows = rows.filter(withdrawn_at__isnull=choice.state == "in")
    if choice.role:
        rows = rows.filter(role=choice.role)
    if choice.group is not None:
        rows = rows.filter(groups=choice.group)
    if choice.name:
        rows = rows.filter(
            Q(user__name__icontains=choice.name)
            | Q(user__username__icontains=choice.name)
            | Q(user__email__icontains=choice.name)
        )
    ordered = rows.order_by(*SORTS[choice.sort]).prefetch_related("groups")
    page = Paginator(ordered, PER_PAGE).get_page(choice.page)
    return People(counts(cohort), page)
