"""What an owner does with footage: edit, delete, take in again, separate at another rate."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from rotoscope.changed import save_changed
from videos import access, jobs
from videos.forms.video import SeparateForm, VideoForm
from videos.models import Video
from videos.pipeline import ingest, renders, separate


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
    """GET names what will be lost; POST with the tick in its box does it."""
    video = access.own_video_or_404(request, ref)
    if request.method == "POST" and request.POST.get("sure"):
        renders.remove_video(video)
        messages.success(request, f"“{video.title}” and what was made of it are gone.")
        return redirect("lab-home")
    status = 422 if request.method == "POST" else 200
    return render(request, "lab/video_delete.html", {"video": video, "lost": what_goes(video)}, status=status)


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
    """What is lost with a video, counted: (how many, of what)."""
    counted = [
        (video.frames.count(), "separated image"),
        (video.renders.count(), "render"),
        (video.comparisons.count(), "comparison"),
        (video.stills.count(), "painted still"),
    ]
    return [(number, name if number == 1 else f"{name}s") for number, name in counted if number]
