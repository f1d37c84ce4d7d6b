from quizzes.models.attempts import (
    Attempt,
    CheckpointAnswer,
    Item,
    LateAnswer,
    Mark,
    Response,
    Reveal,
)
from quizzes.models.bank import Evidence, Question, QuestionVersion, Tag
from quizzes.models.desk import Export, Presence
from quizzes.models.marking import Marking, MarkingPlan, NameShown, Snippet
from quizzes.models.quizzes import Band, Quiz, Section, Slot
from quizzes.models.reporting import Fit, Tally, Turn
from quizzes.models.review import Contest, Regrade, RegradeJob
from quizzes.models.timing import Acceptance, Override, OverrideMove, PasswordTry, Schedule

__all__ = [
    "Acceptance",
    "Attempt",
    "Band",
    "CheckpointAnswer",
    "Contest",
    "Evidence",
    "Export",
    "Fit",
    "Item",
    "LateAnswer",
    "Mark",
    "Marking",
    "MarkingPlan",
    "NameShown",
    "Override",
    "OverrideMove",
    "PasswordTry",
    "Presence",
    "Question",
    "QuestionVersion",
    "Quiz",
    "Regrade",
    "RegradeJob",
    "Response",
    "Reveal",
    "Schedule",
    "Section",
    "Slot",
    "Snippet",
    "Tag",
    "Tally",
    "Turn",
]
