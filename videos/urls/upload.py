"""Addresses of uploads."""

from django.urls import path

from videos.views import tus, upload

urlpatterns = [
    path("upload/", upload.upload, name="upload"),
    path("upload/plain/", upload.plain, name="upload-plain"),
    path("upload/<uuid:pk>/wishes/", upload.wishes, name="upload-wishes"),
    path("uploads/", tus.tus, name="tus"),
    path("uploads/<uuid:pk>", tus.tus_upload, name="tus-upload"),
]
