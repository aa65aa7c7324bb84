"""The person who signs in; what someone may do lives with agents and memberships."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pghistory
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bpo.kernel import zones
from bpo.kernel.choices import TextChoices
from bpo.kernel.models import PublicIdModel


def validate_zone(value: str) -> None:
    """Refuse a time zone that the zone database does not know."""
    if value not in zones.every():
        raise ValidationError(_("“%(zone)s” is not a known time zone.") % {"zone": value})


class UserManager(BaseUserManager["User"]):
    """Finds people by address without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person; without a password one that must first follow an invitation."""
        if not email:
            raise ValueError("a person needs an address")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An admin who may do everything."""
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})


@pghistory.track(exclude=["password", "last_login"])
class User(PublicIdModel, AbstractBaseUser, PermissionsMixin):
    """A person: how to reach, name and greet them."""

    class Theme(TextChoices):
        SYSTEM = "system", _("as the device")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    email = models.EmailField(_("email address"), unique=True)
    full_name = models.CharField(_("full name"), max_length=150)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    zone = models.CharField(
        _("time zone"),
        max_length=63,
        blank=True,
        validators=[validate_zone],
        help_text=_("Empty: what the browser says."),
    )
    theme = models.CharField(_("theme"), max_length=6, choices=Theme.choices, default=Theme.SYSTEM)
    is_staff = models.BooleanField(_("admin"), default=False, help_text=_("May use the administration."))
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Clear this instead of deleting people."))
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower")]

    def __str__(self) -> str:
        return self.full_name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """With what follows from it (`bpo.accounts.signals`), or not at all."""
        super().save(*args, **kwargs)

    @property
    def clock_zone(self) -> ZoneInfo:
        """The zone of the times this person reads: one's own, else the house's."""
        return ZoneInfo(self.zone or settings.STAFF_TIME_ZONE)

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0]


def display_name(user: User) -> str:
    """How pages name a person."""
    return str(user)


def user_group(user: User) -> str:
    """The socket group of everything this person has open."""
    return f"user.{user.public_id}"
