"""Filters: what they look like, which version runs, who may use them; how one leaves as a file."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from filters import exchange, removal, testframes
from filters.admin.forms import FilterForm
from filters.admin.parts import STATE_COLOURS, explained
from filters.admin.versions import VersionInline
from filters.admin.ways_in import WaysIn
from filters.engines.base import EngineError
from filters.judgements import ask_anew, is_awaited
from filters.likeness import nearest
from filters.models import Filter, FilterVersion, StyleUse
from rotoscope.common.admin_goes import CountsWhatGoes
from rotoscope.common.admin_parts import RemovesFiles, ShownOnly, badge, do_each


@admin.register(Filter)
class FilterAdmin(RemovesFiles, ShownOnly, CountsWhatGoes, WaysIn):
    """Filters. New ones come as files, as names at a service, or out of training."""

    form = FilterForm
    autocomplete_fields = ("owner",)
    list_display = (
        "look", "name", "state_badge", "engine", "availability", "current", "render_count", "shipped",
    )  # fmt: skip
    list_display_links = ("look", "name")
    list_filter = ("state", "engine", "shipped")
    search_fields = ("name", "slug", "description")
    readonly_fields = (
        "state_badge",
        "availability",
        "deletion",
        "style_picture",
        "looks",
        "metrics",
        "closest",
        "published_at",
    )
    fieldsets = (
        (None, {"fields": (("state_badge", "availability"), "deletion", "looks", "metrics", "closest")}),
        ("Words", {"fields": ("name", "slug", "description", ("tags", "suits"), "owner")}),
        ("What runs", {"fields": (("current", "cost_per_image"),)}),
        ("Origin", {"fields": ("style_picture", "style_image")}),
    )
    inlines = (VersionInline,)
    actions = ("publish_chosen", "retire_chosen")
    actions_list = ("upload_model", "bring_in", "take_name", "figures")
    actions_detail = ("export_file",)
    actions_submit_line = ("publish_one", "retire_one", "make_available", "paint_looks", "measure_one")
    warn_unsaved_form = True
    set_elsewhere = ("current", "style_image")  # by trainings and the catalogue

    def get_queryset(self, request: HttpRequest) -> QuerySet[Filter]:
        """With what the list shows."""
        found: QuerySet[Filter] = super().get_queryset(request)
        return found.select_related("current__filter", "current__judgement", "style_image").annotate(
            n_renders=Count("versions__renders", filter=Q(versions__renders__removed_at=None), distinct=True)
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Filter | None = None) -> tuple[str, ...]:
        """What ships is found again by its slug: under another one it would be there twice after the next start.

        Its owner is looked for among all people, by whoever may see these.
        """
        slug = ("slug",) if obj is not None and obj.shipped else ()
        people = self.admin_site.get_model_admin(User)
        return (*self.readonly_fields, *slug, *(() if people.has_view_permission(request) else ("owner",)))

    def has_delete_permission(self, request: HttpRequest, obj: Filter | None = None) -> bool:
        """What something was rendered with is retired, not deleted; so is what the next start would bring back."""
        stays = obj is not None and why_it_stays(obj)
        return bool(super().has_delete_permission(request, obj)) and not stays

    def remove(self, row: Filter) -> None:
        """With its files."""
        removal.remove(row)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """The live twin paints as the version that it came with: it goes with it, and comes back with it."""
        other = change and "current" in form.changed_data
        twin = obj.current.twin if obj.current is not None else None
        if other and Filter.objects.filter(pk=obj.pk).exclude(current=obj.current).update(live=twin):
            obj.live = twin
        super().save_model(request, obj, form, change)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Deleting several at once would pass by the rule above."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    # --- what is shown ---

    @display(description="")
    def look(self, filter: Filter) -> SafeString | str:
        """The first test frame under it, where that costs nothing."""
        if filter.current is None or not testframes.is_free(filter.current):
            return ""
        return format_html(
            '<img class="thumb" loading="lazy" alt="" src="{}">', _look_address(filter.current, 0)
        )

    @display(description="state", ordering="state")
    def state_badge(self, filter: Filter) -> str:
        """Draft, published, retired."""
        return badge(filter.get_state_display(), STATE_COLOURS, filter.state)

    @display(description="can run")
    def availability(self, filter: Filter) -> str:
        """Whether it can run, else why not."""
        if filter.is_available:
            return badge("Yes", {"yes": "success"}, "yes")
        return format_html(
            '<span class="bad">{}</span>', filter.unavailable_reason or "It has no version to run."
        )

    @display(description="deletion")
    def deletion(self, filter: Filter) -> str:
        """Why nobody is asked whether it is to go: the renders that count may not be there to be seen."""
        return why_it_stays(filter) or "Nothing goes back to it that would be lost."

    @display(description="renders", ordering="n_renders")
    def render_count(self, filter: Any) -> int:
        """How many renders were asked for with any of its versions."""
        return int(filter.n_renders)

    @display(description="learned from")
    def style_picture(self, filter: Filter) -> SafeString | str:
        """Every picture it goes back to, with its origin and share; of a mix also its parts."""
        uses = filter.pictures()
        if not uses:
            return "No style image is known."
        rows = [(*_shown_picture(use), use.percent) for use in uses]
        row = '<img class="style" src="{}" alt="{}"><p>{}</p><p class="quiet">{}</p><p class="quiet">{} %</p>'
        parts = filter.current.mix_parts.all() if filter.current else ()
        mixed = format_html_join("", "<li>{}</li>", ((str(part),) for part in parts))
        return format_html("{}{}", format_html_join("", row, rows), format_html("<ul>{}</ul>", mixed))

    @display(description="before and after")
    def looks(self, filter: Filter) -> SafeString | str:
        """The standing test frames, half and half; the whole painting under the pointer."""
        version = filter.current
        if version is None:
            return "It has no version to run."
        if not testframes.is_free(version):
            return "Painting the test frames costs three images: use the button below."
        pairs = [
            (reverse("admin:filters_before", args=[n]), _look_address(version, n))
            for n in range(testframes.COUNT)
        ]
        row = '<span class="look"><img src="{}" alt="before"><img src="{}" alt="after" loading="lazy"></span>'
        return format_html('<div class="looks">{}</div>', format_html_join("", row, pairs))

    @display(description="metrics of this version")
    def metrics(self, filter: Filter) -> SafeString | str:
        """Those of the current version: the figures with their meaning, then the rest."""
        metrics = dict(filter.current.metrics) if filter.current else {}
        return explained(metrics) if metrics else "Not measured yet: use the button below."

    @display(description="closest to")
    def closest(self, filter: Filter) -> SafeString | str:
        """The filters whose paintings are most alike, with the cosine of their signatures."""
        every = Filter.objects.published().exclude(pk=filter.pk).select_related("current__judgement")
        found = nearest([filter, *every])[filter.pk]
        if not found:
            return "Not known before it is evaluated."
        rows = [
            (reverse("admin:filters_filter_change", args=[one.pk]), one.name, f"{cosine:.2f}")
            for one, cosine in found
        ]
        return format_html_join(", ", '<a href="{}">{}</a> {}', rows)

    def offered(self, row: Filter) -> set[str]:
        """Publish what is not published, retire what is; let run what is held; paint what costs something."""
        names = {"retire_one"} if row.state == Filter.State.PUBLISHED else {"publish_one"}
        names |= {"make_available"} if row.unavailable_reason else set()
        costly = row.current is not None and not testframes.is_free(row.current)
        names |= {"measure_one"} if is_awaited(row) else set()
        return names | ({"paint_looks"} if costly else set())

    # --- what can be done: asked for by POST, or harmless ---

    @action(description="Publish")
    def publish_one(self, request: HttpRequest, filter: Filter) -> None:
        """A button of the page."""
        do_each(request, [filter], Filter.publish, "filter published", "filter cannot be published")

    @action(description="Retire")
    def retire_one(self, request: HttpRequest, filter: Filter) -> None:
        """A button of the page."""
        do_each(request, [filter], Filter.retire, "filter retired", "filter was not published")

    @action(description="Let it run again")
    def make_available(self, request: HttpRequest, filter: Filter) -> None:
        """A button of the page: forget why it was unavailable."""
        filter.mark_unavailable("")
        messages.success(request, "It may run again; if the trouble is still there, it will say so.")

    @action(description="Paint the test frames")
    def paint_looks(self, request: HttpRequest, filter: Filter) -> None:
        """A button of the page. A service may take minutes, for which the page's transaction would hold the row."""
        transaction.on_commit(partial(_paint_looks, request, filter))

    @action(description="Measure")
    def measure_one(self, request: HttpRequest, filter: Filter) -> None:
        """A button of the page: have a worker evaluate what was not evaluated yet."""
        transaction.on_commit(partial(_have_measured, request, filter))

    @admin.action(description="Publish", permissions=["change"])
    def publish_chosen(self, request: HttpRequest, chosen: QuerySet[Filter]) -> None:
        """An action of the list."""
        do_each(
            request, chosen, Filter.publish, "published", "cannot be published (published already, or empty)"
        )

    @admin.action(description="Retire", permissions=["change"])
    def retire_chosen(self, request: HttpRequest, chosen: QuerySet[Filter]) -> None:
        """An action of the list."""
        do_each(request, chosen, Filter.retire, "retired", "were not published")

    @action(description="Export", icon="download")
    def export_file(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The current version as one file."""
        filter = get_object_or_404(Filter, pk=object_id)
        try:
            if filter.current is None:
                raise exchange.CannotExchange("It has no version to export.")
            data = exchange.export(filter.current)
        except exchange.REFUSALS as refusal:
            messages.error(request, exchange.sentence(refusal))
            return redirect("admin:filters_filter_change", filter.pk)
        name = f"{filter.slug}-v{filter.current.number}.zip"
        return HttpResponse(
            data,
            content_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @action(description="Figures of all filters", icon="scatter_plot")
    def figures(self, request: HttpRequest) -> HttpResponse:
        """The page where all filters stand beside each other, drafts marked."""
        return redirect("filter-figures")

    # --- pictures ---

    def get_urls(self) -> list[URLPattern]:
        """With the pictures of before and after."""
        wrap = self.admin_site.admin_view
        own = [
            path("looks/before/<int:number>.jpg", wrap(self.before), name="filters_before"),
            path("looks/<int:version>/<int:number>.jpg", wrap(self.after), name="filters_after"),
        ]
        return [*own, *super().get_urls()]

    def before(self, request: HttpRequest, number: int) -> HttpResponse:
        """A standing test frame."""
        self._may_look(request, number)
        return _picture(testframes.before(number))

    def after(self, request: HttpRequest, version: int, number: int) -> HttpResponse:
        """A test frame under a version, painted now where it was not; 503 where it cannot be painted."""
        self._may_look(request, number)
        found = get_object_or_404(FilterVersion.objects.select_related("filter"), pk=version)
        if not testframes.is_free(found):
            raise Http404
        try:
            return _picture(testframes.after(found, number))
        except EngineError as error:
            return HttpResponse(str(error), status=503, content_type="text/plain")

    def _may_look(self, request: HttpRequest, number: int) -> None:
        if number >= testframes.COUNT or not self.has_view_permission(request):
            raise Http404


def why_it_stays(filter: Filter) -> str:
    """A sentence on why a filter cannot be deleted; empty where it can. Renders that may be brought back count."""
    if filter.shipped and filter.engine == Filter.Engine.NETWORK:
        return "It ships: the next start would bring it back. Retire it instead."
    renders = filter.versions.filter(renders__isnull=False)
    if not renders.exists():
        return ""
    if renders.filter(renders__removed_at=None).exists():
        return "Something was rendered with it. Retire it instead."
    return (
        "What was rendered with it was deleted, and can be brought back for "
        f"{settings.ROTOSCOPE_KEEP_REMOVED_HOURS} hours. Once it is gone for good this can be deleted too."
    )


def _shown_picture(use: StyleUse) -> tuple[str, str, str, str]:
    """Address, title, words and origin of a picture."""
    image = use.style_image
    words = ", ".join(word for word in (image.title, image.artist, image.year, image.licence) if word)
    return reverse("media-style", args=[image.pk]), image.title, words, image.origin


def _paint_looks(request: HttpRequest, filter: Filter) -> None:
    """The standing frames under the current version, once and for all; the button is there only where one is."""
    assert filter.current is not None
    try:
        for number in range(testframes.COUNT):
            testframes.painted(filter.current, number)
    except EngineError as error:
        messages.error(request, str(error))


def _have_measured(request: HttpRequest, filter: Filter) -> None:
    """Nothing but the message says that it is wanted, so what is told is whether the queue took it."""
    assert filter.current is not None
    if ask_anew(filter.current):
        messages.success(
            request, "A worker with PyTorch measures it next; the figures are here in some minutes."
        )
    else:
        messages.error(
            request, "The queue does not answer, so nothing is measured. Try again when it is back."
        )


def _look_address(version: FilterVersion, number: int) -> str:
    return reverse("admin:filters_after", args=[version.pk, number])


def _picture(data: bytes) -> HttpResponse:
    return HttpResponse(data, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"})
