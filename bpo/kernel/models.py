"""Abstract models without business meaning."""

import uuid

from django.db import models


class PublicIdModel(models.Model):
    """A row with a number for us and an unguessable id for everyone else."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True
