"""What the API says of quizzes and attempts: nothing that the page would not show."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from courses.serializers import StepSerializer, Strict
from quizzes.models import Attempt, Quiz
from quizzes.questions import KINDS

# --- Questions in tokens -----------------------------------------------------------------------

TEXT = {"type": "string"}
TRUTH = {"type": "boolean"}
PLACE = {"type": ["integer", "null"]}
TOKEN = {"type": "string", "description": "A letter that names a choice in this attempt only."}
MAYBE_TOKEN = {"type": ["string", "null"]}

LONGEST = {"type": "integer", "description": "The most characters of an answer."}
FIELD = {
    "text": {"type": "string", "description": "The answer so far, as it was typed."},
    "mode": {"type": "string", "enum": ["text", "decimal"]},
    "hint": {"type": "string", "description": "How to write an answer."},
    "longest": LONGEST,
}

ESSAY = {
    "text": {"type": "string", "description": "The answer so far, line breaks as one sign each."},
    "count": {"type": "integer", "description": "Its words."},
    "least": {"type": "integer", "description": "The fewest words asked for."},
    "most": {"type": "integer", "description": "The most words asked for."},
    "longest": LONGEST,
}

# What the review adds to a row, as far as the quiz's rules let it be seen yet.
SAID = {
    "correct": TRUTH,
    "feedback": TEXT,
    "misconception": TEXT,
    "lens": TEXT,
    "evidence": {"type": ["object", "null"]},
}


def _rows(said: dict[str, Any], **fields: Any) -> dict[str, Any]:
    row = {"type": "object", "required": list(fields), "properties": {**fields, **said}}
    return {"type": "array", "items": row}


def _question(row_said: dict[str, Any], **said: Any) -> dict[str, Any]:
    """A question of any kind: the kind decides which of the lists there are."""
    match = {"match": TOKEN} if row_said else {}
    gap_match = {"match": {"type": "string", "description": "HTML."}} if row_said else {}
    forms = {"forms": _rows(row_said, html=TEXT)} if row_said else {}
    explained = {name: SAID[name] for name in ("feedback", "evidence")}
    levels = _rows({}, html=TEXT, points={"type": "integer"})
    rubric = {"rubric": _rows(explained, html=TEXT, levels=levels)} if row_said else {}
    right_place = {"right_place": {"type": "integer"}} if row_said else {}
    return {
        "type": "object",
        "required": ["kind", *([] if said else ["prompt", "rule"])],
        "additionalProperties": False,
        "properties": {
            "kind": {"type": "string", "enum": list(KINDS)},
            "prompt": {"type": "string", "description": "HTML."},
            "rule": {"type": "string", "description": "How answers score."},
            "choices": _rows(row_said, token=TOKEN, html=TEXT, chosen=TRUTH),
            "rows": _rows(row_said | match, token=TOKEN, html=TEXT, chosen=MAYBE_TOKEN),
            "answers": _rows({}, token=TOKEN, html=TEXT),
            "items": _rows(row_said | right_place, token=TOKEN, html=TEXT, place=PLACE),
            "places": {"type": "array", "items": {"type": "integer"}},
            "reasons": _rows(row_said, token=TOKEN, html=TEXT, chosen=TRUTH),
            "field": _rows(row_said, **FIELD)["items"],
            **forms,
            "essay": _rows({}, **ESSAY)["items"],
            **rubric,
            "pieces": _rows({}, html=TEXT, token=MAYBE_TOKEN),
            "gaps": _rows(
                row_said | gap_match,
                token=TOKEN,
                chosen=TRUTH,
                text=TEXT,
                choices=_rows({}, token=TOKEN, html=TEXT, chosen=TRUTH),
                longest=LONGEST,
            ),
            **said,
        },
    }


PRESENTED = _question({})
REVIEWED = _question(
    SAID,
    outcome={"type": "string", "enum": ["blank", "wrong", "partly", "right", "waits"]},
    feedback={"type": "string", "description": "HTML."},
    solution={"type": "array", "items": TEXT},
)
# No type of JSON is shared by all kinds of answers, so their shapes stand here in words.
ANSWER = {
    "description": (
        "The answer in the question's tokens; null is blank. Single choice, true or false: a "
        "token. Several choices: a list of tokens. Matching: an object from the rows' tokens to "
        "the answers'; classifying: the same from statements to bins. Ordering: the items' tokens "
        "by place, null for a place still open. True or false with reasons: an object with "
        "`answer` and `reason`, a token each. Short text, number, date of an event, essay: what is "
        "typed, as a string. Text with gaps: an object from the gaps' tokens to what is typed, or "
        "to the token of the choice."
    ),
    "oneOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": ["string", "null"]}},
        {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
    ],
}


@extend_schema_field(PRESENTED)
class PresentedField(serializers.ReadOnlyField):
    """What `Kind.present` gives."""


@extend_schema_field(REVIEWED)
class ReviewedField(serializers.ReadOnlyField):
    """What `Kind.review` gives."""


@extend_schema_field(ANSWER)
class AnswerField(serializers.Field[Any, Any, Any, Any]):
    """An answer in tokens. The question's kind reads it, not the serializer."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


# --- Before, during and after an attempt -------------------------------------------------------


class PastAttemptSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="attempt.pk")
    number = serializers.IntegerField(source="attempt.number")
    submitted_at = serializers.DateTimeField(source="attempt.submitted_at")
    percentage = serializers.DecimalField(
        5, 2, allow_null=True, help_text="Null while it may not be seen."
    )
    passed = serializers.BooleanField()
    counts = serializers.BooleanField(help_text="Whether it is the one that counts.")
    late = serializers.BooleanField(help_text="Whether it was handed in after it was due.")


class CoverSerializer(serializers.Serializer[Any]):
    """What somebody is told before they start."""

    key = serializers.CharField(source="quiz.activity.key")
    title = serializers.CharField(source="quiz.activity.title")
    course = serializers.CharField(source="quiz.activity.module.course.key")
    module = serializers.CharField(source="quiz.activity.module.key")
    url = serializers.CharField(source="quiz.activity.get_absolute_url")
    intro_html = serializers.CharField(source="quiz.intro_html")
    questions = serializers.IntegerField()
    points = serializers.DecimalField(10, 2)
    pass_mark = serializers.DecimalField(5, 2, source="quiz.pass_mark", help_text="Percent.")
    time_limit = serializers.IntegerField(
        source="quiz.time_limit",
        allow_null=True,
        help_text="Seconds, before the personal time factor.",
    )
    attempts_allowed = serializers.IntegerField(source="quiz.attempts_allowed", allow_null=True)
    grade_method = serializers.ChoiceField(Quiz.GradeMethod.choices, source="quiz.grade_method")
    review = serializers.ChoiceField(Quiz.Review.choices, source="quiz.review")
    rules = serializers.ListField(child=serializers.CharField())
    receipt = serializers.ListField(
        child=serializers.CharField(), help_text="How much time an attempt would have, and why."
    )
    refusal = serializers.CharField(help_text="Why no attempt can be started; empty if one can.")
    open_attempt = serializers.UUIDField(source="open_attempt.pk", default=None, allow_null=True)
    attempts = PastAttemptSerializer(many=True)


class OpenQuestionSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    points = serializers.DecimalField(6, 2)
    presented = PresentedField()
    answer = AnswerField(source="shown", allow_null=True)
    revision = serializers.IntegerField(help_text="0 until there is an answer.")
    saved_at = serializers.DateTimeField(allow_null=True)


class AttemptSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="attempt.pk")
    quiz = serializers.CharField(source="attempt.quiz.activity.key")
    number = serializers.IntegerField(source="attempt.number")
    state = serializers.ChoiceField(Attempt.State.choices, source="attempt.state")
    started_at = serializers.DateTimeField(source="attempt.started_at")
    deadline = serializers.DateTimeField(source="attempt.deadline", allow_null=True)
    seconds_left = serializers.IntegerField(allow_null=True, help_text="Null without a limit.")
    submitted_at = serializers.DateTimeField(source="attempt.submitted_at", allow_null=True)
    questions = OpenQuestionSerializer(many=True, help_text="Empty once handed in: see the result.")


class AnswerSerializer(Strict):
    """An answer on its way in."""

    revision = serializers.IntegerField(
        min_value=0,
        max_value=999_999,
        help_text="The revision that this answer replaces, as last shown or acknowledged.",
    )
    answer = AnswerField(allow_null=True)
    operation = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text=(
            "Your own name for this save, a new UUID for each. Send the same one when you send the"
            " save again because you have heard no answer: it is stored once."
        ),
    )


class AcknowledgementSerializer(serializers.Serializer[Any]):
    """The answer is stored. Nothing else means that it is."""

    saved = serializers.BooleanField(default=True)
    attempt = serializers.UUIDField()
    position = serializers.IntegerField()
    revision = serializers.IntegerField()
    saved_at = serializers.DateTimeField()
    shown = AnswerField(allow_null=True)
    digest = serializers.CharField(help_text="A fingerprint of the answer in tokens.")
    operation = serializers.UUIDField(allow_null=True, help_text="As you named the save.")
    newest = serializers.IntegerField(
        help_text="The revision that stands now. Above `revision`, another save has replaced yours."
    )
    stands = AnswerField(allow_null=True, help_text="What `newest` holds, if it is another one.")
    deadline = serializers.DateTimeField(
        allow_null=True, help_text="When the attempt ends; it may have been moved meanwhile."
    )
    seconds_left = serializers.IntegerField(allow_null=True)


class StaleSerializer(serializers.Serializer[Any]):
    """The answer is not stored, because another one was meanwhile: that one stands here."""

    detail = serializers.CharField()
    saved = serializers.BooleanField(default=False)
    attempt = serializers.UUIDField()
    position = serializers.IntegerField()
    revision = serializers.IntegerField()
    shown = AnswerField(allow_null=True)
    operation = serializers.UUIDField(
        allow_null=True, help_text="Of the save that stands: yours, if you sent it."
    )


class ProofSerializer(serializers.Serializer[Any]):
    """The paragraph that an option rests on, and where in the sources it comes from."""

    lesson = serializers.CharField()
    url = serializers.CharField()
    quote = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    source_url = serializers.CharField()
    locator = serializers.CharField()
    why = serializers.CharField()


class ReviewedQuestionSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    points = serializers.DecimalField(10, 2)
    mark = serializers.DecimalField(10, 2, allow_null=True)
    review = ReviewedField()
    proofs = ProofSerializer(many=True)


class ReadAgainSerializer(serializers.Serializer[Any]):
    lesson = serializers.CharField()
    url = serializers.CharField()
    questions = serializers.IntegerField(help_text="How many of them rest on it.")


class ResultSerializer(serializers.Serializer[Any]):
    """As much of a result as the quiz's rules let its student see now; the rest is null."""

    attempt = serializers.UUIDField(source="attempt.pk")
    quiz = serializers.CharField(source="attempt.quiz.activity.key")
    number = serializers.IntegerField(source="attempt.number")
    submitted_at = serializers.DateTimeField(source="attempt.submitted_at")
    sentence = serializers.CharField()
    hidden = serializers.CharField(help_text="What is shown when; empty if nothing is hidden.")
    score = serializers.DecimalField(10, 2, allow_null=True)
    out_of = serializers.DecimalField(10, 2)
    percentage = serializers.DecimalField(5, 2, allow_null=True)
    passed = serializers.BooleanField(allow_null=True)
    questions = ReviewedQuestionSerializer(many=True)
    read_again = ReadAgainSerializer(many=True)
    next = StepSerializer(allow_null=True)
