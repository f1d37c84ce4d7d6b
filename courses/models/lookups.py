"""What a list of numbers is looked for by, whoever typed the numbers.

Django leaves out a number that no column can hold where one is looked for, not where several are:
SQLite then fails on it, while PostgreSQL finds nothing. Nothing is what there is to be found.
"""

from typing import Any

from django.db.models import ForeignObject, IntegerField
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In

BITS = 63


def storable(values: Any) -> Any:
    """The values without the numbers that need more than eight bytes."""
    if not isinstance(values, list):
        return values
    return [one for one in values if not isinstance(one, int) or one.bit_length() <= BITS]


@IntegerField.register_lookup
class Among(In):
    def get_prep_lookup(self) -> Any:
        return storable(super().get_prep_lookup())


@ForeignObject.register_lookup
class RelatedAmong(RelatedIn):
    def get_prep_lookup(self) -> Any:
        return storable(super().get_prep_lookup())
