"""What tests of agents share: asking tools with the SDK's own client, and looking at what came."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from mcp import Client
from mcp.server.lowlevel import Server

Called = tuple[bool, dict[str, Any]]


async def call(client: Client, tool: str, arguments: Mapping[str, Any]) -> Called:
    """Whether a tool refused, and its answer."""
    found = await client.call_tool(tool, dict(arguments))
    assert isinstance(found.structured_content, dict)
    return found.is_error, found.structured_content


def ask(server: Server[Any], *asks: tuple[str, Mapping[str, Any]]) -> list[Called]:
    """Ask tools of a server in this process, one after the other."""

    async def run() -> list[Called]:
        async with Client(server) as client:
            return [await call(client, tool, arguments) for tool, arguments in asks]

    return asyncio.run(run())


def texts(value: Any, quoted: bool = False) -> Iterator[tuple[str, bool]]:
    """Every text of an answer, names of keys among them, and whether it lies in a field of what is quoted. Links are addresses."""
    if isinstance(value, str):
        yield value, quoted
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key), quoted
            yield from texts(each, quoted or key == "quoted")
    elif isinstance(value, list):
        for each in value:
            yield from texts(each, quoted)
