import django.core.validators
import django.db.models.deletion
import simple_history.models
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("quizzes", "0001_initial"),
        ("quizzes", "0002_time_and_review"),
        ("quizzes", "0003_engine"),
        ("quizzes", "0004_saving"),
        ("quizzes", "0005_shown"),
        ("quizzes", "0006_delivery"),
        ("quizzes", "0007_marking"),
        ("quizzes", "0008_behaviours"),
        ("quizzes", "0009_sheets"),
        ("quizzes", "0010_names_shown"),
        ("quizzes", "0010_thrift"),
        ("quizzes", "0011_plainer_words"),
        ("quizzes", "0012_desk"),
        ("quizzes", "0013_exports"),
        ("quizzes", "0013_tallies"),
        ("quizzes", "0014_background"),
        ("quizzes", "0015_override_moves"),
        ("quizzes", "0016_questions_swapped"),
        ("quizzes", "0017_slot_is_worth_something"),
        ("quizzes", "0018_late_as_it_came"),
        ("quizzes", "0019_regrade_of_one"),
        ("quizzes", "0020_wrong_passwords_by_quiz"),
        ("quizzes", "0021_regrade_reached"),
    ]

    initial = True

    dependencies = [
        ("courses", "0001_squashed_0011_name_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="Quiz",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "activity",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quiz",
                        to="courses.activity",
                    ),
                ),
                ("intro", models.TextField(blank=True, help_text="Markdown.")),
                ("intro_html", models.TextField(blank=True, editable=False)),
                (
                    "time_limit",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Seconds; empty for no limit.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(30)],
                    ),
                ),
                (
                    "attempts_allowed",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty for any number.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                (
                    "pass_mark",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("60.00"),
                        help_text="Percent.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "grade_method",
                    models.CharField(
                        choices=[
                            ("highest", "highest attempt"),
                            ("average", "average of all attempts"),
                            ("first", "first attempt"),
                            ("last", "last attempt"),
                        ],
                        default="highest",
                        max_length=8,
                    ),
                ),
                (
                    "review",
                    models.CharField(
                        choices=[
                            ("practice", "practice: everything after submitting"),
                            (
                                "homework",
                                "homework: the score after submitting, answers when no attempt is left",
                            ),
                            ("exam", "exam: the score after submitting, answers after closing"),
                        ],
                        default="homework",
                        max_length=10,
                    ),
                ),
                (
                    "shuffle_questions",
                    models.BooleanField(
                        default=True, help_text="Within their section, where there are sections."
                    ),
                ),
                ("shuffle_options", models.BooleanField(default=True)),
                (
                    "behaviour",
                    models.CharField(
                        choices=[
                            ("deferred", "deferred: graded when the attempt is handed in"),
                            ("immediate", "immediate: each answer is checked once, then locked"),
                            (
                                "interactive",
                                "interactive: several tries with hints, each costs points",
                            ),
                            (
                                "practice",
                                "practice: checked at once, and again with a fresh question",
                            ),
                        ],
                        default="deferred",
                        max_length=11,
                    ),
                ),
                (
                    "penalty",
                    models.DecimalField(
                        decimal_places=5,
                        default=Decimal("0.33333"),
                        help_text="Interactive: the fraction of the points that each try before costs.",
                        max_digits=6,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                    ),
                ),
                (
                    "certainty",
                    models.CharField(
                        choices=[
                            ("none", "not asked"),
                            ("ask", "asked, and never counts"),
                            ("score", "asked, and counts on the classic scale"),
                        ],
                        default="none",
                        max_length=5,
                    ),
                ),
                (
                    "navigation",
                    models.CharField(
                        choices=[
                            ("free", "free: all questions on one page, in any order"),
                            ("sequential", "sequential: one question after the other, no way back"),
                        ],
                        default="free",
                        max_length=10,
                    ),
                ),
                (
                    "at_zero",
                    models.CharField(
                        choices=[
                            ("submit", "what is saved is handed in"),
                            ("grace", "it may still be handed in for a while, but not answered"),
                            ("abandon", "what was not handed in does not count"),
                        ],
                        default="submit",
                        max_length=7,
                        verbose_name="when time is up",
                    ),
                ),
                (
                    "grace_period",
                    models.PositiveIntegerField(
                        default=86400,
                        help_text="Seconds to hand in after the end, where that is allowed.",
                    ),
                ),
                (
                    "late_penalty",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        help_text="Percent of the score that each day begun after the due time costs.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "late_most",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("100.00"),
                        help_text="Percent of the score that lateness can cost at most.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="most that lateness costs",
                    ),
                ),
                (
                    "delay_first",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Seconds between the end of the first attempt and the second.",
                        verbose_name="wait before the second attempt",
                    ),
                ),
                (
                    "delay_later",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Seconds between later attempts.",
                        verbose_name="wait before later attempts",
                    ),
                ),
                (
                    "known_questions",
                    models.CharField(
                        choices=[
                            (
                                "leave_out",
                                "questions whose answer was shown to a student do not count",
                            ),
                            ("count", "every question counts"),
                        ],
                        default="leave_out",
                        max_length=9,
                        verbose_name="questions met before",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "quizzes",
                "ordering": ["activity"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("review", "exam"), _negated=True),
                            ("behaviour", "deferred"),
                            _connector="OR",
                        ),
                        name="exam_tells_nothing_while_it_goes_on",
                        violation_error_message="An exam cannot check answers at once. Choose the deferred behaviour, or another review.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("behaviour", "interactive"), ("certainty", "score"), _negated=True
                        ),
                        name="certainty_counts_with_one_try",
                        violation_error_message="Certainty can count only where there is one try. Ask for it without counting it, or choose another behaviour.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "quiz",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="quizzes.quiz",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="courses.enrolment",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("submitted", "submitted"),
                            ("abandoned", "not handed in"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("deadline", models.DateTimeField(null=True)),
                ("closes_at", models.DateTimeField(null=True)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("shown_at", models.DateTimeField(null=True)),
                ("score", models.DecimalField(decimal_places=5, max_digits=10, null=True)),
                ("out_of", models.DecimalField(decimal_places=5, max_digits=10)),
                ("sheet", models.TextField(blank=True, default="", editable=False)),
                ("pace", models.TextField(blank=True, default="", editable=False)),
                (
                    "deduction",
                    models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=5),
                ),
                ("rules", models.JSONField(default=dict)),
                ("sections", models.JSONField(default=list)),
            ],
            options={
                "ordering": ["enrolment", "quiz", "number"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["closes_at"],
                        name="open_by_end",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("quiz", "enrolment"),
                        name="one_open_attempt_per_student",
                    ),
                    models.UniqueConstraint(
                        fields=("quiz", "enrolment", "number"), name="one_attempt_per_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "open"), ("submitted_at__isnull", True)),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("submitted_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="submitted_attempt_has_its_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="Stable name in fixtures and addresses. Changing it breaks links.",
                        max_length=80,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "A key is lower-case words and digits joined by hyphens, such as “realism-picture”.",
                            )
                        ],
                    ),
                ),
                ("title", models.CharField(max_length=80)),
            ],
            options={
                "ordering": ["key"],
            },
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "attempt",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="presence",
                        serialize=False,
                        to="quizzes.attempt",
                    ),
                ),
                ("seen_at", models.DateTimeField()),
                ("unsaved", models.PositiveSmallIntegerField(default=0)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["attempt"],
            },
        ),
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "attempt",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptance",
                        to="quizzes.attempt",
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances_given",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["made_at"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalQuestion",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        db_index=True,
                        help_text="Stable name in fixtures and addresses. Changing it breaks links.",
                        max_length=80,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "A key is lower-case words and digits joined by hyphens, such as “realism-picture”.",
                            )
                        ],
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("graded", "graded quizzes"),
                            ("practice", "practice and checkpoints"),
                        ],
                        default="graded",
                        max_length=10,
                    ),
                ),
                (
                    "bloom",
                    models.CharField(
                        choices=[
                            ("remember", "remember"),
                            ("understand", "understand"),
                            ("apply", "apply"),
                            ("analyse", "analyse"),
                            ("evaluate", "evaluate"),
                            ("create", "create"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "difficulty",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.60"),
                        help_text="The author's guess of the facility index, 0 (nobody) to 1 (everybody).",
                        max_digits=3,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("1")),
                        ],
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "draft"), ("ready", "ready"), ("retired", "retired")],
                        default="draft",
                        max_length=8,
                    ),
                ),
                (
                    "spec",
                    models.JSONField(help_text="Text, options, answers, feedback and evidence."),
                ),
                (
                    "module",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.module",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical question",
                "verbose_name_plural": "historical questions",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalQuiz",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("intro", models.TextField(blank=True, help_text="Markdown.")),
                (
                    "time_limit",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Seconds; empty for no limit.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(30)],
                    ),
                ),
                (
                    "attempts_allowed",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty for any number.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                (
                    "pass_mark",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("60.00"),
                        help_text="Percent.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "grade_method",
                    models.CharField(
                        choices=[
                            ("highest", "highest attempt"),
                            ("average", "average of all attempts"),
                            ("first", "first attempt"),
                            ("last", "last attempt"),
                        ],
                        default="highest",
                        max_length=8,
                    ),
                ),
                (
                    "review",
                    models.CharField(
                        choices=[
                            ("practice", "practice: everything after submitting"),
                            (
                                "homework",
                                "homework: the score after submitting, answers when no attempt is left",
                            ),
                            ("exam", "exam: the score after submitting, answers after closing"),
                        ],
                        default="homework",
                        max_length=10,
                    ),
                ),
                (
                    "shuffle_questions",
                    models.BooleanField(
                        default=True, help_text="Within their section, where there are sections."
                    ),
                ),
                ("shuffle_options", models.BooleanField(default=True)),
                (
                    "behaviour",
                    models.CharField(
                        choices=[
                            ("deferred", "deferred: graded when the attempt is handed in"),
                            ("immediate", "immediate: each answer is checked once, then locked"),
                            (
                                "interactive",
                                "interactive: several tries with hints, each costs points",
                            ),
                            (
                                "practice",
                                "practice: checked at once, and again with a fresh question",
                            ),
                        ],
                        default="deferred",
                        max_length=11,
                    ),
                ),
                (
                    "penalty",
                    models.DecimalField(
                        decimal_places=5,
                        default=Decimal("0.33333"),
                        help_text="Interactive: the fraction of the points that each try before costs.",
                        max_digits=6,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                    ),
                ),
                (
                    "certainty",
                    models.CharField(
                        choices=[
                            ("none", "not asked"),
                            ("ask", "asked, and never counts"),
                            ("score", "asked, and counts on the classic scale"),
                        ],
                        default="none",
                        max_length=5,
                    ),
                ),
                (
                    "navigation",
                    models.CharField(
                        choices=[
                            ("free", "free: all questions on one page, in any order"),
                            ("sequential", "sequential: one question after the other, no way back"),
                        ],
                        default="free",
                        max_length=10,
                    ),
                ),
                (
                    "at_zero",
                    models.CharField(
                        choices=[
                            ("submit", "what is saved is handed in"),
                            ("grace", "it may still be handed in for a while, but not answered"),
                            ("abandon", "what was not handed in does not count"),
                        ],
                        default="submit",
                        max_length=7,
                        verbose_name="when time is up",
                    ),
                ),
                (
                    "grace_period",
                    models.PositiveIntegerField(
                        default=86400,
                        help_text="Seconds to hand in after the end, where that is allowed.",
                    ),
                ),
                (
                    "late_penalty",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        help_text="Percent of the score that each day begun after the due time costs.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "late_most",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("100.00"),
                        help_text="Percent of the score that lateness can cost at most.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="most that lateness costs",
                    ),
                ),
                (
                    "delay_first",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Seconds between the end of the first attempt and the second.",
                        verbose_name="wait before the second attempt",
                    ),
                ),
                (
                    "delay_later",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Seconds between later attempts.",
                        verbose_name="wait before later attempts",
                    ),
                ),
                (
                    "known_questions",
                    models.CharField(
                        choices=[
                            (
                                "leave_out",
                                "questions whose answer was shown to a student do not count",
                            ),
                            ("count", "every question counts"),
                        ],
                        default="leave_out",
                        max_length=9,
                        verbose_name="questions met before",
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.activity",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical quiz",
                "verbose_name_plural": "historical quizzes",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="Stable name in fixtures and addresses. Changing it breaks links.",
                        max_length=80,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "A key is lower-case words and digits joined by hyphens, such as “realism-picture”.",
                            )
                        ],
                    ),
                ),
                (
                    "module",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="courses.module",
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("graded", "graded quizzes"),
                            ("practice", "practice and checkpoints"),
                        ],
                        default="graded",
                        max_length=10,
                    ),
                ),
                (
                    "bloom",
                    models.CharField(
                        choices=[
                            ("remember", "remember"),
                            ("understand", "understand"),
                            ("apply", "apply"),
                            ("analyse", "analyse"),
                            ("evaluate", "evaluate"),
                            ("create", "create"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "difficulty",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.60"),
                        help_text="The author's guess of the facility index, 0 (nobody) to 1 (everybody).",
                        max_digits=3,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("1")),
                        ],
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "draft"), ("ready", "ready"), ("retired", "retired")],
                        default="draft",
                        max_length=8,
                    ),
                ),
                (
                    "spec",
                    models.JSONField(help_text="Text, options, answers, feedback and evidence."),
                ),
                (
                    "objectives",
                    models.ManyToManyField(
                        blank=True, related_name="questions", to="courses.objective"
                    ),
                ),
                (
                    "tags",
                    models.ManyToManyField(blank=True, related_name="questions", to="quizzes.tag"),
                ),
            ],
            options={
                "ordering": ["key"],
            },
        ),
        migrations.CreateModel(
            name="QuestionVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="quizzes.question",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=20)),
                ("spec", models.JSONField()),
                ("content", models.JSONField()),
                ("public", models.JSONField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["question", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("question", "digest"), name="one_version_per_content"
                    ),
                    models.UniqueConstraint(
                        fields=("question", "number"), name="one_version_per_number"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "attempt",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="quizzes.attempt",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="quizzes.questionversion",
                    ),
                ),
                ("order", models.JSONField()),
                ("points", models.DecimalField(decimal_places=2, max_digits=6)),
                ("slot", models.PositiveSmallIntegerField(null=True)),
                ("counts", models.BooleanField(default=True)),
                ("left_at", models.DateTimeField(null=True)),
                ("replaced_at", models.DateTimeField(null=True)),
                ("begins", models.PositiveIntegerField(db_default=0, default=0)),
            ],
            options={
                "ordering": ["attempt", "position"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("attempt"),
                        models.F("position"),
                        models.Case(
                            models.When(replaced_at__isnull=True, then=models.Value(0)),
                            default=models.F("id"),
                            output_field=models.BigIntegerField(),
                        ),
                        name="one_item_per_position",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LateAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="late_answers",
                        to="quizzes.item",
                    ),
                ),
                ("answer", models.JSONField(null=True)),
                ("unread", models.TextField(blank=True)),
                ("arrived_at", models.DateTimeField()),
                ("operation", models.UUIDField(null=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("page", "the page, by itself"),
                            ("form", "the page's form, sent whole"),
                            ("api", "the API"),
                        ],
                        default="page",
                        max_length=6,
                    ),
                ),
            ],
            options={
                "ordering": ["item", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Override",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "quiz",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="overrides",
                        to="quizzes.quiz",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="overrides",
                        to="courses.enrolment",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="overrides",
                        to="courses.group",
                    ),
                ),
                ("opens_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("closes_at", models.DateTimeField(blank=True, null=True)),
                (
                    "time_limit",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Seconds.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(30)],
                    ),
                ),
                (
                    "attempts_allowed",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="overrides_given",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="overrides_revoked",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["quiz", "-made_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("enrolment__isnull", False), ("group__isnull", True)),
                            models.Q(("enrolment__isnull", True), ("group__isnull", False)),
                            _connector="OR",
                        ),
                        name="override_of_person_or_group",
                        violation_error_message="Name either a person or a group.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OverrideMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "override",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="quizzes.override",
                    ),
                ),
                ("field", models.CharField(max_length=10)),
                ("before", models.DateTimeField()),
                ("after", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="overrides_moved",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["made_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Marking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="markings",
                        to="quizzes.item",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="markings",
                        to="quizzes.questionversion",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("first", "first marker"),
                            ("second", "second marker"),
                            ("moderator", "moderator"),
                        ],
                        max_length=9,
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("levels", models.JSONField(help_text="The level chosen of each criterion.")),
                ("score", models.DecimalField(decimal_places=5, max_digits=10)),
                ("comment", models.TextField(blank=True, max_length=4000)),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="Why it replaces the one before it.", max_length=300
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="markings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["item", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item", "role", "number"), name="one_marking_per_number"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("number", 1), ("role__in", ["first", "second"])),
                        fields=("item", "by"),
                        name="two_markers_are_two_people",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckpointAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checkpoint_answers",
                        to="courses.enrolment",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checkpoint_answers",
                        to="quizzes.questionversion",
                    ),
                ),
                ("answer", models.JSONField(null=True)),
                ("fraction", models.DecimalField(decimal_places=5, max_digits=6)),
                ("answered_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["enrolment", "answered_at"],
            },
        ),
        migrations.CreateModel(
            name="PasswordTry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="password_tries",
                        to="courses.enrolment",
                    ),
                ),
                (
                    "quiz",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="password_tries",
                        to="quizzes.quiz",
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["enrolment", "made_at"],
            },
        ),
        migrations.CreateModel(
            name="Fit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "quiz",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fits",
                        to="quizzes.quiz",
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fits",
                        to="courses.cohort",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("ready", "ready"), ("failed", "failed")],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("made_at", models.DateTimeField(null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("turn", models.CharField(blank=True, max_length=80)),
                ("result", models.JSONField(default=dict)),
                ("fault", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ["quiz", "cohort"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("quiz", "cohort"), name="one_fit_per_quiz_and_cohort"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Band",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "quiz",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bands",
                        to="quizzes.quiz",
                    ),
                ),
                (
                    "floor",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="Percent.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                ("text", models.TextField(help_text="Markdown.")),
                ("text_html", models.TextField(blank=True, editable=False)),
            ],
            options={
                "ordering": ["quiz", "-floor"],
                "constraints": [
                    models.UniqueConstraint(fields=("quiz", "floor"), name="one_band_per_floor"),
                    models.CheckConstraint(
                        condition=models.Q(("floor__range", (0, 100))),
                        name="band_begins_at_a_percentage",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Regrade",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regrades",
                        to="quizzes.question",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        help_text="The key to mark by.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regrades",
                        to="quizzes.questionversion",
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty for every cohort.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regrades",
                        to="courses.cohort",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regrades",
                        to="courses.enrolment",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regrades",
                        to="courses.group",
                    ),
                ),
                (
                    "policy",
                    models.CharField(
                        choices=[
                            ("full", "full credit for everybody"),
                            ("both", "the better of the old key and the new one"),
                            ("new", "the new key only"),
                            ("leave", "leave the marks as they are"),
                        ],
                        max_length=5,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preview", "looked at, not committed"),
                            ("committed", "committed"),
                            ("abandoned", "abandoned"),
                        ],
                        default="preview",
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(help_text="The students concerned read it.", max_length=300),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regrades_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("committed_at", models.DateTimeField(blank=True, null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("summary", models.JSONField(default=dict)),
                (
                    "reached",
                    models.ManyToManyField(
                        blank=True,
                        editable=False,
                        related_name="reached_by",
                        to="courses.enrolment",
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("enrolment__isnull", True), ("group__isnull", True)),
                            models.Q(("cohort__isnull", False), ("enrolment__isnull", True)),
                            models.Q(("cohort__isnull", False), ("group__isnull", True)),
                            _connector="OR",
                        ),
                        name="regrade_of_one_of_the_cohort_or_of_a_group",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="marks",
                        to="quizzes.item",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="quizzes.questionversion",
                    ),
                ),
                ("score", models.DecimalField(decimal_places=5, max_digits=10)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks_given",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "regrade",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="quizzes.regrade",
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["item", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("by__isnull", False)), fields=["by"], name="marks_by"
                    ),
                    models.Index(
                        condition=models.Q(("regrade__isnull", False)),
                        fields=["regrade"],
                        name="marks_of_regrade",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("item", "regrade"), name="one_mark_per_regrade")
                ],
            },
        ),
        migrations.CreateModel(
            name="Contest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contests",
                        to="quizzes.item",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contests",
                        to="courses.enrolment",
                    ),
                ),
                (
                    "option",
                    models.CharField(
                        blank=True, help_text="The option it is about.", max_length=80
                    ),
                ),
                ("reason", models.TextField(max_length=2000)),
                (
                    "passage",
                    models.CharField(
                        blank=True,
                        help_text="Where the student says it stands otherwise.",
                        max_length=300,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "waiting for an answer"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("answer", models.TextField(blank=True, max_length=2000)),
                ("citation", models.CharField(blank=True, max_length=300)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contests_answered",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "regrade",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contests",
                        to="quizzes.regrade",
                    ),
                ),
            ],
            options={
                "ordering": ["made_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("item",),
                        name="one_open_contest_per_item",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("answered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="answered_contest_has_its_answer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegradeJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="courses.cohort",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("working", "being done"),
                            ("ready", "ready"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("whole", models.PositiveIntegerField(null=True)),
                ("done", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("alive_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                ("fault", models.CharField(blank=True, max_length=300)),
                ("terms", models.JSONField(default=dict)),
                (
                    "regrade",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="jobs",
                        to="quizzes.regrade",
                    ),
                ),
                ("commits", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["-made_at", "-pk"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("commits", False), ("state__in", ["waiting", "working"])
                        ),
                        fields=("cohort", "by", "terms"),
                        name="one_unfinished_preview_of_the_same",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("commits", True), ("state__in", ["waiting", "working"])
                        ),
                        fields=("regrade",),
                        name="one_unfinished_commit_of_a_regrade",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("commits", False), ("regrade__isnull", False), _connector="OR"
                        ),
                        name="what_is_committed_is_there",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Response",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="responses",
                        to="quizzes.item",
                    ),
                ),
                ("revision", models.PositiveIntegerField()),
                ("answer", models.JSONField(null=True)),
                ("saved_at", models.DateTimeField()),
                ("checked", models.BooleanField(default=False)),
                ("certainty", models.PositiveSmallIntegerField(null=True)),
                ("operation", models.UUIDField(null=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("page", "the page, by itself"),
                            ("form", "the page's form, sent whole"),
                            ("api", "the API"),
                        ],
                        default="page",
                        max_length=6,
                    ),
                ),
            ],
            options={
                "ordering": ["item", "revision"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item", "revision"), name="one_answer_per_revision"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reveal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "quiz",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reveals",
                        to="quizzes.quiz",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reveals",
                        to="courses.enrolment",
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["quiz", "enrolment"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("quiz", "enrolment"), name="one_reveal_per_student"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "quiz",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="schedules",
                        to="quizzes.quiz",
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="schedules",
                        to="courses.cohort",
                    ),
                ),
                ("opens_at", models.DateTimeField(blank=True, null=True)),
                (
                    "due_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Later attempts are marked late, and still count.",
                        null=True,
                    ),
                ),
                ("closes_at", models.DateTimeField(blank=True, null=True)),
                ("password", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "ordering": ["cohort", "quiz"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("quiz", "cohort"), name="one_schedule_per_cohort"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opens_at__isnull", True),
                            ("closes_at__isnull", True),
                            ("closes_at__gt", models.F("opens_at")),
                            _connector="OR",
                        ),
                        name="schedule_closes_after_it_opens",
                        violation_error_message="A quiz cannot close before it opens.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Section",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="Stable name in fixtures and addresses. Changing it breaks links.",
                        max_length=80,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9]+(?:-[a-z0-9]+)*\\Z",
                                "A key is lower-case words and digits joined by hyphens, such as “realism-picture”.",
                            )
                        ],
                    ),
                ),
                (
                    "quiz",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sections",
                        to="quizzes.quiz",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("intro", models.TextField(blank=True, help_text="Markdown.")),
                ("intro_html", models.TextField(blank=True, editable=False)),
            ],
            options={
                "ordering": ["quiz", "position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("quiz", "position"), name="one_section_per_position"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Snippet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="snippets",
                        to="courses.cohort",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="snippets",
                        to="quizzes.question",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="snippets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("text", models.CharField(max_length=500)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cohort", "question", "by", "text"), name="one_snippet_per_text"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Slot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "quiz",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slots",
                        to="quizzes.quiz",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="slots",
                        to="quizzes.section",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slots",
                        to="quizzes.question",
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slots",
                        to="courses.objective",
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slots",
                        to="quizzes.tag",
                    ),
                ),
                (
                    "module",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slots",
                        to="courses.module",
                    ),
                ),
                (
                    "lens",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "no lens"),
                            ("realism", "realism"),
                            ("institutionalism", "neoliberal institutionalism"),
                            ("constructivism", "social constructivism"),
                        ],
                        help_text="Of the question's module.",
                        max_length=20,
                    ),
                ),
                (
                    "difficulty_from",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=3,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("1")),
                        ],
                    ),
                ),
                (
                    "difficulty_to",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=3,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("1")),
                        ],
                    ),
                ),
                (
                    "points",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1.00"),
                        max_digits=6,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                    ),
                ),
                (
                    "pinned",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="A version's number to keep to; empty for the newest that is ready.",
                        null=True,
                    ),
                ),
            ],
            options={
                "ordering": ["quiz", "position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("quiz", "position"), name="one_slot_per_position"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("points__gt", 0)),
                        name="slot_is_worth_something",
                        violation_error_message="A slot is worth more than 0 points.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("difficulty_from__isnull", True),
                                ("difficulty_to__isnull", True),
                                ("lens", ""),
                                ("module__isnull", True),
                                ("objective__isnull", True),
                                ("question__isnull", False),
                                ("tag__isnull", True),
                            ),
                            models.Q(
                                ("question__isnull", True),
                                models.Q(
                                    ("difficulty_from__isnull", True),
                                    ("difficulty_to__isnull", True),
                                    ("lens", ""),
                                    ("module__isnull", True),
                                    ("objective__isnull", True),
                                    ("tag__isnull", True),
                                    _negated=True,
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="slot_has_question_or_pool",
                        violation_error_message="Give a slot either a question or a pool (an objective, tag, module, lens or difficulty).",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "quiz",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tallies",
                        to="quizzes.quiz",
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tallies",
                        to="courses.cohort",
                    ),
                ),
                ("which", models.CharField(max_length=5)),
                ("turn", models.CharField(max_length=80)),
                ("content", models.TextField()),
            ],
            options={
                "ordering": ["quiz", "cohort", "which"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("quiz", "cohort", "which"), name="one_tally_of_each_kind"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "quiz",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="turns",
                        to="quizzes.quiz",
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quiz_turns",
                        to="courses.cohort",
                    ),
                ),
                ("token", models.UUIDField(default=uuid.uuid4)),
            ],
            options={
                "ordering": ["quiz", "cohort"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("quiz", "cohort"), name="one_turn_per_quiz_and_cohort"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="courses.cohort",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("working", "being done"),
                            ("ready", "ready"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("whole", models.PositiveIntegerField(null=True)),
                ("done", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("alive_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                ("fault", models.CharField(blank=True, max_length=300)),
                ("kind", models.CharField(max_length=20)),
                ("form", models.CharField(max_length=4)),
                ("query", models.JSONField(default=dict)),
                ("name", models.CharField(blank=True, max_length=160)),
                ("size", models.PositiveIntegerField(default=0)),
                ("content", models.BinaryField(null=True)),
            ],
            options={
                "ordering": ["-made_at", "-pk"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["waiting", "working"])),
                        fields=("cohort", "by", "kind", "form", "query"),
                        name="one_unfinished_export_of_a_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NameShown",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="names_shown",
                        to="quizzes.item",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="names_seen",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("shown_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["item", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item", "by"), name="a_name_is_shown_to_each_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MarkingPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="marking_plans",
                        to="courses.cohort",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="marking_plans",
                        to="quizzes.question",
                    ),
                ),
                (
                    "second",
                    models.BooleanField(
                        default=False,
                        help_text="A second person marks each answer without seeing the first mark.",
                        verbose_name="second marking",
                    ),
                ),
                (
                    "tolerance",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        help_text="Points by which two marks may differ; beyond that an instructor decides.",
                        max_digits=6,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("9999")),
                        ],
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marking_plans_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["cohort", "question"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cohort", "question"), name="one_plan_per_question"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tolerance__gte", 0)), name="tolerance_is_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evidence",
                        to="quizzes.question",
                    ),
                ),
                ("option", models.CharField(max_length=80)),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="courses.lesson",
                    ),
                ),
                ("anchor", models.CharField(max_length=80)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="courses.source",
                    ),
                ),
                ("locator", models.CharField(blank=True, max_length=200)),
                ("why", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("checked_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "evidence",
                "ordering": ["question", "option"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("question", "option"), name="one_evidence_per_option"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="question",
            name="current",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="quizzes.questionversion",
            ),
        ),
    ]
