from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Lens


class JoinForm(forms.Form):
    code = forms.CharField(
        label=_("Join code"),
        max_length=20,
        help_text=_("Eight letters and digits from your instructor. Spaces do not matter."),
        error_messages={"required": _("Type the join code that your instructor gave you.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
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
