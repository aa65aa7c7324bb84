"""How bodies sent to the API are parsed; alone in its file, for the framework loads it before its own views."""

from typing import Any

from rest_framework.parsers import JSONParser

from bpo.kernel import words


class ReadableJSONParser(JSONParser):
    """A body with characters that no database holds is 400, wherever in it they stand."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The body, looked through."""
        body = super().parse(stream, media_type, parser_context)
        words.refuse_unreadable(body)
        return body
