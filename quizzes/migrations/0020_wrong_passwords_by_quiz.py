import django.db.models.deletion
from django.db import migrations, models


def forget(apps, schema_editor):
    """Those that are kept count for some minutes only, and do not say of which quiz they were."""
    apps.get_model("quizzes", "PasswordTry").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0019_regrade_of_one")]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.AddField(
            model_name="passwordtry",
            name="quiz",
            field=models.ForeignKey(
                default=None,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="password_tries",
                to="quizzes.quiz",
            ),
            preserve_default=False,
        ),
    ]
