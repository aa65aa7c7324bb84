"""One person on a call list: whom we call without having been asked for it today, and what came of it."""

from django.db import models
from django.db.models import Q

from agents.models import Agent
from bpo.kernel.choices import TextChoices
from bpo.kernel.fields import validate_e164
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import CallList, Client
from interactions.models.interaction import Interaction


class ProspectState(TextChoices):
    """Waiting; taken by an agent who looks; calling (its contact lives); then one of three ends, or off the list."""

    WAITING = "waiting", "Waiting"
    TAKEN = "taken", "Taken"
    CALLING = "calling", "Being called"
    DONE = "done", "Done"
    GIVEN_UP = "given_up", "Given up"
    DO_NOT_CALL = "do_not_call", "Do not call"
    REMOVED = "removed", "Taken off the list"


# With an agent: one person is in one hand, on however many lists.
IN_HAND = (ProspectState.TAKEN, ProspectState.CALLING)


class ProspectResult(TextChoices):
    """What came of the latest call. The first five reached nobody."""

    NO_ANSWER = "no_answer", "No answer"
    BUSY = "busy", "Busy"
    VOICEMAIL_LEFT = "voicemail_left", "Left a voicemail"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    NOT_REPORTED = "not_reported", "Called, not said what came of it"
    FOLLOW_UP = "follow_up", "Follow-up booked"
    NOT_INTERESTED = "not_interested", "Not interested"
    DO_NOT_CALL = "do_not_call", "Wants no calls"
    TALKED = "talked", "Reached, nothing agreed"


REACHED = (
    ProspectResult.FOLLOW_UP,
    ProspectResult.NOT_INTERESTED,
    ProspectResult.DO_NOT_CALL,
    ProspectResult.TALKED,
)


class Prospect(PublicIdModel):
    """An agent who gives no sign of looking keeps it until `held_until`; nobody calls before `next_try_at`.

    `interaction` is the latest call; the journal keeps every one. Who is taken off the list keeps `next_try_at` and
    result, for who puts the person back.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="prospects", db_index=False)
    call_list = models.ForeignKey(CallList, on_delete=models.PROTECT, related_name="prospects", db_index=False)
    name = models.CharField(max_length=120)
    number = models.CharField(max_length=16, validators=[validate_e164])
    address = models.EmailField(max_length=254, blank=True)
    company = models.CharField(max_length=120, blank=True)
    zone = models.CharField(max_length=64)
    language = models.CharField(max_length=5)
    note = models.CharField(max_length=500, blank=True)
    consent_how = models.CharField(max_length=200, help_text="How the person agreed to be called.")
    consent_on = models.DateField()
    edition = models.PositiveIntegerField(default=1, help_text="Counts the corrections of what is known of the person.")
    state = models.CharField(max_length=11, choices=ProspectState, default=ProspectState.WAITING)
    taken_by = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="prospects", db_index=False)
    held_until = models.DateTimeField(null=True)
    interaction = models.OneToOneField(Interaction, null=True, on_delete=models.PROTECT, related_name="prospect")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=14, choices=ProspectResult, blank=True)
    result_note = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = ClientScopedQuerySet["Prospect"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call_list", "number"], name="prospect_once_in_a_list"),
            models.UniqueConstraint(
                fields=["taken_by"], condition=Q(state="taken"), name="one_prospect_taken_by_an_agent"
            ),
            models.UniqueConstraint(
                fields=["client", "number"], condition=Q(state__in=["taken", "calling"]), name="number_in_one_hand"
            ),
            models.CheckConstraint(condition=Q(state__in=ProspectState.values), name="prospect_state_known"),
            models.CheckConstraint(condition=Q(result__in=["", *ProspectResult.values]), name="prospect_result_known"),
            models.CheckConstraint(condition=Q(number__regex=r"^\+[1-9][0-9]{5,14}$"), name="prospect_is_e164"),
            models.CheckConstraint(condition=~Q(consent_how=""), name="prospect_has_agreed"),
            models.CheckConstraint(
                condition=Q(state="taken", taken_by__isnull=False, held_until__isnull=False)
                | (~Q(state="taken") & Q(taken_by__isnull=True, held_until__isnull=True)),
                name="taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="calling") | Q(interaction__isnull=False), name="called_in_a_contact"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "taken", "removed"]) | Q(next_try_at__isnull=False),
                name="waits_for_a_try",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "given_up"]) | ~Q(result=""), name="prospect_ends_with_a_result"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "given_up", "do_not_call", "removed"], ended_at__isnull=False)
                | (~Q(state__in=["done", "given_up", "do_not_call", "removed"]) & Q(ended_at__isnull=True)),
                name="ended_prospect_says_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["call_list", "next_try_at", "id"], name="prospects_waiting", condition=Q(state="waiting")
            ),
            models.Index(fields=["call_list", "state", "result"], name="prospects_of_a_list"),
            models.Index(fields=["client", "number"], name="prospect_by_number"),
            models.Index(fields=["held_until"], name="prospects_taken", condition=Q(state="taken")),
            models.Index(fields=["interaction"], name="prospects_calling", condition=Q(state="calling")),
        ]

    def __str__(self) -> str:
        return self.name
