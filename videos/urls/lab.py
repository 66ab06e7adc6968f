"""Addresses of the lab, the queue, and what owners do with their footage and renders, also with deleted ones."""

from django.urls import path

from videos.views import lab, manage_render, manage_video, mix, queue, removed, stills, training

urlpatterns = [
    path("lab/", lab.home, name="lab-home"),
    path("lab/live/", lab.live, name="lab-live"),
    path("lab/train/", training.train, name="train"),
    path("lab/mix/", mix.mix, name="mix"),
    path("lab/mix/still.jpg", mix.still, name="mix-still"),
    path("lab/runs/<int:pk>/", training.run, name="training-run"),
    path("lab/runs/<int:pk>/live/", training.live, name="training-run-live"),
    path("lab/runs/<int:pk>/stop/", training.stop, name="training-run-stop"),
    path("lab/runs/<int:pk>/resume/", training.resume, name="training-run-resume"),
    path("lab/runs/<int:pk>/publish/", training.publish, name="training-run-publish"),
    path("lab/runs/<int:pk>/preview/<int:step>.jpg", training.preview, name="training-run-preview"),
    path("lab/runs/<int:pk>/again/", training.again, name="training-run-again"),
    path("lab/runs/<int:pk>/picture/<int:place>.jpg", training.picture, name="training-run-picture"),
    path("v/<str:ref>/lab/", lab.lab, name="lab"),
    path("v/<str:ref>/lab/estimate/", lab.estimate, name="lab-estimate"),
    path("v/<str:ref>/stills/", stills.stills_of, name="lab-stills"),
    path("v/<str:ref>/edit/", manage_video.edit, name="video-edit"),
    path("v/<str:ref>/delete/", manage_video.delete, name="video-delete"),
    path("v/<str:ref>/retry/", manage_video.retry, name="video-retry"),
    path("v/<str:ref>/separate/", manage_video.separate_again, name="video-separate"),
    path("removed/", removed.removed, name="removed"),
    path("removed/<str:kind>/<str:ref>/restore/", removed.restore, name="removed-restore"),
    path("removed/<str:kind>/<str:ref>/delete/", removed.delete, name="removed-delete"),
    path("removed/<str:kind>/<str:ref>/picture.jpg", removed.picture, name="removed-picture"),
    path("queue/", queue.queue, name="queue"),
    path("queue/live/", queue.live, name="queue-live"),
    path("r/<str:ref>/cancel/", manage_render.cancel, name="render-cancel"),
    path("r/<str:ref>/pause/", manage_render.pause, name="render-pause"),
    path("r/<str:ref>/resume/", manage_render.resume, name="render-resume"),
    path("r/<str:ref>/delete/", manage_render.delete, name="render-delete"),
]
