import courses.models.people
import courses.models.reference
import django.contrib.auth.models
import django.contrib.auth.validators
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("courses", "0001_initial"),
        ("courses", "0002_reference_data"),
        ("courses", "0003_groups"),
        ("courses", "0004_desk"),
        ("courses", "0005_looks"),
        ("courses", "0006_roster"),
        ("courses", "0007_begun_or_not"),
        ("courses", "0008_column_tallies"),
        ("courses", "0009_letters"),
        ("courses", "0010_mail_wanted"),
        ("courses", "0011_name_keys"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Source",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("thesis", "Theses"),
                            ("article", "Articles"),
                            ("book", "Books"),
                            ("chapter", "Chapters"),
                            ("report", "Reports"),
                            ("speech", "Speeches"),
                            ("news", "News"),
                            ("web", "Web pages"),
                            ("document", "Documents"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "label",
                    models.CharField(help_text="How a citation prints: Waltz 1979.", max_length=80),
                ),
                ("authors", models.CharField(blank=True, max_length=300)),
                ("year", models.CharField(blank=True, max_length=60)),
                ("title", models.CharField(max_length=400)),
                ("container", models.CharField(blank=True, max_length=300)),
                ("publisher", models.CharField(blank=True, max_length=200)),
                ("details", models.CharField(blank=True, max_length=200)),
                ("url", models.URLField(blank=True, max_length=400)),
                (
                    "cited_through",
                    models.ForeignKey(
                        blank=True,
                        help_text="The work whose footnote is all we know this one by.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passes_on",
                        to="courses.source",
                    ),
                ),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                ("note_html", models.TextField(blank=True, editable=False)),
            ],
            options={
                "ordering": ["label", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Course",
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
                ("title", models.CharField(max_length=200)),
                ("summary", models.TextField(blank=True, help_text="Markdown.")),
                ("summary_html", models.TextField(blank=True, editable=False)),
                ("language", models.CharField(default="en", max_length=12)),
                ("published", models.BooleanField(default=False)),
                (
                    "texts",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The texts that the course reads, and checks.",
                        to="courses.source",
                    ),
                ),
            ],
            options={
                "ordering": ["title"],
            },
        ),
        migrations.CreateModel(
            name="Module",
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
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="modules",
                        to="courses.course",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                ("title", models.CharField(max_length=200)),
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
                        default="",
                        max_length=20,
                    ),
                ),
                ("summary", models.TextField(blank=True, help_text="Markdown.")),
                ("summary_html", models.TextField(blank=True, editable=False)),
                ("prerequisites", models.ManyToManyField(blank=True, to="courses.module")),
            ],
            options={
                "ordering": ["course", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Activity",
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
                        related_name="activities",
                        to="courses.module",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("lesson", "lesson"), ("quiz", "quiz")], max_length=8
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("required", models.BooleanField(default=True)),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1.00"),
                        max_digits=6,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "activities",
                "ordering": ["module__position", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Cohort",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cohorts",
                        to="courses.course",
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC",
                        max_length=64,
                        validators=[courses.models.people.validate_time_zone],
                    ),
                ),
                (
                    "join_code",
                    models.CharField(
                        default=courses.models.people.new_join_code, max_length=16, unique=True
                    ),
                ),
                ("joining_open", models.BooleanField(default=True)),
                ("demo", models.BooleanField(default=False, editable=False)),
                ("roster", models.UUIDField(default=uuid.uuid4, editable=False)),
            ],
            options={
                "ordering": ["-starts_on", "title"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="cohort_ends_after_start",
                        violation_error_message="A cohort cannot end before it starts.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Figure",
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
                ("title", models.CharField(max_length=200)),
                (
                    "description",
                    models.TextField(help_text="What it shows, for those who cannot see it."),
                ),
                ("kind", models.CharField(max_length=20)),
                ("spec", models.JSONField()),
            ],
            options={
                "ordering": ["key"],
            },
        ),
        migrations.CreateModel(
            name="State",
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
                ("name", models.CharField(max_length=80)),
                (
                    "code",
                    models.CharField(
                        blank=True,
                        help_text="ISO 3166 code; nothing for a state of the past.",
                        max_length=4,
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="email address"),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="date joined"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        max_length=150,
                        validators=[courses.models.people.validate_name],
                        verbose_name="full name",
                    ),
                ),
                ("name_key", courses.models.people.NameKey(default=b"")),
                (
                    "wants_mail",
                    models.BooleanField(
                        default=True,
                        help_text="Of messages and announcements.",
                        verbose_name="told by mail",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="Category",
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
                        related_name="categories",
                        to="courses.cohort",
                    ),
                ),
                ("title", models.CharField(max_length=80)),
                ("position", models.PositiveSmallIntegerField(default=1)),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1.00"),
                        max_digits=6,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                    ),
                ),
                (
                    "drop_lowest",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="So many of a student's lowest marks here do not count.",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "categories",
                "ordering": ["cohort", "position", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cohort", "title"), name="one_category_per_title"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gte", 0)), name="category_weight_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Announcement",
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
                        related_name="announcements",
                        to="courses.cohort",
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("body", models.TextField(max_length=4000)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="announcements_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("mail_base", models.CharField(blank=True, max_length=200)),
                ("mailed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ColumnTally",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="column_tallies",
                        to="courses.cohort",
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="column_tallies",
                        to="courses.activity",
                    ),
                ),
                ("token", models.UUIDField(default=uuid.uuid4)),
                ("counted", models.CharField(blank=True, max_length=80)),
                ("n", models.PositiveIntegerField(default=0)),
                (
                    "total",
                    models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=12),
                ),
            ],
            options={
                "verbose_name_plural": "column tallies",
                "ordering": ["cohort", "activity"],
                "constraints": [
                    models.UniqueConstraint(fields=("cohort", "activity"), name="one_column_tally")
                ],
            },
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to="courses.cohort",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("student", "student"),
                            ("assistant", "assistant"),
                            ("instructor", "instructor"),
                        ],
                        default="student",
                        max_length=12,
                    ),
                ),
                (
                    "time_factor",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1.00"),
                        help_text="Multiplies every time limit: 1.50 gives half as much time again.",
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("1.00")),
                            django.core.validators.MaxValueValidator(Decimal("10.00")),
                        ],
                    ),
                ),
                (
                    "accommodation",
                    models.CharField(
                        blank=True,
                        help_text="Why the time factor is what it is; seen by those who teach, and the student.",
                        max_length=300,
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["user__name_key", "user__username"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "cohort"), name="one_enrolment_per_cohort"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("time_factor__gte", 1)),
                        name="enrolment_time_factor_at_least_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GradeChange",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grade_changes",
                        to="courses.enrolment",
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grade_changes",
                        to="courses.activity",
                    ),
                ),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "percentage",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=5,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("100")),
                        ],
                    ),
                ),
                ("excused", models.BooleanField(default=False)),
                ("reason", models.CharField(max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grade_changes_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["enrolment", "activity", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrolment", "activity", "number"),
                        name="one_grade_change_per_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("percentage__isnull", True),
                            models.Q(("excused", False), ("percentage__range", (0, 100))),
                            _connector="OR",
                        ),
                        name="grade_change_is_a_percentage",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GradeColumn",
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
                        related_name="grade_columns",
                        to="courses.cohort",
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grade_columns",
                        to="courses.activity",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="columns",
                        to="courses.category",
                    ),
                ),
                (
                    "weight",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Its weight within the category; empty: as the course says. 0 does not count.",
                        max_digits=6,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                    ),
                ),
                ("hidden", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["cohort", "activity"],
                "constraints": [
                    models.UniqueConstraint(fields=("cohort", "activity"), name="one_grade_column"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("weight__isnull", True), ("weight__gte", 0), _connector="OR"
                        ),
                        name="grade_column_weight_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Group",
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
                        related_name="groups",
                        to="courses.cohort",
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "members",
                    models.ManyToManyField(
                        blank=True, related_name="groups", to="courses.enrolment"
                    ),
                ),
            ],
            options={
                "ordering": ["cohort", "name"],
                "constraints": [
                    models.UniqueConstraint(fields=("cohort", "name"), name="one_group_per_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalCourse",
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
                ("title", models.CharField(max_length=200)),
                ("summary", models.TextField(blank=True, help_text="Markdown.")),
                ("language", models.CharField(default="en", max_length=12)),
                ("published", models.BooleanField(default=False)),
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
                "verbose_name": "historical course",
                "verbose_name_plural": "historical courses",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFigure",
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
                ("title", models.CharField(max_length=200)),
                (
                    "description",
                    models.TextField(help_text="What it shows, for those who cannot see it."),
                ),
                ("kind", models.CharField(max_length=20)),
                ("spec", models.JSONField()),
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
                "verbose_name": "historical figure",
                "verbose_name_plural": "historical figures",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalLesson",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "question",
                    models.CharField(help_text="The question that opens it.", max_length=300),
                ),
                ("body", models.TextField(help_text="Markdown, at most 64 KB.")),
                ("summary", models.TextField(help_text="Markdown, three sentences.")),
                ("read_on", models.TextField(blank=True, help_text="Markdown list.")),
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
                "verbose_name": "historical lesson",
                "verbose_name_plural": "historical lessons",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalModule",
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
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                ("title", models.CharField(max_length=200)),
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
                        default="",
                        max_length=20,
                    ),
                ),
                ("summary", models.TextField(blank=True, help_text="Markdown.")),
                (
                    "course",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.course",
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
                "verbose_name": "historical module",
                "verbose_name_plural": "historical modules",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalTerm",
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
                ("title", models.CharField(max_length=120)),
                ("definition", models.TextField(help_text="Markdown, one to three sentences.")),
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
                        default="",
                        max_length=20,
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
                "verbose_name": "historical term",
                "verbose_name_plural": "historical terms",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Invitation",
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
                        related_name="invitations",
                        to="courses.cohort",
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                (
                    "name",
                    models.CharField(
                        blank=True, max_length=150, validators=[courses.models.people.validate_name]
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("student", "student"),
                            ("assistant", "assistant"),
                            ("instructor", "instructor"),
                        ],
                        default="student",
                        max_length=12,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invitations",
                        to="courses.group",
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations_accepted",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-made_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("accepted_at__isnull", True), ("revoked_at__isnull", True)
                        ),
                        fields=("cohort", "email"),
                        name="one_open_invitation_per_address",
                        violation_error_message="This address has an open invitation already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Objective",
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
                        related_name="objectives",
                        to="courses.module",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=1)),
                ("verb", models.CharField(max_length=40)),
                ("statement", models.CharField(max_length=300)),
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
            ],
            options={
                "ordering": ["module", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Lesson",
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
                        related_name="lesson",
                        to="courses.activity",
                    ),
                ),
                (
                    "question",
                    models.CharField(help_text="The question that opens it.", max_length=300),
                ),
                ("body", models.TextField(help_text="Markdown, at most 64 KB.")),
                ("summary", models.TextField(help_text="Markdown, three sentences.")),
                ("read_on", models.TextField(blank=True, help_text="Markdown list.")),
                ("parts", models.JSONField(default=list, editable=False)),
                ("head_html", models.TextField(blank=True, editable=False)),
                ("foot_html", models.TextField(blank=True, editable=False)),
                ("words", models.PositiveIntegerField(default=0, editable=False)),
                ("render_version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "objectives",
                    models.ManyToManyField(
                        blank=True, related_name="lessons", to="courses.objective"
                    ),
                ),
            ],
            options={
                "ordering": ["activity"],
            },
        ),
        migrations.CreateModel(
            name="Finding",
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
                    "severity",
                    models.CharField(
                        choices=[
                            ("a", "wrong: never the key of a question"),
                            ("b", "taught with a source note only"),
                            ("c", "minor"),
                            ("dated", "true when written, changed since"),
                        ],
                        max_length=5,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="courses.source",
                    ),
                ),
                ("locator", models.CharField(blank=True, max_length=200)),
                ("printed", models.TextField(help_text="What the source says, in our words.")),
                (
                    "better",
                    models.TextField(help_text="What is better supported, or what came after."),
                ),
                (
                    "lesson",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="courses.lesson",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supports",
                        to="courses.source",
                    ),
                ),
                (
                    "opened",
                    models.BooleanField(
                        default=False, help_text="Whether the public reference was opened and read."
                    ),
                ),
            ],
            options={
                "ordering": ["key"],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "announcement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="letters",
                        to="courses.announcement",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="letters",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                ("begun_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("refused", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("announcement", "user"), name="one_letter_a_person"
                    ),
                    models.UniqueConstraint(
                        fields=("announcement", "address"), name="one_letter_an_address"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Look",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="looks",
                        to="courses.enrolment",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="looks_taken",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("page", models.CharField(max_length=120)),
                ("made_at", models.DateTimeField()),
                ("hour", models.DateTimeField()),
            ],
            options={
                "ordering": ["-made_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrolment", "by", "page", "hour"),
                        name="one_look_per_page_and_hour",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="courses.enrolment",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages_written",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("body", models.TextField(max_length=4000)),
                ("made_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["made_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Note",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="courses.enrolment",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes_written",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("body", models.TextField(max_length=4000)),
                ("made_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
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
                    "source",
                    models.ForeignKey(
                        help_text="What the row rests on as it stands here.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "printed",
                    models.TextField(
                        blank=True,
                        help_text="What the thesis or article prints, where this row departs from it.",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.finding",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                ("reference_locator", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                ("note_html", models.TextField(blank=True, editable=False)),
                ("name", models.CharField(max_length=160)),
                ("abbreviation", models.CharField(blank=True, max_length=20)),
                (
                    "begins",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "ends",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                ("seat", models.CharField(blank=True, max_length=120)),
                ("decision_rule", models.CharField(blank=True, max_length=200)),
                ("highest_body", models.CharField(blank=True, max_length=200)),
                ("summary", models.TextField(blank=True, help_text="Markdown.")),
                ("summary_html", models.TextField(blank=True, editable=False)),
                (
                    "successor_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successors",
                        to="courses.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["begins", "name"],
            },
        ),
        migrations.CreateModel(
            name="Body",
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
                    "source",
                    models.ForeignKey(
                        help_text="What the row rests on as it stands here.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "printed",
                    models.TextField(
                        blank=True,
                        help_text="What the thesis or article prints, where this row departs from it.",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.finding",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                ("reference_locator", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                ("note_html", models.TextField(blank=True, editable=False)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bodies",
                        to="courses.organisation",
                    ),
                ),
                ("name", models.CharField(max_length=160)),
                ("abbreviation", models.CharField(blank=True, max_length=20)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        help_text="The body that it answers to.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answering",
                        to="courses.body",
                    ),
                ),
                (
                    "begins",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "ends",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                ("role", models.CharField(max_length=300)),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("heads", "heads of state"),
                            ("ministers", "ministers"),
                            ("standing", "standing"),
                            ("military", "military"),
                            ("external", "outside the organisation"),
                        ],
                        max_length=10,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=1)),
            ],
            options={
                "verbose_name_plural": "bodies",
                "ordering": ["organisation", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="OutlineItem",
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
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outline",
                        to="courses.lesson",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("text", models.TextField()),
            ],
            options={
                "ordering": ["lesson", "position"],
            },
        ),
        migrations.CreateModel(
            name="Paragraph",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="paragraphs",
                        to="courses.lesson",
                    ),
                ),
                ("anchor", models.CharField(max_length=80)),
                ("position", models.PositiveSmallIntegerField()),
                ("text", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("callout", models.CharField(blank=True, max_length=12)),
                ("callout_title", models.CharField(blank=True, max_length=300)),
                ("valid_from", models.CharField(blank=True, max_length=11)),
                ("valid_to", models.CharField(blank=True, max_length=11)),
            ],
            options={
                "ordering": ["lesson", "position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lesson", "anchor"), name="one_paragraph_per_anchor"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Record",
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
                        related_name="records",
                        to="courses.enrolment",
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="courses.activity",
                    ),
                ),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "score",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=5,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "override",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=5,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                ("excused", models.BooleanField(default=False)),
                ("late", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["enrolment", "activity"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrolment", "activity"), name="one_record_per_learner_and_activity"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score__isnull", True), ("score__range", (0, 100)), _connector="OR"
                        ),
                        name="record_score_is_a_percentage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("override__isnull", True),
                            models.Q(("excused", False), ("override__range", (0, 100))),
                            _connector="OR",
                        ),
                        name="record_override_is_a_percentage",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Person",
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
                ("name", models.CharField(max_length=120)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("theorist", "theorist"),
                            ("analyst", "analyst"),
                            ("leader", "leader"),
                            ("official", "official"),
                            ("other", "other"),
                        ],
                        max_length=10,
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
                        default="",
                        max_length=20,
                    ),
                ),
                ("known_for", models.TextField(help_text="Markdown, one or two sentences, dated.")),
                ("known_for_html", models.TextField(blank=True, editable=False)),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="names_people",
                        to="courses.source",
                    ),
                ),
                ("locator", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name_plural": "people",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Operation",
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
                    "source",
                    models.ForeignKey(
                        help_text="What the row rests on as it stands here.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "printed",
                    models.TextField(
                        blank=True,
                        help_text="What the thesis or article prints, where this row departs from it.",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.finding",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                ("reference_locator", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                ("note_html", models.TextField(blank=True, editable=False)),
                ("name", models.CharField(max_length=160)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("exercise", "exercise"),
                            ("operation", "operation"),
                            ("mission", "mission"),
                            ("force", "force"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "begins",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "ends",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                ("purpose", models.CharField(max_length=300)),
                (
                    "organisations",
                    models.ManyToManyField(
                        blank=True, related_name="operations", to="courses.organisation"
                    ),
                ),
            ],
            options={
                "ordering": ["begins", "name"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalSource",
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("thesis", "Theses"),
                            ("article", "Articles"),
                            ("book", "Books"),
                            ("chapter", "Chapters"),
                            ("report", "Reports"),
                            ("speech", "Speeches"),
                            ("news", "News"),
                            ("web", "Web pages"),
                            ("document", "Documents"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "label",
                    models.CharField(help_text="How a citation prints: Waltz 1979.", max_length=80),
                ),
                ("authors", models.CharField(blank=True, max_length=300)),
                ("year", models.CharField(blank=True, max_length=60)),
                ("title", models.CharField(max_length=400)),
                ("container", models.CharField(blank=True, max_length=300)),
                ("publisher", models.CharField(blank=True, max_length=200)),
                ("details", models.CharField(blank=True, max_length=200)),
                ("url", models.URLField(blank=True, max_length=400)),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                (
                    "cited_through",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="The work whose footnote is all we know this one by.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
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
                "verbose_name": "historical source",
                "verbose_name_plural": "historical sources",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPerson",
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
                ("name", models.CharField(max_length=120)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("theorist", "theorist"),
                            ("analyst", "analyst"),
                            ("leader", "leader"),
                            ("official", "official"),
                            ("other", "other"),
                        ],
                        max_length=10,
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
                        default="",
                        max_length=20,
                    ),
                ),
                ("known_for", models.TextField(help_text="Markdown, one or two sentences, dated.")),
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
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
                "verbose_name": "historical person",
                "verbose_name_plural": "historical people",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalOrganisation",
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
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "printed",
                    models.TextField(
                        blank=True,
                        help_text="What the thesis or article prints, where this row departs from it.",
                    ),
                ),
                ("reference_locator", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                ("name", models.CharField(max_length=160)),
                ("abbreviation", models.CharField(blank=True, max_length=20)),
                (
                    "begins",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "ends",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                ("seat", models.CharField(blank=True, max_length=120)),
                ("decision_rule", models.CharField(blank=True, max_length=200)),
                ("highest_body", models.CharField(blank=True, max_length=200)),
                ("summary", models.TextField(blank=True, help_text="Markdown.")),
                ("summary_html", models.TextField(blank=True, editable=False)),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="What the row rests on as it stands here.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.finding",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                (
                    "successor_of",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.organisation",
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
                "verbose_name": "historical organisation",
                "verbose_name_plural": "historical organisations",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalOperation",
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
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "printed",
                    models.TextField(
                        blank=True,
                        help_text="What the thesis or article prints, where this row departs from it.",
                    ),
                ),
                ("reference_locator", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                ("name", models.CharField(max_length=160)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("exercise", "exercise"),
                            ("operation", "operation"),
                            ("mission", "mission"),
                            ("force", "force"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "begins",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "ends",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                ("purpose", models.CharField(max_length=300)),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="What the row rests on as it stands here.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.finding",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
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
                "verbose_name": "historical operation",
                "verbose_name_plural": "historical operations",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFinding",
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
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("a", "wrong: never the key of a question"),
                            ("b", "taught with a source note only"),
                            ("c", "minor"),
                            ("dated", "true when written, changed since"),
                        ],
                        max_length=5,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("locator", models.CharField(blank=True, max_length=200)),
                ("printed", models.TextField(help_text="What the source says, in our words.")),
                (
                    "better",
                    models.TextField(help_text="What is better supported, or what came after."),
                ),
                (
                    "opened",
                    models.BooleanField(
                        default=False, help_text="Whether the public reference was opened and read."
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                (
                    "lesson",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.lesson",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
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
                "verbose_name": "historical finding",
                "verbose_name_plural": "historical findings",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalEvent",
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
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "printed",
                    models.TextField(
                        blank=True,
                        help_text="What the thesis or article prints, where this row departs from it.",
                    ),
                ),
                ("reference_locator", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                (
                    "date",
                    models.CharField(
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "until",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "lenses",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="The lenses that make most of it: a list such as [realism].",
                        validators=[courses.models.reference.validate_lenses],
                    ),
                ),
                ("summary", models.TextField(blank=True, help_text="Markdown.")),
                ("summary_html", models.TextField(blank=True, editable=False)),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="What the row rests on as it stands here.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.finding",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
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
                "verbose_name": "historical event",
                "verbose_name_plural": "historical events",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalBody",
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
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "printed",
                    models.TextField(
                        blank=True,
                        help_text="What the thesis or article prints, where this row departs from it.",
                    ),
                ),
                ("reference_locator", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                ("name", models.CharField(max_length=160)),
                ("abbreviation", models.CharField(blank=True, max_length=20)),
                (
                    "begins",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "ends",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                ("role", models.CharField(max_length=300)),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("heads", "heads of state"),
                            ("ministers", "ministers"),
                            ("standing", "standing"),
                            ("military", "military"),
                            ("external", "outside the organisation"),
                        ],
                        max_length=10,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=1)),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="What the row rests on as it stands here.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.finding",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.organisation",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="The body that it answers to.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.body",
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
                "verbose_name": "historical body",
                "verbose_name_plural": "historical bodies",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Event",
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
                    "source",
                    models.ForeignKey(
                        help_text="What the row rests on as it stands here.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "printed",
                    models.TextField(
                        blank=True,
                        help_text="What the thesis or article prints, where this row departs from it.",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.finding",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                ("reference_locator", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                ("note_html", models.TextField(blank=True, editable=False)),
                (
                    "date",
                    models.CharField(
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "until",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "lenses",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="The lenses that make most of it: a list such as [realism].",
                        validators=[courses.models.reference.validate_lenses],
                    ),
                ),
                ("summary", models.TextField(blank=True, help_text="Markdown.")),
                ("summary_html", models.TextField(blank=True, editable=False)),
                (
                    "organisations",
                    models.ManyToManyField(
                        blank=True, related_name="events", to="courses.organisation"
                    ),
                ),
            ],
            options={
                "ordering": ["date", "key"],
            },
        ),
        migrations.CreateModel(
            name="Claim",
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
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="courses.lesson",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="courses.outlineitem",
                    ),
                ),
                ("paragraph", models.CharField(max_length=80)),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("fact", "fact"),
                            ("reported", "reported"),
                            ("argument", "argument"),
                        ],
                        max_length=10,
                    ),
                ),
                ("statement", models.TextField()),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="courses.source",
                    ),
                ),
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="courses.finding",
                    ),
                ),
            ],
            options={
                "ordering": ["lesson", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Quantity",
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
                    "source",
                    models.ForeignKey(
                        help_text="What the row rests on as it stands here.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "printed",
                    models.TextField(
                        blank=True,
                        help_text="What the thesis or article prints, where this row departs from it.",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.finding",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                ("reference_locator", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                ("note_html", models.TextField(blank=True, editable=False)),
                ("series", models.SlugField(blank=True, max_length=80)),
                ("position", models.PositiveSmallIntegerField(default=1)),
                ("subject", models.CharField(max_length=200)),
                ("value", models.DecimalField(decimal_places=2, max_digits=16)),
                ("unit", models.CharField(max_length=80)),
                (
                    "as_of",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("fact", "fact"),
                            ("reported", "reported"),
                            ("argument", "argument"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quantities",
                        to="courses.organisation",
                    ),
                ),
                (
                    "state",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quantities",
                        to="courses.state",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "quantities",
                "ordering": ["series", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Membership",
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
                    "source",
                    models.ForeignKey(
                        help_text="What the row rests on as it stands here.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "printed",
                    models.TextField(
                        blank=True,
                        help_text="What the thesis or article prints, where this row departs from it.",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.finding",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                ("reference_locator", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                ("note_html", models.TextField(blank=True, editable=False)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="courses.organisation",
                    ),
                ),
                (
                    "state",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="courses.state",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("member", "member"),
                            ("signatory", "signatory"),
                            ("partner", "partner"),
                            ("associate", "associate"),
                            ("observer", "observer"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "begins",
                    models.CharField(
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "ends",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "how_ended",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "has not ended"),
                            ("withdrew", "withdrew"),
                            ("not-renewed", "did not renew"),
                            ("suspended", "suspended"),
                            ("dissolved", "organisation dissolved"),
                            ("merged", "state merged into another"),
                            ("succeeded", "carried on in a successor"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
            ],
            options={
                "ordering": ["organisation", "state", "begins"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "state", "role", "begins"),
                        name="one_spell_per_beginning",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalQuantity",
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
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "printed",
                    models.TextField(
                        blank=True,
                        help_text="What the thesis or article prints, where this row departs from it.",
                    ),
                ),
                ("reference_locator", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                ("series", models.SlugField(blank=True, max_length=80)),
                ("position", models.PositiveSmallIntegerField(default=1)),
                ("subject", models.CharField(max_length=200)),
                ("value", models.DecimalField(decimal_places=2, max_digits=16)),
                ("unit", models.CharField(max_length=80)),
                (
                    "as_of",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("fact", "fact"),
                            ("reported", "reported"),
                            ("argument", "argument"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="What the row rests on as it stands here.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.finding",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.organisation",
                    ),
                ),
                (
                    "state",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.state",
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
                "verbose_name": "historical quantity",
                "verbose_name_plural": "historical quantities",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalMembership",
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
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "printed",
                    models.TextField(
                        blank=True,
                        help_text="What the thesis or article prints, where this row departs from it.",
                    ),
                ),
                ("reference_locator", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("member", "member"),
                            ("signatory", "signatory"),
                            ("partner", "partner"),
                            ("associate", "associate"),
                            ("observer", "observer"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "begins",
                    models.CharField(
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "ends",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "how_ended",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "has not ended"),
                            ("withdrew", "withdrew"),
                            ("not-renewed", "did not renew"),
                            ("suspended", "suspended"),
                            ("dissolved", "organisation dissolved"),
                            ("merged", "state merged into another"),
                            ("succeeded", "carried on in a successor"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="What the row rests on as it stands here.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.finding",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.organisation",
                    ),
                ),
                (
                    "state",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.state",
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
                "verbose_name": "historical membership",
                "verbose_name_plural": "historical memberships",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalBase",
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
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "printed",
                    models.TextField(
                        blank=True,
                        help_text="What the thesis or article prints, where this row departs from it.",
                    ),
                ),
                ("reference_locator", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                ("name", models.CharField(max_length=120)),
                ("also_called", models.CharField(blank=True, max_length=120)),
                (
                    "begins",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "ends",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=160)),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="What the row rests on as it stands here.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.finding",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                (
                    "host",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.state",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="courses.state",
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
                "verbose_name": "historical base",
                "verbose_name_plural": "historical bases",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Base",
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
                    "source",
                    models.ForeignKey(
                        help_text="What the row rests on as it stands here.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                ("locator", models.CharField(blank=True, max_length=200)),
                (
                    "printed",
                    models.TextField(
                        blank=True,
                        help_text="What the thesis or article prints, where this row departs from it.",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.finding",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.source",
                    ),
                ),
                ("reference_locator", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True, help_text="Markdown.")),
                ("note_html", models.TextField(blank=True, editable=False)),
                ("name", models.CharField(max_length=120)),
                ("also_called", models.CharField(blank=True, max_length=120)),
                (
                    "host",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bases_hosted",
                        to="courses.state",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bases_used",
                        to="courses.state",
                    ),
                ),
                (
                    "begins",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                (
                    "ends",
                    models.CharField(
                        blank=True,
                        help_text="1992-05-15, 1992-05 or 1992; ~ at the end means about.",
                        max_length=11,
                        validators=[courses.models.reference.validate_date],
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=160)),
            ],
            options={
                "ordering": ["begins", "name"],
            },
        ),
        migrations.CreateModel(
            name="Term",
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
                ("title", models.CharField(max_length=120)),
                ("definition", models.TextField(help_text="Markdown, one to three sentences.")),
                ("definition_html", models.TextField(blank=True, editable=False)),
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
                        default="",
                        max_length=20,
                    ),
                ),
                ("see_also", models.ManyToManyField(blank=True, to="courses.term")),
            ],
            options={
                "ordering": ["title", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "paragraph",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="courses.paragraph",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="courses.source",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="courses.term",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="courses.person",
                    ),
                ),
                ("locator", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["paragraph"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("person__isnull", True),
                                ("source__isnull", False),
                                ("term__isnull", True),
                            ),
                            models.Q(
                                ("person__isnull", True),
                                ("source__isnull", True),
                                ("term__isnull", False),
                            ),
                            models.Q(
                                ("person__isnull", False),
                                ("source__isnull", True),
                                ("term__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="mention_of_one_thing",
                    )
                ],
            },
        ),
    ]
