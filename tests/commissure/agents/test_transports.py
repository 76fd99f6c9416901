"""Agents reach the tools on standard input and output, as a process of their own, and by HTTP with a token a request."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
import uvicorn
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from access.roles import Role
from commissure.agents.asking import Asking
from commissure.agents.server import application, token_of
from sample import write_sample
from tests.commissure.agents.asked import call
from tests.webapp import two_patients as chart
from tests.webapp.authorized import guarded, token
from tests.webapp.fixtures import Shelf

ROOT = Path(__file__).parents[3]
PATIENTS = 24
"""As many of the sample as it takes to have somebody with chest pain on a beta blocker."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample."""
    folder = tmp_path_factory.mktemp("agents")
    write_sample(folder / "sample", patients=PATIENTS)
    run(folder / "data", "ingest", "fhir", str(folder / "sample"), "--dataset", "demo", "--no-embed")
    return folder / "data"


def environment(data: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "COMMISSURE_DATA": str(data), **more}


def run(data: Path, *arguments: str, words: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "commissure", *arguments]
    return subprocess.run(command, env=environment(data, **more), input=words, capture_output=True, text=True, check=False, timeout=300)


def started(data: Path, **more: str) -> StdioServerParameters:
    """How an agent starts the tools, as the settings of its host say it."""
    return StdioServerParameters(command=sys.executable, args=["-m", "commissure", "mcp"], env=environment(data, **more))


def chest_pain_on(beta_blockers: str) -> dict[str, Any]:
    """The definition that the tools themselves show."""
    return {
        "format": "commissure-cohort/1",
        "sets": {"beta-blockers": [{"code": beta_blockers, "descendants": True}]},
        "entry": {"any": [{"note": {"text": '"chest pain"', "assertion": ["affirmed"]}}], "limit": "first"},
        "rules": [{"name": "on a beta blocker", "event": "medication", "in": "beta-blockers"}],
    }


def test_an_agent_says_how_many_affirm_chest_pain_on_a_beta_blocker_and_proves_it(sample: Path) -> None:
    async def answer() -> None:
        async with Client(started(sample)) as agent:
            assert {"search", "count_cohort"} < {tool.name for tool in (await agent.list_tools()).tools}
            _, named = await call(agent, "find_concept", {"q": "beta blocker"})
            definition = chest_pain_on(named["concepts"][0]["concept"])
            _, counted = await call(agent, "count_cohort", {"definition": definition})
            assert counted["count"] == 1 and [step["patients"] for step in counted["attrition"]] == [2, 1]
            _, listed = await call(agent, "run_cohort", {"definition": definition})
            patient = listed["patients"][0]
            assert patient["links"]["patient"].startswith("http://127.0.0.1:8000/patient?id=")
            asked = {"q": "chest pain", "assertion": "affirmed", "patient": patient["patient"], "limit": 5}
            _, found = await call(agent, "search", asked)
            proof = [hit for hit in found["hits"] if "chest pain" in json.dumps(hit["quoted"] | hit["passage"]).lower()]
            assert proof and all("start=" in hit["links"]["document"] and hit["evidence"]["line"] for hit in proof)

    asyncio.run(answer())


def test_by_a_token_of_counts_an_agent_gets_the_number_alone(sample: Path) -> None:
    assert run(sample, "users", "add", "counter", "--password-stdin", words="correct horse battery\n").returncode == 0
    assert run(sample, "grant", "counter", "counts", "--dataset", "demo").returncode == 0
    secret = run(sample, "tokens", "create", "--user", "counter", "--expires", "1d").stdout.strip()

    async def answer() -> None:
        async with Client(started(sample, COMMISSURE_ACCESS="true", COMMISSURE_TOKEN=secret)) as agent:
            assert "search" not in {tool.name for tool in (await agent.list_tools()).tools}
            _, named = await call(agent, "find_concept", {"q": "beta blocker"})
            definition = chest_pain_on(named["concepts"][0]["concept"])
            _, counted = await call(agent, "count_cohort", {"definition": definition})
            assert counted["count"] == "<11"
            refused, answer = await call(agent, "run_cohort", {"definition": definition})
            assert refused and "granted" in answer["refused"]

    asyncio.run(answer())


def test_with_access_control_a_token_is_needed_to_begin(sample: Path) -> None:
    missing = run(sample, "mcp", COMMISSURE_ACCESS="true")
    assert missing.returncode == 2 and "COMMISSURE_TOKEN" in missing.stderr
    wrong = run(sample, "mcp", COMMISSURE_ACCESS="true", COMMISSURE_TOKEN="cms_wrong")
    assert wrong.returncode == 2 and "is not known" in wrong.stderr and "cms_wrong" not in wrong.stderr
    open_to_all = run(sample, "mcp", "--http", "--host", "0.0.0.0")
    assert open_to_all.returncode == 2 and "0.0.0.0" in open_to_all.stderr


# --- by HTTP ---


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The tools by HTTP, over an application with access control."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(application(Asking(guarded(Shelf()), "http://pages")), host="127.0.0.1", port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/mcp"
    server.should_exit = True
    thread.join()


def test_by_http_each_request_has_the_rights_of_its_own_token(address: str) -> None:
    async def offered(secret: str) -> tuple[set[str], tuple[bool, dict[str, Any]]]:
        headers = {"Authorization": f"Bearer {secret}"}
        async with httpx2.AsyncClient(headers=headers) as http, Client(streamable_http_client(address, http_client=http)) as agent:
            tools = {tool.name for tool in (await agent.list_tools()).tools}
            return tools, await call(agent, "search", {"q": ""})

    tools, (refused, found) = asyncio.run(offered(token(Role.READER, frozenset({chart.OTHER_DATASET}))))
    assert "search" in tools and not refused and {hit["dataset"] for hit in found["hits"]} == {chart.OTHER_DATASET}
    tools, (refused, _) = asyncio.run(offered(token(Role.COUNTS)))
    assert "search" not in tools and refused


def test_by_http_strangers_and_pages_of_browsers_are_sent_away(address: str) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    accepted = {"Accept": "application/json, text/event-stream"}
    for shown in ({}, {"Authorization": "Bearer cms_wrong"}, {"Authorization": "Basic x"}):
        told = httpx.post(address, json=body, headers={**accepted, **shown})
        assert told.status_code == 401 and told.headers["WWW-Authenticate"].startswith("Bearer")
        assert told.json()["title"] == "Say who is asking"
    known = {**accepted, "Authorization": f"Bearer {token(Role.READER)}"}
    assert httpx.post(address, json=body, headers=known).status_code == 200
    for held_open in (httpx.get(address, headers=known), httpx.delete(address, headers=known)):
        assert held_open.status_code == 405 and held_open.headers["Allow"] == "POST"
    assert httpx.post(address, json=body, headers={**known, "Origin": "http://localhost:3000"}).status_code == 403
    assert httpx.post(address, json=body, headers={**known, "Host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(
    ("header", "secret"), [("Bearer x", "x"), ("bearer  x ", "x"), ("Basic x", ""), ("", ""), ("Bearer", ""), ("Bearer ", "")]
)
def test_a_token_is_read_from_its_header(header: str, secret: str) -> None:
    assert token_of(header) == secret
