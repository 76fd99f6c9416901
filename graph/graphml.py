"""The property graph of quads as GraphML, for the tools that draw and analyse graphs (Gephi, yEd, networkx, TinkerPop).

A key has one type: int, long, double or boolean where all of its values are, string where they differ. GraphML holds one value a key: where
a node has several, they are a JSON array of texts and the key is a string. Languages and other datatypes are left out, and so is what keeps
apart which record said what: N-Quads is the format that holds everything.
"""

import re
import sqlite3
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import IO, Final
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

import orjson

from graph.model import Literal
from graph.property_graph import KIND, RECORD, RELATION, Edge, Vertex, as_literal, likely_label
from graph.value_types import ValueType, common, type_of

_NAMESPACE: Final = "http://graphml.graphdrawing.org/xmlns"
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold."""
_SCHEMA: Final = """
create table vertices (iri text primary key, label text not null) without rowid;
create table vals (
    iri text not null, key text not null, value text not null, type text not null, primary key (iri, key, value)
) without rowid;
create table edges (id text primary key, source text, target text, label text, relation text, record text) without rowid;
"""


def write_graphml(found: Iterable[Vertex | Edge], target: IO[bytes], scratch: Path) -> tuple[int, int]:
    """Write vertices and edges, however often each comes; how many of each. `scratch` names a file for the work, which must not exist."""
    db = sqlite3.connect(scratch, isolation_level=None)
    try:
        db.executescript(f"pragma journal_mode=off; pragma synchronous=off; begin; {_SCHEMA}")
        for element in found:
            _gather(db, element)
        db.execute("commit")
        return _write(db, target)
    finally:
        db.close()


def _gather(db: sqlite3.Connection, element: Vertex | Edge) -> None:
    if isinstance(element, Edge):
        db.execute("insert or ignore into edges values (?, ?, ?, ?, ?, ?)", element)
        return
    known = "update set label = min(label, excluded.label)" if KIND in element.values else "nothing"
    db.execute(f"insert into vertices values (?, ?) on conflict do {known}", element[:2])  # noqa: S608 - one of the two above
    said = ((key, as_literal(value)) for key, values in element.values.items() for value in values)
    rows = ((element.iri, key, literal.value, _type_of(literal)) for key, literal in said)
    # One text may be said with two datatypes: then it is the weaker one.
    db.executemany("insert into vals values (?, ?, ?, ?) on conflict do update set type = 'string' where type <> excluded.type", rows)


def _type_of(literal: Literal) -> ValueType:
    """GraphML has no dates."""
    type_ = type_of(literal)
    return "string" if type_ == "date" else type_


def _types(db: sqlite3.Connection) -> dict[str, str]:
    """The type of each key: that of all of its values, where no node has several."""
    several = {key for (key,) in db.execute("select distinct key from vals group by iri, key having count(*) > 1")}
    found: dict[str, set[ValueType]] = {}
    for key, type_ in db.execute("select distinct key, type from vals"):
        found.setdefault(key, set()).add(type_)
    return {key: "string" if key in several else common(types) for key, types in found.items()}


def _write(db: sqlite3.Connection, target: IO[bytes]) -> tuple[int, int]:
    # An end of an edge that nothing else is said of is a node too.
    ends = db.execute("select source from edges union select target from edges except select iri from vertices").fetchall()
    db.executemany("insert into vertices values (?, ?)", ((end, likely_label(end)) for (end,) in ends))
    xml = XMLGenerator(target, "utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("graphml", AttributesImpl({"xmlns": _NAMESPACE}))
    keys = [row[0] for row in db.execute("select distinct key from vals order by key")]
    names = {key: f"n{number}" for number, key in enumerate(keys)}
    types = _types(db)
    declared = [("labelV", "node", "labelV"), ("labelE", "edge", "labelE"), (RELATION, "edge", RELATION), (RECORD, "edge", RECORD)]
    for identifier, owner, name in (*declared, *((names[key], "node", key) for key in keys)):
        type_ = types.get(name, "string") if owner == "node" else "string"
        attributes = {"id": identifier, "for": owner, "attr.name": _text(name), "attr.type": type_}
        _element(xml, "key", attributes, ())
    xml.startElement("graph", AttributesImpl({"id": "G", "edgedefault": "directed"}))
    vertices = edges = 0
    values = db.execute("select v.iri, v.label, a.key, a.value from vertices v left join vals a using (iri) order by v.iri, a.key, a.value")
    for (iri, label), rows in groupby(values, lambda row: row[:2]):
        data = [("labelV", label)]
        for key, several in groupby(rows, lambda row: row[2]):
            if key is not None:
                texts = list(dict.fromkeys(row[3] for row in several))
                data.append((names[key], texts[0] if len(texts) == 1 else orjson.dumps(texts).decode()))
        _element(xml, "node", {"id": _text(iri)}, data)
        vertices += 1
    for identifier, source, end, label, relation, record in db.execute("select * from edges order by id"):
        data = [("labelE", label), (RELATION, relation), (RECORD, record)]
        _element(xml, "edge", {"id": identifier, "source": _text(source), "target": _text(end)}, data)
        edges += 1
    xml.endElement("graph")
    xml.endElement("graphml")
    xml.endDocument()
    return vertices, edges


def _element(xml: XMLGenerator, name: str, attributes: dict[str, str], data: Iterable[tuple[str, str]]) -> None:
    xml.startElement(name, AttributesImpl(attributes))
    for key, text in data:
        xml.startElement("data", AttributesImpl({"key": key}))
        xml.characters(_text(text))
        xml.endElement("data")
    xml.endElement(name)
    xml.characters("\n")


def _text(text: str) -> str:
    """The text with what XML cannot hold replaced."""
    return _FORBIDDEN.sub("\ufffd", text)
