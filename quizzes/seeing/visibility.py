"""Who may see what of an attempt, and when: one table that page, API, export and mail all ask.

Nothing is shown unless the table says so.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

JUST_AFTER = timedelta(minutes=2)


class Item(StrEnum):
    ATTEMPT = "attempt"  # the questions and one's own answers
    CORRECTNESS = "correctness"  # right, partly right or wrong, per question
    MAX_MARKS = "max_marks"  # what each question is worth
    SCORE = "score"  # the attempt's total and whether it passes
    MARKS = "marks"  # the marks earned, per question
    SPECIFIC_FEEDBACK = "specific_feedback"  # on the options one chose
    GENERAL_FEEDBACK = "general_feedback"  # the explanation of a question
    RIGHT_ANSWER = "right_answer"
    OVERALL_FEEDBACK = "overall_feedback"  # the words for the total


class Phase(StrEnum):
    DURING = "during"  # the attempt is open
    TRIED = "tried"  # the attempt is open; this one question was checked and may be tried again
    ANSWERED = "answered"  # the attempt is open, and this one question has been checked for good
    AGAIN = "again"  # finished, but this student may still earn credit on the same key
    JUST_AFTER = "just_after"  # the first two minutes after finishing
    LATER = "later"  # finished; others may still be at work
    CLOSED = "closed"  # nobody can earn anything here any more


class Policy(StrEnum):
    PRACTICE = "practice"
    HOMEWORK = "homework"
    EXAM = "exam"


class Role(StrEnum):
    STUDENT = "student"
    STAFF = "staff"


NOTHING: frozenset[Item] = frozenset()
EVERYTHING = frozenset(Item)
AT_WORK = frozenset({Item.ATTEMPT, Item.MAX_MARKS})
# Of one question between two tries: whether it is right yet, and the hints beside it.
BETWEEN_TRIES = AT_WORK | {Item.CORRECTNESS}
# Of one question, while the attempt goes on: the total is not known yet.
CHECKED = EVERYTHING - {Item.SCORE, Item.OVERALL_FEEDBACK}
# Marks per question would tell a student which answers were right while others still sit the
# exam, or they themselves may try again, so only the total is told until then.
TOTAL_ONLY = AT_WORK | {Item.SCORE, Item.OVERALL_FEEDBACK}

# What gives the key away, wholly or in part.
KEY = frozenset(
    {
        Item.CORRECTNESS,
        Item.MARKS,
        Item.SPECIFIC_FEEDBACK,
        Item.GENERAL_FEEDBACK,
        Item.RIGHT_ANSWER,
    }
)

STUDENTS_SEE: Mapping[tuple[Policy, Phase], frozenset[Item]] = {
    (Policy.PRACTICE, Phase.DURING): AT_WORK,
    (Policy.PRACTICE, Phase.TRIED): BETWEEN_TRIES,
    (Policy.PRACTICE, Phase.ANSWERED): CHECKED,
    (Policy.PRACTICE, Phase.AGAIN): EVERYTHING,
    (Policy.PRACTICE, Phase.JUST_AFTER): EVERYTHING,
    (Policy.PRACTICE, Phase.LATER): EVERYTHING,
    (Policy.PRACTICE, Phase.CLOSED): EVERYTHING,
    (Policy.HOMEWORK, Phase.DURING): AT_WORK,
    (Policy.HOMEWORK, Phase.TRIED): BETWEEN_TRIES,
    # Questions are checked one by one only where the quiz says so; that reveals each of them.
    (Policy.HOMEWORK, Phase.ANSWERED): CHECKED,
    (Policy.HOMEWORK, Phase.AGAIN): TOTAL_ONLY,
    (Policy.HOMEWORK, Phase.JUST_AFTER): EVERYTHING,
    (Policy.HOMEWORK, Phase.LATER): EVERYTHING,
    (Policy.HOMEWORK, Phase.CLOSED): EVERYTHING,
    (Policy.EXAM, Phase.DURING): AT_WORK,
    (Policy.EXAM, Phase.TRIED): AT_WORK,
    (Policy.EXAM, Phase.ANSWERED): AT_WORK,
    (Policy.EXAM, Phase.AGAIN): TOTAL_ONLY,
    (Policy.EXAM, Phase.JUST_AFTER): TOTAL_ONLY,
    (Policy.EXAM, Phase.LATER): TOTAL_ONLY,
    (Policy.EXAM, Phase.CLOSED): EVERYTHING,
}

NOT_RELEASED = (
    "The marks of this quiz are not released yet. Scores and answers follow when those who teach "
    "release them."
)
AT_ONCE = "As soon as you submit you see your score."
BY_HAND = "People mark some of the answers; you see your score when they have."

# Told to the student before the attempt.
TOLD: Mapping[Policy, str] = {
    Policy.PRACTICE: "As soon as you submit you see which answers are right, and why.",
    Policy.HOMEWORK: (
        f"{AT_ONCE} The right answers and the explanations follow when you have no attempt left, "
        "when the quiz has closed for you, or when you ask for them, which ends your attempts."
    ),
    Policy.EXAM: (
        f"{AT_ONCE} The right answers and the explanations follow when the quiz has closed for "
        "everybody."
    ),
}

# In words, for those who teach and those who set a quiz.
ITEMS_IN_WORDS: Mapping[Item, str] = {
    Item.ATTEMPT: "the questions and one's own answers",
    Item.CORRECTNESS: "whether each answer is right",
    Item.MAX_MARKS: "what each question is worth",
    Item.SCORE: "the score, and whether it passes",
    Item.MARKS: "the points for each question",
    Item.SPECIFIC_FEEDBACK: "what is said of the choices made, and its evidence",
    Item.GENERAL_FEEDBACK: "the explanation of each question",
    Item.RIGHT_ANSWER: "the right answers",
    Item.OVERALL_FEEDBACK: "the words for the score",
}
PHASES_IN_WORDS: Mapping[Phase, str] = {
    Phase.DURING: "the attempt is under way",
    Phase.TRIED: "under way, of a question that was checked and may be tried again",
    Phase.ANSWERED: "under way, of a question that was checked for good",
    Phase.AGAIN: "handed in, and the student may still try again",
    Phase.JUST_AFTER: "handed in less than two minutes ago, and the student cannot try again",
    Phase.LATER: "handed in, and the student cannot try again",
    Phase.CLOSED: "closed for everybody, extensions included",
}
# What each preset is for, and what follows from it.
PRESETS_IN_WORDS: Mapping[Policy, str] = {
    Policy.PRACTICE: (
        "For learning by trying: students see at once what is right and why, as often as they "
        "like. Whoever has handed in knows the answers."
    ),
    Policy.HOMEWORK: (
        "For graded work at home: the score at once, the answers when the student cannot try "
        "again. Whoever wants them earlier may ask, which ends their attempts; so nobody earns "
        "anything with an answer that was shown to them. Others may still be at work then."
    ),
    Policy.EXAM: (
        "For graded work that all do under the same conditions: the score at once, the answers "
        "when nobody can earn anything any more, the last extension included."
    ),
}


def visible(policy: str, phase: str, role: str, *, hidden: bool = False) -> frozenset[Item]:
    """The items that somebody in `role` may see; an unknown word shows nothing.

    `hidden`: those who teach have not released the marks of this quiz yet. Whatever the table
    says, students then see nothing that a mark could be told from.
    """
    if role == Role.STAFF:
        return EVERYTHING
    if role != Role.STUDENT:
        return NOTHING
    for (a_policy, a_phase), items in STUDENTS_SEE.items():
        if (a_policy, a_phase) == (policy, phase):
            return items & AT_WORK if hidden else items
    return NOTHING


def reveals_key(items: frozenset[Item]) -> bool:
    """Whether a student who saw these items knows more of the key than before.

    After that no later try on the same question version may count.
    """
    return not items.isdisjoint(KEY)


def may_earn(
    *,
    under_way: bool,
    revealed: bool,
    attempts_used: int,
    attempts_allowed: int | None,
    closes_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether a student may still earn credit on the key of a quiz at `now`.

    `under_way`: an attempt is open that asks for the same key. `revealed`: the student has asked
    for the answers. `attempts_allowed` and `closes_at` are the student's own; None is no limit. A
    quiz that is not open yet, or asks for a pause between attempts, may be taken again later.
    """
    if under_way:
        return True
    if revealed or (attempts_allowed is not None and attempts_used >= attempts_allowed):
        return False
    return closes_at is None or now < closes_at


def phase(
    *, finished_at: datetime | None, now: datetime, closes_at: datetime | None, again: bool
) -> Phase:
    """Where an attempt stands at `now`, for the table above. All instants are in UTC.

    `closes_at` is the moment after which nobody can earn credit on the same key: the latest
    close over all students, their extensions included. Without one the attempt never counts as
    closed. `again` is whether its own student may still earn credit (`may_earn`): that goes before
    everything that shows more. The two minutes after finishing outrank a close that falls inside
    them, so whoever submits in the last second sees the same result as everybody else.
    """
    if finished_at is None:
        return Phase.DURING
    if again:
        return Phase.AGAIN
    if now < finished_at + JUST_AFTER:
        return Phase.JUST_AFTER
    if closes_at is not None and now >= closes_at:
        return Phase.CLOSED
    return Phase.LATER
