"""XML as a stream of its elements, in time and memory linear in what is read; what a document may declare (entities) is refused."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final, NamedTuple
from xml.parsers import expat

from ingest.errors import TerminologyUnreadable
from ingest.terminologies.files import File, head, pieces

MOST_DEPTH: Final = 200
_MOST_TEXT: Final = 1 << 20


class Start(NamedTuple):
    """An element begins; `path` ends with its own name."""

    line: int
    path: tuple[str, ...]
    attributes: dict[str, str]


class End(NamedTuple):
    """An element ends; `text` is what stands in it, that of elements in it left out."""

    line: int
    path: tuple[str, ...]
    text: str


class _Refused(Exception):
    """What is said of a document that is not read any further."""


def elements(file: File) -> Iterator[Start | End]:
    """Beginnings and ends of elements, in their order. Raises TerminologyUnreadable, with the line, unless it is plain XML."""
    parser = expat.ParserCreate(namespace_separator=None)
    parser.buffer_text = True
    reading = _Reading(parser)
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.CharacterDataHandler = reading.characters
    parser.EntityDeclHandler = reading.entity
    parser.UseForeignDTD(False)
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        for piece in pieces(file):
            parser.Parse(piece, False)
            yield from reading.done
            reading.done.clear()
        parser.Parse(b"", True)
    except _Refused as error:
        raise TerminologyUnreadable(f"{file}, line {parser.CurrentLineNumber}: {error}") from error
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise TerminologyUnreadable(f"{file}, line {parser.CurrentLineNumber}: is no well-formed XML, or is cut off") from error
    yield from reading.done


def root_of(file: File) -> str:
    """The name of the first element, for recognising a file; '' where it is no XML."""
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: found.append(name)
    with suppress(expat.ExpatError, ValueError, LookupError):
        parser.Parse(head(file), False)
    return found[0] if found else ""


class _Reading:
    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        self._path: tuple[str, ...] = ()
        self._texts: list[list[str]] = []
        self._letters = 0
        self.done: list[Start | End] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= MOST_DEPTH:
            raise _Refused(f"elements lie in one another more than {MOST_DEPTH} deep")
        self._path = (*self._path, name)
        self._texts.append([])
        self._letters = 0
        self.done.append(Start(self._parser.CurrentLineNumber, self._path, attributes))

    def end(self, _: str) -> None:
        text = "".join(self._texts.pop())
        self.done.append(End(self._parser.CurrentLineNumber, self._path, text.strip()))
        self._path = self._path[:-1]
        self._letters = 0

    def characters(self, text: str) -> None:
        self._letters += len(text)
        if self._letters > _MOST_TEXT:
            raise _Refused("an element holds more than 1 MB of text")
        self._texts[-1].append(text)

    def entity(self, *_: object) -> None:
        raise _Refused("declares entities, which are not read")
