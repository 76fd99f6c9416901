"""What the server says of itself to those who watch it: its log, as text or as JSON, and traces."""

import logging
from typing import TYPE_CHECKING

from commissure.errors import BadSetting

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_FORMATS = ("text", "json")
_NOISY = ("faiss.loader", "sentence_transformers")
"""Which vector instructions FAISS found, and each request to a model's folder, concern nobody who serves."""


def log_as(form: str) -> None:
    """Log to standard error, a line or a JSON object each. Raises BadSetting."""
    if form not in _FORMATS:
        raise BadSetting(f"log_format: is text or json, not {form!r}")
    handler = logging.StreamHandler()
    handler.setFormatter(_json_lines() if form == "json" else logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _json_lines() -> logging.Formatter:
    from pythonjsonlogger.orjson import OrjsonFormatter

    return OrjsonFormatter(
        "{asctime}{levelname}{name}{message}",
        style="{",
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        datefmt="%Y-%m-%dT%H:%M:%S%z",
    )


def tracer_of(endpoint: str) -> "Tracer | None":
    """What spans are begun with, which go to the collector at an address (OTLP over HTTP), the last ones when the process ends.

    None where there is no address. Raises BadSetting.
    """
    if not endpoint:
        return None
    if not endpoint.startswith(("http://", "https://")):
        raise BadSetting(f"traces: is the address of a collector, such as http://127.0.0.1:4318, not {endpoint!r}")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise BadSetting("traces: are sent by an extra of the installation: pip install 'commissure[traces]'") from error
    provider = TracerProvider(resource=Resource.create({"service.name": "commissure"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    return provider.get_tracer("commissure")
