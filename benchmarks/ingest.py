"""Ingest without embedding, beside the same records through rdflib.

    python -m benchmarks.ingest EXPORT [--baseline-records N]

EXPORT is any FHIR bulk export. The baseline reads, validates and maps the same records in one process, adds every quad to an
rdflib Dataset, serializes it as N-Quads and loads that again; it runs on the first N records of each file, and rates are compared.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from benchmarks.processes import run_measured


def ingest(export: Path, folder: Path) -> tuple[dict[str, object], float, float]:
    """The report of one ingest in a fresh process; the peak resident memory (MB) and the processor time (s) of its process tree."""
    options = ["--dataset", "bench", "--no-embed", "--json"]
    output, spent = run_measured("commissure", ["--data", str(folder), "ingest", "fhir", str(export), *options], ended=(0, 3))
    return json.loads(output), spent.memory, spent.processor


def baseline(export: Path, limit: int) -> tuple[int, int, float]:
    """(records, quads, seconds) of the same work through rdflib."""
    import pyoxigraph
    from rdflib import Dataset, Literal, URIRef

    from ingest import formats
    from ingest.model import MappingContext
    from sources.blocks import Block
    from sources.files import expand
    from sources.model import SourceRecord

    fhir = formats.find("fhir")
    context = MappingContext("bench", "run", lambda kind, system, value: ())

    def term(value: object) -> URIRef | Literal:
        if isinstance(value, pyoxigraph.NamedNode):
            return URIRef(value.value)
        return Literal(value.value, lang=value.language, datatype=None if value.language else URIRef(value.datatype.value))

    records = quads = 0
    seconds = 0.0
    dataset = Dataset()
    for file in expand([str(export)]).files:
        began = time.perf_counter()
        mapped = []
        for count, record in enumerate(fhir.read(Block(file))):
            if count >= limit:
                break
            if isinstance(record, SourceRecord):
                mapped.append(fhir.map(record, context).quads)
        records += len(mapped)
        seconds += time.perf_counter() - began
        # Turning our N-Quads lines into rdflib terms is not the baseline's fault and not on its clock.
        rows = [
            (term(q.subject), term(q.predicate), term(q.object), URIRef(q.graph_name.value))
            for q in pyoxigraph.parse("".join(mapped).encode(), format=pyoxigraph.RdfFormat.N_QUADS)
        ]
        quads += len(rows)
        began = time.perf_counter()
        for subject, predicate, value, graph in rows:
            dataset.add((subject, predicate, value, graph))
        seconds += time.perf_counter() - began
    began = time.perf_counter()
    with tempfile.NamedTemporaryFile(suffix=".nq") as file:
        dataset.serialize(file.name, format="nquads", encoding="utf-8")
        del dataset
        Dataset().parse(file.name, format="nquads")
    return records, quads, seconds + time.perf_counter() - began


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("export", type=Path)
    parser.add_argument("--baseline-records", type=int, default=3000, metavar="N")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report, peak, spent = ingest(arguments.export, Path(folder))
    read = report["records"]["read"]
    ours = read / report["seconds"]
    print(f"cores {os.cpu_count()}")
    print(f"commissure: {read:,} records, {report['quads']:,} quads, {report['documents']:,} documents in {report['seconds']:.1f} s")
    print(f"            {ours:,.0f} records/s, peak {peak:,.0f} MB, {spent:.0f} s of processor time")
    records, quads, seconds = baseline(arguments.export, arguments.baseline_records)
    print(f"rdflib:     {records:,} records, {quads:,} quads in {seconds:.1f} s")
    print(f"            {records / seconds:,.0f} records/s, {quads / seconds:,.0f} quads/s")
    print(f"ratio by quads   {report['quads'] / report['seconds'] / (quads / seconds):.1f}x")
    print(f"ratio by records {ours / (records / seconds):.1f}x")


if __name__ == "__main__":
    main()
