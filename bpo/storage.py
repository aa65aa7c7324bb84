"""Static files with a digest in their name, also inside the import lines of ES modules."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedModules(CompressedManifestStaticFilesStorage):
    """Rewrites "import ... from './x.js'" so that a module never loads a sibling of an older release."""

    support_js_module_import_aggregation = True
    manifest_strict = True
