"""Addresses of media."""

from django.urls import path

from videos.views import compared, media

urlpatterns = [
    path("media/video/<str:ref>/<str:name>", media.video, name="media-video"),
    path("media/render/<str:ref>/<str:name>", media.render, name="media-render"),
    path("media/compared/<str:ref>.jpg", compared.compared, name="media-compared"),
    path("media/frame/<str:ref>/<int:index>.jpg", media.frame, name="media-frame"),
    path("media/still/<int:pk>.jpg", media.still, name="media-still"),
    path("media/look/<int:pk>-<int:number>.jpg", media.look, name="media-look"),
    path("media/style/<int:pk>.jpg", media.style, name="media-style"),
]
