"""Addresses of what is looked at."""

from django.urls import path

from videos.views import catalogue, collections, compare, contact, export, figures, gallery, people, video

urlpatterns = [
    path("", gallery.gallery, name="gallery"),
    path("live/", gallery.live, name="gallery-live"),
    path("v/<str:ref>/", video.video, name="video"),
    path("v/<str:ref>/live/", video.live, name="video-live"),
    path("v/<str:ref>/compare/", compare.compare, name="compare"),
    path("v/<str:ref>/compare/save/", compare.save, name="comparison-save"),
    path("v/<str:ref>/contact/", contact.contact_sheet, name="contact-sheet"),
    path("v/<str:ref>/contact/paint/", contact.paint, name="contact-paint"),
    path("r/<str:ref>/", video.render, name="render"),
    path("c/<str:ref>/", compare.comparison, name="comparison"),
    path("c/<str:ref>/edit/", compare.edit, name="comparison-edit"),
    path("c/<str:ref>/delete/", compare.delete, name="comparison-delete"),
    path("collections/", collections.collections, name="collections"),
    path("collections/add/", collections.add, name="collection-add"),
    path("collections/<str:ref>/", collections.collection, name="collection"),
    path("collections/<str:ref>/edit/", collections.edit, name="collection-edit"),
    path("collections/<str:ref>/delete/", collections.delete, name="collection-delete"),
    path("collections/<str:ref>/items/<int:item>/", collections.move, name="collection-move"),
    path(
        "collections/<str:ref>/put-back/<str:kind>/<str:work>/<int:place>/",
        collections.put_back,
        name="collection-put-back",
    ),
    path("filters/", catalogue.filters, name="filters"),
    path("filters/figures/", figures.figures, name="filter-figures"),
    path("filters/<slug:slug>/", catalogue.filter, name="filter"),
    path("filters/<slug:slug>/filter.zip", export.bundle, name="filter-bundle"),
    path("filters/<slug:slug>/filter.onnx", export.onnx, name="filter-onnx"),
    path("people/<str:username>/", people.person, name="person"),
]
