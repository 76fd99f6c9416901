"""`commissure cooccurrence`: what is found together."""

import csv
import sys
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commissure.cli.common import data_option, json_option, number, print_json, printable, protection_of, settings_of

if TYPE_CHECKING:
    from cohorts.cooccurrence import Pair
    from cohorts.protection import Protection
    from cohorts.tables import Interval
    from cohorts.together import Named

_USUAL = "condition,medication,procedure"
_COLUMNS = ("of", "of_label", "concept", "label", "kind", "both", "first", "second", "everyone", "expected", "lift", "phi")
_MORE = ("odds", "odds_low", "odds_high", "adjusted", "adjusted_low", "adjusted_high")
_LAST = ("chance", "discovery", "later", "earlier", "same_day")


@click.command()
@click.argument("concept", required=False, default="", metavar="[CONCEPT]")
@click.option("--unit", type=click.Choice(["patient", "encounter", "note"]), default="patient", show_default=True, help="What has both.")
@click.option(
    "--relation", "relations", metavar="NAMES", default="condition,medication,procedure", show_default=True, help="What is charted."
)
@click.option("--dataset", "datasets", multiple=True, metavar="NAME", help="Only patients of this dataset; may be repeated.")
@click.option(
    "--cohort", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE", help="Only patients of this cohort."
)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--least", type=click.IntRange(1), default=2, show_default=True, help="How many must have both.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@json_option
@data_option
@click.pass_context
def cooccurrence(
    context: click.Context,
    concept: str,
    unit: str,
    relations: str,
    datasets: tuple[str, ...],
    cohort: Path | None,
    limit: int,
    least: int,
    as_csv: bool,
    as_json: bool,
) -> None:
    """List what is found together with CONCEPT (a name, a code or an IRI), most sure first; without it all pairs of the commonest things.

    docs/cooccurrence.md has the formulas.

    \b
    Example:  commissure cooccurrence osteoporosis --relation condition
    """
    from cohorts.occurring import RELATIONS, UNITS
    from cohorts.reading import read_definition
    from commissure import assemble, workplace
    from search.days import day_of
    from search.errors import InvalidRequest
    from search.reading.named import concepts_called
    from webapp.answers.cooccurrence import beside_answer, strongest_answer
    from webapp.answers.protecting import pairs as pairs_told
    from webapp.answers.protecting import strongest as strongest_told

    chosen = [name.strip() for name in relations.split(",") if name.strip()]
    if unknown := [name for name in chosen if name not in RELATIONS]:
        raise click.BadParameter(f"there is no relation {unknown[0]!r}; there are: {', '.join(RELATIONS)}", param_hint="--relation")
    settings = settings_of(context)
    assemble.take_over(settings)
    snapshot = assemble.DataLibrary(workplace.workspace(settings), None, settings).current()
    within = snapshot.cohorts.count(read_definition(cohort.read_bytes())) if cohort is not None else None
    how = next(one for one in UNITS if one == unit), chosen, day_of(datetime.now(UTC).date()), within, datasets, limit, least
    protection = protection_of(context)
    if not concept:
        strongest = snapshot.together.strongest(*how)
        if as_json:
            print_json(strongest_told(strongest_answer(strongest, snapshot.generation), protection))
        elif as_csv:
            _print_csv(strongest.pairs, protection)
        else:
            click.echo(f"{number(protection.count(strongest.everyone))} {unit}s; {strongest.asked:,} pairs looked at")
            _print_table(((f"{first.label} – {second.label}", pair) for first, second, pair in strongest.pairs), protection)
        return
    named = concepts_called(concept, snapshot.catalog, snapshot.texts.read, 1).concepts
    found = snapshot.together.beside(named[0].concept if named else concept, *how)
    if found is None:
        raise InvalidRequest("concept", f"nothing published is called {concept[:200]!r}; `commissure concept` finds names")
    if as_json:
        print_json(pairs_told(beside_answer(found, snapshot.generation), protection))
    elif as_csv:
        _print_csv(((found.of, named, pair) for named, pair in found.pairs), protection)
    else:
        everyone, having = map(number, protection.steps([found.everyone, found.having]))
        click.echo(f"{printable(found.of.label)}: {having} of {everyone} {unit}s; {found.asked:,} pairs looked at")
        _print_table(((f"{named.label} ({named.kind})", pair) for named, pair in found.pairs), protection)


def _told(pair: "Pair", protection: "Protection") -> dict[str, Any]:
    """A pair as it may be told, field by field."""
    from webapp.answers.protecting import pair_told

    return pair_told({one.name: getattr(pair, one.name) for one in fields(pair)}, protection)


def _print_table(rows: "Iterable[tuple[str, Pair]]", protection: "Protection") -> None:
    click.echo(f"{'both':>7}{'expected':>10}{'lift':>7}{'phi':>7}  {'odds ratio (95 %)':<26}{'by age and sex':<26}{'false':>7}  with it")
    for words, whole in rows:
        pair = _told(whole, protection)
        formats = {"expected": ".1f", "lift": ".1f", "phi": ".2f", "discovery": ".3f"}
        said = {key: "" if pair[key] is None else f"{pair[key]:{form}}" for key, form in formats.items()}
        figures = f"{number(pair['both']):>7}{said['expected']:>10}{said['lift']:>7}{said['phi']:>7}"
        click.echo(f"{figures}  {_interval(pair['odds']):<26}{_interval(pair['adjusted']):<26}{said['discovery']:>7}  {printable(words)}")


def _interval(odds: "Interval | None") -> str:
    return (
        "" if odds is None else f"{odds.estimate:.2g} ({odds.low:.2g} to {odds.high:.2g})".replace("inf", "∞").replace(" (nan to nan)", "")
    )


def _print_csv(rows: "Iterable[tuple[Named, Named, Pair]]", protection: "Protection") -> None:
    from search.formulas import cell

    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow((*_COLUMNS, *_MORE, *_LAST))
    for of, named, whole in rows:
        pair = _told(whole, protection)
        intervals = (
            ("", "", "") if pair[key] is None else (pair[key].estimate, pair[key].low, pair[key].high) for key in ("odds", "adjusted")
        )
        odds, adjusted = intervals
        counts, order = ([pair[key] for key in keys] for keys in (_COLUMNS[5:], _LAST))
        told = (of.concept, of.label, named.concept, named.label, named.kind, *counts, *odds, *adjusted, *order)
        lines.writerow([cell(value) for value in told])
