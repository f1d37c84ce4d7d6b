"""What a browser would post back from a page of the admin, unchanged."""

from typing import Any

from django.http import HttpResponse


def typed(page: HttpResponse, **changes: Any) -> dict[str, Any]:
    """Every field of the page's form and of its rows, with `changes` typed over them."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is None or value is False or field.field.disabled:
                continue
            if isinstance(value, list | tuple):
                value = [getattr(item, "pk", item) for item in value]
            data[field.html_name] = "on" if value is True else value
    return data | changes


def errors(page: HttpResponse) -> dict[str, list[str]]:
    return {name: list(said) for name, said in page.context["adminform"].form.errors.items()}


def said(page: HttpResponse) -> list[str]:
    return [str(message) for message in page.context["messages"]]
