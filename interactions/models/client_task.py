"""Something the client's own people are to do for a customer, until a day."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bpo.kernel.choices import TextChoices
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import Client, Customer
from interactions.models.action import Action
from interactions.models.case import Case
from interactions.models.interaction import Interaction
from interactions.models.leg import Leg


class TaskState(TextChoices):
    """Open moves once, to one of the others."""

    OPEN = "open", "Open"
    DONE = "done", "Done"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ClientTask(PublicIdModel):
    """Made by an agent, done by the client's people in their own rooms: by an act of the call flow, or beside it."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="tasks")
    action = models.OneToOneField(Action, null=True, on_delete=models.PROTECT, related_name="task")
    leg = models.ForeignKey(
        Leg, null=True, on_delete=models.PROTECT, related_name="tasks", help_text="Whose work it came from, if no act."
    )
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="tasks")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="tasks")
    title = models.CharField(max_length=120)
    details = models.CharField(max_length=1000, blank=True)
    due_on = models.DateField(help_text="In the client's zone.")
    state = models.CharField(max_length=9, choices=TaskState, default=TaskState.OPEN)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True, help_text="What was done.")

    objects = ClientScopedQuerySet["ClientTask"].as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="task_state_known"),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False, done_by__isnull=False)
                | (~Q(state="done") & Q(done_at__isnull=True, done_by__isnull=True)),
                name="task_done_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(action__isnull=False, leg__isnull=True) | Q(action__isnull=True, leg__isnull=False),
                name="task_comes_from_one_place",
            ),
            models.UniqueConstraint(
                fields=["leg", "title", "due_on"], condition=Q(leg__isnull=False), name="task_of_leg_once"
            ),
        ]
        indexes = [
            models.Index(fields=["client", "due_on"], name="tasks_open", condition=Q(state="open")),
            models.Index(fields=["client", "-done_at"], name="tasks_done", condition=Q(state="done")),
            models.Index(fields=["customer"], name="tasks_of_customer"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def interaction(self) -> Interaction:
        """The contact in which it was asked for."""
        if self.leg is not None:
            return self.leg.interaction
        assert self.action is not None
        return self.action.run.interaction
