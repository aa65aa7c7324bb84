"""{% word "key" %}: our own words on customer pages; and how a zone, a language or a number is read."""

from django import template
from django.template import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info
from phonenumbers import NumberParseException

from bpo.kernel import fields
from clients import times
from clients.words import say

register = template.Library()
register.filter("zone_named", times.zone_named)
register.filter("zone_words", times.zone_words)


@register.simple_tag(takes_context=True)
def word(context: Context, key: str, **values: object) -> SafeString:
    """The words of that key; values are escaped before they are filled in."""
    safe = {name: conditional_escape(value if isinstance(value, str) else str(value)) for name, value in values.items()}
    return mark_safe(say(key, str(context.get("language") or "en"), **safe))


@register.filter
def language_words(code: str) -> str:
    """{{ version.language|language_words }}: Spanish; the code itself where nobody has named it."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


@register.filter
def number_words(number: str) -> str:
    """{{ phone.number|number_words }}: +1 614-555-0173; as it was written where it is no number."""
    try:
        return fields.number_words(number)
    except NumberParseException:
        return number
