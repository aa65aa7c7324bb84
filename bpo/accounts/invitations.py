"""People are invited: a mail with a link, good once and for a week, to choose a password; who has one signs in."""

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from bpo.accounts.models import User


class InvitationTokens(PasswordResetTokenGenerator):
    """Depends on the password and the last sign-in, so the link dies with its first use."""

    key_salt = "bpo.accounts.invitations"


tokens = InvitationTokens()


def link(user: User) -> str:
    """The address of the page where the person chooses a password."""
    path = reverse("accounts:invitation", kwargs={"person": user.public_id, "token": tokens.make_token(user)})
    return f"{settings.SITE_URL}{path}"


def invite(user: User, by: User | None, *, to: str = "") -> None:
    """Send the mail. It goes to staff of the operator and of clients, so it speaks for the contact center.

    `to`: whose work the person may see from now on. Who has signed in before is led to the sign-in page.
    """
    known = bool(to) and user.last_login is not None and user.has_usable_password()
    context = {
        "user": user,
        "by": by,
        "to": to,
        "known": known,
        "link": f"{settings.SITE_URL}{reverse('account_login')}" if known else link(user),
        "days": settings.INVITATION_DAYS,
        "operator": settings.OPERATOR_NAME,
    }
    with translation.override(user.language):
        mail = EmailMultiAlternatives(
            subject=_("Your account at %(operator)s") % {"operator": settings.OPERATOR_NAME},
            body=render_to_string("registration/invitation_mail.txt", context),
            to=[user.email],
        )
        mail.attach_alternative(render_to_string("registration/invitation_mail.html", context), "text/html")
    mail.send()
