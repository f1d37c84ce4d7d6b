"""What tests of regrades and contests begin with: finished attempts, and a corrected key."""

from courses.models import Enrolment
from quizzes.authoring import publish
from quizzes.models import Attempt, Question, QuestionVersion
from quizzes.sitting import attempts
from quizzes.sitting.attempts import Answer
from tests.factories import NOON, minutes

LATER = NOON + minutes(90)


def sit(enrolment: Enrolment, quiz, *tokens: str | None, now=NOON) -> Attempt:
    """A finished attempt with these answers, by the letters of its page."""
    attempt = attempts.start(enrolment, quiz, now=now)
    answers = {
        position: Answer(0, lambda kind, order, token=token: kind.parse_json(order, token))
        for position, token in enumerate(tokens, start=1)
        if token is not None
    }
    attempts.save(enrolment.user, attempt.pk, answers=answers, now=now)
    return attempts.submit(enrolment.user, attempt.pk, now=now)


def correct(question: Question, right: str = "option-2", **spec: object) -> QuestionVersion:
    """The version of a question in which another option is right."""
    question.refresh_from_db()
    options = [{**option, "correct": option["key"] == right} for option in question.spec["options"]]
    question.spec = {**question.spec, "options": options, **spec}
    question.save()
    return publish(question, now=NOON)
