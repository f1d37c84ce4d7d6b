"""What content must come to beyond being well formed: `manage.py check_content`.

Loading asks that every reference leads somewhere. A department asks more: that each point of the
curriculum is taught where its claim says, each objective asked about often enough, each error of
the texts noted, no key given away by its length or place, nothing asked twice, nothing out of date.
"""

from collections.abc import Callable, Iterator
from datetime import date

from courses.content_io.catalogue import Catalogue
from courses.content_io.reading import Complaint
from quizzes.auditing import bank, coverage, lessons

AUDITS: tuple[Callable[[Catalogue], Iterator[Complaint]], ...] = (
    lessons.length_and_language,
    lessons.shape,
    coverage.outline,
    coverage.claims,
    coverage.findings,
    coverage.objectives,
    coverage.quizzes,
    bank.number,
    bank.judging,
    bank.length_of_key,
    bank.place_of_key,
    bank.near_duplicates,
)


def audit(catalogue: Catalogue, today: date) -> list[Complaint]:
    """Every fault of content that has been read without the site, by file and line."""
    found = [complaint for look in AUDITS for complaint in look(catalogue)]
    found += lessons.out_of_date(catalogue, today)
    return sorted(found, key=lambda complaint: (complaint.file, complaint.line))
