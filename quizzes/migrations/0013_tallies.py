import uuid

import django.db.models.deletion
from django.db import migrations, models


def key():
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def quiz(name):
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name=name,
        to="quizzes.quiz",
    )


def cohort(name):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name=name, to="courses.cohort"
    )


class Migration(migrations.Migration):
    dependencies = [("courses", "0006_roster"), ("quizzes", "0013_exports")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="pace",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.CreateModel(
            name="Fit",
            fields=[
                ("id", key()),
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
                ("cohort", cohort("fits")),
                ("quiz", quiz("fits")),
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
            name="Tally",
            fields=[
                ("id", key()),
                ("which", models.CharField(max_length=5)),
                ("turn", models.CharField(max_length=80)),
                ("content", models.TextField()),
                ("cohort", cohort("tallies")),
                ("quiz", quiz("tallies")),
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
                ("id", key()),
                ("token", models.UUIDField(default=uuid.uuid4)),
                ("cohort", cohort("quiz_turns")),
                ("quiz", quiz("turns")),
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
    ]
