"""A customer's record as an agent corrects it: name, numbers, addresses, language, zone; never account data."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bpo.kernel import zones
from clients import customers
from clients.forms.company import spoken
from clients.models import Customer, CustomerAddress, CustomerPhone

MOST = 10


class CustomerForm(forms.Form):
    """Numbers and addresses stand one a line, the main one first; fields left out, `without`, stay as they are."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    phones = forms.CharField(
        label=gettext_lazy("Phone numbers"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One a line, the main one first, like +34911234567."),
    )
    addresses = forms.CharField(
        label=gettext_lazy("Mail addresses"),
        required=False,
        max_length=2600,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One a line, the main one first."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=80, required=False)

    def __init__(self, customer: Customer, *args: Any, without: Collection[str] = (), **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "name": customer.name,
                "phones": "\n".join(customer.phones.values_list("number", flat=True)),
                "addresses": "\n".join(customer.addresses.values_list("address", flat=True)),
                "language": customer.language,
                "zone": customer.zone,
                "city": customer.city,
            },
        )
        super().__init__(*args, **kwargs)
        self.customer = customer
        self.without = without
        for name in without:
            del self.fields[name]
        languages = spoken(customer.client, customer.language)
        self.fields["language"].choices = [("", _("not known")), *languages]  # type: ignore[attr-defined]
        self.fields["zone"].choices = [("", _("not known")), *zones.choices(customer.zone)]  # type: ignore[attr-defined]

    def clean_phones(self) -> list[str]:
        return self._lines("phones")

    def clean_addresses(self) -> list[str]:
        return self._lines("addresses")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        reach = self.without or data.get("phones") or data.get("addresses")
        if not self.errors and not (data["name"].strip() or reach):
            raise forms.ValidationError(_("Keep a name, a number or an address, or nobody finds this customer again."))
        return data

    def _lines(self, name: str) -> list[str]:
        """The lines tidied, each once; refused are what is none, and what is another customer's."""
        found: dict[str, None] = {}
        for line in str(self.cleaned_data[name]).splitlines():
            if not line.strip():
                continue
            tidy = self._tidy(name, line)
            if not tidy:
                words = (
                    _("“%(line)s” is not a phone number.") if name == "phones" else _("“%(line)s” is not an address.")
                )
                raise forms.ValidationError(words % {"line": line.strip()[:60]})
            if self._other(name, tidy):
                words = _("%(line)s belongs to another customer. Join the two records instead.")
                raise forms.ValidationError(words % {"line": tidy})
            found[tidy] = None
        if len(found) > MOST:
            raise forms.ValidationError(_("At most %(n)d.") % {"n": MOST})
        return list(found)

    def _tidy(self, name: str, line: str) -> str:
        if name == "phones":
            return customers.tidy_phone(self.customer.client, line)
        return customers.tidy_address(line)

    def _other(self, name: str, value: str) -> bool:
        client = self.customer.client_id
        if name == "phones":
            rows = CustomerPhone.objects.filter(client=client, number=value)
            return rows.exclude(customer=self.customer).exists()
        return CustomerAddress.objects.filter(client=client, address=value).exclude(customer=self.customer).exists()
