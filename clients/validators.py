"""Checks on what a client uploads or picks for its brand."""

from django.core.exceptions import ValidationError
from django.core.files.base import File

from clients.brand_css import check_brand_colour

LOGO_BYTES = 200_000
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"


def validate_brand_colour(value: str) -> None:
    """Refuse a colour that is malformed or cannot be read (contrast under 4.5:1)."""
    try:
        check_brand_colour(value)
    except ValueError as problem:
        raise ValidationError(str(problem)) from problem


def validate_logo(upload: File) -> None:
    """Refuse a logo that is too large or no PNG or JPEG by its content (an SVG could carry script)."""
    if upload.size > LOGO_BYTES:
        raise ValidationError(f"The logo has {upload.size // 1000} kB; {LOGO_BYTES // 1000} kB is the limit.")
    upload.open()
    head = upload.read(8)
    upload.seek(0)
    if head != PNG and not head.startswith(JPEG):
        raise ValidationError("The logo must be a PNG or JPEG picture.")
