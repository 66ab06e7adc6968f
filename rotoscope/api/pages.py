"""Pages beside the API: what it can do, and one's own keys: make one, see it once, revoke it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from rotoscope.api import reference
from rotoscope.api.api import api
from videos.models import ApiKey

MOST = 50  # keys of one person, revoked ones included


@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """Every operation and every shape of the API, to be read."""
    schema = api.get_openapi_schema()
    told = {"groups": reference.groups(schema), "shapes": reference.shapes(schema)}
    return render(request, "api/reference.html", {**told, "root": request.build_absolute_uri("/")[:-1]})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """One's own keys; a POST makes a new one and shows it, this once."""
    mine = ApiKey.objects.filter(owner_id=request.user.pk)
    if request.method != "POST":
        return render(request, "api/keys.html", {"keys": mine})
    name = request.POST.get("name", "").replace("\x00", "").strip()[:120]
    problem = ""
    if not name:
        problem = "Give the key a name, so that you know later what it is for."
    elif mine.count() >= MOST:
        problem = f"You have {MOST} keys. Ask an administrator to remove old ones."
    if problem:
        return render(request, "api/keys.html", {"keys": mine, "problem": problem}, status=422)
    key, plain = ApiKey.make(request.user, name)
    return render(request, "api/key.html", {"key": key, "plain": plain})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks; POST stops accepting one of one's own keys."""
    key = get_object_or_404(ApiKey, pk=pk, owner_id=request.user.pk)
    if request.method != "POST":
        return render(request, "api/revoke.html", {"key": key})
    key.revoke()
    messages.success(request, f"“{key.name}” opens nothing any more.")
    return redirect("api-keys")
