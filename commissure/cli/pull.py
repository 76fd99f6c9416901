"""`commissure pull`: bring in what a FHIR server exports."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commissure.cli.common import data_option, json_option, print_json, settings_of, staging_options, store_option
from commissure.cli.ingest import print_report

if TYPE_CHECKING:
    from ingest.pull.flow import Asked, Pulled

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
"""An id as FHIR has them."""
_NAMED = ("client_id", "key", "token_url", "scope")
"""Options that are settings too, with pull_ before them."""


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Accept what a FHIR server is asked for, and as whom."""
    for option in (
        click.option("--group", metavar="ID", default="", help="Pull the patients of a group only."),
        click.option("--patients", is_flag=True, help="Pull what belongs to patients, and nothing else."),
        click.option("--type", "types", multiple=True, metavar="TYPE", help="Pull records of this type only. Repeatable."),
        click.option("--client-id", metavar="NAME", help="What the server calls this client."),
        click.option("--key", metavar="FILE", help="Private key that signs who asks: PEM, JWK or JWKS; RSA or P-384."),
        click.option("--token-url", metavar="URL", help="Where tokens are given (default: the server tells)."),
        click.option("--scope", metavar="SCOPES", help="What a token is asked for (default: reading of the types)."),
        click.option("--allow-host", "hosts", multiple=True, metavar="HOST", help="Files and attachments may lie there too. Repeatable."),
        click.option("--allow-http", is_flag=True, help="Also ask without encryption, elsewhere than on this machine."),
        click.option("--attachments", type=click.IntRange(0), metavar="N", help="Attachments that are fetched at most; 0 is none."),
        click.option("--attachment-bytes", type=click.IntRange(1), metavar="N", help="Largest attachment that is fetched."),
    ):
        command = option(command)
    return command


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Accept how what was fetched is brought in."""
    for option in (
        click.option("--workers", type=click.IntRange(0), metavar="N", help="Worker processes; 0 is one a core."),
        click.option("--strict", is_flag=True, help="Reject what is otherwise only warned about."),
        click.option(
            "--claims", is_flag=True, help="Also take in Claims and ExplanationOfBenefits; holds for later runs into the dataset."
        ),
        click.option("--no-embed", is_flag=True, help="Leave new passages without vectors: word search finds them."),
        click.option("--wait", is_flag=True, help="Publish once, when all passages have vectors."),
        staging_options,
        store_option,
    ):
        command = option(command)
    return command


@click.command()
@click.argument("url")
@click.option("--dataset", required=True, metavar="NAME", help="The dataset to bring the records into; made if it is new.")
@click.option("--since", default="", metavar="last|INSTANT", help="What changed since the last complete pull, or since an instant.")
@server_options
@run_options
@json_option
@data_option
@click.pass_context
def pull(context: click.Context, /, url: str, dataset: str, since: str, as_json: bool, **options: Any) -> None:
    """Bring in what a FHIR server exports, by SMART Bulk Data Access. A pull that was cut off is gone on with by the same command.

    \b
    Example:  commissure pull https://ehr.example/fhir --since last --dataset study --client-id commissure --key key.pem
    """
    from commissure import workplace
    from commissure.cli.console import progress
    from ingest.pull.flow import pull as bring_in

    settings = settings_of(context, workers=options["workers"])
    asked = asked_for(url, since, settings, options)
    with progress() as shown:
        pulled = bring_in(
            asked, dataset, workplace.workspace(settings), workplace.tools(settings), run_of(settings, options), shown
        )  # fmt: skip
    if as_json:
        from dataclasses import asdict

        print_json(asdict(pulled))
    else:
        print_pulled(asked, since, pulled)
    if pulled.report and pulled.report.records["rejected"]:
        context.exit(3)


def asked_for(url: str, since: str, settings: Mapping[str, Any], options: Mapping[str, Any]) -> "Asked":
    """What a command asks a FHIR server for. Raises PullRefused where it may not be asked so."""
    from ingest.errors import PullRefused
    from ingest.pull.attachments import Bounds
    from ingest.pull.flow import Asked
    from ingest.pull.keys import load_key
    from ingest.pull.reach import base_of
    from ingest.pull.tokens import Client

    told = {name: options[name] if options[name] is not None else settings[f"pull_{name}"] for name in _NAMED}
    if options["group"] and options["patients"]:
        raise click.UsageError("--group and --patients exclude each other: a group's export is of its patients")
    if bool(told["client_id"]) != bool(told["key"]):
        raise PullRefused("a token is given to a client that has an id and a key: say both --client-id and --key, or neither")
    if options["group"] and not _ID.fullmatch(options["group"]):
        raise PullRefused("a group is named by its id: letters, digits, '-' and '.', such as --group 8a2f")
    client = None
    if told["client_id"]:
        client = Client(told["client_id"], load_key(Path(told["key"])), told["token_url"], told["scope"])
    named = (name.strip().lower() for name in (*options["hosts"], *settings["pull_hosts"].split(",")))
    number, size = (
        options[name] if options[name] is not None else settings[f"pull_{name}"] for name in ("attachments", "attachment_bytes")
    )
    types = tuple(dict.fromkeys(kind.strip() for listed in options["types"] for kind in listed.split(",") if kind.strip()))
    for kind in types:
        if not kind.isalpha() or not kind[0].isupper():
            raise PullRefused(f"{kind!r} is no type of FHIR records; they are written like Patient or DocumentReference")
    return Asked(
        base=base_of(url),
        level=f"Group/{options['group']}" if options["group"] else "Patient" if options["patients"] else "",
        types=types,
        since=since,
        client=client,
        hosts=frozenset(filter(None, named)),
        plain=options["allow_http"],
        bounds=Bounds(number, size),
    )


def run_of(settings: Mapping[str, Any], options: Mapping[str, Any], format_name: str = "fhir") -> Any:
    """How a run is to bring in what was fetched or listed."""
    from ingest.run import Options

    return Options(
        format_name,
        settings["workers"],
        options["strict"],
        options["claims"],
        embed=not options["no_embed"],
        words_first=not options["wait"],
    )


def print_pulled(asked: "Asked", since: str, pulled: "Pulled") -> None:
    """Print what a pull did, for people."""
    from ingest.pull.reach import shown

    what = f"what changed since {pulled.since}" if pulled.since else "everything"
    first = ", for there was no complete pull of this export before" if since == "last" and not pulled.since else ""
    if pulled.report is None:
        click.echo(f"{shown(asked.base)}: nothing changed since {pulled.since}, as of {pulled.transaction_time}")
        return
    click.echo(f"{shown(asked.base)}: {what}{first}, as of {pulled.transaction_time}: {pulled.files:,} files, in {pulled.folder}")
    print_report(pulled.report)
