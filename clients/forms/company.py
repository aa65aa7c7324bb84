"""Step 1, the company; step 2, how it looks and speaks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from bpo.kernel import zones
from clients import sharing, texts
from clients.models import Brand, Client, TextKind

LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]


def spoken(client: Client, *more: str) -> list[tuple[str, Any]]:
    """The languages this client's customers are served in, and `more` codes that are in use already."""
    return [pair for pair in LANGUAGES if pair[0] in {*client.languages, client.default_language, *more}]


KNOWN = [
    ("AR", _("Argentina"), "America/Argentina/Buenos_Aires"),
    ("AU", _("Australia"), "Australia/Sydney"),
    ("AT", _("Austria"), "Europe/Vienna"),
    ("BE", _("Belgium"), "Europe/Brussels"),
    ("BO", _("Bolivia"), "America/La_Paz"),
    ("BR", _("Brazil"), "America/Sao_Paulo"),
    ("BG", _("Bulgaria"), "Europe/Sofia"),
    ("CA", _("Canada"), "America/Toronto"),
    ("CL", _("Chile"), "America/Santiago"),
    ("CO", _("Colombia"), "America/Bogota"),
    ("CR", _("Costa Rica"), "America/Costa_Rica"),
    ("HR", _("Croatia"), "Europe/Zagreb"),
    ("CZ", _("Czechia"), "Europe/Prague"),
    ("DK", _("Denmark"), "Europe/Copenhagen"),
    ("DO", _("Dominican Republic"), "America/Santo_Domingo"),
    ("EC", _("Ecuador"), "America/Guayaquil"),
    ("EE", _("Estonia"), "Europe/Tallinn"),
    ("FI", _("Finland"), "Europe/Helsinki"),
    ("FR", _("France"), "Europe/Paris"),
    ("DE", _("Germany"), "Europe/Berlin"),
    ("GR", _("Greece"), "Europe/Athens"),
    ("GT", _("Guatemala"), "America/Guatemala"),
    ("HU", _("Hungary"), "Europe/Budapest"),
    ("IS", _("Iceland"), "Atlantic/Reykjavik"),
    ("IN", _("India"), "Asia/Kolkata"),
    ("IE", _("Ireland"), "Europe/Dublin"),
    ("IL", _("Israel"), "Asia/Jerusalem"),
    ("IT", _("Italy"), "Europe/Rome"),
    ("JP", _("Japan"), "Asia/Tokyo"),
    ("LV", _("Latvia"), "Europe/Riga"),
    ("LT", _("Lithuania"), "Europe/Vilnius"),
    ("LU", _("Luxembourg"), "Europe/Luxembourg"),
    ("MT", _("Malta"), "Europe/Malta"),
    ("MX", _("Mexico"), "America/Mexico_City"),
    ("NL", _("Netherlands"), "Europe/Amsterdam"),
    ("NZ", _("New Zealand"), "Pacific/Auckland"),
    ("NO", _("Norway"), "Europe/Oslo"),
    ("PA", _("Panama"), "America/Panama"),
    ("PY", _("Paraguay"), "America/Asuncion"),
    ("PE", _("Peru"), "America/Lima"),
    ("PH", _("Philippines"), "Asia/Manila"),
    ("PL", _("Poland"), "Europe/Warsaw"),
    ("PT", _("Portugal"), "Europe/Lisbon"),
    ("PR", _("Puerto Rico"), "America/Puerto_Rico"),
    ("RO", _("Romania"), "Europe/Bucharest"),
    ("SG", _("Singapore"), "Asia/Singapore"),
    ("SK", _("Slovakia"), "Europe/Bratislava"),
    ("SI", _("Slovenia"), "Europe/Ljubljana"),
    ("ZA", _("South Africa"), "Africa/Johannesburg"),
    ("ES", _("Spain"), "Europe/Madrid"),
    ("SE", _("Sweden"), "Europe/Stockholm"),
    ("CH", _("Switzerland"), "Europe/Zurich"),
    ("TR", _("Türkiye"), "Europe/Istanbul"),
    ("GB", _("United Kingdom"), "Europe/London"),
    ("US", _("United States"), "America/New_York"),
    ("UY", _("Uruguay"), "America/Montevideo"),
    ("VE", _("Venezuela"), "America/Caracas"),
]
"""Where a company may be: code, name, zone of the capital (of the largest city where the country has several)."""
COUNTRIES = [(code, name) for code, name, _zone in KNOWN]
ZONE_OF = {code: zone for code, _name, zone in KNOWN}


class CompanyForm(forms.ModelForm[Client]):
    """What the contract names: the company, where it is and which languages its customers speak."""

    languages = forms.MultipleChoiceField(
        label=_("Languages of its customers"), choices=LANGUAGES, widget=forms.CheckboxSelectMultiple
    )
    country = forms.ChoiceField(
        label=_("Country"), choices=COUNTRIES, help_text=_("Numbers without a prefix are read as numbers from there.")
    )
    zone = forms.ChoiceField(label=_("Time zone"), required=False)

    class Meta:
        model = Client
        fields = [
            "name",
            "reference_prefix",
            "country",
            "zone",
            "languages",
            "default_language",
            "currency",
            "floor_seats",
            "ceiling_seats",
        ]
        labels = {
            "name": _("Name of the company"),
            "reference_prefix": _("Letters of its references"),
            "default_language": _("Language when none is known"),
            "currency": _("Currency"),
            "floor_seats": _("Share of the floor: its floor, in seats"),
            "ceiling_seats": _("Share of the floor: its ceiling, in seats"),
        }
        error_messages = {"reference_prefix": {"unique": _("Another client has these letters already.")}}
        help_texts = {
            "reference_prefix": _("Two to four capital letters, said aloud: TTG in TTG-7K3F9Q."),
            "floor_seats": _(
                "While its lines have work they are served first until agents with them fill so many; what they do not "
                "use is everybody's. Empty: no floor."
            ),
            "ceiling_seats": _("However many wait, no more agents than this are with it at once. Empty: no ceiling."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = zones.choices(self.instance.zone)
        if self.instance.pk is None:
            self.initial.setdefault("languages", ["en", "es"])
            listed.insert(0, ("", _("That of the country's capital")))
        else:
            self.fields["zone"].required = True
            # References already said aloud keep their letters.
            self.fields["reference_prefix"].disabled = self.instance.state != "setting_up"
        self.fields["zone"].choices = listed  # type: ignore[attr-defined]

    def clean_reference_prefix(self) -> str:
        return str(self.cleaned_data["reference_prefix"]).upper()

    def clean_currency(self) -> str:
        given = str(self.cleaned_data["currency"]).upper()
        if len(given) != 3 or not given.isalpha():
            raise forms.ValidationError(_("Three letters, such as USD."))
        return given

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("zone") and "zone" not in self.errors:
            data["zone"] = ZONE_OF.get(data.get("country", ""), "")
        if data.get("default_language") and data["default_language"] not in data.get("languages", []):
            self.add_error("default_language", _("Choose one of its languages."))
        return data

    def save(self, commit: bool = True) -> Client:
        """Saved; another share of the floor is felt at once."""
        client: Client = super().save(commit)
        if commit and not sharing.SHARE.isdisjoint(self.changed_data):
            sharing.changed(client)
        return client

    def free_slug(self) -> str:
        """An address for the new company that nobody has yet."""
        base = slugify(self.cleaned_data["name"])[:50] or "client"
        taken = set(Client.objects.filter(slug__startswith=base).values_list("slug", flat=True))
        return next(slug for n in range(1, 10_000) if (slug := base if n == 1 else f"{base}-{n}") not in taken)


class BrandForm(forms.ModelForm[Brand]):
    """How customers see and hear the company."""

    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")

    class Meta:
        model = Brand
        fields = [
            "public_name",
            "colour",
            "logo",
            "website",
            "sender_name",
            "sender_address",
            "phone_shown",
            "never_say",
        ]
        labels = {
            "public_name": _("Name customers know"),
            "colour": _("Colour"),
            "logo": _("Logo"),
            "website": _("Website"),
            "sender_name": _("Sender of its mails: name"),
            "sender_address": _("Sender of its mails: address"),
            "phone_shown": _("Number customers may call, as printed"),
            "never_say": _("What an agent must never say"),
        }
        help_texts = {
            **dict.fromkeys(("public_name", "sender_name", "sender_address", "phone_shown", "never_say"), ""),
            "logo": _("PNG or JPEG up to 200 kB, white on transparent looks best on the colour."),
            "colour": _("White or near-black text must be readable on it (4.5 : 1)."),
        }
        widgets = {
            "colour": forms.TextInput(attrs={"type": "color"}),
            "logo": forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
            "never_say": forms.Textarea(attrs={"rows": 3}),
        }


class TextsForm(forms.Form):
    """The client's own words; an empty one falls back to ours, which is shown as the placeholder."""

    def __init__(self, client: Client, language: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client, self.language = client, language
        own = {row.kind: row.text for row in client.texts.filter(language=language)}
        for kind in TextKind:
            defaults = texts.ours(client, kind)
            ours = defaults.get(language) or defaults["en"]
            self.fields[kind.value] = forms.CharField(
                label=kind.label,
                required=False,
                max_length=2000,
                initial=own.get(kind.value, ""),
                widget=forms.Textarea(attrs={"rows": 2, "placeholder": ours}),
                validators=[texts.check],
            )

    def save(self) -> None:
        """Write what was worded, drop what was emptied."""
        for kind in TextKind:
            words = self.cleaned_data[kind.value].strip()
            rows = self.client.texts.filter(kind=kind, language=self.language)
            if not words:
                rows.delete()
            else:
                self.client.texts.update_or_create(kind=kind, language=self.language, defaults={"text": words})
