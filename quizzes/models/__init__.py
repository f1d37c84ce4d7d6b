from quizzes.models.attempts import Attempt, CheckpointAnswer, Item, Mark, Response
from quizzes.models.bank import Evidence, Question, QuestionVersion
from quizzes.models.quizzes import Quiz, Slot

__all__ = [
    "Attempt",
    "CheckpointAnswer",
    "Evidence",
    "Item",
    "Mark",
    "Question",
    "QuestionVersion",
    "Quiz",
    "Response",
    "Slot",
]
