"""`commissure mcp`: tools for agents."""

import sys

import click

from commissure.cli.common import data_option, settings_of, store_option


@click.command()
@click.option("--http", is_flag=True, help="Answer by HTTP under /mcp; else on standard input and output.")
@click.option("--host", metavar="ADDRESS", help="With --http: address to listen on (default 127.0.0.1).")
@click.option("--port", type=int, default=8001, show_default=True, help="With --http: port to listen on.")
@click.option("--pages", metavar="ADDRESS", help="Where people open the pages that answers link to (default: where `serve` listens).")
@click.option("--access/--no-access", default=None, help="Ask who is there: a token, of COMMISSURE_TOKEN or of each request.")
@click.option("--open", "open_to_all", is_flag=True, default=None, help="Listen on any address though nobody has to show a token.")
@store_option
@data_option
@click.pass_context
def mcp(
    context: click.Context,
    http: bool,
    host: str | None,
    port: int,
    pages: str | None,
    access: bool | None,
    open_to_all: bool | None,
) -> None:
    """Let agents search, read, count cohorts and follow the graph, by the Model Context Protocol, and with the same rights as their token.

    \b
    Example:  commissure mcp
    """
    from commissure.agents.asking import Asking
    from commissure.agents.server import over_http, over_stdio, server_of
    from commissure.errors import BadSetting
    from commissure.reach import check_reach
    from commissure.server import make_app

    settings = settings_of(context, access=access, open=open_to_all)
    where = pages or f"http://{settings['host']}:{settings['port']}"
    settings |= {"host": host} if host else {}
    token = "" if http else settings["token"]
    if http:
        check_reach(settings)
    elif settings["access"] and not token:
        raise BadSetting("token: with access control agents ask by a token: put one of `commissure tokens create` into COMMISSURE_TOKEN")
    asking = Asking(make_app(settings), where)
    if http:
        sys.stderr.write(f"Agents find Commissure at http://{settings['host']}:{port}/mcp\n")
        over_http(asking, settings["host"], port, tuple(each.strip() for each in settings["allowed_hosts"].split(",") if each.strip()))
    elif not asking.knows(token):
        raise BadSetting("token: it is not known, has ended or was taken back: make another one by `commissure tokens create`")
    else:
        over_stdio(server_of(asking, token))
