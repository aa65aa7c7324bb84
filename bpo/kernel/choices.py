"""Closed lists whose labels are read in the reader's language."""

from django.db import models
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise


class TextChoices(models.TextChoices):
    """Django's, but that a label is translated when it is shown; `manage.py words` gathers the labels."""

    @property
    def label(self) -> StrOrPromise:
        """The English label in the reader's language."""
        return gettext_lazy(str(self._label_))
