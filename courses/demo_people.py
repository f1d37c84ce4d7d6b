"""The four people of the demo cohort whom anybody may sign in as, in demo mode only."""

from dataclasses import dataclass

DEMO_PASSWORD = "parallax-demo"  # noqa: S105  # printed on the demo's front page
DEMO_COHORT = "Demo cohort"


@dataclass(frozen=True)
class DemoPerson:
    username: str
    name: str
    role: str
    sees: str


DEMO_PEOPLE = (
    DemoPerson("ben", "Ben Okafor", "student", "reads lessons, sits quizzes, sees results"),
    DemoPerson("ada", "Ada Lindqvist", "instructor", "sees who has read what and scored what"),
    DemoPerson("cleo", "Cleo Marchetti", "assistant", "helps ada and sees the same cohort"),
    DemoPerson("adam", "Adam Novák", "admin", "edits lessons, questions and quizzes"),
)
