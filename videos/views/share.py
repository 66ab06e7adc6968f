"""Share links: make one, see and revoke one's own, and open one as a stranger."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from videos import access
from videos.link_previews import player_frame, unfold
from videos.models import Collection, ShareLink
from videos.seen import first_time
from videos.sharing import ShareForm, Target, links_of, target_or_404
from videos.views import collections, compare, video
from videos.views.gallery import page_of

FRAME_WIDTH = 960  # pixels at most of the player that is offered for other pages
LINKS = 50  # on a page


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """Make a link. Its address is in this answer and nowhere else, ever: only a hash is stored."""
    target = target_or_404(request, kind, ref)
    form = ShareForm(
        request.POST if request.method == "POST" else None,
        may_allow_downloads=access.can_allow_downloads(access.viewer_of(request), target),
    )
    context: dict[str, Any] = {"target": target, "kind": kind, "ref": ref, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "share/make.html", context, status=422 if form.errors else 200)
    link, token = form.make(request.user, target)
    address = request.build_absolute_uri(reverse("share", args=[token]))
    frame = _frame(request, target, link, token)
    if request.headers.get("X-Requested-With") == "fetch":
        expires = link.expires_at and link.expires_at.isoformat()
        return JsonResponse({"address": address, "expires": expires, "frame": frame})
    return render(request, "share/made.html", context | {"link": link, "address": address, "frame": frame})


def _frame(request: HttpRequest, target: Target, link: ShareLink, token: str) -> str:
    """The HTML that shows the work on other pages through the link; "" for a collection, which has no player."""
    if isinstance(target, Collection):
        return ""
    shown = unfold(request, target, access.Viewer(access.NOBODY.user, link, token))
    width = min(shown.width, FRAME_WIDTH)
    return player_frame(shown, width, round(shown.height * width / shown.width))


@login_required
@never_cache
@require_safe
def shares(request: HttpRequest) -> HttpResponse:
    """All links of whoever is signed in, with their openings, in pages."""
    return render(request, "share/shares.html", {"page": page_of(links_of(request.user), request, LINKS)})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks; POST closes a link at once, for good."""
    link = get_object_or_404(ShareLink, pk=pk)
    if not access.can_change_own(access.viewer_of(request), link):
        raise Http404
    if request.method != "POST":
        return render(request, "share/revoke.html", {"link": link})
    link.revoke()
    messages.success(request, "The link is revoked. Whoever has it sees nothing any more.")
    return redirect("shares")


@never_cache
@require_safe
def share(request: HttpRequest, token: str) -> HttpResponseBase:
    """What a link opens. A wrong token, an expired and a revoked one get the same answer, byte by byte."""
    link = access.open_share(request, token)
    if link is None:
        return _closed(request)
    request.share_link = link  # type: ignore[attr-defined]  # the banner in base.html says who shares what
    try:
        page = _work(request, link)
    except Http404:  # the work is not to be seen any more, or not yet
        request.share_link = None  # type: ignore[attr-defined]
        return _closed(request)
    _count(request, page, link)
    return page


def _work(request: HttpRequest, link: ShareLink) -> HttpResponseBase:
    """The page of the work. A render comes with the original beside it, under the wipe."""
    if link.render is not None:
        access.render_or_404(request, link.render.ref)
        if not {"a", "b", "grid", "layout"} & set(request.GET):
            request.GET = QueryDict(f"a=o&b={link.render.ref}")
        return compare.compare(request, link.render.video.ref)
    if link.comparison is not None:
        return compare.comparison(request, link.comparison.ref)
    if link.collection is not None:
        return collections.collection(request, link.collection.ref)
    assert link.video is not None
    return video.video(request, link.video.ref)


def _closed(request: HttpRequest) -> HttpResponse:
    answer = render(request, "share/closed.html", status=404)
    patch_vary_headers(answer, ["Cookie"])  # said of all of them, whether or not the session was asked
    return answer


def _count(request: HttpRequest, answer: HttpResponseBase, link: ShareLink) -> None:
    """Once for each browser; not its owner's own looks, nor what browsers fetch ahead."""
    ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
    if request.method != "GET" or ahead or access.viewer_of(request).owns(link):
        return
    if first_time(request, answer, "opened_shares", str(link.pk)):
        link.count_opening()
