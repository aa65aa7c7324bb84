"""The API's one error shape and its pages."""

from typing import Any

from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.pagination import PageNumberPagination

from bpo.kernel.errors import DomainError


class Refused(APIException):
    """A DomainError in the words of the framework."""

    def __init__(self, error: DomainError) -> None:
        self.status_code = error.status
        super().__init__(detail=str(error.sentence), code=error.code)


class ApiExceptionHandler(ExceptionHandler):
    """Business refusals are 409 (or what the error says) with its code and its sentence."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, DomainError):
            return Refused(exc)
        converted: Exception = super().convert_known_exceptions(exc)
        return converted


class Pages(PageNumberPagination):
    """Fifty a page, a caller may ask for up to two hundred."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class Error409Serializer(serializers.Serializer[dict[str, str]]):
    """One refusal."""

    code = serializers.CharField()
    detail = serializers.CharField(help_text="A sentence a person may read.")
    attr = serializers.CharField(allow_null=True)


class ErrorResponse409Serializer(serializers.Serializer[dict[str, str]]):
    """What was asked does not fit what is; nothing was changed."""

    type = serializers.ChoiceField(choices=["client_error"])
    errors: Any = Error409Serializer(many=True)
