"""A client's customer with phones and addresses; found and created by `clients.customers`."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper

from bpo.kernel import clock
from bpo.kernel.fields import validate_e164
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models.client import Client

SINCE = "Since when it is this customer's; empty: since before that was kept."
UNPROVEN = "The contacts in which it was written down before anybody was verified; until then it proves nothing."


def unproven_in() -> Any:
    """Public ids of contacts; empty for what counts as known."""
    ids: Any = models.UUIDField()
    return ArrayField(ids, default=list, db_default=[], blank=True, editable=False, help_text=UNPROVEN)


class Customer(PublicIdModel):
    """Belongs to exactly one client: the same person at two clients is two customers."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="customers")
    name = models.CharField(max_length=120, blank=True)
    name_unproven_in = unproven_in()
    language = models.CharField(max_length=5, blank=True)
    zone = models.CharField(max_length=64, blank=True)
    account_number = models.CharField(max_length=40, blank=True)
    plan = models.CharField(max_length=60, blank=True)
    since = models.DateField(null=True, blank=True)
    postal_code = models.CharField(max_length=16, blank=True)
    city = models.CharField(max_length=80, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    confirmed = models.BooleanField(default=False, help_text="False: created from an address alone, unverified.")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_from")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClientScopedQuerySet["Customer"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "account_number"], condition=~models.Q(account_number=""), name="account_number_once"
            ),
        ]
        indexes = [
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="customer_name_trgm"),
            models.Index(fields=["client", "created_at"], name="customer_by_client"),
        ]

    def __str__(self) -> str:
        return self.name or "Unknown customer"


class CustomerPhone(models.Model):
    """A number in E.164; within one client it belongs to one customer."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="phones")
    number = models.CharField(max_length=16, validators=[validate_e164])
    primary = models.BooleanField(default=False)
    added_at = models.DateTimeField(null=True, default=clock.now, editable=False, help_text=SINCE)
    unproven_in = unproven_in()

    objects = ClientScopedQuerySet["CustomerPhone"].as_manager()

    class Meta:
        ordering = ["-primary", "id"]
        constraints = [
            models.UniqueConstraint(fields=["client", "number"], name="phone_once_per_client"),
            models.CheckConstraint(condition=models.Q(number__regex=r"^\+[1-9][0-9]{5,14}$"), name="phone_is_e164"),
        ]

    def __str__(self) -> str:
        return self.number


class CustomerAddress(models.Model):
    """A mail address, kept in lower case; within one client it belongs to one customer."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    address = models.EmailField(max_length=254)
    primary = models.BooleanField(default=False)
    undeliverable = models.BooleanField(default=False, help_text="A mail bounced for good; held until changed.")
    added_at = models.DateTimeField(null=True, default=clock.now, editable=False, help_text=SINCE)
    unproven_in = unproven_in()

    objects = ClientScopedQuerySet["CustomerAddress"].as_manager()

    class Meta:
        ordering = ["-primary", "id"]
        verbose_name_plural = "customer addresses"
        constraints = [
            models.UniqueConstraint(fields=["client", "address"], name="address_once_per_client"),
            models.CheckConstraint(
                condition=models.Q(address=models.functions.Lower("address")), name="address_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.address
