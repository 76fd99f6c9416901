"""The command line. Every command prints for people, or with --json for programs; exit codes are in `commissure --help`."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from commissure.cli.adapt import adapt
from commissure.cli.ask import query, search
from commissure.cli.audit import audit
from commissure.cli.backup import backup, restore
from commissure.cli.cohort import cohort
from commissure.cli.compact import compact
from commissure.cli.compare import compare
from commissure.cli.concept import concept
from commissure.cli.consolidate import consolidate
from commissure.cli.cooccurrence import cooccurrence
from commissure.cli.datasets import datasets, status
from commissure.cli.embed import embed
from commissure.cli.evaluate import evaluate
from commissure.cli.graph import graph
from commissure.cli.ingest import ingest
from commissure.cli.manifest import manifest
from commissure.cli.mcp import mcp
from commissure.cli.pull import pull
from commissure.cli.read import read
from commissure.cli.report import report
from commissure.cli.saved import saved
from commissure.cli.serve import demo, serve, worker
from commissure.cli.similar import similar
from commissure.cli.terminology import terminology
from commissure.cli.users import grant, revoke, tokens, users
from commissure.cli.verify import verify
from commissure.cli.view import view
from commissure.cli.watch import watch
from commissure.cli.wordlists import stopwords, synonyms

_EPILOG = """\b
Exit codes:
  0  everything was done
  1  the command failed; the message says why
  2  the command line, a setting or a request is wrong
  3  done, but some records were rejected: see the issues file
  4  the source, the dataset or anything published is not there
  5  another process is writing to the data folder
  6  there is no room to write
  7  records were rejected, so nothing was published (--fail-on-error)
  130  stopped by the keyboard; the next run takes up what was finished

\b
Settings come from flags, then COMMISSURE_* variables, then a settings file (--config, COMMISSURE_CONFIG or ./commissure.toml).
Example:  commissure demo"""


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--data", metavar="DIR", help="Data folder (COMMISSURE_DATA; default ./commissure-data).")
@click.option("--config", type=click.Path(path_type=Path), help="Settings file in TOML.")
@click.version_option(package_name="commissure")
@click.pass_context
def cli(context: click.Context, data: str | None, config: Path | None) -> None:
    """Semantic search joined with a knowledge graph, over clinical and labeled data."""
    context.obj = {"flags": {"data": data}, "config": config}


for command in (
    ingest,
    pull,
    watch,
    embed,
    adapt,
    datasets,
    terminology,
    synonyms,
    stopwords,
    status,
    search,
    concept,
    read,
    similar,
    cohort,
    cooccurrence,
    saved,
    query,
    evaluate,
    serve,
    worker,
    demo,
    mcp,
    graph,
    manifest,
    consolidate,
    report,
    verify,
    backup,
    restore,
    compact,
    view,
    users,
    tokens,
    grant,
    revoke,
    audit,
):
    cli.add_command(command)

cohort.add_command(compare)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code. Expected errors become one line; others a report without data."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's way to say Ctrl-C
    try:
        code = cli.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except KeyboardInterrupt:
        click.echo("stopped; the next run takes up what was finished", err=True)
        sys.exit(130)
    except click.ClickException as error:
        from commissure.errors import exit_code, full

        error.show()
        short = full(error)
        sys.exit(exit_code(short) if short else error.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        from commissure.errors import EXPECTED, exit_code, full

        error = full(error) or error
        if not isinstance(error, EXPECTED):
            import os

            if os.environ.get("COMMISSURE_DEBUG"):
                raise
            click.echo(
                f"commissure: unexpected {type(error).__name__}; set COMMISSURE_DEBUG=1 to see where, and please report it", err=True
            )
            sys.exit(1)
        click.echo(f"commissure: {error}", err=True)
        sys.exit(exit_code(error))


if __name__ == "__main__":
    main()
