"""Scripts in production: modules that import each other stay together, whatever a browser has kept of older ones."""

from __future__ import annotations

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedModules(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Imports, too, name files by their checksums: they are kept for good, and never those of an older version.

    As `support_js_module_import_aggregation` does it, in our own modules alone: libraries bring some that import
    what is not there, and that no page asks for.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1]),  # type: ignore[attr-defined]
    )
