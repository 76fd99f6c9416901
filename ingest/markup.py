"""From HTML, XHTML and clinical XML to the text that a browser would show, in time linear in the markup.

    markup ─▶ mended where HTML's reading would lose a note ─▶ turbohtml's tokenizer ─▶ layout: lines and spaces ─▶ text

Tokens and no tree: what HTML prescribes for trees is quadratic in misnested markup.
"""

import html
import re


def text_of_markup(markup: str) -> str:
    """The text: block elements begin a line, runs of white space are one space, what is hidden is left out. Any string is read."""
    from turbohtml import TokenType, tokenize  # takes long to load, and most records have no markup

    layout = _Layout()
    for token in tokenize(_mended(markup), capture_attributes=False):
        if token.type is TokenType.TEXT:
            layout.add(token.data or "")
        elif token.type is TokenType.START_TAG:
            layout.open(_local_name(token.tag), empty=token.self_closing)
        elif token.type is TokenType.END_TAG:
            layout.close(_local_name(token.tag))
    return layout.text()


def _local_name(tag: str | None) -> str:
    return (tag or "").rpartition(":")[2]


def _mended(markup: str) -> str:
    """The markup without what the tokenizer of HTML would read otherwise than its author: XML's own ways, and quotes left open."""
    if "<![" in markup or "/>" in markup:
        markup = _SECTION.sub(_as_html, markup)
    markup = _UNPARSED.sub(r"<\1plain:", markup)
    if _BRACKET_IN_QUOTES.search(markup):
        markup = _TAG.sub(lambda tag: f"{tag[1]}>" if tag[2] else tag[0], markup)
    return markup


def _as_html(section: re.Match[str]) -> str:
    """A section as HTML has it: characters escaped, an empty script left out, all else as it is."""
    if section["characters"] is None:
        return "" if section["empty"] else section[0]
    return html.escape(section["characters"]) if section["end"] else section["characters"]


_SECTION = re.compile(
    r"""<!--.*?(?:-->|\Z)
    |(?P<empty><(?:script|style)\b[^<>]*/>)
    |<(?P<code>script|style)\b[^<>]*>.*?(?:</(?P=code)|\Z)
    |<!\[CDATA\[(?P<characters>.*?)(?:(?P<end>\]\]>)|\Z)""",
    re.S | re.I | re.X,
)
_UNPARSED = re.compile(r"<(/?)(?=(?:title|textarea|iframe|noembed|noframes|noscript|plaintext|xmp)\b)", re.I)
"""Elements in which HTML reads tags as text: one that is never closed would swallow the note. A prefix makes plain elements of them."""
_BRACKET_IN_QUOTES = re.compile(r"""=\s*["'][^"'<>]*[<>]""")
_TAG = re.compile(r"""(<[A-Za-z](?:[^>"']++|"[^"]{0,1024}+"|'[^']{0,1024}+')*+)(?:>|(["'])[^>]*+>?|\Z)""")
"""A tag, and the quote in it that does not close soon: the tag ends at the next '>' then, and not where the note has its next quote."""


class _Layout:
    """Collects what a browser would show: block elements begin a line, runs of white space are one space, scripts are dropped."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._hidden: list[str] = []  # each name once: its first end closes all of them
        self._preformatted = 0
        self._at_line_start = True
        self._space_pending = False

    def text(self) -> str:
        return "".join(self._pieces)

    def open(self, tag: str, empty: bool) -> None:
        if tag in _HIDDEN and not empty and tag not in self._hidden:
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
