"""One field of an entry: from what the file says to what the model holds, or a sentence."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from courses.content_io.wording import meant

MISSING = "Missing. Write this field."
WRITE_TEXT = "Write this as text; quote it if it looks like a number, a date or yes/no."
WRITE_NUMBER = "Write a whole number."
WRITE_DECIMAL = "Write a number such as “1.00”."
WRITE_FLAG = "Write true or false."
WRITE_KEY = "Refer to {what} by its key in square brackets, such as [{example}]."
WRITE_KEYS = "Write a list of keys, each in square brackets, such as [[one], [another]]."
NAMED_TWICE = "“{key}” is named twice. Keep one."
CHOOSE = "Choose one of: {choices}."
NOT_JSON = "This holds something that cannot be stored: {reason}."


class WrongError(ValueError):
    """What a file says cannot be this field; a sentence for its author."""


def default_of(field: models.Field) -> Any:
    """What a field holds that a file leaves out. WrongError if it cannot be left out."""
    if field.many_to_many:
        return ()
    if field.has_default():
        return field.get_default()
    if field.null:
        return None
    if field.blank and field.empty_strings_allowed:
        return ""
    raise WrongError(MISSING)


def value_of(field: models.Field, raw: Any) -> Any:
    """The value that a file's `raw` means. WrongError, with a sentence, if it means none."""
    if field.many_to_many:
        return _many(raw)
    if raw is None:
        if field.null:
            return None
        raise WrongError(MISSING)
    if field.is_relation:
        return _reference(raw, field)
    value = _typed(field, raw)
    if field.choices and value not in dict(field.flatchoices):
        known = [str(choice) or "“”" for choice, _ in field.flatchoices]
        raise WrongError(CHOOSE.format(choices=", ".join(known)))
    try:
        return field.clean(value, None)
    except ValidationError as error:
        if getattr(error, "code", "") == "blank":
            raise WrongError(MISSING) from error
        raise WrongError(" ".join(error.messages)) from error


def _typed(field: models.Field, raw: Any) -> Any:
    if isinstance(field, models.JSONField):
        try:
            # As the database stores it: YAML reads the names true: and false: as booleans.
            return json.loads(json.dumps(raw, allow_nan=False))
        except (TypeError, ValueError, RecursionError) as error:
            raise WrongError(NOT_JSON.format(reason=error)) from error
    if isinstance(field, models.BooleanField):
        if not isinstance(raw, bool):
            raise WrongError(WRITE_FLAG)
        return raw
    if isinstance(field, models.IntegerField):
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise WrongError(WRITE_NUMBER)
        return raw
    if isinstance(field, models.DecimalField):
        if not isinstance(raw, str | int | float) or isinstance(raw, bool):
            raise WrongError(WRITE_DECIMAL)
        try:
            value = Decimal(str(raw))
        except InvalidOperation as error:
            raise WrongError(WRITE_DECIMAL) from error
        if not value.is_finite():
            raise WrongError(WRITE_DECIMAL)
        return value
    if not isinstance(raw, str):
        raise WrongError(WRITE_TEXT)
    if "\x00" in raw:
        raise WrongError(NOT_JSON.format(reason="the character U+0000"))
    return raw


def _reference(raw: Any, field: models.Field) -> tuple[str, ...]:
    if isinstance(raw, list) and len(raw) == 1 and isinstance(raw[0], str):
        return (raw[0],)
    example = raw if isinstance(raw, str) else "key"
    what = f"the {field.verbose_name}"
    raise WrongError(WRITE_KEY.format(what=what, example=example))


def _many(raw: Any) -> tuple[tuple[str, ...], ...]:
    if not isinstance(raw, list):
        raise WrongError(WRITE_KEYS)
    found = []
    for one in raw:
        if not isinstance(one, list) or len(one) != 1 or not isinstance(one[0], str):
            raise WrongError(WRITE_KEYS)
        if (one[0],) in found:
            raise WrongError(NAMED_TWICE.format(key=one[0]))
        found.append((one[0],))
    return tuple(sorted(found))


def unknown(name: str, known: list[str]) -> str:
    """That entries of this model have no such field."""
    mend = meant(name, known) or f"Known here: {', '.join(known)}."
    return f"There is no such field. {mend}"
