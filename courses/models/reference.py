"""What the lessons' pictures are drawn from and its claims are checked against.

Organisations and who belonged to them when, events, bodies, bases, quantities, people; what the two
texts get wrong; and the register of what each lesson teaches. Dates are written as they are known
(`courses.dates`). Every row says what it rests on, and where it departs from the texts, why.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from courses import dates
from courses.models.content import Keyed, Lens, Lesson, Source


def validate_date(text: str) -> None:
    try:
        dates.parse(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


BACKWARDS = "This ends ({ends}) before it begins ({begins}). Exchange the two, or mend one."
HOW_WITHOUT_END = "It says how it ended, but not when. Add “ends”, or leave this empty."
END_WITHOUT_HOW = "It ended, but not how. Choose one of the ways."


def wrong_times(begins: str, ends: str, *, field: str = "ends") -> dict[str, str]:
    """{field: sentence} if something ends before it can have begun; what is no date is passed."""
    try:
        first, last = dates.parse(begins).first, dates.parse(ends).last
    except ValueError:
        return {}
    if last >= first:
        return {}
    said = {"begins": dates.in_words(begins), "ends": dates.in_words(ends)}
    return {field: BACKWARDS.format(**said)}


def wrong_end(ends: str, how_ended: str) -> dict[str, str]:
    """{field: sentence} if a membership ended without a how, or the other way round."""
    if how_ended and not ends:
        return {"how_ended": HOW_WITHOUT_END}
    return {"how_ended": END_WITHOUT_HOW} if ends and not how_ended else {}


def validate_lenses(value: Any) -> None:
    known = [lens for lens in Lens.values if lens]
    if not isinstance(value, list) or any(lens not in known for lens in value):
        raise ValidationError(_("Write a list of lenses: %s.") % ", ".join(known))


def dated(**options: Any) -> models.CharField:
    """A column for a date as well as it is known."""
    return models.CharField(
        max_length=11,
        validators=[validate_date],
        help_text=_("1992-05-15, 1992-05 or 1992; ~ at the end means about."),
        **options,
    )


class Standing(models.TextChoices):
    FACT = "fact", _("fact")
    REPORTED = "reported", _("reported")
    ARGUMENT = "argument", _("argument")


class Finding(Keyed):
    """What one of the two texts gets wrong, or what has changed since it was written."""

    class Severity(models.TextChoices):
        WRONG = "a", _("wrong: never the key of a question")
        NOTE = "b", _("taught with a source note only")
        MINOR = "c", _("minor")
        DATED = "dated", _("true when written, changed since")

    severity = models.CharField(max_length=5, choices=Severity)
    title = models.CharField(max_length=200)
    source = models.ForeignKey(Source, models.PROTECT, related_name="findings")
    locator = models.CharField(max_length=200, blank=True)
    printed = models.TextField(help_text=_("What the source says, in our words."))
    better = models.TextField(help_text=_("What is better supported, or what came after."))
    lesson = models.ForeignKey(
        Lesson, models.PROTECT, null=True, blank=True, related_name="findings"
    )
    reference = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="supports"
    )
    opened = models.BooleanField(
        default=False, help_text=_("Whether the public reference was opened and read.")
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.key.upper()}: {self.title}"


class OutlineItem(Keyed):
    """One point of the curriculum: something that its lesson must teach."""

    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="outline")
    position = models.PositiveSmallIntegerField()
    text = models.TextField()

    class Meta:
        ordering = ["lesson", "position"]

    def __str__(self) -> str:
        return self.key


class Claim(Keyed):
    """One statement that a lesson teaches, and the paragraph that carries it."""

    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="claims")
    item = models.ForeignKey(OutlineItem, models.PROTECT, related_name="claims")
    paragraph = models.CharField(max_length=80)
    standing = models.CharField(max_length=10, choices=Standing)
    statement = models.TextField()
    source = models.ForeignKey(Source, models.PROTECT, related_name="claims")
    locator = models.CharField(max_length=200, blank=True)
    finding = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="claims"
    )

    class Meta:
        ordering = ["lesson", "pk"]

    def __str__(self) -> str:
        return self.statement


class Person(Keyed):
    """Somebody whom the lessons name."""

    class Work(models.TextChoices):
        THEORIST = "theorist", _("theorist")
        ANALYST = "analyst", _("analyst")
        LEADER = "leader", _("leader")
        OFFICIAL = "official", _("official")
        OTHER = "other", _("other")

    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=Work)
    lens = models.CharField(max_length=20, choices=Lens, blank=True, default=Lens.NONE)
    known_for = models.TextField(help_text=_("Markdown, one or two sentences, dated."))
    known_for_html = models.TextField(blank=True, editable=False)
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="names_people"
    )
    locator = models.CharField(max_length=200, blank=True)

    history = HistoricalRecords(excluded_fields=["known_for_html"])

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name

    @property
    def surname(self) -> str:
        return self.name.split()[-1]


class State(Keyed):
    """A state, as the members of organisations are."""

    name = models.CharField(max_length=80)
    code = models.CharField(
        max_length=4, blank=True, help_text=_("ISO 3166 code; nothing for a state of the past.")
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Sourced(Keyed):
    """A row of the reference data: what it rests on, and where it departs from the two texts."""

    source = models.ForeignKey(
        Source,
        models.PROTECT,
        related_name="+",
        help_text=_("What the row rests on as it stands here."),
    )
    locator = models.CharField(max_length=200, blank=True)
    printed = models.TextField(
        blank=True,
        help_text=_("What the thesis or article prints, where this row departs from it."),
    )
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, blank=True, related_name="+")
    reference = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="+")
    reference_locator = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True, help_text=_("Markdown."))
    note_html = models.TextField(blank=True, editable=False)

    history = HistoricalRecords(excluded_fields=["note_html"], inherit=True)

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse times that cannot be, as the loader does."""
        times = wrong_times(getattr(self, "begins", ""), getattr(self, "ends", ""))
        if times:
            raise ValidationError(times)


class Organisation(Sourced):
    name = models.CharField(max_length=160)
    abbreviation = models.CharField(max_length=20, blank=True)
    begins = dated(blank=True)
    ends = dated(blank=True)
    seat = models.CharField(max_length=120, blank=True)
    decision_rule = models.CharField(max_length=200, blank=True)
    highest_body = models.CharField(max_length=200, blank=True)
    summary = models.TextField(blank=True, help_text=_("Markdown."))
    summary_html = models.TextField(blank=True, editable=False)
    successor_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successors"
    )

    class Meta:
        ordering = ["begins", "name"]

    def __str__(self) -> str:
        return self.abbreviation or self.name


class Membership(Sourced):
    """One spell of one state in one organisation."""

    class Role(models.TextChoices):
        MEMBER = "member", _("member")
        SIGNATORY = "signatory", _("signatory")
        PARTNER = "partner", _("partner")
        ASSOCIATE = "associate", _("associate")
        OBSERVER = "observer", _("observer")

    class End(models.TextChoices):
        OPEN = "", _("has not ended")
        WITHDREW = "withdrew", _("withdrew")
        NOT_RENEWED = "not-renewed", _("did not renew")
        SUSPENDED = "suspended", _("suspended")
        DISSOLVED = "dissolved", _("organisation dissolved")
        MERGED = "merged", _("state merged into another")
        SUCCEEDED = "succeeded", _("carried on in a successor")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    state = models.ForeignKey(State, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    begins = dated()
    ends = dated(blank=True)
    how_ended = models.CharField(max_length=12, choices=End, blank=True, default=End.OPEN)

    class Meta:
        ordering = ["organisation", "state", "begins"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "state", "role", "begins"], name="one_spell_per_beginning"
            )
        ]

    def __str__(self) -> str:
        return f"{self.state}, {self.organisation} ({dates.span(self.begins, self.ends)})"

    def clean(self) -> None:
        super().clean()
        end = wrong_end(self.ends, self.how_ended)
        if end:
            raise ValidationError(end)


class Event(Sourced):
    date = dated()
    until = dated(blank=True)
    title = models.CharField(max_length=200)
    organisations = models.ManyToManyField(Organisation, blank=True, related_name="events")
    lenses = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_lenses],
        help_text=_("The lenses that make most of it: a list such as [realism]."),
    )
    summary = models.TextField(blank=True, help_text=_("Markdown."))
    summary_html = models.TextField(blank=True, editable=False)

    class Meta:
        ordering = ["date", "key"]

    def __str__(self) -> str:
        return f"{self.when}: {self.title}"

    def clean(self) -> None:
        super().clean()
        times = wrong_times(self.date, self.until, field="until")
        if times:
            raise ValidationError(times)

    @property
    def when(self) -> str:
        """Its day, month or year, or from when to when it lasted."""
        return dates.span(self.date, self.until or self.date)


class Body(Sourced):
    """A council, secretariat or other organ."""

    class Tier(models.TextChoices):
        HEADS = "heads", _("heads of state")
        MINISTERS = "ministers", _("ministers")
        STANDING = "standing", _("standing")
        MILITARY = "military", _("military")
        EXTERNAL = "external", _("outside the organisation")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="bodies")
    name = models.CharField(max_length=160)
    abbreviation = models.CharField(max_length=20, blank=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="answering",
        help_text=_("The body that it answers to."),
    )
    begins = dated(blank=True)
    ends = dated(blank=True)
    role = models.CharField(max_length=300)
    tier = models.CharField(max_length=10, choices=Tier)
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["organisation", "position", "pk"]
        verbose_name_plural = _("bodies")

    def __str__(self) -> str:
        return self.abbreviation or self.name


class Operation(Sourced):
    """An exercise, operation, mission or standing force."""

    class Kind(models.TextChoices):
        EXERCISE = "exercise", _("exercise")
        OPERATION = "operation", _("operation")
        MISSION = "mission", _("mission")
        FORCE = "force", _("force")

    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=10, choices=Kind)
    organisations = models.ManyToManyField(Organisation, blank=True, related_name="operations")
    begins = dated(blank=True)
    ends = dated(blank=True)
    purpose = models.CharField(max_length=300)

    class Meta:
        ordering = ["begins", "name"]

    def __str__(self) -> str:
        return self.name


class Base(Sourced):
    """A place where one state's forces stand, or were to stand, in another."""

    name = models.CharField(max_length=120)
    also_called = models.CharField(max_length=120, blank=True)
    host = models.ForeignKey(State, models.PROTECT, related_name="bases_hosted")
    user = models.ForeignKey(
        State, models.PROTECT, null=True, blank=True, related_name="bases_used"
    )
    begins = dated(blank=True)
    ends = dated(blank=True)
    place = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["begins", "name"]

    def __str__(self) -> str:
        return self.name


class Quantity(Sourced):
    """A figure that a text gives. Those of one series are shown side by side."""

    series = models.SlugField(max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(default=1)
    subject = models.CharField(max_length=200)
    value = models.DecimalField(max_digits=16, decimal_places=2)
    unit = models.CharField(max_length=80)
    as_of = dated(blank=True)
    standing = models.CharField(max_length=10, choices=Standing)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="quantities"
    )
    state = models.ForeignKey(
        State, models.PROTECT, null=True, blank=True, related_name="quantities"
    )

    class Meta:
        ordering = ["series", "position", "pk"]
        verbose_name_plural = _("quantities")

    def __str__(self) -> str:
        return f"{self.subject}: {self.value.normalize():f} {self.unit}"
