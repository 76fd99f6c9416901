"""`commissure cohort compare`: two cohorts side by side, or one beside everybody else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from commissure.cli.cohort import print_rows, value_given
from commissure.cli.common import data_option, json_option, number, print_json, printable, protection_of, settings_of

if TYPE_CHECKING:
    from cohorts.sides import Side

_COLUMNS = (
    *("part", "relation", "name", "concept", "unit", "first", "first_low", "first_median", "first_high", "first_mean", "first_deviation"),
    *("second", "second_low", "second_median", "second_high", "second_mean", "second_deviation"),
    *("difference", "odds", "odds_low", "odds_high"),
)


@click.command()
@click.argument("first", metavar="A")
@click.argument("second", required=False, metavar="[B]")
@click.option("--rest", is_flag=True, help="Compare with everybody else of the datasets, in place of B.")
@click.option("--by", metavar="NAMES", default="age,sex,utilisation,concepts,results", show_default=True, help="What they are compared by.")
@click.option(
    "--relation",
    "relations",
    metavar="NAMES",
    default="condition,medication,procedure,note",
    show_default=True,
    help="Relations of the concepts; note is what notes affirm.",
)
@click.option("--outcome", metavar="DEFINITION.json|NAME", help="A cohort: what may happen to patients after they enter.")
@click.option("--within", metavar="DAYS", default="30,90,365", show_default=True, help="Days within which the outcome is counted.")
@click.option("--dataset", "datasets", multiple=True, metavar="NAME", help="Only of this dataset; may be repeated.")
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="Concepts of each relation, and results.")
@click.option("--least", type=click.IntRange(1), default=1, show_default=True, help="How many of both must have a thing.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@json_option
@data_option
@click.pass_context
def compare(context: click.Context, /, first: str, second: str | None, rest: bool, as_csv: bool, as_json: bool, **asked: Any) -> None:
    """Set cohort A (a file or a name) beside cohort B, or beside everybody else, and tell what differs most surely.

    docs/comparison.md has the formulas.

    \b
    Example:  commissure cohort compare women.json men.json --outcome stroke.json
    """
    from cohorts.comparing import BY, RELATIONS, Comparing, Question
    from commissure import assemble, workplace
    from search.days import day_of
    from webapp.answers.comparison import comparison_answer
    from webapp.answers.protecting_comparison import comparison

    if (second is None) != rest:
        raise click.UsageError("compare A with B, or with everybody else: commissure cohort compare A B, or A --rest")
    by, relations = _chosen("--by", asked["by"], BY), _chosen("--relation", asked["relations"], RELATIONS)
    within = tuple(_days(text) for text in asked["within"].split(","))
    sides = [_side(context, one, asked["datasets"]) if one else None for one in (first, second, asked["outcome"])]
    assert sides[0] is not None  # noqa: S101 - an argument that click has made sure of
    question = Question(sides[0], sides[1], by, relations, sides[2], within, asked["limit"], asked["least"])
    settings = settings_of(context)
    assemble.take_over(settings)
    snapshot = assemble.DataLibrary(workplace.workspace(settings), workplace.embedder(settings), settings).current()
    found = Comparing(snapshot.cohorts, snapshot.together).compare(question, day_of(datetime.now(UTC).date()))
    answer = comparison(dict(comparison_answer(question, found, snapshot.generation)), protection_of(context))
    if as_json:
        print_json(answer)
    elif as_csv:
        print_rows(_COLUMNS, _rows(answer))
    else:
        for line in _printed(answer):
            click.echo(line)
        for notice in answer["notices"]:
            click.echo(f"note: {printable(notice)}", err=True)


def _chosen(option: str, given: str, known: tuple[str, ...]) -> tuple[str, ...]:
    names = [name.strip() for name in given.split(",") if name.strip()]
    if unknown := [name for name in names if name not in known]:
        raise click.BadParameter(f"there is no {unknown[0]!r}; there are: {', '.join(known)}", param_hint=option)
    return tuple(dict.fromkeys(names))


def _days(text: str) -> int:
    if not text.strip().isdecimal() or not 0 < int(text) <= 100_000:
        raise click.BadParameter(f"{text.strip()!r} is no number of days from 1 to 100,000", param_hint="--within")
    return int(text)


def _side(context: click.Context, given: str, datasets: tuple[str, ...]) -> "Side":
    """The cohort of a file or a name. Raises InvalidDefinition, SourceNotFound, SavedMissing."""
    from cohorts.comparing import side_of

    value, read = value_given(context, given)
    return side_of(value, given, datasets, read)


def _rows(answer: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """A row for each line of the comparison."""
    lines = [("sex", "", line) for line in answer["sexes"]] + [("visits", "", line) for line in answer["seen"]]
    lines += [("concept", relation, line) for relation, some in answer["concepts"].items() for line in some]
    none = (None,) * 5
    yield ("patients", "", "compared", "", "", answer["first"]["compared"], *none, answer["second"]["compared"], *none, *(None,) * 4)
    yield ("patients", "", "in both", "", "", answer["both"], *none, answer["both"], *none, *(None,) * 4)
    for part, tests in (("measure", answer["measures"]), ("result", answer["results"])):
        for one in tests:
            thing = one.get("thing") or {"label": one.get("name"), "concept": ""}
            sides = [_spread(one["first"]), _spread(one["second"])]
            yield (
                part,
                "",
                thing["label"],
                thing["concept"],
                one.get("unit", ""),
                *sides[0],
                *sides[1],
                one["difference"],
                None,
                None,
                None,
            )
    for part, relation, line in lines:
        concept = line["thing"]["concept"] if line["thing"] else ""
        odds = [None] * 3 if line["odds"] is None else [line["odds"][key] for key in ("estimate", "low", "high")]
        yield (part, relation, line["name"], concept, "", line["first"], *none, line["second"], *none, line["difference"], *odds)
    yield from _outcome_rows(answer["outcome"])


def _outcome_rows(outcome: dict[str, Any] | None) -> Iterator[tuple[Any, ...]]:
    if outcome is None:
        return
    none = (None,) * 5
    sides = [outcome["first"], outcome["second"] or {}]
    for key in ("followed", "before", "undated", "events"):
        yield ("outcome", "", key, "", "", sides[0][key], *none, sides[1].get(key), *none, *(None,) * 4)
    for place, had in enumerate(sides[0]["had"]):
        other = sides[1]["had"][place]["patients"] if sides[1] else None
        yield ("outcome", "", f"within {had['days']} days", "", "", had["patients"], *none, other, *none, *(None,) * 4)


def _spread(spread: dict[str, Any] | None) -> tuple[Any, ...]:
    return (None,) * 6 if spread is None else tuple(spread[key] for key in ("patients", "low", "median", "high", "mean", "deviation"))


def _printed(answer: dict[str, Any]) -> Iterator[str]:
    first, second = answer["first"], answer["second"]
    yield f"A  {number(first['compared'])} patients: {printable(first['name'])}"
    yield f"B  {number(second['compared'])} patients: {printable(second['name'])}"
    if answer["both"]:
        yield f"{number(answer['both'])} patients are in both, and left out of both."
    if answer["measures"]:
        yield f"\n{'median (quartiles)':40}{'A':>26}{'B':>26}{'difference':>12}"
    for one in answer["measures"]:
        yield f"{one['name'][:38]:40}{_median(one['first']):>26}{_median(one['second']):>26}{_signed(one['difference']):>12}"
    for title, lines in (("sex", answer["sexes"]), ("seen", answer["seen"]), *answer["concepts"].items()):
        if lines:
            yield f"\n{title:40}{'A':>10}{'B':>10}{'difference':>12}  odds ratio (95 %)"
        for line in lines:
            counts = f"{number(line['first']):>10}{number(line['second']):>10}"
            yield f"{printable(line['name'])[:38]:40}{counts}{_signed(line['difference']):>12}  {_odds(line['odds'])}"
    if answer["results"]:
        yield f"\n{'results, latest: mean (deviation)':40}{'A':>26}{'B':>26}{'difference':>12}"
    for one in answer["results"]:
        name = f"{printable(one['thing']['label'])[:28]} {one['unit']}"
        yield f"{name:40}{_mean(one['first']):>26}{_mean(one['second']):>26}{_signed(one['difference']):>12}"
    yield from _outcome(answer["outcome"])


def _outcome(outcome: dict[str, Any] | None) -> Iterator[str]:
    if outcome is None:
        return
    courses = [course for course in (outcome["first"], outcome["second"]) if course is not None]
    yield f"\n{'outcome: ' + printable(outcome['name'])[:28]:40}{''.join(f'{name:>20}' for name in 'AB'[: len(courses)])}"
    for words, key in (("followed", "followed"), ("had it before", "before"), ("entered on no day", "undated"), ("had it", "events")):
        yield f"{words:40}" + "".join(f"{number(course[key]):>20}" for course in courses)
    for place, had in enumerate(outcome["first"]["had"]):
        told = [course["had"][place] for course in courses]
        shares = ["" if one["share"] is None else f" ({one['share']:.0%})" for one in told]
        figures = "".join(f"{number(one['patients']) + share:>20}" for one, share in zip(told, shares, strict=True))
        yield f"{'had it within ' + str(had['days']) + ' days (by the curve)':40}{figures}"
    if outcome["chance"] is not None:
        yield f"log-rank test: chi-squared {outcome['statistic']:.2f}, p {outcome['chance']:.2g}"


def _median(spread: dict[str, Any] | None) -> str:
    return "" if spread is None else f"{spread['median']:.4g} ({spread['low']:.4g} to {spread['high']:.4g})"


def _mean(spread: dict[str, Any] | None) -> str:
    return "" if spread is None else f"{spread['mean']:.4g} ({spread['deviation']:.3g}) n={number(spread['patients'])}"


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.2f}"


def _odds(odds: dict[str, Any] | None) -> str:
    if odds is None:
        return ""
    estimate, low, high = ("∞" if odds[key] is None else f"{odds[key]:.2g}" for key in ("estimate", "low", "high"))
    return f"{estimate} ({low} to {high})"
