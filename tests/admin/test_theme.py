"""The admin is light or dark as the site is."""

import pytest
from django.test import Client
from django.urls import reverse


@pytest.mark.parametrize(
    ("chosen", "says"), [("light", ' class="light"'), ("dark", ' class="dark"'), ("", "")]
)
def test_it_is_as_somebody_chose_for_the_site_or_as_their_browser_has_it(
    staff_client: Client, chosen: str, says: str
) -> None:
    staff_client.cookies["theme"] = chosen
    page = staff_client.get(reverse("admin:index")).content.decode()
    start = page[page.index("<html") : page.index("<html") + 200]
    assert says in start
    assert ('class="' in start.partition(">")[0]) == bool(chosen)
