"""Addresses of the project."""

from django.contrib import admin
from django.urls import include, path

from rotoscope.health import health

urlpatterns = [
    path("health/", health, name="health"),
    path("", include("rotoscope.accounts.urls")),
    path("", include("videos.urls.gallery")),
    path("", include("videos.urls.upload")),
    path("", include("videos.urls.media")),
    path("", include("videos.urls.sharing")),
    path("", include("videos.urls.lab")),
    path("admin/", admin.site.urls),
    path("", include("rotoscope.api.urls")),
    path("v1/", include("filters.deepfilter.urls")),
]
