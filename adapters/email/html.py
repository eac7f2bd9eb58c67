"""The text of a mail that was written as HTML only: what stands in it, a line a block. Pure."""

from html.parser import HTMLParser

_BLOCKS = frozenset("p div br tr li h1 h2 h3 h4 h5 h6 table ul ol hr pre section article".split())
_UNSEEN = frozenset("script style head title template".split())
# Everything in it is what was written before.
_QUOTES = frozenset({"blockquote"})


def text_of(html: str) -> str:
    """Plain text; what is quoted gets a ">" before each line."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.new_line()
    return "\n".join(reader.lines)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._line: list[str] = []
        self._unseen = self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        if tag in _BLOCKS or tag in _QUOTES:
            self.new_line()
        self._quoted += tag in _QUOTES

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS or tag in _QUOTES:
            self.new_line()
        self._unseen = max(self._unseen - (tag in _UNSEEN), 0)
        self._quoted = max(self._quoted - (tag in _QUOTES), 0)
        if tag == "p":
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._line.append(data)

    def new_line(self) -> None:
        text = " ".join("".join(self._line).split())
        self._line = []
        if text:
            self.lines.append(f"> {text}" if self._quoted else text)
