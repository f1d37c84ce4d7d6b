"""People are sorted by a key of their name that is the same on every database."""

from django.db import migrations, models

import courses.models.people
from courses.names import sort_key

CHUNK = 500


def write_keys(apps, schema_editor):
    people = apps.get_model("courses", "User").objects.order_by()
    some = []
    for user in people.only("name", "username").iterator(chunk_size=CHUNK):
        user.name_key = sort_key(user.name or user.username)
        some.append(user)
        if len(some) == CHUNK:
            people.bulk_update(some, ["name_key"])
            some = []
    people.bulk_update(some, ["name_key"])


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0010_mail_wanted"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="name_key",
            field=courses.models.people.NameKey(default=b"", editable=False),
        ),
        migrations.AlterField(
            model_name="user",
            name="name",
            field=models.CharField(
                blank=True,
                max_length=150,
                validators=[courses.models.people.validate_name],
                verbose_name="full name",
            ),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="name",
            field=models.CharField(
                blank=True, max_length=150, validators=[courses.models.people.validate_name]
            ),
        ),
        migrations.AlterModelOptions(
            name="enrolment",
            options={"ordering": ["user__name_key", "user__username"]},
        ),
        migrations.RunPython(write_keys, migrations.RunPython.noop),
    ]
