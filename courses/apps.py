from django.apps import AppConfig
from django.core import checks

from courses.checks import postgresql_is_safe, sqlite_is_safe


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = "Courses"

    def ready(self) -> None:
        checks.register(sqlite_is_safe, checks.Tags.database)
        checks.register(postgresql_is_safe, checks.Tags.database)
