"""`commissure search` and `query`: asking what was ingested."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from commissure.cli.common import data_option, json_option, number, print_json, refuse_lists, settings_of
from search.filters import FILTERS, PAIR_ENDS, Filters, Kind, metavar_of

if TYPE_CHECKING:
    from cohorts.protection import Protection
    from search.model import Hit, SearchRequest, SearchResult
    from webapp.library import Snapshot


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """An option for every filter; the two ends of a range of numbers share one."""
    for row in reversed(FILTERS):
        kind = str if row.kind is not Kind.NUMBER else int if row.whole else float
        if row.kind is Kind.NUMBER and row.name.endswith(PAIR_ENDS):
            stem, _, end = row.name.rpartition("_")
            if end == "from":
                text = row.help.replace("at least this", "this") + f" FROM and TO are {row.least:g} to {row.most:g}."
                command = click.option(f"--{stem}", type=(kind, kind), metavar="FROM TO", help=text)(command)
            continue
        several = {Kind.ANY: " Repeatable: any of them.", Kind.ALL: " Repeatable: all of them."}.get(row.kind, "")
        option = click.option(
            f"--{row.name.replace('_', '-')}",
            _argument(row.name),
            type=kind,
            multiple=row.several,
            metavar=metavar_of(row),
            help=row.help.replace("`", "") + several,
        )
        command = option(command)
    return command


def filters_given(arguments: dict[str, Any]) -> Filters:
    """The filters among the arguments of a command, which are taken out of them."""
    given: dict[str, Any] = {}
    for row in FILTERS:
        if row.kind is Kind.NUMBER and row.name.endswith(PAIR_ENDS):
            stem, _, end = row.name.rpartition("_")
            pair = arguments.get(stem)
            if pair and not all(row.least <= number <= row.most for number in pair):
                raise click.BadParameter(f"both ends must be numbers from {row.least:g} to {row.most:g}", param_hint=f"--{stem}")
            given[row.name] = pair[int(end == "to")] if pair else None
        else:
            given[row.name] = arguments.pop(_argument(row.name), None)
    return Filters.named(given)


def _argument(name: str) -> str:
    """The argument of an option: no word of Python's own."""
    return f"filter_{name}"


@click.command()
@click.argument("question")
@filter_options
@click.option("--mode", type=click.Choice(["hybrid", "semantic", "lexical"]), default="hybrid", show_default=True)
@click.option("--match", type=click.Choice(["well", "loosely"]), help="Only documents that match the question so.")
@click.option(
    "--assertion",
    type=click.Choice(["affirmed", "denied", "possible", "historical", "family", "not-in-family", "any"]),
    help="How concepts of the question are asked, whatever its words say.",
)
@click.option(
    "--part",
    "parts",
    multiple=True,
    metavar="HOW:WORDS",
    help="How one part of the question is asked: as --assertion has it, or 'words' for plain words. Repeatable.",
)
@click.option("--literal", is_flag=True, help="Read nothing of the question: its words and their meaning alone rank.")
@click.option("--as-typed", is_flag=True, help="Mend no slips of the pen, and take no word lists of datasets.")
@click.option("--group", type=click.Choice(["patient"]), help="Put hits together by patient; --limit and --offset then count patients.")
@click.option("--limit", type=int, default=10, show_default=True)
@click.option("--offset", type=int, default=0, show_default=True)
@click.option("--csv", "as_csv", is_flag=True, help="Print all hits as CSV, whatever --limit says.")
@click.option("--patients", "as_patients", is_flag=True, help="Print as CSV whose all hits are: how many, the best, first and last date.")
@json_option
@data_option
@click.pass_context
def search(
    context: click.Context,
    /,
    question: str,
    as_csv: bool,
    as_patients: bool,
    as_json: bool,
    mode: str,
    match: str | None,
    assertion: str | None,
    parts: tuple[str, ...],
    literal: bool,
    as_typed: bool,
    group: str | None,
    limit: int,
    offset: int,
    **arguments: Any,
) -> None:
    """Search notes in plain words, joined with the graph.

    \b
    Example:  commissure search "woman treated with cisplatin and paclitaxel" --dataset demo
    """
    from commissure import assemble, workplace
    from search.model import Group, Match, Mode, SearchRequest
    from search.questions.question import Ask, switch_of
    from webapp.answers.protecting import search as search_told
    from webapp.answers.search import search_result

    settings = settings_of(context)
    request = SearchRequest(
        question,
        filters_given(arguments),
        Mode(mode),
        limit,
        offset,
        match=Match(match) if match else None,
        assertion=Ask(assertion) if assertion else None,
        parts=tuple(map(switch_of, parts)),
        literal=literal,
        as_typed=as_typed,
        group=Group(group) if group else None,
    )
    assemble.take_over(settings)
    library = assemble.DataLibrary(workplace.workspace(settings), workplace.embedder(settings), settings)
    snapshot = library.current()
    protection = assemble.protection_of(settings)
    if as_csv or as_patients:
        refuse_lists(context)
        _print_table(snapshot, request, "patients" if as_patients else "hits")
    elif as_json:
        print_json(search_told(search_result(snapshot.retriever.search(request)), protection))
    else:
        _print_hits(snapshot.retriever.search(request), protection)


def _print_table(snapshot: "Snapshot", request: "SearchRequest", rows: str) -> None:
    """Print all hits as CSV; what it lacks is said beside it."""
    from search.hits.sheets import in_rows, table

    listing = snapshot.retriever.listed(in_rows(request, rows))
    for notice in (*listing.notices, *filter(None, [listing.cut])):
        click.echo(f"! {notice}", err=True)
    for line in table(listing, rows):
        sys.stdout.buffer.write(line.encode("utf-8", "replace"))


def _date(hit: "Hit") -> str:
    """The date of a hit, and that it is when it was given out, where it is."""
    return f"issued {hit.date}" if hit.date and hit.dated == "issued" else hit.date or ""


def _print_hits(result: "SearchResult", protection: "Protection") -> None:
    """Print hits for people."""
    counted = f"{'' if result.total_is_exact else 'at least '}{result.total:,} documents"
    if result.well + result.loosely:
        counted += f": {result.well:,} match well, {result.loosely:,} more loosely"
    if result.by_patient:
        counted = (
            f"{'' if result.total_is_exact else 'at least '}{number(protection.count(result.by_patient.patients))} patients: {counted}"
        )
    click.echo(counted)
    if result.respelled:
        click.echo(f"{result.respelled} (--as-typed searches as it is typed)")
    for notice in result.notices:
        click.echo(f"! {notice}")
    _print_question(result, protection)
    first = {one.hits[0]: one for one in result.by_patient.page if one.patient} if result.by_patient else {}
    for hit in result.hits:
        if one := first.get(hit.rank):
            ways = [f"{said.documents:,} {_DOCUMENTS[said.way]}" for said in one.said]
            click.echo(f"\npatient {one.rank}: {one.label}  {' · '.join([f'{one.documents:,} documents', *ways])}")
        where = ", ".join(part for part in (hit.patient_label or hit.patient, _date(hit), hit.type) if part)
        click.echo(f"\n{hit.rank}. {hit.title}  [{where}]  {hit.score:.3f}{f'  {hit.match}' if hit.match else ''}{_says(hit)}")
        click.echo(f"   {' '.join((hit.answer or hit.passage).text.split())[:400]}")
        click.echo(f"   {hit.evidence.source}:{hit.evidence.line}")
    _print_shared(result, protection)


_DOCUMENTS = {
    "concept": "affirmed or charted",
    "denied": "denied",
    "possible": "possible or on condition",
    "history": "in the past",
    "family": "in the family",
    "not_in_family": "not in the family",
    "allergy": "allergic to it",
    "no_allergy": "not allergic to it",
}
_WAYS = {
    "concept": "have it",
    "denied": "deny it",
    "possible": "possibly or on condition",
    "history": "in the past",
    "family": "in the family",
    "not_in_family": "not in the family",
    "allergy": "allergic to it",
    "no_allergy": "not allergic to it",
    "lacking": "without it told or charted",
    "relative": "in the relatives asked for",
}


def _print_question(result: "SearchResult", protection: "Protection") -> None:
    """Print how the question was read, and how many patients have each part in each way."""
    for reworded in result.question.reworded if result.question else ():
        click.echo(f"“{reworded.text}” is looked for as {', '.join(reworded.wordings)} (--as-typed takes no word lists)")
    if result.question and result.question.left_out:
        click.echo(f"left out by a list of stop words: {', '.join(result.question.left_out)} (--as-typed takes no word lists)")
    for place, part in enumerate(result.question.parts if result.question else ()):
        asked = "however it is meant" if part.assertion is None else part.assertion.value
        more = f" and {len(part.concepts) - 1:,} more so called" if len(part.concepts) > 1 else ""
        value, trigger = f" {part.of_result}" if part.of_result else "", f", by “{part.trigger}”" if part.trigger else ""
        click.echo(f"read as: {part.label}{more}{value} ({asked}{trigger})")
        counted = [
            f"{number(protection.count(head.patients))} {_WAYS[head.way]}"
            for head in result.head
            if head.part == place and (head.patients or head.way == "concept")
        ]
        click.echo(f"         patients: {' · '.join(counted)}")
    if result.whole is not None:
        patients = number(protection.count(result.whole.patients))
        click.echo(f"all of it: {patients} patients have it · {result.whole.documents:,} documents say it")


def _says(hit: "Hit") -> str:
    """What a hit says of the question that is not what was asked."""
    against = [assertion.value for said in hit.said if said.agrees is False for assertion in said.assertions]
    return f"  [{', '.join(dict.fromkeys(against))}]" if against else ""


def _print_shared(result: "SearchResult", protection: "Protection") -> None:
    """Print what the notes share, then what the charts of their patients share."""
    for basis, heading in (("note", "the notes of these hits share:"), ("chart", "the charts of their patients share:")):
        listed = [shared for shared in result.shared if shared.basis == basis][:10]
        if listed:
            click.echo(f"\n{heading}")
        for shared in listed:
            patients = f"{protection.count(shared.patients)} of {protection.count(shared.of_patients)} patients"
            counted = ", ".join(
                [f"{len(shared.hits)} of {len(result.hits)} hits"] * (basis == "note") + [patients] * bool(shared.of_patients)
            )
            codes = f" {' · '.join(shared.codes)}" if shared.codes else ""
            often = f", {shared.lift:.1f} times as often as in all {'notes' if basis == 'note' else 'patients'}" if shared.lift else ""
            click.echo(f"   {counted}  {shared.label}{codes}  ({shared.group}{often})")


_QUERY_FORMATS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
}


@click.command()
@click.option(
    "--sparql", required=True, metavar="QUERY", help="A SELECT, ASK, CONSTRUCT or DESCRIBE query ('-' reads it from standard input)."
)
@click.option(
    "--format",
    "media_type",
    type=click.Choice(list(_QUERY_FORMATS)),
    default="csv",
    show_default=True,
)
@click.option("--partial", is_flag=True, help="Take an answer that is cut at its limit as a success.")
@data_option
@click.pass_context
def query(context: click.Context, sparql: str, media_type: str, partial: bool) -> None:
    """Ask the graph in SPARQL (read-only, bounded in time and rows).

    \b
    Example:  commissure query --sparql "SELECT ?type (COUNT(*) AS ?n) WHERE { ?s a ?type } GROUP BY ?type"
    """
    from commissure import assemble, workplace
    from commissure.errors import EXIT_CODES
    from graph.errors import UnsupportedCapability
    from graph.sparql import Demand
    from graph.store import SparqlQueryable

    refuse_lists(context)
    settings = settings_of(context)
    assemble.take_over(settings)
    store: object = assemble.DataLibrary(workplace.workspace(settings), None, settings).current().graph
    if not isinstance(store, SparqlQueryable):
        raise UnsupportedCapability("this graph store does not answer SPARQL")
    text = sys.stdin.read() if sparql == "-" else sparql
    result = store.query(text, Demand(_QUERY_FORMATS[media_type], settings["sparql_timeout"], settings["sparql_max_rows"]))
    sys.stdout.buffer.write(result.body)
    if result.truncated:
        sys.stdout.buffer.flush()
        click.echo(f"! cut at {settings['sparql_max_rows']:,} rows or 32 MB (COMMISSURE_SPARQL_MAX_ROWS)", err=True)
        if not partial:
            click.echo("  ask for less by LIMIT, or take a cut answer by --partial", err=True)
            context.exit(EXIT_CODES["cut"][0])
