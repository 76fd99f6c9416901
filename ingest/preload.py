"""Imported once by the process that worker processes are forked from, so that each starts with its libraries loaded."""

import ingest.formats
import ingest.staging
import ingest.worker

for _name in ("fhir", "text", "manifest"):
    ingest.formats.find(_name)
