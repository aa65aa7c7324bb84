"""The description of the API: the same for everybody, so a process writes it once in each language."""

import functools
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator


class KeptSchema(SchemaGenerator):
    """Takes seconds of a processor to write, and nothing changes it while the process runs."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        """The description, kept from an earlier call where it is everybody's."""
        if public:
            return _written(self.api_version, get_language())
        return super().get_schema(request, public)  # type: ignore[no-untyped-call]


@functools.cache
def _written(version: str | None, _language: str | None) -> Any:
    return SchemaGenerator(api_version=version).get_schema(public=True)  # type: ignore[no-untyped-call]
