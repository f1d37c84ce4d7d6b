from django.apps import AppConfig
from django.core import checks

from courses.checks import sqlite_is_safe


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = "Courses"

    def ready(self) -> None:
        checks.register(sqlite_is_safe, checks.Tags.database)
