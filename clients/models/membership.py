"""Who may see a client's work, and in which role."""

from django.conf import settings
from django.db import models

from bpo.kernel.choices import TextChoices
from bpo.kernel.history import tracked
from clients.access import ClientScopedQuerySet
from clients.models.client import Client


class Role(TextChoices):
    """Viewer and manager are the client's own people; a supervisor is ours."""

    VIEWER = "viewer", "Client viewer"
    MANAGER = "manager", "Client manager"
    SUPERVISOR = "supervisor", "Supervisor"


@tracked()
class Membership(models.Model):
    """User x client x role: decides seeing. (Being offered work is decided by a licence.)"""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)

    objects = ClientScopedQuerySet["Membership"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "client"], name="one_role_per_client"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} of {self.client}"
