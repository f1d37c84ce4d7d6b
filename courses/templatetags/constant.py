"""`{% constant %}…{% endconstant %}`: what is the same for everybody is rendered once a process.

The frame of a page (head, navigation, names of fields) is some fifty addresses, file names and
translations. Looking them up again for every request cost more than the rest of a lesson's page.
"""

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


class Constant(template.Node):
    def __init__(self, content: NodeList) -> None:
        # Not `nodelist`: there each render of a page with a parent would search it for blocks.
        self.content = content
        self.rendered: dict[str, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        # A page is in one language: ask once for all of its constants.
        language = context.render_context.get("language")
        if language is None:
            language = context.render_context["language"] = get_language() or ""
        if language not in self.rendered:
            # Without the page's values, so that nothing of one reader can reach another.
            self.rendered[language] = self.content.render(context.new({}))
        return self.rendered[language]


@register.tag
def constant(parser: Parser, token: Token) -> Constant:
    """Render the content once for each language; the page's variables are unknown inside."""
    content = parser.parse(("endconstant",))
    parser.delete_first_token()
    return Constant(content)
