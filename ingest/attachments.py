"""From an attachment to text: plain text, HTML, RTF and PDF, told by their first bytes where the label lies, also packed by gzip, and
with base64 applied twice where an exporter did so.

The text is never trimmed: offsets of mentions and passages count code points of exactly what is returned here.
"""

import base64
import binascii
import codecs
import gzip
import io
import re
import zlib
from dataclasses import dataclass
from typing import Any, Final

from ingest.markup import text_of_markup

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
_MAGIC = (b"%PDF-", b"{\\rtf", b"\x1f\x8b\x08")
_MAGIC_PACKED = (b"JVBERi", b"e1xydG", b"H4sI")
"""The same as base64 has them."""
_GLANCE = 64
_GZIP = b"\x1f\x8b\x08"
_SNIFFED = 8192
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_BEFORE = r"\s*(?:<\?xml[^>]{0,500}>\s*)?(?:<!--.{0,500}?-->\s*)?"
_HTML_START = re.compile(
    _BEFORE + r"<(?:!doctype\s+html|(?:html|head|body|div|p|br|hr|span|font|center|table|ul|ol|pre|b|i|strong|em|h[1-6])\b[^<>]{0,1000}>)",
    re.I | re.S,
)
_XML_START = re.compile(r"\s*<\?xml\s|" + _BEFORE + r"<ClinicalDocument\b", re.S)
PDF: Final = "application/pdf"
RTF: Final = "text/rtf"
BINARY: Final = "binary data"
_KINDS = (
    (b"%PDF-", PDF),
    (b"{\\rtf", RTF),
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    *((magic, "image/gif") for magic in (b"GIF87a", b"GIF89a")),
    *((magic, "image/tiff") for magic in (b"II*\0", b"MM\0*")),
    *((magic, "application/zip") for magic in (b"PK\x03\x04", b"PK\x05\x06")),
    *((magic, BINARY) for magic in (b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"7z\xbc\xaf", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"BZh9", b"OggS\0")),
)
"""How contents begin that tell what they are."""
_PICTURES = ("image/", "audio/", "video/", "model/", "application/dicom")
_ONE_BYTE = frozenset({"ascii", "iso8859-1", "cp1252", "iso8859-15"})
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
_DOCUMENTS = (
    _RTF
    | {PDF, "application/msword", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/gzip"}
    | {"application/x-gzip"}
)
"""Labels that are wrong where the content is text after all."""
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
    """The text of an attachment, or AttachmentError: bad-base64, too-large, unsupported-type, bad-gzip, bad-pdf, bad-rtf,
    no-text."""
    return decode_bytes(content_type, decode_base64(data_base64))


def decode_bytes(content_type: str, content: bytes) -> Decoded:
    """The text of an attachment's bytes, or AttachmentError as `decode` has them."""
    if len(content) > MAX_BYTES:
        raise AttachmentError("too-large", f"the attachment is larger than {MAX_BYTES // 2**20} MB")
    stated = content_type.partition(";")[0].strip().lower()
    content = _unpacked(_decode_again(content, stated))
    media_type = _media_type(stated, content)
    lie = f"labeled {_printable(stated)}, it is {media_type}: it was read as that" if _is_other(media_type, stated) else ""
    if media_type == PDF:
        return Decoded(_pdf_text(content), media_type, lie)
    if media_type == RTF:
        return Decoded(_rtf_text(content), media_type, lie)
    if media_type in _MARKUP:
        text, repaired = _decode_text(content, _charset(content_type) or _meta_charset(content))
        return Decoded(_html_text(text), media_type, lie or repaired)
    if media_type.startswith("text/"):
        text, repaired = _decode_text(content, _charset(content_type))
        return Decoded(_bounded(text), media_type, lie or repaired)
    raise AttachmentError("unsupported-type", f"no text can be taken from {_printable(media_type)}")


def decode_base64(data: str) -> bytes:
    """The bytes of a base64Binary, whose whitespace FHIR ignores, also without = at its end; AttachmentError bad-base64 or too-large."""
    if len(data) > MAX_BYTES * 4 // 3 + 4:
        raise AttachmentError("too-large", f"the attachment is larger than {MAX_BYTES // 2**20} MB")
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        pass
    try:
        bare = _WHITESPACE.sub(b"", data.encode("ascii"))
        return base64.b64decode(bare + b"=" * (-len(bare) % 4) if b"=" not in bare else bare, validate=True)
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


def begins_as_text(data: object) -> bool:
    """Whether base64 holds what begins as text does, and not as a document of another format, packed once more or not."""
    try:
        head = base64.b64decode(data[:_GLANCE], validate=True) if type(data) is str else b"\0"
    except (binascii.Error, ValueError):
        return False
    return _is_text(head) and not head.removeprefix(codecs.BOM_UTF8).lstrip().startswith((*_MAGIC, *_MAGIC_PACKED))


def told_by_bytes(content: bytes) -> str:
    """The media type that the content shows by how it begins; '' where it shows none."""
    head = content.removeprefix(codecs.BOM_UTF8)[:_SNIFFED].lstrip()
    for magic, media_type in _KINDS:
        if head.startswith(magic):
            return media_type
    if head[4:12] in (b"ftypheic", b"ftypisom", b"ftypmp42") or content[128:132] == b"DICM":
        return BINARY
    if not _is_text(content):
        return BINARY
    begin, _ = _decode_text(content[:_SNIFFED], "")
    return "text/html" if _HTML_START.match(begin) else "application/xml" if _XML_START.match(begin) else ""


def _media_type(stated: str, content: bytes) -> str:
    """What the content is: its first bytes count more than its label, which counts where they tell nothing."""
    told = told_by_bytes(content)
    if told in (PDF, RTF) or (told and stated in _UNTYPED):
        return told
    if stated in _UNTYPED:
        return "text/plain"
    if told and not told.startswith("text/") and told != "application/xml":
        return stated if stated.startswith(_PICTURES) else told
    if stated == "text/plain" or stated in _DOCUMENTS:
        return told or "text/plain"
    return stated


def _is_other(media_type: str, stated: str) -> bool:
    """Whether the label was wrong, and not only another word for the same or none."""
    return stated not in _UNTYPED and stated != media_type and not (media_type == RTF and stated in _RTF)


def _is_text(content: bytes) -> bool:
    """Whether bytes can be text: hardly any control characters, unless it is UTF-16 or UTF-32."""
    if _wide(content):
        return True
    head = content[:_SNIFFED]
    return len(_CONTROLS.findall(head)) <= len(head) // 50


def _wide(content: bytes) -> str:
    """The encoding of two or four bytes that a byte order mark shows, or zeros at every other place; '' where it is none."""
    marked = next((encoding for mark, encoding in _BOMS if encoding != "utf-8" and content.startswith(mark)), "")
    if marked or len(content) < 8:
        return marked
    head = content[: _SNIFFED // 2 * 2]
    even, odd = head[::2].count(0), head[1::2].count(0)
    most = len(head) * 2 // 5
    return "utf-16-le" if odd >= most and not even else "utf-16-be" if even >= most and not odd else ""


def _unpacked(content: bytes) -> bytes:
    """What gzip packed, up to a byte more than an attachment may have; other content as it is."""
    if not content.startswith(_GZIP):
        return content
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            unpacked = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise AttachmentError("bad-gzip", "the attachment is gzip data that cannot be unpacked") from None
    if len(unpacked) > MAX_BYTES:
        raise AttachmentError("too-large", f"the attachment is larger than {MAX_BYTES // 2**20} MB when it is unpacked")
    return unpacked


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
    if wide := _wide(content):
        return content.decode(wide, "replace"), ""
    wanted = charset or "utf-8"
    try:
        codec = codecs.lookup(wanted)
        if codec.name in _ONE_BYTE and _is_utf8(content):
            return content.decode("utf-8"), "" if content.isascii() else f"the text is not {_printable(wanted)}: it was read as UTF-8"
        if codec.name == "iso8859-1":  # as browsers do: the codes that it lacks are those of windows-1252
            return content.decode("cp1252", "replace"), ""
        if codec._is_text_encoding:
            return content.decode(codec.name), ""
    except (LookupError, ValueError):
        pass
    try:
        text = content.decode("utf-8")
        return text, f"the text is not {_printable(wanted)}: it was read as UTF-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), f"the text is not {_printable(wanted)}: it was read as windows-1252"


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _printable(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9/+._\-]", "?", name[:60]) or "(no type)"


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise AttachmentError("too-large", f"the attachment's text is longer than {MAX_TEXT:,} characters")
    return text


def _html_text(markup: str) -> str:
    if len(markup) > MAX_MARKUP:
        raise AttachmentError("too-large", f"the attachment's markup is longer than {MAX_MARKUP // 2**20} MB")
    return _bounded(text_of_markup(markup))


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
