import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("courses", "0005_looks")]

    operations = [
        migrations.AddField(
            model_name="cohort",
            name="roster",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
    ]
