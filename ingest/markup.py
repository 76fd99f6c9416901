"""From HTML, XHTML and clinical XML to the text that a browser would show, in time linear in the markup."""

import html
import re


def text_of_markup(markup: str) -> str:
    """The text: block elements begin a line, runs of white space are one space, what is hidden is left out. Any string is read."""
    layout = _Layout()
    _read_markup(markup, layout)
    return layout.text()


def _read_markup(markup: str, layout: "_Layout") -> None:
    """Feed tags and text to the layout, in time linear in the markup (html.parser takes minutes for 1 MB of hostile `<!--<!--`)."""
    position = 0
    while (start := markup.find("<", position)) >= 0:
        if start > position:
            layout.add(_unescape(markup[position:start]))
        tag = _TAG.match(markup, start)
        if tag:
            end = _end_of_tag(markup, tag.end())
            name = tag[2].lower().rpartition(":")[2]
            if not tag[1] and name in _RAW:
                closing = _RAW[name].search(markup, end)
                position = closing.start() if closing else len(markup)
            else:
                position = end
            if tag[1]:
                layout.close(name)
            else:
                layout.open(name, empty=markup.startswith("/>", end - 2))
            continue
        opening = next((mark for mark in _SPECIAL if markup.startswith(mark, start)), "")
        if not opening:
            layout.add("<")
            position = start + 1
            continue
        end = markup.find(_SPECIAL[opening], start + len(opening))
        if opening == "<![CDATA[":
            layout.add(markup[start + len(opening) : end if end >= 0 else len(markup)])
        position = end + len(_SPECIAL[opening]) if end >= 0 else len(markup)
    layout.add(_unescape(markup[position:]))


_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]{0,100})")
_SPECIAL = {"<!--": "-->", "<![CDATA[": "]]>", "<!": ">", "<?": ">", "</": ">"}
_RAW = {name: re.compile(rf"</{name}", re.I) for name in ("script", "style")}


def _end_of_tag(markup: str, start: int) -> int:
    """Where the tag ends: after the first '>' outside quotes, or after the first '>' of all where the quotes do not close soon."""
    attributes = _ATTRIBUTES.match(markup, start, start + _LONGEST_QUOTED)
    if attributes and markup.startswith(">", attributes.end()):
        return attributes.end() + 1
    return (markup.find(">", start) + 1) or len(markup)


_ATTRIBUTES = re.compile(r"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+""")
_LONGEST_QUOTED = 1024


def _unescape(text: str) -> str:
    if "&" not in text:
        return text
    try:
        return html.unescape(text)
    except ValueError:  # a character reference of thousands of digits
        return text


class _Layout:
    """Collects what a browser would show: block elements begin a line, runs of white space are one space, scripts are dropped."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._hidden: list[str] = []
        self._preformatted = 0
        self._at_line_start = True
        self._space_pending = False

    def text(self) -> str:
        return "".join(self._pieces)

    def open(self, tag: str, empty: bool) -> None:
        if tag in _HIDDEN and not empty:
            self._hidden.append(tag)
        elif tag == "body":
            self._hidden.clear()  # a head that was never closed must not hide the whole note
        if self._hidden:
            return
        if tag == "br":
            self._pieces.append("\n")
            self._at_line_start, self._space_pending = True, False
        elif tag in _BLOCKS:
            self._break()
            self._preformatted += tag == "pre" and not empty
        elif tag in _CELLS:
            self._space_pending = True

    def close(self, tag: str) -> None:
        if tag in _HIDDEN:
            if tag in self._hidden:
                del self._hidden[self._hidden.index(tag) :]
        elif not self._hidden and tag in _BLOCKS:
            self._break()
            self._preformatted -= tag == "pre" and self._preformatted > 0

    def add(self, data: str) -> None:
        if self._hidden or not data:
            return
        if self._preformatted:
            self._pieces.append(data)
            self._at_line_start, self._space_pending = data.endswith("\n"), False
            return
        words = _SPACES.sub(" ", data)
        shown = words.strip(" ")
        if not shown:
            self._space_pending |= bool(words)
            return
        if not self._at_line_start and (self._space_pending or words[0] == " "):
            self._pieces.append(" ")
        self._pieces.append(shown)
        self._at_line_start, self._space_pending = False, words[-1] == " "

    def _break(self) -> None:
        if not self._at_line_start:
            self._pieces.append("\n")
        self._at_line_start, self._space_pending = True, False


_SPACES = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = frozenset({"script", "style", "template", "noscript", "head", "object", "svg", "math"})
_CELLS = frozenset({"td", "th"})
_BLOCKS = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "caption",
            "dd",
            "details",
            "div",
            "dl",
            "dt",
            "fieldset",
            "figure",
            "footer",
        ),
        *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "item", "li", "list", "main", "nav", "ol", "p", "paragraph"),
        *("pre", "section", "summary", "table", "tbody", "tfoot", "thead", "title", "tr", "ul"),
    )
)
