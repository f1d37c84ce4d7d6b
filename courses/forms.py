import re
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from courses.models import Course, Group, Lens, Role
from courses.models.people import validate_time_zone
from courses.people import SORTS, STATES


class JoinForm(forms.Form):
    code = forms.CharField(
        label=_("Join code"),
        max_length=20,
        help_text=_("Eight letters and digits from your instructor. Spaces do not matter."),
        error_messages={"required": _("Type the join code that your instructor gave you.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class Words(forms.CharField):
    """Some lines of text; a line break counts as one character, however the browser sends it."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        words = super().to_python(value)
        return words.replace("\r\n", "\n") if isinstance(words, str) else words


PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
PLAIN_WHOLE = re.compile(r"-?[0-9]+")


class PlainDecimalField(forms.DecimalField):
    """A number as people write it on paper: digits 0 to 9, and a dot or a comma at most.

    Left to itself the field takes powers of ten and the digits of any alphabet.
    """

    default_error_messages = {"invalid": _("Type a number in plain digits, such as 72.5.")}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip()
            if value and PLAIN_NUMBER.fullmatch(value) is None:
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
            value = value.replace(",", ".")
        return super().to_python(value)


class PlainIntegerField(forms.IntegerField):
    """A whole number in the digits 0 to 9."""

    default_error_messages = {"invalid": _("Type a whole number in plain digits, such as 3.")}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip()
            if value and PLAIN_WHOLE.fullmatch(value) is None:
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class MessageForm(forms.Form):
    body = Words(
        label=_("Message"),
        max_length=4000,
        error_messages={"required": _("Write the message first.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class NoteForm(forms.Form):
    body = Words(
        label=_("Note"),
        help_text=_("For those who teach this cohort. The student does not see it here."),
        max_length=4000,
        error_messages={"required": _("Write the note first.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TimelineForm(forms.Form):
    """What of the timeline to show. `first` and `last` are the years that events lie between."""

    begins = forms.IntegerField(label=_("From"))
    ends = forms.IntegerField(label=_("To"))
    organisation = forms.ChoiceField(label=_("Organisation"), required=False)
    lens = forms.ChoiceField(
        label=_("Lens"),
        required=False,
        choices=[("", _("all")), *((lens.value, lens.label) for lens in Lens if lens.value)],
    )

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        first: int,
        last: int,
        organisations: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__({"begins": first, "ends": last, **data})
        self.fields["organisation"].choices = [("", _("all")), *organisations]  # type: ignore[attr-defined]
        for name in ("begins", "ends"):
            year = forms.IntegerField(
                label=self.fields[name].label,
                min_value=first,
                max_value=last,
                error_messages={
                    "required": _("Type a year."),
                    "invalid": _("Type a year, such as %(year)s.") % {"year": first},
                    "min_value": _("The first event is of %(year)s. Type that year or a later one.")
                    % {"year": first},
                    "max_value": _(
                        "The last event is of %(year)s. Type that year or an earlier one."
                    )
                    % {"year": last},
                },
            )
            self.fields[name] = year

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        begins, ends = cleaned.get("begins"), cleaned.get("ends")
        if begins is not None and ends is not None and ends < begins:
            self.add_error("ends", _("This is before the first year. Exchange the two."))
        return cleaned


class YearForm(forms.Form):
    """The year of the membership matrix, by slider."""

    def __init__(self, data: Mapping[str, Any], *, first: int, last: int) -> None:
        super().__init__({"year": last, **data})
        self.fields["year"] = forms.IntegerField(
            label=_("Year"),
            min_value=first,
            max_value=last,
            error_messages={
                "required": _("Type a year."),
                "invalid": _("Type a year, such as %(year)s.") % {"year": last},
                "min_value": _("Nothing is known before %(year)s. Choose a later year.")
                % {"year": first},
                "max_value": _("Nothing is known after %(year)s. Choose an earlier year.")
                % {"year": last},
            },
            widget=forms.NumberInput(attrs={"type": "range", "min": first, "max": last, "step": 1}),
        )


# --- Cohorts and their people ------------------------------------------------------------------


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class CohortForm(forms.Form):
    """What a cohort is called and when it runs."""

    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        help_text=_("So that you and your students know it from others: “Autumn 2026, evening”."),
        error_messages={"required": _("Give the cohort a title.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    starts_on = forms.DateField(
        label=_("First day"),
        widget=DayInput(),
        error_messages={
            "required": _("Choose the first day."),
            "invalid": _("Write a day such as 2026-10-05."),
        },
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=DayInput(),
        help_text=_(
            "Quizzes without a closing time of their own close at its end. Without a last day, "
            "answers that are shown after the close are never shown: also not to other cohorts of "
            "this course."
        ),
        error_messages={"invalid": _("Write a day such as 2026-12-18.")},
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        validators=[validate_time_zone],
        help_text=_("Whose clocks count: Europe/Prague, or UTC."),
        error_messages={"required": _("Write a time zone such as Europe/Prague, or UTC.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "list": "zones"}
        ),
    )

    @property
    def zones(self) -> Sequence[str]:
        """What to choose from: places; the abbreviations are known, but nobody means them."""
        return sorted(zone for zone in available_timezones() if "/" in zone and "Etc" not in zone)

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean_starts_on(self) -> Any:
        return _sensible(self.cleaned_data["starts_on"])

    def clean_ends_on(self) -> Any:
        return _sensible(self.cleaned_data["ends_on"])


def _sensible(day: Any) -> Any:
    if day is not None and not 2000 <= day.year < 2200:
        raise forms.ValidationError(_("Choose a year from 2000 to 2199."))
    return day


class NewCohortForm(CohortForm):
    course = forms.ModelChoiceField(
        Course.objects.none(),
        label=_("Course"),
        empty_label=None,
        error_messages={
            "required": _("Choose a course."),
            "invalid_choice": _("You cannot make a cohort of this course. Choose another."),
        },
    )
    joining_open = forms.BooleanField(
        label=_("Let students in by the join code"), required=False, initial=True
    )

    def __init__(self, *arguments: Any, courses: QuerySet[Course], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["course"].queryset = courses  # type: ignore[attr-defined]
        self.order_fields(["course", "title"])


class PeopleForm(forms.Form):
    """Which of a cohort's people to show; what makes no sense shows them all."""

    name = forms.CharField(label=_("Name or address"), required=False, max_length=150)
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("all")), *Role.choices]
    )
    group = forms.TypedChoiceField(label=_("Group"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(
        label=_("Shown"),
        required=False,
        choices=[
            ("in", _("who is here")),
            ("withdrawn", _("who is withdrawn")),
            ("all", _("everybody")),
        ],
    )
    sort = forms.ChoiceField(
        required=False, choices=[(sort, sort) for sort in SORTS], widget=forms.HiddenInput
    )

    def __init__(self, *arguments: Any, groups: Sequence[Group], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["group"].choices = [  # type: ignore[attr-defined]
            ("", _("all")),
            *((group.pk, group.name) for group in groups),
        ]

    @property
    def chosen(self) -> dict[str, Any]:
        """What is well said, by the names of `courses.people.Choice`."""
        self.full_clean()
        said = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        said["state"] = said.get("state") if said.get("state") in STATES else "in"
        return said


class AnnouncementForm(forms.Form):
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        error_messages={"required": _("Write a title.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=4000,
        help_text=_("Plain text; addresses of the web become links."),
        error_messages={"required": _("Write what you have to say.")},
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    mailed = forms.BooleanField(label=_("Mail it to the students as well"), required=False)
