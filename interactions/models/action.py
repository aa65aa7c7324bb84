"""What was done by an act of a script, and what of it can be told or taken back."""

from django.db import models
from django.db.models import Q

from agents.models import Agent
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import Client, DoNotCall, Order, ScriptVersion
from interactions.models.case import Case, CaseNote
from interactions.models.run import Run


class Action(PublicIdModel):
    """One act that was done: once for its run and step. Undone, it may be done again, as a row of its own."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="actions")
    version = models.ForeignKey(ScriptVersion, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=80)
    name = models.CharField(max_length=24, help_text="Of `clients.script_acts`.")
    label = models.CharField(max_length=80, help_text="The step's name, as the agent read it.")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="+", help_text="It was about.")
    ref = models.CharField(max_length=254, blank=True, help_text="What it made or changed, as people name it.")
    blocked = models.ForeignKey(
        DoNotCall,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The number it wrote down, if it did.",
    )
    outcome = models.CharField(max_length=20, blank=True, help_text="What the flow may decide on.")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    objects = ClientScopedQuerySet["Action"].as_manager()

    class Meta:
        ordering = ["done_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "version", "step"], condition=Q(undone_at__isnull=True), name="act_done_once"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_at__gte=models.F("done_at")), name="act_undone_after"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.ref}"


class AddressChange(models.Model):
    """Where an order went before, and where it goes since: what an undo needs."""

    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="address_change")
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200)

    client_lookup = "action__client"
    objects = ClientScopedQuerySet["AddressChange"].as_manager()

    def __str__(self) -> str:
        return f"{self.action}"


class CaseOpened(models.Model):
    """The case that an act opened or named, and what an undo needs."""

    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="case_opened")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    second = models.BooleanField(help_text="Beside the contact's own case, which it follows.")
    subject = models.CharField(max_length=300, help_text="As the act wrote it.")
    subject_before = models.CharField(max_length=300, blank=True)
    note = models.OneToOneField(CaseNote, null=True, on_delete=models.PROTECT, related_name="+")

    client_lookup = "action__client"
    objects = ClientScopedQuerySet["CaseOpened"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(second=True), name="second_case_opened_once"),
            models.CheckConstraint(
                condition=Q(second=False) | Q(subject_before=""), name="second_case_had_no_subject_before"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}"
