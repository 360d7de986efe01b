"""A page read as a browser would: its elements, its links and the text a person sees."""

from __future__ import annotations

from html.parser import HTMLParser


class Markup(HTMLParser):
    """The elements with their attributes, and the text outside scripts."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.blocks: list[str] = []
        self._text: list[str] = []
        self._in_script = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        """A script ends."""
        self._in_script = self._in_script and tag != "script"

    def handle_data(self, data: str) -> None:
        """Keep the text, and blocks of data apart from it."""
        (self.blocks if self._in_script else self._text).append(data)

    @property
    def text(self) -> str:
        """What a person reads, with white space as a browser shows it."""
        return " ".join("".join(self._text).split())

    @property
    def links(self) -> list[str]:
        """Where the page leads or asks; where it only posts to is no link."""
        names = ("href", "action", "hx-get", "src")
        asking = [attrs for _, attrs in self.elements if attrs.get("method") != "post"]
        return [attrs[name] for attrs in asking for name in names if name in attrs]
