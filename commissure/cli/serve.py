"""`commissure serve`, `worker` and `demo`: the server, and something to see in it."""

import json
from pathlib import Path

import click

from commissure.cli.common import data_option, settings_of, store_option
from commissure.cli.ingest import print_report


@click.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on (default 127.0.0.1).")
@click.option("--port", type=int, help="Port to listen on (default 8000).")
@click.option("--access/--no-access", default=None, help="Let people sign in, who see what they were granted.")
@click.option("--open", "open_to_all", is_flag=True, default=None, help="Listen on any address though nobody has to sign in.")
@click.option("--loader-sources", metavar="PLACES", help="Folders and s3:// prefixes that /api/v1/loader may load from, comma-separated.")
@click.option("--media", metavar="PLACES", help="Where labeled images may be read from: folders and s3://prefix=folder, comma-separated.")
@store_option
@data_option
@click.pass_context
def serve(
    context: click.Context,
    host: str | None,
    port: int | None,
    access: bool | None,
    open_to_all: bool | None,
    loader_sources: str | None,
    media: str | None,
) -> None:
    """Serve the web pages and the REST interface. On another address than this machine's own, people sign in (--access).

    \b
    Example:  commissure serve --port 8000
    """
    from commissure.server import serve as run

    flags = {"access": access, "open": open_to_all, "loader_sources": loader_sources, "media": media}
    run(settings_of(context, host=host, port=port, **flags))


@click.command()
@click.option("--loader-sources", metavar="PLACES", help="Folders and s3:// prefixes that may be loaded from, comma-separated.")
@store_option
@data_option
@click.pass_context
def worker(context: click.Context, loader_sources: str | None) -> None:
    """Work off the loads that /api/v1/loader takes, where the web process does not (`serve` does).

    \b
    Example:  commissure worker --loader-sources s3://bucket/exports
    """
    from commissure.errors import BadSetting
    from commissure.loading import LoadWorker, queue

    settings = settings_of(context, loader_sources=loader_sources)
    loads = queue(settings)
    if loads is None:
        raise BadSetting("loader_sources: name the folders and s3:// prefixes that may be loaded from")
    LoadWorker(loads, settings).work()


@click.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on (default 127.0.0.1).")
@click.option("--port", type=int, help="Port to listen on (default 8000).")
@click.option("--no-serve", is_flag=True, help="Only load the sample.")
@data_option
@click.pass_context
def demo(context: click.Context, host: str | None, port: int | None, no_serve: bool) -> None:
    """Write the sample, ingest it, and serve it: clinical data with labeled notes as the dataset `demo`, labeled pictures as `streets`.

    It is served as soon as words can be searched; search by meaning comes while it is.

    \b
    Example:  commissure demo
    """
    from commissure import workplace
    from commissure.cli.console import progress
    from commissure.reach import check_reach
    from commissure.settings import keep
    from ingest.meaning import give_meaning
    from ingest.pipeline import ingest as run
    from ingest.run import Options
    from labels.groundtruth.taxonomy import load
    from sample import write_sample
    from sample.labels import write_labels

    settings = settings_of(context, host=host, port=port)
    if not no_serve:
        check_reach(settings)
    workspace, workers = workplace.workspace(settings), settings["workers"]
    folder = workspace.folder / "sample"
    with progress() as shown:
        shown.step("writing the sample")
        write_sample(folder)
        labels = write_labels(workspace.folder / "sample-labels", folder)
        kinds = (("taxonomy", json.dumps(load(str(labels.taxonomy)), sort_keys=True)),)
        tools = workplace.tools(settings)
        parts: tuple[tuple[tuple[Path, ...], str, Options], ...] = (
            ((folder,), "demo", Options(workers=workers, embed=False)),
            # Into the dataset of the notes, so that a note, its patient, its codes and what people marked in it are one graph.
            ((labels.notes,), "demo", Options("manifest", workers, embed=False)),
            ((labels.street, labels.categories), "streets", Options("manifest", workers, settings=kinds, embed=False)),
            ((labels.responses,), "streets", Options("responses", workers, embed=False)),
        )
        reports = [run([str(path) for path in paths], dataset, workspace, tools, options, shown) for paths, dataset, options in parts]
        if no_serve:
            give_meaning(workspace, tools, shown)
    for each in reports:
        print_report(each)
    sample_media = f"s3://commissure-sample={labels.folder.resolve()}"
    keep(workspace.folder, media=sample_media)
    settings["media"] = settings["media"] or sample_media
    if not no_serve:
        from commissure.processes import embedding_aside
        from commissure.server import serve as start

        with embedding_aside(settings):
            start(settings)
