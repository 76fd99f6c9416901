"""The table of what R4 asks is that of the classes of fhir.resources that are installed: made of them, and held against them."""

import orjson

from ingest.fhir.plain import FILE, table_of
from ingest.fhir.shapes import model
from ingest.mapping.resource_types import RESOURCE_TYPES

REWRITE = "python -m tests.golden.test_fhir_shapes"


def made() -> bytes:
    classes = (cls for kind in sorted(RESOURCE_TYPES) if (cls := model(kind)) is not None)
    return orjson.dumps(table_of(classes), option=orjson.OPT_SORT_KEYS) + b"\n"


def test_the_table_is_that_of_the_classes() -> None:
    assert FILE.read_bytes() == made(), f"other classes than those that the table was made of: {REWRITE}"


if __name__ == "__main__":
    FILE.write_bytes(made())
