"""Addresses of share links and of players for other pages."""

from django.urls import path

from videos.views import embed, share

urlpatterns = [
    path("s/<str:token>/", share.share, name="share"),
    path("share/<int:pk>/revoke/", share.revoke, name="share-revoke"),
    path("share/<str:kind>/<str:ref>/", share.make, name="share-make"),
    path("shares/", share.shares, name="shares"),
    path("embed/<str:kind>/<str:ref>/", embed.embed, name="embed"),
    path("oembed/", embed.oembed, name="oembed"),
]
