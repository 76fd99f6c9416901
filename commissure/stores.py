"""Graph stores by address: which one a data folder is served from, and how it is opened.

embedded                                   the store inside the data folder
gremlin+ws://HOST:PORT/gremlin             a TinkerPop server (gremlin+wss:// with TLS)
sparql+http://HOST:PORT/DATASET            a SPARQL 1.1 server with /query, /update and /data below it (sparql+https:// with TLS);
                                           ?query=…&update=…&data=… name other paths
neptune://CLUSTER:8182?language=sparql     an Amazon Neptune cluster (or language=gremlin); large loads take the settings staging and
                                           loader_role
"""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from commissure.errors import BadSetting
from graph.store import GraphStore

EMBEDDED = "embedded"
SCHEMES = ("gremlin+ws", "gremlin+wss", "sparql+http", "sparql+https", "neptune")


def serving_address(setting: str, published: str) -> str:
    """The address that a setting means ('' the embedded store); where it says nothing, the one the data folder was published with."""
    if not setting:
        return published
    return "" if setting == EMBEDDED else check_address(setting)


def check_address(address: str) -> str:
    """The address itself. Raises BadSetting where it is none, or holds credentials: they would end up in files and messages."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in SCHEMES or not host:
        raise BadSetting(
            f"store: {EMBEDDED!r} or an address such as gremlin+ws://127.0.0.1:8182/gremlin, sparql+http://127.0.0.1:3030/ds or "
            "neptune://CLUSTER:8182?language=sparql"
        )
    if parts.username or parts.password:
        raise BadSetting("store: give user and password by COMMISSURE_STORE_USER and COMMISSURE_STORE_PASSWORD, not in the address")
    return address.rstrip("/")


def open_store(address: str, settings: Mapping[str, Any]) -> GraphStore:
    """The store at an address (not the embedded one). Nothing is asked of it yet: the first question finds a server down."""
    scheme, _, rest = check_address(address).partition("+")
    if urlsplit(address).scheme == "neptune":
        return _open_neptune(address, settings)
    user, password, timeout = settings["store_user"] or None, settings["store_password"] or None, float(settings["store_timeout"])
    if scheme == "sparql":
        from graph.stores.sparql.store import SparqlStore

        try:
            return SparqlStore(address, user=user, password=password, token=settings["store_token"] or None, timeout=timeout)
        except ValueError as error:
            raise BadSetting(f"store: {error}") from error
    from graph.stores.gremlin.store import GremlinStore

    return GremlinStore(rest, user=user, password=password, timeout=timeout)


def _open_neptune(address: str, settings: Mapping[str, Any]) -> GraphStore:
    from graph.errors import GraphError
    from graph.stores.neptune.loader_model import LoaderSettings
    from graph.stores.neptune.store import open_neptune

    if find_spec("boto3") is None:
        raise BadSetting("store: Neptune needs boto3: pip install 'commissure[neptune]'")
    staging, role = settings["staging"], settings["loader_role"]
    if bool(staging) != bool(role):
        raise BadSetting("staging and loader_role go together: where the bulk loader's files lie, and the role that lets Neptune read them")
    try:
        return open_neptune(address, timeout=float(settings["store_timeout"]), loader=LoaderSettings(staging, role) if staging else None)
    except GraphError as error:
        raise BadSetting(str(error)) from error
