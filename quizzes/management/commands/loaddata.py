"""`manage.py loaddata`: Django's own, and then all that is derived from what it loaded.

Fixtures carry what people write. The HTML of texts, the paragraphs, the versions of questions and
their evidence follow from it, and without them no page could be shown.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import loaddata
from django.utils import timezone

from courses import authoring as lessons
from courses.content_io.ordering import in_order
from courses.refusals import Refused
from courses.rendering import TooHard
from quizzes import authoring as questions
from quizzes.content import PARTS
from quizzes.management.content import plain_database_errors


class Command(loaddata.Command):
    def handle(self, *labels: str, **options: Any) -> None:
        with plain_database_errors():
            super().handle(*labels, **options)

    def loaddata(self, fixture_labels: Sequence[str]) -> None:
        """Called inside one transaction, so a refusal here takes all of it back."""
        files = {Path(label): label for label in fixture_labels if _is_yaml_file(Path(label))}
        others = [label for label in fixture_labels if Path(label) not in files]
        super().loaddata([*others, *(files[path] for path in in_order(list(files), PARTS))])
        ours = {shelf.model for part in PARTS for shelf in part.shelves}
        if ours.isdisjoint(self.models):
            return
        try:
            lessons.render_everything()
            questions.publish_everything(now=timezone.now())
        except (Refused, TooHard) as refusal:
            raise CommandError(str(refusal)) from refusal


def _is_yaml_file(path: Path) -> bool:
    return path.suffix in (".yaml", ".yml") and path.is_file()
