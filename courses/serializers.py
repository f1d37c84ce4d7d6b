"""What the API says of courses and their texts. Every field is named here; no other leaves."""

from typing import Any

from rest_framework import serializers

from courses import tokens
from courses.dashboards import TermEntry
from courses.models import Activity, Bloom, Lens, Lesson, Source


class Strict(serializers.Serializer[Any]):
    """What comes in: a field that nobody asked for is a mistake to tell, not to pass over."""

    def to_internal_value(self, data: Any) -> Any:
        if hasattr(data, "keys") and not set(data.keys()) <= set(self.fields):
            known = ", ".join(self.fields) or "none"
            raise serializers.ValidationError(
                {"unknown": [f"There is a name here that is not known. Known: {known}."]}
            )
        return super().to_internal_value(data)


class Nothing(Strict):
    """A body where none is asked for."""


class WholeField(serializers.IntegerField):
    """A whole number in JSON: not a text that can be read as one, in whatever digits."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Query(Strict):
    """The parameters of an address that takes none."""


class PageQuery(Query):
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)
    offset = serializers.IntegerField(min_value=0, max_value=1_000_000, default=0)


class LessonsQuery(PageQuery):
    module = serializers.SlugField(max_length=80, required=False, help_text="A module's key.")


class TermsQuery(PageQuery):
    lens = serializers.ChoiceField(Lens.choices, required=False)


class SourcesQuery(PageQuery):
    kind = serializers.ChoiceField(Source.Kind.choices, required=False)


class StepSerializer(serializers.Serializer[Any]):
    """One activity, with what the reader has done of it."""

    key = serializers.CharField()
    kind = serializers.ChoiceField(Activity.Kind.choices)
    title = serializers.CharField()
    url = serializers.CharField(help_text="The page, without the host.")
    required = serializers.BooleanField()  # type: ignore[assignment]
    minutes = serializers.IntegerField(allow_null=True, help_text="Reading time.")
    started = serializers.BooleanField()
    done = serializers.BooleanField()
    score = serializers.DecimalField(
        5, 2, allow_null=True, help_text="What counts, in percent; null while it is hidden."
    )
    by_hand = serializers.BooleanField(help_text="Whether the score was given by hand.")
    excused = serializers.BooleanField()
    hidden = serializers.BooleanField(help_text="Whether the mark is not released yet.")


class ObjectiveSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    verb = serializers.CharField()
    statement = serializers.CharField()
    bloom = serializers.ChoiceField(Bloom.choices)


class CourseSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    language = serializers.CharField()
    summary_html = serializers.CharField()
    url = serializers.CharField(source="get_absolute_url")


class ProgressSerializer(serializers.Serializer[Any]):
    """Required steps only."""

    done = serializers.IntegerField()
    total = serializers.IntegerField()
    percent = serializers.IntegerField()
    next = StepSerializer(allow_null=True)


class CourseDetailSerializer(serializers.Serializer[Any]):
    course = CourseSerializer()
    role = serializers.ChoiceField(["student", "assistant", "instructor", "editor"])
    progress = ProgressSerializer()


class ModuleSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(source="module.key")
    position = serializers.IntegerField(source="module.position")
    title = serializers.CharField(source="module.title")
    lens = serializers.ChoiceField(Lens.choices, source="module.lens")
    summary_html = serializers.CharField(source="module.summary_html")
    objectives = ObjectiveSerializer(many=True)
    steps = StepSerializer(many=True)
    builds_on = serializers.ListField(child=serializers.CharField(), help_text="Modules' titles.")
    done = serializers.IntegerField()
    total = serializers.IntegerField()


class PlaceSerializer(serializers.Serializer[Any]):
    """A paragraph of a lesson that uses a term or cites a source."""

    title = serializers.CharField()
    url = serializers.CharField()
    locator = serializers.CharField()


class SourceSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    kind = serializers.ChoiceField(Source.Kind.choices)
    label = serializers.CharField()  # type: ignore[assignment]
    authors = serializers.CharField()
    year = serializers.CharField()
    title = serializers.CharField()
    container = serializers.CharField()
    publisher = serializers.CharField()
    details = serializers.CharField()
    url = serializers.CharField()
    cited_through = serializers.CharField(
        source="cited_through.key",
        default=None,
        allow_null=True,
        help_text="The key of the work that this one is known by.",
    )
    note_html = serializers.CharField()


class SourceEntrySerializer(serializers.Serializer[Any]):
    source = SourceSerializer()  # type: ignore[assignment]
    places = PlaceSerializer(many=True)


class TermSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    lens = serializers.ChoiceField(Lens.choices)
    definition_html = serializers.CharField()


class TermEntrySerializer(serializers.Serializer[Any]):
    term = TermSerializer()
    see_also = serializers.SerializerMethodField(help_text="Terms' keys.")
    places = PlaceSerializer(many=True)

    def get_see_also(self, entry: TermEntry) -> list[str]:
        return [other.key for other in entry.term.see_also.all()]


class LessonLineSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(source="activity.key")
    module = serializers.CharField(source="activity.module.key")
    title = serializers.CharField(source="activity.title")
    question = serializers.CharField()
    words = serializers.IntegerField()
    minutes = serializers.IntegerField()
    url = serializers.SerializerMethodField()

    def get_url(self, lesson: Lesson) -> str:
        return lesson.activity.get_absolute_url()


class PartSerializer(serializers.Serializer[Any]):
    """A stretch of text, or a question that stands in the text."""

    kind = serializers.ChoiceField(["html", "checkpoint"])
    html = serializers.CharField(allow_null=True)
    question = serializers.CharField(allow_null=True, help_text="The checkpoint's key.")
    url = serializers.CharField(allow_null=True, help_text="The checkpoint's page.")


class MentionSerializer(serializers.Serializer[Any]):
    """A source that a paragraph cites, or a term that it uses; the other is null."""

    source = serializers.CharField(  # type: ignore[assignment]
        source="source.key", default=None, allow_null=True
    )
    term = serializers.CharField(source="term.key", default=None, allow_null=True)
    locator = serializers.CharField()


class ParagraphSerializer(serializers.Serializer[Any]):
    anchor = serializers.CharField(help_text="Its id on the page: url#anchor leads there.")
    text = serializers.CharField(help_text="Plain text.")
    mentions = MentionSerializer(many=True)


class LessonSerializer(serializers.Serializer[Any]):
    lesson = LessonLineSerializer()
    parts = PartSerializer(many=True)
    paragraphs = ParagraphSerializer(many=True)
    objectives = ObjectiveSerializer(many=True)
    sources = SourceSerializer(many=True)
    terms = TermSerializer(many=True)


class GradesQuery(PageQuery):
    group = serializers.IntegerField(min_value=1, required=False, help_text="A group's id.")


def percent(**terms: Any) -> serializers.DecimalField:
    """A percentage as displayed: two decimals, from 0 to 100."""
    return serializers.DecimalField(5, 2, allow_null=True, **terms)


class ColumnSerializer(serializers.Serializer[Any]):
    """A graded activity of a cohort, and what the marks in it come to."""

    activity = serializers.CharField(source="column.activity.key")
    title = serializers.CharField(source="column.activity.title")
    module = serializers.CharField(source="column.activity.module.key")
    weight = serializers.DecimalField(6, 2, source="column.weight")
    category = serializers.CharField(
        source="column.category.title", default=None, allow_null=True, help_text="Its title."
    )
    share = percent(
        source="column.share",
        help_text="Of the total, hidden columns included, once everything is marked.",
    )
    hidden = serializers.BooleanField(source="column.hidden", help_text="From students.")
    n = serializers.IntegerField(source="statistic.n", help_text="How many marks count here.")
    mean = percent(source="statistic.mean")


class MarkSerializer(serializers.Serializer[Any]):
    activity = serializers.CharField(source="column.activity.key")
    mark = percent(source="cell.effective", help_text="What counts; null without a mark.")
    earned = percent(source="cell.earned")
    by_hand = serializers.BooleanField(source="cell.by_hand")
    excused = serializers.BooleanField(source="cell.excused")
    late = serializers.BooleanField(source="cell.counts_late")
    started = serializers.BooleanField(source="cell.started")
    dropped = serializers.BooleanField(
        source="cell.dropped", help_text="One of the lowest, which do not count."
    )


class CategoryTotalSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    total = percent()


class GradesSerializer(serializers.Serializer[Any]):
    """One student's row of the gradebook."""

    enrolment = serializers.IntegerField(source="row.enrolment.pk")
    username = serializers.CharField(source="row.enrolment.user.username")
    name = serializers.CharField(source="row.enrolment.user.name")
    total = percent(source="row.total")
    counted = serializers.IntegerField(
        source="row.counted", help_text="How many marks the total is made of."
    )
    released = percent(
        source="row.released", help_text="The total as the student sees it, without hidden columns."
    )
    categories = CategoryTotalSerializer(many=True)
    marks = MarkSerializer(many=True)


class OwnMarkSerializer(serializers.Serializer[Any]):
    """Your mark in one activity. While it is hidden, all but its name is null or false."""

    activity = serializers.CharField(source="column.activity.key")
    title = serializers.CharField(source="column.activity.title")
    share = percent(
        help_text="Of what is released so far, once all of that is marked; null while hidden."
    )
    hidden = serializers.BooleanField(help_text="Whether the mark is not released yet.")
    mark = percent(source="cell.effective", help_text="What counts; null without a mark.")
    by_hand = serializers.BooleanField(source="cell.by_hand")
    reason = serializers.CharField(
        allow_blank=True, help_text="Of what was decided by hand; empty for all else."
    )
    excused = serializers.BooleanField(source="cell.excused")
    late = serializers.BooleanField(source="cell.counts_late")
    dropped = serializers.BooleanField(
        source="cell.dropped", help_text="One of the lowest, which do not count."
    )


class OwnGradesSerializer(serializers.Serializer[Any]):
    total = percent(help_text="So far, of what has been marked and released.")
    counted = serializers.IntegerField(help_text="How many marks the total is made of.")
    categories = CategoryTotalSerializer(many=True)
    marks = OwnMarkSerializer(many=True)


class NewTokenSerializer(Strict):
    """What may be said of a token to be made; nothing need be."""

    days = WholeField(
        min_value=1, max_value=tokens.MOST_DAYS, default=tokens.DAYS, help_text="How long it lives."
    )


class TokenSerializer(serializers.Serializer[Any]):
    id = serializers.SerializerMethodField()
    created = serializers.DateTimeField()
    expiry = serializers.DateTimeField()

    def get_id(self, token: Any) -> str:
        return tokens.handle(token)


class IssuedTokenSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    expiry = serializers.DateTimeField()
    token = serializers.CharField(
        help_text="Shown this once. Send it as the header `Authorization: Token …`."
    )


class ErrorSerializer(serializers.Serializer[Any]):
    """How the API says no."""

    detail = serializers.CharField(help_text="What is wrong and what to do, for people.")
    fields_ = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="By name, what is wrong with what was sent (422 only).",
    )

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["fields"] = fields.pop("fields_")  # `fields` is the serializer's own property
        return fields
