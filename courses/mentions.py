"""Back-links: from a term, a source or a person to the paragraphs that name it."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet

from courses.addresses import address
from courses.models import Course, Mention


@dataclass(frozen=True)
class Place:
    """A paragraph that uses a term, cites a source or names a person."""

    title: str
    url: str
    locator: str


def mentions(column: str, courses: QuerySet[Course]) -> dict[int, list[Place]]:
    """Where each term, source or person is named in these courses, in reading order; one query.

    Of a term or person, the first place in each lesson; of a source, every citation.
    """
    rows = (
        Mention.objects.filter(
            **{f"{column}__isnull": False},
            paragraph__lesson__activity__module__course__in=courses,
        )
        .order_by(
            "paragraph__lesson__activity__module__position",
            "paragraph__lesson__activity__position",
            "paragraph__position",
            "pk",
        )
        .values_list(
            column,
            "paragraph__lesson__activity__title",
            "paragraph__lesson__activity__module__course__key",
            "paragraph__lesson__activity__key",
            "paragraph__anchor",
            "locator",
        )
    )
    found: dict[int, list[Place]] = defaultdict(list)
    for pk, title, course, lesson, anchor, locator in rows:
        url = address("courses:lesson", course, lesson)
        if column != "source" and any(place.title == title for place in found[pk]):
            continue
        found[pk].append(Place(title, f"{url}#{anchor}", locator))
    return found
