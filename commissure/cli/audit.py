"""`commissure audit`: who saw which patient, what was asked, counted, exported and changed."""

import heapq

import click

from commissure.cli.common import data_option, json_option, print_json, printable
from commissure.cli.users import control_of


@click.command()
@click.option("--user", default="", metavar="NAME", help="Only what this account did.")
@click.option("--patient", default="", metavar="IRI|ID", help="Only what named this patient.")
@click.option("--since", default="", metavar="DAY", help="Only what was done since this day or moment (ISO 8601, UTC).")
@click.option("--fhir", is_flag=True, help="Print FHIR R4 AuditEvents, a line each.")
@click.option("--verify", is_flag=True, help="Look whether every line is as it was written and none is missing.")
@click.option("--expect", default="", metavar="DIGEST", help="With --verify: also that the line noted at an earlier look is there.")
@json_option
@data_option
@click.pass_context
def audit(context: click.Context, user: str, patient: str, since: str, fhir: bool, verify: bool, expect: str, as_json: bool) -> None:
    """Show the audit log: who saw which patient, what was asked, counted, exported, changed. It holds no clinical text.

    \b
    Example:  commissure audit --patient Patient/123 --since 2026-01-01
    """
    import orjson

    from access.audit_event import audit_event
    from access.errors import AuditDamaged

    log = control_of(context).audit
    if verify:
        found = log.verify()
        if expect and not log.holds(expect):
            raise AuditDamaged(f"{log.folder}: the line {expect[:12]}… is not there any more: it was cut off or replaced")
        if as_json:
            print_json({"events": found.events, "head": found.head, "torn": list(found.torn)})
            return
        torn = f"; a crash cut off the last line of {', '.join(found.torn)}" if found.torn else ""
        click.echo(f"{found.events:,} events, none changed or missing{torn}. The last is {found.head}")
        return
    named = (patient, *_in_copies(context, patient)) if patient else ("",)
    found_for = (log.events(user=user, patient=one, since=since) for one in named)
    for event in heapq.merge(*found_for, key=lambda event: event["n"]):
        if fhir or as_json:
            click.echo(orjson.dumps(audit_event(event) if fhir else event).decode())
        else:
            click.echo(_line(event))


def _in_copies(context: click.Context, patient: str) -> tuple[str, ...]:
    """What the de-identified copies call a patient; nothing where no copy was ever made."""
    from commissure import workplace
    from commissure.cli.common import settings_of
    from graph.identifiers import parse_record_iri, record_iri
    from privacy.pseudonyms import Pseudonyms

    settings = settings_of(context)
    copies = workplace.workspace(settings).deidentified
    with copies.reading() as ledger:
        datasets = ledger.datasets() if ledger is not None else ()
    if not datasets:
        return ()
    pseudonyms = Pseudonyms(workplace.access_control(settings).deidentification_key())
    told = parse_record_iri(patient)
    identifier = told[2] if told else patient.rpartition("/")[2]
    return tuple(
        record_iri(name, "Patient", pseudonyms.of(name, "Patient", identifier)) for name in datasets if told is None or told[0] == name
    )


def _line(event: dict[str, object]) -> str:
    patients = event["patients"]
    asked = event["asked"]
    told = " ".join(f"{name}={value if value is not None else '…'}" for name, value in asked.items()) if isinstance(asked, dict) else ""
    about = f"  {len(patients):,} patients" if isinstance(patients, list) and patients else ""
    return printable(f"{event['at']}  {event['user'] or '-'}  {event['action']} {event['what']} {event['status']} {told}") + about
