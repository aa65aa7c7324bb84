"""What we promise a client: targets with their thresholds, valid between two dates."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext as _

from bpo.kernel.history import tracked
from clients.access import ClientScopedQuerySet
from clients.formulas import PLAIN, PROMISED, SERVICE_LEVELS, Source, can_be_promised
from clients.models.client import Client
from clients.models.queue import Channel


@tracked()
class Contract(models.Model):
    """The promises in force between two dates (the last day inclusive; open when empty)."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="contracts")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    client_approves_scripts = models.BooleanField(
        default=False, help_text="The client's own manager approves each version of a call flow before it is published."
    )

    objects = ClientScopedQuerySet["Contract"].as_manager()

    class Meta:
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=models.F("valid_from")),
                name="contract_ends_after_start",
            ),
            models.UniqueConstraint(fields=["client", "valid_from"], name="one_contract_per_start"),
        ]

    def __str__(self) -> str:
        return f"{self.client} from {self.valid_from}"


@tracked()
class Promise(models.Model):
    """A percentage promised: by which formula, of which channel (callbacks have none), and its target.

    The threshold counts where the formula asks for one. Past the limit the promise is broken, not merely missed.
    """

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="promises")
    channel = models.CharField(max_length=5, choices=Channel, blank=True, help_text="Empty for callbacks alone.")
    formula = models.CharField(
        max_length=60, default=PLAIN, validators=[can_be_promised], help_text="Name and version of the formula."
    )
    threshold_seconds = models.PositiveIntegerField(default=20, validators=[MinValueValidator(1)])
    target_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=80, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    limit_percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=75,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Past this the promise is broken, not merely missed.",
    )

    client_lookup = "contract__client"
    objects = ClientScopedQuerySet["Promise"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "channel", "formula"], name="one_promise_per_channel"),
            models.CheckConstraint(condition=models.Q(threshold_seconds__gt=0), name="threshold_positive"),
        ]

    def __str__(self) -> str:
        if self.timed:
            return f"{self.target_percent} % of {self.channel} in {self.threshold_seconds} s"
        return f"{self.formula} {self.target_percent} % {self.channel}".strip()

    @property
    def timed(self) -> bool:
        """Whether the threshold decides it."""
        return self.formula in SERVICE_LEVELS

    @property
    def places(self) -> int:
        """To how many decimals it is written and judged: a tenth, or as many as it was agreed with."""
        bounds = (Decimal(str(self.target_percent)), Decimal(str(self.limit_percent)))
        return max(1, *(-int(bound.normalize().as_tuple().exponent) for bound in bounds))

    @property
    def address(self) -> str:
        """How an address names it among those of its client."""
        return f"{self.contract.valid_from:%Y-%m-%d}.{self.channel}.{self.formula}"

    def clean(self) -> None:
        """The formula fits the channel, and the limit lies beyond the target."""
        formula = PROMISED.get(self.formula)
        if formula is None:
            return  # the field says so
        if formula.source == Source.CALLBACK:
            if self.channel:
                raise ValidationError({"channel": _("Callbacks have no channel.")})
        elif not self.channel:
            raise ValidationError({"channel": _("Choose a channel.")})
        elif self.channel == Channel.EMAIL and not formula.mail_words:
            raise ValidationError({"formula": _("This formula says nothing of mails.")})
        if self.target_percent is None or self.limit_percent is None:
            return
        if formula.less_is_better and self.limit_percent < self.target_percent:
            raise ValidationError({"limit_percent": _("This cannot be under the target.")})
        if not formula.less_is_better and self.limit_percent > self.target_percent:
            raise ValidationError({"limit_percent": _("This cannot be above the target.")})
