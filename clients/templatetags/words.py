"""{% word "key" %}: our own words on customer pages, in the page's language; {{ zone|zone_named }}: a zone in words."""

from django import template
from django.template import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from clients import times
from clients.words import say

register = template.Library()
register.filter("zone_named", times.zone_named)


@register.simple_tag(takes_context=True)
def word(context: Context, key: str, **values: object) -> SafeString:
    """The words of that key; values are escaped before they are filled in."""
    safe = {name: conditional_escape(value if isinstance(value, str) else str(value)) for name, value in values.items()}
    return mark_safe(say(key, str(context.get("language") or "en"), **safe))
