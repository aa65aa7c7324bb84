"""Static files with a digest in their name, also inside the import lines of ES modules."""

import re
from collections.abc import Callable
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedModules(CompressedManifestStaticFilesStorage):
    """Rewrites "import ... from './x.js'" so that a module never loads a sibling of an older release."""

    support_js_module_import_aggregation = True
    manifest_strict = True

    def url_converter(
        self, name: str, hashed_files: dict[str, str], template: str | None = None
    ) -> Callable[[re.Match[str]], str]:
        """What names no .js file is a type in a package's comment, such as import("../htmx"), and is left as it is."""
        convert: Any = super().url_converter(name, hashed_files, template)

        def converter(match: re.Match[str]) -> str:
            if name.endswith(".js") and not match["url"].endswith((".js", ".mjs")):
                return match["matched"]
            return str(convert(match))

        return converter
