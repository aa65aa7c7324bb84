"""Step 6, what contacts are about and how they end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.models import Client, Disposition, Product, ProductType, Reason


class RowForm(forms.ModelForm[Any]):
    """A row of the catalogue; its code is made of its name once and then stays."""

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = self.instance.client = client
        for name, queryset in (("type", client.product_types.all()), ("parent", self._parents())):
            if name in self.fields:
                self.fields[name].queryset = queryset  # type: ignore[attr-defined]

    def _parents(self) -> Any:
        if not hasattr(self._meta.model, "parent"):
            return None
        rows = self._meta.model._default_manager.filter(client=self.client, parent=None)
        return rows.exclude(pk=self.instance.pk)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if not self.instance.code:
            base = slugify(name)[:34] or "row"
            taken = set(self._meta.model._default_manager.filter(client=self.client).values_list("code", flat=True))
            self.instance.code = next(
                c for n in range(1, 1000) if (c := base if n == 1 else f"{base}-{n}") not in taken
            )
        return name

    def clean_parent(self) -> Any:
        parent = self.cleaned_data["parent"]
        if parent and self.instance.pk and self.instance.children.exists():
            raise forms.ValidationError(_("Others are under this one already; one level is enough."))
        return parent


class ProductTypeForm(RowForm):
    class Meta:
        model = ProductType
        fields = ["name", "name_es"]
        labels = {"name": gettext_lazy("Product type"), "name_es": gettext_lazy("in Spanish")}


class ProductForm(RowForm):
    class Meta:
        model = Product
        fields = ["name", "type", "active"]
        labels = {"name": gettext_lazy("Product"), "type": gettext_lazy("Type"), "active": gettext_lazy("in use")}


class ReasonForm(RowForm):
    class Meta:
        model = Reason
        fields = ["position", "name", "name_es", "kind", "parent", "asked_at_door", "active"]
        labels = {
            "position": gettext_lazy("No."),
            "name": gettext_lazy("Reason"),
            "name_es": gettext_lazy("in Spanish"),
            "kind": gettext_lazy("Kind"),
            "parent": gettext_lazy("under"),
            "asked_at_door": gettext_lazy("customers choose it"),
            "active": gettext_lazy("in use"),
        }


class DispositionForm(RowForm):
    class Meta:
        model = Disposition
        fields = ["position", "name", "parent", "needs_note", "needs_follow_up", "active"]
        labels = {
            "position": gettext_lazy("No."),
            "name": gettext_lazy("Disposition"),
            "parent": gettext_lazy("under"),
            "needs_note": gettext_lazy("demands a note"),
            "needs_follow_up": gettext_lazy("demands a follow-up"),
            "active": gettext_lazy("in use"),
        }


PARTS: dict[str, tuple[type[RowForm], Any]] = {
    "reasons": (ReasonForm, gettext_lazy("Reasons")),
    "dispositions": (DispositionForm, gettext_lazy("Dispositions")),
    "types": (ProductTypeForm, gettext_lazy("Product types")),
    "products": (ProductForm, gettext_lazy("Products")),
}


def row_forms(client: Client, part: str, data: Any = None) -> Any:
    """The rows of one part of the catalogue with two empty ones. Nothing is deleted: a row is put out of use."""
    form = PARTS[part][0]
    model: Any = form._meta.model  # type: ignore[attr-defined]
    kind: Any = forms.modelformset_factory(model, form=form, extra=2)
    return kind(data, queryset=model.objects.filter(client=client), form_kwargs={"client": client}, prefix=part)
