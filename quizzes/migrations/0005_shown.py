from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("quizzes", "0004_saving")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="shown_at",
            field=models.DateTimeField(null=True),
        ),
    ]
