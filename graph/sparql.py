"""Pass-through SPARQL: which queries may run, and in which media type an answer goes out."""

import re
from dataclasses import dataclass
from typing import Final
from typing import Literal as Choice

from graph.errors import QueryRefused, QuerySyntaxError, UnsupportedCapability

Form = Choice["rows", "boolean", "triples"]
"""What a query gives: SELECT rows, ASK a boolean, CONSTRUCT and DESCRIBE triples."""

JSON: Final = "application/sparql-results+json"
XML: Final = "application/sparql-results+xml"
CSV: Final = "text/csv"
TSV: Final = "text/tab-separated-values"
TURTLE: Final = "text/turtle"
N_TRIPLES: Final = "application/n-triples"

_OFFERED: Final[dict[Form, tuple[str, ...]]] = {
    "rows": (JSON, XML, CSV, TSV),
    "boolean": (JSON, XML, CSV, TSV),
    "triples": (TURTLE, N_TRIPLES),
}
_ALIASES: Final = {
    "application/json": JSON,
    "application/xml": XML,
    "text/xml": XML,
    "application/x-turtle": TURTLE,
    "text/plain": N_TRIPLES,
}
_MAX_LENGTH = 100_000
_MAX_NESTING = 64

_FORMS: Final[dict[str, Form]] = {"SelectQuery": "rows", "AskQuery": "boolean", "ConstructQuery": "triples", "DescribeQuery": "triples"}
_UPDATE_WORDS = frozenset(("insert", "delete", "load", "clear", "drop", "create", "add", "move", "copy", "with"))
_CODE_POINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\'|"(?:[^"\\\r\n]|\\.)*"|\'(?:[^\'\\\r\n]|\\.)*\''
    r'|<[^<>"{}|^`\\\x00-\x20]*>|#[^\r\n]*|[?$]\w+|@[A-Za-z\-0-9]+|[\w.\-]*:(?:[\w:.\-]|%[0-9A-Fa-f]{2}|\\.)*'
    r"|(?P<word>[A-Za-z_]\w*)|(?P<opening>[{(\[])|(?P<closing>[})\]])",
    re.DOTALL,
)
"""Strings, IRIs, comments, variables, language tags and prefixed names, so that what is left as words are keywords and functions."""


@dataclass(frozen=True, slots=True)
class CheckedQuery:
    """A query that may run. `text` is what was checked, and the only text to run; `names_dataset` says that it has FROM clauses."""

    text: str
    form: Form
    names_dataset: bool


def check_query(sparql: str) -> CheckedQuery:
    """Parse a query and refuse what pass-through queries may not do: updates, and SERVICE at any depth.

    SERVICE is looked for twice, in the parse tree and among the tokens, because the store parses the text a third time, with its own
    parser: what one reader takes for a comment or a string, another might run. Raises QueryRefused or QuerySyntaxError.
    """
    text = _plain_text(sparql)
    words = _words(text)
    if "service" in words:
        raise QueryRefused("SERVICE is refused: pass-through queries read this store only. Remove the SERVICE part")
    tree = _parse(text, words)
    names = _node_names(tree)
    if "ServiceGraphPattern" in names:
        raise QueryRefused("SERVICE is refused: pass-through queries read this store only. Remove the SERVICE part")
    form = next((form for name, form in _FORMS.items() if name in names), None)
    if form is None:
        raise QuerySyntaxError("the query is neither SELECT, ASK, CONSTRUCT nor DESCRIBE")
    return CheckedQuery(text, form, "DatasetClause" in names)


def choose_media_type(accept: str, form: Form) -> str:
    """The media type of an answer for an Accept header (or a single media type); UnsupportedCapability where nothing fits.

    The first type offered for the form wins where the header leaves it open.
    """
    offered = _OFFERED[form]
    wanted = _parse_accept(accept or "*/*")
    best: tuple[float, int] | None = None
    chosen = ""
    for place, media_type in enumerate(offered):
        quality = _quality(media_type, wanted)
        if quality > 0 and (best is None or (-quality, place) < best):
            best, chosen = (-quality, place), media_type
    if not chosen:
        raise UnsupportedCapability(f"this query can be answered as {', '.join(offered)}; the request accepts none of them")
    return chosen


def _plain_text(sparql: str) -> str:
    """The query with its code point escapes resolved and one kind of line end, so that every parser reads the same text."""
    if len(sparql) > _MAX_LENGTH:
        raise QueryRefused(f"the query is longer than {_MAX_LENGTH:,} characters")
    try:
        text = _CODE_POINT.sub(lambda m: chr(int(m[1] or m[2], 16)), sparql).replace("\r\n", "\n").replace("\r", "\n")
        text.encode()
    except (ValueError, OverflowError) as error:
        raise QuerySyntaxError("the query holds an escape or a character that is no Unicode text") from error
    if _CODE_POINT.search(text):
        raise QueryRefused("the query holds escaped escapes (\\u005Cu…); write the characters themselves")
    return text


def _words(text: str) -> set[str]:
    """The bare words of a query in lower case: what is no string, IRI, comment, variable or prefixed name."""
    words: set[str] = set()
    depth = 0
    for found in _TOKEN.finditer(text):
        if found.lastgroup == "word":
            words.add(found[0].lower())
        elif found.lastgroup is not None:
            depth += 1 if found.lastgroup == "opening" else -1
            if depth > _MAX_NESTING:
                raise QueryRefused(f"the query nests deeper than {_MAX_NESTING} brackets")
    return words


def _parse(text: str, words: set[str]) -> object:
    from pyparsing import ParseException
    from rdflib.plugins.sparql.parser import parseQuery, parseUpdate

    try:
        return parseQuery(text)
    except ParseException as error:
        if words & _UPDATE_WORDS and _parses_as_update(parseUpdate, text):
            raise QueryRefused("updates are refused: pass-through queries only read") from error
        raise QuerySyntaxError(f"line {error.lineno}, column {error.column}: the query does not parse as SPARQL 1.1") from error
    except RecursionError as error:
        raise QueryRefused("the query is nested too deeply") from error
    except Exception as error:  # rdflib raises plain Exceptions for what its grammar lets through, such as unknown prefixes
        raise QuerySyntaxError("the query does not parse as SPARQL 1.1") from error


def _parses_as_update(parse_update: object, text: str) -> bool:
    try:
        return bool(callable(parse_update) and parse_update(text))
    except Exception:
        return False


def _node_names(tree: object) -> set[str]:
    from pyparsing import ParseResults
    from rdflib.plugins.sparql.parserutils import CompValue

    names: set[str] = set()
    rest = [tree]
    while rest:
        node = rest.pop()
        if isinstance(node, CompValue):
            names.add(node.name)
            rest.extend(node.values())
        elif isinstance(node, ParseResults | list | tuple):
            rest.extend(node)
    return names


def _parse_accept(accept: str) -> dict[str, float]:
    wanted: dict[str, float] = {}
    for item in accept.split(","):
        media_type, *parameters = (part.strip().lower() for part in item.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        if media_type:
            media_type = _ALIASES.get(media_type, media_type)
            wanted[media_type] = max(quality, wanted.get(media_type, 0.0))
    return wanted


def _quality(media_type: str, wanted: dict[str, float]) -> float:
    family = media_type.split("/")[0] + "/*"
    for name in (media_type, family, "*/*"):
        if name in wanted:
            return wanted[name]
    return 0.0
