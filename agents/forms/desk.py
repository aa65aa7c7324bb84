"""A person's own desk, as she sets it up herself."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from agents.models import DeskSettings


class DeskForm(forms.ModelForm[DeskSettings]):
    """How dense, how loud, which notices."""

    class Meta:
        model = DeskSettings
        fields = ["density", "volume", "ring", "bell", "notices"]
        labels = {
            "density": gettext_lazy("How much stands on the screen"),
            "volume": gettext_lazy("Loudness of ring and bell"),
            "ring": gettext_lazy("Ring while a contact is offered"),
            "bell": gettext_lazy("A bell when a customer writes and you look elsewhere"),
            "notices": gettext_lazy("The browser’s own notice of an offer while the desk is behind another window"),
        }
        help_texts = dict.fromkeys(("volume", "ring", "bell", "notices"), "")
        widgets = {"volume": forms.NumberInput(attrs={"type": "range", "min": 0, "max": 100, "step": 5})}
