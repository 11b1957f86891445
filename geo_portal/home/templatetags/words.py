"""``{% say "عربي" "English" %}``: one text in the language of the page."""

from django import template

from municipality.words import Text

register = template.Library()


@register.simple_tag
def say(ar: str, en: str) -> str:
    """Give the Arabic or the English text; both are always written together."""
    return str(Text(ar, en))


@register.filter
def name_of(thing: object) -> str:
    """Give ``name_ar`` or ``name_en`` of a place, zone or category."""
    return str(Text(getattr(thing, "name_ar", ""), getattr(thing, "name_en", "")))
