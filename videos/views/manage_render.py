"""What an owner does with a render: cancel, pause, go on, delete. Cancelling is undone by going on."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as render_page
from django.views.decorators.http import require_http_methods, require_POST

from rotoscope.common.goal import own_goal
from videos import access, jobs
from videos.models import Render
from videos.pipeline import renders
from videos.views.removed import kept_in_words, put_away


@login_required
@require_POST
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Stop a render; finished segments are kept for whoever goes on."""
    return _act(
        request,
        ref,
        renders.cancel,
        "“{}” is cancelled. Its finished parts are kept: you can go on from there.",
    )


@login_required
@require_POST
def pause(request: HttpRequest, ref: str) -> HttpResponse:
    """Let a render rest."""
    return _act(request, ref, renders.pause, "“{}” rests.")


@login_required
@require_POST
def resume(request: HttpRequest, ref: str) -> HttpResponse:
    """Go on with a render that rests, failed or was cancelled."""
    return _act(request, ref, renders.resume, "“{}” goes on.")


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, ref: str) -> HttpResponse:
    """GET asks; POST deletes a render, which can be undone for a while."""
    render = access.own_render_or_404(request, ref)
    if request.method == "POST":
        put_away(request, render)
        return redirect(_back(request, render.video.get_absolute_url()))
    context = {"render": render, "next": _back(request, ""), "kept": kept_in_words()}
    return render_page(request, "lab/render_delete.html", context)


def _act(request: HttpRequest, ref: str, act: Callable[[Render], bool], sentence: str) -> HttpResponse:
    render = access.own_render_or_404(request, ref)
    try:
        done = act(render)
    except renders.CannotRender as reason:
        messages.error(request, f"“{render}” does not go on. {reason}")
    else:
        if done:
            messages.success(request, sentence.format(render))
        else:
            messages.info(request, f"“{render}” is {render.state} by now: nothing was changed.")
    return redirect(_back(request, jobs.address_of(render)))


def _back(request: HttpRequest, otherwise: str) -> str:
    """Where the form said to go on, if that is one of our own addresses."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return own_goal(request, wanted) or otherwise
