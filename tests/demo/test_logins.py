"""Whoever starts the demo reads where to go and as whom."""

from __future__ import annotations

import pytest

from bpo.accounts.models import User
from bpo.demo import logins
from bpo.demo.password import demo_password
from bpo.demo.setting_up import set_up

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def test_every_role_has_a_login_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "linen-maple-olive-1234")
    told = "\n".join(logins.lines("http://localhost:8700"))
    for place in ("/sites/the-tech-giant/", "/console/", "/floor/", "/portal/", "/admin/"):
        assert f"http://localhost:8700{place}" in told
    assert "linen-maple-olive-1234" in told
    set_up()
    people = [word for word in told.split() if "@" in word]
    assert len(people) == 5
    for address in people:
        assert User.objects.get(email=address).check_password(demo_password()), address
