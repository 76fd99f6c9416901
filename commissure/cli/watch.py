"""`commissure watch`: bring in what changes in some places, as it changes."""

import time
from typing import TYPE_CHECKING, Any

import click

from commissure.cli.common import data_option, settings_of
from commissure.cli.ingest import print_report
from commissure.cli.pull import asked_for, print_pulled, run_of, run_options, server_options

if TYPE_CHECKING:
    from ingest.pull.flow import Asked
    from ingest.watching import Watched


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--dataset", required=True, metavar="NAME", help="The dataset to bring the data into; made if it is new.")
@click.option("--every", default="1h", metavar="DURATION", help="How often to look: 90s, 15m, 1h, 1d.", show_default=True)
@click.option("--once", is_flag=True, help="Look once and end: for timers, cron and other schedulers.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["fhir", "text", "manifest", "responses"]),
    default="fhir",
    show_default=True,
    help="What lies in folders and buckets.",
)
@server_options
@run_options
@data_option
@click.pass_context
def watch(
    context: click.Context, /, sources: tuple[str, ...], dataset: str, every: str, once: bool, format_name: str, **options: Any
) -> None:
    """Bring in what changes in folders, under s3:// prefixes and on FHIR servers (https://…), looking at intervals.

    A listing tells whether anything changed; each round is an ordinary ingest, or a pull since the last one. Errors are said, and rounds
    are further apart while they last. SIGTERM and Ctrl-C end it, also within a round: the next one takes up what was finished.

    \b
    Example:  commissure watch export/ s3://bucket/healthlake/ --every 1h --dataset study
    """
    from commissure import workplace
    from commissure.rounds import repeat
    from ingest.watching import Watched, seconds_of

    seconds = seconds_of(every)
    if seconds is None:
        raise click.BadParameter(f"{every} is no duration; say 90s, 15m, 1h or 1d", param_hint="--every")
    settings = settings_of(context, workers=options["workers"])
    servers = [asked_for(one, "last", settings, options) for one in sources if _is_server(one)]
    rounds = _Rounds(settings, dataset, tuple(one for one in sources if not _is_server(one)), format_name, servers, options)
    watched = Watched(workplace.workspace(settings), dataset)
    with watched.alone():
        if once:
            rounds.one(watched, told=True)
            context.exit(3 if rounds.rejected else 0)
        try:
            repeat(lambda: rounds.one(watched, told=False), seconds, lambda words: click.echo(words, err=True), time.sleep)
        except KeyboardInterrupt:
            click.echo("stopped; the next run takes up what was finished", err=True)


def _is_server(source: str) -> bool:
    return source.lower().startswith(("https://", "http://"))


class _Rounds:
    """What one round of watching does."""

    def __init__(
        self,
        settings: dict[str, Any],
        dataset: str,
        locations: tuple[str, ...],
        format_name: str,
        servers: list["Asked"],
        options: dict[str, Any],
    ) -> None:
        self._settings, self._dataset, self._locations, self._servers = settings, dataset, locations, servers
        self._format, self._run = format_name, run_of(settings, options, format_name)
        self._pull_run = run_of(settings, options)
        self.rejected = 0

    def one(self, watched: "Watched", *, told: bool) -> None:
        """Bring in what changed; where nothing did, say so if that is to be told."""
        from commissure import workplace
        from commissure.cli.console import progress
        from ingest.pipeline import ingest
        from ingest.pull.flow import pull
        from ingest.watching import state_of

        workspace = workplace.workspace(self._settings)
        if self._locations:
            state = state_of(self._locations, self._format)
            if watched.is_new(state):
                with progress() as shown:
                    report = ingest(self._locations, self._dataset, workspace, workplace.tools(self._settings), self._run, shown)
                watched.keep(state)
                self.rejected += report.records["rejected"]
                print_report(report)
            elif told:
                click.echo(f"{self._dataset}: nothing changed")
        for asked in self._servers:
            with progress() as shown:
                pulled = pull(asked, self._dataset, workspace, workplace.tools(self._settings), self._pull_run, shown)
            self.rejected += pulled.report.records["rejected"] if pulled.report else 0
            if pulled.report or told:
                print_pulled(asked, "last", pulled)
