"""Which variables of the environment are settings of ours: those of a developer must not reach a test."""

PREFIXES = ("ROTOSCOPE_", "ALGORITHMIA_", "DEEPFILTER_", "DRAMATIQ_")
NAMES = {"SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "DATABASE_URL", "PORT"}


def is_setting(name: str) -> bool:
    """Whether docs/settings.md may tell of it."""
    return name.startswith(PREFIXES) or name in NAMES
