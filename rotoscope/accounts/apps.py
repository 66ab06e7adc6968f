from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Signing in, and what slows down guessing."""

    name = "rotoscope.accounts"
    label = "accounts"
