"""A signed-in person's own language and clock."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation


class PersonMiddleware:
    """Staff pages speak the language of the person's profile and tell times in the person's zone; customer pages choose
    their own and ignore this."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a session cookie there is nobody to look up, and public pages must not touch the session.
        if "sessionid" in request.COOKIES and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
            with timezone.override(request.user.clock_zone):
                return self.get_response(request)
        return self.get_response(request)
