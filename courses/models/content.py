"""What is taught: a course, its modules and their steps, and what the texts rest on."""

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

validate_key = RegexValidator(
    r"^[a-z0-9]+(?:-[a-z0-9]+)*\Z",
    _("A key is lower-case words and digits joined by hyphens, such as “realism-picture”."),
)


class Lens(models.TextChoices):
    NONE = "", _("no lens")
    REALISM = "realism", _("realism")
    INSTITUTIONALISM = "institutionalism", _("neoliberal institutionalism")
    CONSTRUCTIVISM = "constructivism", _("social constructivism")


class Bloom(models.TextChoices):
    REMEMBER = "remember", _("remember")
    UNDERSTAND = "understand", _("understand")
    APPLY = "apply", _("apply")
    ANALYSE = "analyse", _("analyse")
    EVALUATE = "evaluate", _("evaluate")
    CREATE = "create", _("create")


class KeyManager(models.Manager[Any]):
    """Finds a row by the key that fixtures write, one word unique on the whole site."""

    def get_by_natural_key(self, key: str) -> Any:
        return self.get(key=key)


class Keyed(models.Model):
    key = models.CharField(
        max_length=80,
        unique=True,
        validators=[validate_key],
        help_text=_("Stable name in fixtures and addresses. Changing it breaks links."),
    )

    objects = KeyManager()

    class Meta:
        abstract = True

    def natural_key(self) -> tuple[str]:
        return (self.key,)


class Course(Keyed):
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True, help_text=_("Markdown."))
    summary_html = models.TextField(blank=True, editable=False)
    language = models.CharField(max_length=12, default="en")
    published = models.BooleanField(default=False)
    texts: "models.ManyToManyField[Source, Any]" = models.ManyToManyField(
        "Source", blank=True, help_text=_("The texts that the course reads, and checks.")
    )

    history = HistoricalRecords(excluded_fields=["summary_html"])

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("courses:course", args=[self.key])


class Module(Keyed):
    course = models.ForeignKey(Course, models.PROTECT, related_name="modules")
    position = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    title = models.CharField(max_length=200)
    lens = models.CharField(max_length=20, choices=Lens, blank=True, default=Lens.NONE)
    summary = models.TextField(blank=True, help_text=_("Markdown."))
    summary_html = models.TextField(blank=True, editable=False)
    prerequisites = models.ManyToManyField("self", symmetrical=False, blank=True)

    history = HistoricalRecords(excluded_fields=["summary_html"])

    class Meta:
        ordering = ["course", "position", "pk"]

    def __str__(self) -> str:
        return self.title


class Objective(Keyed):
    """What a learner can do afterwards."""

    module = models.ForeignKey(Module, models.PROTECT, related_name="objectives")
    position = models.PositiveSmallIntegerField(default=1)
    verb = models.CharField(max_length=40)
    statement = models.CharField(max_length=300)
    bloom = models.CharField(max_length=12, choices=Bloom)

    class Meta:
        ordering = ["module", "position", "pk"]

    def __str__(self) -> str:
        return self.statement


class Source(Keyed):
    """A bibliographic record."""

    class Kind(models.TextChoices):
        THESIS = "thesis", _("Theses")
        ARTICLE = "article", _("Articles")
        BOOK = "book", _("Books")
        CHAPTER = "chapter", _("Chapters")
        REPORT = "report", _("Reports")
        SPEECH = "speech", _("Speeches")
        NEWS = "news", _("News")
        WEB = "web", _("Web pages")
        DOCUMENT = "document", _("Documents")

    kind = models.CharField(max_length=12, choices=Kind)
    label = models.CharField(max_length=80, help_text=_("How a citation prints: Waltz 1979."))
    authors = models.CharField(max_length=300, blank=True)
    year = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=400)
    container = models.CharField(max_length=300, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    details = models.CharField(max_length=200, blank=True)
    url = models.URLField(max_length=400, blank=True)
    cited_through = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="passes_on",
        help_text=_("The work whose footnote is all we know this one by."),
    )
    note = models.TextField(blank=True, help_text=_("Markdown."))
    note_html = models.TextField(blank=True, editable=False)

    history = HistoricalRecords(excluded_fields=["note_html"])

    class Meta:
        ordering = ["label", "pk"]

    def __str__(self) -> str:
        return self.label


class Term(Keyed):
    """A glossary entry."""

    title = models.CharField(max_length=120)
    definition = models.TextField(help_text=_("Markdown, one to three sentences."))
    definition_html = models.TextField(blank=True, editable=False)
    lens = models.CharField(max_length=20, choices=Lens, blank=True, default=Lens.NONE)
    see_also = models.ManyToManyField("self", symmetrical=False, blank=True)

    history = HistoricalRecords(excluded_fields=["definition_html"])

    class Meta:
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title


class Figure(Keyed):
    """A drawing made on the server from its data."""

    title = models.CharField(max_length=200)
    description = models.TextField(help_text=_("What it shows, for those who cannot see it."))
    kind = models.CharField(max_length=20)
    spec = models.JSONField()

    history = HistoricalRecords()

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class Activity(Keyed):
    """One step of a module."""

    class Kind(models.TextChoices):
        LESSON = "lesson", _("lesson")
        QUIZ = "quiz", _("quiz")

    module = models.ForeignKey(Module, models.PROTECT, related_name="activities")
    kind = models.CharField(max_length=8, choices=Kind)
    position = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    title = models.CharField(max_length=200)
    required = models.BooleanField(default=True)
    weight = models.DecimalField(
        max_digits=6,
        decimal_places=2,
        default=Decimal("1.00"),
        validators=[MinValueValidator(Decimal(0))],
    )

    class Meta:
        ordering = ["module__position", "position", "pk"]
        verbose_name_plural = _("activities")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        if self.kind == Activity.Kind.QUIZ:
            return reverse("quizzes:quiz", args=[self.key])
        return reverse("courses:lesson", args=[self.module.course.key, self.key])


class ByActivityManager(models.Manager[Any]):
    """Finds what belongs to an activity by the activity's key."""

    def get_by_natural_key(self, key: str) -> Any:
        return self.get(activity__key=key)


class Lesson(models.Model):
    """Markdown that is rendered and sanitised once, when it is saved.

    The columns after `read_on` are derived by `courses.authoring`, so that reading a lesson costs
    one row: finished parts, the head (objectives and contents) and the foot (summary and what to
    read on).
    """

    activity = models.OneToOneField(Activity, models.PROTECT, related_name="lesson")
    question = models.CharField(max_length=300, help_text=_("The question that opens it."))
    objectives = models.ManyToManyField(Objective, related_name="lessons", blank=True)
    body = models.TextField(help_text=_("Markdown, at most 64 KB."))
    summary = models.TextField(help_text=_("Markdown, three sentences."))
    read_on = models.TextField(blank=True, help_text=_("Markdown list."))

    parts = models.JSONField(default=list, editable=False)
    head_html = models.TextField(blank=True, editable=False)
    foot_html = models.TextField(blank=True, editable=False)
    words = models.PositiveIntegerField(default=0, editable=False)
    render_version = models.PositiveIntegerField(default=0, editable=False)

    objects = ByActivityManager()
    history = HistoricalRecords(
        excluded_fields=["parts", "head_html", "foot_html", "words", "render_version"]
    )

    class Meta:
        ordering = ["activity"]

    def __str__(self) -> str:
        return self.activity.title

    def natural_key(self) -> tuple[str]:
        return self.activity.natural_key()

    natural_key.dependencies = ["courses.activity"]  # type: ignore[attr-defined]

    @property
    def minutes(self) -> int:
        """Reading time in whole minutes at 200 words a minute, a usual rate for study."""
        return max(1, round(self.words / 200))


class Paragraph(models.Model):
    """A passage of a lesson as it was last rendered: what evidence quotes and checks."""

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="paragraphs")
    anchor = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64)
    # Of notes: the kind of call-out it stands in, its title, and while what it says holds.
    callout = models.CharField(max_length=12, blank=True)
    callout_title = models.CharField(max_length=300, blank=True)
    valid_from = models.CharField(max_length=11, blank=True)
    valid_to = models.CharField(max_length=11, blank=True)

    class Meta:
        ordering = ["lesson", "position"]
        constraints = [
            models.UniqueConstraint(fields=["lesson", "anchor"], name="one_paragraph_per_anchor")
        ]

    def __str__(self) -> str:
        return f"{self.lesson} · {self.anchor}"


class Mention(models.Model):
    """That a paragraph cites a source, uses a term or names a person; exactly one of the three."""

    paragraph = models.ForeignKey(Paragraph, models.CASCADE, related_name="mentions")
    source = models.ForeignKey(Source, models.CASCADE, null=True, related_name="mentions")
    term = models.ForeignKey(Term, models.CASCADE, null=True, related_name="mentions")
    person = models.ForeignKey("courses.Person", models.CASCADE, null=True, related_name="mentions")
    locator = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["paragraph"]
        constraints = [
            models.CheckConstraint(
                name="mention_of_one_thing",
                condition=models.Q(source__isnull=False, term__isnull=True, person__isnull=True)
                | models.Q(source__isnull=True, term__isnull=False, person__isnull=True)
                | models.Q(source__isnull=True, term__isnull=True, person__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.paragraph} → {self.source or self.term or self.person}"
