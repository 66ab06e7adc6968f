"""Addresses of the API and of the page of one's keys."""

from django.urls import path

from rotoscope.api import pages
from rotoscope.api.api import api

urlpatterns = [
    path("api/", api.urls),
    path("accounts/keys/", pages.keys, name="api-keys"),
    path("accounts/keys/<int:pk>/revoke/", pages.revoke, name="api-key-revoke"),
]
