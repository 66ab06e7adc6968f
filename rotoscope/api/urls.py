"""Addresses of the API and of the pages beside it."""

from django.urls import path

from rotoscope.api import pages
from rotoscope.api.api import api

urlpatterns = [
    path("api/docs", pages.documents, name="api-docs"),
    path("api/", api.urls),
    path("accounts/keys/", pages.keys, name="api-keys"),
    path("accounts/keys/<int:pk>/revoke/", pages.revoke, name="api-key-revoke"),
]
