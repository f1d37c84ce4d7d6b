"""Quizzes: settings, their sections, and the ordered slots that questions fill."""

from decimal import Decimal
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from courses.models import Activity, Module, Objective
from courses.models.content import ByActivityManager, Keyed, KeyManager, Lens
from quizzes.models.bank import Question, Tag

FACILITY = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))]
NO_POOL: dict[str, Any] = {
    "objective__isnull": True,
    "tag__isnull": True,
    "module__isnull": True,
    "lens": "",
    "difficulty_from__isnull": True,
    "difficulty_to__isnull": True,
}


class Quiz(models.Model):
    class GradeMethod(models.TextChoices):
        HIGHEST = "highest", _("highest attempt")
        AVERAGE = "average", _("average of all attempts")
        FIRST = "first", _("first attempt")
        LAST = "last", _("last attempt")

    class Review(models.TextChoices):
        PRACTICE = "practice", _("practice: everything after submitting")
        HOMEWORK = (
            "homework",
            _("homework: the score after submitting, answers when no attempt is left"),
        )
        EXAM = "exam", _("exam: the score after submitting, answers after closing")

    class Behaviour(models.TextChoices):
        DEFERRED = "deferred", _("deferred: graded when the attempt is handed in")
        IMMEDIATE = "immediate", _("immediate: each answer is checked once, then locked")
        INTERACTIVE = "interactive", _("interactive: several tries with hints, each costs points")
        PRACTICE = "practice", _("practice: checked at once, and again with a fresh question")

    class Certainty(models.TextChoices):
        NONE = "none", _("not asked")
        ASK = "ask", _("asked, and never counts")
        SCORE = "score", _("asked, and counts on the classic scale")

    class Navigation(models.TextChoices):
        FREE = "free", _("free: all questions on one page, in any order")
        SEQUENTIAL = "sequential", _("sequential: one question after the other, no way back")

    class AtZero(models.TextChoices):
        SUBMIT = "submit", _("what is saved is handed in")
        GRACE = "grace", _("it may still be handed in for a while, but not answered")
        ABANDON = "abandon", _("what was not handed in does not count")

    class Known(models.TextChoices):
        LEAVE_OUT = "leave_out", _("questions whose answer was shown to a student do not count")
        COUNT = "count", _("every question counts")

    activity = models.OneToOneField(Activity, models.PROTECT, related_name="quiz")
    intro = models.TextField(blank=True, help_text=_("Markdown."))
    intro_html = models.TextField(blank=True, editable=False)
    time_limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(30)],
        help_text=_("Seconds; empty for no limit."),
    )
    attempts_allowed = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty for any number."),
    )
    pass_mark = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=Decimal("60.00"),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Percent."),
    )
    grade_method = models.CharField(max_length=8, choices=GradeMethod, default=GradeMethod.HIGHEST)
    review = models.CharField(max_length=10, choices=Review, default=Review.HOMEWORK)
    shuffle_questions = models.BooleanField(
        default=True, help_text=_("Within their section, where there are sections.")
    )
    shuffle_options = models.BooleanField(default=True)
    behaviour = models.CharField(max_length=11, choices=Behaviour, default=Behaviour.DEFERRED)
    penalty = models.DecimalField(
        max_digits=6,
        decimal_places=5,
        default=Decimal("0.33333"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("Interactive: the fraction of the points that each try before costs."),
    )
    certainty = models.CharField(max_length=5, choices=Certainty, default=Certainty.NONE)
    navigation = models.CharField(max_length=10, choices=Navigation, default=Navigation.FREE)
    at_zero = models.CharField(
        _("when time is up"), max_length=7, choices=AtZero, default=AtZero.SUBMIT
    )
    grace_period = models.PositiveIntegerField(
        default=86_400, help_text=_("Seconds to hand in after the end, where that is allowed.")
    )
    late_penalty = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=Decimal("0.00"),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Percent of the score that each day begun after the due time costs."),
    )
    late_most = models.DecimalField(
        _("most that lateness costs"),
        max_digits=5,
        decimal_places=2,
        default=Decimal("100.00"),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Percent of the score that lateness can cost at most."),
    )
    delay_first = models.PositiveIntegerField(
        _("wait before the second attempt"),
        default=0,
        help_text=_("Seconds between the end of the first attempt and the second."),
    )
    delay_later = models.PositiveIntegerField(
        _("wait before later attempts"), default=0, help_text=_("Seconds between later attempts.")
    )
    known_questions = models.CharField(
        _("questions met before"), max_length=9, choices=Known, default=Known.LEAVE_OUT
    )

    objects = ByActivityManager()
    history = HistoricalRecords(excluded_fields=["intro_html"])

    class Meta:
        ordering = ["activity"]
        verbose_name_plural = _("quizzes")
        constraints = [
            models.CheckConstraint(
                name="exam_tells_nothing_while_it_goes_on",
                condition=~models.Q(review="exam") | models.Q(behaviour="deferred"),
                violation_error_message=_(
                    "An exam cannot check answers at once. Choose the deferred behaviour, or"
                    " another review."
                ),
            ),
            # What a second try is worth after a sure and wrong one, no scale says.
            models.CheckConstraint(
                name="certainty_counts_with_one_try",
                condition=~models.Q(behaviour="interactive", certainty="score"),
                violation_error_message=_(
                    "Certainty can count only where there is one try. Ask for it without counting"
                    " it, or choose another behaviour."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.activity.title

    @property
    def leaves_out_known(self) -> bool:
        """Whether questions whose answer a student was shown are asked without counting.

        Never in practice, which is done again with the answers known.
        """
        practice = self.review == self.Review.PRACTICE
        return self.known_questions == self.Known.LEAVE_OUT and not practice

    def natural_key(self) -> tuple[str]:
        return self.activity.natural_key()

    natural_key.dependencies = ["courses.activity"]  # type: ignore[attr-defined]


class Section(Keyed):
    """A part of a quiz with a heading of its own; its slots say that they belong to it."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    title = models.CharField(max_length=120)
    intro = models.TextField(blank=True, help_text=_("Markdown."))
    intro_html = models.TextField(blank=True, editable=False)

    objects: ClassVar[KeyManager] = KeyManager()

    class Meta:
        ordering = ["quiz", "position"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "position"], name="one_section_per_position")
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.title}"


class BandManager(models.Manager["Band"]):
    def get_by_natural_key(self, quiz: str, floor: Decimal) -> "Band":
        return self.get(quiz__activity__key=quiz, floor=floor)


class Band(models.Model):
    """The words for an attempt whose percentage is at least `floor`; the highest floor wins."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="bands")
    floor = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Percent."),
    )
    text = models.TextField(help_text=_("Markdown."))
    text_html = models.TextField(blank=True, editable=False)

    objects = BandManager()

    class Meta:
        ordering = ["quiz", "-floor"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "floor"], name="one_band_per_floor"),
            models.CheckConstraint(
                name="band_begins_at_a_percentage", condition=models.Q(floor__range=(0, 100))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.floor} %"

    def natural_key(self) -> tuple[str, Decimal]:
        return (*self.quiz.natural_key(), self.floor)

    natural_key.dependencies = ["quizzes.quiz"]  # type: ignore[attr-defined]


class SlotManager(models.Manager["Slot"]):
    def get_by_natural_key(self, quiz: str, position: int) -> "Slot":
        return self.get(quiz__activity__key=quiz, position=position)


class Slot(models.Model):
    """One place in a quiz: a fixed question, or a draw of one out of a pool.

    The pool is what fits all that the slot names: objective, tag, module, lens, difficulty.
    """

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="slots")
    position = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    section = models.ForeignKey(
        Section, models.SET_NULL, null=True, blank=True, related_name="slots"
    )
    question = models.ForeignKey(
        Question, models.PROTECT, null=True, blank=True, related_name="slots"
    )
    objective = models.ForeignKey(
        Objective, models.PROTECT, null=True, blank=True, related_name="slots"
    )
    tag = models.ForeignKey(Tag, models.PROTECT, null=True, blank=True, related_name="slots")
    module = models.ForeignKey(Module, models.PROTECT, null=True, blank=True, related_name="slots")
    lens = models.CharField(
        max_length=20, blank=True, choices=Lens, help_text=_("Of the question's module.")
    )
    difficulty_from = models.DecimalField(
        max_digits=3, decimal_places=2, null=True, blank=True, validators=FACILITY
    )
    difficulty_to = models.DecimalField(
        max_digits=3, decimal_places=2, null=True, blank=True, validators=FACILITY
    )
    points = models.DecimalField(
        max_digits=6,
        decimal_places=2,
        default=Decimal("1.00"),
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    pinned = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("A version's number to keep to; empty for the newest that is ready."),
    )

    objects = SlotManager()

    class Meta:
        ordering = ["quiz", "position"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "position"], name="one_slot_per_position"),
            models.CheckConstraint(
                # Of a quiz that is worth nothing there is no percentage.
                name="slot_is_worth_something",
                condition=models.Q(points__gt=0),
                violation_error_message=_("A slot is worth more than 0 points."),
            ),
            models.CheckConstraint(
                name="slot_has_question_or_pool",
                condition=models.Q(question__isnull=False, **NO_POOL)
                | models.Q(question__isnull=True) & ~models.Q(**NO_POOL),
                violation_error_message=_(
                    "Give a slot either a question or a pool (an objective, tag, module, lens or"
                    " difficulty)."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.position}"

    def natural_key(self) -> tuple[str, int]:
        return (*self.quiz.natural_key(), self.position)

    natural_key.dependencies = ["quizzes.quiz"]  # type: ignore[attr-defined]
