from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0006_roster"),
    ]

    operations = [
        migrations.AlterField(
            model_name="record",
            name="started_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
