"""The form of a page, as a browser would send it."""

from __future__ import annotations

from html.parser import HTMLParser


class Fields(HTMLParser):
    """What a browser would send of the form that saves: of all there are, or of the one that is sent to `action`."""

    def __init__(self, page: str, action: str = "") -> None:
        super().__init__()
        self.action, self.inside = action, not action
        self.sent: dict[str, list[str]] = {}
        self.text = self.choice = ""
        self.typing = False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """An input, a choice, or a text that begins."""
        said = {name: value or "" for name, value in attributes}
        name, kind = said.get("name", ""), said.get("type", "text")
        if tag == "form" and self.action:
            self.inside = said.get("action") == self.action
        elif tag == "select":
            self.choice = name
        elif tag == "option" and "selected" in said:
            self.add(self.choice, said.get("value", ""))
        elif tag == "textarea":
            self.text, self.typing = name, self.inside
            self.add(name, "")
        elif tag == "input" and kind in ("checkbox", "radio"):
            if "checked" in said:
                self.add(name, said.get("value", "on"))
        elif tag == "input" and kind not in ("submit", "button", "file"):
            self.add(name, said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """A text that ends."""
        if tag == "textarea":
            self.typing = False

    def handle_data(self, data: str) -> None:
        """The text of a text field, without the line break that HTML drops at its beginning."""
        if self.typing:
            before = self.sent[self.text][-1]
            self.sent[self.text][-1] = before + (
                data.removeprefix("\r\n").removeprefix("\n") if not before else data
            )

    def add(self, name: str, value: str) -> None:
        """One value."""
        if self.inside and name and not name.startswith("_") and "__prefix__" not in name:
            self.sent.setdefault(name, []).append(value)
