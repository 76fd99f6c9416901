"""Which records say of no patient whose they are, by id: a view that is limited to patients has none of them."""

from collections.abc import Iterable

from cohorts.views.compile import compile_view, of_patient
from cohorts.views.definition import read_definition
from cohorts.views.elements import resource
from cohorts.views.run import run


def of_nobody(name: str, lines: Iterable[bytes], threads: int | None = None, patience: float | None = None) -> int:
    """How many records of a type name no patient by id, as a view that is limited to patients reads them. Raises ViewRefused."""
    kind = resource(name)
    if kind is None or name == "Patient":
        return 0
    where = [{"path": f"{element}.getReferenceKey(Patient).empty()"} for element in of_patient(kind)]
    columns = [{"name": "key", "path": "getResourceKey()"}]
    view = compile_view(read_definition({"resource": name, "where": where, "select": [{"column": columns}]}))
    return sum(batch.num_rows for batch in run(view, lines, threads=threads, patience=patience))
