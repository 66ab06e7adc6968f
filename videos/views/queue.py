"""The queue: what waits and runs for whoever is signed in, live."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from videos.jobs import jobs_of


@login_required
@require_GET
@never_cache
def queue(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    return render(request, "lab/queue.html", {"jobs": jobs_of(request.user), "section": "queue"})


@login_required
@require_GET
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """The part of it that changes; the page asks again while something is active."""
    return render(request, "lab/_queue.html", {"jobs": jobs_of(request.user)})
