"""`commissure concept`: what a name means, and how charts and texts have it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click

from commissure.cli.common import data_option, json_option, number, print_json, printable, protection_of, settings_of

if TYPE_CHECKING:
    from cohorts.protection import Protection
    from search.model import ConceptSummary
    from search.reading.named import ConceptAccount, NamedConcepts

_STANDINGS: Final = (
    *("charted", "affirmed", "denied", "possible", "hypothetical", "historical", "family", "not_in_family", "allergy", "no_allergy"),
)
_MOST_LISTED: Final = 20


@click.command()
@click.argument("name")
@json_option
@data_option
@click.pass_context
def concept(context: click.Context, name: str, as_json: bool) -> None:
    """Say what a name, a code, an abbreviation or an IRI means here, and how many patients and documents have it how.

    Counts are of the concept with its codings and everything narrower. A name of several things lists them all.

    \b
    Example:  commissure concept "heart attack"
    """
    from commissure import assemble, workplace
    from commissure.errors import EXIT_CODES
    from search.reading.named import account_of, concepts_called
    from webapp.answers.concepts import concept_answer
    from webapp.answers.protecting import named
    from webapp.answers.shapes import plain

    settings, protection = settings_of(context), protection_of(context)
    assemble.take_over(settings)
    snapshot = assemble.DataLibrary(workplace.workspace(settings), None, settings).current()
    found = concepts_called(name, snapshot.catalog, snapshot.texts.read)
    accounts = [account_of(snapshot.catalog, one) for one in found.concepts]
    if as_json:
        concepts = [concept_answer(each, snapshot.generation) for each in accounts]
        print_json(named({"concepts": concepts, "unused": plain(found.unused), "near": plain(found.near)}, protection))
    elif len(accounts) > 1:
        click.echo(f"{printable(name)} may mean {len(accounts)} things; ask by code for one of them\n")
        for each in accounts:
            click.echo(f"{_named(each.concept)}: {_counts(each, protection)}")
    elif accounts:
        for line in _account(accounts[0], protection):
            click.echo(line)
    if not accounts:
        for line in _unknown(name, found):
            click.echo(line, err=True)
        context.exit(EXIT_CODES["missing"][0])


def _account(account: "ConceptAccount", protection: "Protection") -> Iterator[str]:
    """A concept for people."""
    one, place, standing = account.concept, account.surroundings, account.standing
    yield _named(one)
    yield f"  {one.concept}"
    if one.synonyms:
        yield f"also called: {printable('; '.join(one.synonyms[:_MOST_LISTED]))}"
    for title, listed, total in (
        ("the same", [each for each in place.codes if each.concept != one.concept], len(place.codes) - 1),
        ("broader", place.broader, len(place.broader)),
        ("narrower", place.narrower, place.narrower_total),
    ):
        for each in listed[:_MOST_LISTED]:
            yield f"{title}: {_named(each)}"
        if total > len(listed[:_MOST_LISTED]):
            yield f"{title}: {total - len(listed[:_MOST_LISTED]):,} more"
    yield f"\n{f'with {standing.concepts - 1:,} narrower or equal' if standing.concepts > 1 else '':28}{'patients':>10}{'documents':>12}"
    for name in _STANDINGS:
        held = getattr(standing, name)
        yield f"{name.replace('_', ' '):28}{number(protection.count(held.patients)):>10}{held.documents:>12,}"


def _unknown(name: str, found: "NamedConcepts") -> Iterator[str]:
    yield f"nothing published is called {printable(name)[:200]!r}"
    for each in found.unused:
        yield f"  {printable(each.label)} ({each.system} {each.code}) is what the terminologies call so; nothing published has it"
    for one in found.near:
        yield f"  near: {_named(one)}"


def _named(one: "ConceptSummary") -> str:
    return printable(f"{one.label} ({one.system.rstrip('/').rpartition('/')[2]} {one.code})" if one.code else one.label)


def _counts(account: "ConceptAccount", protection: "Protection") -> str:
    standing = account.standing
    having = {name: getattr(standing, name).patients for name in _STANDINGS}
    said = [f"{number(protection.count(many))} {name.replace('_', ' ')}" for name, many in having.items() if many]
    return f"patients {', '.join(said)}" if said else "no patient"
