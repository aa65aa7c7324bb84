"""What contacts are about and how they end: products, reasons, dispositions of a client."""

from django.core.exceptions import ValidationError
from django.db import models

from bpo.kernel.choices import TextChoices
from bpo.kernel.history import tracked
from clients.access import ClientScopedQuerySet
from clients.models.client import Client


@tracked()
class ProductType(models.Model):
    """A kind of product; it may carry its own sub-process (a script of kind sub-process names it)."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="product_types")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    name_es = models.CharField(max_length=80, blank=True)

    objects = ClientScopedQuerySet["ProductType"].as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["client", "code"], name="product_type_code_once")]

    def __str__(self) -> str:
        return self.name


@tracked()
class Product(models.Model):
    """What the client sells and a contact may be about."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="products")
    type = models.ForeignKey(ProductType, on_delete=models.PROTECT, related_name="products")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    active = models.BooleanField(default=True)

    objects = ClientScopedQuerySet["Product"].as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["client", "code"], name="product_code_once")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.type_id and self.type.client_id != self.client_id:
            raise ValidationError({"type": "The type belongs to another client."})


class ReasonKind(TextChoices):
    """Why somebody contacts a company."""

    ENQUIRY = "enquiry", "Enquiry"
    COMPLAINT = "complaint", "Complaint"
    APPRECIATION = "appreciation", "Appreciation"


KINDS_ES = {
    ReasonKind.ENQUIRY: "Consulta",
    ReasonKind.COMPLAINT: "Reclamación",
    ReasonKind.APPRECIATION: "Agradecimiento",
}


@tracked()
class Reason(models.Model):
    """A reason of this client, under one of the three kinds; may be nested once."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="reasons")
    kind = models.CharField(max_length=12, choices=ReasonKind)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    name_es = models.CharField(max_length=80, blank=True, help_text="As Spanish-speaking customers read it.")
    asked_at_door = models.BooleanField(default=True, help_text="Offered in the chat window and the callback form.")
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = ClientScopedQuerySet["Reason"].as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["client", "code"], name="reason_code_once")]

    def __str__(self) -> str:
        return self.name

    def in_language(self, language: str) -> str:
        """The name as a customer of that language reads it."""
        return self.name_es if language == "es" and self.name_es else self.name

    def kind_in_language(self, language: str) -> str:
        """Its kind in that language."""
        return KINDS_ES[ReasonKind(self.kind)] if language == "es" else self.get_kind_display()


@tracked()
class Disposition(models.Model):
    """How a contact ended; nested once, may demand a note or a follow-up."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="dispositions")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    needs_note = models.BooleanField(default=False)
    needs_follow_up = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = ClientScopedQuerySet["Disposition"].as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["client", "code"], name="disposition_code_once")]

    def __str__(self) -> str:
        return self.name
