"""The running product: every part answers, and beat's task travels through the broker to the worker."""

import json
import urllib.request

from bpo.accounts.models import User
from tests.living import Product, eventually


def test_every_part_is_ready(live: Product) -> None:
    def ready() -> dict[str, str] | None:
        with urllib.request.urlopen(f"{live.url}/readyz") as answer:
            parts = json.load(answer)
        return parts if all(value in ("ok", True) for value in parts.values()) else None

    assert eventually(ready, within=30)


def test_what_a_test_saves_the_product_sees(live: Product) -> None:
    User.objects.filter(email="sue.live@example.com").delete()
    sue = User.objects.create_user("sue.live@example.com", "a long word 5", full_name="Sue")
    assert User.objects.get(pk=sue.pk).check_password("a long word 5")
