"""What protects visitors: the content policy, cookies and transport, and what production refuses to start with."""

from typing import Any

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

from rotoscope.env import SettingError
from rotoscope.secret import SHORTEST

YEAR = 365 * 24 * 3600


def content_policy(media_origin: str | None) -> dict[str, Any]:
    """Everything from here and nowhere else; scripts and styles inline only with this answer's nonce.

    `media_origin`: where presigned addresses lead, e.g. "https://s3.example.org"; None where media is served here.
    """
    media = [SELF, *([media_origin] if media_origin else [])]
    return {
        "DIRECTIVES": {
            "default-src": [SELF],
            "script-src": [SELF, NONCE],
            "style-src": [SELF, NONCE],
            "style-src-attr": [UNSAFE_INLINE],  # custom properties of single elements: --w, --h, --from, --to
            "img-src": [*media, "data:", "blob:"],
            "media-src": [*media, "blob:"],
            "connect-src": media,
            "font-src": [SELF],
            "object-src": [NONE],
            "base-uri": [NONE],
            "form-action": [SELF],
            "frame-ancestors": [NONE],
        }
    }


class ContentPolicy(CSPMiddleware):
    """django-csp, except that the admin, whose theme evaluates expressions in its attributes, may do so."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """The policy of one answer."""
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith("/admin/") and not report_only:
            loose: dict[str, Any] = {
                "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
                "style-src": [SELF, UNSAFE_INLINE],
            }
            parts.replace = {**(parts.replace or {}), **loose}
        return parts


def transport(production: bool) -> dict[str, Any]:
    """Django's settings of cookies, headers and transport."""
    always = {
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
    }
    if not production:
        return always
    return always | {
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "SECURE_SSL_REDIRECT": True,
        "SECURE_REDIRECT_EXEMPT": [r"^health/"],
        "SECURE_HSTS_SECONDS": YEAR,
    }


def refuse_unsafe(*, secret_key: str, hosts: list[str], origins: list[str], database_url: str) -> None:
    """Stop a start in production with one sentence on the first thing that is unsafe or missing."""
    if not secret_key:
        raise SettingError(f"Production needs SECRET_KEY, a random text of at least {SHORTEST} characters.")
    if len(secret_key) < SHORTEST or len(set(secret_key)) < 10:
        raise SettingError(f"SECRET_KEY is too weak: at least {SHORTEST} random characters, please.")
    if not hosts:
        raise SettingError("Production needs ALLOWED_HOSTS, the names it is reached by, separated by commas.")
    if "*" in hosts:
        raise SettingError("ALLOWED_HOSTS must not be * in production: name the hosts.")
    if not origins:
        raise SettingError("Production needs CSRF_TRUSTED_ORIGINS, e.g. https://films.example.org.")
    for trusted in origins:
        if not trusted.startswith("https://"):
            raise SettingError(
                f"CSRF_TRUSTED_ORIGINS must all begin with https:// in production, not “{trusted}”."
            )
    if not database_url:
        raise SettingError("Production needs DATABASE_URL; the embedded PostgreSQL is for one machine.")
