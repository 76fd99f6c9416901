"""Answers for agents: short, with links to what proves them, and with everything that records say in a field of its own.

What is not known to be ours is quoted: a key that an answer gets tomorrow stands under `quoted` until somebody says otherwise.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

MOST_ENTRIES: Final = 50
"""Of any list."""
MOST_TEXT: Final = 2_000
"""Code points of anything quoted."""
WINDOW: Final = 8_000
"""Code points of a document that are read at a time."""

_PROSE: Final = frozenset({"notices", "rule"})
"""Texts of our own, or of the agent's."""
_OURS: Final = frozenset(
    (
        *("document", "patient", "encounter", "concept", "concepts", "record", "records", "id", "node", "source", "target", "subject"),
        *("relation", "relation_name", "kind", "group", "dataset", "match", "basis", "code", "system", "assertion", "status", "sex", "by"),
        *("date", "dated", "start", "end", "index", "born", "died", "recorded", "first_date", "last_date", "updated", "published"),
        *("format", "subjects", "unit", "last_run", "job", "model", "evidence", "started", "stated"),
        # Numbers of patients that are protected.
        *(
            "count",
            "patients",
            "events",
            "both",
            "first",
            "second",
            "everyone",
            "having",
            "earlier",
            "later",
            "same_day",
            "total",
            "of_patients",
        ),
    )
)
"""Keys whose values are identifiers, codes, dates and words of ours, as long as they look like it."""
_PLAIN: Final = re.compile(r"[^\s\x00-\x1f\x7f`{}\"\\]{1,2048}")
_KEY: Final = re.compile(r"[\w.:/\[\]%#+-]{1,200}")
_DROPPED: Final = frozenset(
    (
        *("timings", "seconds", "facets", "neighbourhood", "highlights", "scores", "shared_codes", "run", "head", "total_is_exact"),
        *(
            "passages",
            "copies",
            "ethnicity",
            "ethnicity_codes",
            "race",
            "race_codes",
            "attributes",
            "media_type",
            "duplicates",
            "respelled",
        ),
    )
)
"""What an agent can do without."""
_PAGES: Final = {"document": "/document", "patient": "/patient", "concept": "/node", "record": "/record", "node": "/node"}
"""Key → the page that shows what it names."""


class Digest:
    """Makes what an agent gets of answers. `pages` is the address under which people open the pages, `id` the one that shows an `id`."""

    def __init__(self, pages: str, id: str = "/node", without: frozenset[str] = frozenset()) -> None:
        self._pages = pages.rstrip("/")
        self._dropped = _DROPPED | without
        self._of = {**_PAGES, "id": id}

    def of(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """An object of the answer: what is ours, what is quoted, and links."""
        ours: dict[str, Any] = {}
        quoted: dict[str, Any] = {}
        for key, value in answer.items():
            if key in self._dropped or value is None or value in ("", [], {}):
                continue
            if not _KEY.fullmatch(key) or not _is_ours(key, value):
                quoted[cleaned(key, 200)] = _quoted(value)
            else:
                ours[key] = self._value(value)
                if isinstance(value, list) and len(value) > MOST_ENTRIES:
                    ours[f"{key}_left_out"] = len(value) - MOST_ENTRIES
        links = {key: self._link(path, answer, key) for key, path in self._of.items() if isinstance(ours.get(key), str)}
        return {**ours, **({"quoted": quoted} if quoted else {}), **({"links": links} if links else {})}

    def _value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self.of(value)
        return [self._value(one) for one in value[:MOST_ENTRIES]] if isinstance(value, list) else value

    def _link(self, path: str, answer: Mapping[str, Any], key: str) -> str:
        """The page of something; of a document, opened at the sentence where the answer says which."""
        passage = answer.get("passage")
        place = passage if isinstance(passage, Mapping) else answer
        at = f"&start={place['start']}&end={place['end']}" if path == "/document" and _is_span(place) else ""
        return f"{self._pages}{path}?id={quote(answer[key], safe='')}{at}"


def document(answer: Mapping[str, Any], start: int) -> dict[str, Any]:
    """A document's answer, with the piece of its text that begins at `start` and what is mentioned there."""
    text: str = answer["text"]
    piece = text[start : start + WINDOW]
    end = start + len(piece)
    mentions = [{**one, "id": None, "document": answer["id"]} for one in answer["mentions"] if start <= one["start"] < end]
    return {**answer, "text": piece, "mentions": mentions, "start": start, "end": end, "length": len(text)}


def cleaned(text: str, most: int = MOST_TEXT) -> str:
    """Text as an agent may see it: without characters that show nothing and can hide words, and cut where it is too long."""
    shown = "".join(one for one in text if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return shown if len(shown) <= most else f"{shown[:most]}… [cut: {len(shown) - most} characters more]"


def _is_span(value: Mapping[str, Any]) -> bool:
    start, end = value.get("start"), value.get("end")
    return isinstance(start, int) and isinstance(end, int) and start < end


def _is_ours(key: str, value: Any) -> bool:
    """Whether a value may stand beside our own words: numbers, objects (whose own texts are judged in turn), and texts that are known."""
    texts = [value] if isinstance(value, str) else [one for one in value if isinstance(one, str)] if isinstance(value, Sequence) else []
    return not texts or key in _PROSE or (key in _OURS and all(_PLAIN.fullmatch(one) for one in texts))


def _quoted(value: Any) -> Any:
    if isinstance(value, str):
        # The text of a document is bounded by its window.
        return cleaned(value, WINDOW)
    if isinstance(value, list):
        return [_quoted(one) for one in value[:MOST_ENTRIES]]
    return {cleaned(str(key), 200): _quoted(one) for key, one in value.items()} if isinstance(value, Mapping) else value
