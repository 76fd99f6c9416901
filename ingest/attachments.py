"""From a base64 attachment to text: plain text, HTML, RTF and PDF, with base64 applied twice where an exporter did so.

The text is never trimmed: offsets of mentions and passages count code points of exactly what is returned here.
"""

import base64
import binascii
import codecs
import html
import io
import re
from dataclasses import dataclass
from typing import Any, Final

MAX_BYTES: Final = 64 * 1024 * 1024
"""Largest attachment that is decoded, in bytes before any text is taken out of it."""
MAX_MARKUP: Final = 20 * 1024 * 1024
"""Largest HTML or RTF that is parsed, in characters."""
MAX_TEXT: Final = 20_000_000
"""Longest text an attachment may give, in characters: a small PDF can unfold into gigabytes."""
MAX_PAGES: Final = 5_000

_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_WHITESPACE = re.compile(rb"[ \t\r\n]+")
_SHORTEST_DOUBLE = 24
_MAGIC = (b"%PDF-", b"{\\rtf")
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|body|div|p|table|h[1-6])\b", re.I | re.S
)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s"';,]+)""", re.I)
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9_.:\-]{1,40})""", re.I)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARKUP = frozenset(
    {"text/html", "application/xhtml+xml", "text/xml", "application/xml", "application/hl7-v3+xml", "application/hl7-cda+xml"}
)
_RTF = frozenset({"text/rtf", "application/rtf", "application/x-rtf"})
_UNTYPED = frozenset({"", "application/octet-stream", "binary/octet-stream"})


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of an attachment and the media type it really had (without parameters). `repaired` says what had to be guessed."""

    text: str
    media_type: str
    repaired: str = ""


class AttachmentError(Exception):
    """The attachment gives no text. `code` is a short stable word, `reason` is for people; neither quotes the content."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def decode(content_type: str, data_base64: str) -> Decoded:
    """The text of an attachment, or AttachmentError: bad-base64, too-large, unsupported-type, bad-pdf, bad-rtf, no-text."""
    return decode_bytes(content_type, decode_base64(data_base64))


def decode_bytes(content_type: str, content: bytes) -> Decoded:
    """The text of an attachment's bytes, or AttachmentError as `decode` has them."""
    if len(content) > MAX_BYTES:
        raise AttachmentError("too-large", f"the attachment is larger than {MAX_BYTES // 2**20} MB")
    media_type = content_type.partition(";")[0].strip().lower()
    content = _decode_again(content, media_type)
    if media_type in _UNTYPED:
        media_type = _sniff(content)
    if media_type == "application/pdf":
        return Decoded(_pdf_text(content), media_type)
    if media_type in _RTF:
        return Decoded(_rtf_text(content), "text/rtf")
    if media_type in _MARKUP:
        text, repaired = _decode_text(content, _charset(content_type) or _meta_charset(content))
        return Decoded(_html_text(text), media_type, repaired)
    if media_type.startswith("text/"):
        text, repaired = _decode_text(content, _charset(content_type))
        return Decoded(_bounded(text), media_type, repaired)
    raise AttachmentError("unsupported-type", f"no text can be taken from {_printable(media_type)}")


def decode_base64(data: str) -> bytes:
    """The bytes of a base64Binary, whose whitespace FHIR ignores; AttachmentError bad-base64 or too-large."""
    if len(data) > MAX_BYTES * 4 // 3 + 4:
        raise AttachmentError("too-large", f"the attachment is larger than {MAX_BYTES // 2**20} MB")
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        pass
    try:
        return base64.b64decode(_WHITESPACE.sub(b"", data.encode("ascii")), validate=True)
    except (binascii.Error, ValueError):
        raise AttachmentError("bad-base64", "the attachment's data is not base64") from None


def _decode_again(content: bytes, media_type: str) -> bytes:
    """What base64 hides in the content, if it is base64 once more; otherwise the content.

    A real text may look like base64 ('Unremarkable'), so the inner bytes must be what the type says: text with a space in it, or
    a PDF or RTF.
    """
    if len(content) < _SHORTEST_DOUBLE or content[:1] in (b"\n", b" ", b"%", b"{", b"<"):
        return content
    if not _BASE64.fullmatch(_WHITESPACE.sub(b"", content[:256]).rstrip(b"=")):
        return content
    packed = _WHITESPACE.sub(b"", content)
    if len(packed) % 4 or not _BASE64.fullmatch(packed):
        return content
    inner = base64.b64decode(packed)
    if inner.startswith(_MAGIC):
        return inner
    if media_type in _UNTYPED or media_type.startswith("text/") or media_type in _MARKUP:
        try:
            text = inner.decode("utf-8")
        except UnicodeDecodeError:
            return content
        if any(c.isspace() for c in text) and all(c.isprintable() or c.isspace() for c in text[:4096]):
            return inner
    return content


def _sniff(content: bytes) -> str:
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"{\\rtf"):
        return "text/rtf"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise AttachmentError("unsupported-type", "the attachment states no content type, and its content is not UTF-8 text") from None
    return "text/html" if _HTML_START.match(text) else "text/plain"


def _charset(content_type: str) -> str:
    found = _CHARSET.search(content_type)
    return found[1] if found else ""


def _meta_charset(content: bytes) -> str:
    found = _META_CHARSET.search(content[:2048])
    return found[1].decode("ascii") if found else ""


def _decode_text(content: bytes, charset: str) -> tuple[str, str]:
    """(text, what had to be guessed). A byte order mark beats the declared charset; what is not UTF-8 is read as windows-1252."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.removeprefix(mark if encoding == "utf-8" else b"").decode(encoding, "replace"), ""
    wanted = charset or "utf-8"
    try:
        codec = codecs.lookup(wanted)
        if codec._is_text_encoding:
            return content.decode(codec.name), ""
    except (LookupError, ValueError):
        pass
    try:
        text = content.decode("utf-8")
        return text, f"the text is not {_printable(wanted)}: it was read as UTF-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), f"the text is not {_printable(wanted)}: it was read as windows-1252"


def _printable(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9/+._\-]", "?", name[:60]) or "(no type)"


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise AttachmentError("too-large", f"the attachment's text is longer than {MAX_TEXT:,} characters")
    return text


def _html_text(markup: str) -> str:
    if len(markup) > MAX_MARKUP:
        raise AttachmentError("too-large", f"the attachment's markup is longer than {MAX_MARKUP // 2**20} MB")
    layout = _Layout()
    _read_markup(markup, layout)
    return _bounded(layout.text())


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


def _rtf_text(content: bytes) -> str:
    from striprtf import striprtf

    rtf_to_text: Any = striprtf.rtf_to_text
    if len(content) > MAX_MARKUP:
        raise AttachmentError("too-large", f"the attachment's RTF is longer than {MAX_MARKUP // 2**20} MB")
    try:
        text = rtf_to_text(content.decode("latin-1"), errors="ignore")
    except Exception:
        raise AttachmentError("bad-rtf", "the attachment is not RTF that can be read") from None
    return _bounded(str(text))


def _pdf_text(content: bytes) -> str:
    from pypdf import PdfReader

    pages: list[str] = []
    length = 0
    try:
        reader = PdfReader(io.BytesIO(content))
        if len(reader.pages) > MAX_PAGES:
            raise AttachmentError("too-large", f"the PDF has more than {MAX_PAGES:,} pages")
        for page in reader.pages:
            pages.append(page.extract_text())
            length += len(pages[-1])
            if length > MAX_TEXT:
                raise AttachmentError("too-large", f"the attachment's text is longer than {MAX_TEXT:,} characters")
    except AttachmentError:
        raise
    except Exception:
        raise AttachmentError("bad-pdf", "the attachment is not a PDF that can be read") from None
    text = "\n".join(pages)
    if not text.strip():
        raise AttachmentError("no-text", "the PDF holds no text (scanned pages need text recognition first)")
    return text
