"""`commissure saved`: cohorts, concept sets, searches and views that are kept under names."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commissure.cli.common import data_option, json_option, number, print_json, printable, protection_of, settings_of

if TYPE_CHECKING:
    from cohorts.saved.model import Saved
    from cohorts.saved.things import SavedThings

_KINDS = ("cohort", "concepts", "search", "view")
_SHARING = ("private", "readers")


@click.group()
def saved() -> None:
    """Keep cohorts, concept sets, searches and views under names, with versions; `cohort count NAME` counts one.

    \b
    Example:  commissure saved list
    """


@saved.command("list")
@click.option("--kind", type=click.Choice(_KINDS), help="Only of this kind.")
@json_option
@data_option
@click.pass_context
def saved_list(context: click.Context, kind: str | None, as_json: bool) -> None:
    """List what is saved: kind, name, version, what it counted last, and whether that still holds.

    \b
    Example:  commissure saved list --kind cohort
    """
    from cohorts.saved.model import WHOEVER_SITS_HERE

    things = _things(context)
    found = things.listed(WHOEVER_SITS_HERE, kind or "")
    if as_json:
        print_json([{**_told(one), **_counted(context, things, one)} for one in found])
        return
    for one in found:
        result = _counted(context, things, one)["result"]
        counted = f", {number(result['count'])} {result['subjects']}{_newer(result)}" if result else ""
        described = f": {printable(one.current.description)[:60]}" if one.current.description else ""
        click.echo(f"{one.kind:9}{printable(_named(one))}, version {one.current.number}{counted}{described}")
    if not found:
        click.echo("nothing is saved yet: `commissure saved save NAME FILE` saves a definition")


@saved.command("show")
@click.argument("name")
@click.option("--version", type=int, help="This version of it. Default: the present one.")
@click.option("--content", is_flag=True, help="Print the content alone: the definition, the codes, the parameters or the view.")
@json_option
@data_option
@click.pass_context
def saved_show(context: click.Context, name: str, version: int | None, content: bool, as_json: bool) -> None:
    """Show what is saved under a name.

    \b
    Example:  commissure saved show stroke --content > stroke.json
    """
    from cohorts.saved.model import WHOEVER_SITS_HERE

    things = _things(context)
    found = things.find(WHOEVER_SITS_HERE, name)
    shown = found.current if version is None else _version(things, found, version)
    if content:
        print_json(shown.content)
        return
    told = {**_told(found), **asdict(shown), "content": shown.content, **_counted(context, things, found)}
    if as_json:
        print_json(told)
        return
    result = told["result"]
    click.echo(f"{found.kind} {printable(_named(found))}, version {shown.number} of {shown.saved}, {shown.sharing}")
    if shown.description:
        click.echo(printable(shown.description))
    if result:
        click.echo(
            f"{number(result['count'])} {result['subjects']}, {number(result['events'])} events on {result['counted']} in generation "
            f"{result['generation']} of {', '.join(result['datasets'])}{_newer(result)}"
        )
    click.echo(json.dumps(shown.content, indent=2, ensure_ascii=False))


@saved.command("save")
@click.argument("name")
@click.argument("file", metavar="FILE.json|-")
@click.option("--kind", type=click.Choice(_KINDS), help="What it is. Default: told by the content.")
@click.option("--description", help="What it is, in words.")
@click.option("--share", type=click.Choice(_SHARING), help="Who may see it: nobody else, or all who may read its datasets.")
@click.option("--version", type=int, help="The version that was changed; refused where there is a newer one.")
@data_option
@click.pass_context
def saved_save(
    context: click.Context, name: str, file: str, kind: str | None, description: str | None, share: str | None, version: int | None
) -> None:
    """Save a definition of a cohort, codes, a search or a view under a name; a further version where the name is there.

    \b
    Example:  commissure saved save stroke stroke.json --description "first ischemic stroke"
    """
    from cohorts.saved.errors import SavedMissing
    from cohorts.saved.model import WHOEVER_SITS_HERE
    from cohorts.saved.things import Change

    things, content = _things(context), _content(file)
    kind = kind or _kind_of(content)
    there = _datasets(context)
    try:
        held = things.find(WHOEVER_SITS_HERE, name)
    except SavedMissing:
        if version is not None:
            raise
        made = things.save(WHOEVER_SITS_HERE, kind, name, content, description or "", share or "private", there)
    else:
        if held.kind != kind:
            raise click.UsageError(f"{name!r} is saved as {held.kind}, and this is {kind}: choose another name")
        change = Change(description=description, sharing=share, content=content)
        made = things.change(WHOEVER_SITS_HERE, held.id, held.current.number if version is None else version, change, there)
    click.echo(f"{_named(made)}: version {made.current.number} of this {made.kind} is saved")


@saved.command("rename")
@click.argument("name")
@click.argument("new")
@data_option
@click.pass_context
def saved_rename(context: click.Context, name: str, new: str) -> None:
    """Give a saved thing another name.

    \b
    Example:  commissure saved rename stroke ischemic-stroke
    """
    from cohorts.saved.things import Change

    click.echo(f"{printable(name)}: is called {_change(context, name, Change(name=new)).name}")


@saved.command("share")
@click.argument("name")
@click.argument("sharing", type=click.Choice(_SHARING))
@data_option
@click.pass_context
def saved_share(context: click.Context, name: str, sharing: str) -> None:
    """Say who may see a saved thing: nobody else (private), or all who may read its datasets (readers).

    \b
    Example:  commissure saved share stroke readers
    """
    from cohorts.saved.things import Change

    click.echo(f"{printable(name)}: {_change(context, name, Change(sharing=sharing)).current.sharing}")


@saved.command("drop")
@click.argument("name")
@data_option
@click.pass_context
def saved_drop(context: click.Context, name: str) -> None:
    """Drop a saved thing with all its versions; refused where another one names it.

    \b
    Example:  commissure saved drop stroke
    """
    from cohorts.saved.model import WHOEVER_SITS_HERE

    things = _things(context)
    found = things.find(WHOEVER_SITS_HERE, name)
    things.drop(WHOEVER_SITS_HERE, found.id, found.current.number)
    click.echo(f"{printable(name)}: dropped")


@saved.command("versions")
@click.argument("name")
@json_option
@data_option
@click.pass_context
def saved_versions(context: click.Context, name: str, as_json: bool) -> None:
    """List the versions of a saved thing, newest first.

    \b
    Example:  commissure saved versions stroke
    """
    from cohorts.saved.model import WHOEVER_SITS_HERE

    things = _things(context)
    found = things.versions(WHOEVER_SITS_HERE, things.find(WHOEVER_SITS_HERE, name).id)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        described = f": {printable(one.description)[:60]}" if one.description else ""
        click.echo(
            f"{one.number:4}  {one.saved}  {printable(one.author) or 'somebody here'}  {printable(one.name)}, {one.sharing}{described}"
        )


@saved.command("combine")
@click.argument("how", type=click.Choice(("and", "or", "without")))
@click.argument("names", nargs=-1, required=True, metavar="NAME NAME …")
@click.option("--save", "new", metavar="NEW", help="Save the combination as a cohort under this name.")
@json_option
@data_option
@click.pass_context
def saved_combine(context: click.Context, how: Any, names: tuple[str, ...], new: str | None, as_json: bool) -> None:
    """Count who is in all of some saved cohorts (and), in any (or), or in the first and none of the others (without), and how they overlap.

    \b
    Example:  commissure saved combine and stroke women --save women-with-stroke
    """
    from cohorts.saved import algebra
    from cohorts.saved.model import WHOEVER_SITS_HERE
    from commissure import assemble, workplace

    distinct = tuple(dict.fromkeys(names))
    if not 2 <= len(distinct) <= algebra.MOST:
        raise click.UsageError(f"{len(distinct)} cohorts are named; two to {algebra.MOST} are put together")
    settings, things = settings_of(context), _things(context)
    found = [things.find(WHOEVER_SITS_HERE, name, "cohort") for name in distinct]
    assemble.take_over(settings)
    snapshot = assemble.DataLibrary(workplace.workspace(settings), workplace.embedder(settings), settings).current()
    counted = algebra.counted_together(things, WHOEVER_SITS_HERE, found, snapshot.cohorts)
    called = [_named(one) for one in found]
    overlap = counted.told(protection_of(context))
    definition = algebra.combination(called, how, counted.subjects)
    if new is not None:
        things.save(WHOEVER_SITS_HERE, "cohort", new, definition, there=_datasets(context))
    if as_json:
        regions = [{"inside": [called[place] for place in one.inside], "count": one.count} for one in overlap.regions]
        sizes = dict(zip(called, overlap.sizes, strict=True))
        print_json({"how": how, "count": overlap.combined(how), "sizes": sizes, "regions": regions, "definition": definition})
        return
    click.echo(f"{number(overlap.combined(how))} {counted.subjects} {algebra.WORDS[how]}\n")
    for name, size in zip(called, overlap.sizes, strict=True):
        click.echo(f"{printable(name)[:60]:62}{number(size):>12}")
    for one in overlap.regions:
        click.echo(f"{'  only ' + printable(' and '.join(called[place] for place in one.inside))[:53]:62}{number(one.count):>12}")


@saved.command("questions")
@click.option("--clear", is_flag=True, help="Forget them.")
@json_option
@data_option
@click.pass_context
def saved_questions(context: click.Context, clear: bool, as_json: bool) -> None:
    """List what was asked in pages where nobody signs in, newest first; what somebody who signs in asked is theirs alone.

    \b
    Example:  commissure saved questions
    """
    from cohorts.saved.questions import Questions

    questions = Questions(_things(context).database)
    if clear:
        click.echo(f"{questions.clear('')} questions are forgotten")
        return
    asked = questions.asked("")
    if as_json:
        print_json([asdict(one) for one in asked])
        return
    for one in asked:
        click.echo(f"{one.asked}  {one.kind:7}{printable(one.said)}")


def _things(context: click.Context) -> "SavedThings":
    from commissure import workplace

    return workplace.saved_things(settings_of(context))


def _datasets(context: click.Context) -> list[str]:
    """The datasets that are there."""
    from commissure import workplace

    with workplace.workspace(settings_of(context)).reading() as ledger:
        return sorted(ledger.datasets()) if ledger is not None else []


def _change(context: click.Context, name: str, change: Any) -> "Saved":
    from cohorts.saved.model import WHOEVER_SITS_HERE

    things = _things(context)
    found = things.find(WHOEVER_SITS_HERE, name)
    return things.change(WHOEVER_SITS_HERE, found.id, found.current.number, change)


def _version(things: "SavedThings", found: "Saved", number: int) -> Any:
    from cohorts.saved.errors import SavedMissing
    from cohorts.saved.model import WHOEVER_SITS_HERE

    for one in things.versions(WHOEVER_SITS_HERE, found.id):
        if one.number == number:
            return one
    raise SavedMissing(f"{found.name!r} has no version {number}: it is at {found.current.number}")


def _content(file: str) -> Any:
    from sources.errors import SourceNotFound

    try:
        return json.loads(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes())
    except OSError as error:
        raise SourceNotFound(f"{file}: cannot be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise click.UsageError(f"{file} is no JSON (line {error.lineno}, column {error.colno}: {error.msg})") from None
    except (ValueError, RecursionError):
        raise click.UsageError(f"{file} is no JSON that can be decoded: it is no UTF-8, or nested without end") from None


def _kind_of(content: Any) -> str:
    """What a content is, by what only such a one has."""
    held = content if isinstance(content, dict) else {}
    told = {"codes": "concepts", "parameters": "search", "resource": "view"}
    return next((kind for key, kind in told.items() if key in held), "cohort")


def _named(one: "Saved") -> str:
    return one.full_name if one.owner else one.name


def _told(one: "Saved") -> dict[str, Any]:
    now = one.current
    words = {"name": now.name, "description": now.description, "version": now.number, "sharing": now.sharing, "datasets": now.datasets}
    return {"id": one.id, "kind": one.kind, "owner": one.owner, "created": one.created, **words, "saved": now.saved, "author": now.author}


def _counted(context: click.Context, things: "SavedThings", one: "Saved") -> dict[str, Any]:
    """What a cohort counted last, as it may be told, and what is newer."""
    from cohorts.saved.counting import newer_than
    from cohorts.saved.model import WHOEVER_SITS_HERE
    from commissure import workplace

    result = things.result(WHOEVER_SITS_HERE, one)
    if result is None:
        return {"result": None}
    protection = protection_of(context)
    generation = workplace.workspace(settings_of(context)).current()
    told = {"count": protection.count(result.count), "events": protection.count(result.events)} if result.subjects == "patients" else {}
    return {"result": {**asdict(result), **told, "newer": newer_than(things, WHOEVER_SITS_HERE, one, result, generation)}}


def _newer(result: dict[str, Any]) -> str:
    from cohorts.saved.counting import WORDS

    return "".join(f"; {WORDS[what]}" for what in result["newer"])
