"""Getting in: invitations, sign-in, reset, profile, and being shown out."""

import re
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from bpo.accounts import invitations, sessions
from bpo.accounts.models import User
from bpo.accounts.signals import deactivated

PASSWORD = "correct horse 7"

pytestmark = pytest.mark.django_db


@pytest.fixture
def sue() -> User:
    return User.objects.create_user("Sue@Example.com", PASSWORD, full_name="Sue Visor")


@pytest.fixture
def admin() -> User:
    return User.objects.create_superuser("ada@example.com", PASSWORD, full_name="Ada Min")


def signed_in(user: User) -> Client:
    client = Client()
    assert client.login(username=user.email, password=PASSWORD)
    return client


def link_in(message: mail.EmailMessage) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", str(message.body))
    assert found
    return found.group(1)


def test_addresses_are_one_whatever_their_case(sue: User) -> None:
    assert sue.email == "sue@example.com"
    assert User.objects.get_by_natural_key("SUE@example.COM") == sue
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=sue.pk).update(email="Sue@example.com")


def test_people_sign_in_with_their_address(sue: User) -> None:
    client = Client()
    answer = client.post("/accounts/login/", {"login": "SUE@example.com", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(sue.pk)


def test_no_word_of_the_sign_in_waits_for_a_later_page(sue: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": sue.email, "password": PASSWORD})
    assert list(get_messages(client.get("/accounts/profile/").wsgi_request)) == []


def test_a_wrong_password_is_refused_in_words(sue: User) -> None:
    answer = Client().post("/accounts/login/", {"login": sue.email, "password": "wrong"})
    assert answer.status_code == 200
    assert b"not correct" in answer.content


def test_nobody_signs_up() -> None:
    Client().post("/accounts/signup/", {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD})
    assert not User.objects.filter(email="new@example.com").exists()


def test_an_invitation_works_once(sue: User, admin: User) -> None:
    invitations.invite(sue, by=admin)
    [message] = mail.outbox
    assert message.to == [sue.email]
    client, path = Client(), link_in(message)
    assert client.get(path).status_code == 200
    answer = client.post(path, {"new_password1": "my own words 1", "new_password2": "my own words 1"})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(sue.pk)
    assert Client().get(path).status_code == 404


def test_a_weak_password_is_refused_in_words(sue: User) -> None:
    path = invitations.link(sue).split("localhost:8000")[-1]
    answer = Client().post(path, {"new_password1": "12345", "new_password2": "12345"})
    assert answer.status_code == 422
    assert b"too short" in answer.content


def test_an_invitation_speaks_the_persons_language(sue: User) -> None:
    sue.language = "es"
    sue.save()
    invitations.invite(sue, by=None)
    assert len(mail.outbox) == 1


def test_a_password_can_be_reset_by_mail(sue: User) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": sue.email})
    [message] = mail.outbox
    answer = client.get(link_in(message), follow=True)
    done = client.post(answer.request["PATH_INFO"], {"password1": "another one 9", "password2": "another one 9"})
    assert done.status_code == 302
    sue.refresh_from_db()
    assert sue.check_password("another one 9")


def test_a_stranger_asking_for_a_reset_learns_nothing(sue: User) -> None:
    known = Client().post("/accounts/password/reset/", {"email": sue.email})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_an_admin_adds_a_person_who_is_invited(admin: User) -> None:
    client = signed_in(admin)
    form = {"email": "Bea@Example.com", "full_name": "Bea", "language": "en", "invite": "on"}
    answer = client.post("/admin/accounts/user/add/", form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    bea = User.objects.get(email="bea@example.com")
    assert not bea.has_usable_password()
    assert mail.outbox[0].to == ["bea@example.com"]


def test_admin_pages_of_people_open(admin: User, sue: User) -> None:
    client = signed_in(admin)
    for path in ("", "add/", f"{sue.pk}/change/", "?q=sue"):
        assert client.get(f"/admin/accounts/user/{path}").status_code == 200
    assert client.post(f"/admin/accounts/user/{sue.pk}/delete/").status_code == 403


def test_whoever_is_deactivated_is_out_at_once(sue: User, django_capture_on_commit_callbacks) -> None:
    client, heard = signed_in(sue), []
    deactivated.connect(lambda user, **_: heard.append(user), weak=False, dispatch_uid="test")
    assert client.get("/accounts/profile/").status_code == 200
    sue.is_active = False
    with django_capture_on_commit_callbacks(execute=True):
        sue.save(update_fields=["is_active"])
    deactivated.disconnect(dispatch_uid="test")
    assert heard == [sue]
    assert client.get("/accounts/profile/").status_code == 302
    assert not Client().login(username=sue.email, password=PASSWORD)


def test_cutting_one_persons_sessions_leaves_the_others(sue: User, admin: User) -> None:
    hers, his = signed_in(sue), signed_in(admin)
    sessions.cut(sue)
    assert hers.get("/accounts/profile/").status_code == 302
    assert his.get("/accounts/profile/").status_code == 200


def test_a_person_sets_language_and_theme(sue: User) -> None:
    client = signed_in(sue)
    answer = client.post("/accounts/profile/", {"full_name": "Sue", "language": "es", "theme": "dark"})
    assert answer.status_code == 302
    sue.refresh_from_db()
    assert (sue.language, sue.theme) == ("es", "dark")
    assert client.get("/accounts/profile/")["Content-Language"] == "es"


def test_changes_of_a_person_are_kept_but_never_the_password(sue: User) -> None:
    sue.full_name = "Sue Prevised"
    sue.save()
    kept = list(User.pgh_event_model.objects.filter(pgh_obj=sue).order_by("pgh_id"))
    assert [event.full_name for event in kept] == ["Sue Visor", "Sue Prevised"]
    assert not hasattr(kept[0], "password")


# --- one's own clock -------------------------------------------------------------------------------------------------

ZONE = "/accounts/zone/"


def test_the_browser_says_once_where_sue_is(sue: User) -> None:
    browser = signed_in(sue)
    page = browser.get("/accounts/profile/").content.decode()
    assert "Times in UTC" in page and f'data-ask-zone="{ZONE}"' in page
    assert browser.post(ZONE, {"zone": "Europe/Madrid"}).status_code == 204
    page = browser.get("/accounts/profile/").content.decode()
    assert "Times in Europe/Madrid" in page and "data-ask-zone" not in page
    assert browser.post(ZONE, {"zone": "Asia/Tokyo"}).status_code == 204
    sue.refresh_from_db()
    assert sue.zone == "Europe/Madrid"


def test_a_zone_that_is_none_is_refused(sue: User) -> None:
    assert signed_in(sue).post(ZONE, {"zone": "Mars/Olympus"}).status_code == 400
    sue.refresh_from_db()
    assert sue.zone == ""


def test_the_house_has_a_zone_for_who_has_none_yet(sue: User, settings: Any) -> None:
    settings.STAFF_TIME_ZONE = "America/New_York"
    assert "Times in America/New_York" in signed_in(sue).get("/accounts/profile/").content.decode()
    assert timezone.get_current_timezone_name() == "UTC", "the next request begins anew"


def test_sue_chooses_her_zone_herself(sue: User) -> None:
    browser = signed_in(sue)
    words = {"full_name": "Sue Visor", "language": "en", "theme": "dark"}
    assert browser.post("/accounts/profile/", words | {"zone": "Mars/Olympus"}).status_code == 422
    assert browser.post("/accounts/profile/", words | {"zone": "Asia/Tokyo"}).status_code == 302
    assert 'value="Asia/Tokyo" selected' in browser.get("/accounts/profile/").content.decode()


def test_the_rules_of_a_new_password_are_a_list_to_read(sue: User) -> None:
    page = signed_in(sue).get("/accounts/password/change/").content.decode()
    assert "<li>" in page and "&lt;" not in page
