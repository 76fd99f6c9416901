"""Puts the parts of a note down as one of several hands would: headings, order of lines, and the file it is kept in."""

from datetime import date
from html import escape

from sample import pdf
from sample.note_parts import Part
from sample.phrasing import Dice

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
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{escape(title)}</title></head>\n<body>\n'
        + "\n".join(body)
        + "\n</body></html>\n"
    )


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
    """The note as a PDF of one or more pages, uncompressed, so that its bytes depend on nothing but the note (see `sample.pdf`)."""
    lines = [pdf.Line(title, 14), pdf.Line(day.isoformat()), pdf.Line("")]
    for heading, text in parts:
        if heading:
            lines += [pdf.Line(""), pdf.Line(heading, 12)]
        lines += [pdf.Line(line) for line in text.split("\n")]
    return pdf.write(lines, title, day)
