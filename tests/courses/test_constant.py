"""What is the same for everybody is rendered once, and knows nobody."""

from django.template import Context, engines
from django.utils.translation import override


def page(text):
    return engines["django"].engine.from_string("{% load constant %}" + text)


def test_what_one_reader_is_told_never_reaches_another():
    frame = page("{% constant %}Hello {{ name }}{% endconstant %}, {{ name }}")

    assert frame.render(Context({"name": "ada"})) == "Hello , ada"
    assert frame.render(Context({"name": "ben"})) == "Hello , ben"


def test_each_language_is_rendered_once_for_itself():
    frame = page(
        "{% load i18n %}{% constant %}{% get_current_language as language %}"
        "{{ language }}{% endconstant %}"
    )

    for language in ("en-gb", "de", "en-gb"):
        with override(language):
            assert frame.render(Context()) == language
