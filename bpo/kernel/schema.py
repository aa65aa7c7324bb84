"""The description of the API: the same for everybody, so a process writes it once in each language."""

import functools
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator


class KeptSchema(SchemaGenerator):
    """Takes seconds of a processor to write, and nothing changes it while the process runs."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        """The description, kept from an earlier call where it is everybody's."""
        if public:
            return _written(get_language())
        return super().get_schema(request, public)  # type: ignore[no-untyped-call]


@functools.lru_cache(maxsize=len(settings.LANGUAGES))  # whatever is asked for: no more than there are languages
def _written(_language: str | None) -> Any:
    return SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
