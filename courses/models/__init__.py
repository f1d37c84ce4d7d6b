from courses.models.content import (
    Activity,
    Bloom,
    Course,
    Figure,
    Lens,
    Lesson,
    Mention,
    Module,
    Objective,
    Paragraph,
    Source,
    Term,
)
from courses.models.people import Cohort, Enrolment, Role, User
from courses.models.progress import Record

__all__ = [
    "Activity",
    "Bloom",
    "Cohort",
    "Course",
    "Enrolment",
    "Figure",
    "Lens",
    "Lesson",
    "Mention",
    "Module",
    "Objective",
    "Paragraph",
    "Record",
    "Role",
    "Source",
    "Term",
    "User",
]
