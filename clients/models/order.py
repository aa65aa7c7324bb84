"""Orders and bills kept for the client, as far as an agent needs them."""

from django.db import models

from bpo.kernel.choices import TextChoices
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models.client import Client
from clients.models.customer import Customer


class OrderState(TextChoices):
    """Where an order is."""

    PLACED = "placed", "Ordered"
    SHIPPED = "shipped", "Shipped"
    AT_DEPOT = "at_depot", "At the carrier's depot"
    DELIVERED = "delivered", "Delivered"
    CANCELLED = "cancelled", "Cancelled"


class Order(PublicIdModel):
    """A customer's order at the client, under the client's own number."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="orders")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders")
    number = models.CharField(max_length=40, help_text="The reference customers know, such as TG-204418.")
    state = models.CharField(max_length=10, choices=OrderState, default=OrderState.PLACED)
    placed_on = models.DateField()
    shipped_on = models.DateField(null=True, blank=True)
    at_depot_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    delivered_on = models.DateField(null=True, blank=True)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3, default="USD")
    paid_by = models.CharField(max_length=60, blank=True, help_text="Such as: card ending 4471.")
    deliver_to = models.CharField(max_length=200, blank=True)

    objects = ClientScopedQuerySet["Order"].as_manager()

    class Meta:
        ordering = ["-placed_on", "-id"]
        constraints = [models.UniqueConstraint(fields=["client", "number"], name="order_number_once")]
        indexes = [models.Index(fields=["customer", "-placed_on"], name="orders_of_customer")]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """One thing ordered."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    name = models.CharField(max_length=120)
    quantity = models.PositiveSmallIntegerField(default=1)
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    client_lookup = "order__client"
    objects = ClientScopedQuerySet["OrderLine"].as_manager()

    def __str__(self) -> str:
        return self.name


class OrderIssue(PublicIdModel):
    """What was done about an order during a contact: late delivery reported, replacement asked, refund opened."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="issues")
    kind = models.SlugField(max_length=40)
    note = models.CharField(max_length=500, blank=True)
    source = models.UUIDField(help_text="What asked for it; asking twice changes nothing.")
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="It was not meant.")

    client_lookup = "order__client"
    objects = ClientScopedQuerySet["OrderIssue"].as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["order", "kind", "source"], name="order_issue_once")]

    def __str__(self) -> str:
        return f"{self.order}: {self.kind}"


class BillState(TextChoices):
    """Whether a bill is paid."""

    OPEN = "open", "Open"
    PAID = "paid", "Paid"


class Bill(PublicIdModel):
    """What the customer owes the client. (An invoice is ours to the client.)"""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="bills")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="bills")
    number = models.CharField(max_length=40)
    state = models.CharField(max_length=6, choices=BillState, default=BillState.OPEN)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3, default="USD")
    due_on = models.DateField()

    objects = ClientScopedQuerySet["Bill"].as_manager()

    class Meta:
        ordering = ["-due_on", "-id"]
        constraints = [models.UniqueConstraint(fields=["client", "number"], name="bill_number_once")]
        indexes = [models.Index(fields=["customer", "-due_on"], name="bills_of_customer")]

    def __str__(self) -> str:
        return self.number


class BillLine(models.Model):
    """What a bill is made of."""

    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="lines")
    name = models.CharField(max_length=120)
    amount = models.DecimalField(max_digits=12, decimal_places=2, help_text="A discount is less than nothing.")

    client_lookup = "bill__client"
    objects = ClientScopedQuerySet["BillLine"].as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
