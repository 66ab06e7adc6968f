from django.apps import AppConfig


class FiltersConfig(AppConfig):
    """Filters: what paints a frame, how it is made, judged and published."""

    name = "filters"
