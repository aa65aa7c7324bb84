"""How far back “why not this agent?” looks, and how much of the answer a page shows: floor and console alike."""

from django.utils.translation import gettext_lazy as lazy

SHOWN = 50  # offers to others on a page
HOURS = {"1": lazy("Last hour"), "4": lazy("Last 4 hours"), "12": lazy("Last 12 hours"), "24": lazy("Last 24 hours")}
