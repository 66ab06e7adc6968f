"""What an owner does with footage: edit, delete, take in again, separate at another rate."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from rotoscope.common.changed import save_changed
from videos import access, jobs
from videos.forms.video import SeparateForm, VideoForm
from videos.models import Video
from videos.names import counted
from videos.pipeline import ingest, separate
from videos.views.removed import kept_in_words, put_away


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Title, description, tags, visibility; the other things one may do lead on from here."""
    video = access.own_video_or_404(request, ref)
    form = VideoForm(request.POST or None, instance=video)
    if request.method == "POST" and form.is_valid():
        save_changed(form)
        messages.success(request, f"“{video.title}” is saved.")
        return redirect(video)
    context = {
        "video": video,
        "form": form,
        "separation": SeparateForm({"images_per_second": video.images_per_second}),
    }
    return render(request, "lab/video_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, ref: str) -> HttpResponse:
    """GET names what goes; POST does it, which can be undone for a while."""
    video = access.own_video_or_404(request, ref)
    if request.method == "POST":
        put_away(request, video, "What was made of it went with it.")
        return redirect("lab-home")
    context = {"video": video, "lost": what_goes(video), "kept": kept_in_words()}
    return render(request, "lab/video_delete.html", context)


@login_required
@require_POST
def retry(request: HttpRequest, ref: str) -> HttpResponse:
    """Take in a failed upload once more."""
    video = access.own_video_or_404(request, ref)
    if ingest.retry(video):
        messages.success(request, f"“{video.title}” is being taken in again.")
    elif video.was_not_kept:
        messages.error(
            request, f"The file of “{video.title}” was refused and not kept. Please upload it again."
        )
    else:
        messages.info(request, f"“{video.title}” is not one that failed: nothing to do.")
    return redirect(jobs.address_of(video))


@login_required
@require_POST
def separate_again(request: HttpRequest, ref: str) -> HttpResponse:
    """Separate images at another rate."""
    video = access.own_video_or_404(request, ref)
    form = SeparateForm(request.POST)
    if video.state != Video.State.READY:
        messages.error(request, f"“{video.title}” is not ready yet.")
    elif not form.is_valid():
        messages.error(request, "Choose one of the offered rates.")
    else:
        separate.begin(video, form.rate())
        messages.success(request, f"Images are being separated from “{video.title}”.")
        return redirect(jobs.address_of(video))
    return redirect("video-edit", ref=video.ref)


def what_goes(video: Video) -> list[tuple[int, str]]:
    """What goes with a video, counted: (how many, of what)."""
    return counted(
        [
            (video.frames.count(), "separated image"),
            (video.renders.count(), "render"),
            (video.comparisons.count(), "comparison"),
            (video.stills.count(), "painted still"),
        ]
    )
