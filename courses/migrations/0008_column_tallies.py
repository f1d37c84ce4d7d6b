import uuid
from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0007_begun_or_not"),
    ]

    operations = [
        migrations.CreateModel(
            name="ColumnTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.UUIDField(default=uuid.uuid4)),
                ("counted", models.CharField(blank=True, max_length=80)),
                ("n", models.PositiveIntegerField(default=0)),
                (
                    "total",
                    models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=12),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="column_tallies",
                        to="courses.activity",
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
            ],
            options={
                "verbose_name_plural": "column tallies",
                "ordering": ["cohort", "activity"],
                "constraints": [
                    models.UniqueConstraint(fields=("cohort", "activity"), name="one_column_tally")
                ],
            },
        ),
    ]
