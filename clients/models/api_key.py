"""Keys by which machines of a client, or ours, call the API."""

from django.conf import settings
from django.db import models

from bpo.kernel.history import tracked
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models.client import Client


@tracked(leave_out=["digest", "last_used_at"])
class ApiKey(PublicIdModel):
    """A bearer key of one client with scopes (read, act, route, reports, media); only its hash is kept."""

    SCOPES = ("read", "act", "route", "reports", "media")

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ClientScopedQuerySet["ApiKey"].as_manager()

    class Meta:
        verbose_name = "API key"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
