"""References, links, fields, limits: one-step tools of the floor."""

import pytest
from django.core.exceptions import ValidationError
from django.core.signing import TimestampSigner
from django.http import HttpResponse
from django.test import RequestFactory
from time_machine import travel

from bpo.kernel import fields, links, references, throttle


def test_references_are_sayable_and_do_not_repeat() -> None:
    some = {references.new_reference("ttg") for _ in range(500)}
    assert len(some) == 500
    assert all(one.startswith("TTG-") and not set("01ILOS") & set(one[4:]) for one in some)
    assert references.tidy_reference(" ttg 7k3f9q") == "TTG-7K3F9Q"
    assert references.tidy_reference("7k3f9q") == "7K3F9Q"


def test_a_link_is_good_for_its_purpose_and_its_time() -> None:
    token = links.sign("cancel callback", {"callback": "abc"})
    assert links.unsign("cancel callback", token) == {"callback": "abc"}
    with pytest.raises(links.LinkInvalid):
        links.unsign("survey", token)
    with pytest.raises(links.LinkInvalid):
        links.unsign("cancel callback", token[:-2] + "xx")
    with travel("2020-01-01"):
        old = links.sign("survey", 1)
    with pytest.raises(links.LinkInvalid):
        links.unsign("survey", old)
    assert TimestampSigner  # the clock of the token is Django's


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("+34 911 234 567", None, "+34911234567"),
        ("911 23 45 67", "ES", "+34911234567"),
        ("(415) 555-2671", "US", "+14155552671"),
    ],
)
def test_phone_numbers_become_e164(typed: str, region: str | None, number: str) -> None:
    assert fields.normalise_phone(typed, region) == number


@pytest.mark.parametrize("typed", ["", "hello", "12", "+999999999999999999", "911234567"])
def test_what_is_no_phone_number_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        fields.normalise_phone(typed)


def test_encrypted_text_reads_back_and_not_otherwise(settings) -> None:
    token = fields.encrypt("la clave")
    assert "clave" not in token
    assert fields.decrypt(token) == "la clave"
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    with pytest.raises(ValueError, match="SECRET_KEY"):
        fields.decrypt(token)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert fields.decrypt(token) == "la clave"


@pytest.mark.parametrize("text", ["red", "#fff", "#12345g", "#123456\n", "#123456;}"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        fields.validate_colour(text)


@pytest.mark.usefixtures("fresh_window")
def test_a_door_closes_after_its_limit_and_counts_posts_only() -> None:
    @throttle.throttled("test door", "2/h")
    def door(request) -> HttpResponse:
        return HttpResponse("in")

    post, get = RequestFactory().post("/"), RequestFactory().get("/")
    assert door(post).status_code == door(post).status_code == 200
    with pytest.raises(throttle.TooMany):
        door(post)
    assert door(get).status_code == 200


def test_a_door_stays_open_when_the_cache_is_down(settings) -> None:
    options = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere/v.sock?db=0"}
    settings.CACHES = {"default": options}
    assert throttle.allowed("test", "ann", "1/h")
    assert throttle.allowed("test", "ann", "1/h")
