"""Training runs: curves, previews, what was set; cancel and go on."""

from __future__ import annotations

import mimetypes

from django.contrib import admin
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from unfold.decorators import action, display

from filters import removal, training_queue, trainings
from filters.admin.parts import STATE_COLOURS, figures_table
from filters.curves import HEIGHT, WIDTH, curves_of
from filters.models import TrainingRun
from rotoscope.common.admin_parts import (
    AllReadOnly,
    HouseAdmin,
    RemovesFiles,
    ShownOnly,
    badge,
    do_each,
    progress_bar,
)


@admin.register(TrainingRun)
class TrainingRunAdmin(RemovesFiles, AllReadOnly, ShownOnly, HouseAdmin):
    """Training runs. They are started on the training page of the lab."""

    typed = False

    list_display = ("name", "state_badge", "progress", "filter", "owner", "device", "minutes", "created_at")
    list_filter = ("state",)
    search_fields = ("name", "owner__username")
    fields = (
        ("state_badge", "progress"), "error", "curves", "shots", "figures", "wishes", "style_image", "filter", "owner",
        ("base", "seed", "code_version"), ("device", "minutes", "attempts"), "content_sha256",
        ("created_at", "started_at", "finished_at"),
    )  # fmt: skip
    actions = ("cancel_chosen", "resume_chosen")
    actions_submit_line = ("cancel_one", "resume_one")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrainingRun]:
        """With what the list shows: of what may be missing Django asks row by row."""
        found: QuerySet[TrainingRun] = super().get_queryset(request)
        return found.select_related("filter", "owner", "style_image")

    def remove(self, row: TrainingRun) -> None:
        """With its previews."""
        removal.remove_run(row)

    @display(description="state", ordering="state")
    def state_badge(self, run: TrainingRun) -> str:
        """Queued, running, finished, failed, cancelled."""
        return badge(run.get_state_display(), STATE_COLOURS, run.state)

    @display(description="steps")
    def progress(self, run: TrainingRun) -> str:
        """Steps done of all."""
        if not run.steps:
            return f"{run.step}"
        return format_html("{} {} of {}", progress_bar(run.step / run.steps), run.step, run.steps)

    @display(description="minutes", ordering="seconds")
    def minutes(self, run: TrainingRun) -> str:
        """Time it took, or took so far."""
        return f"{run.seconds / 60:.1f}"

    @display(description="losses")
    def curves(self, run: TrainingRun) -> str:
        """The losses over steps as drawings."""
        drawn = [
            (one.name, f"{one.last:.4g}", WIDTH, HEIGHT, one.name, one.raw, one.smooth)
            for one in curves_of(run.losses)
        ]
        if not drawn:
            return "None yet."
        one = (
            '<figure class="curve"><figcaption><span>{}</span><span>{}</span></figcaption>'
            '<svg viewBox="0 0 {} {}" role="img" aria-label="loss: {}"><polyline class="raw" points="{}"/>'
            '<polyline class="smooth" points="{}"/></svg></figure>'
        )
        return format_html('<div class="curves">{}</div>', format_html_join("", one, drawn))

    @display(description="previews")
    def shots(self, run: TrainingRun) -> str:
        """What it painted on the way, newest last."""
        addresses = [
            (reverse("admin:filters_preview", args=[run.pk, number]), shot.get("step", ""))
            for number, shot in enumerate(run.previews)
        ]
        if not addresses:
            return "None yet."
        row = '<figure><img loading="lazy" alt="" src="{}"><figcaption class="quiet">step {}</figcaption></figure>'
        return format_html('<div class="shots">{}</div>', format_html_join("", row, addresses))

    @display(description="metrics")
    def figures(self, run: TrainingRun) -> str:
        """As a table."""
        return figures_table(run.metrics)

    @display(description="settings")
    def wishes(self, run: TrainingRun) -> str:
        """As a table."""
        return figures_table(run.settings)

    @admin.action(description="Cancel", permissions=["change"])
    def cancel_chosen(self, request: HttpRequest, chosen: QuerySet[TrainingRun]) -> None:
        """An action of the list."""
        do_each(request, chosen, trainings.cancel, "cancelled", "were over before")

    @admin.action(description="Go on from the last checkpoint", permissions=["change"])
    def resume_chosen(self, request: HttpRequest, chosen: QuerySet[TrainingRun]) -> None:
        """An action of the list. How many of one person run or wait is not asked here: a curator says which go on."""
        do_each(
            request,
            chosen,
            training_queue.go_on,
            "queued again",
            "were neither failed nor cancelled, or have no filter",
        )

    @action(description="Cancel")
    def cancel_one(self, request: HttpRequest, run: TrainingRun) -> None:
        """A button of the page."""
        do_each(request, [run], trainings.cancel, "run cancelled", "run was over before")

    @action(description="Go on from the last checkpoint")
    def resume_one(self, request: HttpRequest, run: TrainingRun) -> None:
        """A button of the page."""
        do_each(
            request,
            [run],
            training_queue.go_on,
            "run queued again",
            "run was neither failed nor cancelled, or has no filter",
        )

    def offered(self, row: TrainingRun) -> set[str]:
        """What its state allows."""
        if row.state in (TrainingRun.State.QUEUED, TrainingRun.State.RUNNING):
            return {"cancel_one"}
        return set() if row.state == TrainingRun.State.FINISHED or row.filter_id is None else {"resume_one"}

    def get_urls(self) -> list[URLPattern]:
        """With the previews."""
        shown = self.admin_site.admin_view(self.preview)
        return [path("<int:pk>/preview/<int:number>.jpg", shown, name="filters_preview"), *super().get_urls()]

    def preview(self, request: HttpRequest, pk: int, number: int) -> FileResponse:
        """One preview of a run."""
        run = get_object_or_404(TrainingRun, pk=pk)
        if not self.has_view_permission(request, run) or number >= len(run.previews):
            raise Http404
        name = str(run.previews[number]["image"])
        if not default_storage.exists(name):
            raise Http404
        return FileResponse(default_storage.open(name, "rb"), content_type=mimetypes.guess_type(name)[0])
