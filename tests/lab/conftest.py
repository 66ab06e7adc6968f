"""The lab's pages in a real chromium stand on the same two fixtures as those of the gallery."""

from tests.browser import chromium, open_page

__all__ = ["chromium", "open_page"]
