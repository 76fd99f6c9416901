"""Pass-through SPARQL: which queries may run, and in which media type an answer goes out."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from typing import Literal as Choice

from graph.errors import QueryRefused, QuerySyntaxError, UnsupportedCapability
from graph.scope import EVERYTHING, Scope
from graph.vocabulary import BASE

Form = Choice["rows", "boolean", "triples"]
"""What a query gives: SELECT rows, ASK a boolean, CONSTRUCT and DESCRIBE triples."""

JSON: Final = "application/sparql-results+json"
XML: Final = "application/sparql-results+xml"
CSV: Final = "text/csv"
TSV: Final = "text/tab-separated-values"
TURTLE: Final = "text/turtle"
N_TRIPLES: Final = "application/n-triples"
RDF_XML: Final = "application/rdf+xml"
JSON_LD: Final = "application/ld+json"

OFFERED: Final[Mapping[Form, tuple[str, ...]]] = {
    "rows": (JSON, XML, CSV, TSV),
    "boolean": (JSON, XML, CSV, TSV),
    "triples": (TURTLE, N_TRIPLES, RDF_XML, JSON_LD),
}
"""The media types of each form of answer, the one given unasked first."""
_ROWS_ALIASES: Final = {"application/json": JSON, "application/xml": XML, "text/xml": XML, "text/json": JSON}
_ALIASES: Final[Mapping[Form, Mapping[str, str]]] = {
    "rows": _ROWS_ALIASES,
    "boolean": _ROWS_ALIASES,
    "triples": {
        "application/x-turtle": TURTLE,
        "text/n3": TURTLE,
        "text/rdf+n3": TURTLE,
        "text/plain": N_TRIPLES,
        "application/xml": RDF_XML,
        "text/xml": RDF_XML,
        "application/json": JSON_LD,
    },
}
_MAX_LENGTH = 100_000
_MAX_NESTING = 64
_MAX_OPERATORS = 1000
"""Operators of one query: every one deepens the recursion of the parsers, which end without a word where their stack does."""

_FORMS: Final[dict[str, Form]] = {"SelectQuery": "rows", "AskQuery": "boolean", "ConstructQuery": "triples", "DescribeQuery": "triples"}
_UPDATE_WORDS = frozenset(("insert", "delete", "load", "clear", "drop", "create", "add", "move", "copy", "with"))
_CODE_POINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\'|"(?:[^"\\\r\n]|\\.)*"|\'(?:[^\'\\\r\n]|\\.)*\''
    r'|(?P<iri><[^<>"{}|^`\\\x00-\x20]*>)|#[^\r\n]*|[?$]\w+|@[A-Za-z\-0-9]+|[\w.\-]*:(?:[\w:.\-]|%[0-9A-Fa-f]{2}|\\.)*'
    r"|(?P<word>[A-Za-z_]\w*)|(?P<opening>[{(\[])|(?P<closing>[})\]])|(?P<operator>[+\-*/|&!=<>^])",
    re.DOTALL,
)
"""Strings, IRIs, comments, variables, language tags and prefixed names, so that what is left as words are keywords and functions."""
_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:")
_SPELLED = frozenset(("true", "false", "in"))
"""Words that a store's parser takes in one spelling only, or not glued to what follows."""


@dataclass(frozen=True, slots=True)
class QueryDataset:
    """The RDF dataset of one query: the default graph is the set union of `default`, GRAPH sees `named`."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def within(self, scope: Scope) -> "QueryDataset":
        """What of it a reader may see."""
        return QueryDataset(tuple(filter(scope.admits, self.default)), tuple(filter(scope.admits, self.named)))


@dataclass(frozen=True, slots=True)
class CheckedQuery:
    """A query that may run. `text` is what was checked, and the only text to run; `dataset` is what its FROM clauses name, if any."""

    text: str
    form: Form
    dataset: QueryDataset | None


@dataclass(frozen=True, slots=True)
class Demand:
    """How an answer is wanted. Use the defaults for a query of one's own."""

    accept: str = JSON
    """An Accept header or a media type."""
    timeout: float = 10.0
    """Seconds."""
    max_rows: int = 10_000
    """Rows or triples."""
    scope: Scope = EVERYTHING
    """The datasets that may be seen."""
    dataset: QueryDataset | None = None
    """The graphs to ask, in place of those the query names; None: those it names, else everything."""
    gone: Callable[[], bool] = lambda: False
    """Whether nobody waits for the answer any more."""


def check_query(sparql: str) -> CheckedQuery:
    """Parse a query and refuse what pass-through queries may not do: updates, and SERVICE at any depth.

    SERVICE is looked for twice, in the parse tree and among the tokens, because the store parses the text a third time, with its own
    parser: what one reader takes for a comment or a string, another might run. A relative IRI is one of `graph.vocabulary.BASE`, unless
    the query says otherwise. Raises QueryRefused or QuerySyntaxError.
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
    return CheckedQuery(_based(_respelled(text)), form, _dataset(tree) if "DatasetClause" in names else None)


def choose_media_type(accept: str, form: Form) -> str:
    """The media type of an answer for an Accept header (or a single media type); UnsupportedCapability where nothing fits.

    The first type offered for the form wins where the header leaves it open.
    """
    offered = OFFERED[form]
    wanted = _parse_accept(accept or "*/*", _ALIASES[form])
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
    depth = operators = 0
    for found in _TOKEN.finditer(text):
        if found.lastgroup == "word":
            words.add(found[0].lower())
        elif found.lastgroup == "operator":
            operators += 1
            if operators > _MAX_OPERATORS:
                raise QueryRefused(
                    f"the query holds more than {_MAX_OPERATORS:,} operators; ask in several queries, or list values by VALUES"
                )
        elif found.lastgroup in ("opening", "closing"):
            depth += 1 if found.lastgroup == "opening" else -1
            if depth > _MAX_NESTING:
                raise QueryRefused(f"the query nests deeper than {_MAX_NESTING} brackets")
    return words


def _respelled(text: str) -> str:
    """The same query as every parser reads it: booleans in lower case, words apart from what follows."""

    def spelled(found: re.Match[str]) -> str:
        word = found[0].lower()
        return f" {word} " if found.lastgroup == "word" and word in _SPELLED else found[0]

    return _TOKEN.sub(spelled, text)


def _based(text: str) -> str:
    """The same query with a base for its relative IRIs, if it has any: every store then reads them alike."""
    relative = any(found.lastgroup == "iri" and not _ABSOLUTE.match(found[0]) for found in _TOKEN.finditer(text))
    return f"BASE <{BASE}> {text}" if relative else text


def _dataset(tree: Any) -> QueryDataset:
    """The graphs that FROM and FROM NAMED name."""
    from rdflib.plugins.sparql.algebra import translateQuery

    try:
        clauses = translateQuery(tree, base=BASE).algebra.datasetClause
        default = tuple(dict.fromkeys(str(clause.default) for clause in clauses if clause.default))
        return QueryDataset(default, tuple(dict.fromkeys(str(clause.named) for clause in clauses if clause.named)))
    except RecursionError as error:
        raise QueryRefused("the query is nested too deeply") from error
    except Exception as error:  # rdflib raises plain Exceptions for what its grammar lets through, such as unknown prefixes
        raise QuerySyntaxError("the query does not parse as SPARQL 1.1: the graphs it reads from cannot be made out") from error


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


def _parse_accept(accept: str, aliases: Mapping[str, str]) -> dict[str, float]:
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
            media_type = aliases.get(media_type, media_type)
            wanted[media_type] = max(quality, wanted.get(media_type, 0.0))
    return wanted


def _quality(media_type: str, wanted: dict[str, float]) -> float:
    family = media_type.split("/")[0] + "/*"
    for name in (media_type, family, "*/*"):
        if name in wanted:
            return wanted[name]
    return 0.0
