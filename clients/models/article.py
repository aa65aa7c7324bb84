"""What is known about a client's products and ways, as its agents look it up while they work."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.expressions import Combinable

from bpo.kernel.choices import TextChoices
from bpo.kernel.history import tracked
from bpo.kernel.models import OneOf, PublicIdModel
from clients import one_client
from clients.access import ClientScopedQuerySet
from clients.models.catalogue import Product, Reason
from clients.models.client import Client

# Written with or without accents, a word is found: both sides are compared bare.
ACCENTED, BARE = "áàâäãéèêëíìîïóòôöõúùûüñçÁÀÂÄÃÉÈÊËÍÌÎÏÓÒÔÖÕÚÙÛÜÑÇ", "aaaaaeeeeiiiiooooouuuuncAAAAAEEEEIIIIOOOOOUUUUNC"


def bare(field: str) -> models.Func:
    """The field's words without accents."""
    return models.Func(
        models.F(field),
        models.Value(ACCENTED),
        models.Value(BARE),
        function="TRANSLATE",
        output_field=models.TextField(),
    )


def _words(config: str) -> Combinable:
    title = SearchVector(bare("title"), weight="A", config=config)
    return title + SearchVector(bare("body"), weight="B", config=config)


class ArticleState(TextChoices):
    """Whether agents find it."""

    DRAFT = "draft", "Draft"
    IN_USE = "in_use", "In use"
    RETIRED = "retired", "Out of use"


@tracked(leave_out=["search"])
class Article(PublicIdModel):
    """One answer of the client in one language; it stands first where a contact is about its reason or product."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="articles")
    language = models.CharField(max_length=5, default="en")
    title = models.CharField(max_length=120)
    body = models.TextField(max_length=20_000)
    reason = models.ForeignKey(Reason, null=True, blank=True, on_delete=models.PROTECT, related_name="articles")
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="articles")
    state = models.CharField(max_length=8, choices=ArticleState, default=ArticleState.DRAFT)
    reviewed_on = models.DateField(null=True, blank=True, help_text="When somebody last said that it is right.")
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    edition = models.PositiveIntegerField(default=1, help_text="Counts the changes of its words.")
    changed_at = models.DateTimeField(auto_now=True)
    search = models.GeneratedField(
        expression=models.Case(models.When(language="es", then=_words("spanish")), default=_words("english")),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ClientScopedQuerySet["Article"].as_manager()

    class Meta:
        ordering = ["title", "language"]
        constraints = [
            models.UniqueConstraint(fields=["client", "language", "title"], name="article_title_once"),
            models.CheckConstraint(condition=OneOf("state", ArticleState.values), name="article_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state="in_use") | models.Q(reviewed_on__isnull=False),
                name="article_in_use_was_read",
            ),
        ]
        indexes = [GinIndex(fields=["search"], name="article_words")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        one_client.check(self.client_id, self, "reason", "product")
