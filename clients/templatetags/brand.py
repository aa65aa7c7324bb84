"""Template tags that put a client's brand on an element: its class, its stylesheet, its logo."""

import re

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bpo.kernel.templatetags.ui import initials
from clients.models.brand import Brand

register = template.Library()


@register.simple_tag
def brand_class(brand: Brand) -> str:
    """The class that sets the brand's colours on an element and everything in it."""
    return brand.css_class


@register.filter
def tel(number: str) -> str:
    """The address that dials a number as it is printed."""
    return "tel:" + re.sub(r"[^+0-9]", "", number)


@register.simple_tag
def brand_sheet(brand: Brand) -> SafeString:
    """The link to the brand's stylesheet; its address changes with its content."""
    address = reverse("brand-css", args=[brand.public_id, brand.digest])
    return format_html('<link rel="stylesheet" href="{}">', address)


@register.simple_tag
def brand_mark(brand: Brand, size: str = "") -> SafeString:
    """The logo on the brand's colour, initials where there is none; the name stands beside it, so it is silent."""
    if brand.logo:
        drawn = format_html('<img src="{}" alt="">', reverse("brand-logo", args=[brand.public_id, brand.digest]))
    else:
        drawn = format_html("{}", initials(brand.public_name))
    return format_html('<span class="mark {} {}" aria-hidden="true">{}</span>', size, brand.css_class, drawn)
