"""The published ontology is what the code says, and declares what the mapping writes."""

import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS, Graph
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


def test_every_property_has_label_comment_domain_and_range(pytestconfig):
    published = Graph().parse(pytestconfig.rootpath / "docs" / "commissure.ttl")
    kinds = (RDF.Property, OWL.ObjectProperty, OWL.DatatypeProperty)
    properties = {term for kind in kinds for term in published.subjects(RDF.type, kind)}
    assert len(properties) > 100
    lacking = {
        (str(term), str(needed))
        for term in properties
        for needed in (RDFS.label, RDFS.comment, RDFS.domain, RDFS.range)
        if len(list(published.objects(term, needed))) != 1
    }
    assert lacking == set()
    classes = set(published.subjects(RDF.type, OWL.Class))
    assert all(list(published.objects(term, RDFS.label)) for term in classes)


def test_what_is_written_keeps_to_domains_and_ranges(pytestconfig):
    """A class or datatype that is declared and not kept to would make readers infer what is not so."""
    published = Graph().parse(pytestconfig.rootpath / "docs" / "commissure.ttl")
    declared_for = {
        str(term): (str(published.value(term, RDFS.domain)), str(published.value(term, RDFS.range)))
        for term in published.subjects(RDFS.domain)
    }
    golden = pytestconfig.rootpath / "tests" / "golden"
    lines = (line for file in golden.glob("*.part") for line in file.read_text().splitlines() if line.startswith("<"))
    # The words that stand for the run and the folder are no IRIs, and make a difference to nothing here.
    quads = list(ox.parse("\n".join(lines).encode(), format=ox.RdfFormat.N_QUADS, lenient=True))
    classes = {}
    for quad in quads:
        if quad.predicate.value == str(RDF.type):
            classes.setdefault(quad.subject.value, set()).add(quad.object.value)
    anything, text = str(RDFS.Resource), str(RDFS.Literal)
    wrong, seen = set(), set()
    for quad in quads:
        domain, range_ = declared_for.get(quad.predicate.value, (anything, anything))
        if domain != anything:
            seen.add(quad.predicate.value)
            if domain not in classes.get(quad.subject.value, {domain}):
                wrong.add((quad.predicate.value, domain))
        if isinstance(quad.object, ox.Literal):
            if range_ not in (anything, text, quad.object.datatype.value) and not range_.endswith("#string"):
                wrong.add((quad.predicate.value, quad.object.datatype.value))
        elif range_ != anything and range_ not in classes.get(quad.object.value, {range_}):
            wrong.add((quad.predicate.value, range_))
    assert wrong == set()
    assert len(seen) > 10
