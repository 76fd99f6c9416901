"""Puts the parts of a note down as one of several hands would: headings, order of lines, and the file it is kept in."""

from datetime import date
from html import escape

from ingest.sample.notes import Part
from ingest.sample.phrasing import Dice

PLAIN, HTML, RTF, PDF = "text/plain", "text/html", "application/rtf", "application/pdf"


def plain_text(title: str, parts: tuple[Part, ...], day: date, who: str, dice: Dice) -> str:
    """The note as text, in one of six layouts."""
    hand = dice.below(6)
    opening = {
        0: f"\n{day.isoformat()}\n\n",
        1: f"{title.upper()}\nDate: {day.isoformat()}\nPatient: {who}\n\n",
        2: "",
        3: f"{day:%d.%m.%Y}  {title}\n\n",
        4: f"\n{title}\n{'=' * len(title)}\n\n",
        5: "",
    }[hand]
    blocks = []
    for heading, body in parts:
        if not heading:
            blocks.append(body)
        elif hand in (0, 4):
            blocks.append(f"# {heading}\n{body}")
        elif hand in (1, 2):
            blocks.append(f"{heading.upper()}:\n{body}" if hand == 1 or "\n" in body else f"{heading.upper()}: {body}")
        elif hand == 3:
            blocks.append(f"## {heading}\n{body}")
        else:
            blocks.append(f"{heading}:\n{body}" if "\n" in body else f"{heading}: {body}")
    return opening + "\n\n".join(blocks) + "\n"


def html_page(title: str, parts: tuple[Part, ...], day: date) -> str:
    """The note as an HTML page with lists where the text has them."""
    body = [f"<h1>{escape(title)}</h1>", f"<p><em>{day.isoformat()}</em></p>"]
    for heading, text in parts:
        if heading:
            body.append(f"<h2>{escape(heading)}</h2>")
        lines = text.split("\n")
        if len(lines) > 1 and all(line.startswith("- ") for line in lines):
            body.append("<ul>" + "".join(f"<li>{escape(line[2:])}</li>" for line in lines) + "</ul>")
        else:
            body.extend(f"<p>{escape(line)}</p>" for line in lines if line)
    return f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{escape(title)}</title></head>\n<body>\n' + "\n".join(body) + "\n</body></html>\n"


def rich_text(title: str, parts: tuple[Part, ...], day: date) -> str:
    """The note as RTF, all ASCII."""
    lines = [rf"{{\b {_rtf(title)}}}\par", rf"{day.isoformat()}\par"]
    for heading, text in parts:
        if heading:
            lines.append(rf"\par{{\b {_rtf(heading)}}}\par")
        lines.extend(rf"{_rtf(line)}\par" for line in text.split("\n"))
    return r"{\rtf1\ansi\deff0{\fonttbl{\f0 Times New Roman;}}\f0\fs22" + "\n" + "\n".join(lines) + "\n}"


def _rtf(text: str) -> str:
    out = []
    for character in text:
        if character in "\\{}":
            out.append("\\" + character)
        elif ord(character) < 128:
            out.append(character)
        else:
            out.append(f"\\u{ord(character)}?")
    return "".join(out)


def pdf_file(title: str, parts: tuple[Part, ...], day: date) -> bytes:
    """The note as a PDF of one or more pages; the same bytes for the same note and library version."""
    from datetime import UTC, datetime

    from fpdf import FPDF
    from fpdf.enums import XPos, YPos

    document = FPDF(format="Letter")
    document.set_creation_date(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    document.set_title(title)
    document.add_page()
    document.set_font("Helvetica", "B", 14)
    document.multi_cell(0, 8, _latin(title), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    document.set_font("Helvetica", "", 10)
    document.multi_cell(0, 6, day.isoformat(), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    for heading, text in parts:
        if heading:
            document.ln(2)
            document.set_font("Helvetica", "B", 11)
            document.multi_cell(0, 6, _latin(heading), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        document.set_font("Helvetica", "", 10)
        document.multi_cell(0, 5, _latin(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return bytes(document.output())


def _latin(text: str) -> str:
    """PDF's built-in fonts know Latin-1 only."""
    return text.replace("—", "-").replace("’", "'").encode("latin-1", "replace").decode("latin-1")
