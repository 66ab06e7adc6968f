"""Collections: renders and comparisons that belong together, with a text."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Case, Prefetch, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rotoscope.changed import save_changed
from rotoscope.goal import own_goal
from videos import access
from videos.access import Viewer
from videos.forms.comparison import CollectionForm
from videos.models import Collection, CollectionItem, Comparison, Render, Visibility
from videos.models.comparison import places_prefetch
from videos.views.gallery import page_of
from videos.views.removed import put_away, say_gone


@require_http_methods(["GET", "HEAD", "POST"])
def collections(request: HttpRequest) -> HttpResponse:
    """Public collections and one's own; a POST makes a new one."""
    form = CollectionForm(request.POST or None)
    if request.method == "POST":
        if not request.user.is_authenticated:
            raise Http404
        if form.is_valid():
            made = form.save(commit=False)
            made.owner = request.user
            made.save()
            return redirect(made)
    viewer = access.viewer_of(request)
    page = page_of(with_covers(_own_first(request.user)), request)
    for shown in page:
        shown.shown_items = visible_items(viewer, shown)
    mine = [shown for shown in page if viewer.owns(shown)]
    others = [shown for shown in page if not viewer.owns(shown)]
    context = {"page": page, "mine": mine, "others": others, "form": form}
    return render(request, "gallery/collections.html", context, status=422 if form.errors else 200)


@require_safe
def collection(request: HttpRequest, ref: str) -> HttpResponse:
    """The works of a collection that the viewer may see, in its order."""
    access.collection_or_404(request, ref)
    shown = with_items(Collection.objects.filter(ref=ref)).get()
    viewer = access.viewer_of(request)
    may_change = access.can_change_own(viewer, shown)
    context = {
        "section": "gallery",
        "collection": shown,
        "items": visible_items(viewer, shown),
        "may_change": may_change,
        "may_share": access.can_share(viewer, shown),
        "form": CollectionForm(instance=shown) if may_change else None,
    }
    return render(request, "gallery/collection.html", context)


@login_required
@require_POST
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Title, text and visibility."""
    shown = _own(request, ref)
    form = CollectionForm(request.POST, instance=shown)
    if form.is_valid():
        save_changed(form)
        messages.success(request, "Saved.")
    else:
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
    return redirect("collection", ref=ref)


@login_required
@require_POST
def delete(request: HttpRequest, ref: str) -> HttpResponse:
    """Delete the collection; its works stay."""
    put_away(request, _own(request, ref), "Its works are still there.")
    return redirect("collections")


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put a render or a comparison (`kind`, `ref`) into a collection (`to`), or into a new one (`title`).

    A title wins: one of one's own collections is always chosen in the form, a title is there only when typed.
    """
    kind, ref = request.POST.get("kind", ""), request.POST.get("ref", "")
    work = _work(request, kind, ref)
    target = _target(request)
    if target is None:
        messages.error(request, "Give the new collection a title.")
        return redirect(work)
    if target.add(**{kind: work}):
        messages.success(request, f"Added to “{target.title}”.")
    else:
        messages.info(request, f"It is in “{target.title}” already.")
    return redirect(own_goal(request, request.POST.get("next", "")) or target)


@login_required
@require_POST
def move(request: HttpRequest, ref: str, item: int) -> HttpResponse:
    """Move an item past the one that is seen before or after it (`by` = -1 or 1), or take it out (`by` = 0)."""
    shown = get_object_or_404(with_items(Collection.objects.filter(pk=_own(request, ref).pk)))
    chosen = get_object_or_404(shown.items, pk=item)
    by = request.POST.get("by", "")
    if by not in ("-1", "0", "1"):
        raise Http404
    seen = {one.pk for one in visible_items(access.viewer_of(request), shown)}
    place = _reorder(shown, chosen, int(by), seen)
    if by == "0":
        _say_taken_out(request, shown, chosen, place)
    goal = f"item-{item}" if int(by) else "arrange"
    return redirect(f"{reverse('collection', args=[ref])}#{goal}")


def _say_taken_out(request: HttpRequest, shown: Collection, item: CollectionItem, place: int) -> None:
    """And how it is put back: the address tells what stood where."""
    kind, work = ("render", item.render) if item.render is not None else ("comparison", item.comparison)
    assert work is not None
    undo = reverse("collection-put-back", args=[shown.ref, kind, work.ref, place])
    say_gone(request, f"“{work}” is taken out of this collection.", undo=undo)


@login_required
@require_POST
def put_back(request: HttpRequest, ref: str, kind: str, work: str, place: int) -> HttpResponse:
    """Put what was taken out where it stood."""
    shown, found = _own(request, ref), _work(request, kind, work)
    if shown.put_back(place, **{kind: found}):
        messages.success(request, f"“{found}” is back in its place.")
    return redirect(f"{reverse('collection', args=[ref])}#arrange")


def with_items(rows: Any) -> Any:
    """Collections with all that their pages show of their items, in two queries."""
    return _with_items(
        rows,
        "render__video__owner",
        "render__version__filter",
        "render__owner",
        "comparison__video__owner",
        "comparison__owner",
    )


def with_covers(rows: Any) -> Any:
    """Collections with what their cards show, the first pictures and how many there are; a third of the work."""
    return _with_items(rows, "render__video", "comparison__video")


def _with_items(rows: Any, *names: str) -> Any:
    items = CollectionItem.objects.select_related(*names).order_by("position")
    items = items.prefetch_related(places_prefetch("comparison__items"))
    return rows.select_related("owner").prefetch_related(
        Prefetch("items", queryset=items, to_attr="all_items")
    )


def visible_items(viewer: Viewer, shown: Collection) -> list[CollectionItem]:
    """The items that the viewer may see."""
    items: list[CollectionItem] = shown.all_items  # type: ignore[attr-defined]
    return [item for item in items if access.can_see_item(viewer, item)]


def _own_first(user: Any) -> QuerySet[Collection]:
    """One's own collections and then the public ones of others, the latest first."""
    own = Q(owner_id=user.pk, owner__isnull=False)
    found = Collection.objects.filter(own | Q(visibility=Visibility.PUBLIC))
    theirs = Case(When(own, then=Value(0)), default=Value(1))
    return found.alias(theirs=theirs).order_by("theirs", "-created_at", "-pk")


def _target(request: HttpRequest) -> Collection | None:
    assert request.user.is_authenticated  # the view asks for it
    title = request.POST.get("title", "").strip()[:200]
    if title:
        return Collection.objects.create(owner=request.user, title=title)
    mine = Collection.objects.filter(owner=request.user)
    return get_object_or_404(mine, ref=request.POST["to"]) if request.POST.get("to") else None


def _work(request: HttpRequest, kind: str, ref: str) -> Render | Comparison:
    """A work that the request's viewer may keep; else the one 404."""
    if kind == "render":
        work: Render | Comparison = access.render_or_404(request, ref)
    elif kind == "comparison":
        work = access.comparison_or_404(request, ref)
    else:
        raise Http404
    if not access.can_keep(access.viewer_of(request), work):
        raise Http404
    return work


def _own(request: HttpRequest, ref: str) -> Collection:
    shown = access.collection_or_404(request, ref)
    if not access.can_change_own(access.viewer_of(request), shown):
        raise Http404
    return shown


@transaction.atomic
def _reorder(shown: Collection, chosen: CollectionItem, by: int, seen: set[int]) -> int:
    """Move it or take it out, from the place that is returned. 404 where another click took it out already.

    Among the items may be works of others that are private by now: they are passed with the next one that is `seen`.
    """
    get_object_or_404(Collection.objects.select_for_update(), pk=shown.pk)  # as for what is added
    order = list(shown.items.order_by("position").values_list("pk", flat=True))
    if chosen.pk not in order:
        raise Http404
    at = order.index(chosen.pk)
    if by:
        beyond = order[at + 1 :] if by > 0 else order[:at][::-1]
        passed = next((pk for pk in beyond if pk in seen), chosen.pk)
        order.insert(order.index(passed), order.pop(at))
    else:
        order.remove(chosen.pk)
        chosen.delete()
    shown.put_in_order(order)
    return at
