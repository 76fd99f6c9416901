"""A pull as tests ask for it: a key of the client, and no time lost in waiting."""

import time
from pathlib import Path

from ingest.progress import Silent
from ingest.pull.attachments import Bounds
from ingest.pull.flow import Asked, pull
from ingest.pull.keys import load_key
from ingest.pull.tokens import Client
from ingest.run import Options
from tests.ingest.exports import Lab
from tests.servers.fhir_bulk import CLIENT, BulkServer

SHORTEST = 0.02


def write_key(folder: Path, kind: str = "RSA"):
    """A private key as a JWK, and the public one that the server knows."""
    from joserfc.jwk import ECKey, RSAKey

    key = RSAKey.generate_key(2048) if kind == "RSA" else ECKey.generate_key(kind)
    key.ensure_kid()
    path = folder / f"{kind}.jwk"
    path.write_text(__import__("json").dumps(key.as_dict(private=True)))
    public = (RSAKey if kind == "RSA" else ECKey).import_key({**key.as_dict(private=False), "kid": key.kid})
    return path, public


def pause(seconds: float) -> None:
    """As long as the server asks for, but at most a moment where it did not."""
    time.sleep(min(seconds, SHORTEST))


def asked_of(server: BulkServer, key: Path | None = None, **rest) -> Asked:
    client = Client(CLIENT, load_key(key)) if key else None
    return Asked(**{"base": server.base, "client": client, "bounds": Bounds(100, 100_000), **rest})


def pulled(lab: Lab, server: BulkServer, key: Path | None = None, dataset: str = "d", wait=pause, options: Options | None = None, **rest):
    asked = asked_of(server, key, **rest)
    return pull(asked, dataset, lab.workspace, lab.tools, options or Options(), Silent(), wait)
