"""Writes docs/commissure.ttl, the ontology of the graph: python tools/write-ontology.py"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from graph.ontology import ontology  # noqa: E402
from ingest.fhir.terms import element_names  # noqa: E402

if __name__ == "__main__":
    (ROOT / "docs" / "commissure.ttl").write_text(ontology(element_names()).serialize(format="turtle"), encoding="utf-8")
