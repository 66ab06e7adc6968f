"""Addresses of the DeepFilter server, below /v1/."""

from django.urls import path

from filters.deepfilter import views

urlpatterns = [
    path("algo/deeplearning/DeepFilter", views.call, name="deepfilter-call"),
    path("algo/deeplearning/DeepFilter/<str:version>", views.call),
    path("algorithms/deeplearning/DeepFilter", views.about, name="deepfilter-about"),
    path("data", views.data),
    path("data/", views.data, name="deepfilter-root"),
    path("data/<path:address>", views.data, name="deepfilter-data"),
]
