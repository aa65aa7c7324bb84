"""Ending a person's sessions everywhere at once."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from bpo.accounts.models import User, user_group
from bpo.kernel import push


def cut(user: User) -> None:
    """Delete every session of the person and tell open pages."""
    keys = set(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    # Sessions begun before the list was kept (a test client, a command) are found by what they hold.
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            keys.add(session.session_key)
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user).delete()
    transaction.on_commit(lambda: push.send(user_group(user), {"type": "nudge", "kind": "signed_out"}))
