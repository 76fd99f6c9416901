"""The published ontology is what the code says, and declares what the mapping writes."""

from rdflib import Graph
from rdflib.compare import isomorphic

from graph.ontology import declared, ontology
from graph.vocabulary import KG
from ingest.fhir.terms import element_names
from sample import write_sample


def test_the_published_file_is_current(pytestconfig):
    published = Graph().parse(pytestconfig.rootpath / "docs" / "commissure.ttl")
    assert isomorphic(published, ontology(element_names())), "run: python tools/write-ontology.py"


def test_every_term_of_the_sample_is_declared(tmp_path):
    from ingest import formats
    from ingest.model import MappingContext
    from sources.blocks import Block
    from sources.files import expand
    from sources.model import SourceRecord

    write_sample(tmp_path, patients=24)
    fhir = formats.find("fhir")
    context = MappingContext("d", "run", lambda kind, system, value: ())
    used = set()
    for file in expand([str(tmp_path)]).files:
        for record in fhir.read(Block(file)):
            if isinstance(record, SourceRecord):
                for line in fhir.map(record, context).quads.splitlines():
                    used |= {word[1 + len(KG) : -1] for word in line.split(" ", 3)[:3] if word.startswith("<" + KG)}
    assert len(used) > 30
    assert used <= declared() | element_names()
