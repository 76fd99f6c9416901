"""Settings: one table, filled from flags, then COMMISSURE_* variables, a settings file, what the data folder keeps, then defaults."""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commissure.errors import BadSetting


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `unit` is for people ('' where there is none); the variable is COMMISSURE_ and the name in capitals."""

    name: str
    type: type
    default: Any
    unit: str
    help: str

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return f"COMMISSURE_{self.name.upper()}"


SETTINGS: tuple[Setting, ...] = (
    Setting("data", str, "commissure-data", "folder", "where everything Commissure keeps lies"),
    Setting("host", str, "127.0.0.1", "address", "address the web server listens on"),
    Setting("port", int, 8000, "port", "port the web server listens on"),
    Setting("threads", int, 8, "threads", "requests answered at a time"),
    Setting("workers", int, 0, "processes", "ingest worker processes; 0 is one a core"),
    Setting("model", str, "all-MiniLM-L6-v2", "name or folder", "sentence-transformers model that embeds passages and questions"),
    Setting(
        "precision", str, "auto", "auto, float32 or bfloat16", "arithmetic of the model; auto takes bfloat16 where the processor has it"
    ),
    Setting("store", str, "", "address", "graph store: embedded or gremlin+ws://…, sparql+http://…, neptune://…; empty: as published"),
    Setting("store_user", str, "", "name", "user of the graph store"),
    Setting("store_password", str, "", "secret", "password of the graph store"),
    Setting("store_token", str, "", "secret", "bearer token of a SPARQL server"),
    Setting("store_timeout", float, 20.0, "seconds", "time limit of a request to the graph store"),
    Setting("staging", str, "", "s3://bucket/prefix", "where files for Neptune's bulk loader are staged; empty: it is not used"),
    Setting("loader_role", str, "", "ARN", "role with which Neptune reads the staged files"),
    Setting(
        "loader_sources", str, "", "folders and s3:// prefixes, comma-separated", "what /api/v1/loader may load from; empty: it is off"
    ),
    Setting("loader_at_root", bool, False, "true or false", "whether the loader answers at /loader too, as Neptune's does"),
    Setting("allowed_hosts", str, "", "names, comma-separated", "host names the web server answers to beside the loopback ones"),
    Setting("sparql", bool, True, "true or false", "whether the SPARQL endpoint answers"),
    Setting("sparql_timeout", float, 10.0, "seconds", "time limit of a SPARQL query"),
    Setting("sparql_max_rows", int, 10_000, "rows", "row limit of a SPARQL answer"),
    Setting("sparql_slots", int, 2, "queries", "SPARQL queries answered at a time; fewer than threads"),
    Setting(
        "sparql_origins", str, "", "origins, comma-separated", "origins whose pages may read the SPARQL endpoint (CORS); * is every one"
    ),
    Setting("raw_records", bool, True, "true or false", "whether the source JSON of records is shown"),
    Setting("pull_client_id", str, "", "name", "what FHIR servers call this client when it pulls; empty: it asks without a token"),
    Setting("pull_key", str, "", "file", "private key that it signs with: PEM, JWK or JWKS, RSA or of the curve P-384"),
    Setting("pull_token_url", str, "", "address", "where tokens are given; empty: the server tells"),
    Setting("pull_scope", str, "", "scopes", "what a token is asked for; empty: reading of the types that are pulled"),
    Setting("pull_hosts", str, "", "names, comma-separated", "hosts that may be asked for files and attachments beside the FHIR server"),
    Setting("pull_attachments", int, 100_000, "files", "attachments that one pull fetches at most; 0: none"),
    Setting("pull_attachment_bytes", int, 32_000_000, "bytes", "largest attachment that is fetched"),
    Setting(
        "media", str, "", "folders and s3://prefix=folder, comma-separated", "where the web may read labeled images from; empty: nowhere"
    ),
    Setting("protect_below", int, 0, "patients", "the smallest number of patients that is told; smaller ones are hidden (0: none is)"),
    Setting("protect_rounding", int, 0, "patients", "what numbers of patients are rounded to a multiple of (0: none is)"),
    Setting(
        "boosts", str, "", "FIELD=WEIGHT; …", "what documents gain in ranking: title=0.1; type:NAME=0.05; fresh:DAYS=0.1; empty: nothing"
    ),
    Setting("history", bool, True, "true or false", "whether what somebody asks in pages is kept for them, in the data folder"),
    Setting("max_body", int, 1_000_000, "bytes", "largest request body the web server takes"),
    Setting(
        "rate_limit", str, "", "requests/time; …", "how often an account or address may ask, such as 300/minute; 10000/day; empty: always"
    ),
    Setting("log_format", str, "text", "text or json", "how the server logs: a line or a JSON object each, never what was asked"),
    Setting("traces", str, "", "address", "OpenTelemetry collector (OTLP over HTTP) that is sent a span a request; empty: none"),
    Setting("hsts", bool, False, "true or false", "whether browsers are told to use HTTPS only (behind a proxy that speaks it)"),
    Setting("access", bool, False, "true or false", "whether people sign in, and see what they were granted"),
    Setting("token", str, "", "secret", "token by which `commissure mcp` asks on standard input and output"),
    Setting("access_header", str, "", "name", "header in which a proxy names who is asking; empty: none"),
    Setting("access_groups_header", str, "", "name", "header in which it names their groups, comma-separated"),
    Setting("access_proxies", str, "", "addresses, comma-separated", "addresses and networks from which these headers are taken"),
    Setting("oidc_issuer", str, "", "address", "issuer of the OpenID Connect provider that people sign in with; empty: none"),
    Setting("oidc_client", str, "", "name", "what the provider calls this server"),
    Setting("oidc_secret", str, "", "secret", "secret that the provider shares with this server"),
    Setting("oidc_name", str, "preferred_username", "claim", "claim that becomes the name of an account"),
    Setting("oidc_groups", str, "groups", "claim", "claim that names the groups of an account"),
    Setting("open", bool, False, "true or false", "whether others may reach the server though nobody has to sign in"),
    Setting("trusted_proxies", int, 0, "proxies", "reverse proxies before the web server whose X-Forwarded headers count"),
)
_NAMES = {setting.name: setting for setting in SETTINGS}
KEPT = "settings.toml"
"""Name of the file in a data folder with settings that belong to its data, such as where the images of the sample lie."""


def load(flags: Mapping[str, Any], environment: Mapping[str, str] | None = None, file: Path | None = None) -> dict[str, Any]:
    """Every setting by name. `flags` that are None were not given. The file is `file`, else $COMMISSURE_CONFIG, else ./commissure.toml."""
    environment = os.environ if environment is None else environment
    named = file or (Path(environment["COMMISSURE_CONFIG"]) if environment.get("COMMISSURE_CONFIG") else None)
    content = _read(named) if named else _read(Path("commissure.toml")) if Path("commissure.toml").is_file() else {}
    values: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    for setting in SETTINGS:
        if flags.get(setting.name) is not None:
            values[setting.name] = flags[setting.name]
        elif setting.variable in environment:
            values[setting.name] = _convert(setting, environment[setting.variable], setting.variable)
        elif setting.name in content:
            values[setting.name] = _convert(setting, content[setting.name], str(named or "commissure.toml"))
        elif setting.name in kept:
            values[setting.name] = _convert(setting, kept[setting.name], str(Path(values["data"]) / KEPT))
        else:
            values[setting.name] = setting.default
        if setting.name == "data":  # the first of the table: what its folder keeps holds for those after it
            kept = _kept(Path(values["data"]))
    return values


def keep(folder: Path, **values: str | None) -> None:
    """Keep settings with the data of a folder: they hold for later commands that nothing else tells otherwise; those of None no longer."""
    held = {name: value for name, value in (_kept(folder) | values).items() if value is not None}
    # A JSON string is a TOML string.
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in sorted(held.items())]
    (folder / KEPT).write_text("".join(lines), encoding="utf-8")


def _kept(folder: Path) -> dict[str, Any]:
    file = folder / KEPT
    return _read(file) if file.is_file() else {}


def _read(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSetting(f"{path}: the settings file cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(f"{path}: the settings file is not TOML: {error}") from error
    unknown = sorted(set(content) - set(_NAMES))
    if unknown:
        raise BadSetting(f"{path}: no setting is called {unknown[0]!r}; there are {', '.join(_NAMES)}")
    return content


def _convert(setting: Setting, value: Any, where: str) -> Any:
    try:
        if setting.type is bool:
            return value if isinstance(value, bool) else {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]
        return setting.type(value)
    except (ValueError, KeyError, TypeError):
        raise BadSetting(f"{where}: {setting.name} must be {setting.unit}, not {value!r}") from None
