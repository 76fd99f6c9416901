"""`commissure similar`: notes like a note, patients like a patient."""

from typing import TYPE_CHECKING

import click

from commissure.cli.common import data_option, json_option, print_json, printable, settings_of

if TYPE_CHECKING:
    from search.ranking.similar import Similar
    from webapp.library import Snapshot


@click.command()
@click.argument("iri", metavar="DOCUMENT|PATIENT")
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True)
@json_option
@data_option
@click.pass_context
def similar(context: click.Context, iri: str, limit: int, as_json: bool) -> None:
    """List notes of other patients that are like a note, or patients that are like a patient, and what makes them alike.

    What one has and the other denies counts against them.

    \b
    Example:  commissure similar https://w3id.org/commissure/data/demo/Patient/p1 --json
    """
    from commissure import assemble, workplace
    from webapp.answers.similar import SIMILAR

    settings = settings_of(context)
    assemble.take_over(settings)
    found = _found(assemble.DataLibrary(workplace.workspace(settings), None, settings).current(), iri, limit)
    if as_json:
        print_json({"similar": [SIMILAR(each) for each in found]})
        return
    if not found:
        click.echo("nothing is like it: no other shares a concept or a passage's meaning with it")
    for place, each in enumerate(found, 1):
        where = ", ".join(part for part in (each.patient_label if each.passage else None, each.date) if part)
        click.echo(f"{place}. {printable(each.label)}{f'  [{printable(where)}]' if where else ''}  {each.score:.3f}  {each.id}")
        click.echo(f"   {printable(each.why)}")


def _found(snapshot: "Snapshot", iri: str, limit: int) -> "tuple[Similar, ...]":
    """What is similar to a document, to the first document of a record, or to a patient. Raises InvalidRequest for anything else."""
    from search.errors import InvalidRequest

    if snapshot.catalog.document(iri) is not None:
        return snapshot.likenesses.documents(iri, limit)
    patient = snapshot.catalog.patient(iri)
    if patient is not None:
        return snapshot.likenesses.patients(patient.id, limit)
    held = snapshot.catalog.documents_of_record(iri)
    if not held:
        raise InvalidRequest("similar", f"no document or patient has the IRI {iri[:200]!r}; `commissure search --json` names them")
    return snapshot.likenesses.documents(held[0].id, limit)
