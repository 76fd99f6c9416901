"""Names as the files of terminologies have them: which are fit to be looked for, and how a turned one ("Neoplasms, Lung") is spoken."""

import re
from typing import Final

from ingest.terminologies.files import File
from ingest.terminologies.rejects import Rejects

MOST_LETTERS: Final = 1000
"""A longer name is a text."""
_MARKUP: Final = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]{0,200})?/?>|<!--|<!\[CDATA\[")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ud800-\udfff]")
_BLANKS: Final = re.compile(r"\s+")


def fit(text: str, file: File, line: int, rejects: Rejects) -> str:
    """The name with single blanks; '' where it is none that could stand in a text, which is rejected."""
    if len(text) > MOST_LETTERS:
        return _unfit(file, line, f"the name has more than {MOST_LETTERS:,} letters", rejects)
    if _CONTROL.search(text):
        return _unfit(file, line, "the name holds characters that are no text: NUL, control or replacement characters", rejects)
    if "<" in text and _MARKUP.search(text):
        return _unfit(file, line, "the name holds markup", rejects)
    if "\n" in text or "\t" in text or "  " in text or text[:1].isspace() or text[-1:].isspace() or not text.isascii():
        text = _BLANKS.sub(" ", text).strip()
    if len(text) < 2:
        return _unfit(file, line, "the name is a single letter" if text else "the name is empty", rejects)
    return text


def _unfit(file: File, line: int, why: str, rejects: Rejects) -> str:
    rejects.reject(file, line, why)
    return ""


def turned(name: str) -> str:
    """The name in the order in which it is spoken: "Neoplasms, Lung" is "Lung Neoplasms"; '' where it stands so already."""
    parts = name.split(", ")
    if not 2 <= len(parts) <= 4 or not all(parts) or any(part.split()[0] in {"and", "or", "with"} for part in parts if part.split()):
        return ""
    return " ".join(reversed(parts))
