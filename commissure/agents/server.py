"""The tools over the Model Context Protocol: on standard input and output, or by HTTP (streamable, without sessions)."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import anyio
import mcp_types as types
import orjson
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings

from commissure.agents.asking import Asking
from commissure.agents.tools import BY_NAME, INSTRUCTIONS, Tool, description, input_schema
from webapp.version import distribution_version

PATH: Final = "/mcp"
_BEARER: Final = "bearer "
_AT_ONCE: Final = 8
"""Questions that are answered at a time."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def server_of(asking: Asking, token: str = "") -> Server[Any]:
    """A server of the tools. Over HTTP each request asks by its own token, elsewhere all ask by `token`."""
    limiter = anyio.CapacityLimiter(_AT_ONCE)

    def shown(context: ServerRequestContext[Any]) -> str:
        return token if context.request is None else token_of(context.request.headers.get("authorization", ""))

    async def list_tools(context: ServerRequestContext[Any], _: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        tools = await anyio.to_thread.run_sync(asking.tools_for, shown(context), limiter=limiter)
        return types.ListToolsResult(tools=[as_declared(tool) for tool in tools])

    async def call_tool(context: ServerRequestContext[Any], params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = BY_NAME.get(params.name)
        if tool is None:
            return _result({"refused": f"there is no such tool; there are {', '.join(BY_NAME)}"}, refused=True)
        told = await anyio.to_thread.run_sync(asking.ask, tool, params.arguments or {}, shown(context), limiter=limiter)
        return _result(dict(told.answer), refused=told.refused)

    server: Server[Any] = Server(
        "commissure",
        version=distribution_version(),
        title="Commissure",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    server.middleware.clear()  # spans of the SDK; the application writes its own, without what was asked
    return server


def as_declared(tool: Tool) -> types.Tool:
    """A tool as the protocol declares it."""
    hints = types.ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
    return types.Tool(name=tool.name, title=tool.title, description=description(tool), input_schema=input_schema(tool), annotations=hints)


def _result(answer: dict[str, Any], *, refused: bool) -> types.CallToolResult:
    text = types.TextContent(text=orjson.dumps(answer).decode())
    return types.CallToolResult(content=[text], structured_content=answer, is_error=refused)


def token_of(header: str) -> str:
    """The token of an Authorization header; '' where it shows none."""
    return header[len(_BEARER) :].strip() if header[: len(_BEARER)].lower() == _BEARER else ""


def over_stdio(server: Server[Any]) -> None:
    """Answer on standard input and output until the input ends."""

    async def run() -> None:
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    anyio.run(run)


def application(asking: Asking, hosts: tuple[str, ...] = ()) -> Application:
    """The tools by HTTP under /mcp, for loopback names and `hosts`, and for no page of a browser; with access control for tokens alone."""
    names = [each for host in ("127.0.0.1", "localhost", "[::1]", *hosts) for each in (host, f"{host}:*")]
    security = TransportSecuritySettings(allowed_hosts=names, allowed_origins=[])
    inner = server_of(asking).streamable_http_app(
        streamable_http_path=PATH, stateless_http=True, json_response=True, transport_security=security, max_request_body_size=1_000_000
    )

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] != "POST":
            # Without sessions there is nothing to listen to or to end: a stream would be held open for nothing.
            await _refuse(send, 405, "Agents send POST", "Requests to this address are POST.", (b"allow", b"POST"))
            return
        if scope["type"] == "http" and asking.asks_who:
            header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
            if not await anyio.to_thread.run_sync(asking.knows, token_of(header)):
                shown = "Send a token that holds as 'Authorization: Bearer …'; 'commissure tokens create' makes one."
                await _refuse(send, 401, "Say who is asking", shown, (b"www-authenticate", b'Bearer realm="Commissure"'))
                return
        await inner(scope, receive, send)

    return guarded


async def _refuse(send: Send, status: int, title: str, detail: str, header: tuple[bytes, bytes]) -> None:
    """Answer with a problem document."""
    body = orjson.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})
    headers = [(b"content-type", b"application/problem+json"), header]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def over_http(asking: Asking, host: str, port: int, hosts: tuple[str, ...]) -> None:
    """Answer by HTTP until a signal to end."""
    import uvicorn

    uvicorn.run(application(asking, hosts), host=host, port=port, log_level="warning", access_log=False, server_header=False)
