"""Field types and validators without business meaning: encrypted text, phone numbers, colours."""

import base64
import hashlib
import re
from functools import cache
from typing import Any

import phonenumbers
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
validate_colour = RegexValidator(
    re.compile(r"^#[0-9a-fA-F]{6}\Z"), message=_("Enter a colour like #0a7d4f."), code="invalid_colour"
)


def normalise_phone(text: str, region: str | None = None) -> str:
    """The number in E.164 (+34911234567); region (ES) reads numbers written without a country code."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(_("This is not a phone number."), code="invalid_phone") from error
    if not phonenumbers.is_possible_number(number):
        raise ValidationError(_("This is not a possible phone number."), code="invalid_phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def number_words(number: str) -> str:
    """A number in E.164 as people read it: +34 911 23 45 67."""
    if not number:
        return ""
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def can_be_called(number: str) -> bool:
    """Whether a number in E.164 is in its country's plan, as far as our tables know; others may still name a caller."""
    return phonenumbers.is_valid_number(phonenumbers.parse(number))


def country_of(number: str) -> str:
    """The two letters of the country that a number in E.164 belongs to; empty when it is not known."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""


def validate_e164(value: str) -> None:
    """Refuses what is not a possible number already in E.164."""
    if normalise_phone(value) != value:
        raise ValidationError(_("Write the number with its country code, like +34911234567."), code="invalid_phone")


class WordField(models.CharField[str, str]):
    """One word of a closed list that is a type of the database, made by `migrations.words`.

    The text of a constraint is read anew for every statement that writes a row, that of a type once a connection: for
    long lists on rows that are written often.
    """

    def __init__(self, *args: Any, words: str, **kwargs: Any) -> None:
        self.words = words
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """With the name of the type."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "words": self.words}

    def db_type(self, connection: Any) -> str:
        """The type."""
        return self.words


class E164Field(models.CharField[str, str]):
    """A phone number as text in E.164."""

    default_validators = [validate_e164]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        super().__init__(*args, **kwargs)


class ColourField(models.CharField[str, str]):
    """A colour as #rrggbb."""

    default_validators = [validate_colour]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 7)
        super().__init__(*args, **kwargs)


@cache
def _cipher(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"bpo.kernel.fields:" + secret.encode()).digest()))


def encrypt(text: str) -> str:
    """The text as only this installation can read it."""
    return _cipher(settings.SECRET_KEY).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text again; also what was written under a key of SECRET_KEY_FALLBACKS."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _cipher(secret).decrypt(token.encode()).decode()
        except InvalidToken:
            continue
    raise ValueError("encrypted under another SECRET_KEY; add the old one to SECRET_KEY_FALLBACKS")


class EncryptedTextField(models.TextField[str, str]):
    """Text that is readable in Python and a cipher in the database; it cannot be searched."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt(value) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value
