from quizzes.models.attempts import Attempt, CheckpointAnswer, Item, Mark, Response
from quizzes.models.bank import Evidence, Question, QuestionVersion
from quizzes.models.quizzes import Quiz, Slot
from quizzes.models.review import Contest, Regrade
from quizzes.models.timing import Override, Schedule

__all__ = [
    "Attempt",
    "CheckpointAnswer",
    "Contest",
    "Evidence",
    "Item",
    "Mark",
    "Override",
    "Question",
    "QuestionVersion",
    "Quiz",
    "Regrade",
    "Response",
    "Schedule",
    "Slot",
]
