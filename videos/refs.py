"""Short public names of rows, which cannot be guessed (72 bits): unlisted works rely on that."""

import secrets


def new_ref() -> str:
    """Twelve characters, safe in an address."""
    return secrets.token_urlsafe(9)
