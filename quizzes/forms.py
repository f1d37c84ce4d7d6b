"""What those who teach type in about a quiz."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from courses.forms import PlainDecimalField, PlainIntegerField
from courses.models import Cohort, Enrolment, Group
from courses.refusals import Refused
from quizzes.times import availability
from quizzes.times.dates import MOST_DAYS, Calendar, Line
from quizzes.times.fitting import Times, in_order
from quizzes.times.timing import LONGEST_PASSWORD, LONGEST_REASON

# Longer limits are slips of the pen.
LONGEST_LIMIT = 7 * 24 * 60
MOST_ATTEMPTS = 1000
YEARS = range(2000, 2200)
# As browsers send it, and as people type it into a plain field.
LOCAL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?")


class LocalTimeField(forms.Field):
    """An instant, typed as people in one zone read it from their clocks."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    default_error_messages = {
        "invalid": _("Write a day and a time such as 2026-10-05 18:00."),
        "year": _("Choose a year from %(first)d to %(last)d.")
        % {"first": YEARS[0], "last": YEARS[-1]},
    }

    def __init__(self, *, zone: ZoneInfo, **options: Any) -> None:
        super().__init__(**options)
        self.zone = zone

    def to_python(self, value: Any) -> datetime | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            if not LOCAL_TIME.fullmatch(text):
                raise ValueError
            local = datetime.fromisoformat(text)
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], "invalid") from None
        if local.year not in YEARS:
            raise forms.ValidationError(self.error_messages["year"], "year")
        try:
            return availability.instant(local, self.zone)
        except ValueError as problem:
            raise forms.ValidationError(str(problem), "no_such_time") from None

    def prepare_value(self, value: Any) -> Any:
        """An instant as its clock shows it; what was typed stays as it was typed."""
        if isinstance(value, datetime):
            return value.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")
        return value


def reason_field() -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("The people concerned read it before they start."),
        error_messages={"required": _("Give a reason. The people concerned read it.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def although_seen_field(widget: forms.Widget | None = None) -> forms.BooleanField:
    """The tick that is asked for where students may have seen the answers."""
    return forms.BooleanField(label=_("Do it all the same"), required=False, widget=widget)


class InZone(forms.Form):
    """A form with times of a cohort: each field of `times` gets one, in the cohort's zone."""

    times: tuple[tuple[str, Any, Any], ...] = ()

    def __init__(self, *arguments: Any, cohort: Cohort, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, label, hint in self.times:
            self.fields[name] = LocalTimeField(
                zone=cohort.zone, label=label, help_text=hint, required=False
            )


class ScheduleForm(InZone):
    times = (
        ("opens_at", _("Opens"), _("Nobody can start before.")),
        ("due_at", _("Due"), _("What is handed in later still counts, and is marked as late.")),
        ("closes_at", _("Closes"), _("Nothing can be handed in later. Empty: with the cohort.")),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST_PASSWORD,
        required=False,
        help_text=_("Asked of everybody who starts an attempt. Empty: none is asked for."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *arguments: Any, seen: int = 0, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.order_fields([*(name for name, _label, _hint in self.times), "password"])
        if seen:
            self.fields["although_seen"] = although_seen_field()


class DatesForm(forms.Form):
    """When a cohort may take each of its quizzes: three times a quiz."""

    labels = (("opens_at", _("Opens")), ("due_at", _("Due")), ("closes_at", _("Closes")))

    def __init__(self, *arguments: Any, cohort: Cohort, calendar: Calendar, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.calendar = calendar
        for line in calendar.lines:
            for (name, label), at in zip(self.labels, line.times, strict=True):
                field = LocalTimeField(
                    zone=cohort.zone,
                    label=f"{line.quiz.activity.title}: {label}",
                    required=False,
                    initial=at,
                )
                field.widget.attrs["class"] = "input"
                self.fields[f"{name}-{line.quiz.pk}"] = field

    @property
    def rows(self) -> list[tuple[Line, list[forms.BoundField]]]:
        """Each quiz with its three fields."""
        return [
            (line, [self[f"{name}-{line.quiz.pk}"] for name, _label in self.labels])
            for line in self.calendar.lines
        ]

    @property
    def times(self) -> dict[int, Times]:
        """What was typed, by quiz; a time that was not touched stays as it is to the second."""
        found: dict[int, Times] = {}
        for line in self.calendar.lines:
            opens_at, due_at, closes_at = (
                at if self._same_minute(at, typed) else typed
                for at, typed in zip(
                    line.times,
                    (self.cleaned_data[f"{name}-{line.quiz.pk}"] for name, _l in self.labels),
                    strict=True,
                )
            )
            found[line.quiz.pk] = opens_at, due_at, closes_at
        return found

    @staticmethod
    def _same_minute(at: datetime | None, typed: datetime | None) -> bool:
        return (
            at is not None
            and typed is not None
            and at.replace(second=0, microsecond=0) == typed.replace(second=0, microsecond=0)
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for line in self.calendar.lines:
            names = [f"{name}-{line.quiz.pk}" for name, _label in self.labels]
            if any(name in self.errors for name in names):
                continue
            try:
                in_order(*(cleaned[name] for name in names))
            except Refused as refusal:
                self.add_error(names[-1], f"{line.quiz.activity.title}: {refusal}")
        return cleaned


class ShiftForm(forms.Form):
    """By how many days to move all dates, and whether those given to some as well."""

    days = PlainIntegerField(
        label=_("Days"),
        help_text=_("7 is a week later, -1 a day earlier. Times on the clocks stay the same."),
        error_messages={
            "required": _("Write a number of days, such as 7 or -1."),
            "invalid": _("Write a number of days, such as 7 or -1."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    overrides = forms.BooleanField(
        label=_("Also what groups and people were given"), required=False
    )

    def clean_days(self) -> int:
        days: int = self.cleaned_data["days"]
        if not days or abs(days) > MOST_DAYS:
            raise forms.ValidationError(
                _("Write a number of days from 1 to %(most)d, or with a minus to go back."),
                params={"most": MOST_DAYS},
            )
        return days


class MomentForm(InZone):
    """Whose eyes to look through, and when."""

    student = forms.ChoiceField(
        label=_("Student"),
        error_messages={
            "required": _("Choose a student."),
            "invalid_choice": _("This person does not study in the cohort. Choose another."),
        },
    )
    times = (("at", _("When"), _("On the clocks of the cohort. Empty: now.")),)

    def __init__(self, *arguments: Any, students: list[Enrolment], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.students = {str(student.pk): student for student in students}
        chosen: forms.ChoiceField = self.fields["student"]  # type: ignore[assignment]
        chosen.choices = [
            ("", _("Choose")),
            *((number, str(student.user)) for number, student in self.students.items()),
        ]


class AcceptForm(forms.Form):
    """Why an attempt that was not handed in counts after all."""

    reason = reason_field()


class OverrideForm(InZone):
    whom = forms.ChoiceField(
        label=_("For whom"),
        error_messages={
            "required": _("Choose a person or a group."),
            "invalid_choice": _("This person or group is not in the cohort. Choose another."),
        },
    )
    times = (
        ("opens_at", _("Opens"), ""),
        ("due_at", _("Due"), ""),
        ("closes_at", _("Closes"), ""),
        ("expires_at", _("Expires"), _("No attempt begins under it after that.")),
    )
    minutes = PlainDecimalField(
        label=_("Time limit in minutes"),
        required=False,
        max_digits=7,
        decimal_places=1,
        validators=[
            MinValueValidator(Decimal("0.5"), _("Give at least half a minute.")),
            MaxValueValidator(LONGEST_LIMIT, _("Give at most a week: 10080 minutes.")),
        ],
        error_messages={"invalid": _("Write a number of minutes, such as 45.")},
        help_text=_("Before the personal time factor."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    attempts_allowed = PlainIntegerField(
        label=_("Attempts in all"),
        required=False,
        validators=[
            MinValueValidator(1, _("Allow at least one attempt.")),
            MaxValueValidator(MOST_ATTEMPTS, _("Allow at most 1000 attempts.")),
        ],
        error_messages={"invalid": _("Write a whole number, such as 3.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    reason = reason_field()
    order = ("whom", "opens_at", "due_at", "closes_at", "minutes", "attempts_allowed")

    def __init__(
        self,
        *arguments: Any,
        groups: list[Group],
        students: list[Enrolment],
        seen: int = 0,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.known: dict[str, Group | Enrolment] = {
            **{f"group-{group.pk}": group for group in groups},
            **{f"person-{student.pk}": student for student in students},
        }
        choices: list[Any] = [("", _("choose"))]
        if groups:
            choices.append((_("Groups"), [(f"group-{group.pk}", group.name) for group in groups]))
        choices.append(
            (_("Students"), [(f"person-{student.pk}", str(student.user)) for student in students])
        )
        self.fields["whom"].choices = choices  # type: ignore[attr-defined]
        self.order_fields([*self.order, "reason", "expires_at"])
        if seen:
            self.fields["although_seen"] = although_seen_field()

    @property
    def to(self) -> Group | Enrolment:
        return self.known[self.cleaned_data["whom"]]

    @property
    def changes(self) -> dict[str, Any]:
        """What is to be different, by the names that `timing.give_override` knows."""
        minutes = self.cleaned_data["minutes"]
        return {
            **{
                name: self.cleaned_data[name]
                for name in ("opens_at", "due_at", "closes_at", "attempts_allowed")
            },
            "time_limit": None if minutes is None else int(minutes * 60),
        }


class NewGroupForm(forms.Form):
    name = forms.CharField(
        label=_("Name of a new group"),
        max_length=80,
        error_messages={"required": _("Give the group a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class MembersForm(forms.Form):
    """Who is in a group, of the students of its cohort."""

    members = forms.TypedMultipleChoiceField(
        label=_("Members"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("Only students of this cohort can be in its groups."),
        },
    )

    def __init__(self, *arguments: Any, students: list[Enrolment], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["members"].choices = [  # type: ignore[attr-defined]
            (student.pk, str(student.user)) for student in students
        ]


class TimeFactorForm(forms.Form):
    person = forms.TypedChoiceField(
        label=_("Student"),
        coerce=int,
        error_messages={
            "required": _("Choose a student."),
            "invalid_choice": _("This person does not study in the cohort. Choose another."),
        },
    )
    factor = PlainDecimalField(
        label=_("Time factor"),
        min_value=1,
        max_value=10,
        max_digits=4,
        decimal_places=2,
        help_text=_("1.5 gives half as much time again, in every quiz of the cohort."),
        error_messages={
            "required": _("Write a number from 1 to 10, such as 1.5."),
            "invalid": _("Write a number from 1 to 10, such as 1.5."),
            "min_value": _("Write a number from 1 to 10, such as 1.5."),
            "max_value": _("Write a number from 1 to 10, such as 1.5."),
        },
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reason = reason_field()

    def __init__(self, *arguments: Any, students: list[Enrolment], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", _("choose")),
            *((student.pk, str(student.user)) for student in students),
        ]
