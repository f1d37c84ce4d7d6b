"""Dates, lenses and numbers of the reference data, as pages print them."""

from decimal import Decimal

from django import template

from courses import dates
from courses.charts.drawing import shown
from courses.models import Lens

register = template.Library()


@register.simple_tag
def span(begins: str, ends: str) -> str:
    """ "since 15 May 1992", "1999 – May 2005", "until 1991"; one date where both are the same."""
    return dates.span(begins, ends)


@register.simple_tag
def lens_name(lens: str) -> str:
    return str(Lens(lens).label)


@register.simple_tag
def plain_number(value: Decimal) -> str:
    """12, 5.4, 150 000: no needless zeros, thousands set apart."""
    whole, _, rest = shown(value).partition(".")
    grouped = f"{int(whole.replace('−', '-')):,}".replace(",", "\u202f").replace("-", "−")
    return f"{grouped}.{rest}" if rest else grouped
