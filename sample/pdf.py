"""Writes a plain text PDF: Letter pages, built-in fonts, no compression, no clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from textwrap import wrap

_WIDTH, _HEIGHT, _MARGIN = 612, 792, 56
_COLUMNS = 92
"""Characters that fit a line of 10-point Helvetica, on average."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text before wrapping, with its size in points; sizes above 10 are set bold."""

    text: str
    size: int = 10


def write(lines: Iterable[Line], title: str, day: date) -> bytes:
    """The bytes of the document."""
    pages = [_content(page) for page in _pages(_wrapped(lines))]
    first = 6
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        b"<< /Title " + _string(title) + f" /CreationDate (D:{day:%Y%m%d}120000Z) >>".encode(),
    ]
    for number, content in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] /Contents {first + 2 * number + 1} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return _file(objects)


def _wrapped(lines: Iterable[Line]) -> Iterator[Line]:
    for line in lines:
        for part in wrap(line.text, _COLUMNS * 10 // line.size, break_long_words=True) or [""]:
            yield Line(part, line.size)


def _pages(lines: Iterable[Line]) -> Iterator[list[tuple[int, Line]]]:
    """Lines of each page with their height above the bottom."""
    page: list[tuple[int, Line]] = []
    height = _HEIGHT - _MARGIN
    for line in lines:
        step = line.size + 4
        if height - step < _MARGIN:
            yield page
            page, height = [], _HEIGHT - _MARGIN
        height -= step
        page.append((height, line))
    yield page


def _content(page: list[tuple[int, Line]]) -> bytes:
    drawn = [
        b"BT /F%d %d Tf 1 0 0 1 %d %d Tm %s Tj ET" % (2 if line.size > 10 else 1, line.size, _MARGIN, height, _string(line.text))
        for height, line in page
        if line.text
    ]
    return b"\n".join(drawn)


def _string(text: str) -> bytes:
    """A PDF string in Windows Latin-1, which the built-in fonts know."""
    encoded = text.encode("cp1252", "replace")
    return b"(" + encoded.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
