"""What the API says of quizzes and attempts: nothing that the page would not show."""

import re
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from courses.serializers import StepSerializer, Strict, WholeField
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
    pairs={
        "type": "object",
        "required": ["kept", "of"],
        "properties": {
            "kept": {"type": "array", "items": {"type": "array", "items": TEXT}},
            "of": {"type": "integer"},
        },
        "description": "Of an order by neighbours, which pairs of how many earned points. HTML.",
    },
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
    passed = serializers.BooleanField(
        allow_null=True, help_text="Null while the percentage may not be seen."
    )
    waits = serializers.BooleanField(help_text="Whether it waits for somebody to mark it.")
    counts = serializers.BooleanField(
        allow_null=True, help_text="Whether what counts is made of it; null as well."
    )
    late = serializers.BooleanField(help_text="Whether it was handed in after it was due.")
    abandoned = serializers.BooleanField(help_text="Not handed in by its end: it has no score.")


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
        allow_null=True,
        help_text="Seconds, for you, before your personal time factor.",
    )
    attempts_allowed = serializers.IntegerField(allow_null=True, help_text="For you.")
    asks_password = serializers.BooleanField(help_text="Whether starting takes a password.")
    grade_method = serializers.ChoiceField(Quiz.GradeMethod.choices, source="quiz.grade_method")
    review = serializers.ChoiceField(Quiz.Review.choices, source="quiz.review")
    rules = serializers.ListField(child=serializers.CharField())
    receipt = serializers.ListField(
        child=serializers.CharField(), help_text="How much time an attempt would have, and why."
    )
    refusal = serializers.CharField(help_text="Why no attempt can be started; empty if one can.")
    decided = serializers.CharField(help_text="What was decided by hand of the mark; else empty.")
    open_attempt = serializers.UUIDField(source="open_attempt.pk", default=None, allow_null=True)
    attempts = PastAttemptSerializer(many=True)


class ProofSerializer(serializers.Serializer[Any]):
    """The paragraph that an option rests on, and where in the sources it comes from."""

    lesson = serializers.CharField()
    url = serializers.CharField()
    quote = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    source_url = serializers.CharField()
    locator = serializers.CharField()
    why = serializers.CharField()


class TrialSerializer(serializers.Serializer[Any]):
    """How a question goes whose answers are checked one by one, as far as you have earned it."""

    state = serializers.CharField(help_text="`open`, `trying` or `locked`.")
    checks = serializers.BooleanField(help_text="Whether an answer may be checked now.")
    redoes = serializers.BooleanField(help_text="Whether it may be swapped for a fresh question.")
    tries = serializers.IntegerField()
    left = serializers.IntegerField(allow_null=True, help_text="Tries left; null if not counted.")
    outcome = serializers.CharField(help_text="Of the last try; empty while it is not told.")
    hints = serializers.ListField(child=serializers.CharField(), help_text="HTML, those earned.")
    asks = serializers.BooleanField(help_text="Whether you are asked how sure you are.")
    certainty = serializers.IntegerField(allow_null=True)
    mark = serializers.DecimalField(10, 2, allow_null=True)
    review = ReviewedField(allow_null=True)
    proofs = ProofSerializer(many=True)


class OpenQuestionSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    points = serializers.DecimalField(6, 2)
    counts = serializers.BooleanField(
        help_text="False where its answer has been shown to you before: it earns nothing."
    )
    presented = PresentedField()
    answer = AnswerField(source="shown", allow_null=True)
    revision = serializers.IntegerField(help_text="0 until there is an answer.")
    saved_at = serializers.DateTimeField(allow_null=True)
    trial = TrialSerializer(
        allow_null=True, help_text="Null where nothing is checked before you hand in."
    )


class HeadingSerializer(serializers.Serializer[Any]):
    """The heading of a section, which goes on until the next one."""

    first = serializers.IntegerField(help_text="The position of its first question.")
    title = serializers.CharField()
    intro = serializers.CharField(help_text="HTML.")


class AttemptSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="attempt.pk")
    quiz = serializers.CharField(source="attempt.quiz.activity.key")
    number = serializers.IntegerField(source="attempt.number")
    state = serializers.ChoiceField(Attempt.State.choices, source="attempt.state")
    started_at = serializers.DateTimeField(source="attempt.started_at")
    deadline = serializers.DateTimeField(source="attempt.deadline", allow_null=True)
    seconds_left = serializers.IntegerField(allow_null=True, help_text="Null without a limit.")
    submitted_at = serializers.DateTimeField(source="attempt.submitted_at", allow_null=True)
    sections = HeadingSerializer(source="attempt.sections", many=True)
    questions = OpenQuestionSerializer(
        many=True,
        help_text="The one at hand where there is one at a time; empty once handed in.",
    )
    asked = serializers.IntegerField(help_text="How many questions an open attempt has.")
    one_at_a_time = serializers.BooleanField(help_text="Whether there is no way back.")
    may_answer = serializers.BooleanField(
        help_text="False once time is up, though it may still be handed in until `closes_at`."
    )
    closes_at = serializers.DateTimeField(source="attempt.closes_at", allow_null=True)


class StartSerializer(Strict):
    """What an attempt is started with."""

    password = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=200,
        write_only=True,
        help_text="The password of the quiz, where it asks for one.",
    )


class OperationField(serializers.UUIDField):
    """A UUID as it is written: the library would take `true` for one, too."""

    WRITTEN = re.compile(r"[0-9a-fA-F]{8}(-?)(?:[0-9a-fA-F]{4}\1){3}[0-9a-fA-F]{12}")

    def to_internal_value(self, data: Any) -> UUID:
        if not (isinstance(data, str) and self.WRITTEN.fullmatch(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


class AnswerSerializer(Strict):
    """An answer on its way in."""

    revision = WholeField(
        min_value=0,
        max_value=999_999,
        help_text="The revision that this answer replaces, as last shown or acknowledged.",
    )
    answer = AnswerField(allow_null=True)
    operation = OperationField(
        required=False,
        allow_null=True,
        help_text=(
            "Your own name for this save, a new UUID for each. Send the same one when you send the"
            " save again because you have heard no answer: it is stored once."
        ),
    )
    certainty = WholeField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=3,
        help_text="How sure you are, 1 (not very) to 3 (very), where the quiz asks for it.",
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
    certainty = serializers.IntegerField(allow_null=True)
    operation = serializers.UUIDField(allow_null=True, help_text="As you named the save.")
    newest = serializers.IntegerField(
        help_text="The revision that stands now. Above `revision`, another save has replaced yours."
    )
    stands = AnswerField(allow_null=True, help_text="What `newest` holds, if it is another one.")
    deadline = serializers.DateTimeField(
        allow_null=True, help_text="When the attempt ends; it may have been moved meanwhile."
    )
    seconds_left = serializers.IntegerField(allow_null=True)


class TriedSerializer(AcknowledgementSerializer):
    """The answer is stored as a try."""

    state = serializers.CharField(help_text="`open`, `trying` or `locked`.")
    tries = serializers.IntegerField()
    left = serializers.IntegerField(allow_null=True)


class StaleSerializer(serializers.Serializer[Any]):
    """The answer is not stored: another one was meanwhile, and stands here; or, where there is
    one question at a time, it is not the turn of this one; or it has been checked for good."""

    detail = serializers.CharField()
    reason = serializers.ChoiceField(["stale", "left", "not_yet", "locked", "swapped"])
    saved = serializers.BooleanField(default=False)
    attempt = serializers.UUIDField()
    position = serializers.IntegerField()
    revision = serializers.IntegerField()
    shown = AnswerField(allow_null=True)
    operation = serializers.UUIDField(
        allow_null=True, help_text="Of the save that stands: yours, if you sent it."
    )


class LevelSerializer(serializers.Serializer[Any]):
    html = serializers.CharField()
    points = serializers.IntegerField(help_text="Of the rubric, not of the question.")
    chosen = serializers.BooleanField()


class CriterionSerializer(serializers.Serializer[Any]):
    html = serializers.CharField()
    levels = LevelSerializer(many=True)


class JudgedSerializer(serializers.Serializer[Any]):
    """What somebody who marked the answer chose of the rubric, and said."""

    role = serializers.CharField()
    rubric = CriterionSerializer(many=True)
    comment = serializers.CharField()


class WaySerializer(serializers.Serializer[Any]):
    """How a question went on its way to its mark; null where there is nothing to say of it."""

    tries = serializers.IntegerField()
    hints = serializers.IntegerField(help_text="How many you saw.")
    lost = serializers.DecimalField(
        10, 2, allow_null=True, help_text="Points that earlier tries cost; null while hidden."
    )
    certainty = serializers.IntegerField(allow_null=True)


class RemarkSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField(help_text="When it was marked again.")
    reason = serializers.CharField(help_text="Why; empty while that would tell the answer.")
    before = serializers.DecimalField(
        10, 2, allow_null=True, help_text="Null if it had waited for its first mark."
    )
    after = serializers.DecimalField(10, 2)


class ReviewedQuestionSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    points = serializers.DecimalField(10, 2)
    counts = serializers.BooleanField(
        help_text="False where its answer had been shown to you before: it earned nothing."
    )
    in_total = serializers.BooleanField(
        help_text="Whether its points are part of the total; of those that earned nothing, only "
        "where an earlier attempt at this quiz asked it."
    )
    mark = serializers.DecimalField(10, 2, allow_null=True)
    waits = serializers.BooleanField(help_text="Whether somebody still has to mark it.")
    judged = JudgedSerializer(many=True)
    remarks = RemarkSerializer(many=True, help_text="What regrades did to its mark.")
    review = ReviewedField()
    proofs = ProofSerializer(many=True)
    way = WaySerializer(allow_null=True)


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
    may_reveal = serializers.BooleanField(
        help_text="Whether you may ask for the answers, which ends your attempts."
    )
    score = serializers.DecimalField(10, 2, allow_null=True)
    out_of = serializers.DecimalField(10, 2)
    percentage = serializers.DecimalField(5, 2, allow_null=True)
    passed = serializers.BooleanField(allow_null=True)
    state = serializers.ChoiceField(Attempt.State.choices, source="attempt.state")
    decided = serializers.CharField(help_text="What was decided by hand of the mark; else empty.")
    lateness = serializers.CharField(help_text="What lateness cost, in words; mostly empty.")
    overall = serializers.CharField(help_text="HTML: what to make of the total, or empty.")
    sections = HeadingSerializer(source="attempt.sections", many=True)
    waiting = serializers.CharField(help_text="How many answers wait to be marked; else empty.")
    questions = ReviewedQuestionSerializer(many=True)
    read_again = ReadAgainSerializer(many=True)
    next = StepSerializer(allow_null=True)
