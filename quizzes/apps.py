from django.apps import AppConfig
from django.utils.module_loading import import_string


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = "Quizzes"

    def ready(self) -> None:
        # By name, because models cannot be imported before all apps are there.
        known = import_string("courses.authoring.checkpoint_keys")
        known.append(import_string("quizzes.authoring.checkpoint_keys"))
        asked = import_string("courses.enrolment.asked_first")
        asked.append(import_string("quizzes.times.returning.as_they_become"))
