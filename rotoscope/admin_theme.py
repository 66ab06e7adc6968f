"""How the admin looks and what its sidebar offers: our room, dark or light as the site is, our mark, our colours."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _mark(request: HttpRequest) -> str:
    return static("favicon.svg")


def _tokens(request: HttpRequest) -> str:
    return static("css/tokens.css")


def _style(request: HttpRequest) -> str:
    return static("css/admin.css")


def _theme(request: HttpRequest) -> str | None:
    """As somebody chose it for the site; None as their browser has it."""
    chosen = request.COOKIES.get("theme")
    return chosen if chosen in ("light", "dark") else None


def _link(title: str, icon: str, model: str, **more: Any) -> dict[str, Any]:
    link = reverse_lazy(f"admin:{model}_changelist")
    return {"title": title, "icon": icon, "link": link, "model": model, **more}


def may_open(user: Any, model: str) -> bool:
    """Whether the pages of a model ("videos_render") are open to somebody; the admin refuses all others."""
    app, name = model.split("_")
    return any(user.has_perm(f"{app}.{right}_{name}") for right in ("view", "change"))


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar: what is open to whoever looks."""
    groups = [
        group | {"items": [one for one in group["items"] if _is_open(request.user, one)]}
        for group in _everything(request)
    ]
    return [group for group in groups if group["items"]]


def _is_open(user: Any, item: dict[str, Any]) -> bool:
    return "model" not in item or may_open(user, item["model"])


def _everything(request: HttpRequest) -> list[dict[str, Any]]:
    """All that the sidebar may offer, with the number of what failed within a day."""
    from rotoscope.dashboard import failed_within_a_day

    badges = failed_within_a_day() if request.user.is_authenticated else {"videos": None, "renders": None}
    return [
        {"items": [{"title": "Overview", "icon": "monitoring", "link": reverse_lazy("admin:index")}]},
        _group(
            "Filters",
            _link("Filters", "palette", "filters_filter"),
            _link("Style images", "image", "filters_styleimage"),
            _link("Training runs", "model_training", "filters_trainingrun"),
            _link("DeepFilter keys", "key", "filters_deepfilterkey"),
        ),
        _group(
            "Footage",
            _link("Videos", "movie", "videos_video", badge=badges["videos"]),
            _link("Renders", "animation", "videos_render", badge=badges["renders"]),
            _link("Uploads", "upload", "videos_upload"),
            _link("Comparisons", "compare", "videos_comparison"),
            _link("Collections", "collections_bookmark", "videos_collection"),
            _link("Share links", "link", "videos_sharelink"),
        ),
        _group(
            "People",
            _link("People and quotas", "group", "auth_user"),
            _link("Groups", "groups", "auth_group"),
            _link("API keys", "vpn_key", "videos_apikey"),
        ),
    ]


def _group(title: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "separator": True, "items": list(items)}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Rotoscope",
    "SITE_HEADER": "Rotoscope",
    "SITE_SUBHEADER": "The house",
    "SITE_ICON": _mark,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _mark}],
    "SITE_URL": "/",
    "THEME": _theme,
    "LOGIN": {"form": "rotoscope.accounts.forms.StaffSignIn"},
    "SHOW_HISTORY": True,
    "SHOW_BACK_BUTTON": True,
    "STYLES": [_tokens, _style],
    "DASHBOARD_CALLBACK": "rotoscope.dashboard.add_figures",
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "base": {
            "50": "#f6f3ed",
            "100": "#efeae2",
            "200": "#d8d1c6",
            "300": "#c1bab0",
            "400": "#a9a299",
            "500": "#8a837a",
            "600": "#57514b",
            "700": "#3a3633",
            "800": "#2a2725",
            "900": "#181716",
            "950": "#100f0e",
        },
        "primary": {
            "50": "#fff3ef",
            "100": "#ffe3da",
            "200": "#ffc7b6",
            "300": "#ffa389",
            "400": "#ff7f5f",
            "500": "#ff5b37",
            "600": "#d13a18",
            "700": "#ae2f13",
            "800": "#8a2812",
            "900": "#6d2413",
            "950": "#3c1007",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": navigation,
    },
}
