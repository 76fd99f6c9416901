"""`commissure users`, `tokens`, `grant` and `revoke`: who may sign in, and who may what."""

import sys
from typing import TYPE_CHECKING

import click

from commissure.cli.common import data_option, json_option, print_json, settings_of

if TYPE_CHECKING:
    from access.control import AccessControl
    from access.model import Granted, Subject

_ROLES = ("counts", "deidentified", "reader", "steward", "administrator")


def _note(context: click.Context, what: str, **asked: object) -> None:
    """Have a change noted in the audit log, under the name of who runs the command."""
    from access.audit import Event

    control_of(context).audit.append(Event(_whoever_runs(), "command", "change", what, 0, asked=asked), durable=True)


def _whoever_runs() -> str:
    """The account of this machine that runs the command."""
    import getpass
    import os

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return f"uid {os.getuid()}"


def control_of(context: click.Context) -> "AccessControl":
    """Who may what of the data folder that the settings name."""
    from commissure import workplace

    return workplace.access_control(settings_of(context))


@click.group()
def users() -> None:
    """Add, list and disable accounts; `grant` says what each may see.

    \b
    Example:  commissure users list
    """


@users.command("add")
@click.argument("name")
@click.option("--group", "groups", multiple=True, metavar="GROUP", help="A group that the account is in; may be repeated.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@data_option
@click.pass_context
def users_add(context: click.Context, name: str, groups: tuple[str, ...], password_stdin: bool) -> None:
    """Add an account with a password. It may see nothing until `commissure grant` says so.

    \b
    Example:  commissure users add anna --group cardiology
    """
    made = control_of(context).accounts.add(name, _password(password_stdin), groups)
    _note(context, "users add", user=name, groups=groups)
    click.echo(f"{made.name}: added; `commissure grant {made.name} reader --dataset NAME` lets them read a dataset")


@users.command("list")
@json_option
@data_option
@click.pass_context
def users_list(context: click.Context, as_json: bool) -> None:
    """List the accounts, their groups, and what they and the groups were granted.

    \b
    Example:  commissure users list --json
    """
    from dataclasses import asdict

    accounts = control_of(context).accounts
    found, granted = accounts.users(), accounts.grants()
    if as_json:
        print_json({"users": [asdict(user) for user in found], "grants": [asdict(one) for one in granted]})
        return
    for user in found:
        state = ", disabled" if user.disabled else ""
        groups = f", in {', '.join(user.groups)}" if user.groups else ""
        click.echo(f"{user.name} ({user.origin}{state}{groups}): {_granted(granted, 'user', user.name)}")
    for group in sorted({one.subject for one in granted if one.kind == "group"}):
        click.echo(f"group {group}: {_granted(granted, 'group', group)}")
    if not found:
        click.echo("no accounts yet: `commissure users add NAME` adds one")


@users.command("passwd")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@data_option
@click.pass_context
def users_passwd(context: click.Context, name: str, password_stdin: bool) -> None:
    """Give an account another password. Whoever is signed in with it has to sign in again.

    \b
    Example:  commissure users passwd anna
    """
    accounts = control_of(context).accounts
    accounts.user(name)
    accounts.set_password(name, _password(password_stdin))
    _note(context, "users passwd", user=name)
    click.echo(f"{name}: the password is changed, sessions are ended")


@users.command("disable")
@click.argument("name")
@click.option("--undo", is_flag=True, help="Let the account in again.")
@data_option
@click.pass_context
def users_disable(context: click.Context, name: str, undo: bool) -> None:
    """Shut an account out, from this moment on: its sessions end, its tokens do not hold.

    \b
    Example:  commissure users disable anna
    """
    control_of(context).accounts.set_disabled(name, not undo)
    _note(context, "users disable", user=name, undo=undo)
    click.echo(f"{name}: {'may sign in again' if undo else 'disabled'}")


@users.command("groups")
@click.argument("name")
@click.argument("groups", nargs=-1)
@data_option
@click.pass_context
def users_groups(context: click.Context, name: str, groups: tuple[str, ...]) -> None:
    """Put an account into these groups, and out of all others.

    \b
    Example:  commissure users groups anna cardiology oncology
    """
    control_of(context).accounts.set_groups(name, groups)
    _note(context, "users groups", user=name, groups=groups)
    click.echo(f"{name}: in {', '.join(groups) if groups else 'no group'}")


@click.group()
def tokens() -> None:
    """Create, list and revoke tokens, with which programs ask in the name of an account.

    \b
    Example:  commissure tokens list
    """


@tokens.command("create")
@click.option("--user", required=True, metavar="NAME", help="The account in whose name the token asks.")
@click.option("--scope", default="", metavar="AREAS", help="What it may be used for, comma-separated (default: all that the account may).")
@click.option("--dataset", "datasets", multiple=True, metavar="NAME", help="Only this dataset; may be repeated.")
@click.option("--expires", default="90d", show_default=True, metavar="DAYS", help="After how many days it ends, such as 90d.")
@json_option
@data_option
@click.pass_context
def tokens_create(context: click.Context, user: str, scope: str, datasets: tuple[str, ...], expires: str, as_json: bool) -> None:
    """Create a token and print it: it is shown this once, and only its digest is kept.

    \b
    Example:  commissure tokens create --user anna --scope search,cohorts --dataset study --expires 90d
    """
    from dataclasses import asdict

    days = expires.removesuffix("d")
    if not days.isdecimal():
        raise click.BadParameter(f"{expires!r} is no number of days, such as 90d", param_hint="--expires")
    areas = tuple(area.strip() for area in scope.split(",") if area.strip())
    token, secret = control_of(context).credentials.create_token(user, areas, datasets, float(days))
    _note(context, "tokens create", token=token.id, user=user, areas=areas, datasets=datasets, days=int(days))
    if as_json:
        print_json({**asdict(token), "secret": secret})
        return
    click.echo(secret)
    click.echo(
        f"token {token.id} of {user}, until {token.expires[:10]}: send it as 'Authorization: Bearer …'; it is not shown again", err=True
    )


@tokens.command("list")
@json_option
@data_option
@click.pass_context
def tokens_list(context: click.Context, as_json: bool) -> None:
    """List the tokens: whose they are, what for, until when, and when they were last used.

    \b
    Example:  commissure tokens list
    """
    from dataclasses import asdict

    found = control_of(context).credentials.tokens()
    if as_json:
        print_json([asdict(token) for token in found])
        return
    for token in found:
        limits = "; ".join(", ".join(words) for words in (token.areas, token.datasets) if words)
        state = "revoked" if token.revoked else f"until {token.expires[:10]}"
        click.echo(
            f"{token.id} of {token.user}, {state}, {'used ' + token.used if token.used else 'never used'}{f' ({limits})' if limits else ''}"
        )
    if not found:
        click.echo("no tokens yet: `commissure tokens create --user NAME` makes one")


@tokens.command("revoke")
@click.argument("token")
@data_option
@click.pass_context
def tokens_revoke(context: click.Context, token: str) -> None:
    """End a token, from this moment on.

    \b
    Example:  commissure tokens revoke 1a2b3c4d
    """
    control_of(context).credentials.revoke_token(token)
    _note(context, "tokens revoke", token=token)
    click.echo(f"{token}: revoked")


@click.command()
@click.argument("name")
@click.argument("role", type=click.Choice(_ROLES))
@click.option("--group", is_flag=True, help="NAME is that of a group.")
@click.option("--dataset", "datasets", multiple=True, metavar="NAME", help="A dataset that it holds for; may be repeated.")
@click.option("--all", "everywhere", is_flag=True, help="For all datasets, those that are yet to come too.")
@data_option
@click.pass_context
def grant(context: click.Context, name: str, role: str, group: bool, datasets: tuple[str, ...], everywhere: bool) -> None:
    """Give an account, or a group, a role for datasets, in place of the one it has there.

    counts: protected numbers only; deidentified: copies without what identifies (`commissure datasets deidentify`);
    reader: all that is shown; steward: also how it was taken in; administrator: also loading and metrics.

    \b
    Example:  commissure grant anna reader --dataset study
    """
    accounts = control_of(context).accounts
    for dataset in _datasets(datasets, everywhere):
        accounts.grant(_kind(group), name, role, dataset)
    _note(context, "grant", **{_kind(group): name}, role=role, datasets=datasets or "all")
    click.echo(f"{name}: {role} of {', '.join(datasets) if datasets else 'all datasets'}")


@click.command()
@click.argument("name")
@click.option("--group", is_flag=True, help="NAME is that of a group.")
@click.option("--dataset", "datasets", multiple=True, metavar="NAME", help="A dataset that it held for; may be repeated.")
@click.option("--all", "everywhere", is_flag=True, help="What was granted for all datasets.")
@data_option
@click.pass_context
def revoke(context: click.Context, name: str, group: bool, datasets: tuple[str, ...], everywhere: bool) -> None:
    """Take away what was granted, from the next request on.

    \b
    Example:  commissure revoke anna --dataset study
    """
    accounts = control_of(context).accounts
    for dataset in _datasets(datasets, everywhere):
        accounts.revoke(_kind(group), name, dataset)
    _note(context, "revoke", **{_kind(group): name}, datasets=datasets or "all")
    click.echo(f"{name}: no role of {', '.join(datasets) if datasets else 'all datasets'} any more")


def _datasets(named: tuple[str, ...], everywhere: bool) -> tuple[str | None, ...]:
    if everywhere == bool(named):
        raise click.UsageError("say for which datasets: --dataset NAME (may be repeated), or --all")
    return named if named else (None,)


def _kind(group: bool) -> "Subject":
    return "group" if group else "user"


def _granted(granted: "tuple[Granted, ...]", kind: str, subject: str) -> str:
    held = [f"{one.role} of {one.dataset or 'all datasets'}" for one in granted if (one.kind, one.subject) == (kind, subject)]
    return ", ".join(held) or "nothing granted"


def _password(from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    given: str = click.prompt("Password", hide_input=True, confirmation_prompt="Once more")
    return given
